"""Download buttons; the files themselves are made by `trefpunt.export`."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from trefpunt.export import to_csv
from trefpunt.ui import data
from trefpunt.ui.i18n import Text


def places(t: Text, rows: pd.DataFrame) -> None:
    """Offer the rows of the table of places, all their columns, under the licence of OpenStreetMap."""
    _button(t, rows, "places", t("export.licence_osm"))


def areas(t: Text, level: str) -> None:
    """Offer the neighbourhoods or districts; the distances in them come from OpenStreetMap, and so the licence."""
    table = pd.DataFrame(data.areas(level)).drop(columns="geometry")
    _button(t, table, f"{level}s", t("export.licence_osm"))


def _button(t: Text, rows: pd.DataFrame, name: str, licence: str) -> None:
    def content() -> bytes:
        # Spreadsheets in a Dutch setting expect a semicolon and a decimal comma, and the mark to know UTF-8 by.
        separator, decimal = (";", ",") if t.lang == "nl" else (",", ".")
        text = to_csv(
            rows,
            licence=licence,
            vintage=data.vintage(name),
            attribution=t("export.attribution_osm"),
            separator=separator,
            decimal=decimal,
        )
        return text.encode("utf-8-sig")

    st.download_button(
        t("table.download"),
        content(),
        file_name=f"trefpunt-{name}.csv",
        mime="text/csv",
        key=f"download_{name}",
        on_click="ignore",
    )
