"""How far residents of two neighbourhoods live from each other."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest

from trefpunt import queries
from trefpunt.errors import UnknownCodeError
from trefpunt.snapshot import Snapshot

POTTENBERG, DOUSBERG = "BU09350203", "BU09350208"


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_equals_the_weighted_mean_over_every_two_postcodes(bundled: Snapshot, mode: str) -> None:
    """Beside an independent shortest path (networkx), two postcodes at a time."""
    network, people = bundled.networks[mode], bundled.population
    graph = nx.Graph()
    # The first of parallel streets may be the longer one: keep the shortest.
    edges = network.edges.sort_values("length_m", ascending=False)
    graph.add_weighted_edges_from(edges[["source", "target", "length_m"]].itertuples(index=False, name=None))
    # A fifth of the postcodes of each: the other four fifths would take the test ten times longer.
    two = people[people["neighbourhood_code"].isin([POTTENBERG, DOUSBERG])].iloc[::5]
    few = replace(bundled, population=gpd.GeoDataFrame(two))
    top, total = 0.0, 0.0
    for _, home in two[two["neighbourhood_code"] == POTTENBERG].iterrows():
        metres = nx.single_source_dijkstra_path_length(graph, int(home[f"{mode}_node"]), weight="weight")
        for _, other in two[two["neighbourhood_code"] == DOUSBERG].iterrows():
            weight = home["residents"] * other["residents"]
            top, total = top + weight * metres[int(other[f"{mode}_node"])], total + weight
    assert queries.distance_between(few, POTTENBERG, DOUSBERG, mode) == pytest.approx(top / total, rel=1e-9)


def test_order_does_not_matter(bundled: Snapshot) -> None:
    there, back = ((POTTENBERG, DOUSBERG), (DOUSBERG, POTTENBERG))
    assert queries.distance_between(bundled, *there, "walk") == queries.distance_between(bundled, *back, "walk")


def test_nobody_counted_is_missing_and_not_zero(bundled: Snapshot) -> None:
    people = bundled.population
    without = people[people["neighbourhood_code"] != DOUSBERG]
    assert math.isnan(queries.distance_between(replace(bundled, population=without), POTTENBERG, DOUSBERG, "walk"))


def test_postcodes_off_the_network_are_left_out(bundled: Snapshot) -> None:
    people = bundled.population.copy()
    off = people.index[people["neighbourhood_code"] == DOUSBERG][0]
    people["walk_node"] = people["walk_node"].astype("Int64")
    people.loc[off, "walk_node"] = pd.NA
    cut = replace(bundled, population=people)
    dropped = replace(bundled, population=bundled.population.drop(index=off))
    expected = queries.distance_between(dropped, POTTENBERG, DOUSBERG, "walk")
    assert queries.distance_between(cut, POTTENBERG, DOUSBERG, "walk") == pytest.approx(expected, rel=1e-12)


def test_unknown_codes_are_named(bundled: Snapshot) -> None:
    with pytest.raises(UnknownCodeError, match="BU1, BU2"):
        queries.distance_between(bundled, "BU1", "BU2", "walk")
