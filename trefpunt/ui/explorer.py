"""The map with its legend, and the card that belongs to what is selected."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from trefpunt.ui import (
    cards,
    completeness,
    controls,
    data,
    frame,
    legend,
    links,
    nearby,
    overlay,
    own_card,
    print_view,
    scenario_state,
    session,
    spoken,
    stories,
    style,
    words,
    years,
)
from trefpunt.ui.i18n import Text
from trefpunt.ui.map import MapEvent
from trefpunt.ui.state import OWN_AREA, ViewState

CARD = "tp-card"
"""Where the line under the map leads on a phone."""

HEIGHT = 560
"""Height of the map in pixels; the style sheet fits it to the screen."""


def ready() -> None:
    """Load and compute what the map opens with, in the language that it opens in; nothing is drawn."""
    view = ViewState()
    t = Text(view.lang)
    with data.held():
        data.known()
        data.published()
        overlay.map_view(t, view, dark=False)
        data.steadiest_bridge()
        words.search_labels(t)


def map_and_legend(t: Text) -> None:
    """Draw the map and its legend; a click on the map changes the selection before they are drawn."""
    view, dark = session.current(), style.is_dark()
    frame.draw(t, overlay.map_view(t, view, dark=dark), "map", HEIGHT, on_event=follow)
    if jump := _jump(t, session.current()):
        style.html(jump)
    style.html(legend.legend(t, view, dark=dark))


def _jump(t: Text, view: ViewState) -> str:
    """Return the line that leads a phone, which shows the card below the legend, to it; empty without a selection."""
    if view.pair:
        a, b = (words.area_name(code) for code in view.pair)
        name = t("pair.title", a=a, b=b)
    elif view.place:
        row = data.snapshot().places.loc[view.place]
        name = words.place_name(t, row["name"], row["category"])
    else:
        name = words.area_name(view.area)
    return style.jump(t("near.jump", name=name), CARD) if name else ""


def follow(event: MapEvent) -> None:
    """Select what was clicked; a browser may send any code, so what does not exist is left alone."""
    known, view = data.known(), session.current()
    if event.kind == "place" and event.id in known.places:
        session.choose(view.selecting(place=event.id))
    elif event.kind == "area" and event.id in known.codes(view.drawn_level):
        session.choose(view.selecting(area=event.id, level=view.drawn_level))


def panel(t: Text) -> None:
    """Draw what stands beside the map: the card of what is selected, or else the stories to begin with."""
    view = session.current()
    if not (view.place or view.area or view.pair):
        stories.stories(t)
    controls.selection(t)
    style.html(f'<div id="{CARD}" tabindex="-1">{_card(t, view)}</div>')
    print_view.open_button(t)
    spoken.selection(t, view)


def _card(t: Text, view: ViewState) -> str:
    if view.place:
        row, measures = data.place(view.place, view.mode, view.minutes), data.measures(view.mode)
        origins = data.origins(view.place, str(row["mode"]), view.minutes)
        what_if = links.address("wat_als", scenario_state.closing(view, view.place))
        return cards.place_card(t, row, measures, origins, view.minutes, from_home(t, view), what_if)
    if view.pair:
        mode = view.pair_mode
        table = data.pair(*view.pair, mode, view.minutes)
        if view.categories:
            table = table[table["category"].isin(view.categories)]
        return cards.pair_card(t, view.pair, table, mode, view.minutes, links.address("twee", view))
    if view.area and view.level == OWN_AREA:
        return own_card.card(t, view, data.areas(OWN_AREA).loc[[view.area]].iloc[0], _inside(view))
    if view.area:
        row = data.scores(view.level, view.year).loc[[view.area]].iloc[0]
        over = years.card(
            t, data.history(view.area), data.history(data.municipality_code()), data.municipality(), str(row["name"])
        )
        doubt = completeness.card(t, view.level, view.area)
        missing = links.address("ontbreekt", replace(view, find="off")) if view.level == "neighbourhood" else None
        link = partial(nearby.link, t, view)
        near = nearby.card(t, view, view.area, str(row["name"])) if view.level == "neighbourhood" else ""
        return cards.area_card(t, row, view.level, _inside(view), over, doubt, missing, near, link)
    return cards.empty_card(t)


def from_home(t: Text, view: ViewState) -> str | None:
    """Return how far the selected place is from the visitor's own neighbourhood; None without one."""
    if not (view.home and view.place):
        return None
    mode = str(data.measures(view.mode).at[view.place, "mode"])
    minutes, name = data.minutes_from(view.home, view.mode)[view.place], words.area_name(view.home)
    if pd.isna(minutes):
        return t("home.minutes.unknown", home=name)
    return t(f"home.minutes.{mode}", home=name, n=round(float(minutes)))


def _inside(view: ViewState) -> pd.DataFrame:
    """Return the places in the selected area, of the chosen categories."""
    rows = data.measures_in(str(view.area), view.mode)
    return rows[rows["category"].isin(view.categories)] if view.categories else rows
