"""Distances within a limit, block by block, for cities too large for one matrix of places × postcodes.

A block is the places of one square of the map. Its paths are sought in a window of the network around the square, so
the work grows with the places and not with places × network. That the window was wide enough is not taken from the map
but proved by the paths themselves: where one could leave the window within the limit, the window grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from trefpunt.network.catchments import ROUNDING_M
from trefpunt.network.graph import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROWS_AT_ONCE = 128
"""Origins of a block at most: bounds the memory where places stand close together."""


@dataclass(frozen=True, eq=False)
class Block:
    """Distances from some origins to the targets around them.

    Attributes
    ----------
    rows
        (k,) positions of the origins.
    columns
        (m,) positions of the targets in the window, ascending; all other targets lie beyond the limits.
    distance_m
        (k, m) metres along the network; ∞ beyond the origin's limit.
    """

    rows: Ints
    columns: Ints
    distance_m: Floats


@dataclass(frozen=True, eq=False)
class _Grid:
    """The network with its nodes numbered square by square, row of squares by row.

    `first` (rows · columns + 1) is the first node of each square; `number` (n,) the new number of each old node.
    """

    matrix: sparse.csr_array
    rows: int
    columns: int
    first: Ints
    number: Ints


@dataclass(frozen=True, eq=False)
class _Window:
    """Part of a grid: its nodes lie in runs start ≤ node < end, and each run is numbered on from its `offset`.

    `way_out` (k,) is the length of the shortest edge from a node to outside the window; ∞ where there is none.
    """

    start: Ints
    end: Ints
    offset: Ints
    matrix: sparse.csr_array
    way_out: Floats


@dataclass(frozen=True, eq=False)
class _Goals:
    """Targets in the order of their nodes in the grid: position in the caller's table, and node."""

    position: Ints
    node: Ints

    def within(self, window: _Window) -> tuple[Ints, Ints]:
        """Positions of the targets in a window, ascending, and their local nodes."""
        ends = np.searchsorted(self.node, np.column_stack([window.start, window.end]))
        inside = np.concatenate([np.arange(a, b) for a, b in ends])
        order = np.argsort(self.position[inside], kind="stable")
        inside = inside[order]
        return self.position[inside], _local(window.start, window.end, window.offset, self.node[inside])


def _grid(network: Network, side_m: float) -> _Grid:
    xy = network.nodes[["x", "y"]].to_numpy(dtype=float)
    corner = xy.min(axis=0)
    extent = float((xy.max(axis=0) - corner).max())
    # Never more squares than nodes; a side without end gives one square.
    side = min(max(side_m, extent / np.sqrt(len(xy)), 1.0), extent + 1.0)
    column, row = ((xy - corner) // side).astype(np.int64).T
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    square = row * columns + column
    order = np.argsort(square, kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    first = np.searchsorted(square[order], np.arange(rows * columns + 1))
    return _Grid(network.matrix[order][:, order].tocsr(), rows, columns, first, number)


def _window(grid: _Grid, square: int, margin: int) -> _Window:
    """The network of a square and of `margin` squares all around it."""
    row, column = divmod(square, grid.columns)
    rows = np.arange(max(row - margin, 0), min(row + margin, grid.rows - 1) + 1)
    left, right = max(column - margin, 0), min(column + margin, grid.columns - 1)
    start, end = grid.first[rows * grid.columns + left], grid.first[rows * grid.columns + right + 1]
    offset = np.cumsum(end - start) - (end - start)
    # Sliced run by run: indexing a sparse matrix by column would cost the whole network for every window.
    whole = grid.matrix
    parts = [slice(whole.indptr[s], whole.indptr[e]) for s, e in zip(start, end, strict=True)]
    length = np.concatenate([whole.data[part] for part in parts])
    degree = np.concatenate([np.diff(whole.indptr[s : e + 1]) for s, e in zip(start, end, strict=True)])
    n = len(degree)
    source = np.repeat(np.arange(n), degree)
    target = _local(start, end, offset, np.concatenate([whole.indices[part] for part in parts]))
    stays = target >= 0
    way_out = np.full(n, np.inf)
    np.minimum.at(way_out, source[~stays], length[~stays])
    pointer = np.concatenate([[0], np.cumsum(np.bincount(source[stays], minlength=n))])
    return _Window(start, end, offset, sparse.csr_array((length[stays], target[stays], pointer), shape=(n, n)), way_out)


def _local(start: Ints, end: Ints, offset: Ints, node: Ints) -> Ints:
    """Number in a window of nodes of the grid; −1 where outside."""
    run = np.searchsorted(start, node, side="right") - 1
    inside = (run >= 0) & (node < end[run])
    return np.where(inside, node - start[run] + offset[run], -1)


def _search(window: _Window, origins: Ints, goals: Ints, limits: Floats) -> Floats | None:
    """(k, m) distances between nodes of a window; None where a path within its limit could leave it."""
    found = np.empty((len(origins), len(goals)))
    rim = np.flatnonzero(np.isfinite(window.way_out))
    for limit in np.unique(limits):
        rows = limits == limit
        nodes, back = np.unique(origins[rows], return_inverse=True)
        reached = csgraph.dijkstra(window.matrix, indices=nodes, limit=limit)
        if (reached[:, rim] + window.way_out[rim] <= limit).any():
            return None
        found[rows] = reached[back][:, goals]
    return found


def catchment_blocks(
    network: Network, origins: pd.Series, targets: pd.Series, limit_m: float | Floats
) -> Iterator[Block]:
    """Shortest distances from every origin to the targets within its limit, block by block.

    Together the blocks say what `trefpunt.network.catchments.distances` says, without its matrix: memory is that of
    the network and one block, time grows with the origins at constant density. Exact: a window of the network gives
    the same distances as the whole, unless a path could leave it within the limit, and then it is made wider.

    Parameters
    ----------
    network
        The mode's network.
    origins, targets
        Node per place and per postcode (nullable integers; missing = unreachable).
    limit_m
        Beyond this distance there is no answer; metres, one for all or one an origin. Without a limit (∞) the window
        is the whole network.

    Yields
    ------
    Block
        Each origin on the network is in exactly one; origins off it are in none, targets off it in no columns. Never
        more than `ROWS_AT_ONCE` origins.
    """
    rows = np.flatnonzero(origins.notna().to_numpy())
    if not len(rows):
        return
    limits = np.broadcast_to(np.asarray(limit_m, dtype=float), len(origins))[rows] + ROUNDING_M
    # Squares as wide as the largest limit, and one more on every side: smaller squares search overlapping windows
    # again and again, larger ones search more of the network than the paths need.
    grid = _grid(network, float(limits.max()))
    start = grid.number[origins.iloc[rows].to_numpy(dtype=np.int64)]
    reachable = np.flatnonzero(targets.notna().to_numpy())
    node = grid.number[targets.iloc[reachable].to_numpy(dtype=np.int64)]
    by_node = np.argsort(node, kind="stable")
    goals = _Goals(reachable[by_node], node[by_node])
    square = np.searchsorted(grid.first, start, side="right") - 1
    order = np.argsort(square, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(square[order])) + 1):
        margin = 1
        window = _window(grid, int(square[members[0]]), margin)
        columns, at = goals.within(window)
        for first in range(0, len(members), ROWS_AT_ONCE):
            part = members[first : first + ROWS_AT_ONCE]
            origin = start[part]
            while (
                found := _search(window, _local(window.start, window.end, window.offset, origin), at, limits[part])
            ) is None:
                margin *= 2
                window = _window(grid, int(square[part[0]]), margin)
                columns, at = goals.within(window)
            yield Block(rows[part], columns, found)
