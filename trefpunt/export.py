"""Tables as files to take away: CSV and GeoJSON.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return as a formula.
Names come from OpenStreetMap, where anyone may write them, so text that begins like that gets an apostrophe in
front, which makes it text. Numbers stay numbers. (The remedy is OWASP's, 'CSV Injection'.)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.api import types

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the start of a formula; the full-width signs count too."""

PRECISION = "%.10g"
"""Ten digits: more than any figure holds, without the noise of binary fractions."""


def neutralise(value: Any) -> Any:
    """Return text that could run as a formula with an apostrophe in front; anything that is no text as it is.

    A carriage return inside a text becomes a line feed: CSV writers leave it outside quotes, where a spreadsheet
    takes it for the end of the row and what follows for a new cell.
    """
    if not isinstance(value, str):
        return value
    mark = "'" if value.lstrip(" \n").startswith(FORMULA_STARTS) else ""
    return mark + value.replace("\r\n", "\n").replace("\r", "\n")


def safe_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which no text cell, index value or header can run as a formula.

    Numbers and booleans keep their type; what is missing stays missing.
    """
    safe = table.copy()
    for position, column in enumerate(safe.columns):
        values = safe.iloc[:, position]
        if not (types.is_numeric_dtype(values) or types.is_datetime64_any_dtype(values)):
            safe[column] = values.astype(object).map(neutralise, na_action="ignore")
    if not types.is_numeric_dtype(safe.index):
        safe.index = pd.Index([neutralise(v) for v in safe.index], name=safe.index.name)
    safe.columns = pd.Index([neutralise(c) for c in safe.columns])
    return safe


def to_csv(
    table: pd.DataFrame,
    *,
    licence: str,
    vintage: str,
    attribution: str,
    separator: str = ",",
    decimal: str = ".",
) -> str:
    r"""Return `table` as CSV, its index first, with licence, vintage and attribution as the last columns.

    They are columns and not a comment above the header, so that any program reads the file and a row that is
    copied out of it still says where it comes from.

    Parameters
    ----------
    table
        What to write; columns that are no longer tabular (geometry) must be gone.
    licence, vintage, attribution
        What the rows may be used under, the moment they describe, who must be named. A row's own `vintage` goes
        before that of the table.
    separator, decimal
        ``;`` and ``,`` for spreadsheets in a Dutch setting.

    Returns
    -------
    str
        Lines end in ``\n``; what is missing is an empty cell.
    """
    named = table.assign(licence=licence, vintage=table.get("vintage", vintage), attribution=attribution)
    return safe_table(named).to_csv(sep=separator, decimal=decimal, float_format=PRECISION, lineterminator="\n")


def to_geojson(
    table: pd.DataFrame, geometry: Mapping[Any, Any], *, licence: str, vintage: str, attribution: str
) -> str:
    """Return `table` as a GeoJSON FeatureCollection (RFC 7946) in WGS84.

    Parameters
    ----------
    table
        One row a feature; its index becomes the feature's id, its columns the properties.
    geometry
        Per index value a GeoJSON geometry (`shapely.geometry.mapping`), in longitude and latitude.
    licence, vintage, attribution
        Written as members of the collection.

    Returns
    -------
    str
        What is missing becomes ``null``. Text is left as it is: JSON is no spreadsheet.
    """
    features = [
        {
            "type": "Feature",
            "id": key,
            "geometry": geometry[key],
            "properties": {
                str(table.index.name or "id"): key,
                **{str(column): _plain(row[i]) for i, column in enumerate(table.columns)},
            },
        }
        for key, row in zip(table.index, table.itertuples(index=False, name=None), strict=True)
    ]
    collection = {
        "type": "FeatureCollection",
        "licence": licence,
        "vintage": vintage,
        "attribution": attribution,
        "features": features,
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return a value that JSON knows: numpy's numbers as Python's, missing as None."""
    if value is None or value is pd.NA or (types.is_float(value) and pd.isna(value)):
        return None
    return value.item() if hasattr(value, "item") else value
