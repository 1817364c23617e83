"""The map as it stands on a page: between the link past it and what that link leads to."""

from __future__ import annotations

from collections.abc import Callable

from trefpunt.ui import data, style, towns, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.map import MapEvent, MapView, Spot, category_styles, show_map

MAP, BEYOND = "tp-map", "tp-beyond-map"
"""Where the links 'to the map' and 'past the map' lead."""


def draw(
    t: Text,
    view: MapView,
    key: str,
    height: int,
    on_event: Callable[[MapEvent], None] | None = None,
    on_spot: Callable[[Spot], None] | None = None,
) -> None:
    """Draw the map and the ways around it for those who do not use a mouse.

    Parameters
    ----------
    view
        What the map shows.
    key
        Of the component: a page's own.
    height
        Pixels; the style sheet fits it to the screen.
    on_event, on_spot
        Told of a click on something, or on a spot, before anything is drawn.
    """
    style.landing(MAP, style.past(t("map_skip.over"), BEYOND))
    # Only what is shown is sent.
    shown = {k: kind for k, kind in data.categories().items() if view.categories is None or k in view.categories}
    show_map(
        data.published(),
        category_styles(shown, {kind: words.category_name(t, kind) for kind in shown}),
        view,
        # Another municipality is another map: the browser does not take new data for one that it has.
        key=f"{key}_{towns.here()}",
        height=height,
        on_event=on_event,
        on_spot=on_spot,
    )
    style.landing(BEYOND)
