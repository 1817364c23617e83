"""Names of streets, to find a neighbourhood by: each street once for every neighbourhood it runs through."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from trefpunt.crs import WGS84
from trefpunt.tables.columns import TEXT
from trefpunt.tables.places_names import clean_name

LEAST_SHARE = 0.2
"""A part of a street below this share of its length, and below `LEAST_LENGTH_M`, is left out: a street along a
boundary crosses it now and then, and boundaries are known to some tens of metres only."""

LEAST_LENGTH_M = 150.0

_DECIMALS = 5  # about a metre


def make_street_names(streets: gpd.GeoDataFrame, neighbourhoods: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return which streets lie in which neighbourhood.

    Parameters
    ----------
    streets
        One row a way, EPSG:28992: `name` (text), geometry (LineString). Ways that share a name and a neighbourhood
        are one street there.
    neighbourhoods
        Index `code`; geometry (polygons), EPSG:28992.

    Returns
    -------
    pandas.DataFrame
        One row a street and neighbourhood, in that order: `name`; `neighbourhood_code`; `lon`, `lat` (degrees), a
        point on the street, the nearest to the middle of its part in that neighbourhood. A street lies in a
        neighbourhood with at least `LEAST_SHARE` of its length within all of them together, or `LEAST_LENGTH_M`
        metres. What lies in none is left out. Names are cleaned as those of places (`clean_name`).
    """
    named = gpd.GeoDataFrame({"name": streets["name"].map(clean_name)}, geometry=streets.geometry, crs=streets.crs)
    areas = gpd.GeoDataFrame(
        {"neighbourhood_code": neighbourhoods.index.to_numpy()}, geometry=neighbourhoods.geometry.to_numpy(),
        crs=neighbourhoods.crs,
    )  # fmt: skip
    parts = gpd.overlay(named.dropna(subset="name"), areas, how="intersection", keep_geom_type=True)
    keys = ["name", "neighbourhood_code"]
    parts = parts.assign(metres=parts.geometry.length, wkb=parts.geometry.normalize().to_wkb()).sort_values(
        [*keys, "wkb"], kind="stable"
    )
    metres = parts.groupby(keys)["metres"].sum()
    whole = metres.groupby(level="name").transform("sum")
    kept = metres.index[(metres >= LEAST_SHARE * whole) | (metres >= LEAST_LENGTH_M)]
    shapes = {key: shapely.union_all(lines.to_numpy()) for key, lines in parts.groupby(keys)["geometry"]}
    middles = [_middle(shapes[key]) for key in kept]
    at = gpd.GeoSeries(middles, crs=streets.crs).to_crs(WGS84)
    return pd.DataFrame(
        {
            "name": pd.Series(kept.get_level_values("name").to_numpy(), dtype=TEXT),
            "neighbourhood_code": pd.Series(kept.get_level_values("neighbourhood_code").to_numpy(), dtype=TEXT),
            "lon": np.round(at.x.to_numpy(dtype=float), _DECIMALS),
            "lat": np.round(at.y.to_numpy(dtype=float), _DECIMALS),
        }
    )


def _middle(street: shapely.Geometry) -> shapely.Point:
    """Return the point on a street that is nearest to its centre of gravity."""
    return shapely.get_point(shapely.shortest_line(street, shapely.centroid(street)), 0)
