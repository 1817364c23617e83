"""Contraction keeps distances between terminals, on any network."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse import csgraph

from trefpunt.network.contraction import contract


@st.composite
def networks(draw):
    """Up to 30 nodes, sparse: chains, rings, dead ends, several components."""
    n = draw(st.integers(2, 30))
    ends = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(ends, ends, st.integers(1, 50)), max_size=45))
    shortest = {}
    for a, b, length in edges:
        if a != b:
            key = (min(a, b), max(a, b))
            shortest[key] = min(length, shortest.get(key, length))
    matrix = sparse.lil_array((n, n))
    for (a, b), length in shortest.items():
        matrix[a, b] = matrix[b, a] = length
    terminals = draw(st.lists(ends, min_size=1, max_size=8, unique=True))
    return matrix.tocsr(), np.array(terminals)


@given(networks())
def test_distances_between_terminals_stay_exactly_what_they_were(case):
    matrix, terminals = case
    small, number = contract(matrix, terminals)
    assert (number[terminals] >= 0).all()
    before = csgraph.dijkstra(matrix, indices=terminals)[:, terminals]
    after = csgraph.dijkstra(small, indices=number[terminals])[:, number[terminals]]
    assert np.array_equal(before, after)  # lengths are whole numbers, so sums are exact


@given(networks())
def test_it_never_grows(case):
    matrix, terminals = case
    small, number = contract(matrix, terminals)
    assert small.shape[0] == (number >= 0).sum() <= matrix.shape[0]
    assert abs(small - small.T).max() == 0 if small.nnz else True
