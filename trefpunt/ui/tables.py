"""The tables: everything that is on the map, to sort, to filter and to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from trefpunt.ui import data, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ViewState

PLACE_COLUMNS = {
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
    "bridge": "percent",
    "border": None,
    "vintage": None,
}
"""Columns of the table of places; None = text, else how the number is written."""

AREA_COLUMNS = {
    "name": None,
    "ses_woa": "signed",
    "ses_woa_lower": "signed",
    "ses_woa_upper": "signed",
    "status": None,
    "share_low": "percent",
    "share_middle": "percent",
    "share_high": "percent",
    "shares_year": "year",
    "residents": "count",
    "households": "count",
    "owner_occupied_pct": "count",
    "nearest_supermarket_m": "count",
    "nearest_school_m": "count",
}
"""The same for neighbourhoods and districts."""


def filtered(measures: pd.DataFrame, view: ViewState) -> pd.DataFrame:
    """Return the rows of the measures that the view's filters keep, by name; places without a name come last."""
    kept = measures
    if view.categories:
        kept = kept[kept["category"].isin(view.categories)]
    if view.within:
        kept = kept[kept["neighbourhood_code"].isin(data.inside(view.within))]
    if view.search:
        kept = kept[kept["name"].str.contains(view.search, case=False, regex=False, na=False)]
    return kept.sort_values("name", key=lambda names: names.str.casefold(), na_position="last", kind="stable")


def place_table(t: Text, rows: pd.DataFrame) -> str | None:
    """Draw the table of places; return the place_id of the row that the visitor chose, if any."""
    shown = pd.DataFrame(index=rows.index)
    shown["name"] = [words.place_name(t, n, c) for n, c in zip(rows["name"], rows["category"], strict=True)]
    shown["category"] = rows["category"].map(lambda key: words.category_name(t, key))
    shown["area"] = rows["neighbourhood_code"].map(data.areas("neighbourhood")["name"])
    shown["mode"] = rows["mode"].map(lambda key: t(f"mode.{key}"))
    shown["border"] = rows["border_truncated"].map(lambda cut: t("yes") if cut else t("no"))
    for column in PLACE_COLUMNS:
        if column not in shown:
            shown[column] = rows[column]
    chosen = _draw(t, shown, PLACE_COLUMNS, key="table_places", selectable=True)
    return str(shown.index[chosen]) if chosen is not None else None


def area_table(t: Text, level: str) -> None:
    """Draw the table of neighbourhoods or districts (`level`): complete, by name."""
    rows = data.areas(level)
    shown = pd.DataFrame(rows[[c for c in AREA_COLUMNS if c in rows.columns]])
    shown["status"] = [words.score_status(t, row) for _, row in rows.iterrows()]
    _draw(t, shown, AREA_COLUMNS, key=f"table_{level}", selectable=False)


def _draw(t: Text, shown: pd.DataFrame, columns: Mapping[str, str | None], *, key: str, selectable: bool) -> int | None:
    """Draw a table that sorts by value but shows numbers as the language writes them; return the chosen row."""
    shown = shown[list(columns)]
    config: dict[str, Any] = {}
    written: dict[Any, str | Callable[[Any], str] | None] = {}
    for column, kind in columns.items():
        label, explained = t(f"column.{column}"), t(f"column_help.{column}")
        if kind is None:
            config[column] = st.column_config.TextColumn(label, help=explained)
        else:
            config[column] = st.column_config.NumberColumn(label, help=explained)
            written[column] = partial(_write, t, kind)
    event: Any = st.dataframe(
        shown.style.format(written),
        hide_index=True,
        column_config=config,
        width="stretch",
        height=520,
        key=key,
        on_select="rerun" if selectable else "ignore",
        selection_mode="single-row",
    )
    picked = event["selection"]["rows"] if selectable else []
    return int(picked[0]) if picked else None


def _write(t: Text, kind: str, value: Any) -> str:
    """Return a cell as the language writes it; empty when there is no figure."""
    if pd.isna(value):
        return ""
    if kind == "year":
        return str(int(value))
    if kind == "percent":
        return t.percent(float(value), 1)
    return t.number(float(value), 0 if kind == "count" else 2, signed=kind == "signed")
