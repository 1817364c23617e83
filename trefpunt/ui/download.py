"""Download buttons: what is shown, as CSV and GeoJSON, made by `trefpunt.export` when somebody asks for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import streamlit as st

from trefpunt.crs import RD, WGS84
from trefpunt.export import to_csv, to_geojson
from trefpunt.ui import data
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import OWN_AREA

DECIMALS = 6
"""Of a degree: a tenth of a metre."""

MIME = {"csv": "text/csv", "geojson": "application/geo+json"}

Shapes = Callable[[], dict[Any, Any]]
"""Gives a geometry per index value, made when a file is asked for."""

Files = Mapping[str, Callable[[], bytes]]
"""Ending → what makes the file. Nothing in it asks for the visitor's session, which is elsewhere by then."""


def place_files(t: Text, rows: pd.DataFrame) -> Files:
    """Return what makes the files of the rows of the table of places, with all their columns."""

    def shapes() -> dict[Any, Any]:
        points = zip(rows.index, rows["lon"], rows["lat"], strict=True)
        return {key: {"type": "Point", "coordinates": [float(lon), float(lat)]} for key, lon, lat in points}

    return table_files(t, rows, "places", "osm", shapes)


def area_files(t: Text, level: str) -> Files:
    """Return what makes the files of the areas of a level, outlines in the GeoJSON."""
    table = pd.DataFrame(data.areas(level)).drop(columns=["geometry", "division"], errors="ignore")
    # The other tables hold distances measured on OpenStreetMap, and fall under its licence.
    source = "cbs" if level == OWN_AREA else "osm"
    return table_files(t, table, f"{level}s", source, outlines(level))


def outlines(level: str) -> Shapes:
    """Return what gives the outline of every area of a level by its code, as GeoJSON has it."""
    table = data.areas(level)

    def shapes() -> dict[Any, Any]:
        degrees = gpd.GeoSeries(table["geometry"], crs=RD).to_crs(WGS84)
        rounded = shapely.transform(degrees.to_numpy(), lambda at: np.round(at, DECIMALS))
        # RFC 7946: the outside runs counterclockwise, holes clockwise.
        turned = shapely.orient_polygons(rounded, exterior_cw=False)
        return {key: shapely.geometry.mapping(shape) for key, shape in zip(table.index, turned, strict=True)}

    return shapes


def table_files(t: Text, rows: pd.DataFrame, subject: str, source: str, shapes: Shapes | None = None) -> Files:
    """Return what makes the files of any table.

    Parameters
    ----------
    rows
        What to write; its index first.
    subject
        The table of the snapshot that it comes from, for the moment that it describes.
    source
        Whose licence it falls under: ``osm``, or ``cbs`` where nothing of OpenStreetMap is in it.
    shapes
        Gives a geometry a row, for GeoJSON; None: CSV only.
    """
    notes = {
        "licence": t(f"export.licence_{source}"),
        "vintage": data.vintage(subject),
        "attribution": t(f"export.attribution_{source}"),
    }
    # Spreadsheets in a Dutch setting expect a semicolon and a decimal comma, and the mark to know UTF-8 by.
    separator, decimal = (";", ",") if t.lang == "nl" else (",", ".")
    files: dict[str, Callable[[], bytes]] = {
        "csv": lambda: to_csv(rows, **notes, separator=separator, decimal=decimal).encode("utf-8-sig")
    }
    if shapes is not None:
        files["geojson"] = lambda: f"{to_geojson(rows, shapes(), **notes)}\n".encode()
    return files


def file_name(t: Text, subject: str, ending: str) -> str:
    """Return what a file is called: municipality, subject and the years of the data, never the day of today."""
    return named([t(f"export.file.{subject}")], subject, ending)


def named(what: Sequence[str], subject: str, ending: str) -> str:
    """Return the name of a file that holds `what`, out of the table `subject` of the snapshot."""
    years = sorted(re.findall(r"\d{4}", data.vintage(subject)))
    plain = unicodedata.normalize("NFKD", data.municipality()).encode("ascii", "ignore").decode()
    town = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    parts = ["trefpunt", town, *what, *dict.fromkeys(years[:1] + years[-1:])]
    return "-".join(part for part in parts if part) + f".{ending}"


def buttons(t: Text, subject: str, files: Files) -> None:
    """Draw a button a file; `subject` is one of `trefpunt.ui.state.TABLES`."""
    labels = {"csv": t("table.download"), "geojson": t("table.geojson")}
    for ending, content in files.items():
        st.download_button(
            labels[ending],
            content,
            file_name=file_name(t, subject, ending),
            mime=MIME[ending],
            key=f"download_{subject}_{ending}",
            on_click="ignore",
        )
