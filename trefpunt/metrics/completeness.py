"""Does OpenStreetMap probably miss a supermarket or a school? Our distances beside those that CBS publishes."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd

from trefpunt.metrics import pairs
from trefpunt.metrics.setting import Setting
from trefpunt.tables.derived_schemas import SERVICES

CATEGORY = MappingProxyType({"supermarket": "supermarket", "school": "primary_school"})
"""The category of places that stands for what CBS measures the distance to (large supermarket, primary school)."""

MARGIN_M = 300.0
"""Ours may exceed the one of CBS by this much: CBS rounds to 100 m and leaves out small shops, and where people live
within a neighbourhood is known to a postcode or a square only."""

RATIO = 1.25
"""And by this factor: streets that OpenStreetMap lacks make every way a little longer."""


def completeness(setting: Setting, published: pd.DataFrame | None) -> pd.DataFrame:
    """Compare the distance to the nearest supermarket and primary school with CBS's, per neighbourhood and district.

    CBS measures by road, from every address; we along streets and paths on foot, from every postcode. A way on foot is
    seldom longer than one by road, so where ours exceeds CBS's by more than `MARGIN_M` and more than the factor
    `RATIO`, the map probably misses a place that CBS knows. The other way round says nothing: CBS counts large
    supermarkets only.

    Parameters
    ----------
    setting
        The municipality with all its distances.
    published
        Index `code`: `supermarket_km`, `school_km` (CBS, mean per resident, kilometres; NaN where suppressed). None:
        nothing is published for the year, so nothing can be compared.

    Returns
    -------
    pandas.DataFrame
        One row an area, neighbourhoods first, ordered by code: `level`, `code`, and for `supermarket` and `school`
        `…_cbs_m`, `…_ours_m` (metres, mean over residents; NaN where nobody was counted or no place is reached) and
        `…_missing` (boolean; missing where either distance is).
    """
    own = setting.population["neighbourhood_code"]
    levels = (
        ("neighbourhood", own, setting.neighbourhoods.index),
        ("district", own.map(setting.neighbourhoods["district_code"]), setting.districts.index),
    )
    parts = []
    for level, member, codes in levels:
        part = pd.DataFrame({"level": level, "code": codes.to_numpy(dtype=str)}, index=codes)
        for what in SERVICES:
            part[f"{what}_cbs_m"] = np.nan if published is None else 1000 * published[f"{what}_km"].reindex(codes)
            part[f"{what}_ours_m"] = _ours(setting, member, CATEGORY[what]).reindex(codes)
        parts.append(part.sort_index())
    table = pd.concat(parts, ignore_index=True).astype({"level": "str", "code": "str"})
    for what in SERVICES:
        cbs, ours = table[f"{what}_cbs_m"].astype("float64"), table[f"{what}_ours_m"].astype("float64")
        farther = (ours > cbs + MARGIN_M) & (ours > RATIO * cbs)
        table[f"{what}_cbs_m"], table[f"{what}_ours_m"] = cbs, ours
        table[f"{what}_missing"] = farther.astype("boolean").mask(cbs.isna() | ours.isna())
    sides = [f"{what}_{whose}_m" for what in SERVICES for whose in ("cbs", "ours")]
    return table[["level", "code", *sides, *(f"{what}_missing" for what in SERVICES)]]


def _ours(setting: Setting, member: pd.Series, category: str) -> pd.Series:
    """Mean over residents of the way on foot to the nearest place of a category, metres, index code."""
    rows = (setting.places["category"] == category).to_numpy()
    population = pd.DataFrame(setting.population).assign(neighbourhood_code=member.to_numpy())
    if not rows.any():
        return pd.Series(np.nan, index=pd.Index([], name="code"), dtype="float64")
    return pairs.nearest(setting.distance["walk"][rows], population).round(1)
