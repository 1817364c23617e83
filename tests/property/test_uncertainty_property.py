"""What intervals must obey in every city."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trefpunt.metrics.places import measure, residents_of
from trefpunt.metrics.share_draws import DRIFT, Drift, Parts, draw_shares
from trefpunt.metrics.share_scenarios import UncertaintyParams
from trefpunt.metrics.uncertainty import MEASURES, uncertainty

STILL, EVEN = Drift(3.0, 0.0, 0.0, 0.0, 0.0, 0.0), Parts(0.0, 0.0, 0.0)
FEW = UncertaintyParams(draws=30, half_distance_factors=(0.5, 1.0, 1.5))
SHARES = ["share_low", "share_middle", "share_high"]


@st.composite
def cities(draw):
    """Distances, half-distances, population, neighbourhoods (some without shares) and categories."""
    places, postcodes, areas = draw(st.integers(1, 8)), draw(st.integers(2, 16)), draw(st.integers(1, 5))
    distance = draw(arrays(float, (places, postcodes), elements=st.floats(0, 4000, width=32)))
    population = pd.DataFrame(
        {
            "residents": draw(arrays(float, postcodes, elements=st.integers(1, 900).map(float))),
            "neighbourhood_code": [f"N{i}" for i in draw(arrays(int, postcodes, elements=st.integers(0, areas - 1)))],
        }
    )
    raw = draw(arrays(float, (areas, 3), elements=st.integers(1, 20).map(float)))
    shares = raw / raw.sum(axis=1, keepdims=True)
    shares[draw(arrays(bool, areas))] = np.nan
    neighbourhoods = pd.DataFrame(shares, columns=SHARES, index=[f"N{i}" for i in range(areas)])
    neighbourhoods["shares_year"] = pd.array(np.where(np.isnan(shares[:, 0]), None, 2017), dtype="Int16")
    index = pd.Index([f"p{i}" for i in range(places)], name="place_id")
    category = pd.Series(draw(st.lists(st.sampled_from("ab"), min_size=places, max_size=places)), index=index)
    return distance, np.full(places, 600.0), population, neighbourhoods, category


def _width(table, name):
    return table[f"{name}_upper"] - table[f"{name}_lower"]


@given(cities())
def test_every_interval_holds_the_figure_and_is_missing_where_it_is(city):
    distance, half, population, neighbourhoods, category = city
    point = measure(distance, half, residents_of(population, neighbourhoods), 0.0, category.index)
    got = uncertainty(*city, FEW)
    for table in (got.intervals, got.given_half_distance):
        for name in MEASURES:
            lower, upper = table[f"{name}_lower"], table[f"{name}_upper"]
            assert (lower.isna() == point[name].isna()).all() and (upper.isna() == point[name].isna()).all()
            known = point[name].notna()
            assert (lower[known] <= point[name][known]).all() and (upper[known] >= point[name][known]).all()


@given(cities())
def test_bounds(city):
    got = uncertainty(*city, FEW).intervals
    for name in ("mixing", "bridge", *SHARES):
        assert got[[f"{name}_lower", f"{name}_upper"]].stack().dropna().between(-1e-9, 1 + 1e-9).all()
    assert (got["encounter_upper"].dropna() <= 0.5 + 1e-9).all()


@given(cities())
def test_nothing_uncertain_nothing_wide(city):
    params = replace(FEW, drift=STILL, parts=EVEN, half_distance_factors=(1.0,), unknown_bounds=False)
    got = uncertainty(*city, params).intervals
    for name in MEASURES:
        scale = np.maximum(got[f"{name}_upper"].abs(), 1)
        assert ((_width(got, name) / scale).dropna() < 1e-9).all()


@given(cities())
def test_unknown_residents_only_widen(city):
    ignored = uncertainty(*city, replace(FEW, unknown_bounds=False)).intervals
    counted = uncertainty(*city, FEW).intervals
    for name in MEASURES:
        assert (counted[f"{name}_lower"].dropna() <= ignored[f"{name}_lower"].dropna()).all()
        assert (counted[f"{name}_upper"].dropna() >= ignored[f"{name}_upper"].dropna()).all()


@given(cities(), st.floats(2, 4))
def test_larger_deviations_widen_the_shares(city, factor):
    # While deviations are small, shares follow them linearly, so twice as large is wider whatever the city.
    small = Drift(3.0, 1e-4, 1e-4, 0.0, 2e-5, 2e-5)
    large = Drift(3.0, *(factor**2 * v for v in (1e-4, 1e-4, 0.0, 2e-5, 2e-5)))
    params = replace(FEW, half_distance_factors=(1.0,), unknown_bounds=False, parts=EVEN)
    narrow = uncertainty(*city, replace(params, drift=small)).intervals
    wide = uncertainty(*city, replace(params, drift=large)).intervals
    for name in SHARES:
        assert (_width(wide, name).dropna() > _width(narrow, name).dropna()).all()


@given(arrays(float, (4, 3), elements=st.integers(1, 40).map(float)), st.integers(0, 2**32 - 1), st.integers(1, 20))
def test_draws_are_shares_and_a_series_goes_on_as_it_began(raw, seed, draws):
    shares = raw / raw.sum(axis=1, keepdims=True)
    arguments = (shares, np.full(4, 1200.0), np.full(4, 7.0))
    few = draw_shares(*arguments, draws, seed, DRIFT, Parts(0.28, 0.24, -0.5))
    more = draw_shares(*arguments, draws + 7, seed, DRIFT, Parts(0.28, 0.24, -0.5))
    for one, other in ((few.whole, more.whole), (few.part, more.part)):
        assert np.allclose(one.sum(axis=-1), 1) and (one > 0).all()
        assert np.array_equal(one, other[:draws])
