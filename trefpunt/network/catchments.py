"""Distances along the network from places to postcodes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csgraph

from trefpunt.network.contraction import contract
from trefpunt.network.graph import Network

Floats = NDArray[np.float64]

_ROWS_AT_ONCE = 128
"""Origins per call of the solver: keeps the working matrix (origins × nodes) below 40 MB."""

_WORTH_CONTRACTING = 32
"""From this many origins on, making the network smaller first saves more than it costs; not so with a limit."""


def distances(network: Network, origins: pd.Series, targets: pd.Series, limit_m: float | Floats = np.inf) -> Floats:
    """Shortest distance along the network from every origin to every target.

    Parameters
    ----------
    network
        The mode's network.
    origins, targets
        Node per place and per postcode (nullable integers; missing = unreachable).
    limit_m
        Beyond this distance the answer is ∞; metres, one for all or one an origin.

    Returns
    -------
    numpy.ndarray
        Origins × targets, metres. ∞ where not reached within `limit_m`; NaN where either end is not on
        the network.
    """
    on = origins.notna().to_numpy()
    reachable = targets.notna().to_numpy()
    result = np.full((len(origins), len(targets)), np.nan)
    limits = np.broadcast_to(np.asarray(limit_m, dtype=float), len(origins))[on]
    pairs, row = np.unique(np.column_stack([limits, origins[on].to_numpy(dtype=float)]), axis=0, return_inverse=True)
    start, limit = pairs[:, 1].astype(np.int64), pairs[:, 0]
    goal = targets[reachable].astype("int64").to_numpy()
    matrix = network.matrix
    if len(start) > _WORTH_CONTRACTING and np.isinf(limit).any():
        matrix, number = contract(matrix, np.concatenate([start, goal]))
        start, goal = number[start], number[goal]
    found = np.empty((len(start), len(goal)))
    for same in (np.flatnonzero(limit == value) for value in np.unique(limit)):
        for at in range(0, len(same), _ROWS_AT_ONCE):
            part = same[at : at + _ROWS_AT_ONCE]
            found[part] = csgraph.dijkstra(matrix, indices=start[part], limit=limit[part[0]])[:, goal]
    result[np.ix_(on, reachable)] = found[row.reshape(-1)]
    return result


def distance_to_outside(network: Network) -> Floats:
    """Per node, the distance in metres to the nearest node outside the municipality (0 when outside itself)."""
    outside = np.flatnonzero(~network.nodes["in_municipality"].to_numpy())
    if len(outside) == 0:
        return np.full(len(network.nodes), np.inf)
    return np.asarray(csgraph.dijkstra(network.matrix, indices=outside, min_only=True))
