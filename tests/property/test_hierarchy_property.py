"""Distances by the hierarchy are those of scipy's Dijkstra, on any network."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csgraph

from trefpunt.network.catchments import distances
from trefpunt.network.graph import Network
from trefpunt.network.hierarchy import between, prepare


def make(n, source, target, length):
    """A network; of parallel streets the shortest, no loops."""
    low, high = np.minimum(source, target), np.maximum(source, target)
    edges = pd.DataFrame({"source": low, "target": high, "length_m": np.asarray(length, dtype=float)})
    edges = edges[edges["source"] != edges["target"]].groupby(["source", "target"], as_index=False).min()
    nodes = pd.DataFrame({"x": np.arange(n) * 1.0, "y": 0.0, "in_municipality": True})
    return Network(nodes, edges.astype({"source": "int64", "target": "int64", "length_m": float}))


def path(n):
    return n, np.arange(n - 1), np.arange(1, n)


def star(n):
    return n, np.zeros(n - 1, dtype=int), np.arange(1, n)


def grid(rows, columns):
    node = np.arange(rows * columns).reshape(rows, columns)
    pairs = ((node[:, :-1], node[:, 1:]), (node[:-1], node[1:]))
    return node.size, *(np.concatenate([pair[i].ravel() for pair in pairs]) for i in (0, 1))


@st.composite
def networks(draw):
    """Up to 60 nodes: anything at all (several parts, loose nodes, parallel streets), trees, grids, rings."""
    shape = draw(st.sampled_from(["any", "tree", "grid", "ring"]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if shape == "grid":
        n, source, target = grid(draw(st.integers(1, 7)), draw(st.integers(1, 7)))
    else:
        n = draw(st.integers(1, 60))
        source = np.arange(n)
        target = rng.integers(0, np.maximum(source, 1)) if shape == "tree" else (source + 1) % n
    if shape == "any":
        source, target = rng.integers(0, n, (2, draw(st.integers(0, 2 * n))))
    # Millimetres, as the build rounds them; few different lengths give many ties.
    longest = draw(st.sampled_from([3, 2_000_000]))
    return make(n, source, target, rng.integers(1, longest, len(source), endpoint=True) / 1000)


@st.composite
def questions(draw):
    """A network, and up to 60 origins and targets on it or nowhere: enough for either way to the answer."""
    network = draw(networks())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sides = []
    for _ in range(2):
        nodes = pd.Series(rng.integers(0, len(network.nodes), draw(st.integers(0, 60))), dtype="Int64")
        nodes[rng.random(len(nodes)) < draw(st.sampled_from([0, 0.1]))] = pd.NA
        sides.append(nodes)
    return network, *sides


def brute(network, origins, targets):
    """Scipy's answer, pair by pair from the full matrix; NaN where an end is missing."""
    every = csgraph.dijkstra(network.matrix)
    expected = np.full((len(origins), len(targets)), np.nan)
    on, reachable = origins.notna().to_numpy(), targets.notna().to_numpy()
    rows, columns = (side.dropna().to_numpy(dtype=int) for side in (origins, targets))
    expected[np.ix_(on, reachable)] = every[np.ix_(rows, columns)]
    return expected


def same(found, expected):
    """Missing and ∞ in the same cells, all else within 1e-6 m."""
    return found.shape == expected.shape and np.allclose(found, expected, rtol=0, atol=1e-6, equal_nan=True)


@given(questions())
def test_distances_are_those_of_dijkstra(case):
    assert same(distances(*case), brute(*case))


@given(questions(), st.data())
def test_each_origin_keeps_its_own_limit(case, data):
    network, origins, targets = case
    expected = brute(*case)
    # Limits in whole millimetres, some of them just what a distance is: that still is within.
    known = np.append(expected[np.isfinite(expected)], [0.0, 1.5]).round(3)
    choices = np.append(known, np.inf if data.draw(st.booleans()) else 0.7)
    limits = np.random.default_rng(data.draw(st.integers(0, 99))).choice(choices, len(origins))
    expected[expected > limits[:, None] + 0.0005] = np.inf
    assert same(distances(network, origins, targets, limits), expected)


@given(questions())
def test_there_and_back_are_equally_far(case):
    network, origins, targets = case
    assert same(distances(network, targets, origins).T, distances(network, origins, targets))


@given(networks(), st.randoms(use_true_random=False))
def test_what_the_nodes_are_called_does_not_matter(network, random):
    n = len(network.nodes)
    called = np.array(random.sample(range(n), n))
    edges = network.edges
    other = make(n, called[edges["source"]], called[edges["target"]], edges["length_m"])
    every = np.arange(n)
    assert same(between(other.hierarchy, called, called), between(network.hierarchy, every, every))


@given(networks())
def test_the_same_network_gives_the_same_bytes(network):
    one, other = (dataclasses.astuple(prepare(network.matrix)) for _ in range(2))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


@given(networks())
def test_what_a_node_leads_up_to_are_its_parent_and_what_that_leads_up_to(network):
    made = prepare(network.matrix)
    assert sorted(made.rank) == list(range(len(network.nodes)))
    above = [set(made.up[made.start[r] : made.start[r + 1]].tolist()) for r in range(len(made.rank))]
    for r, parent in enumerate(made.parent.tolist()):
        assert all(u < r for u in above[r])
        assert parent == max(above[r], default=r) and above[r] - {parent} <= above[parent]


@pytest.mark.parametrize("shape", [path(5000), star(5000), grid(70, 70)], ids=["path", "star", "grid"])
def test_large_shapes(shape):
    """600 origins: more than one sweep; the limit leaves some of the targets out of each."""
    rng = np.random.default_rng(1)
    network = make(*shape, rng.integers(1, 300_000, len(shape[1])) / 1000)
    nodes = pd.Series(rng.integers(0, shape[0], 600), dtype="Int64")
    at = nodes.to_numpy(dtype=int)
    expected = csgraph.dijkstra(network.matrix, indices=at)[:, at]
    assert same(distances(network, nodes, nodes), expected)
    limit = float(np.median(expected)) / 8 + 0.0005
    assert same(distances(network, nodes, nodes, limit), np.where(expected > limit, np.inf, expected))


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_the_real_networks(bundled, mode):
    """100 places: enough for the hierarchy on these networks, with and without a limit."""
    network = bundled.networks[mode]
    places, people = bundled.places[f"{mode}_node"].dropna().iloc[:100], bundled.population[f"{mode}_node"].dropna()
    start, goal = (side.to_numpy(dtype=int) for side in (places, people))
    expected = csgraph.dijkstra(network.matrix, indices=start)[:, goal]
    assert same(distances(network, places, people), expected)
    limits = np.linspace(0, 4000, len(places))
    assert same(distances(network, places, people, limits), np.where(expected > limits[:, None], np.inf, expected))
