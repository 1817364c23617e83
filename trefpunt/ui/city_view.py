"""The page about the whole municipality: one topic at a time, chosen at the top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from trefpunt.tables.derived_schemas import ONE_SIDED_VARIANTS
from trefpunt.ui import (
    city_answer,
    city_controls,
    city_files,
    city_housing,
    city_kinds,
    city_own,
    city_parts,
    city_separation,
    city_welfare,
    city_years,
    data,
    environment_data,
    print_view,
    session,
    style,
)
from trefpunt.ui.i18n import Text


def draw(t: Text) -> None:
    """Draw the choice of a topic and the topic."""
    city_controls.topic(t)
    DRAW[session.current().topic](t)
    city_files.buttons(t)
    print_view.open_button(t, "city")


def _controls(name: str, *controls: Callable[[], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key=f"city_row_{name}"):
        for control in controls:
            control()


def _sorting(t: Text, topic: str) -> None:
    _controls("list", lambda: city_controls.level(t), lambda: city_controls.order(t, topic))


def _answer(t: Text) -> None:
    view = session.current()
    style.html(city_answer.question(t))
    _controls(
        "answer",
        lambda: city_controls.environment(t),
        lambda: city_controls.reference(t),
        lambda: city_controls.factor(t),
    )
    found = city_answer.Found(
        areas={
            level: environment_data.one_sidedness(level, view.environment, view.reference, view.factor)
            for level in city_answer.LEVELS
        },
        curves={
            variant: environment_data.one_sidedness_curve(view.environment, view.reference, variant)
            for variant in ONE_SIDED_VARIANTS
        },
        city=data.city(),
        name=data.municipality(),
    )
    style.html(city_answer.answer(t, view, found))
    _sorting(t, "answer")
    style.html(city_answer.areas(t, replace(view, level=view.scored_level), found))


def _separation(t: Text) -> None:
    derived = data.snapshot().derived
    style.html(city_separation.separation(t, derived["segregation"], data.city(), data.municipality()))
    names = data.areas("neighbourhood")["name"]
    style.html(city_separation.clusters(t, derived["clusters"], derived["segregation"], names))
    city = data.city()
    shares = {"low": city.low, "middle": city.middle, "high": city.high}
    if own := city_own.section(t, derived["own_areas"], shares, data.municipality()):
        style.html(own)


def _housing(t: Text) -> None:
    level, order = session.current().scored_level, session.current().order
    _sorting(t, "housing")
    style.html(city_housing.housing(t, data.areas(level), level, order))
    style.html(city_housing.ownership(t, data.areas(level), level))


def _welfare(t: Text) -> None:
    level, order = session.current().scored_level, session.current().order
    style.html(city_welfare.spread(t, data.areas("neighbourhood"), data.areas("district")))
    _sorting(t, "welfare")
    style.html(city_welfare.scores(t, data.areas(level), level, order))
    ordered = city_parts.ordered(data.areas(level), order, "ses_woa", "ses_woa", most=False)
    style.html(city_years.section(t, ordered, level))


def _kinds(t: Text) -> None:
    style.html(city_kinds.kinds(t, data.category_table()))


DRAW: dict[str, Callable[[Text], None]] = {
    "answer": _answer,
    "separation": _separation,
    "housing": _housing,
    "welfare": _welfare,
    "kinds": _kinds,
}
"""What draws each of `trefpunt.ui.state.TOPICS`."""
