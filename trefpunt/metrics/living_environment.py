"""The living environment of every location, as parts of neighbourhoods: what measure 7 of docs/method.md is made of.

Shares of groups are the same all over a neighbourhood, so an environment is known once it is known which part of it
comes from which neighbourhood. These parts are summed once; after that, other shares cost one product of small
matrices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trefpunt.categories import CUTOFF_HALF_DISTANCES, Category, load_categories
from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.one_sidedness import NEIGHBOUR_HALF_DISTANCE_M, mean_of_categories, mean_share
from trefpunt.metrics.setting import Setting
from trefpunt.metrics.share_scenarios import ShareScenarios
from trefpunt.network.catchments import distances

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_ROWS_AT_ONCE = 512
"""Locations per block: keeps the weights of one block (locations × postcodes) near 10 MB."""


@dataclass(frozen=True, eq=False)
class People:
    """Who is counted in an environment, and how far it reaches.

    Attributes
    ----------
    scenarios
        Residents by area (A; the last area holds those of unknown groups). Residents who are not to be counted have a
        `count` of 0.
    half_distance_factor
        Times each half-distance.
    """

    scenarios: ShareScenarios
    half_distance_factor: float = 1.0


@dataclass(frozen=True, eq=False)
class Mix:
    """From which areas the people in the environment of each location come.

    Attributes
    ----------
    parts
        (B, 2 A) parts of the environment: first, per area, what has the mean shares of the area; then, per area, what
        has those of an uneven part of it (`ShareScenarios.part_loading`). A row sums to 1; NaN where nobody is there.
    empty
        (B,) on the network, and nobody (no place) is within reach.
    """

    parts: Floats
    empty: Bools


def _split(total: Floats, loading: Floats) -> Floats:
    """(n, 2 A) parts of each row of (n, A) residents, those with the area's mean first; NaN where nobody is."""
    part = mixing.shares(total)
    return np.hstack([part * (1.0 - loading), part * loading])


def neighbour_mixes(setting: Setting, people: Sequence[People]) -> list[Mix]:
    """Neighbours of each location: residents by walking distance, half at 300 m, up to 1,200 m.

    Parameters
    ----------
    setting
        The municipality.
    people
        Ways to count; all are served by one search along the streets.

    Returns
    -------
    list
        One mix a way to count. Agrees with `trefpunt.metrics.one_sidedness.neighbours`.
    """
    node = setting.population["walk_node"]
    half_distances = [NEIGHBOUR_HALF_DISTANCE_M * one.half_distance_factor for one in people]
    limit = CUTOFF_HALF_DISTANCES * max(half_distances, default=0.0)
    blocks: list[list[Floats]] = [[] for _ in people]
    for at in range(0, len(node), _ROWS_AT_ONCE):
        metres = distances(setting.networks["walk"], node.iloc[at : at + _ROWS_AT_ONCE], node, limit)
        for found, one, half in zip(blocks, people, half_distances, strict=True):
            weight = np.nan_to_num(weights(metres, half), nan=0.0)
            found.append(_split(one.scenarios.per_area(weight), one.scenarios.part_loading(weight)))
    on_network = node.notna().to_numpy()
    return [_mix(np.vstack(found), on_network) for found in blocks]


def _mix(parts: Floats, on_network: Bools) -> Mix:
    return Mix(parts, np.asarray(on_network & np.isnan(parts).any(axis=1)))


def place_mix(setting: Setting, people: People) -> Mix:
    """Places within reach of each location: whom they reach, by the decay of their category, categories equal.

    Parameters
    ----------
    setting
        The municipality. Categories without places play no part.
    people
        Whom to count, and how far.

    Returns
    -------
    Mix
        Agrees with `trefpunt.metrics.one_sidedness.places_within_reach` per category and `over_categories`.
    """
    count = len(setting.population)
    around, reaches = [], np.zeros(count, dtype=bool)
    for category, rows in _categories(setting):
        metres = setting.distance[category.mode][rows]
        pull = weights(metres, category.half_distance_m * people.half_distance_factor)
        reaches |= ~np.isnan(pull).all(axis=0)
        pull = np.nan_to_num(pull, nan=0.0)
        drawn = _split(people.scenarios.per_area(pull), people.scenarios.part_loading(pull))
        around.append(mean_share(pull, drawn))
    if not around:
        return Mix(np.full((count, 2 * people.scenarios.areas), np.nan), reaches)
    return _mix(mean_of_categories(around), reaches)


def _categories(setting: Setting) -> Iterable[tuple[Category, NDArray[np.intp]]]:
    """Categories that have places, with the rows of these."""
    of_place = setting.places["category"].to_numpy()
    for name, category in load_categories().items():
        if len(rows := np.flatnonzero(of_place == name)):
            yield category, rows
