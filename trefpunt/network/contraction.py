"""A smaller network with exactly the same distances between the nodes that matter.

Dead ends that lead to no terminal are pruned, and chains of nodes with two neighbours become one edge: no shortest
path between terminals is lost, none gets shorter. (The first steps of contraction hierarchies, Geisberger et al.
2008, without the hierarchy.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

Ints = NDArray[np.int64]


def _degree(matrix: sparse.csr_array) -> Ints:
    pointer = np.asarray(matrix.indptr, dtype=np.int64)
    return pointer[1:] - pointer[:-1]


def _prune(matrix: sparse.csr_array, is_terminal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Nodes that are left when dead ends without a terminal are taken away, again and again."""
    keep = np.ones(matrix.shape[0], dtype=bool)
    degree = _degree(matrix)
    loose = np.flatnonzero((degree <= 1) & ~is_terminal)
    while len(loose):
        keep[loose] = False
        starts, ends = matrix.indptr[loose], matrix.indptr[loose + 1]
        neighbours = matrix.indices[np.concatenate([np.arange(s, e) for s, e in zip(starts, ends, strict=True)])]
        np.subtract.at(degree, neighbours, 1)
        loose = np.unique(neighbours[(degree[neighbours] <= 1) & keep[neighbours] & ~is_terminal[neighbours]])
    return keep


def _shortest_of_parallel(source: Ints, target: Ints, length: NDArray[np.float64], n: int) -> sparse.csr_array:
    """Symmetric matrix of undirected edges; self-loops left out, the shortest of parallel ones kept."""
    low, high = np.minimum(source, target), np.maximum(source, target)
    real = low != high
    low, high, length = low[real], high[real], length[real]
    order = np.lexsort((length, high, low))
    low, high, length = low[order], high[order], length[order]
    first = np.ones(len(low), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, length = low[first], high[first], length[first]
    pairs = (np.concatenate([low, high]), np.concatenate([high, low]))
    return sparse.coo_array((np.tile(length, 2), pairs), shape=(n, n)).tocsr()


def _join_chains(matrix: sparse.csr_array, is_terminal: NDArray[np.bool_]) -> sparse.csr_array:
    """Replace each chain of non-terminals with two neighbours by one edge between its two ends."""
    n = matrix.shape[0]
    in_chain = (_degree(matrix) == 2) & ~is_terminal
    upper = sparse.triu(matrix, k=1).tocoo()
    source, target, length = upper.row.astype(np.int64), upper.col.astype(np.int64), upper.data
    inner = in_chain[source] & in_chain[target]
    touching = in_chain[source] ^ in_chain[target]
    links = sparse.coo_array((np.ones(inner.sum()), (source[inner], target[inner])), shape=(n, n))
    _, chain = csgraph.connected_components(links, directed=False)

    member = np.where(in_chain[source], source, target)
    total = np.bincount(chain[member[inner | touching]], length[inner | touching], minlength=chain.max() + 1)
    outside = np.where(in_chain[source], target, source)[touching]
    of_chain = chain[member[touching]]
    order = np.lexsort((outside, of_chain))
    outside, of_chain = outside[order], of_chain[order]
    # A chain that is a closed ring has no outside; every other one has two, perhaps the same node twice.
    a, b = outside[0::2], outside[1::2]
    rest = ~(inner | touching)
    return _shortest_of_parallel(
        np.concatenate([source[rest], a]),
        np.concatenate([target[rest], b]),
        np.concatenate([length[rest], total[of_chain[0::2]]]),
        n,
    )


def contract(matrix: sparse.csr_array, terminals: Ints) -> tuple[sparse.csr_array, Ints]:
    """Reduce a network to what shortest paths between terminals need.

    Parameters
    ----------
    matrix
        Symmetric adjacency (n × n), lengths in metres, > 0.
    terminals
        Nodes whose distances to one another must stay what they are.

    Returns
    -------
    tuple
        The smaller matrix (m × m), and per old node its new number (n,), −1 where it is gone. Terminals are
        never gone.
    """
    n = matrix.shape[0]
    is_terminal = np.zeros(n, dtype=bool)
    is_terminal[terminals] = True
    number = np.arange(n)
    while True:
        keep = _prune(matrix, is_terminal)
        matrix = _join_chains(matrix[keep][:, keep].tocsr(), is_terminal[keep])
        linked = (_degree(matrix) > 0) | is_terminal[keep]
        left = np.flatnonzero(keep)[linked]
        if len(left) == len(keep):
            break
        matrix, is_terminal, number = matrix[linked][:, linked].tocsr(), is_terminal[left], number[left]
    new = np.full(n, -1, dtype=np.int64)
    new[number] = np.arange(len(number))
    return matrix, new
