"""The bridging index against cases worked out by hand, PySAL, and plain shortest paths."""

import numpy as np
import pandas as pd
import pytest

from trefpunt.errors import TrefpuntError
from trefpunt.metrics.bridging import (
    NOWHERE,
    bridging,
    bridging_index,
    heterogeneity,
    nearest_place,
    random_indices,
)
from trefpunt.metrics.places import Residents, residents_of
from trefpunt.network import catchments
from trefpunt.network.graph import Network


@pytest.fixture
def town():
    """Worked example of docs/method.md: 100 people (60/30/10), 100 (20/40/40), 50 of unknown groups."""
    return Residents(
        count=np.array([100.0, 100.0, 50.0]),
        shares=np.array([[0.6, 0.3, 0.1], [0.2, 0.4, 0.4], [np.nan] * 3]),
    )


DISTANCE = np.array([[0.0, 600.0, 600.0], [600.0, 0.0, 3000.0]])


def line(lengths, inside=None):
    """Nodes 0 … n in a row, with edges of these lengths (None: no edge)."""
    n = len(lengths) + 1
    nodes = pd.DataFrame({"x": np.arange(n) * 1.0, "y": 0.0, "in_municipality": inside or [True] * n})
    edges = [(i, i + 1, length) for i, length in enumerate(lengths) if length is not None]
    return Network(nodes, pd.DataFrame(edges, columns=["source", "target", "length_m"]))


def nodes_of(*numbers):
    return pd.Series(numbers, dtype="Int64")


def test_heterogeneity_by_hand():
    # 60/30/10: 1 − 0.36 − 0.09 − 0.01; one group: 0; three equal groups: 2/3; nobody: missing.
    got = heterogeneity(np.array([[60.0, 30, 10], [5, 0, 0], [1, 1, 1], [0, 0, 0]]))
    assert got[:3] == pytest.approx([0.54, 0.0, 2 / 3]) and np.isnan(got[3])


def test_worked_example(town):
    # Each to the place next door: het 1 − .36 − .09 − .01 = .54 and 1 − .04 − .16 − .16 = .64.
    # Together 80, 70, 50 of 200: shares .4, .35, .25; het 1 − .16 − .1225 − .0625 = .655.
    got = bridging(DISTANCE, town, random=np.array([0.85, 0.95]))
    assert got.index == pytest.approx((0.5 * 0.54 + 0.5 * 0.64) / 0.655)
    assert (got.places, got.residents, got.residents_unserved, got.residents_unknown) == (2, 200, 0, 50)
    assert got.effective_places == pytest.approx(2)
    # Mean of the random sets .9; quantiles of two values: .85 + .05 · .1 and .85 + .95 · .1; one of the two is lower.
    assert got.random_mean == pytest.approx(0.9) and got.excess == pytest.approx(0.59 / 0.655 - 0.9)
    assert (got.random_lower, got.random_upper) == pytest.approx((0.855, 0.945))
    assert got.random_below == 0.5 and not got.by_construction


def test_no_place_is_missing_and_everybody_unserved(town):
    got = bridging(np.empty((0, 3)), town, np.array([np.nan]))
    assert got.places == 0 and got.residents == 0 and got.residents_unserved == 200
    assert np.isnan([got.index, got.excess, got.random_mean, got.random_below, got.effective_places]).all()


def test_one_place_is_one_by_construction_and_compares_with_nothing(town):
    got = bridging(DISTANCE[:1], town, np.ones(5))
    assert got.index == pytest.approx(1.0) and got.by_construction
    assert np.isnan([got.excess, got.random_mean, got.random_lower, got.random_below]).all()


def test_places_and_postcodes_off_the_network_are_counted_not_used(town):
    got = bridging(np.array([[0.0, np.nan, 600.0], [np.nan] * 3]), town, np.ones(3))
    assert (got.places, got.places_off_network, got.residents, got.residents_unserved) == (1, 1, 100, 100)


def test_a_city_of_one_group_has_no_index():
    assert np.isnan(bridging_index(np.array([[5.0, 0], [7, 0]]), np.array([0, 1])))


def test_places_of_one_group_each_do_not_bridge_at_all():
    assert bridging_index(np.array([[5.0, 0], [0, 7]]), np.array([0, 1])) == 0


def test_a_tie_goes_to_the_first_place_also_when_sums_differ_by_rounding():
    tied = np.array([[0.1 + 0.2, 5.0, np.inf], [0.3, 5.0, np.nan]])
    assert tied[0, 0] > tied[1, 0]
    assert nearest_place(tied).tolist() == [0, 0, NOWHERE]
    assert nearest_place(np.array([[5.002], [5.001]])).tolist() == [1]


def test_index_is_one_minus_pysals_correlation_ratio():
    from segregation.singlegroup import CorrelationR

    random = np.random.default_rng(5)
    groups = random.integers(1, 300, size=(40, 2)).astype(float)
    goes_to = random.integers(0, 6, size=40)
    frame = pd.DataFrame(groups, columns=["a", "b"]).groupby(goes_to).sum().assign(all=lambda t: t["a"] + t["b"])
    assert bridging_index(groups, goes_to) == pytest.approx(1 - CorrelationR(frame, "a", "all").statistic, abs=1e-12)


def test_random_sets_on_a_line_take_their_known_values():
    # Nodes 0–1–2, 100 and 101 m apart; ten people of group a at 0 and at 1, ten of b at 2. All: (20, 10), het
    # 1 − 4/9 − 1/9 = 4/9. Places at 0 and 2 or at 1 and 2: a and b apart, index 0. Places at 0 and 1: (10, 0) and
    # (10, 10), het 0 and 1/2; (1/3 · 0 + 2/3 · 1/2) / (4/9) = 3/4.
    network, groups = line([100.0, 101.0]), np.array([[10.0, 0], [10, 0], [0, 10]])
    got = random_indices(network, nodes_of(0, 1, 2), groups, 2, draws=60)
    assert sorted(set(got.round(12))) == pytest.approx([0, 0.75])
    # One set in three; of 60 draws 20 ± 3.7 are expected.
    assert 9 <= (got > 0.5).sum() <= 31


def test_random_sets_keep_to_the_municipality_and_to_the_candidates_given():
    network, groups = line([100.0, 101.0], inside=[True, True, False]), np.array([[10.0, 0], [10, 0], [0, 10]])
    assert random_indices(network, nodes_of(0, 1, 2), groups, 2, draws=5) == pytest.approx([0.75] * 5)
    only = random_indices(network, nodes_of(0, 1, 2), groups, 2, draws=5, candidates=np.array([1, 2]))
    assert only == pytest.approx([0.0] * 5)


def test_residents_whom_a_random_set_does_not_reach_are_left_out():
    # Nodes 0–1 and, cut off, 2–3; ten of a at 0, ten of b at 1, ninety of b at 2. One place at 0 or 1 is reached by
    # (10, 10): index 1. Places at 0 and 1: (10, 0) and (0, 10): 0. Had those at 2 gone anywhere it would be neither.
    network, groups = line([100.0, None, 100.0]), np.array([[10.0, 0], [0, 10], [0, 90]])
    near = np.array([0, 1])
    assert random_indices(network, nodes_of(0, 1, 2), groups, 1, draws=5, candidates=near) == pytest.approx([1.0] * 5)
    assert random_indices(network, nodes_of(0, 1, 2), groups, 2, draws=5, candidates=near) == pytest.approx([0.0] * 5)
    # A postcode that is not on the network at all.
    got = random_indices(network, nodes_of(0, 1, None), groups, 1, draws=5, candidates=near)
    assert got == pytest.approx([1.0] * 5)


def test_the_same_seed_gives_the_same_sets_another_seed_others(bundled):
    residents = residents_of(bundled.population, bundled.neighbourhoods)
    walk, targets = bundled.networks["walk"], bundled.population["walk_node"]
    one, two, other = (random_indices(walk, targets, residents.by_group, 9, draws=3, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one, two) and not np.array_equal(one, other)
    # The first sets do not depend on how many follow.
    assert np.array_equal(one, random_indices(walk, targets, residents.by_group, 9, draws=5, seed=1)[:3])


def test_random_sets_agree_with_plain_shortest_paths(bundled):
    residents = residents_of(bundled.population, bundled.neighbourhoods)
    for mode in ("walk", "cycle"):
        network, targets = bundled.networks[mode], bundled.population[f"{mode}_node"]
        chosen = np.sort(np.random.default_rng(3).choice(len(network.nodes), 12, replace=False))
        # Twelve candidates for twelve places: every set is this one.
        got = random_indices(network, targets, residents.by_group, 12, draws=1, candidates=chosen)
        metres = catchments.distances(network, pd.Series(chosen, dtype="Int64"), targets)
        assert got[0] == pytest.approx(bridging_index(residents.by_group, nearest_place(metres)), abs=1e-12)


def test_impossible_random_sets_are_refused_with_all_faults():
    network, groups = line([100.0]), np.ones((2, 2))
    with pytest.raises(TrefpuntError, match="0 random sets") as caught:
        random_indices(network, nodes_of(0, 1), groups, 3, draws=0)
    assert "3 places, but only 2 nodes" in str(caught.value)
    assert np.isnan(random_indices(network, nodes_of(0, 1), groups, 0, draws=4)).tolist() == [True] * 4
