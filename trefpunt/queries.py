"""The questions that pages and command line ask of a snapshot. Tables come back, nothing for the screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trefpunt.cache import cached
from trefpunt.categories import load_categories
from trefpunt.crs import WGS84
from trefpunt.errors import UnknownCodeError
from trefpunt.metrics import pairs
from trefpunt.metrics.places import NATIONAL_SHARES as NATIONAL_SHARES
from trefpunt.metrics.places import measure, minutes_to_metres, origins, residents_of
from trefpunt.metrics.uncertainty import uncertainty
from trefpunt.network import catchments
from trefpunt.snapshot import Snapshot

MODES = ("walk", "cycle")
DEFAULT_MINUTES = 15.0
SCHOOL = "primary_school"
SUPERMARKET = "supermarket"

_PLACE_FACTS = ["name", "category", "lon", "lat", "neighbourhood_code", "mode"]
_PLACE_SOURCE = ["border_truncated", "source", "osm_id", "vintage"]


@dataclass(frozen=True)
class City:
    """The municipality's residents (PC6 counts) and their welfare groups.

    Attributes
    ----------
    residents
        All.
    residents_known
        Those in neighbourhoods with published shares.
    low, middle, high
        Shares of the known residents, 0–1.
    """

    residents: float
    residents_known: float
    low: float
    middle: float
    high: float


def city(snapshot: Snapshot) -> City:
    """The municipality as a whole."""
    residents = residents_of(snapshot.population, snapshot.neighbourhoods)
    low, middle, high = (float(share) for share in residents.city_shares)
    return City(float(residents.count.sum()), float(residents.totals.sum()), low, middle, high)


@lru_cache(maxsize=8)
def distances(snapshot: Snapshot, mode: str) -> NDArray[np.float64]:
    """Network distance from every place to every postcode, metres (places × PC6).

    Read-only. Computed once for the same places, postcodes and network, then kept on disk.
    """
    node = f"{mode}_node"
    places, people = snapshot.places[node], snapshot.population[node]
    hashes = {r["name"]: str(r["hash"]) for r in snapshot.manifest["resources"]}
    inputs = [hashes[name] for name in ("places", "population", f"{mode}_nodes", f"{mode}_edges")]
    result = cached(
        f"distances-{mode}",
        inputs,
        (len(places), len(people)),
        lambda: catchments.distances(snapshot.networks[mode], places, people),
    )
    result.setflags(write=False)
    return result


@lru_cache(maxsize=8)
def _mean_distances(snapshot: Snapshot, mode: str) -> pd.DataFrame:
    return pairs.mean_distances(distances(snapshot, mode), snapshot.population, snapshot.places.index)


def category_modes(snapshot: Snapshot, mode: str | None = None) -> pd.Series:
    """Travel mode of each place: its category's own, or one mode for all."""
    if mode is not None:
        return pd.Series(mode, index=snapshot.places.index, dtype="str", name="mode")
    own = {name: category.mode for name, category in load_categories().items()}
    return pd.Series(snapshot.places["category"].map(own), dtype="str", name="mode")


def _by_mode(snapshot: Snapshot, chosen: pd.Series) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.float64]]]:
    """Per travel mode in use: the mode, which places use it, and their half-distances in it (metres)."""
    categories = load_categories()
    for one in MODES:
        rows = (chosen == one).to_numpy()
        if rows.any():
            names = snapshot.places.loc[rows, "category"]
            yield one, rows, np.array([categories[name].half_distance(one) for name in names])


def place_measures(snapshot: Snapshot, mode: str | None = None, minutes: float = DEFAULT_MINUTES) -> pd.DataFrame:
    """Measures 1–4 of every place (docs/method.md), with its facts.

    Parameters
    ----------
    snapshot
        The municipality.
    mode
        `walk`, `cycle`, or None for each category's own.
    minutes
        What counts as within reach for `residents_within`.

    Returns
    -------
    pandas.DataFrame
        Index `place_id`: name, category, lon, lat (degrees), neighbourhood_code, mode, reach,
        residents_within, share_low, share_middle, share_high, share_unknown, mixing, encounter,
        encounter_ratio, bridge, border_truncated, source, osm_id, vintage.
    """
    places = snapshot.places
    chosen = category_modes(snapshot, mode)
    residents = residents_of(snapshot.population, snapshot.neighbourhoods)
    parts = [
        measure(distances(snapshot, one)[rows], half, residents, minutes_to_metres(minutes, one), places.index[rows])
        for one, rows, half in _by_mode(snapshot, chosen)
    ]
    at = places.geometry.to_crs(WGS84)
    truncated = np.where(chosen == "walk", places["border_truncated_walk"], places["border_truncated_cycle"])
    table = places.assign(lon=at.x.round(6), lat=at.y.round(6), mode=chosen, border_truncated=truncated.astype(bool))
    measured = pd.concat(parts).reindex(places.index)
    return pd.DataFrame(table[_PLACE_FACTS]).join(measured).join(pd.DataFrame(table[_PLACE_SOURCE]))


@lru_cache(maxsize=8)
def place_intervals(snapshot: Snapshot, mode: str | None = None) -> pd.DataFrame:
    """90 % intervals of the measures and how steady each place's rank is (docs/uncertainty.md).

    At each category's own half-distance: how far people are willing to go is an assumption, and `rank_stable` is
    where it counts.

    Returns
    -------
    pandas.DataFrame
        Index `place_id`: `<measure>_lower`, `<measure>_upper` for share_low, share_middle, share_high, mixing,
        encounter, encounter_ratio and bridge (missing where the measure is), and `rank_stable` (boolean, missing
        where the place has no rank).
    """
    category = snapshot.places["category"]
    parts = []
    for one, rows, half in _by_mode(snapshot, category_modes(snapshot, mode)):
        found = uncertainty(
            distances(snapshot, one)[rows], half, snapshot.population, snapshot.neighbourhoods, category[rows]
        )
        parts.append(found.given_half_distance.assign(rank_stable=found.rank_stable))
    table = pd.concat(parts).reindex(category.index)
    return table.drop(columns=["reach_lower", "reach_upper"])


def place_origins(
    snapshot: Snapshot, place_id: str, mode: str | None = None, minutes: float = DEFAULT_MINUTES
) -> pd.DataFrame:
    """From which neighbourhoods people could come to one place.

    Returns
    -------
    pandas.DataFrame
        Index neighbourhood code: name, residents_within, share_of_reach, distance_m; largest share first.

    Raises
    ------
    UnknownCodeError
        No such place.
    """
    if place_id not in snapshot.places.index:
        raise UnknownCodeError(place_id, "no such place in this snapshot", "See `export places` for the ids.")
    row = int(snapshot.places.index.get_loc(place_id))
    category = load_categories()[snapshot.places["category"].iloc[row]]
    chosen = mode or category.mode
    table = origins(
        distances(snapshot, chosen)[row],
        category.half_distance(chosen),
        snapshot.population,
        minutes_to_metres(minutes, chosen),
    )
    table.insert(0, "name", snapshot.neighbourhoods["name"].reindex(table.index))
    return table


def pair(snapshot: Snapshot, a: str, b: str, mode: str, minutes: float = DEFAULT_MINUTES) -> pd.DataFrame:
    """Places within reach of both neighbourhoods, by the resident-weighted mean network distance.

    Returns
    -------
    pandas.DataFrame
        Index `place_id`: name, category, distance_a_m, distance_b_m, minutes_a, minutes_b; ordered by the larger
        of the two. No rows: they share none.

    Raises
    ------
    UnknownCodeError
        A code that is no neighbourhood of this snapshot.
    """
    mean = _mean_distances(snapshot, mode)
    if unknown := [code for code in (a, b) if code not in snapshot.neighbourhoods.index]:
        raise UnknownCodeError(
            ", ".join(unknown), "no such neighbourhood in this snapshot", "See `export neighbourhoods` for the codes."
        )
    # A neighbourhood where nobody was counted reaches nothing.
    mean = mean.reindex(columns=mean.columns.union([a, b]))
    shared = pairs.shared_places(mean, a, b, minutes_to_metres(minutes, mode))
    per_minute = minutes_to_metres(1, mode)
    return (
        pd.DataFrame(snapshot.places[["name", "category"]])
        .loc[shared.index]
        .join(shared)
        .assign(
            minutes_a=lambda table: table["distance_a_m"] / per_minute,
            minutes_b=lambda table: table["distance_b_m"] / per_minute,
        )
    )


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
