"""The page of what is missing: the answer in words, the map, the best spots, the table."""

from __future__ import annotations

from html import escape

import geopandas as gpd
import streamlit as st

from trefpunt.suggest import Suggestion
from trefpunt.ui import (
    display,
    missing_answer,
    missing_controls,
    missing_data,
    missing_map,
    missing_spots,
    missing_table,
    session,
    shell,
    style,
)
from trefpunt.ui.i18n import Text
from trefpunt.ui.missing_jobs import Job
from trefpunt.ui.state import ViewState

EVERY_S = 0.6
"""How often the page looks how far a computation is."""

_SAID = "missing_said"


def page(t: Text) -> None:
    """Draw the page."""
    view = session.current()
    missing_controls.question(t, view)
    style.html(missing_answer.answer(t, view))
    # As they are now: an answer that comes while the page is drawn must not be on one half of it.
    surface = missing_data.surface(view).as_it_is()
    looking = missing_data.spots(view).as_it_is() if view.find == "on" else None
    found: gpd.GeoDataFrame | None = surface.answer
    suggested: Suggestion | None = looking.answer if looking else None
    # A room full of people sees no controls, so without an answer there is nothing beside the map.
    beside = not display.is_projector() or looking is not None
    with st.container(key="missing_columns"):
        left, right = st.columns([5, 3], gap="medium") if beside else (st.container(), None)
    with left:
        if found is None:
            _not_yet(t, view, surface)
        missing_map.draw(t, view, found, suggested)
        if found is not None:
            style.html(f'<p class="tp-surface">{escape(missing_map.in_words(t, view, found))}</p>')
        style.html(missing_map.explained(t))
    if right is not None:
        with right:
            _find(t, view, looking)
    style.html(missing_answer.more(t, view))
    style.html(missing_spots.cannot(t))
    with st.container(key="missing_table", gap="small"):
        style.html(f'<h2 class="tp-section">{escape(t("gap.table.title"))}</h2>')
        missing_controls.listed(t, view)
        style.html(f'<p class="tp-small">{escape(t(f"gap.table.note_{view.listed}", minutes=view.minutes))}</p>')
        missing_table.draw(t, view, found)
    _announce(t, view, looking)


def _find(t: Text, view: ViewState, looking: Job | None) -> None:
    """Draw what to look for, and what was found."""
    with st.container(key="missing_find", gap="small"):
        style.html(f'<h2 class="tp-section">{escape(t("gap.find.title"))}</h2>')
        missing_controls.search(t, view)
        if looking is not None:
            _looking(t, view, looking)


def _announce(t: Text, view: ViewState, looking: Job | None) -> None:
    """Let a screen reader say what changed: the answer, that it is being looked for, or what was found."""
    said = missing_answer.said(t, view)
    if looking is not None and looking.answer is not None:
        said = missing_spots.said(t, view, looking.answer)
    elif looking is not None and not looking.is_over:
        said = t("gap.find.busy")
    before = session.swap(_SAID, said)
    # What stands there when the page opens is read with the page.
    style.announce(said if before else "")


def _not_yet(t: Text, view: ViewState, job: Job) -> None:
    """Say how far the hexagons are, or that they will not come."""
    if job.is_over:
        _failed(t, view, job, missing_data.SURFACE)
    else:
        _wait(t, view, missing_data.SURFACE)


def _looking(t: Text, view: ViewState, job: Job) -> None:
    """Draw what was found, or how far the search is."""
    if job.answer is not None:
        style.html(missing_spots.results(t, view, job.answer))
        st.button(t("gap.find.clear"), key="missing_clear", on_click=_stop)
    elif job.is_over:
        _failed(t, view, job, missing_data.SPOTS)
        st.button(t("gap.find.clear"), key="missing_clear", on_click=_stop)
    else:
        _wait(t, view, missing_data.SPOTS)
        st.button(t("gap.find.stop"), key="missing_stop", on_click=_stop)


def _stop() -> None:
    missing_data.stop()
    session.update(find="off")


def _wait(t: Text, view: ViewState, what: str) -> None:
    @st.fragment(run_every=EVERY_S)
    @shell.guarded
    def progress() -> None:
        """Only this line is drawn again while the computation goes on; then the whole page."""
        if session.current() != view:
            return  # the page is about to be drawn anew
        job = missing_data.surface(view) if what == missing_data.SURFACE else missing_data.spots(view)
        if job.is_over:
            st.rerun()
        label, part = escape(t(f"gap.wait.{what}")), round(100 * job.part)
        said = escape(t("gap.wait.part", part=part) if part else t("gap.wait.turn"))
        style.html(
            f'<div class="tp-wait"><span>{label}</span><progress max="100" value="{part}" aria-label="{label}">'
            f"</progress><small>{said}</small></div>"
        )

    progress()


def _failed(t: Text, view: ViewState, job: Job, what: str) -> None:
    """Say why nothing was found: too few spots is an answer, anything else is to be tried again."""
    few = job.error is not None
    text = t("gap.failed.few") if few else t("gap.failed.broken")
    style.html(f'<div class="tp-refused" role="alert"><p>{escape(text)}</p></div>')
    if not few:
        st.button(t("gap.failed.again"), key=f"missing_again_{what}", on_click=missing_data.again, args=(view, what))
