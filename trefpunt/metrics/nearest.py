"""Who goes where if everybody goes to the nearest: of the places there are, or of places set at random."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csgraph

from trefpunt.errors import TrefpuntError
from trefpunt.network.graph import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOWHERE = -1
"""Where residents go who reach no place."""


def nearest_place(distance_m: Floats) -> Ints:
    """Row of the place that is nearest to each postcode.

    Distances are compared in whole millimetres, so that rounding of sums does not decide. Of places that are then
    equally near the first row wins: with the table in its usual order, the lowest place id. No cut-off: residents
    go to the nearest place however far.

    Parameters
    ----------
    distance_m
        (P, B) metres; ∞ or NaN where not reached.

    Returns
    -------
    numpy.ndarray
        (B,) rows 0 … P−1; `NOWHERE` where no place is reached.
    """
    if len(distance_m) == 0:
        return np.full(distance_m.shape[1], NOWHERE)
    millimetres = np.where(np.isfinite(distance_m), np.rint(distance_m * 1000), np.inf)
    reached = np.isfinite(millimetres).any(axis=0)
    return np.where(reached, millimetres.argmin(axis=0), NOWHERE)


def random_assignments(
    network: Network,
    targets: pd.Series,
    places: int,
    *,
    draws: int,
    seed: int = 0,
    candidates: Ints | None = None,
) -> Ints:
    """Where residents would go if a category had as many places elsewhere: random sets of nodes.

    One run of Dijkstra's algorithm from all places of a set at once gives each node its nearest one.

    Parameters
    ----------
    network
        Of the category's travel mode.
    targets
        (B,) node per postcode; missing where it is not on the network.
    places
        Size of the sets, at least 1.
    draws
        Number of sets.
    seed
        Sets depend on this, on `places` and on the candidates alone, not on the order of the calls. More sets of
        one seed begin with the same sets.
    candidates
        Nodes to draw from, without replacement and with equal chances; by default all nodes inside the
        municipality.

    Returns
    -------
    numpy.ndarray
        (draws, B) number of the nearest place of the set, 0 … `places` − 1; `NOWHERE` where none is reached.

    Raises
    ------
    TrefpuntError
        Fewer candidates than places, no place, or fewer than one draw.
    """
    if candidates is None:
        candidates = np.flatnonzero(network.nodes["in_municipality"].to_numpy())
    faults = []
    if draws < 1:
        faults.append(f"{draws} random sets asked for")
    if places < 1:
        faults.append(f"sets of {places} places")
    if places > len(candidates):
        faults.append(f"{places} places, but only {len(candidates)} nodes to draw from")
    if faults:
        raise TrefpuntError("random sets of places", faults, "Ask for at least one set, no larger than the network.")
    on = targets.notna().to_numpy()
    nodes = targets[on].astype("int64").to_numpy()
    random = np.random.default_rng([seed, places])
    result = np.full((draws, len(targets)), NOWHERE, dtype=np.int64)
    number = np.full(len(network.nodes), NOWHERE)
    for draw in range(draws):
        chosen = random.choice(candidates, places, replace=False)
        _, _, source = csgraph.dijkstra(network.matrix, indices=chosen, min_only=True, return_predecessors=True)
        # scipy marks nodes that no source reaches with a negative number.
        number[chosen] = np.arange(places)
        reached = source[nodes]
        result[draw, on] = np.where(reached < 0, NOWHERE, number[np.maximum(reached, 0)])
    return result
