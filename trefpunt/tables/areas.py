"""The tables of neighbourhoods and districts: key figures, welfare groups, score, boundary."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd

STUDENT_AREA_SHARE = 0.30
"""A neighbourhood counts as a student area when at least this share of residents of known age is 15–25."""

SCORE_COLUMNS = ["ses_woa", "ses_woa_lower", "ses_woa_upper", "ses_year", "ses_status", "ses_woa_estimate"]

_COLUMN_ORDER = [
    "name",
    "district_code",
    "residents",
    "households",
    "residents_2021",
    *SCORE_COLUMNS,
    "share_low",
    "share_middle",
    "share_high",
    "shares_year",
    "shares_status",
    "owner_occupied_pct",
    "corporation_pct",
    "woz_keur",
    "student_area",
    "geometry",
]


def group_shares(income: pd.DataFrame, year: int) -> pd.DataFrame:
    """Low, middle and high welfare from the shares of households in the national income groups.

    Parameters
    ----------
    income
        Index `code`: `low_pct` (% of households in the lowest 40 % of the Netherlands), `high_pct` (% in the
        highest 20 %); missing where suppressed.
    year
        Of the figures.

    Returns
    -------
    pandas.DataFrame
        `share_low`, `share_middle` (the rest), `share_high` (0–1), `shares_year`, `shares_status`
        (`official`, or `missing` with all of them missing).
    """
    low, high = income["low_pct"] / 100, income["high_pct"] / 100
    known = low.notna() & high.notna()
    shares = pd.DataFrame({"share_low": low, "share_middle": 1 - low - high, "share_high": high}).where(known)
    shares["share_middle"] = shares["share_middle"].round(6)
    return shares.assign(
        shares_year=pd.Series(np.where(known, year, np.nan), index=income.index).astype("Int16"),
        shares_status=np.where(known, "official", "missing"),
    )


def make_areas(
    boundaries: gpd.GeoDataFrame,
    key_figures: pd.DataFrame,
    shares: pd.DataFrame,
    scores: pd.DataFrame,
    counted: pd.DataFrame,
    corporation_pct: pd.Series,
) -> gpd.GeoDataFrame:
    """Put the table of one level together.

    Parameters
    ----------
    boundaries
        Index `code`: `name`, `district_code` (neighbourhoods only), geometry (EPSG:28992). Its codes are the
        rows of the result.
    key_figures
        Index `code`: `residents`, `households`, `owner_occupied_pct`, `woz_keur`.
    shares
        As from `group_shares`; a code without a row is missing.
    scores
        Index `code`: the columns `SCORE_COLUMNS`; a code without a row is missing.
    counted
        Index `code`: `residents`, `age_15_25`, `age_known` summed over postcodes.
    corporation_pct
        Index `code`, 0–100; known for few.

    Returns
    -------
    geopandas.GeoDataFrame
        As the contracts of `neighbourhoods` and `districts` say.
    """
    codes = boundaries.index
    table = boundaries[["name", *(["district_code"] if "district_code" in boundaries else []), "geometry"]].copy()
    table["name"] = table["name"].map(lambda name: re.sub(r"^Wijk \d+ ", "", name))
    for column in ("residents", "households", "owner_occupied_pct", "woz_keur"):
        table[column] = key_figures[column].reindex(codes).astype("float64")
    people = counted.reindex(codes)
    table["residents_2021"] = people["residents"].fillna(0.0).astype("float64")
    table["student_area"] = (
        (people["age_15_25"] / people["age_known"]).ge(STUDENT_AREA_SHARE).fillna(False).astype(bool)
    )
    table = table.join(shares.reindex(codes)).join(scores[SCORE_COLUMNS].reindex(codes))
    table["corporation_pct"] = corporation_pct.reindex(codes).astype("float64")
    for column in ("ses_status", "shares_status"):
        table[column] = table[column].fillna("missing")
    for column in ("ses_year", "shares_year"):
        table[column] = table[column].astype("Int16")
    order = [column for column in _COLUMN_ORDER if column in table]
    return gpd.GeoDataFrame(table[order], geometry="geometry", crs=boundaries.crs).sort_index()
