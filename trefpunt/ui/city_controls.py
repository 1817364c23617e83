"""The choices on the city page: each shows the visitor's view and, when used, changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from trefpunt.metrics.one_sidedness import FACTORS
from trefpunt.tables.derived_schemas import ENVIRONMENTS, LEVELS, REFERENCES
from trefpunt.ui import data, session
from trefpunt.ui.city_answer import factor_text
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ORDERS, TOPICS


def _choose(
    field: str, label: str, options: Sequence[Any], words: Callable[[Any], str], help: str | None = None
) -> None:
    key = f"city_{field}"
    st.session_state[key] = getattr(session.current(), field)
    st.segmented_control(
        label,
        options,
        format_func=words,
        required=True,
        help=help,
        key=key,
        on_change=lambda: session.update(**{field: st.session_state[key]}),
    )


def topic(t: Text) -> None:
    """Let the visitor choose a part of the page."""
    _choose("topic", t("city.choose.topic"), TOPICS, lambda key: t(f"city.topic.{key}"))


def environment(t: Text) -> None:
    """Let the visitor choose between neighbours and meeting places."""
    _choose(
        "environment",
        t("city.choose.environment"),
        ENVIRONMENTS,
        lambda key: t(f"city.environment.{key}"),
    )


def reference(t: Text) -> None:
    """Let the visitor compare with the municipality or with the country."""
    _choose(
        "reference",
        t("city.choose.reference"),
        REFERENCES,
        lambda key: data.municipality() if key == "municipality" else t("nation"),
    )


def factor(t: Text) -> None:
    """Let the visitor choose how strict the judgement is."""
    _choose("factor", t("city.choose.factor"), FACTORS, lambda k: factor_text(t, k), t("city.choose.factor_help"))


def level(t: Text) -> None:
    """Let the visitor choose between neighbourhoods and districts; an area of the other level is let go."""

    def change() -> None:
        view = session.current()
        session.choose(view.selecting(place=view.place, level=st.session_state["city_level"]))

    st.session_state["city_level"] = session.current().scored_level
    st.segmented_control(
        t("city.choose.level"),
        LEVELS,
        format_func=lambda key: t(f"controls.per_{key}"),
        required=True,
        key="city_level",
        on_change=change,
    )


def order(t: Text, topic: str) -> None:
    """Let the visitor sort the list of areas; by name until then."""
    _choose("order", t("city.choose.order"), ORDERS, lambda key: t(f"city.order.{topic}_{key}"))
