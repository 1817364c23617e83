"""Questions about places: their measures, how sure these are, who could come from where."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from trefpunt.categories import load_categories
from trefpunt.crs import WGS84
from trefpunt.errors import UnknownCodeError
from trefpunt.metrics.mixing import GROUPS, residents_within
from trefpunt.metrics.places import measure, minutes_to_metres, origins, residents_of
from trefpunt.metrics.share_scenarios import UncertaintyParams
from trefpunt.metrics.uncertainty import MIN_TO_RANK, change_without, thirds, uncertainty
from trefpunt.queries.base import DEFAULT_MINUTES, by_mode, category_modes, distances
from trefpunt.snapshot import Snapshot

_PLACE_FACTS = ["name", "category", "lon", "lat", "neighbourhood_code", "mode"]
_SENSITIVE = ("mixing", "bridge")
_PLACE_SOURCE = ["border_truncated", "source", "osm_id", "vintage"]
_OWN_HALF_DISTANCE = UncertaintyParams(half_distance_factors=(1.0,))
"""No other half-distances than the own: the intervals over them, which are not asked for, take most of the time."""


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
    table = measured(snapshot, mode)
    if minutes == DEFAULT_MINUTES:
        return table.copy(deep=False)
    count = snapshot.population["residents"].to_numpy(dtype=float)
    within = [
        pd.Series(
            residents_within(distances(snapshot, one)[rows], count, minutes_to_metres(minutes, one)), table.index[rows]
        )
        for one, rows, _ in by_mode(snapshot, category_modes(snapshot, mode))
    ]
    return table.assign(residents_within=pd.concat(within).reindex(table.index))


def by_bridge(measures: pd.DataFrame) -> pd.DataFrame:
    """Return `place_measures`, largest bridge first; equal ones by name, those whose bridge is missing last."""
    by_name = measures.sort_values("name", key=lambda names: names.str.casefold(), na_position="last", kind="stable")
    return by_name.sort_values("bridge", ascending=False, na_position="last", kind="stable")


def residents_within_of(snapshot: Snapshot, place_id: str, mode: str, minutes: float) -> float:
    """`residents_within` of one place (`place_measures`), and nothing of the others.

    Parameters
    ----------
    place_id
        The place.
    mode
        `walk` or `cycle`.
    minutes
        What counts as within reach.

    Returns
    -------
    float
        NaN when the place is not on the network.
    """
    row = [snapshot.places.index.get_loc(place_id)]
    count = snapshot.population["residents"].to_numpy(dtype=float)
    return float(residents_within(distances(snapshot, mode)[row], count, minutes_to_metres(minutes, mode))[0])


@lru_cache(maxsize=8)
def measured(snapshot: Snapshot, mode: str | None) -> pd.DataFrame:
    """`place_measures` within `DEFAULT_MINUTES`, kept: of all measures only `residents_within` hangs on the minutes."""
    places = snapshot.places
    chosen = category_modes(snapshot, mode)
    residents = residents_of(snapshot.population, snapshot.neighbourhoods)
    parts = [
        measure(
            distances(snapshot, one)[rows], half, residents, minutes_to_metres(DEFAULT_MINUTES, one), places.index[rows]
        )
        for one, rows, half in by_mode(snapshot, chosen)
    ]
    at = places.geometry.to_crs(WGS84)
    truncated = np.where(chosen == "walk", places["border_truncated_walk"], places["border_truncated_cycle"])
    table = places.assign(lon=at.x.round(6), lat=at.y.round(6), mode=chosen, border_truncated=truncated.astype(bool))
    found = pd.concat(parts).reindex(places.index)
    return pd.DataFrame(table[_PLACE_FACTS]).join(found).join(pd.DataFrame(table[_PLACE_SOURCE]))


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
            distances(snapshot, one)[rows],
            half,
            snapshot.population,
            snapshot.neighbourhoods,
            category[rows],
            _OWN_HALF_DISTANCE,
        )
        parts.append(found.given_half_distance.assign(rank_stable=found.rank_stable))
    table = pd.concat(parts).reindex(category.index)
    return table.drop(columns=["reach_lower", "reach_upper"])


def closing(snapshot: Snapshot) -> pd.DataFrame:
    """What would be lost if a place closed and the others of its category stayed (docs/method.md).

    In the category's own mode of travel and at its own half-distance.

    Returns
    -------
    pandas.DataFrame
        Index `place_id`: `bridge_loss`, `encounter_loss` (below 0: a gain) with 90 % `_lower` and `_upper`, and
        `residents_left`, who would have no place of the category within reach any more. Missing where the place is
        not on the network.
    """
    return snapshot.derived["closing"].set_index("place_id")


@lru_cache(maxsize=8)
def places_without_students(snapshot: Snapshot, mode: str | None = None) -> pd.DataFrame:
    """Mixing and bridge if the residents of student neighbourhoods were not counted, in places and municipality.

    A sensitivity: students have low incomes and are not poor for life.

    Returns
    -------
    pandas.DataFrame
        Index `place_id`: `mixing_without_students`, `bridge_without_students`; missing where nobody else of known
        groups is within reach.
    """
    leave_out = snapshot.neighbourhoods["student_area"]
    people, areas = snapshot.population, snapshot.neighbourhoods
    residents = residents_of(people, areas)
    parts = []
    for one, rows, half in by_mode(snapshot, category_modes(snapshot, mode)):
        metres, index = distances(snapshot, one)[rows], snapshot.places.index[rows]
        change = change_without(metres, half, people, areas, leave_out, 0.0, index)
        now = measure(metres, half, residents, 0.0, index)
        parts.append(
            pd.DataFrame({f"{name}_without_students": now[name] + change[f"{name}_change"] for name in _SENSITIVE})
        )
    return pd.concat(parts).reindex(snapshot.places.index)


def bridge_thirds(measures: pd.DataFrame) -> pd.Series:
    """In which third of its category each place is, by bridge: what `rank_stable` says is steady or not.

    Parameters
    ----------
    measures
        Index `place_id`: category, bridge, as `place_measures` gives them.

    Returns
    -------
    pandas.Series
        Index `place_id`, Int64: 1 the third with the smallest bridge, 3 the one with the largest; missing where the
        place has no bridge or its category fewer than three places that have one.
    """
    found = pd.Series(pd.NA, index=measures.index, dtype="Int64", name="bridge_third")
    for _, bridge in measures["bridge"].dropna().groupby(measures["category"]):
        if len(bridge) >= MIN_TO_RANK:
            found[bridge.index] = 1 + thirds(bridge.to_numpy(dtype=float))
    return found


def place_origins(
    snapshot: Snapshot, place_id: str, mode: str | None = None, minutes: float = DEFAULT_MINUTES
) -> pd.DataFrame:
    """From which neighbourhoods people could come to one place.

    Returns
    -------
    pandas.DataFrame
        Index neighbourhood code: name, residents_within, share_of_reach, distance_m; largest share first. Per welfare
        group, `residents_low` … (of residents_within) and `share_of_low` …: which part of the place's low-welfare
        reach comes from this neighbourhood, decay-weighted; each sums to 1 over the neighbourhoods of known shares,
        and is missing for the others. Figures of neighbourhoods: an estimate of who lives near, not who comes.

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
    shares = snapshot.neighbourhoods.reindex(table.index)
    for group in GROUPS:
        share = shares[f"share_{group}"].astype(float)
        drawn = table["share_of_reach"] * share
        table[f"residents_{group}"] = table["residents_within"] * share
        table[f"share_of_{group}"] = drawn / drawn.sum() if drawn.sum() > 0 else drawn * np.nan
    return table
