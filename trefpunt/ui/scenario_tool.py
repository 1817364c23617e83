"""The tools of the page of what if: put a place on a spot, close or move one, the list of changes."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from trefpunt.scenarios import Outcome, Scenario
from trefpunt.ui import (
    data,
    scenario_answer,
    scenario_data,
    scenario_faults,
    scenario_state,
    scenario_words,
    session,
    style,
    words,
)
from trefpunt.ui.i18n import Text
from trefpunt.ui.map import MapEvent, Spot

TOOLS = ("add", "change")
FIRST = "community_centre"
"""The category to begin with: what the council asks about."""

_TOOL, _KIND, _MOVING, _SPOT = "scenario_tool", "scenario_kind", "scenario_moving", "scenario_spot"


def tool() -> str:
    """Return which of `TOOLS` is in use: a place that is chosen is one to change."""
    if session.current().place:
        return TOOLS[1]
    return str(st.session_state.get(_TOOL, TOOLS[0]))


def kind() -> str:
    """Return the category in use."""
    if place := session.current().place:
        return str(data.snapshot().places["category"][place])
    known = tuple(data.categories())
    chosen = st.session_state.get(_KIND) or next(iter(session.current().categories), FIRST)
    return chosen if chosen in known else known[0]


def moving() -> str | None:
    """Return the place that waits for its new spot."""
    place = session.current().place
    return place if place and st.session_state.get(_MOVING) == place else None


def picking() -> bool:
    """Return whether a click on the map means a spot."""
    return tool() == TOOLS[0] or moving() is not None


def hear_event(event: MapEvent) -> None:
    """Choose the place that was clicked, to change it; a browser may send anything."""
    if not picking() and event.kind == "place" and event.id in data.known().places:
        _choose(event.id)


def hear_spot(spot: Spot) -> None:
    """Put a new place, or the one that moves, on the spot that was clicked."""
    _place_at(spot.lon, spot.lat)


def _place_at(lon: float, lat: float) -> None:
    if place := moving():
        if scenario_state.move(place, lon, lat):
            st.session_state.pop(_MOVING, None)
    elif tool() == TOOLS[0]:
        scenario_state.add(kind(), lon, lat)


def _choose(place: str | None) -> None:
    scenario_state.settle()
    st.session_state.pop(_MOVING, None)
    st.session_state[_TOOL] = TOOLS[1]
    if place:
        st.session_state[_KIND] = str(data.snapshot().places["category"][place])
    session.choose(session.current().selecting(place=place))


def draw(t: Text, scenario: Scenario, answer: Outcome | None) -> None:
    """Draw the tools, the list of changes, and in short what they would do."""
    with st.container(key="scenario_tools", gap="small"):
        style.html(f'<h2 class="tp-section">{escape(t("scenario.tool.title"))}</h2>')
        _tools(t)
        if tool() == TOOLS[0]:
            style.html(f'<p class="tp-do">{escape(t("scenario.tool.add_help"))}</p>')
            _spot(t, t("scenario.tool.put"))
        else:
            _change(t, scenario)
        tried, wrong = scenario_state.faults()
        if wrong and tried == "spot":
            style.html(scenario_faults.alert(t, t("scenario.refused.spot"), wrong, numbered=False))
    with st.container(key="scenario_changes", gap="small"):
        _changes(t, scenario)
        if answer is not None:
            style.html(scenario_answer.short(t, answer))


def _tools(t: Text) -> None:
    def take() -> None:
        wanted = st.session_state["control_scenario_tool"]
        st.session_state[_TOOL] = wanted
        st.session_state.pop(_MOVING, None)
        scenario_state.settle()
        session.choose(session.current().selecting())

    def sort() -> None:
        st.session_state[_KIND] = st.session_state["control_scenario_kind"]
        st.session_state.pop(_MOVING, None)
        scenario_state.settle()
        st.session_state[_TOOL] = tool()
        session.choose(session.current().selecting())

    st.session_state["control_scenario_tool"] = tool()
    st.segmented_control(
        t("scenario.tool.label"),
        TOOLS,
        format_func=lambda key: t(f"scenario.tool.{key}"),
        required=True,
        label_visibility="collapsed",
        key="control_scenario_tool",
        on_change=take,
    )
    st.session_state["control_scenario_kind"] = kind()
    st.selectbox(
        t("scenario.tool.kind"),
        tuple(data.categories()),
        format_func=lambda key: words.category_name(t, key),
        placeholder=t("scenario.tool.kind"),
        key="control_scenario_kind",
        on_change=sort,
    )


def _spot(t: Text, label: str) -> None:
    """Let the visitor name the spot instead of clicking it: for the keyboard, and for who knows the street."""
    labels = scenario_data.spots(t)

    def put() -> None:
        key = st.session_state[_SPOT]
        if key in labels:
            _place_at(*scenario_data.spot(key))
            st.session_state[_SPOT] = None

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="scenario_spot_row"):
        st.selectbox(
            t("scenario.tool.spot"),
            tuple(labels),
            index=None,
            format_func=lambda key: labels[key],
            placeholder=t("scenario.tool.spot_placeholder"),
            help=t("scenario.tool.spot_help"),
            key=_SPOT,
        )
        st.button(label, key="scenario_put", disabled=st.session_state.get(_SPOT) is None, on_click=put)


def _change(t: Text, scenario: Scenario) -> None:
    """Let the visitor choose a place, then close or move it."""
    place, places = session.current().place, data.snapshot().places
    names = words.place_labels(t)
    of_kind = [key for key in names if places["category"][key] == kind()]
    if place is None:
        style.html(f'<p class="tp-do">{escape(t("scenario.tool.change_help"))}</p>')
    elif moving():
        style.html(f'<p class="tp-do">{escape(t("scenario.tool.move_help", place=names[place]))}</p>')
        _spot(t, t("scenario.tool.put_move"))
        _button(t("scenario.tool.keep"), "scenario_keep", lambda: _choose(place))
        return

    st.session_state["control_scenario_place"] = place
    st.selectbox(
        t("scenario.tool.place"),
        of_kind,
        index=None,
        format_func=lambda key: names[key],
        placeholder=t("scenario.tool.place_placeholder"),
        key="control_scenario_place",
        on_change=lambda: _choose(st.session_state["control_scenario_place"]),
    )
    if place is None:
        return
    if any(change.subject == place for change in scenario.changes):
        style.html(f'<p class="tp-small">{escape(t("scenario.tool.already"))}</p>')

    def start() -> None:
        st.session_state[_MOVING] = place

    with st.container(horizontal=True, gap="small", key="scenario_do"):
        _button(t("scenario.tool.close"), "scenario_close", lambda: scenario_state.close(place), strong=True)
        _button(t("scenario.tool.move"), "scenario_move", start)


def _button(label: str, key: str, act: Callable[[], None], *, strong: bool = False) -> None:
    st.button(label, key=key, on_click=act, type="primary" if strong else "secondary")


def _changes(t: Text, scenario: Scenario) -> None:
    listed = scenario_words.listed(scenario)
    style.html(f'<h2 class="tp-section">{escape(t("scenario.list.title"))}</h2>')
    if not listed:
        style.html(f'<p class="tp-small">{escape(t("scenario.list.none"))}</p>')
        return
    # One container for all, in two columns by the style sheet: each line's own would be sent anew at every change.
    with st.container(gap="small", key="scenario_lines"):
        for number, change in listed:
            line = escape(scenario_words.change(t, change))
            style.html(f'<p class="tp-change"><b aria-hidden="true">{number}</b><span>{line}</span></p>')
            st.button(
                t("scenario.list.undo", n=number),
                key=f"scenario_undo_{change.subject}",
                on_click=scenario_state.undo,
                args=(change.subject,),
            )
    st.button(t("scenario.list.clear"), key="scenario_clear", on_click=scenario_state.clear)
