"""Measures 1–4 against cases worked out by hand (the workings stand beside the numbers)."""

import numpy as np
import pandas as pd
import pytest

from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.places import Residents, measure, origins


def test_decay_halves_at_each_half_distance_and_stops_at_four():
    # 2^0, 2^-1, 2^-2, 2^-4; beyond 4 × 600 = 2,400 m nothing.
    d = np.array([0.0, 600.0, 1200.0, 2400.0, 2400.1, np.inf])
    assert weights(d, 600.0).tolist() == [1.0, 0.5, 0.25, 0.0625, 0.0, 0.0]
    assert np.isnan(weights(np.nan, 600.0))


@pytest.fixture
def town():
    """Three postcodes: 100 people (60/30/10), 200 people (20/40/40), 50 people of unknown groups."""
    return Residents(
        count=np.array([100.0, 200.0, 50.0]),
        shares=np.array([[0.6, 0.3, 0.1], [0.2, 0.4, 0.4], [np.nan] * 3]),
    )


def test_city_shares_leave_unknown_residents_out(town):
    # low 60 + 40 = 100, middle 30 + 80 = 110, high 10 + 80 = 90; together 300.
    assert town.totals == pytest.approx([100, 110, 90])
    assert town.city_shares == pytest.approx([100 / 300, 110 / 300, 90 / 300])


def test_worked_example(town):
    # One place, half-distance 600: postcode 1 at 0 m (weight 1), 2 at 600 m (1/2), 3 at 1,200 m (1/4).
    got = measure(np.array([[0.0, 600.0, 1200.0]]), np.array([600.0]), town, limit_m=600.0, index=pd.Index(["p"])).loc[
        "p"
    ]
    assert got["reach"] == pytest.approx(100 + 100 + 12.5)
    assert got["residents_within"] == 300
    # C = 60 + 20, 30 + 40, 10 + 40 = 80, 70, 50; together 200.
    assert got[["share_low", "share_middle", "share_high"]].tolist() == pytest.approx([0.4, 0.35, 0.25])
    assert got["share_unknown"] == pytest.approx(12.5 / 212.5)
    # P = 1/3, 11/30, 3/10: only low is above, by 0.4 − 1/3; divided by 1 − 1/3.
    assert got["mixing"] == pytest.approx(1 - (0.4 - 1 / 3) / (2 / 3))
    assert got["encounter"] == pytest.approx(2 * 0.4 * 0.25)
    assert got["encounter_ratio"] == pytest.approx(0.2 / (2 * (1 / 3) * 0.3))
    # low 80 of 100, high 50 of 90.
    assert got["bridge"] == pytest.approx(min(80 / 100, 50 / 90))


def test_nobody_within_the_cutoff_is_reach_zero_and_no_mixing(town):
    got = measure(
        np.array([[2401.0, np.inf, np.inf]]), np.array([600.0]), town, limit_m=900.0, index=pd.Index(["p"])
    ).loc["p"]
    assert got["reach"] == 0 and got["residents_within"] == 0
    assert got[["share_low", "share_unknown", "mixing", "encounter", "bridge"]].isna().all()


def test_only_unknown_residents_reached_has_reach_but_no_shares(town):
    got = measure(np.array([[np.inf, np.inf, 0.0]]), np.array([600.0]), town, limit_m=900.0, index=pd.Index(["p"])).loc[
        "p"
    ]
    assert got["reach"] == 50 and got["share_unknown"] == 1
    assert got[["share_low", "mixing", "encounter", "bridge"]].isna().all()


def test_disconnected_place_is_missing_not_zero(town):
    got = measure(np.full((1, 3), np.nan), np.array([600.0]), town, limit_m=900.0, index=pd.Index(["p"])).loc["p"]
    assert got.isna().all()


def test_postcode_off_the_network_is_left_out_not_spread(town):
    got = measure(np.array([[0.0, np.nan, np.inf]]), np.array([600.0]), town, limit_m=900.0, index=pd.Index(["p"])).loc[
        "p"
    ]
    assert got["reach"] == 100


@pytest.mark.parametrize("only", [0, 1, 2])
def test_one_group_only_is_mixing_zero_whichever(only):
    assert mixing.mixing(np.eye(3)[[only]], np.array([0.55, 0.32, 0.13])) == pytest.approx([0.0])


def test_the_citys_own_mix_is_mixing_one():
    city = np.array([0.55, 0.32, 0.13])
    assert mixing.mixing(city[None], city) == pytest.approx([1.0])


def test_equal_quarters_give_one_minus_the_segregation_of_moro_et_al():
    # S = 2/3 Σ_q |τ_q − 1/4| (Moro et al. 2021, eq. 1).
    rng = np.random.default_rng(1)
    tau = rng.dirichlet(np.ones(4), size=50)
    published = 2 / 3 * np.abs(tau - 0.25).sum(axis=1)
    assert mixing.mixing(tau, np.full(4, 0.25)) == pytest.approx(1 - published)


def test_origins_by_hand():
    population = pd.DataFrame(
        {"residents": [100, 100, 50], "neighbourhood_code": ["A", "A", "B"]}, index=pd.Index(["1", "2", "3"])
    )
    # A: weights 1 and 1/4 → 125; B: 1/2 → 25. Mean distance of A: (0 + 1200) / 2.
    got = origins(np.array([0.0, 1200.0, 600.0]), 600.0, population, limit_m=700.0)
    assert got.index.tolist() == ["A", "B"]
    assert got["share_of_reach"].tolist() == pytest.approx([125 / 150, 25 / 150])
    assert got["residents_within"].tolist() == [100, 50]
    assert got["distance_m"].tolist() == [600, 600]
