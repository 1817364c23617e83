"""The page of what if, in two parts that are drawn apart.

A further change of the plan redraws the first, with the map and what would change, and not the second: most of the
page, and of what is sent, stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

import streamlit as st

from trefpunt import scenarios
from trefpunt.scenarios import Outcome, Scenario
from trefpunt.ui import (
    charts,
    controls,
    data,
    scenario_answer,
    scenario_compare,
    scenario_data,
    scenario_faults,
    scenario_files,
    scenario_map,
    scenario_pairs,
    scenario_precious,
    scenario_state,
    scenario_tool,
    session,
    style,
)
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import fits

_SAID = "scenario_said"
_DRAWN = "scenario_drawn"
"""What each part last showed."""
EXPLAINED = ("access", "encounter", "unserved", "sure", "rest")
"""The lines that explain the figures."""


def begin() -> None:
    """Both parts are about to be drawn."""
    st.session_state[_DRAWN] = _shown()


def explore(t: Text) -> None:
    """Draw the part that each change of the plan changes: map, tools, and what would change."""
    _drawing("explore")
    scenario, error = scenario_state.current()
    answer = scenario_data.answer(scenario, session.current().minutes) if scenario.effective else None
    scenario_files.hold(scenario, answer)
    if error:
        style.html(scenario_faults.alert(t, t("scenario.refused.link"), error.faults))
    if scenario.title:
        style.html(f'<p class="tp-plan">{escape(t("scenario.plan", title=scenario.title))}</p>')
    with st.container(key="scenario_columns"):
        left, right = st.columns([5, 3], gap="medium")
    with right:
        scenario_tool.draw(t, scenario, answer)
    with left:
        scenario_map.draw(t, scenario, answer)
    if answer is not None:
        _answer(t, scenario, answer)
    else:
        session.swap(_SAID, "")
    scenario_data.warm(data.mark())


def keep(t: Text) -> None:
    """Draw what comes after it: the places that mean most, files, plans side by side."""
    _drawing("keep")
    scenario, _ = scenario_state.current()
    style.html(f'<section class="tp-cannot"><p>{escape(t("scenario.cannot"))}</p></section>')
    scenario_precious.draw(t)
    with st.container(key="scenario_keep", gap="small"):
        scenario_files.draw(t, scenario)
    with st.container(key="scenario_compare", gap="small"):
        scenario_compare.draw(t, scenario)


def _shown() -> dict[str, tuple[object, ...]]:
    """Return all that each part shows of the visitor's session."""
    view, (scenario, _), (tried, wrong) = session.current(), scenario_state.current(), scenario_state.faults()
    plan = (scenario.title, bool(scenario.changes), bool(scenario.effective), fits(scenarios.to_json(scenario)))
    versus = (view.versus, view.scenario, view.minutes) if view.versus else ()
    return {
        "explore": (replace(view, versus=""), wrong if tried == "spot" else ()),
        "keep": (scenario_tool.kind(), *plan, *versus, (tried, *wrong) if tried != "spot" else ()),
    }


def _drawing(part: str) -> None:
    """Before `part` is drawn alone: draw the whole page instead when the other part would then be out of date."""
    before, now = st.session_state[_DRAWN], _shown()
    if any(before[other] != now[other] for other in now if other != part):
        st.rerun()
    st.session_state[_DRAWN] = now


def _answer(t: Text, scenario: Scenario, answer: Outcome) -> None:
    """Draw what would change, and let a screen reader say it when it does."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="scenario_head"):
        style.html(f'<h2 class="tp-section">{escape(t("scenario.answer"))}</h2>')
        controls.minutes(t)
    # One by one: what a further change leaves as it is, is not sent again.
    for one in answer.categories:
        style.html(scenario_answer.category(t, answer, one))
    lines = charts.bullets(t(f"scenario.explained.{line}") for line in EXPLAINED)
    style.html(charts.folded(t("scenario.explained.title"), lines))
    style.html(f'<h3 class="tp-subhead">{escape(t("scenario.place.title"))}</h3>')
    with st.container(key="scenario_places"):
        for place in scenario_answer.places(t, scenario, answer):
            style.html(place)
    scenario_pairs.draw(t, answer)
    said = scenario_answer.said(t, answer)
    if said != session.swap(_SAID, said):
        style.announce(said)
