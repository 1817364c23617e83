"""The map: constant in the browser, told by each interaction only what changes."""

from trefpunt.ui.map.assets import PublishedAssets, publish
from trefpunt.ui.map.show import show_map
from trefpunt.ui.map.state import origin_colour
from trefpunt.ui.map.styles import category_styles, hatch_css
from trefpunt.ui.map.view import KINDS, LABELS, CategoryStyle, Cells, Home, MapEvent, MapView, Mark, Spot

__all__ = [
    "KINDS",
    "LABELS",
    "CategoryStyle",
    "Cells",
    "Home",
    "MapEvent",
    "MapView",
    "Mark",
    "PublishedAssets",
    "Spot",
    "category_styles",
    "hatch_css",
    "origin_colour",
    "publish",
    "show_map",
]
