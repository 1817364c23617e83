"""Distances along the network from places to postcodes.

Many to many, they come from the network's hierarchy (`hierarchy.py`), prepared once for each network; from or to a few
nodes, from plain Dijkstra. Both are exact, so which of the two answers is a matter of time alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csgraph

from trefpunt.network.graph import Network
from trefpunt.network.hierarchy import between

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDING_M = 1e-6
"""Lengths are added in no fixed order, so a distance this little over a limit still counts as within it."""

_FEW = 16
"""Up to this many sources, Dijkstra needs less time than one sweep through the hierarchy."""

_NODES_PER_SOURCE = 300
"""With a limit Dijkstra sees a source's surroundings only; the hierarchy then pays where sources lie this dense."""

_SOURCES_AT_ONCE = 512
"""Sources of one sweep, near one another; with a limit, targets out of reach of all of them are left out."""

_WORKING_BYTES = 2**25
"""Size of the matrix (sources × nodes) that Dijkstra fills in one call."""


def _by_dijkstra(network: Network, sources: Ints, targets: Ints, limit_m: Floats) -> Floats:
    """Targets × sources; every source with its own limit."""
    found = np.empty((len(targets), len(sources)))
    rows = max(1, _WORKING_BYTES // (8 * max(1, len(network.nodes))))
    for limit in np.unique(limit_m):
        same = np.flatnonzero(limit_m == limit)
        for part in (same[at : at + rows] for at in range(0, len(same), rows)):
            found[:, part] = csgraph.dijkstra(network.matrix, indices=sources[part], limit=limit)[:, targets].T
    return found


def _by_hierarchy(network: Network, sources: Ints, targets: Ints, limit_m: Floats) -> Floats:
    """Targets × sources; some of what lies beyond a source's limit may be in it."""
    found = np.full((len(targets), len(sources)), np.inf)
    # Close in rank is close on the map, mostly.
    order = np.argsort(network.hierarchy.rank[sources], kind="stable")
    for part in (order[at : at + _SOURCES_AT_ONCE] for at in range(0, len(order), _SOURCES_AT_ONCE)):
        limit = limit_m[part].max()
        if np.isinf(limit):
            found[:, part] = between(network.hierarchy, sources[part], targets)
            continue
        to_nearest = csgraph.dijkstra(network.matrix, indices=sources[part], min_only=True, limit=limit)
        near = np.flatnonzero(np.isfinite(to_nearest[targets]))
        found[np.ix_(near, part)] = between(network.hierarchy, sources[part], targets[near])
    return found


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
    on, reachable = origins.notna().to_numpy(), targets.notna().to_numpy()
    limits = np.broadcast_to(np.asarray(limit_m, dtype=float), len(origins))[on] + ROUNDING_M
    few, many = (nodes.dropna().to_numpy(dtype=np.int64) for nodes in (origins, targets))
    farthest = limits
    # Streets run both ways, so the fewer of the two can be the sources.
    swap = len(many) < len(few)
    if swap:
        few, many, farthest = many, few, np.full(len(many), limits.max())
    dense = len(network.nodes) // _NODES_PER_SOURCE if np.isfinite(farthest).all() else 0
    solve = _by_dijkstra if len(few) <= max(_FEW, dense) else _by_hierarchy
    found = solve(network, few, many, farthest)
    within = found if swap else np.ascontiguousarray(found.T)
    within[within > limits[:, None]] = np.inf
    if on.all() and reachable.all():
        return within
    result = np.full((len(origins), len(targets)), np.nan)
    result[np.ix_(on, reachable)] = within
    return result


def distance_to_outside(network: Network) -> Floats:
    """Per node, the distance in metres to the nearest node outside the municipality (0 when outside itself)."""
    outside = np.flatnonzero(~network.nodes["in_municipality"].to_numpy())
    if len(outside) == 0:
        return np.full(len(network.nodes), np.inf)
    return np.asarray(csgraph.dijkstra(network.matrix, indices=outside, min_only=True))
