"""The two folium elements of the map: the constant map itself, and the state that an interaction sends.

folium and streamlit-folium carry them to the browser; all drawing is done by ``static/trefpunt/*.js``.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache

import folium
from folium.template import Template

from trefpunt.ui.map.assets import STATIC, PublishedAssets

APP_STATIC = "../../app/static/"
"""Streamlit's static folder, seen from the frame of streamlit-folium."""

_SCRIPTS = (
    "trefpunt/map.js",  # first: it remembers states that come while the others load
    "trefpunt/basemap.js",
    "trefpunt/areas.js",
    "trefpunt/cells.js",
    "trefpunt/changes.js",
    "trefpunt/places.js",
    "vendor/leaflet-1.9.4/leaflet.js",
    "vendor/protomaps-leaflet-5.1.0/protomaps-leaflet.js",
)
_STYLES = ("vendor/leaflet-1.9.4/leaflet.css", "trefpunt/map.css")


@cache
def static_url(path: str) -> str:
    """Return the address of a file below ``static/``, with a hash of its content so that no old copy is used."""
    content = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"{APP_STATIC}{path}?v={content}"


class _Asked:
    """For an element whose script streamlit-folium asks of its template.

    Rendering would write it into a page that nobody sees, and compile its script as a template once more.
    """

    def render(self, **kwargs: object) -> None:
        """Write nothing."""


class TrefpuntMap(_Asked, folium.Map):  # type: ignore[misc]  # folium has no types
    """The map without anything that changes: its script is the same for every visitor of one snapshot.

    No text goes through here: the script is not escaped, and streamlit-folium rewrites parts of it.
    """

    _template = Template(
        """{% macro script(this, kwargs) %}
        var {{ this.get_name() }} = window.trefpunt.create("{{ this.get_name() }}", {{ this.settings }});
        {% endmacro %}"""
    )
    default_js = [(path, static_url(path)) for path in _SCRIPTS]  # noqa: RUF012  (as in folium)
    default_css = [(path, static_url(path)) for path in _STYLES]  # noqa: RUF012

    def __init__(self, published: PublishedAssets) -> None:
        south, west, north, east = published.bounds
        super().__init__(tiles=None)
        self._name = "Map"  # streamlit-folium finds the map by this name
        self.settings = json.dumps(
            {"data": APP_STATIC + published.url_prefix, "bounds": [[south, west], [north, east]]}
        )


class MapState(_Asked, folium.FeatureGroup):  # type: ignore[misc]
    """The state, for ``feature_group_to_add``: an empty layer whose script hands the state over.

    Parameters
    ----------
    state
        From `trefpunt.ui.map.state.encode_state`.
    """

    _template = Template(
        """{% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.featureGroup(); window.trefpunt.apply({{ this.state }});
        {% endmacro %}"""
    )

    def __init__(self, state: str) -> None:
        super().__init__()
        self.state = state
