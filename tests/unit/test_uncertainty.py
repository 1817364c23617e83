"""Intervals of the measures, on towns small enough to work out by hand, and the constants against their sources."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from trefpunt import queries
from trefpunt.build.share_drift import coverage, log_ratios, measure_constants, wijken_twice
from trefpunt.categories import load_categories
from trefpunt.errors import TrefpuntError
from trefpunt.metrics.places import measure, residents_of
from trefpunt.metrics.share_draws import DRIFT, PART_CV, PARTS, Drift, Parts, draw_shares
from trefpunt.metrics.share_scenarios import UncertaintyParams
from trefpunt.metrics.uncertainty import MEASURES, change_without, thirds, uncertainty

STILL = Drift(3.0, 0.0, 0.0, 0.0, 0.0, 0.0)
EVEN = Parts(0.0, 0.0, 0.0)
CERTAIN = UncertaintyParams(drift=STILL, parts=EVEN, half_distance_factors=(1.0,))


def town(codes, residents, shares, year=2017):
    """Population and neighbourhoods: one row of shares per code, in order of first appearance."""
    pc6 = pd.Index([f"{i:04}" for i in range(len(codes))], name="pc6")
    population = pd.DataFrame({"residents": np.array(residents, float), "neighbourhood_code": codes}, index=pc6)
    names = ["share_low", "share_middle", "share_high"]
    neighbourhoods = pd.DataFrame(shares, columns=names, index=pd.Index(list(dict.fromkeys(codes)), name="code"))
    known = neighbourhoods["share_low"].notna()
    return population, neighbourhoods.assign(shares_year=pd.array(np.where(known, year, None), dtype="Int16"))


def places(*categories):
    index = pd.Index([f"p{i}" for i in range(len(categories))], name="place_id")
    return pd.Series(categories, index=index, dtype="str")


@pytest.fixture
def example():
    """The worked example of docs/method.md: 100 people, 200 people, 50 of unknown groups; one place."""
    shares = [[0.6, 0.3, 0.1], [0.2, 0.4, 0.4], [np.nan] * 3]
    return np.array([[0.0, 600.0, 1200.0]]), np.array([600.0]), *town(["A", "B", "C"], [100, 200, 50], shares)


def width(table, name):
    return table[f"{name}_upper"] - table[f"{name}_lower"]


def test_unknown_residents_by_hand(example):
    # Known groups in the catchment 80, 70, 50; unknown 12.5. All low: 92.5 / 212.5; none of them low: 80 / 212.5.
    got = uncertainty(*example, places("a"), CERTAIN).intervals.loc["p0"]
    assert got["share_low_lower"] == pytest.approx(80 / 212.5)
    assert got["share_low_upper"] == pytest.approx(92.5 / 212.5)
    assert got["share_high_lower"] == pytest.approx(50 / 212.5)
    assert got["share_high_upper"] == pytest.approx(62.5 / 212.5)
    # Bridge, city 100 low and 90 high. All 50 high: min(80/100, 62.5/140) = 0.446; else high 50/90 decides.
    assert got["bridge_lower"] == pytest.approx(62.5 / 140)
    assert got["bridge_upper"] == pytest.approx(50 / 90)
    # Encounter 2 s_L s_H: known 0.2; all low 2·92.5·50, all middle 2·80·50, all high 2·80·62.5, over 212.5².
    assert got["encounter_lower"] == pytest.approx(2 * 80 * 50 / 212.5**2)
    assert got["encounter_upper"] == pytest.approx(2 * 80 * 62.5 / 212.5**2)
    assert got["reach_lower"] == got["reach_upper"] == pytest.approx(212.5)


def test_half_distances_by_hand(example):
    # h = 300: weights 1, 2^-2, 2^-4: 100 + 50 + 3.125. h = 900: 1, 2^-2/3, 2^-4/3.
    params = replace(CERTAIN, half_distance_factors=(0.5, 1.5), level=0.999999, unknown_bounds=False)
    got = uncertainty(*example, places("a"), params)
    assert got.intervals["reach_lower"].item() == pytest.approx(153.125, rel=1e-4)
    assert got.intervals["reach_upper"].item() == pytest.approx(
        100 + 200 * 2 ** (-2 / 3) + 50 * 2 ** (-4 / 3), rel=1e-4
    )
    # low: h = 300: 60 + 40/4 = 70 of 150; h = 900: 60 + 40·0.63 = 85.2 of 226.
    assert got.intervals["share_low_upper"].item() == pytest.approx(70 / 150, rel=1e-4)
    assert width(got.given_half_distance, "reach").item() == 0
    assert width(got.given_half_distance, "share_low").item() == pytest.approx(0, abs=1e-12)


def test_shares_of_this_year_do_not_drift(example):
    distance, half, population, neighbourhoods = example
    params = replace(CERTAIN, drift=DRIFT, unknown_bounds=False, year=2017)
    got = uncertainty(distance, half, population, neighbourhoods, places("a"), params)
    assert width(got.intervals, "share_low").item() == pytest.approx(0, abs=1e-9)
    later = uncertainty(distance, half, population, neighbourhoods, places("a"), replace(params, year=2020))
    much_later = uncertainty(distance, half, population, neighbourhoods, places("a"), replace(params, year=2032))
    # A random walk: five times the years, √5 times the width, to first order.
    ratio = width(much_later.intervals, "share_low").item() / width(later.intervals, "share_low").item()
    assert ratio == pytest.approx(np.sqrt(5), rel=0.1)


def test_an_even_catchment_meets_the_mean_and_a_corner_does_not():
    # One neighbourhood beside another, two postcodes of 100 each. p0 reaches both at 0 m: weights 1 and 1, cv 0.
    # p1 reaches one of them: weights 1 and 0, mean ½, standard deviation ½, cv 1: half of PART_CV.
    population, neighbourhoods = town(["A", "A", "B"], [100, 100, 800], [[0.5, 0.3, 0.2], [0.4, 0.4, 0.2]])
    distance = np.array([[0.0, 0.0, np.inf], [0.0, np.inf, np.inf]])
    params = replace(CERTAIN, parts=PARTS)
    got = uncertainty(distance, np.full(2, 600.0), population, neighbourhoods, places("a", "a"), params).intervals
    assert width(got, "share_low")["p0"] == pytest.approx(0, abs=1e-9)
    drawn = draw_shares(
        np.array([[0.5, 0.3, 0.2], [0.4, 0.4, 0.2]]), np.array([200.0, 800.0]), np.full(2, 7.0), 200, 2017, STILL, PARTS
    )
    by_hand = np.quantile(0.5 + 1 / PART_CV * (drawn.part[:, 0, 0] - 0.5), [0.05, 0.95])
    assert got.loc["p1", ["share_low_lower", "share_low_upper"]].tolist() == pytest.approx(by_hand.tolist())


def test_an_unbounded_catchment_is_the_city_in_every_draw():
    rng = np.random.default_rng(3)
    codes = [f"N{i // 3}" for i in range(12)]
    population, neighbourhoods = town(codes, rng.integers(50, 500, 12), rng.dirichlet([4, 3, 2], 4))
    params = UncertaintyParams(half_distance_factors=(1.0,))
    got = uncertainty(
        rng.uniform(0, 3000, (2, 12)), np.full(2, 1e12), population, neighbourhoods, places("a", "a"), params
    )
    for name in ("mixing", "bridge", "encounter_ratio"):
        assert got.intervals[f"{name}_lower"].to_numpy() == pytest.approx(1, abs=1e-6)
        assert got.intervals[f"{name}_upper"].to_numpy() == pytest.approx(1, abs=1e-6)
    assert (width(got.intervals, "share_low") > 0.01).all()  # the city itself is uncertain


SHARES = np.array([[0.7, 0.25, 0.05], [0.2, 0.4, 0.4], [0.5, 0.5, 0.0]])


def test_the_mean_of_the_draws_is_the_published_share():
    draws = 20_000
    got = draw_shares(SHARES, np.full(3, 2000.0), np.full(3, 7.0), draws, 1, DRIFT, PARTS)
    for drawn in (got.whole, got.part):
        # Four standard errors of a mean; the part has a deviation of up to 0.14.
        error = drawn.std(axis=0) / np.sqrt(draws)
        assert (np.abs(drawn.mean(axis=0) - SHARES) <= 4 * error + 1e-9).all()
        assert np.allclose(drawn.sum(axis=-1), 1)
        assert (drawn[:, 2, 2] == 0).all(), "a share of 0 stays 0"


def test_the_covariance_of_the_draws_is_the_drift_s():
    drift, n, years, draws = Drift(3.0, 0.002, 0.003, 2.5, 0.001, 0.0005), 1500.0, 6.0, 40_000
    shares = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    got = draw_shares(shares, np.full(2, n), np.full(2, years), draws, 5, drift, EVEN).whole
    ratio = np.log(got[..., [0, 2]] / got[..., [1]]).reshape(draws, 4)
    # Six years are twice three. Low: 2 (0.002 + 2.5 (1/0.5 + 1/0.3) / 1500), and so on.
    low = 2 * (0.002 + 2.5 * (1 / 0.5 + 1 / 0.3) / n)
    high = 2 * (0.003 + 2.5 * (1 / 0.2 + 1 / 0.3) / n)
    both = 2 * 2.5 / 0.3 / n
    other_low, other_high = 2 * 0.001, 2 * 0.0005
    expected = np.array(
        [
            [low, both, other_low, 0],
            [both, high, 0, other_high],
            [other_low, 0, low, both],
            [0, other_high, both, high],
        ]
    )
    # A sample covariance has a standard error of at most high · √(2 / draws) = 1.6e-4 here; four of them.
    assert np.cov(ratio.T) == pytest.approx(expected, abs=4 * high * np.sqrt(2 / draws))
    assert high * np.sqrt(2 / draws) < 0.1 * both, "the tolerance is fine enough to see every term"


def test_more_draws_begin_with_the_same_draws():
    few, many = (draw_shares(SHARES, np.full(3, 900.0), np.full(3, 7.0), draws, 8, DRIFT, PARTS) for draws in (20, 60))
    assert np.array_equal(few.whole, many.whole[:20]) and np.array_equal(few.part, many.part[:20])
    other = draw_shares(SHARES, np.full(3, 900.0), np.full(3, 7.0), 20, 9, DRIFT, PARTS)
    assert not np.array_equal(few.whole, other.whole)


def test_thirds():
    assert thirds(np.array([1.0, 2, 3])).tolist() == [0, 1, 2]
    assert thirds(np.array([9.0, 1, 5, 4, 8, 2])).tolist() == [2, 0, 1, 1, 2, 0]
    assert thirds(np.array([5.0, 5, 5])).tolist() == [1, 1, 1], "equal values stay together"
    assert thirds(np.array([[1.0, 3], [2, 2], [3, 1]])).tolist() == [[0, 2], [1, 1], [2, 0]], "column by column"


def test_rank_stable_by_hand():
    # Only p3 flips. Everybody in one neighbourhood, so bridge is reach / residents. At h = 600, weights of p0..p3:
    # p0 500 people at 0 m = 500; p1 1,000 at 900 m = 354; p2 2,000 at 1,200 m = 500 less 1 = 2,000 · 2^(-1201/600);
    # at 300: 500, 125, 124.7; at 900: 500, 500, 793: p0 leads, then p2 does.
    population, neighbourhoods = town(["A", "A", "A"], [500, 1000, 2000], [[0.4, 0.4, 0.2]])
    far = np.inf
    distance = np.array([[0.0, far, far], [far, 900.0, far], [far, far, 1201.0], [0.0, 0.0, far], [far, far, far]])
    category = places("a", "a", "a", "b", "a")
    got = uncertainty(distance, np.full(5, 600.0), population, neighbourhoods, category, CERTAIN)
    assert got.rank_share.iloc[:3].tolist() == [1, 1, 1], "nothing is drawn, so every draw is the same"
    # Thirds at h: 500 | 499.4 | 354 → p0 top, p2 middle, p1 low. At 1.5 h p2 is top and p0, p1 tie below.
    assert got.rank_stable.iloc[:3].tolist() == [False, False, False]
    assert got.rank_stable.iloc[3:].isna().all(), "one place in its category; nobody reached"
    fixed = uncertainty(
        distance, np.full(5, 600.0), population, neighbourhoods, category, replace(CERTAIN, stable_factors=(1.0,))
    )
    assert fixed.rank_stable.iloc[:3].tolist() == [True, True, True]
    assert fixed.rank_stable.iloc[3:].isna().all()


def test_rank_unstable_when_draws_disagree():
    # Three places, each on a neighbourhood of its own with all but equal bridges.
    shares = [[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]
    population, neighbourhoods = town(["A", "B", "C"], [1000, 1001, 1002], shares)
    distance = np.where(np.eye(3) == 1, 0.0, np.inf)
    params = UncertaintyParams(stable_factors=(1.0,))
    got = uncertainty(distance, np.full(3, 600.0), population, neighbourhoods, places("a", "a", "a"), params)
    assert (got.rank_share < 0.6).all() and (got.rank_stable == False).all()  # noqa: E712


def test_missing_stays_missing():
    population, neighbourhoods = town(["A", "B"], [100, 100], [[0.5, 0.3, 0.2], [np.nan] * 3])
    nowhere, nobody, unknown_only = [np.nan, np.nan], [np.inf, np.inf], [np.inf, 0.0]
    distance = np.array([nowhere, nobody, unknown_only])
    got = uncertainty(distance, np.full(3, 600.0), population, neighbourhoods, places("a", "a", "a"), None).intervals
    assert got.loc["p0"].isna().all()
    assert got.loc["p1", ["reach_lower", "reach_upper"]].tolist() == [0, 0]
    assert got.loc["p2", ["reach_lower", "reach_upper"]].tolist() == [100, 100]
    assert got.drop(columns=["reach_lower", "reach_upper"]).loc[["p1", "p2"]].isna().all(axis=None)


def test_without_some_neighbourhoods_by_hand(example):
    # Without B: catchment 60, 30, 10 of 100 (+ 12.5 unknown); the city is A. Before: 80, 70, 50 of 200.
    leave_out = pd.Series([False, True, False], index=["A", "B", "C"])
    got = change_without(*example, leave_out, 600.0, pd.Index(["p"])).loc["p"]
    assert got["reach_change"] == pytest.approx(-100)
    assert got["residents_within_change"] == -200
    assert got["share_low_change"] == pytest.approx(0.6 - 0.4)
    assert got["mixing_change"] == pytest.approx(1 - 0.9)
    assert got["bridge_change"] == pytest.approx(1 - 50 / 90)


def test_all_faults_of_the_parameters_at_once():
    with pytest.raises(TrefpuntError) as caught:
        UncertaintyParams(draws=0, level=1.0, stable_in=0.0, half_distance_factors=(-1.0,))
    assert len(caught.value.faults) == 4


def test_log_ratios_by_hand():
    got = log_ratios(pd.Series([40.0, 0.0]), pd.Series([20.0, 50.0]))
    assert got["x"].tolist() == pytest.approx([0, np.log(0.5 / 50)])  # 0.0 counts as half a per cent
    assert got["y"].tolist() == pytest.approx([np.log(0.5), 0])


def test_areas_that_changed_are_told_apart():
    before = pd.DataFrame(
        {"residents": [1000.0] * 3, "density_km2": 10.0, "low_pct": 40.0, "high_pct": 20.0}, index=["WK1", "WK2", "WK3"]
    )
    after = pd.DataFrame(
        {
            "change": ["1", "3", "1"],
            "residents_2020": [1100.0, 1000, 1200],
            "low_pct_2020": 40.0,
            "high_pct_2020": 20.0,
        },
        index=before.index,
    )
    got = wijken_twice(before, after)
    assert got["same_area"].tolist() == [True, False, False]
    assert got["x"].tolist() == pytest.approx([0, 0, 0])
    assert got["vx"].iloc[0] == pytest.approx((1 / 0.4 + 1 / 0.4) / 1000)


@pytest.mark.sources
def test_the_constants_are_the_measured_ones(sources):
    drift, parts, wijken, _ = measure_constants(sources)
    assert (DRIFT.years, DRIFT.turnover) == (drift.years, round(drift.turnover, 2))
    for name in ("common_low", "common_high"):
        assert getattr(DRIFT, name) == round(getattr(drift, name), 4)
    for name in ("shared_low", "shared_high"):
        assert getattr(DRIFT, name) == round(getattr(drift, name), 5)
    assert Parts(round(parts.low, 2), round(parts.high, 2), round(parts.correlation, 2)) == PARTS
    # A model fitted to 90 % must hold about that, in every class of size; three standard errors at n ≥ 343: 0.05.
    inside = coverage(wijken[wijken["same_area"]], DRIFT).loc["residents"]
    assert (inside["n"] >= 300).all()
    assert inside[["low", "high"]].stack().between(0.85, 0.95).all()


@pytest.fixture(scope="module")
def maastricht(bundled):
    """Supermarkets of the bundled snapshot: their measures and what the uncertainty does to them."""
    rows = (bundled.places["category"] == "supermarket").to_numpy()
    half = np.full(rows.sum(), load_categories()["supermarket"].half_distance("walk"))
    distance = queries.distances(bundled, "walk")[rows]
    population, neighbourhoods = pd.DataFrame(bundled.population), pd.DataFrame(bundled.neighbourhoods)
    inputs = (distance, half, population, neighbourhoods, bundled.places.loc[rows, "category"])
    point = measure(distance, half, residents_of(population, neighbourhoods), 1000.0, bundled.places.index[rows])
    return inputs, point, uncertainty(*inputs)


def test_every_interval_of_the_snapshot_holds_its_figure(maastricht):
    _, point, got = maastricht
    for table in (got.intervals, got.given_half_distance):
        for name in MEASURES:
            assert (table[f"{name}_lower"] <= point[name]).all() and (table[f"{name}_upper"] >= point[name]).all()
    assert (width(got.intervals, "bridge") > width(got.given_half_distance, "bridge")).all()
    assert got.rank_stable.notna().all()


def test_the_same_seed_gives_the_same_intervals(maastricht):
    inputs, _, got = maastricht
    again = uncertainty(*inputs)
    pd.testing.assert_frame_equal(again.intervals, got.intervals, check_exact=True)
    pd.testing.assert_series_equal(again.rank_share, got.rank_share, check_exact=True)
