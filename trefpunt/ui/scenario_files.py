"""Scenarios as files: take one along, open one, print the page."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from html import escape

import streamlit as st

from trefpunt import scenarios
from trefpunt.errors import ScenarioError
from trefpunt.scenarios import MAX_BYTES, MAX_TEXT, Outcome, Scenario
from trefpunt.ui import data, scenario_data, scenario_faults, scenario_state, session, style
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import fits

_TURN, _HELD = "scenario_upload_turn", "scenario_held"


@dataclass
class _Held:
    """The visitor's plan as it is now: a file is written when it is asked for, and the page is drawn before."""

    scenario: Scenario
    answer: Outcome | None


def hold(scenario: Scenario, answer: Outcome | None) -> None:
    """Keep the plan for the files that the visitor may ask for."""
    held = _held()
    held.scenario, held.answer = scenario, answer


def _held() -> _Held:
    held: _Held = st.session_state.setdefault(_HELD, _Held(scenario_state.empty(), None))
    return held


def draw(t: Text, scenario: Scenario) -> None:
    """Draw the ways to name, keep, share and print a scenario, and to open another one."""
    style.html(f'<h2 class="tp-section">{escape(t("scenario.keep.title"))}</h2>')
    if scenario.changes:
        _name(t, scenario)
        held = _held()
        short = fits(scenarios.to_json(scenario))
        said = t("scenario.keep.address" if short else "scenario.keep.too_long")
        style.html(f'<p class="tp-intro">{escape(said)}</p>')
        with st.container(horizontal=True, gap="small", key="scenario_keep_row"):
            st.download_button(
                t("scenario.keep.download"),
                # Nothing in these asks for the visitor's session, which is elsewhere by then.
                lambda: f"{scenarios.to_json(held.scenario, indent=2)}\n".encode(),
                file_name=f"{_file_name(scenario)}.json",
                mime="application/json",
                key="scenario_download",
                on_click="ignore",
            )
            if scenario.effective:
                st.download_button(
                    t("scenario.keep.figures"),
                    lambda: _figures(held),
                    file_name=f"{_file_name(scenario)}-{t('scenario.keep.figures_file')}.json",
                    mime="application/json",
                    key="scenario_figures",
                    on_click="ignore",
                )
            style.printer(t("print.now"))
    upload(t, "scenario")


def _figures(held: _Held) -> bytes:
    found = scenarios.records(held.scenario, held.answer) if held.answer is not None else {}
    return f"{json.dumps(found, ensure_ascii=False, indent=2)}\n".encode()


def _name(t: Text, scenario: Scenario) -> None:
    st.session_state["scenario_title"] = scenario.title or ""
    st.text_input(
        t("scenario.keep.name"),
        placeholder=t("scenario.keep.name_placeholder"),
        max_chars=MAX_TEXT,
        key="scenario_title",
        on_change=lambda: scenario_state.entitle(st.session_state["scenario_title"]),
    )


def upload(t: Text, target: str) -> None:
    """Let the visitor open a file as ``scenario`` or ``versus``; a bad one changes nothing and says why."""
    turn = st.session_state.get(_TURN, 0)
    key = f"scenario_upload_{target}_{turn}"

    def take() -> None:
        file = st.session_state.get(key)
        if file is not None:
            _take(file.getvalue(), target)
            st.session_state[_TURN] = turn + 1  # an empty box again

    with st.container(key=f"scenario_upload_{target}", gap="small"):
        st.file_uploader(
            t(f"scenario.upload.{target}"),
            type=["json"],
            key=key,
            on_change=take,
            max_upload_size=1,
            help=t("scenario.upload.help", kb=MAX_BYTES // 1024),
        )
        # Streamlit's own words in the box are English: the style sheet hides them, these stand there instead.
        style.words(f"scenario_upload_{target}", "upload", t("scenario.upload.choose"))
        tried, wrong = scenario_state.faults()
        if wrong and tried == target:
            style.html(scenario_faults.alert(t, t("scenario.refused.file"), wrong))


def _take(content: bytes, target: str) -> None:
    try:
        found = scenarios.read(content, scenario_data.ground())
    except ScenarioError as error:
        scenario_state.refuse(target, error.faults)
        return
    if target == "scenario":
        scenario_state.put(found)
    else:
        scenario_state.settle()
        session.update(versus=scenario_state.written(found))


def _file_name(scenario: Scenario) -> str:
    """Return what the file is called: municipality and title, in plain letters."""
    parts = ["trefpunt", data.municipality(), scenario.title or "scenario"]
    plain = (unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode().lower() for part in parts)
    return "-".join(filter(None, (re.sub(r"[^a-z0-9]+", "-", part).strip("-") for part in plain)))
