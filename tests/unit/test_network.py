"""The network on a hand-drawn street plan."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from trefpunt.crs import RD
from trefpunt.network.assembly import MAX_SNAP_M, assemble
from trefpunt.network.catchments import distance_to_outside, distances

# A street of 1,000 m from (0,0) to (1000,0) with a junction at 400, a side street up to (400,300), and an
# island street far from it all.
X0, Y0 = 180_000, 315_000


def line(*points):
    return LineString([(X0 + x, Y0 + y) for x, y in points])


STREETS = gpd.GeoDataFrame(
    geometry=[line((0, 0), (400, 0)), line((400, 0), (1000, 0)), line((400, 0), (400, 300)), line((0, 900), (90, 900))],
    crs=RD,
)
TOWN = box(X0 - 10, Y0 - 10, X0 + 700, Y0 + 2000)


def points(*xy):
    return gpd.GeoSeries([Point(X0 + x, Y0 + y) for x, y in xy], crs=RD)


def between(assembly, i, j):
    nodes = pd.Series(assembly.snap.node, dtype="Int64").replace(-1, pd.NA)
    return distances(assembly.network, nodes.iloc[[i]], nodes.iloc[[j]])[0, 0]


def test_points_join_where_they_are_nearest_not_at_the_junction():
    got = assemble(STREETS, points((150, 20), (400, 250), (900, -30)), TOWN)
    # 150 → junction 400 → up 250; 150 → 900 along the street.
    assert between(got, 0, 1) == pytest.approx(250 + 250)
    assert between(got, 0, 2) == pytest.approx(750)
    assert got.snap.distance_m.tolist() == [20, 0, 30]


def test_two_points_at_one_foot_are_zero_apart():
    got = assemble(STREETS, points((150, 20), (150, -5)), TOWN)
    assert between(got, 0, 1) == 0


def test_island_within_reach_is_snapped_to_the_main_network_otherwise_unreachable():
    near, far = points((400, 300 + MAX_SNAP_M - 1)), points((50, 890))
    assert assemble(STREETS, near, TOWN).snap.node[0] >= 0
    lost = assemble(STREETS, far, TOWN)
    assert lost.snap.node[0] == -1 and lost.snap.on_island[0]
    assert lost.island_nodes == 2 and lost.island_length_m == pytest.approx(90)


def test_networks_that_touch_at_the_border_are_joined():
    # The neighbour's street passes 1.5 m from our loose end at x = 1000 and runs on to x = 1500.
    abroad = gpd.GeoDataFrame(geometry=[line((1001.5, -200), (1001.5, 200), (1500, 200))], crs=RD)
    walk = assemble(STREETS, points((600, 0), (1500, 200)), TOWN, abroad)
    assert walk.border_links == 1
    assert between(walk, 0, 1) == pytest.approx(400 + 1.5 + 200 + 498.5, abs=0.01)
    apart = assemble(STREETS, points((600, 0)), TOWN, abroad.translate(xoff=3).to_frame("geometry"))
    assert apart.border_links == 0


def test_municipality_marks_nodes_and_the_way_out():
    got = assemble(STREETS, points((600, 0), (1000, 0)), TOWN)
    out = distance_to_outside(got.network)
    # The only node outside is the end of the street, at 1,000 m.
    assert out[got.snap.node[0]] == pytest.approx(400)
    assert out[got.snap.node[1]] == 0
    assert not got.network.nodes["in_municipality"].iloc[got.snap.node[1]]


def test_matrix_is_symmetric_and_edges_are_single():
    double = pd.concat([STREETS, STREETS.iloc[[0]]], ignore_index=True)
    network = assemble(double, points((10, 0)), TOWN).network
    assert abs(network.matrix - network.matrix.T).max() == 0
    assert not network.edges.duplicated(["source", "target"]).any()


def test_a_limit_gives_infinity_and_a_missing_node_gives_missing():
    got = assemble(STREETS, points((0, 0), (900, 0)), TOWN)
    nodes = pd.Series([*got.snap.node, pd.NA], dtype="Int64")
    result = distances(got.network, nodes, nodes, limit_m=500)
    assert result[0, 0] == 0 and np.isinf(result[0, 1])
    assert np.isnan(result[2]).all() and np.isnan(result[:, 2]).all()


def test_each_origin_can_have_its_own_limit():
    # Along the street: 0 → 300 is 300 m, 0 → 900 is 900 m; the same origin asked twice with two limits.
    got = assemble(STREETS, points((0, 0), (300, 0), (900, 0)), TOWN)
    nodes = pd.Series(got.snap.node, dtype="Int64")
    result = distances(got.network, nodes.iloc[[0, 0]], nodes, limit_m=np.array([500.0, 1000.0]))
    assert result[:, 1].tolist() == [300, 300]
    assert np.isinf(result[0, 2]) and result[1, 2] == 900


def test_the_same_streets_in_another_order_give_the_same_tables():
    shuffled = STREETS.sample(frac=1, random_state=3).reset_index(drop=True)
    one, other = (assemble(s, points((150, 20), (400, 250)), TOWN).network for s in (STREETS, shuffled))
    pd.testing.assert_frame_equal(one.nodes, other.nodes)
    pd.testing.assert_frame_equal(one.edges, other.edges)


def test_distances_agree_with_brute_force(tmp_path):
    """Every pair against networkx's Dijkstra on the same edges, to 1e-6 m."""
    import networkx as nx

    rng = np.random.default_rng(0)
    at = rng.uniform(0, 1000, (30, 2)).round(2)
    streets = gpd.GeoDataFrame(geometry=[line(at[i], at[j]) for i, j in rng.integers(0, 30, (60, 2)) if i != j], crs=RD)
    got = assemble(streets, points(*rng.uniform(0, 1000, (25, 2))), TOWN)
    graph = nx.Graph()
    graph.add_weighted_edges_from(got.network.edges[["source", "target", "length_m"]].to_numpy())
    nodes = pd.Series(got.snap.node, dtype="Int64").replace(-1, pd.NA).dropna()
    ours = distances(got.network, nodes, nodes)
    truth = [[nx.dijkstra_path_length(graph, a, b) for b in nodes] for a in nodes]
    assert np.abs(ours - truth).max() < 1e-6
