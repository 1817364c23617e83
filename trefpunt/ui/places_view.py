"""The page of places: choices, figure, table, downloads; and the tables of the areas of every level."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from trefpunt.ui import controls, data, download, own_words, print_view, scatter, session, spoken, style, tables, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import OWN_AREA, SORTS, TABLES, ViewState

MAP = "pages/kaart.py"


def page(t: Text) -> None:
    """Draw the tables, of which one is open."""
    labels = {key: t(f"table.{key}") for key in data.known().tables}

    def change() -> None:
        opened = st.session_state["places_tables"]
        session.update(table=next((key for key, label in labels.items() if label == opened), TABLES[0]))

    st.session_state["places_tables"] = labels[session.current().table]
    tabs = st.tabs(list(labels.values()), key="places_tables", on_change=change)
    for key, tab in zip(labels, tabs, strict=True):
        # What is not open is not sent.
        if key == session.current().table:
            with tab:
                _places(t) if key == "places" else _areas(t, key.removesuffix("s"))


def _places(t: Text) -> None:
    view = session.current()
    style.fold(t("controls.more"))
    with st.container(key="places_controls", gap="small"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            controls.name_filter(t)
            controls.within(t)
            controls.mode(t)
            controls.minutes(t)
        controls.categories(t)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="places_order"):
        _sort(t)
        lines = "".join(f"<p>{escape(line)}</p>" for line in _sorted_words(t, view))
        style.html(f'<div class="tp-sortnote">{lines}</div>')
    rows = tables.filtered(tables.places(view), view)
    spoken.count(t, len(rows))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="places_switches"):
        st.caption(t.plural("table.count", len(rows)), width="content")
        _switch(t("table.all_columns"), "columns", ("few", "all"))
        _switch(t("table.figure"), "figure", ("off", "on"))
    if view.figure == "on":
        _figure(t, rows, view)
    tables.place_table(t, rows.index, view)
    chosen = view.place if view.place in rows.index else None
    name = words.place_label(t, rows.loc[[chosen]].iloc[0]) if chosen else None
    _below(t, name)
    with st.container(horizontal=True, key="places_take"):
        download.buttons(t, "places", download.place_files(t, rows))
    st.caption(t("table.downloads"))


def _areas(t: Text, level: str) -> None:
    view = session.current()
    _switch(t("table.all_columns"), "columns", ("few", "all"))
    if level == OWN_AREA:
        st.caption(f"{own_words.computed(t)} {t('caveat.own_area')}")
    tables.area_table(t, level, view)
    chosen = view.area if view.area in data.areas(level).index else None
    _below(t, words.area_name(chosen) if chosen else None)
    with st.container(horizontal=True, key="places_take"):
        download.buttons(t, f"{level}s", download.area_files(t, level))
    st.caption(t("table.downloads"))


def _below(t: Text, chosen: str | None) -> None:
    """Draw what was chosen and the way to the map."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if st.button(t("table.show"), disabled=chosen is None, help=t("table.show_help"), type="primary"):
            st.switch_page(MAP)
        if chosen:
            style.html(f'<p class="tp-chosen">{escape(t("table.chosen", name=chosen))}</p>')
            print_view.open_button(t)


def _sort(t: Text) -> None:
    """Let the visitor choose what the places are sorted by, as a question."""
    st.session_state["places_sort"] = session.current().sort
    st.radio(
        t("sort.title"),
        SORTS,
        format_func=lambda key: t(f"sort.{key}"),
        key="places_sort",
        on_change=lambda: session.update(sort=st.session_state["places_sort"]),
    )


def _sorted_words(t: Text, view: ViewState) -> list[str]:
    """Return what the order means and what to watch for, one line each."""
    lines = [t(f"sort.explain.{view.sort}", minutes=view.minutes, city=data.municipality())]
    if view.sort == "reach" and view.mode == "own":
        lines.append(t("sort.explain.cycle"))
    if view.sort == "bridge":
        lines.append(t("sort.explain.steady"))
    return lines


def _switch(label: str, field: str, values: tuple[str, str]) -> None:
    """Draw a switch between two values of a field of the view: off, on."""
    key = f"places_{field}"
    st.session_state[key] = getattr(session.current(), field) == values[1]
    st.toggle(label, key=key, on_change=lambda: session.update(**{field: values[int(st.session_state[key])]}))


def _figure(t: Text, rows: pd.DataFrame, view: ViewState) -> None:
    drawn = scatter.points(t, rows)
    style.html(f'<h2 class="tp-section">{escape(t("figure.title"))}</h2>')
    if drawn.empty:
        st.caption(t("figure.none"))
        return
    style.html(f'<p class="tp-intro">{escape(t("figure.read", city=data.municipality()))}</p>')

    def choose() -> None:
        if code := scatter.clicked(st.session_state["places_figure_drawn"]):
            session.choose(session.current().selecting(place=code))

    st.altair_chart(
        scatter.figure(t, drawn, view.place, view.minutes, dark=style.is_dark()),
        width="stretch",
        key="places_figure_drawn",
        on_select=choose,
        selection_mode=scatter.CLICK,
        alt=t("figure.alt", n=len(drawn), minutes=view.minutes),
    )
    absent = len(rows) - len(drawn)
    notes = [
        t("figure.choose"),
        t("figure.scale"),
        t.plural("figure.absent", absent) if absent else "",
        t("figure.equal"),
    ]
    style.html(f'<p class="tp-small">{escape(" ".join(filter(None, notes)))}</p>')
