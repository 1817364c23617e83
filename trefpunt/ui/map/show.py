"""Show the map in a page and hear what was clicked."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from trefpunt.ui.map.assets import PublishedAssets
from trefpunt.ui.map.elements import MapState, TrefpuntMap
from trefpunt.ui.map.state import encode_state
from trefpunt.ui.map.view import CategoryStyle, MapEvent, MapView, Spot


def show_map(
    published: PublishedAssets,
    categories_style: Mapping[str, CategoryStyle],
    view: MapView,
    *,
    key: str,
    height: int,
    on_event: Callable[[MapEvent], None] | None = None,
    on_spot: Callable[[Spot], None] | None = None,
) -> MapEvent | None:
    """Draw the map as `view` says.

    Parameters
    ----------
    published
        From `trefpunt.ui.map.assets.publish`.
    categories_style
        Category → its looks. Places of a category that is absent here are not drawn.
    view
        Everything that can change.
    key
        Of the component; a change of it makes a new map.
    height
        In pixels; the width is that of the page.
    on_event
        Called with a click *before* the script runs, so that the run already draws what was selected. Without it
        the page needs a second run.
    on_spot
        The same for a click on a spot, while `MapView.pick` asks for one.

    Returns
    -------
    MapEvent or None
        The click that caused this run, once; None when the run has another cause.

    Raises
    ------
    TrefpuntError
        See `trefpunt.ui.map.state.encode_state`.
    """
    # Here and not above: the component makes itself known to the server only when it is first imported by a page.
    from streamlit_folium import st_folium

    clicked, seen = f"{key}:clicked", f"{key}:seen"

    def hear() -> None:
        event = fresh_event(st.session_state.get(key), st.session_state.get(seen))
        if event is not None:
            st.session_state[seen], heard = event
            if isinstance(heard, Spot):
                if view.pick and on_spot is not None:
                    on_spot(heard)
                return
            st.session_state[clicked] = heard
            if on_event is not None:
                on_event(heard)

    st_folium(
        TrefpuntMap(published),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=[],  # clicks come from our own layer, and panning must not run the page
        feature_group_to_add=MapState(encode_state(published, categories_style, view)),
        on_change=hear,
        render=False,
    )
    event: MapEvent | None = st.session_state.pop(clicked, None)
    return event


def fresh_event(value: Any, seen: str | None) -> tuple[str, MapEvent | Spot] | None:
    """Return (nonce, event) of what the browser sent, or None when it is no event or was heard before.

    The browser keeps a component's last value and may send it again; the nonce, new with each click, tells.
    A visitor can send anything here: whatever is not two texts and a known kind, or two numbers of degrees, is no
    event.
    """
    sent = value.get("event") if isinstance(value, dict) else None
    if not isinstance(sent, dict):
        return None
    kind, target, nonce = (sent.get(name) for name in ("kind", "id", "nonce"))
    if not isinstance(nonce, str) or nonce == seen:
        return None
    if kind == "spot":
        lon, lat = (_degrees(sent.get(name), most) for name, most in (("lon", 180), ("lat", 90)))
        return None if lon is None or lat is None else (nonce, Spot(lon, lat))
    if kind not in ("place", "area") or not isinstance(target, str):
        return None
    return nonce, MapEvent(kind, target)


def _degrees(value: Any, most: float) -> float | None:
    """Return a number of degrees that may be one; NaN, infinity, texts and truths are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # In this order: an integer may be too large for a float.
    return float(value) if abs(value) <= most and math.isfinite(value) else None
