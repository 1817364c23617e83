"""Distances block by block: the same as all at once, whatever the streets look like."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse import csgraph

from trefpunt.categories import load_categories
from trefpunt.network import blocks
from trefpunt.network.blocks import catchment_blocks
from trefpunt.network.graph import Network

TOLERANCE_M = 1e-6


def network(xy, edges):
    """Nodes at (n, 2) metres; edges as (source, target, length)."""
    nodes = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "in_municipality": True})
    table = pd.DataFrame(edges, columns=["source", "target", "length_m"]).astype({"source": int, "target": int})
    return Network(nodes, table)


def plain(net, origins, targets, limit):
    """Dijkstra over the whole network, from scipy alone; ∞ beyond the limits, NaN off the network."""
    found = np.full((len(origins), len(targets)), np.nan)
    on, reachable = origins.notna().to_numpy(), targets.notna().to_numpy()
    rows = csgraph.dijkstra(net.matrix, indices=origins[on].to_numpy(dtype=int))
    found[np.ix_(on, reachable)] = rows[:, targets[reachable].to_numpy(dtype=int)]
    limits = np.broadcast_to(np.asarray(limit, dtype=float), len(origins))[:, None]
    return np.where(found > limits + blocks.ROUNDING_M, np.inf, found)


def together(net, origins, targets, limit):
    """All blocks in one matrix; every origin on the network must come exactly once."""
    found = np.full((len(origins), len(targets)), np.inf)
    found[origins.isna().to_numpy()] = np.nan
    found[:, targets.isna().to_numpy()] = np.nan
    times = np.zeros(len(origins), dtype=int)
    for block in catchment_blocks(net, origins, targets, limit):
        assert (np.diff(block.columns) > 0).all()
        assert block.distance_m.shape == (len(block.rows), len(block.columns))
        found[np.ix_(block.rows, block.columns)] = block.distance_m
        times[block.rows] += 1
    assert times.tolist() == origins.notna().astype(int).tolist()
    return found


def check(net, origins, targets, limit):
    np.testing.assert_allclose(
        together(net, origins, targets, limit), plain(net, origins, targets, limit), rtol=0, atol=TOLERANCE_M
    )


def nodes(values):
    return pd.Series(values, dtype="Int64")


@st.composite
def cities(draw):
    """Random streets, lengths that need not fit the map, origins and targets with gaps, limits of all sizes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(2, 60))
    xy = rng.uniform(0, 5000, (n, 2)).round(2)
    pairs = rng.integers(0, n, (draw(st.integers(1, 4 * n)), 2))
    pairs = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0)
    straight = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    # From far shorter than the straight line (a tunnel in another world) to a long way round.
    length = np.maximum(straight * rng.uniform(draw(st.sampled_from([0.01, 0.9, 1.0])), 2.0, len(pairs)), 0.001)
    net = network(xy, np.column_stack([pairs, length]))

    def some(count):
        return nodes([None if rng.random() < 0.1 else int(i) for i in rng.integers(0, n, count)])

    limits = rng.choice([0.0, 50.0, 400.0, 1500.0, 6000.0, np.inf], draw(st.integers(1, 20)))
    return net, some(len(limits)), some(draw(st.integers(1, 30))), limits


@given(cities())
def test_blocks_say_what_dijkstra_says(city):
    check(*city)


def test_a_path_that_leaves_the_window_is_found():
    """The way runs far around, over edges far shorter than the map says: the first window does not hold it.

    Nodes 0 and 1 are 100 m apart without a street between them. The way goes by node 2, 9 km off: 40 + 40 m.
    """
    xy = np.array([[0.0, 0.0], [100.0, 0.0], [9000.0, 0.0], [0.0, 400.0], [9000.0, 9000.0]])
    net = network(xy, [(0, 2, 40.0), (1, 2, 40.0), (0, 3, 400.0), (2, 4, 9000.0)])
    found = together(net, nodes([0]), nodes([0, 1, 2, 3, 4]), 500.0)
    assert found[0].tolist() == [0, 80, 40, 400, np.inf]


def test_a_distance_equal_to_the_limit_is_within():
    net = network(np.array([[0.0, 0.0], [500.0, 0.0], [500.5, 0.0]]), [(0, 1, 500.0), (1, 2, 0.5)])
    assert together(net, nodes([0]), nodes([1, 2]), 500.0)[0].tolist() == [500, np.inf]


def test_many_origins_in_one_square_come_in_several_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "ROWS_AT_ONCE", 3)
    net = network(np.array([[0.0, 0.0], [10.0, 0.0]]), [(0, 1, 10.0)])
    found = list(catchment_blocks(net, nodes([0, 1] * 5), nodes([0, 1]), 100.0))
    assert [len(block.rows) for block in found] == [3, 3, 3, 1]
    check(net, nodes([0, 1] * 5), nodes([0, 1]), 100.0)


def test_nothing_to_ask_gives_no_block():
    net = network(np.array([[0.0, 0.0], [10.0, 0.0]]), [(0, 1, 10.0)])
    assert list(catchment_blocks(net, nodes([None, None]), nodes([0]), 100.0)) == []
    assert list(catchment_blocks(net, nodes([]), nodes([0]), 100.0)) == []
    (block,) = catchment_blocks(net, nodes([0]), nodes([None]), 100.0)
    assert block.distance_m.shape == (1, 0)


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_blocks_of_the_bundled_city_are_dijkstra_s(bundled, mode):
    categories = load_categories()
    limit = np.array([categories[name].cutoff(mode) for name in bundled.places["category"]])
    check(bundled.networks[mode], bundled.places[f"{mode}_node"], bundled.population[f"{mode}_node"], limit)


def test_windows_of_the_bundled_city_are_smaller_than_it(bundled):
    """Without that the work would grow with places × network: it is the point of the blocks."""
    net, limit = bundled.networks["walk"], 1600.0
    grid = blocks._grid(net, limit)
    assert grid.matrix.nnz == net.matrix.nnz
    square = np.searchsorted(grid.first, grid.number[bundled.places["walk_node"].dropna().to_numpy(dtype=int)], "right")
    largest = max(blocks._window(grid, int(s) - 1, 1).matrix.shape[0] for s in np.unique(square))
    assert largest < len(net.nodes) / 2


def test_a_window_of_everything_is_the_network():
    rng = np.random.default_rng(1)
    xy = rng.uniform(0, 1000, (40, 2))
    net = network(xy, [(i, i + 1, 1.0 + i) for i in range(39)])
    grid = blocks._grid(net, 100.0)
    window = blocks._window(grid, 0, 100)
    assert sparse.linalg.norm(window.matrix - grid.matrix) == 0 and np.isinf(window.way_out).all()
