"""The tables: everything that is on the map, to sort, to filter and to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from trefpunt.ui import certainty, data, session, style, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.keeping import kept
from trefpunt.ui.state import OWN_AREA, ViewState

KINDS: Mapping[str, str | None] = {
    "name": None,
    "category": None,
    "area": None,
    "mode": None,
    "residents_within": "count",
    "share_low": "percent",
    "share_middle": "percent",
    "share_high": "percent",
    "encounter": "percent",
    "mixing": "score",
    "mixing_between": None,
    "mixing_lower": "score",
    "mixing_upper": "score",
    "bridge": "percent",
    "bridge_between": None,
    "bridge_lower": "percent",
    "bridge_upper": "percent",
    "steady": None,
    "border": None,
    "vintage": None,
    "ses_woa": "signed",
    "ses_woa_lower": "signed",
    "ses_woa_upper": "signed",
    "status": None,
    "shares_year": "year",
    "residents": "count",
    "residents_unknown": "count",
    "households": "count",
    "owner_occupied_pct": "count",
    "nearest_supermarket_m": "count",
    "nearest_school_m": "count",
}
"""How a column is written: None = as text, else the kind of number."""

MEASURES: Mapping[str, tuple[str, ...]] = {
    "reach": ("residents_within",),
    "mixing": ("mixing", "mixing_between"),
    "bridge": ("bridge", "bridge_between", "steady"),
}
"""The columns of each measure that places are sorted by; the first one is what counts."""

PLACE_MORE = (
    "mode",
    "share_low",
    "share_middle",
    "share_high",
    "encounter",
    "mixing_lower",
    "mixing_upper",
    "bridge_lower",
    "bridge_upper",
    "border",
    "vintage",
)
AREA_FEW = ("name", "ses_woa", "ses_woa_lower", "ses_woa_upper", "status", "share_low", "share_middle", "share_high")
AREA_MORE = (
    "shares_year",
    "residents",
    "households",
    "owner_occupied_pct",
    "nearest_supermarket_m",
    "nearest_school_m",
)
"""What a visitor sees at once, and what comes with 'more columns'."""

OWN_FEW = ("name", "residents", "share_low", "share_middle", "share_high")
OWN_MORE = ("residents_unknown",)
"""The same for the municipality's own division, of which there are no scores."""

WIDTHS = {
    "name": 290,
    "residents_within": 80,
    "mixing": 80,
    "mixing_between": 120,
    "bridge": 70,
    "bridge_between": 120,
    "steady": 95,
    "category": 175,
    "area": 150,
    "status": 190,
}
"""Pixels, so that the longest name and the columns of places fit a laptop; others by what they hold."""

NARROW = 190
"""Width of the names where a second line takes what does not fit: on a phone a figure stands beside them."""

TALL, TALLER = 66, 90
"""Height of a row of two lines on a phone and for a room full of people, in pixels: Streamlit breaks lines only where
rows are higher than four letters."""

LARGER = 1.3
"""So much wider are columns for a room full of people, where letters are as much larger."""

MOST_IN_VIEW = 10
"""Columns that a laptop shows beside each other."""

FIRST = 105
"""Width of the figure beside the name, in pixels: all that a phone shows next to it."""


def place_columns(view: ViewState) -> tuple[str, ...]:
    """Return the columns of the table of places, the one that it is sorted by beside the name.

    A room full of people cannot scroll sideways: it gets how sure a measure is of the one that it is sorted by.
    """
    order = [view.sort, *MEASURES] if view.sort in MEASURES else list(MEASURES)
    measures = [column for key in dict.fromkeys(order) for column in MEASURES[key]]
    if view.screen == "projector":
        beside = MEASURES.get(view.sort, ())[:2]
        measures = [column for column in measures if column in beside or any(column == m[0] for m in MEASURES.values())]
    return ("name", *measures, "category", "area", *(PLACE_MORE if view.columns == "all" else ()))


def filtered(measures: pd.DataFrame, view: ViewState) -> pd.DataFrame:
    """Return the rows that the view's filters keep, in the view's order; what is missing comes last.

    Places that are equal in what they are sorted by stand by name, those without a name after the others.
    """
    kept = measures
    if view.categories:
        kept = kept[kept["category"].isin(view.categories)]
    if view.within:
        kept = kept[kept.index.isin(data.places_in(view.within))]
    if view.search:
        kept = kept[kept["name"].str.contains(view.search, case=False, regex=False, na=False)]
    kept = kept.sort_values("name", key=lambda names: names.str.casefold(), na_position="last", kind="stable")
    if view.sort in MEASURES:
        kept = kept.sort_values(MEASURES[view.sort][0], ascending=False, na_position="last", kind="stable")
    return kept


def places(view: ViewState) -> pd.DataFrame:
    """Return every place with its measures and how sure these are, as the view travels."""
    return _places(data.mark(), view.mode, view.minutes)


@kept(96)
def _places(mark: str, mode: str, minutes: int) -> pd.DataFrame:
    return data.measures(mode, minutes).join(data.certainty(mode))


@kept(32)
def _in_words(mark: str, t: Text, mode: str, minutes: int) -> pd.DataFrame:
    """Return the table of all places as it reads; which rows, in what order, is up to the visitor."""
    rows = _places(mark, mode, minutes)
    return rows.assign(
        name=[words.place_name(t, n, c) for n, c in zip(rows["name"], rows["category"], strict=True)],
        category=rows["category"].map(lambda key: words.category_name(t, key)),
        area=rows["neighbourhood_code"].map(data.areas("neighbourhood")["name"]),
        mode=rows["mode"].map(lambda key: t(f"mode.{key}")),
        border=rows["border_truncated"].map(lambda cut: t("yes") if cut else t("no")),
        steady=rows["rank_stable"].astype(object).map(lambda value: certainty.steady(t, value)),
        mixing_between=certainty.betweens(t, "mixing", rows),
        bridge_between=certainty.betweens(t, "bridge", rows),
    )


def place_table(t: Text, kept: pd.Index[str], view: ViewState) -> None:
    """Draw the table of the places that are `kept` (place_id), in their order, the chosen one marked."""

    def choose(code: str | None) -> None:
        session.choose(session.current().selecting(place=code))

    shown = _in_words(data.mark(), t, view.mode, view.minutes).loc[kept]
    _draw(t, shown, place_columns(view), key="places", chosen=view.place, choose=choose, sort=view.sort)


def area_table(t: Text, level: str, view: ViewState) -> None:
    """Draw the table of the areas of a level: complete, by name, the chosen one marked."""

    def choose(code: str | None) -> None:
        session.choose(session.current().selecting(area=code, level=level))

    rows = data.areas(level)
    few, more = (OWN_FEW, OWN_MORE) if level == OWN_AREA else (AREA_FEW, AREA_MORE)
    wanted = (*few, *(more if view.columns == "all" else ()))
    shown = pd.DataFrame(rows.drop(columns="geometry"))
    if "status" in wanted:
        shown["status"] = [words.score_status(t, row) for _, row in rows.iterrows()]
    columns = [column for column in wanted if column in shown.columns]
    _draw(t, shown, columns, key=f"{level}s", chosen=view.area, choose=choose)


def _draw(
    t: Text,
    shown: pd.DataFrame,
    columns: Sequence[str],
    *,
    key: str,
    chosen: str | None,
    choose: Callable[[str | None], None],
    sort: str = "name",
) -> None:
    """Draw a table that sorts by value but shows numbers as the language writes them; hand a new choice to `choose`."""
    shown = shown[list(columns)]
    large = session.current().screen == "projector"
    widths = WIDTHS | ({"name": NARROW} if large or style.is_phone() else {})
    config: dict[str, Any] = {}
    written: dict[Any, str | Callable[[Any], str] | None] = {}
    sorted_by = MEASURES[sort][0] if sort in MEASURES else None
    for column in columns:
        label = f"{t(f'column.{column}')} ↓" if column == sorted_by else t(f"column.{column}")
        width = FIRST if sort in MEASURES and column == columns[1] else widths.get(column)
        if width and large:
            width = round(LARGER * width)
        kind, explained = KINDS[column], t(f"column_help.{column}")
        # Streamlit writes a pinned column in grey: only where the table has to be scrolled sideways to be read.
        pinned = column == "name" and len(columns) > MOST_IN_VIEW
        if kind is None:
            config[column] = st.column_config.TextColumn(label, help=explained, width=width, pinned=pinned)
        else:
            config[column] = st.column_config.NumberColumn(label, help=explained, width=width)
            written[column] = partial(_write, t, kind)
    state = f"table_{key}"

    def changed() -> None:
        picked = st.session_state[state]["selection"]["rows"]
        choose(str(shown.index[picked[0]]) if picked else None)

    rows = [int(shown.index.get_loc(chosen))] if chosen in shown.index else []  # type: ignore[arg-type]
    drawn = st.session_state.get(state)
    # Only when it differs: a table that stays as it is is not sent again.
    if (list(drawn["selection"]["rows"]) if drawn else []) != rows:
        st.session_state[state] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    st.dataframe(
        # With a name of its own, for pandas else makes one up each time and the table is sent again.
        Styler(shown, uuid=state).format(written),
        hide_index=True,
        column_config=config,
        width="stretch",
        height=720 if large else 520,
        row_height=TALLER if large else TALL if style.is_phone() else None,
        key=state,
        on_select=changed,
        selection_mode="single-row",
        placeholder=t("missing.score"),
        alt=t(f"table.{key}_alt"),
    )


def _write(t: Text, kind: str, value: Any) -> str:
    """Return a cell as the language writes it; what is missing is left to the table, which says so."""
    if pd.isna(value):
        return ""
    if kind == "year":
        return str(int(value))
    if kind == "percent":
        return t.percent(float(value), 1)
    return t.number(float(value), 0 if kind == "count" else 2, signed=kind == "signed")
