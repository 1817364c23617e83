"""Answers known from elsewhere: brute force, PySAL, scipy, symmetry, and the edges of what there is.

docs/validation.md lists which test shows what; those that need one module only stand in its own tests.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from trefpunt.metrics import mixing
from trefpunt.metrics.bridging import bridging
from trefpunt.metrics.closing import category_access, closing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.one_sidedness import places_within_reach
from trefpunt.metrics.pairs import mean_distances, nearest, shared_places
from trefpunt.metrics.places import Residents, measure
from trefpunt.network import catchments
from trefpunt.network.graph import Network

HALF = 600.0
GROUPS = ["share_low", "share_middle", "share_high"]


@st.composite
def cities(draw):
    """Up to 8 places and 20 postcodes, some of them empty, some of unknown groups, some places off the network."""
    places, postcodes = draw(st.integers(1, 8)), draw(st.integers(2, 20))
    distance = draw(arrays(float, (places, postcodes), elements=st.floats(0, 4000, width=32)))
    distance[draw(arrays(bool, places))] = np.nan
    count = draw(arrays(float, postcodes, elements=st.integers(0, 300).map(float)))
    count[0] += 1
    raw = draw(arrays(float, (postcodes, 3), elements=st.integers(1, 20).map(float)))
    shares = raw / raw.sum(axis=1, keepdims=True)
    unknown = draw(arrays(bool, postcodes))
    unknown[0] = False
    shares[unknown] = np.nan
    return distance, Residents(count, shares)


@st.composite
def networks(draw):
    """Up to 14 nodes, also of several components; the distances between all by Floyd and Warshall."""
    n = draw(st.integers(2, 14))
    ends = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(ends, ends, st.floats(0.5, 900.0)), max_size=30))
    length = {}
    for a, b, metres in edges:
        if a != b:
            key = (min(a, b), max(a, b))
            length[key] = min(metres, length.get(key, np.inf))
    truth = np.full((n, n), np.inf)
    np.fill_diagonal(truth, 0.0)
    for (a, b), metres in length.items():
        truth[a, b] = truth[b, a] = metres
    for via in range(n):
        truth = np.minimum(truth, truth[:, [via]] + truth[[via], :])
    nodes = pd.DataFrame({"x": np.arange(n) * 1.0, "y": 0.0, "in_municipality": True})
    rows = [(a, b, metres) for (a, b), metres in sorted(length.items())]
    table = pd.DataFrame(rows, columns=["source", "target", "length_m"])
    return Network(nodes, table.astype({"source": "int64", "target": "int64", "length_m": float})), truth


def index_of(distance):
    return pd.Index([f"p{i}" for i in range(len(distance))])


def measured(distance, residents, half=HALF, limit=900.0):
    return measure(distance, np.full(len(distance), half), residents, limit, index_of(distance))


def nodes_of(numbers):
    return pd.Series(numbers, dtype="Int64")


# Distances


@given(networks(), st.data())
def test_distances_are_those_of_brute_force(case, data):
    network, truth = case
    node = st.integers(0, len(truth) - 1)
    # Many at both ends are solved by the hierarchy, few at either end by Dijkstra's algorithm.
    often = data.draw(st.sampled_from([1, 20]))
    origins = data.draw(st.lists(node, min_size=1, max_size=4)) * often
    goals = data.draw(st.lists(node, min_size=1, max_size=6)) * often
    got = catchments.distances(network, nodes_of(origins), nodes_of(goals))
    expected = truth[np.ix_(origins, goals)]
    assert (np.isinf(got) == np.isinf(expected)).all()
    reached = np.isfinite(expected)
    assert np.abs(got[reached] - expected[reached]).max(initial=0) < 1e-6


@given(networks(), st.floats(1, 1500), st.floats(1, 4))
def test_a_larger_cut_off_reaches_more_and_changes_nothing_nearer(case, limit, factor):
    network, truth = case
    every = nodes_of(range(len(truth)))
    near, far = (catchments.distances(network, every, every, limit_m=m) for m in (limit, limit * factor))
    assert (np.isfinite(far) | ~np.isfinite(near)).all()
    assert np.allclose(near[np.isfinite(near)], far[np.isfinite(near)])
    clear = np.abs(truth - limit) > 1e-6
    assert (np.isfinite(near) == (truth <= limit))[clear].all()


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_the_real_networks_agree_with_networkx(bundled, mode):
    import networkx as nx

    network = bundled.networks[mode]
    graph = nx.Graph()
    graph.add_weighted_edges_from(network.edges[["source", "target", "length_m"]].itertuples(index=False, name=None))
    node = f"{mode}_node"
    # Every 80th place and every 40th postcode; all places take the hierarchy, the few do not.
    places, people = bundled.places[node].dropna().iloc[::80], bundled.population[node].dropna().iloc[::40]
    all_at_once = catchments.distances(network, bundled.places[node].dropna(), people)[::80]
    few = catchments.distances(network, places, people)
    truth = [nx.single_source_dijkstra_path_length(graph, int(one)) for one in places]
    truth = np.array([[lengths[int(goal)] for goal in people] for lengths in truth])
    assert np.abs(few - truth).max() < 1e-6 and np.abs(all_at_once - truth).max() < 1e-6


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_no_street_is_shorter_than_the_straight_line(bundled, mode):
    """Up to rounding: coordinates to 0.01 m (each end off by up to 0.0071 m), lengths to 0.001 m."""
    network = bundled.networks[mode]
    xy = network.nodes[["x", "y"]].to_numpy()
    straight = np.hypot(*(xy[network.edges["source"]] - xy[network.edges["target"]]).T)
    short = straight - network.edges["length_m"].to_numpy()
    # The links across the border (REPORT.md: 48 on foot) are as long as the gap, and may end at a junction up to
    # 1 m from where the gap is narrowest.
    assert (short > 2 * 0.01 * np.sqrt(0.5) + 0.0005).sum() <= 48
    assert short.max() <= 1.0 + 0.0147


# Measures 1–4


@given(cities(), st.permutations(range(3)))
def test_another_order_of_groups_permutes_the_shares_and_leaves_mixing(city, order):
    distance, residents = city
    one = measured(distance, residents)
    other = measured(distance, Residents(residents.count, residents.shares[:, order]))
    assert np.allclose(one[GROUPS].to_numpy()[:, order], other[GROUPS], equal_nan=True)
    for name in ("reach", "residents_within", "share_unknown", "mixing"):
        assert np.allclose(one[name], other[name], equal_nan=True)
    a, b = one[GROUPS].to_numpy(), other[GROUPS].to_numpy()
    for g, h in ((0, 1), (1, 2), (0, 2)):
        meets = mixing.encounter(b, g, h)
        assert np.allclose(meets, mixing.encounter(a, order[g], order[h]), equal_nan=True)


@given(cities())
def test_measures_by_the_letter_of_the_formulas(city):
    """Plain loops over places and postcodes, as docs/method.md writes them."""
    distance, residents = city
    got = measured(distance, residents)
    totals = [sum(n * s[g] for n, s in zip(*_known(residents), strict=True)) for g in range(3)]
    for p, row in enumerate(distance):
        here = got.iloc[p]
        if np.isnan(row).all():
            assert here.isna().all()
            continue
        pull = [2 ** (-d / HALF) if d <= 4 * HALF else 0.0 for d in row]
        assert here["reach"] == pytest.approx(sum(n * f for n, f in zip(residents.count, pull, strict=True)))
        drawn = [0.0, 0.0, 0.0]
        for n, share, f in zip(residents.count, residents.shares, pull, strict=True):
            if not np.isnan(share).any():
                drawn = [c + n * s * f for c, s in zip(drawn, share, strict=True)]
        if sum(drawn) == 0:
            assert here[[*GROUPS, "mixing", "encounter", "bridge"]].isna().all()
            continue
        share = [c / sum(drawn) for c in drawn]
        city_share = [t / sum(totals) for t in totals]
        excess = sum(max(0.0, s - c) / (1 - c) for s, c in zip(share, city_share, strict=True))
        assert here["mixing"] == pytest.approx(1 - excess)
        assert here["encounter"] == pytest.approx(2 * share[0] * share[2])
        assert here["encounter_ratio"] == pytest.approx(share[0] * share[2] / (city_share[0] * city_share[2]))
        assert here["bridge"] == pytest.approx(min(drawn[0] / totals[0], drawn[2] / totals[2]))


def _known(residents):
    known = ~np.isnan(residents.shares).any(axis=1)
    return residents.count[known].tolist(), residents.shares[known].tolist()


@given(cities())
def test_a_disconnected_place_is_missing_and_changes_nobody_else(city):
    distance, residents = city
    more = measured(np.vstack([distance, np.full((1, distance.shape[1]), np.nan)]), residents)
    assert more.iloc[-1].isna().all()
    pd.testing.assert_frame_equal(more.iloc[:-1], measured(distance, residents))


@given(cities(), st.floats(0, 4000))
def test_a_postcode_where_nobody_lives_changes_no_measure(city, metres):
    distance, residents = city
    wider = np.hstack([distance, np.where(np.isnan(distance[:, [0]]), np.nan, metres)])
    for share in ([0.1, 0.2, 0.7], [np.nan] * 3):
        more = Residents(np.append(residents.count, 0.0), np.vstack([residents.shares, share]))
        pd.testing.assert_frame_equal(measured(distance, residents), measured(wider, more), rtol=1e-12)


@given(arrays(float, 4, elements=st.floats(0.001, 1)))
def test_mixing_of_equal_quarters_is_the_published_formula(raw):
    share = raw / raw.sum()
    # Moro et al. (2021), equation 1: S = 2/3 Σ |τ − 1/4|.
    published = 2 / 3 * np.abs(share - 0.25).sum()
    assert mixing.mixing(share[None], np.full(4, 0.25))[0] == pytest.approx(1 - published)


@given(st.integers(2, 6), st.data())
def test_mixing_is_one_for_the_citys_own_mix_and_nowhere_else(groups, data):
    raw = st.integers(1, 50).map(float)
    city, place = (data.draw(arrays(float, groups, elements=raw)) for _ in range(2))
    city, place = city / city.sum(), place / place.sum()
    assert mixing.mixing(city[None], city)[0] == pytest.approx(1)
    assume(np.abs(city - place).max() > 1e-6)
    assert mixing.mixing(place[None], city)[0] < 1


# Empty categories


@given(cities())
def test_a_category_without_places_has_no_figures_and_no_fault(city):
    distance, residents = city
    none = distance[:0]
    assert len(measured(none, residents)) == 0
    got = bridging(none, residents, np.array([np.nan]))
    assert got.places == 0 and np.isnan(got.index) and got.residents == 0
    assert category_access(weights(none, HALF), residents).places == 0
    assert closing(weights(none, HALF), residents, index_of(none)).empty
    around = places_within_reach(weights(none, HALF), residents)
    # Not known is not empty: nobody may read 'there is nothing here' into it.
    assert np.isnan(around.shares).all() and not around.empty.any()
    population = pd.DataFrame({"residents": residents.count, "neighbourhood_code": "A"})
    assert nearest(none, population).isna().all()
    assert shared_places(mean_distances(none, population, index_of(none)).assign(B=0.0), "A", "B", 900.0).empty


# City indices


# PySAL takes 0.15 s an example: a tenth of the others.
@settings(max_examples=settings().max_examples // 10)
@given(st.integers(4, 9), st.data())
def test_dissimilarity_and_entropy_are_those_of_numpy_and_scipy(areas, data):
    import geopandas as gpd
    from scipy.stats import entropy
    from shapely.geometry import box

    from trefpunt.build.segregation import SegregationParams, segregation
    from trefpunt.crs import RD

    raw = data.draw(arrays(float, (areas, 3), elements=st.integers(1, 50).map(float)))
    total = data.draw(arrays(float, areas, elements=st.integers(20, 3000).map(float)))
    share = raw / raw.sum(axis=1, keepdims=True)
    # Indices of unevenness are undefined or 0/0 where all areas are alike.
    assume(share.std(axis=0).min() > 1e-3)
    table = pd.DataFrame(share, columns=GROUPS, index=[f"A{i}" for i in range(areas)])
    table = table.assign(residents_2021=total, ses_woa=np.nan)
    cells = gpd.GeoDataFrame(table, geometry=[box(i, 0, i + 1, 1) for i in range(areas)], crs=RD)
    got = segregation({"all": cells}, SegregationParams(permutations=19)).indices.loc["all", "value"]
    count = share * total[:, None]
    city = count.sum(axis=0) / total.sum()
    for g, name in ((0, "low"), (2, "high")):
        rest = total - count[:, g]
        apart = 0.5 * np.abs(count[:, g] / count[:, g].sum() - rest / rest.sum()).sum()
        assert got["dissimilarity", name] == pytest.approx(apart)
    theil = (total / total.sum() * (entropy(city) - entropy(share, axis=1))).sum() / entropy(city)
    assert got["information_theory", "all"] == pytest.approx(theil)


def test_the_matrix_of_a_network_holds_each_street_twice():
    edges = pd.DataFrame({"source": [0, 1], "target": [1, 2], "length_m": [3.0, 4.0]})
    nodes = pd.DataFrame({"x": [0.0, 1, 2], "y": 0.0, "in_municipality": True})
    expected = sparse.csr_array(np.array([[0, 3.0, 0], [3, 0, 4], [0, 4, 0]]))
    assert abs(Network(nodes, edges).matrix - expected).max() == 0
