"""Residents per postcode (PC6) or square of 100 m, from a file that the user downloads: CBS has no service for it.

CBS, *Gegevens per postcode* and *Vierkantstatistieken*, CC BY 4.0 (addresses: docs/data.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from trefpunt.crs import RD
from trefpunt.errors import SourceError
from trefpunt.sources.local import require_file, uneven_lines

SUPPRESSED_BELOW = -90_000
"""CBS writes large negative numbers (−99997 …) where it gives no figure."""

_KEYS = {"postcode6": "postcodes", "postcode": "postcodes", "pc6": "postcodes"}
_KEYS |= {"crs28992res100m": "squares", "c28992r100": "squares"}
_RESIDENTS = ("aantalinwoners", "inwoner", "inwoners")
_HOUSEHOLDS = ("aantalparthuishoudens", "aantalparticulierehuishoudens", "aantalhuishoudens")
_AGES = tuple(
    f"aantalinwoners{ages}" for ages in ("0tot15jaar", "15tot25jaar", "25tot45jaar", "45tot65jaar", "65jaarenouder")
)
_REMEDY = (
    "Give the file of CBS with residents per postcode (PC6) or per square of 100 m, as GeoPackage, or the squares as "
    "CSV. docs/data.md says where to get them."
)


@dataclass(frozen=True, eq=False)
class Residents:
    """What such a file says of one municipality.

    Attributes
    ----------
    table
        Index `pc6` (postcode, or E1234N5678 for a square): `residents`, `households`, `age_15_25`, `age_known` (NaN
        where the file has no such column or gives no figure), geometry (point, EPSG:28992).
    year
        Of the counts.
    unit
        postcodes or squares.
    suppressed
        Number of rows within the municipality without a figure: fewer residents than CBS publishes. They are left out.
    """

    table: gpd.GeoDataFrame
    year: int
    unit: str
    suppressed: int


def read_population(path: Path, municipality: shapely.Geometry) -> Residents:
    """Read where residents of a municipality live, out of a file of the whole country.

    Parameters
    ----------
    path
        GeoPackage (or Shapefile) with postcode areas or squares, or CSV with squares. Its name, or that of its layer,
        holds the year.
    municipality
        Its polygon, EPSG:28992: kept is what has its point within.

    Raises
    ------
    SourceError
        With all faults: unreadable file, no key or residents among its columns, another size of squares, text where
        numbers belong, keys that are none or double, no year in its name, nobody within the municipality.
    """
    require_file(path)
    raw, named = _read_csv(path) if path.suffix.lower() == ".csv" else _read_layer(path, municipality)
    names = {re.sub(r"[^a-z0-9]", "", str(column).lower()): str(column) for column in raw.columns}
    key = next((name for name in _KEYS if name in names), None)
    counted = next((name for name in _RESIDENTS if name in names), None)
    year = re.search(r"20[0-4]\d", named) or re.search(r"20[0-4]\d", path.name)
    faults = []
    if key is None:
        faults.append("no column with a postcode ('postcode6') or a square of 100 m ('crs28992res100m')")
    if counted is None:
        faults.append("no column with residents ('aantal_inwoners')")
    if year is None:
        faults.append("neither its name nor its layer's tells the year")
    if key is None or counted is None or year is None:
        have = ", ".join(list(names.values())[:12])
        raise SourceError(str(path), [*faults, f"its columns are {have}"], _REMEDY)
    unit = _KEYS[key]
    table = pd.DataFrame({"residents": _numbers(raw[names[counted]], names[counted], faults)})
    households = next((name for name in _HOUSEHOLDS if name in names), None)
    table["households"] = _numbers(raw[names[households]], households, faults) if households else np.nan
    ages = {name: _numbers(raw[names[name]], names[name], faults) for name in _AGES if name in names}
    table["age_15_25"] = ages.get(_AGES[1], np.nan)
    table["age_known"] = pd.DataFrame(ages).sum(axis=1, min_count=1) if len(ages) == len(_AGES) else np.nan
    keys = raw[names[key]].astype("str").str.replace(" ", "", regex=False).str.upper()
    points = _points(raw, keys, unit, faults)
    if faults:
        raise SourceError(str(path), faults, _REMEDY)
    keep = shapely.contains(municipality, points.to_numpy())
    found = gpd.GeoDataFrame(table, geometry=points, crs=RD)[keep]
    found.index = pd.Index(_named(keys[keep], found, unit), name="pc6", dtype="str")
    if found.index.has_duplicates:
        faults.append(f"a {unit[:-1]} stands in it twice: {found.index[found.index.duplicated()][0]}")
    if unit == "postcodes" and (bad := ~found.index.str.fullmatch(r"[1-9]\d{3}[A-Z]{2}")).any():
        faults.append(f"{int(bad.sum())} key(s) that are no postcode, first: '{found.index[bad][0][:20]}'")
    known = found["residents"].notna()
    if not faults and not (found["residents"] > 0).any():
        faults.append("nobody lives within the municipality, by this file")
    if faults:
        raise SourceError(str(path), faults, _REMEDY)
    return Residents(found[known].sort_index(), int(year[0]), unit, int((~known).sum()))


def _read_layer(path: Path, municipality: shapely.Geometry) -> tuple[pd.DataFrame, str]:
    """The rows around the municipality, in EPSG:28992, and the name of the layer."""
    try:
        layer = str(pyogrio.list_layers(path)[0][0])
        crs = pyogrio.read_info(path, layer=layer)["crs"]
        if crs is None:
            raise SourceError(str(path), "has no coordinate system", _REMEDY)
        bounds = gpd.GeoSeries([municipality], crs=RD).to_crs(crs).total_bounds
        raw = pyogrio.read_dataframe(path, layer=layer, bbox=tuple(bounds))
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        shapely.errors.GEOSException,
        IndexError,
        ValueError,
    ) as fault:
        raise SourceError(str(path), f"cannot be read: {str(fault)[:300]}", _REMEDY) from fault
    if not isinstance(raw, gpd.GeoDataFrame) or raw.empty:
        raise SourceError(str(path), "holds nothing around the municipality", _REMEDY)
    return raw.to_crs(RD), layer


def _read_csv(path: Path) -> tuple[pd.DataFrame, str]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            head = file.readline()
        separator = ";" if head.count(";") > head.count(",") else ","
        raw = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as fault:
        raise SourceError(str(path), f"cannot be read as a table: {fault}", _REMEDY) from fault
    if short := uneven_lines(path, separator):
        raise SourceError(
            str(path),
            f"{len(short)} line(s) have another number of cells than the header, first line {short[0]}",
            _REMEDY,
        )
    return raw, ""


def _numbers(values: pd.Series, column: str, faults: list[str]) -> pd.Series:
    """Numbers, NaN where CBS gives none; anything else is a fault."""
    text = values.astype("str").str.strip()
    missing = values.isna() | text.isin(["", ".", "nan", "None"])
    number = pd.to_numeric(text.mask(missing), errors="coerce").astype("float64")
    if (bad := number.isna() & ~missing).any():
        faults.append(
            f"column '{column}' has {int(bad.sum())} value(s) that are no number, first: '{text[bad].iloc[0]:.20}'"
        )
    number = number.mask(number < SUPPRESSED_BELOW)
    if (bad := (number < 0) | (number > 100_000)).any():
        faults.append(
            f"column '{column}' has {int(bad.sum())} value(s) outside 0 to 100,000, first: {number[bad].iloc[0]:g}"
        )
    return number


def _points(raw: pd.DataFrame, keys: pd.Series, unit: str, faults: list[str]) -> gpd.GeoSeries:
    """A point a row: of the surface, else of the square's code."""
    if isinstance(raw, gpd.GeoDataFrame):
        if (bad := raw.geometry.isna() | raw.geometry.is_empty).any():
            faults.append(f"{int(bad.sum())} row(s) without geometry")
        elif unit == "squares" and not raw.geometry.area.between(9_000, 11_000).all():
            faults.append("the squares are not 100 by 100 metres")
        return raw.geometry.representative_point() if not faults else raw.geometry
    if unit == "postcodes":
        faults.append("postcodes as CSV have no place: give the GeoPackage")
        return gpd.GeoSeries([None] * len(raw), index=raw.index, crs=RD)
    corner = keys.str.extract(r"^E(\d{4,6})N(\d{4,6})$").astype("float64")
    if (bad := corner.isna().any(axis=1)).any():
        faults.append(f"{int(bad.sum())} key(s) that are no square, first: '{keys[bad].iloc[0]:.20}'")
    # Four digits each are hundreds of metres, as CBS writes them; more are metres.
    metres = corner.where(corner.gt(9_999), corner * 100) + 50
    return gpd.GeoSeries(gpd.points_from_xy(metres[0], metres[1]), index=raw.index, crs=RD)


def _named(keys: pd.Series, found: gpd.GeoDataFrame, unit: str) -> list[str]:
    if unit == "postcodes":
        return list(keys)
    x, y = (np.floor(axis / 100).astype(int) for axis in (found.geometry.x, found.geometry.y))
    return [f"E{a:04d}N{b:04d}" for a, b in zip(x, y, strict=True)]
