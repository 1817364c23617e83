"""Two scenarios side by side: the municipality as it is, with plan A, with plan B."""

from __future__ import annotations

from html import escape

import streamlit as st

from trefpunt.scenarios import Outcome, Scenario
from trefpunt.ui import (
    data,
    scenario_answer,
    scenario_data,
    scenario_faults,
    scenario_files,
    scenario_state,
    scenario_words,
    session,
    style,
    words,
)
from trefpunt.ui.i18n import Text

SHOWN = ("places", "residents_within", "access_low", "access_high", "encounter")


def draw(t: Text, scenario: Scenario) -> None:
    """Draw the comparison, or the ways to begin one."""
    view = session.current()
    other, error = scenario_state.of(view.versus)
    style.html(f'<h2 class="tp-section">{escape(t("scenario.versus.title"))}</h2>')
    if error:
        style.html(scenario_faults.alert(t, t("scenario.refused.versus"), error.faults))
    if not view.versus:
        style.html(f'<p class="tp-intro">{escape(t("scenario.versus.intro"))}</p>')
    with st.container(horizontal=True, gap="small", key="scenario_versus"):
        if scenario.changes:
            st.button(t("scenario.versus.aside"), key="scenario_aside", on_click=scenario_state.aside)
        if view.versus:
            st.button(t("scenario.versus.swap"), key="scenario_swap", on_click=scenario_state.swap)
            st.button(t("scenario.versus.alone"), key="scenario_alone", on_click=scenario_state.alone)
    if view.versus and not error:
        style.html(_side_by_side(t, scenario, other))
    scenario_files.upload(t, "versus")


def _side_by_side(t: Text, scenario: Scenario, other: Scenario) -> str:
    minutes = session.current().minutes
    concerned = {scenario_words.category_of(change) for one in (scenario, other) for change in one.effective}
    kinds = tuple(key for key in data.categories() if key in concerned)
    answers = [scenario_data.answer(one, minutes, kinds) for one in (scenario, other)]
    parts = [_plans(t, scenario, other)]
    for kind in kinds:
        title = words.category_plural(t, kind)
        head = [
            t("scenario.column.figure"),
            t("scenario.column.before"),
            t("scenario.versus.a"),
            t("scenario.versus.b"),
        ]
        rows = [_row(t, answers, kind, figure) for figure in SHOWN]
        parts.append(scenario_answer.table(title[:1].upper() + title[1:], head, rows))
        parts.append(_names(t, answers, kind))
    return f'<div class="tp-versus">{"".join(parts)}</div>'


def _plans(t: Text, scenario: Scenario, other: Scenario) -> str:
    """Return what both plans are, one beside the other."""
    columns = []
    for key, one in (("a", scenario), ("b", other)):
        lines = "".join(f"<li>{escape(scenario_words.change(t, c))}</li>" for _, c in scenario_words.listed(one))
        name = f": {one.title}" if one.title else ""
        body = f"<ol>{lines}</ol>" if lines else f"<p>{escape(t('scenario.versus.nothing'))}</p>"
        columns.append(f"<div><h3>{escape(t(f'scenario.versus.{key}'))}{escape(name)}</h3>{body}</div>")
    return f'<div class="tp-gains">{"".join(columns)}</div>'


def _row(t: Text, answers: list[Outcome], kind: str, figure: str) -> list[str]:
    rows = [answer.by_category[kind][figure] for answer in answers]
    cells = [escape(scenario_answer.number(t, figure, float(rows[0]["before"])))]
    for row in rows:
        after = escape(scenario_answer.number(t, figure, float(row["after"])))
        cells.append(f"{after}<small>{scenario_answer.difference(t, figure, row)}</small>")
    return [escape(scenario_answer.label(t, figure, kind, answers[0].minutes)), *cells]


def _names(t: Text, answers: list[Outcome], kind: str) -> str:
    """Return in which neighbourhoods each plan brings places nearer and farther, one plan beside the other."""
    columns = []
    for key, answer in zip(("a", "b"), answers, strict=True):
        lines = ""
        for side, found in (("winners", answer.winners(kind)), ("losers", answer.losers(kind))):
            names = ", ".join(found) or t("scenario.versus.nowhere")
            lines += f"<p><b>{escape(t(f'scenario.versus.{side}'))}</b> {escape(names)}.</p>"
        columns.append(f"<div><h4>{escape(t(f'scenario.versus.{key}'))}</h4>{lines}</div>")
    return f'<div class="tp-gains">{"".join(columns)}</div>'
