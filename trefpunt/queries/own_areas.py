"""Questions about the municipality's own division: its areas, the places in them and whose residents live there."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from trefpunt.snapshot import Snapshot
from trefpunt.tables.own_areas import own_area_of


def own_area_table(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """The municipality's own division: index `area_code`, the columns of the table `own_areas`; empty where none is."""
    return gpd.GeoDataFrame(snapshot.derived["own_areas"].set_index("area_code"), geometry="geometry")


def own_area_of_places(snapshot: Snapshot) -> pd.Series:
    """The own area that each place lies in: index place_id; missing where it lies in none."""
    return own_area_of(snapshot.places, own_area_table(snapshot)).rename("area_code")


def own_area_neighbourhoods(snapshot: Snapshot) -> pd.DataFrame:
    """Whose residents live in which own area.

    Returns
    -------
    pandas.DataFrame
        Index (`area_code`, `neighbourhood_code`), both ascending; `residents` (people, as `population` counts them) of
        the neighbourhood who live in the area, and `share` (0–1) of all its residents. Pairs without residents are
        absent: a border drawn by hand that cuts off a strip where nobody lives is no part of a neighbourhood.
    """
    people = pd.DataFrame(
        {
            "area_code": own_area_of(snapshot.population, own_area_table(snapshot)),
            "neighbourhood_code": snapshot.population["neighbourhood_code"],
            "residents": snapshot.population["residents"].astype("float64"),
        }
    )
    total = people.groupby("neighbourhood_code")["residents"].sum()
    found = people.groupby(["area_code", "neighbourhood_code"])[["residents"]].sum()
    found = found[found["residents"] > 0]
    of_all = total.reindex(found.index.get_level_values("neighbourhood_code")).to_numpy()
    return found.assign(share=found["residents"] / of_all)
