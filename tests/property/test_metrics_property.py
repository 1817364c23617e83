"""What the measures must obey in every city."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.places import Residents, measure

MEASURES = ["mixing", "encounter", "bridge", "share_low", "share_middle", "share_high", "share_unknown"]


@st.composite
def cities(draw, known=False):
    """A synthetic city: up to 12 places, 25 postcodes; distances, residents, shares; some shares unknown."""
    places, postcodes = draw(st.integers(1, 12)), draw(st.integers(2, 25))
    distance = draw(arrays(float, (places, postcodes), elements=st.floats(0, 6000, width=32)))
    count = draw(arrays(float, postcodes, elements=st.integers(1, 500).map(float)))
    raw = draw(arrays(float, (postcodes, 3), elements=st.integers(1, 20).map(float)))
    shares = raw / raw.sum(axis=1, keepdims=True)
    if not known:
        unknown = draw(arrays(bool, postcodes))
        unknown[0] = False
        shares[unknown] = np.nan
    return distance, Residents(count, shares)


def measured(distance, residents, half=600.0, limit=1000.0):
    index = pd.Index([f"p{i}" for i in range(len(distance))])
    return measure(distance, np.full(len(distance), half), residents, limit, index)


@given(cities())
def test_bounds(city):
    got = measured(*city)
    assert got[MEASURES].stack().dropna().between(-1e-12, 1 + 1e-12).all()
    assert (got["encounter"].dropna() <= 0.5 + 1e-12).all()
    assert (got["reach"] <= city[1].count.sum() * (1 + 1e-12)).all()
    shares = got[["share_low", "share_middle", "share_high"]].sum(axis=1, skipna=False).dropna()
    assert np.allclose(shares, 1)


@given(cities())
def test_missing_exactly_where_nobody_of_known_group_is_reached(city):
    distance, residents = city
    got = measured(distance, residents)
    reaches = (weights(distance, 600.0) * residents.count * ~np.isnan(residents.shares[:, 0])).sum(axis=1) > 0
    assert (got["mixing"].notna() == reaches).all() and (got["bridge"].notna() == reaches).all()


@given(cities(known=True))
def test_swapping_low_and_high_swaps_their_shares_and_nothing_else(city):
    distance, residents = city
    one = measured(distance, residents)
    other = measured(distance, Residents(residents.count, residents.shares[:, ::-1]))
    for a, b in (("share_low", "share_high"), ("mixing", "mixing"), ("encounter", "encounter"), ("bridge", "bridge")):
        assert np.allclose(one[a], other[b], equal_nan=True)


@given(cities(known=True))
def test_a_uniform_city_gives_every_place_the_city_s_mix(city):
    distance, residents = city
    uniform = Residents(residents.count, np.tile([0.5, 0.3, 0.2], (len(residents.count), 1)))
    assert np.allclose(measured(distance, uniform)["mixing"].dropna(), 1)


@given(cities(known=True))
def test_an_unbounded_catchment_is_the_whole_city(city):
    distance, residents = city
    got = measured(distance, residents, half=1e12, limit=1e9)
    assert np.allclose(got["reach"], residents.count.sum())
    assert np.allclose(got["mixing"], 1) and np.allclose(got["bridge"], 1) and np.allclose(got["encounter_ratio"], 1)
    assert np.array_equal(got["residents_within"], np.full(len(distance), residents.count.sum()))


@given(cities(), st.floats(100, 2000), st.floats(1, 3))
def test_reach_grows_with_the_half_distance_and_the_limit(city, half, factor):
    near = measured(*city, half=half, limit=half)
    far = measured(*city, half=half * factor, limit=half * factor)
    assert (far["reach"] >= near["reach"] - 1e-9).all()
    assert (far["residents_within"] >= near["residents_within"]).all()


@given(cities())
def test_a_postcode_split_in_two_changes_nothing(city):
    distance, residents = city
    halves = Residents(
        np.concatenate([residents.count / 2, residents.count / 2]), np.vstack([residents.shares, residents.shares])
    )
    one, two = measured(distance, residents), measured(np.hstack([distance, distance]), halves)
    pd.testing.assert_frame_equal(one, two)


@given(st.integers(2, 6), st.data())
def test_one_group_places_are_mixing_zero_in_every_municipality(groups, data):
    raw = data.draw(arrays(float, groups, elements=st.integers(1, 50).map(float)))
    city = raw / raw.sum()
    assert np.allclose(mixing.mixing(np.eye(groups), city), 0)
