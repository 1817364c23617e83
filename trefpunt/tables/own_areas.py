"""The table of a municipality's own division: residents and welfare groups, summed over where people live."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from trefpunt.crs import RD
from trefpunt.tables.columns import TEXT

GROUPS = ("low", "middle", "high")


def own_area_of(points: gpd.GeoDataFrame, own_areas: gpd.GeoDataFrame) -> pd.Series:
    """Code of the own area that each point lies in; missing where it lies in none. Where two overlap, the first."""
    hit = gpd.sjoin(points[["geometry"]], own_areas[["geometry"]], how="left", predicate="intersects")
    codes: pd.Series = hit["area_code"].groupby(level=0, sort=False).min().reindex(points.index)
    return codes


def make_own_areas(
    own_areas: gpd.GeoDataFrame | None, population: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Sum residents and their groups over the areas of a municipality's own division.

    The shares are those of the neighbourhoods, weighted by the residents who live in the area: CBS publishes none for
    such areas, and no score either, so none is given.

    Parameters
    ----------
    own_areas
        As `trefpunt.sources.own_areas.read_own_areas` gives them; None where there are none.
    population
        Index `pc6`: `residents`, `neighbourhood_code`, geometry (point, EPSG:28992).
    neighbourhoods
        Index `code`: `share_low`, `share_middle`, `share_high`; missing where not known.

    Returns
    -------
    geopandas.GeoDataFrame
        `area_code`, `name`, `residents`, `residents_unknown` (of whom no group is known), the three shares of the
        others (missing where there are none), geometry. No rows where there are no own areas.
    """
    columns = ["residents", "residents_unknown", *(f"share_{group}" for group in GROUPS)]
    if own_areas is None:
        empty = {"area_code": pd.Series([], dtype=TEXT), "name": pd.Series([], dtype=TEXT)}
        empty |= {column: pd.Series([], dtype="float64") for column in columns}
        return gpd.GeoDataFrame(empty, geometry=[], crs=RD)
    shares = neighbourhoods[[f"share_{group}" for group in GROUPS]].reindex(population["neighbourhood_code"])
    residents = population["residents"].to_numpy(dtype="float64")
    known = shares.notna().all(axis=1).to_numpy()
    people = pd.DataFrame({"residents": residents, "known": np.where(known, residents, 0.0)}, index=population.index)
    for group in GROUPS:
        people[group] = np.where(known, residents * shares[f"share_{group}"].to_numpy(dtype="float64"), 0.0)
    total = people.groupby(own_area_of(population, own_areas)).sum().reindex(own_areas.index, fill_value=0.0)
    table = own_areas[["name", "geometry"]].copy()
    table["residents"] = total["residents"]
    table["residents_unknown"] = total["residents"] - total["known"]
    for group in GROUPS:
        table[f"share_{group}"] = (total[group] / total["known"]).where(total["known"] > 0)
    table = table.reset_index().astype({"area_code": TEXT, "name": TEXT})
    return gpd.GeoDataFrame(table[["area_code", "name", *columns, "geometry"]], geometry="geometry", crs=RD)
