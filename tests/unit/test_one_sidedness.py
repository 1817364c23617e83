"""One-sidedness of the living environment against cases worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from trefpunt.errors import TrefpuntError
from trefpunt.metrics.decay import weights
from trefpunt.metrics.one_sidedness import (
    STATUSES,
    Environment,
    by_area,
    classify,
    factor_curve,
    neighbours,
    one_sided,
    over_categories,
    places_within_reach,
)
from trefpunt.metrics.places import NATIONAL_SHARES, Residents

PC6 = pd.Index(["1", "2", "3"])


@pytest.fixture
def town():
    """Worked example of docs/method.md: 100 people (60/30/10), 100 (20/40/40), 50 of unknown groups."""
    return Residents(
        count=np.array([100.0, 100.0, 50.0]),
        shares=np.array([[0.6, 0.3, 0.1], [0.2, 0.4, 0.4], [np.nan] * 3]),
    )


APART = np.array([[0.0, 300.0, 600.0], [300.0, 0.0, 300.0], [600.0, 300.0, 0.0]])
"""Metres on foot between the postcodes; half-distance 300 m, so weights 1, ½ and ¼."""


def certain(shares):
    """An environment about which nothing is unknown."""
    return Environment(shares, shares, shares, empty=np.isnan(shares).any(axis=1))


def test_worked_example_neighbours(town):
    got = neighbours(APART, town)
    # First: low 60 + ½ · 20 = 70, middle 30 + 20 = 50, high 10 + 20 = 30; together 150.
    assert got.shares[0] == pytest.approx([70 / 150, 50 / 150, 30 / 150])
    # And ¼ · 50 = 12.5 of unknown groups: all low, or all high.
    assert got.if_low[0] == pytest.approx([82.5 / 162.5, 50 / 162.5, 30 / 162.5])
    assert got.if_high[0] == pytest.approx([70 / 162.5, 50 / 162.5, 42.5 / 162.5])
    assert not got.empty.any()


def test_worked_example_rule(town):
    # The town: 80, 70, 50 of 200: .4, .35, .25; odds of low 2/3, of high 1/3.
    assert town.city_shares == pytest.approx([0.4, 0.35, 0.25])
    # At factor 1.25 low needs odds of 5/6 (45.5 %) and of high at most 4/15 (21.1 %). The first has 46.7 and 20 %, but
    # 43.1 and 26.2 % if the unknown are high: cannot be told. At factor 2 it needs 57.1 and 14.3 %: neither.
    environment = neighbours(APART, town)
    loose = classify(environment, town.city_shares, PC6, factor=1.25).loc["1"]
    assert loose["unknown"] and loose["low_possible"] and not loose["high_possible"] and not loose["low"]
    assert classify(environment, town.city_shares, PC6).loc["1", "neither"]
    known = certain(environment.shares)
    assert classify(known, town.city_shares, PC6, factor=1.25).loc["1", "low"]


def test_worked_example_places(town):
    # Place p at the first postcode, q at the second, 600 m = one half-distance apart, nobody else near.
    # p draws 70, 50, 30 of 150; q 30 + 20 = 50, 15 + 40 = 55, 5 + 40 = 45 of 150.
    # The first postcode: low (70/150 + ½ · 50/150) / 1½, high (30/150 + ½ · 45/150) / 1½.
    weight = weights(np.array([[0.0, 600.0, np.inf], [600.0, 0.0, np.inf]]), 600.0)
    got = places_within_reach(weight, town)
    assert got.shares[0] == pytest.approx([95 / 225, 77.5 / 225, 52.5 / 225])
    assert np.isnan(got.shares[2]).all() and got.empty.tolist() == [False, False, True]
    assert classify(got, town.city_shares, PC6)["none"].tolist() == [False, False, True]


def test_neighbours_stop_at_four_half_distances():
    two = Residents(np.array([10.0, 10.0]), np.array([[1.0, 0, 0], [0, 0, 1.0]]))
    assert neighbours(np.array([[0.0, 1200.1]]), two).shares[0].tolist() == [1, 0, 0]
    # At exactly 1,200 m the weight is 1/16: 10 low, 10/16 high.
    assert neighbours(np.array([[0.0, 1200.0]]), two).shares[0] == pytest.approx([16 / 17, 0, 1 / 17])


def test_neighbours_in_parts_are_the_same(town):
    whole = neighbours(APART, town)
    parts = [neighbours(APART[[row]], town) for row in range(3)]
    assert np.allclose(whole.if_low, np.vstack([part.if_low for part in parts]))
    # More than one block of rows.
    many = neighbours(np.tile(APART, (400, 1)), town)
    assert np.allclose(many.shares, np.tile(whole.shares, (400, 1)))


def test_a_location_off_the_network_is_unknown_one_with_nobody_near_is_none(town):
    environment = neighbours(np.array([[np.nan] * 3, [np.inf] * 3, [np.inf, np.inf, 0.0]]), town)
    got = classify(environment, town.city_shares, PC6)
    # The third has neighbours, all of unknown groups.
    assert [got.loc[i, list(STATUSES)].idxmax() for i in PC6] == ["unknown", "none", "unknown"]
    assert got["low_possible"].tolist() == [True, False, True]
    assert np.isnan(environment.shares[2]).all() and environment.if_low[2].tolist() == [1, 0, 0]


def test_rule_in_maastricht_and_in_the_country():
    city = np.array([0.54, 0.33, 0.13])
    # Odds of low .54/.46 = 1.174, doubled 2.348: 70.1 %. Odds of high .1494, halved .0747: 6.95 %.
    at = np.array([[0.702, 0.229, 0.069], [0.700, 0.231, 0.069], [0.702, 0.228, 0.070]])
    assert one_sided(at, city)[0].tolist() == [True, False, False]
    # High: odds of high doubled .2989: 23.0 %; of low halved .587: 37.0 %.
    at = np.array([[0.369, 0.400, 0.231], [0.371, 0.398, 0.231], [0.369, 0.402, 0.229]])
    assert one_sided(at, city)[1].tolist() == [True, False, False]
    # Country: low 2 · 40/60 = 4/3: 57.1 %; high ½ · 20/80 = 1/8: 11.1 %.
    at = np.array([[0.58, 0.31, 0.11], [0.57, 0.32, 0.11], [0.58, 0.30, 0.12]])
    assert one_sided(at, NATIONAL_SHARES)[0].tolist() == [True, False, False]


def test_one_group_only_is_one_sided_and_missing_is_neither():
    low, high = one_sided(np.array([[1.0, 0, 0], [0, 0, 1.0], [0, 1.0, 0], [np.nan] * 3]), NATIONAL_SHARES, 50)
    assert low.tolist() == [True, False, False, False] and high.tolist() == [False, True, False, False]


@pytest.mark.parametrize("factor", [1.0, 0.5, np.nan, np.inf])
def test_a_factor_must_be_a_number_above_one(factor):
    with pytest.raises(TrefpuntError, match="the factor is"):
        one_sided(np.eye(3), NATIONAL_SHARES, factor)


def test_all_faults_of_factor_and_reference_in_one_message():
    with pytest.raises(TrefpuntError, match="the factor is") as caught:
        one_sided(np.eye(3), [np.nan, 0.5, 0.5], 0)
    assert "must lie between 0 and 1" in str(caught.value)


def test_each_category_counts_equally_and_only_where_it_is_within_reach():
    schools = certain(np.array([[0.8, 0.2, 0.0], [0.8, 0.2, 0.0], [np.nan] * 3]))
    cafes = certain(np.array([[0.2, 0.2, 0.6], [np.nan] * 3, [np.nan] * 3]))
    got = over_categories([schools, cafes])
    assert got.shares[0] == pytest.approx([0.5, 0.2, 0.3])
    assert got.shares[1] == pytest.approx([0.8, 0.2, 0.0])
    assert np.isnan(got.shares[2]).all() and got.empty.tolist() == [False, False, True]
    with pytest.raises(TrefpuntError, match="no category"):
        over_categories([])


def test_a_category_without_places_is_unknown_not_empty(town):
    for weight in (np.empty((0, 3)), np.full((2, 3), np.nan)):
        got = places_within_reach(weight, town)
        assert np.isnan(got.if_low).all() and not got.empty.any()


@pytest.fixture
def sides():
    """Six locations: low, high, neither, nothing within reach, low or neither, off the network."""
    rows = {
        "low": [1, 0, 0, 0, 0, 0],
        "high": [0, 1, 0, 0, 0, 0],
        "neither": [0, 0, 1, 0, 0, 0],
        "none": [0, 0, 0, 1, 0, 0],
        "unknown": [0, 0, 0, 0, 1, 1],
        "low_possible": [1, 0, 0, 0, 1, 1],
        "high_possible": [0, 1, 0, 0, 0, 1],
    }
    return pd.DataFrame(rows, index=pd.Index(list("abcdef"))).astype(bool)


def test_sums_per_area_by_hand(sides):
    residents = np.array([60.0, 10.0, 30.0, 40.0, 50.0, 5.0])
    got = by_area(sides, residents, ["A", "A", "A", "A", "B", "C"], pd.Index(["C", "A", "B", "D"]))
    assert got.index.tolist() == ["C", "A", "B", "D"]
    a = got.loc["A"]
    assert a[["residents", *STATUSES]].tolist() == [140, 60, 10, 30, 40, 0]
    assert (a["share_low"], a["share_high"], a["share_low_possible"]) == pytest.approx((60 / 140, 10 / 140, 60 / 140))
    # Of the 100 whose location can be judged 70 are one-sided.
    assert a["share_one_sided"] == pytest.approx(0.7) and a["most_one_sided"] and a["most_certain"]
    b = got.loc["B"]
    assert b["unknown"] == 50 and (b["share_low"], b["share_low_possible"], b["share_high_possible"]) == (0, 1, 0)
    assert pd.isna(b["share_one_sided"]) and pd.isna(b["most_one_sided"]) and pd.isna(b["most_certain"])
    d = got.loc["D"]
    assert d["residents"] == 0 and d[["share_low", "share_high_possible", "most_one_sided"]].isna().all()


def test_most_is_certain_only_if_the_unknown_cannot_change_it(sides):
    # 60 low, 40 neither: 60 %. With 15 unknown at least 60 of 115, with 25 at least 60 of 125: not certain.
    for unknown, expected in ((15.0, True), (25.0, False)):
        got = by_area(sides, np.array([60.0, 0, 40, 0, unknown, 0]), ["A"] * 6, pd.Index(["A"])).loc["A"]
        assert got["most_one_sided"] and got["most_certain"] == expected
    # 40 low, 60 neither: not most; 15 unknown can make it 55 of 115, 25 can make it 65 of 125.
    for unknown, expected in ((15.0, True), (25.0, False)):
        got = by_area(sides, np.array([40.0, 0, 60, 0, unknown, 0]), ["A"] * 6, pd.Index(["A"])).loc["A"]
        assert not got["most_one_sided"] and got["most_certain"] == expected
    # Exactly half is not most.
    half = by_area(sides, np.array([50.0, 0, 50, 0, 0, 0]), ["A"] * 6, pd.Index(["A"]))
    assert half["most_one_sided"].tolist() == [False]


def test_curve_by_hand():
    # Against 50/30/20: odds of low 1, of high 1/4. 70 % is 7/3 in odds, 10 % of high 1/9: up to 2.25 (1/4 over 1/9).
    curve = factor_curve(certain(np.array([[0.7, 0.2, 0.1]])), [0.5, 0.3, 0.2], np.array([8.0]), [2.0, 2.2, 2.3])
    assert curve["low"].tolist() == [8, 8, 0] and curve["neither"].tolist() == [0, 0, 8]
    assert curve.index.name == "factor"
