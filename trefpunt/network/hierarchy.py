"""Exact distances from many nodes to many nodes, by a hierarchy that is prepared once for a network.

Nodes are removed one by one, and the neighbours that a node leaves behind are joined by shortcuts as long as the way
through it. Whatever the order, a shortest path between any two nodes then first climbs, along streets and shortcuts,
to nodes removed later, and from there descends: the customizable contraction hierarchies of Dibbelt, Strasser &
Wagner (2016), here for one set of lengths. The order is a minimum-degree one, as sparse matrix factorisation uses
to keep fill-in (there: shortcuts) low: dead ends and bends go first, the streets that hold parts of town together last.

Where a node can climb to is a path in a tree, the elimination tree: its *ancestors*. All sources climb theirs
at once; then one sweep from the top down gives each node, for all sources together, the least of what its upward
neighbours have plus the length to it (PHAST, Delling, Goldberg, Nowatzyk & Werneck 2011), over the ancestors of the
targets only (as in RPHAST, Delling, Goldberg & Werneck 2011). Only additions and minima of the given lengths: as
exact as Dijkstra's algorithm, up to rounding in the order of summing.

References
----------
Dibbelt, J., Strasser, B. & Wagner, D. (2016). Customizable contraction hierarchies. Journal of Experimental
Algorithmics 21, 1.5. https://doi.org/10.1145/2886843

Delling, D., Goldberg, A. V., Nowatzyk, A. & Werneck, R. F. (2011). PHAST: hardware-accelerated shortest path trees.
25th International Parallel and Distributed Processing Symposium (IPDPS).

Delling, D., Goldberg, A. V. & Werneck, R. F. (2011). Faster batched shortest paths in road networks. 11th Workshop on
Algorithmic Approaches for Transportation Modelling, Optimization, and Systems (ATMOS).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Nodes of a network by rank, 0 the last to be removed, and the streets and shortcuts that lead up from each.

    Attributes
    ----------
    rank
        Per node, its rank (n,).
    parent
        Per rank, the nearest of its upward neighbours, which all others are above; its own rank at the top (n,).
    start, up, length_m
        Rank r leads up to ranks `up[start[r]:start[r + 1]]` (all below r), `length_m` away.
    """

    rank: Ints
    parent: Ints
    start: Ints
    up: Ints
    length_m: Floats


def _ranks(matrix: sparse.csr_array) -> Ints:
    """Rank of each node in a minimum-degree order of removal: the one that SuperLU finds for a matrix like ours."""
    # Each node's degree plus one on the diagonal, −1 for each street: positive definite, so it needs no pivoting.
    streets = sparse.csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
    laplacian = sparse.diags_array(streets.sum(axis=1) + 1.0) - streets
    factors = splu(
        laplacian.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
    )
    removed: Ints = np.asarray(factors.perm_c, dtype=np.int64)
    return len(removed) - 1 - removed


def prepare(matrix: sparse.csr_array) -> Hierarchy:
    """Make the hierarchy of a network.

    Parameters
    ----------
    matrix
        Symmetric adjacency (n × n), lengths in metres, > 0.
    """
    n = matrix.shape[0]
    rank = _ranks(matrix)
    streets = matrix.tocoo()
    source, target = rank[streets.row], rank[streets.col]
    upward = source > target
    above: list[dict[int, float]] = [{} for _ in range(n)]
    for r, u, metres in zip(
        source[upward].tolist(), target[upward].tolist(), streets.data[upward].tolist(), strict=True
    ):
        above[r][u] = metres
    for r in range(n - 1, -1, -1):
        neighbours = sorted(above[r].items(), reverse=True)
        for i, (lower, first) in enumerate(neighbours, 1):
            ways = above[lower]
            for higher, second in neighbours[i:]:
                metres = first + second
                if metres < ways.get(higher, np.inf):
                    ways[higher] = metres
    start = np.zeros(n + 1, dtype=np.int64)
    np.cumsum([len(ways) for ways in above], out=start[1:])
    return Hierarchy(
        rank,
        parent=np.array([max(ways, default=r) for r, ways in enumerate(above)], dtype=np.int64),
        start=start,
        up=np.fromiter((u for ways in above for u in ways), dtype=np.int64, count=start[-1]),
        length_m=np.fromiter((m for ways in above for m in ways.values()), dtype=np.float64, count=start[-1]),
    )


def _restricted(whole: Hierarchy, ranks: Ints) -> Hierarchy:
    """The part of a hierarchy that some ranks and their ancestors form; `rank` then is the new number of each rank."""
    used = np.zeros(len(whole.parent), dtype=bool)
    climbing = np.unique(ranks)
    while len(climbing):
        used[climbing] = True
        climbing = np.unique(whole.parent[climbing])
        climbing = climbing[~used[climbing]]
    kept = np.flatnonzero(used)
    number = np.cumsum(used) - 1
    count = (whole.start[1:] - whole.start[:-1])[kept]
    start = np.concatenate([[0], np.cumsum(count)])
    edge = np.repeat(whole.start[kept] - start[:-1], count) + np.arange(start[-1])
    return Hierarchy(number, number[whole.parent[kept]], start, number[whole.up[edge]], whole.length_m[edge])


def _climb(part: Hierarchy, sources: Ints) -> Floats:
    """Least length of a way that only climbs, from each source (column) to each rank (row); ∞ where there is none."""
    result = np.full((len(part.parent), len(sources)), np.inf)
    flat = result.reshape(-1)
    at, column = sources, np.arange(len(sources))
    result[at, column] = 0.0
    while len(at):
        count = part.start[at + 1] - part.start[at]
        before = np.cumsum(count) - count
        edge = np.repeat(part.start[at] - before, count) + np.arange(count.sum())
        cell = part.up[edge] * len(sources) + np.repeat(column, count)
        flat[cell] = np.minimum(flat[cell], np.repeat(result[at, column], count) + part.length_m[edge])
        parent = part.parent[at]
        at, column = parent[parent != at], column[parent != at]
    return result


def _descend(part: Hierarchy, climbed: Floats) -> None:
    """From the top down, make the lengths of ways that only climb those of the shortest ways, in place."""
    start, length = part.start.tolist(), part.length_m[:, None]
    for rank, row in enumerate(climbed):
        first, end = start[rank], start[rank + 1]
        if first < end:
            ways = climbed.take(part.up[first:end], axis=0)
            ways += length[first:end]
            np.minimum(row, ways.min(axis=0), out=row)


def between(hierarchy: Hierarchy, sources: Ints, targets: Ints) -> Floats:
    """Shortest distance between every source and every target.

    Parameters
    ----------
    hierarchy
        The network's, by `prepare`.
    sources, targets
        Nodes; repeats are allowed.

    Returns
    -------
    numpy.ndarray
        Targets × sources, metres; ∞ where no way leads. On the way there it takes a matrix of ancestors × sources.
    """
    source, target = hierarchy.rank[sources], hierarchy.rank[targets]
    part = _restricted(hierarchy, np.concatenate([source, target]))
    lengths = _climb(part, part.rank[source])
    _descend(part, lengths)
    return lengths[part.rank[target]]
