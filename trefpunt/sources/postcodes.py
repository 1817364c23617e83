"""Residents per six-character postcode (PC6), and a point for each."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from trefpunt.crs import RD, WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.local import read_table

_COUNTS = ["residents", "households", "age_15_25"]
_AGES = ["age_0_15", "age_15_25", "age_25_45", "age_45_65", "age_65_plus"]
_NETHERLANDS = (3.2, 50.7, 7.3, 53.7)


def read_postcodes(statistics: Path, points: Path) -> gpd.GeoDataFrame:
    """Read the CBS statistics per PC6 and join each to its point.

    A postcode with points but without statistics is left out: nobody is counted there.

    Parameters
    ----------
    statistics
        CSV with `pc6`, `residents`, `households` and residents by age group (rounded to 5 by CBS).
    points
        CSV with `Zip`, `Lat`, `Lon` in degrees (WGS84).

    Returns
    -------
    geopandas.GeoDataFrame
        Index `pc6`; `residents`, `households`, `age_15_25`, `age_known` (sum of the age groups; they fall
        short of the residents, since small counts are suppressed), geometry (point, EPSG:28992).

    Raises
    ------
    SourceError
        With all faults: columns, types, double postcodes, negative counts, postcodes without a point,
        coordinates outside the Netherlands (swapped, for instance).
    """
    table = read_table(statistics, text=["pc6"], numbers=list(dict.fromkeys(_COUNTS + _AGES)), key=["pc6"])
    place = read_table(points, text=["Zip"], numbers=["Lat", "Lon"], key=["Zip"]).set_index("Zip")
    table = table.set_index("pc6").sort_index()
    faults = []
    if (bad := ~table.index.str.fullmatch(r"[1-9]\d{3}[A-Z]{2}")).any():
        faults.append(f"{int(bad.sum())} key(s) that are no postcode, first: '{table.index[bad][0]}'")
    if (empty := table["residents"].isna()).any():
        faults.append(f"{int(empty.sum())} postcode(s) without a number of residents, first: {table.index[empty][0]}")
    if (negative := (table < 0).any(axis=1)).any():
        faults.append(f"{int(negative.sum())} postcode(s) with negative counts, first: {table.index[negative][0]}")
    if faults:
        raise SourceError(str(statistics), faults, "Fetch the file again from its publisher.")
    lost = table.index.difference(place.index)
    if len(lost):
        faults.append(f"{len(lost)} postcode(s) with residents have no point, first: {lost[0]}")
    west, south, east, north = _NETHERLANDS
    outside = ~(place["Lon"].between(west, east) & place["Lat"].between(south, north))
    if outside.any():
        faults.append(
            f"{int(outside.sum())} point(s) outside the Netherlands, first: {place.index[outside][0]}; "
            "are latitude and longitude swapped?"
        )
    if faults:
        raise SourceError(str(points), faults, "Fetch the file again from its publisher.")
    at = place.loc[table.index]
    return gpd.GeoDataFrame(
        table[_COUNTS].assign(age_known=table[_AGES].sum(axis=1, min_count=1)),
        geometry=gpd.points_from_xy(at["Lon"], at["Lat"], crs=WGS84),
    ).to_crs(RD)


def read_corporation_dwellings(path: Path) -> pd.Series:
    """Per cent of the dwellings that housing corporations own, for the few neighbourhoods where it is published.

    Returns
    -------
    pandas.Series
        `corporation_pct`, index `code`, 0–100.
    """
    table = read_table(path, text=["buurtcode"], numbers=["corporation_dwellings", "dwellings"], key=["buurtcode"])
    wrong = ~(table["corporation_dwellings"] <= table["dwellings"])
    if wrong.any():
        raise SourceError(
            str(path),
            f"{int(wrong.sum())} row(s) with more corporation dwellings than dwellings",
            "Correct the file.",
        )
    share = 100 * table["corporation_dwellings"] / table["dwellings"]
    return share.set_axis(pd.Index(table["buurtcode"], name="code")).rename("corporation_pct")
