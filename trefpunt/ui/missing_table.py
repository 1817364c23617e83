"""The table of what is missing, and the same as files: all neighbourhoods, or all hexagons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streamlit as st
from pandas.io.formats.style import Styler

from trefpunt.crs import RD, WGS84
from trefpunt.export import to_csv, to_geojson
from trefpunt.ui import data, download, missing_data, style
from trefpunt.ui.i18n import Text
from trefpunt.ui.missing_controls import kind_name
from trefpunt.ui.state import ViewState

HEIGHT = 420
WIDTHS = {"name": 190, "between": 150}
"""Pixels; others by what they hold."""

AREA_COLUMNS = ("name", "residents", "without_any", "without_bridging", "between", "low", "middle", "high", "hexagons")
HEXAGON_COLUMNS = ("name", "within_residents", "within_low", "within_high", "minutes", "lat", "lon")
DIGITS = {"minutes": 0, "lat": 5, "lon": 5}
"""Decimals of a column; others have none."""

FILE_COLUMNS = [
    *("name", "neighbourhood_code", "lon", "lat", "within_residents", "within_low", "within_high", "both", "gain"),
    *("gain_low", "gain_middle", "gain_high", "bridge", "encounter", "nearest_minutes", "steady_gain", "nodes"),
]
"""Of a hexagon, what goes into the files."""


def areas(view: ViewState, found: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return all neighbourhoods, by name.

    Returns
    -------
    pandas.DataFrame
        Index code. The columns of `trefpunt.suggest.Unserved.neighbourhoods`; `low`, `middle`, `high`: of those who
        reach none that bridges, an estimate, missing where the shares are; `hexagons`, where the surface is known.
    """
    mode = view.pair_mode
    table = missing_data.unserved(view, mode).neighbourhoods
    table = table.join(missing_data.by_group(view, mode, "without_bridging").round())
    if found is not None:
        counts = found["neighbourhood_code"].value_counts()
        table["hexagons"] = counts.reindex(table.index).fillna(0).astype(int)
    return table


def draw(t: Text, view: ViewState, found: gpd.GeoDataFrame | None) -> None:
    """Draw the table that the view asks for, and the buttons for its files."""
    if view.listed == "hexagons" and (found is None or found.empty):
        style.html(f"<p>{escape(t('gap.table.no_hexagons' if found is not None else 'gap.table.not_yet'))}</p>")
        return
    if view.listed == "hexagons" and found is not None:
        key, shown = "hexagons", hexagons(t, found)[list(HEXAGON_COLUMNS)]
        files = _hexagon_files(t, view, found)
    else:
        rows = areas(view, found)
        between = [
            t("scenario.between_same")
            if int(low) == int(high)
            else t("gap.table.between", low=int(low), high=int(high))
            for low, high in zip(rows["without_bridging_lower"], rows["without_bridging_upper"], strict=True)
        ]
        columns = [column for column in AREA_COLUMNS if column != "hexagons" or found is not None]
        key, shown = "areas", rows.assign(between=between)[columns]
        files = _area_files(t, view, rows)
    _table(t, view, shown, key)
    with st.container(horizontal=True, gap="small", key="missing_files"):
        for ending, content in files.items():
            st.download_button(
                t("table.download" if ending == "csv" else "table.geojson"),
                content,
                file_name=file_name(t, view, key, ending),
                mime=download.MIME[ending],
                key=f"download_gap_{key}_{ending}",
                on_click="ignore",
            )


def hexagons(t: Text, found: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the hexagons as the table shows them, by neighbourhood."""
    names = found["name"].fillna(t("gap.table.outside"))
    minutes = found["nearest_minutes"].replace(np.inf, np.nan)
    return pd.DataFrame(found.drop(columns="geometry")).assign(name=names, minutes=minutes)


def _table(t: Text, view: ViewState, shown: pd.DataFrame, key: str) -> None:
    config: dict[str, Any] = {}
    written: dict[Any, str | Callable[[Any], str] | None] = {}
    values = {"kind": kind_name(t, view.lack), "minutes": view.minutes}
    for column in shown.columns:
        label, explained = t(f"gap.column.{column}"), t(f"gap.column_help.{column}", **values)
        if column in ("name", "between"):
            config[column] = st.column_config.TextColumn(label, help=explained, width=WIDTHS[column])
        else:
            config[column] = st.column_config.NumberColumn(label, help=explained)
            written[column] = partial(_write, t, DIGITS.get(column, 0))
    st.dataframe(
        # With a name of its own, for pandas else makes one up each time and the table is sent again.
        Styler(shown, uuid=f"missing_{key}").format(written),
        hide_index=True,
        column_config=config,
        width="stretch",
        height=HEIGHT,
        placeholder=t("missing.figure"),
        alt=t(f"gap.table.alt_{key}"),
        key=f"missing_table_{key}",
    )


def _write(t: Text, digits: int, value: Any) -> str:
    """Return a number as the language writes it; what is missing is left to the table, which says so."""
    return "" if pd.isna(value) else t.number(float(value), digits)


def file_name(t: Text, view: ViewState, key: str, ending: str) -> str:
    """Return what a file is called: municipality, what is missing, how and how far."""
    parts = [data.municipality(), t(f"gap.file.{key}"), view.lack if key == "areas" else view.new_kind]
    parts += [t(f"two.file.{view.pair_mode}", minutes=view.minutes)]
    plain = (unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode().lower() for part in parts)
    return "-".join(["trefpunt", *(re.sub(r"[^a-z0-9]+", "-", part).strip("-") for part in plain)]) + f".{ending}"


def _area_files(t: Text, view: ViewState, rows: pd.DataFrame) -> download.Files:
    shapes = data.areas("neighbourhood")["geometry"].reindex(rows.index)
    about: dict[str, Any] = {
        "categories": " ".join(missing_data.kinds(view)),
        "mode": view.pair_mode,
        "within_minutes": view.minutes,
    }
    return _files(t, rows.assign(**about), gpd.GeoSeries(shapes, crs=RD))


def _hexagon_files(t: Text, view: ViewState, found: gpd.GeoDataFrame) -> download.Files:
    # Hexagons have no code: their numbers are those of the table.
    table = found.reset_index(drop=True).rename_axis("hexagon")
    plain = pd.DataFrame(table[FILE_COLUMNS]).replace(np.inf, np.nan)
    about: dict[str, Any] = {"category": view.new_kind, "mode": view.pair_mode, "within_minutes": view.minutes}
    return _files(t, plain.assign(**about), table.geometry)


def _files(t: Text, rows: pd.DataFrame, shapes: gpd.GeoSeries) -> download.Files:
    notes = {
        "licence": t("export.licence_osm"),
        "vintage": data.vintage("places"),
        "attribution": t("export.attribution_osm"),
    }
    separator, decimal = (";", ",") if t.lang == "nl" else (",", ".")

    def outlines() -> dict[Any, Any]:
        degrees = shapely.transform(shapes.to_crs(WGS84).to_numpy(), lambda at: np.round(at, download.DECIMALS))
        # RFC 7946: the outside runs counterclockwise, holes clockwise.
        turned = shapely.orient_polygons(degrees, exterior_cw=False)
        return {key: shapely.geometry.mapping(shape) for key, shape in zip(shapes.index, turned, strict=True)}

    return {
        "csv": lambda: to_csv(rows, **notes, separator=separator, decimal=decimal).encode("utf-8-sig"),
        "geojson": lambda: f"{to_geojson(rows, outlines(), **notes)}\n".encode(),
    }
