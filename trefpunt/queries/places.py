"""Questions about places: their measures, how sure these are, who could come from where."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from trefpunt.categories import load_categories
from trefpunt.crs import WGS84
from trefpunt.errors import UnknownCodeError
from trefpunt.metrics.places import measure, minutes_to_metres, origins, residents_of
from trefpunt.metrics.uncertainty import uncertainty
from trefpunt.queries.base import DEFAULT_MINUTES, by_mode, category_modes, distances
from trefpunt.snapshot import Snapshot

_PLACE_FACTS = ["name", "category", "lon", "lat", "neighbourhood_code", "mode"]
_PLACE_SOURCE = ["border_truncated", "source", "osm_id", "vintage"]


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
        for one, rows, half in by_mode(snapshot, chosen)
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
    for one, rows, half in by_mode(snapshot, category_modes(snapshot, mode)):
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
