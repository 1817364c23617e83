"""What the closing of a place costs, against cases worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from trefpunt.metrics.closing import category_access, closing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.places import Residents


@pytest.fixture
def town():
    """Worked example of docs/method.md: 100 people (60/30/10), 100 (20/40/40), 50 of unknown groups."""
    return Residents(
        count=np.array([100.0, 100.0, 50.0]),
        shares=np.array([[0.6, 0.3, 0.1], [0.2, 0.4, 0.4], [np.nan] * 3]),
    )


DISTANCE = np.array([[0.0, 600.0, 600.0], [600.0, 0.0, 3000.0]])
"""Place p next to the first postcode, q next to the second; half-distance 600 m, so weights 1, ½, ½ and ½, 1, 0."""

WEIGHT = weights(DISTANCE, 600.0)
PQ = pd.Index(["p", "q"])


def test_worked_example_as_it_is(town):
    got = category_access(WEIGHT, town)
    # Everybody of known group has a place next door.
    assert (got.access_low, got.access_middle, got.access_high, got.bridge) == pytest.approx((1, 1, 1, 1))
    # The first go ⅔ to p and ⅓ to q, the second the reverse. p: low 40 + 20/3 = 140/3, high 20/3 + 40/3 = 20, all 100;
    # q: low 20 + 40/3 = 100/3, high 10/3 + 80/3 = 30, all 100. Pairs 2 · 140/3 · 20 / 100 = 56/3 and 20, of 200 people.
    assert got.encounter == pytest.approx((56 / 3 + 20) / 200)
    assert (got.places, got.residents, got.residents_unserved, got.residents_off_network) == (2, 200, 0, 0)


def test_worked_example_closing(town):
    got = closing(WEIGHT, town, PQ)
    # p closed: low (60 · ½ + 20) / 80 = 0.625, high (10 · ½ + 40) / 50 = 0.9: the smaller falls from 1 to 0.625.
    # q closed: low (60 + 20 · ½) / 80 = 0.875, high (10 + 40 · ½) / 50 = 0.6.
    assert got["bridge_loss"].tolist() == pytest.approx([0.375, 0.4])
    # All 200 at one place: 2 · 80 · 50 / 200 = 40 pairs instead of 116/3. Low and high meet more often: a gain.
    assert got["encounter_loss"].tolist() == pytest.approx([(116 / 3 - 40) / 200] * 2)
    assert (got["encounter_loss"] < 0).all()
    # Without p the 50 of unknown groups have nothing within 2,400 m.
    assert got["residents_left"].tolist() == [50, 0]


def test_unserved_residents_count_zero(town):
    # Only q, and 3,000 m from the first: low 20 of 80, high 40 of 50. Encounter 2 · 20 · 40 / 100 of 200.
    got = category_access(weights(np.array([[3000.0, 0.0, np.inf]]), 600.0), town)
    assert (got.access_low, got.access_high, got.bridge) == pytest.approx((0.25, 0.8, 0.25))
    assert got.encounter == pytest.approx(16 / 200) and got.residents_unserved == 100


def test_closing_the_only_place_costs_all(town):
    weight = WEIGHT[:1]
    now, got = category_access(weight, town), closing(weight, town, PQ[:1]).loc["p"]
    assert got["bridge_loss"] == pytest.approx(now.bridge) and got["encounter_loss"] == pytest.approx(now.encounter)
    assert got["residents_left"] == 250


def test_a_twin_next_door_makes_closing_free(town):
    got = closing(np.vstack([WEIGHT[0], WEIGHT[0]]), town, PQ)
    assert got.to_numpy() == pytest.approx(np.zeros((2, 3)), abs=1e-15)


def test_disconnected_place_is_missing_and_changes_nothing(town):
    got = closing(np.vstack([WEIGHT, np.full(3, np.nan)]), town, pd.Index(["p", "q", "island"]))
    assert got.loc["island"].isna().all()
    pd.testing.assert_frame_equal(got.loc[["p", "q"]], closing(WEIGHT, town, PQ))


def test_disconnected_postcode_is_left_out_and_counted(town):
    weight = WEIGHT.copy()
    weight[:, 0] = np.nan
    got = category_access(weight, town)
    # Left: 100 people, 20 low and 40 high; spread ⅓ and ⅔: pairs 2 · 20 · 40 / 100 in all, whichever way they spread.
    assert got.residents_off_network == 100 and got.residents == 100
    assert got.encounter == pytest.approx(2 * 20 * 40 / 100 / 100)


@pytest.mark.parametrize("weight", [np.empty((0, 3)), np.full((2, 3), np.nan)])
def test_a_category_without_places_on_the_network_is_missing(town, weight):
    got = category_access(weight, town)
    assert got.places == 0
    assert np.isnan([got.access_low, got.bridge, got.encounter, got.residents, got.residents_unserved]).all()
    assert closing(weight, town, PQ[: len(weight)]).isna().all(axis=None)


def test_a_group_without_residents_has_no_access_and_no_bridge():
    nobody_high = Residents(np.array([10.0]), np.array([[0.5, 0.5, 0.0]]))
    got = category_access(np.ones((1, 1)), nobody_high)
    assert got.access_low == 1 and np.isnan(got.access_high) and np.isnan(got.bridge)
    assert got.encounter == 0
