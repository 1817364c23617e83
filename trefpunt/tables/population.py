"""Which neighbourhood each postcode belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

BOUNDARY_ERROR_M = 75.0
"""The bundled boundaries are simplified; inner ones deviate at most this much from the survey line."""


@dataclass(frozen=True)
class Assignment:
    """Neighbourhood of each postcode, and what the boundaries left in doubt.

    Attributes
    ----------
    code
        Index `pc6`: neighbourhood code.
    moved
        One row a group of postcodes moved over a boundary: `from_code`, `to_code`, `pc4`, `postcodes`,
        `residents`.
    refused
        The same columns: groups whose PC4 pointed elsewhere, but that stayed, since moving them would have
        taken the two neighbourhoods farther from their published residents.
    outside
        Postcodes in no neighbourhood, assigned to the nearest.
    """

    code: pd.Series
    moved: pd.DataFrame
    refused: pd.DataFrame
    outside: pd.Index[str]


def assign_neighbourhoods(
    postcodes: gpd.GeoDataFrame,
    neighbourhoods: gpd.GeoDataFrame,
    published: pd.DataFrame,
    boundary_error_m: float = BOUNDARY_ERROR_M,
) -> Assignment:
    """Point in polygon, corrected near boundaries by postcode area.

    A postcode whose first four digits (PC4) are not those of the neighbourhood it falls in, while a
    neighbourhood with its PC4 lies within `boundary_error_m`, may have landed on the wrong side of a simplified
    boundary. Such postcodes are taken together per pair of neighbourhoods and PC4, and moved if that brings
    the two neighbourhoods' sums of residents closer to the published ones.

    Parameters
    ----------
    postcodes
        Index `pc6`: `residents`, geometry (point, EPSG:28992).
    neighbourhoods
        Index `code`, geometry (polygon, EPSG:28992).
    published
        Index `code`: `residents` (KWB), `pc4` (the neighbourhood's most common PC4, text, may be missing).
    boundary_error_m
        0 for exact boundaries: the point decides alone.

    Returns
    -------
    Assignment
    """
    hit = gpd.sjoin(postcodes[["geometry"]], neighbourhoods[["geometry"]], how="left", predicate="intersects")
    code = hit["code"][~hit.index.duplicated()].astype("string")
    outside = code.index[code.isna()]
    if len(outside):
        near = gpd.sjoin_nearest(postcodes.loc[outside, ["geometry"]], neighbourhoods[["geometry"]])
        code.loc[outside] = near["code"][~near.index.duplicated()]

    pc4 = published["pc4"].dropna()
    home = code.map(pc4)
    own = pd.Series(postcodes.index.str[:4], index=postcodes.index)
    doubtful = postcodes.index[home.notna() & (home != own)]
    proposals = []
    for postcode in doubtful if boundary_error_m > 0 else ():
        candidates = neighbourhoods.loc[neighbourhoods.index.intersection(pc4.index[pc4 == own[postcode]])]
        if candidates.empty:
            continue
        distance = candidates.distance(postcodes.geometry[postcode])
        if distance.min() <= boundary_error_m:
            proposals.append((postcode, code[postcode], distance.idxmin(), own[postcode]))
    proposed = pd.DataFrame(proposals, columns=["pc6", "from_code", "to_code", "pc4"])
    proposed["residents"] = postcodes["residents"].reindex(proposed["pc6"]).to_numpy(dtype=float)
    groups = (
        proposed.groupby(["from_code", "to_code", "pc4"])
        .agg(postcodes=("pc6", "size"), residents=("residents", "sum"))
        .reset_index()
        .sort_values(["residents", "from_code", "to_code"], ascending=[False, True, True], ignore_index=True)
    )
    gap = postcodes["residents"].groupby(code).sum().reindex(neighbourhoods.index, fill_value=0.0)
    gap = gap - published["residents"].reindex(neighbourhoods.index)
    accepted = []
    for group in groups.itertuples():
        before = abs(gap[group.from_code]) + abs(gap[group.to_code])
        after = abs(gap[group.from_code] - group.residents) + abs(gap[group.to_code] + group.residents)
        accepted.append(after < before)
        if after < before:
            gap[group.from_code] -= group.residents
            gap[group.to_code] += group.residents
    yes = pd.Series(accepted, index=groups.index, dtype=bool)
    moves = proposed.merge(groups[yes][["from_code", "to_code", "pc4"]])
    code.loc[moves["pc6"]] = moves["to_code"].to_numpy()
    return Assignment(
        code.rename("neighbourhood_code"),
        groups[yes].reset_index(drop=True),
        groups[~yes].reset_index(drop=True),
        outside,
    )


def assigned(code: pd.Series) -> Assignment:
    """An assignment that is known beforehand: nothing moved, nothing in doubt."""
    none = pd.DataFrame(columns=["from_code", "to_code", "pc4", "postcodes", "residents"])
    return Assignment(code.rename("neighbourhood_code"), none, none, code.index[:0])
