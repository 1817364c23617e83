"""The controls of the map and the table: each shows the visitor's view and, when used, changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from trefpunt.ui import data, markers, session, towns, words, years
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.state import MAX_TEXT, MINUTES, MODES


def bind(key: str, value: Any, change: Callable[[Any], None]) -> dict[str, Any]:
    """Return the arguments that make a widget show `value` and hand a new one to `change`."""
    st.session_state[key] = value
    return {"key": key, "on_change": lambda: change(st.session_state[key])}


def language_switch(t: Text) -> None:
    """Let the visitor choose the language."""
    st.segmented_control(
        t("controls.language"),
        LANGUAGES,
        format_func=lambda lang: t(f"language.{lang}"),
        required=True,
        label_visibility="collapsed",
        **bind("control_lang", t.lang, lambda lang: session.update(lang=lang)),
    )


def municipality(t: Text) -> None:
    """Let the visitor choose a municipality, when there are several; what is selected in this one is let go."""
    names = towns.names()
    if len(names) < 2:
        return
    st.selectbox(
        t("controls.municipality"),
        tuple(names),
        format_func=lambda slug: names[slug],
        label_visibility="collapsed",
        **bind("control_municipality", towns.here(), lambda slug: session.choose(session.current().moving(slug))),
    )


def year(t: Text) -> None:
    """Let the visitor choose of which year the map shows the scores, when there are several."""
    level = session.current().level
    choices = years.choices(t, level)
    if len(choices) < 2:
        return
    shown = session.current().year
    st.selectbox(
        t("controls.year"),
        tuple(choices),
        format_func=lambda year: choices[year],
        help=t("controls.year_help"),
        **bind(
            "control_year",
            shown if shown in choices else years.NEWEST,
            lambda year: session.update(year=year or None),
        ),
    )


def categories(t: Text) -> None:
    """Let the visitor choose which kinds of places to show; none chosen shows all."""

    def change(chosen: Sequence[str]) -> None:
        session.update(categories=tuple(c for c in data.categories() if c in chosen))

    st.pills(
        t("controls.categories"),
        tuple(data.categories()),
        selection_mode="multi",
        # A drawing and not an emoji: not every computer has a font for those.
        format_func=lambda key: f"![]({markers.drawing(data.categories()[key])}) {words.category_plural(t, key)}",
        help=t("controls.categories_help"),
        wrap=False,
        **bind("control_categories", list(session.current().categories), change),
    )


def level(t: Text) -> None:
    """Let the visitor choose the level that the map is coloured by; an area of another level is let go."""

    def change(key: str) -> None:
        view = session.current()
        session.choose(view.selecting(place=view.place, level=key))

    st.segmented_control(
        t("controls.level"),
        data.known().levels,
        format_func=lambda key: t(f"controls.per_{key}"),
        required=True,
        **bind("control_level", session.current().level, change),
    )


def mode(t: Text) -> None:
    """Let the visitor choose between walking, cycling and what is usual for each kind of place."""
    st.segmented_control(
        t("controls.mode"),
        MODES,
        format_func=lambda key: t(f"controls.mode_{key}"),
        required=True,
        help=t("controls.mode_help"),
        **bind("control_mode", session.current().mode, lambda key: session.update(mode=key)),
    )


def minutes(t: Text, key: str = "control_minutes", change: Callable[..., None] = session.update) -> None:
    """Let the visitor choose how many minutes away counts as within reach; `change` is told of it (`minutes`)."""
    st.slider(
        t("controls.minutes"),
        min_value=MINUTES[0],
        max_value=MINUTES[-1],
        step=1,
        format=t("controls.minutes_format"),
        help=t("controls.minutes_help"),
        **bind(key, session.current().minutes, lambda n: change(minutes=int(n))),
    )


def search(t: Text) -> None:
    """Let the visitor find an area of any level, a street or a place by typing, without clicking the map."""
    labels = words.search_labels(t)

    def change(key: str | None) -> None:
        if key is None:
            return
        view, known = session.current(), data.known()
        street, _, code = key.rpartition(words.BEHIND_STREET)
        if street:
            session.choose(view.selecting(area=code, street=street, level="neighbourhood"))
        elif code in known.places:
            session.choose(view.selecting(place=code))
        else:
            session.choose(view.selecting(area=code, level=known.level_of(code)))
        # The box is a way to jump, not a second place that shows the selection.
        st.session_state["control_search"] = None

    st.selectbox(
        t("controls.search"),
        tuple(labels),
        index=None,
        format_func=lambda key: labels[key],
        placeholder=t("controls.search"),
        label_visibility="collapsed",
        key="control_search",
        on_change=lambda: change(st.session_state["control_search"]),
    )


def home(t: Text) -> None:
    """Let the visitor say which neighbourhood is theirs; it stays in the address alone."""
    names = data.area_names()
    st.selectbox(
        t("home.label"),
        tuple(data.areas("neighbourhood").index),
        index=None,
        format_func=lambda code: names[code],
        placeholder=t("home.placeholder"),
        help=t("home.help"),
        **bind("control_home", session.current().home, lambda code: session.update(home=code)),
    )


def selection(t: Text) -> None:
    """Let the visitor leave the selection, when there is one, call it home, or compare it with home."""
    view = session.current()
    if not (view.place or view.area or view.pair):
        return
    chosen = view.area if view.area in data.known().neighbourhoods else None
    with st.container(horizontal=True, gap="small", key="selection"):
        st.button(
            t("controls.clear"), key="control_clear", on_click=lambda: session.choose(session.current().selecting())
        )
        if chosen and chosen != view.home:
            st.button(t("home.choose"), key="control_home_choose", on_click=lambda: session.update(home=chosen))
        if chosen and view.home and chosen != view.home:
            st.button(
                t("home.compare", home=words.area_name(view.home)),
                key="control_home_compare",
                on_click=lambda: session.choose(session.current().selecting(pair=(str(view.home), str(chosen)))),
            )


def within(t: Text) -> None:
    """Let the visitor narrow the table to one area, of any level."""
    names = words.area_labels(t)
    st.selectbox(
        t("controls.within"),
        tuple(names),
        index=None,
        format_func=lambda code: names[code],
        placeholder=t("controls.within_placeholder"),
        **bind("control_within", session.current().within, lambda code: session.update(within=code)),
    )


def name_filter(t: Text) -> None:
    """Let the visitor narrow the table to places whose name holds a text."""
    st.text_input(
        t("controls.name"),
        placeholder=t("controls.name_placeholder"),
        max_chars=MAX_TEXT,
        **bind("control_name", session.current().search, lambda text: session.update(search=text.strip())),
    )
