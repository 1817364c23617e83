"""What the page about the municipality shows, as files: per topic the rows behind it, as CSV and GeoJSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from trefpunt.tables.derived_schemas import ONE_SIDED_VARIANTS
from trefpunt.ui import data, download, environment_data, session
from trefpunt.ui.city_answer import verdicts
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ViewState

AREA_COLUMNS = {
    "housing": ("residents", "households", "owner_occupied_pct", "corporation_pct", "woz_keur", "student_area"),
    "welfare": ("ses_woa", "ses_woa_lower", "ses_woa_upper", "ses_year", "ses_status", "student_area"),
}
"""Columns of the tables of areas that a topic shows, beside name and district."""


def answer(view: ViewState) -> pd.DataFrame:
    """Return every area of the chosen level with its one-sidedness and what the page asked; index code."""
    found = environment_data.one_sidedness(view.level, view.environment, view.reference, view.factor)
    rows = pd.DataFrame(found).assign(verdict=verdicts(found))
    return rows.assign(environment=view.environment, reference=view.reference, factor=view.factor)


def curve(view: ViewState) -> pd.DataFrame:
    """Return the residents of the whole municipality by how strict one judges, for each assumption; one row each."""
    rows = [
        environment_data.one_sidedness_curve(view.environment, view.reference, variant)
        .reset_index()
        .assign(variant=variant)
        for variant in ONE_SIDED_VARIANTS
    ]
    joined = pd.concat(rows, ignore_index=True)
    return joined.assign(environment=view.environment, reference=view.reference).rename_axis("row")


def of_areas(view: ViewState) -> pd.DataFrame:
    """Return every area of the chosen level with the columns that the topic shows; index code."""
    table = pd.DataFrame(data.areas(view.level))
    first = ["name", *(["district_code"] if view.level == "neighbourhood" else [])]
    wanted = [*first, *AREA_COLUMNS[view.topic]]
    return table[[column for column in wanted if column in table.columns]]


def years(view: ViewState) -> pd.DataFrame:
    """Return the official scores of every year of the chosen level, one row each; none where there is no series."""
    table = data.snapshot().derived["score_years"]
    shown = table[(table["level"] == view.level) & (len(data.years(view.level)) > 1)]
    return shown.reset_index(drop=True).rename_axis("row")


def separation(view: ViewState) -> pd.DataFrame:
    """Return the indices of who lives where, one row each."""
    return data.snapshot().derived["segregation"].reset_index(drop=True).rename_axis("row")


def clusters(view: ViewState) -> pd.DataFrame:
    """Return per area and figure whether it is like its neighbours; one row each."""
    return data.snapshot().derived["clusters"].reset_index(drop=True).rename_axis("row")


def kinds(view: ViewState) -> pd.DataFrame:
    """Return the kinds of places with their figures; index category."""
    return data.category_table()


@dataclass(frozen=True)
class Kept:
    """One table behind a topic.

    Parameters
    ----------
    rows
        Makes it for the reader's view.
    subject
        The table of the snapshot that it comes from; None = that of the areas of the chosen level.
    source
        Whose licence it falls under, as `trefpunt.ui.download.table_files` takes it.
    areas
        Whether a row is an area of the chosen level: then there is a GeoJSON too.
    """

    rows: Callable[[ViewState], pd.DataFrame]
    subject: str | None
    source: str
    areas: bool = False


TABLES: dict[str, dict[str, Kept]] = {
    "answer": {
        "answer": Kept(answer, "one_sidedness", "osm", areas=True),
        "curve": Kept(curve, "one_sidedness", "osm"),
    },
    "separation": {
        "separation": Kept(separation, "segregation", "cbs"),
        "clusters": Kept(clusters, "clusters", "cbs"),
    },
    "housing": {"housing": Kept(of_areas, None, "cbs", areas=True)},
    "welfare": {
        "welfare": Kept(of_areas, None, "cbs", areas=True),
        "years": Kept(years, "score_years", "cbs"),
    },
    "kinds": {"kinds": Kept(kinds, "bridging", "osm")},
}
"""Per topic (`trefpunt.ui.state.TOPICS`) the tables behind it, by what their files are called."""


def files(t: Text, view: ViewState) -> dict[str, download.Files]:
    """Return per table of the shown topic what makes its files; a table without rows has none."""
    found = {}
    for name, kept in TABLES[view.topic].items():
        if not (rows := kept.rows(view)).empty:
            shapes = download.outlines(view.level) if kept.areas else None
            found[name] = download.table_files(t, rows, _subject(view, kept), kept.source, shapes)
    return found


def buttons(t: Text) -> None:
    """Draw a button for each file of the shown topic."""
    view = session.current()
    view = replace(view, level=view.scored_level)
    with st.container(horizontal=True, key="city_take"):
        for name, found in files(t, view).items():
            for ending, content in found.items():
                st.download_button(
                    t(f"city.file.{ending}", what=t(f"city.file.what.{name}")),
                    content,
                    file_name=file_name(t, view, name, ending),
                    mime=download.MIME[ending],
                    key=f"city_download_{name}_{ending}",
                    on_click="ignore",
                )
    st.caption(t("table.downloads"))


def file_name(t: Text, view: ViewState, name: str, ending: str) -> str:
    """Return what a file is called: municipality, what it holds, and the years of the data."""
    kept = TABLES[view.topic][name]
    what = [t(f"city.file.name.{name}"), *([t(f"export.file.{view.level}s")] if kept.areas else [])]
    return download.named(what, _subject(view, kept), ending)


def _subject(view: ViewState, kept: Kept) -> str:
    return kept.subject or f"{view.level}s"
