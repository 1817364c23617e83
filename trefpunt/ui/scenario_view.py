"""The page of what if: tools and map, what would change, plans side by side, files, the places that mean most."""

from __future__ import annotations

from html import escape

import streamlit as st

from trefpunt.scenarios import Scenario
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
from trefpunt.ui.scenario_data import Answer

_SAID = "scenario_said"
EXPLAINED = ("access", "encounter", "unserved", "sure", "rest")
"""The lines that explain the figures."""


def page(t: Text) -> None:
    """Draw the page."""
    scenario, error = scenario_state.current()
    answer = scenario_data.answer(scenario, session.current().minutes) if scenario.effective else None
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
    style.html(f'<section class="tp-cannot"><p>{escape(t("scenario.cannot"))}</p></section>')
    scenario_precious.draw(t)
    with st.container(key="scenario_keep", gap="small"):
        scenario_files.draw(t, scenario, answer)
    with st.container(key="scenario_compare", gap="small"):
        scenario_compare.draw(t, scenario)
    scenario_data.warm(data.mark())


def _answer(t: Text, scenario: Scenario, answer: Answer) -> None:
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
