"""The map with its legend, and the card that belongs to what is selected."""

from __future__ import annotations

import pandas as pd

from trefpunt.ui import cards, data, legend, overlay, session, style, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.map import MapEvent, category_styles, show_map
from trefpunt.ui.state import ViewState

HEIGHT = 560
"""Height of the map in pixels; the style sheet lowers it on a phone."""


def map_and_legend(t: Text) -> None:
    """Draw the map and its legend; a click on the map changes the selection before they are drawn."""
    view, dark = session.current(), style.is_dark()
    show_map(
        data.published(),
        category_styles(data.categories(), {key: words.category_name(t, key) for key in data.categories()}),
        overlay.map_view(t, view, dark=dark),
        key="map",
        height=HEIGHT,
        on_event=follow,
    )
    style.html(legend.legend(t, view, dark=dark))


def follow(event: MapEvent) -> None:
    """Select what was clicked; a browser may send any code, so what does not exist is left alone."""
    known, view = data.known(), session.current()
    areas = known.neighbourhoods if view.level == "neighbourhood" else known.districts
    if event.kind == "place" and event.id in known.places:
        session.choose(view.selecting(place=event.id))
    elif event.kind == "area" and event.id in areas:
        session.choose(view.selecting(area=event.id))


def card(t: Text) -> None:
    """Draw the card of what is selected."""
    style.html(_card(t, session.current()))


def _card(t: Text, view: ViewState) -> str:
    measures = data.measures(view.mode, view.minutes)
    if view.place:
        row = measures.loc[[view.place]].iloc[0]
        origins = data.origins(view.place, str(row["mode"]), view.minutes)
        return cards.place_card(t, row, measures, origins, view.minutes)
    if view.pair:
        mode = view.pair_mode
        table = data.pair(*view.pair, mode, view.minutes)
        if view.categories:
            table = table[table["category"].isin(view.categories)]
        return cards.pair_card(t, view.pair, table, mode, view.minutes)
    if view.area:
        return cards.area_card(t, data.areas(view.level).loc[[view.area]].iloc[0], view.level, _inside(view, measures))
    return cards.empty_card(t)


def _inside(view: ViewState, measures: pd.DataFrame) -> pd.DataFrame:
    """Return the places in the selected area, of the chosen categories."""
    codes = data.inside(str(view.area))
    rows = measures[measures["neighbourhood_code"].isin(codes)]
    return rows[rows["category"].isin(view.categories)] if view.categories else rows
