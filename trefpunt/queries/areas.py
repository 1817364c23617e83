"""Questions about neighbourhoods and districts as tables."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from trefpunt.metrics import pairs
from trefpunt.queries.base import distances
from trefpunt.snapshot import Snapshot

SCHOOL = "primary_school"
SUPERMARKET = "supermarket"


def _nearest_per_area(snapshot: Snapshot, area: pd.Series, category: str) -> pd.Series:
    rows = (snapshot.places["category"] == category).to_numpy()
    population = pd.DataFrame(snapshot.population).assign(neighbourhood_code=area.to_numpy())
    return pairs.nearest(distances(snapshot, "walk")[rows], population)


def _with_nearest(snapshot: Snapshot, table: gpd.GeoDataFrame, area: pd.Series) -> gpd.GeoDataFrame:
    nearest = {
        "nearest_supermarket_m": _nearest_per_area(snapshot, area, SUPERMARKET),
        "nearest_school_m": _nearest_per_area(snapshot, area, SCHOOL),
    }
    return table.assign(**{name: distance.reindex(table.index) for name, distance in nearest.items()})


def neighbourhood_table(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """The table of neighbourhoods with the distances to the nearest supermarket and primary school.

    `nearest_supermarket_m` and `nearest_school_m`: resident-weighted mean walking distance, metres; missing
    where nobody was counted.
    """
    return _with_nearest(snapshot, snapshot.neighbourhoods, snapshot.population["neighbourhood_code"])


def district_table(snapshot: Snapshot) -> gpd.GeoDataFrame:
    """The table of districts, with the same distances as `neighbourhood_table`."""
    district = snapshot.population["neighbourhood_code"].map(snapshot.neighbourhoods["district_code"])
    return _with_nearest(snapshot, snapshot.districts, district)
