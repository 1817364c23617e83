"""The places that two neighbourhoods share as a file to take along."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd
import streamlit as st

from trefpunt.ui import data, download, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ViewState

FROM_PLACES = ["lon", "lat", "neighbourhood_code", "source", "osm_id", "vintage"]
"""Columns of the places that go along, as far as they are there."""


def rows(table: pd.DataFrame, view: ViewState) -> pd.DataFrame:
    """Return the shared places with all that says what their figures are: both neighbourhoods, mode and minutes.

    Parameters
    ----------
    table
        `trefpunt.queries.pair`.
    view
        The visitor's view, with the pair.
    """
    assert view.pair is not None
    places = data.measures(view.mode, view.minutes).loc[table.index]
    said: dict[str, str | int] = {"mode": view.pair_mode, "within_minutes": view.minutes}
    for side, code in zip("ab", view.pair, strict=True):
        said |= {f"code_{side}": code, f"neighbourhood_{side}": words.area_name(code)}
    return table.assign(**{name: [value] * len(table) for name, value in said.items()}).join(places[FROM_PLACES])


def button(t: Text, table: pd.DataFrame, view: ViewState) -> None:
    """Draw the button that downloads the shared places as CSV."""
    st.download_button(
        t("two.download"),
        download.place_files(t, rows(table, view))["csv"],
        file_name=file_name(t, view),
        mime=download.MIME["csv"],
        key="two_download",
        on_click="ignore",
    )


def file_name(t: Text, view: ViewState) -> str:
    """Return what the file is called: both neighbourhoods, how far, and the years of the data."""
    assert view.pair is not None
    years = sorted(re.findall(r"\d{4}", data.vintage("places")))
    parts = [data.municipality(), *map(words.area_name, view.pair)]
    parts += [t(f"two.file.{view.pair_mode}", minutes=view.minutes), *dict.fromkeys(years[:1] + years[-1:])]
    return "-".join(["trefpunt", *filter(None, map(_plain, parts))]) + ".csv"


def _plain(text: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.lower()).strip("-")
