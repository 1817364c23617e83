"""The questions behind the opening view, against the slow way to answer them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from trefpunt import queries
from trefpunt.categories import load_categories
from trefpunt.errors import UnknownCodeError
from trefpunt.queries.opening import FACTORS, MEETING

NAZARETH = "BU09350403"


@pytest.mark.parametrize(("mode", "speed"), [("walk", 75.0), ("cycle", 250.0)])
def test_minutes_are_the_mean_over_the_residents(bundled, mode, speed):
    """By hand for one place: Σ residents × metres / Σ residents, over the neighbourhood's postcodes."""
    minutes = queries.minutes_from(bundled, NAZARETH, mode)
    here = (bundled.population["neighbourhood_code"] == NAZARETH).to_numpy()
    metres = queries.distances(bundled, mode)[0, here]
    residents = bundled.population["residents"].to_numpy()[here]
    assert np.isfinite(metres).all()
    assert minutes.iloc[0] == pytest.approx((metres * residents).sum() / residents.sum() / speed, rel=1e-12)
    assert minutes.index.equals(bundled.places.index)


def test_each_category_by_its_own_mode(bundled):
    own, on_foot = (queries.minutes_from(bundled, NAZARETH, mode) for mode in (None, "walk"))
    by_bike = queries.category_modes(bundled) == "cycle"
    pd.testing.assert_series_equal(own[~by_bike], on_foot[~by_bike])
    pd.testing.assert_series_equal(own[by_bike], queries.minutes_from(bundled, NAZARETH, "cycle")[by_bike])


def test_where_nobody_was_counted_nothing_is_known(bundled):
    people = bundled.population.assign(neighbourhood_code="BU09350000")
    assert queries.minutes_from(replace(bundled, population=people), NAZARETH).isna().all()


def test_an_unknown_neighbourhood_is_named(bundled):
    with pytest.raises(UnknownCodeError, match="BU99999999"):
        queries.minutes_from(bundled, "BU99999999")


def test_the_steadiest_bridge_has_the_best_worst_rank(bundled):
    """Against a loop: the bridge of each candidate at each half-distance, from its definition."""
    found = queries.steadiest_bridge(bundled)
    category = load_categories()[found.category]
    assert found.category == MEETING[0]
    places = bundled.places
    rows = ((places["category"] == found.category) & places["name"].notna()).to_numpy()
    rows = rows & ~places[f"border_truncated_{category.mode}"].to_numpy()
    metres = queries.distances(bundled, category.mode)[rows]
    shares = bundled.neighbourhoods[["share_low", "share_high"]].reindex(bundled.population["neighbourhood_code"])
    groups = bundled.population["residents"].to_numpy()[:, None] * np.nan_to_num(shares.to_numpy())
    worst = np.zeros(rows.sum(), dtype=int)
    for factor in FACTORS:
        half = factor * category.half_distance(category.mode)
        weight = np.where(np.nan_to_num(metres, nan=np.inf) <= 4 * half, 2.0 ** (-metres / half), 0.0)
        bridge = (weight @ groups / groups.sum(axis=0)).min(axis=1)
        worst = np.maximum(worst, [int((bridge > one).sum()) + 1 for one in bridge])
    best = dict(zip(places.index[rows], worst, strict=True))
    assert found.candidates == len(best)
    assert found.worst_rank == best[found.place_id] == min(best.values())


def test_too_few_places_with_a_name_are_no_contest(bundled):
    nameless = bundled.places.assign(name=pd.Series(np.nan, index=bundled.places.index, dtype="str"))
    assert queries.steadiest_bridge(replace(bundled, places=nameless)) is None


def test_the_next_kind_is_looked_at(bundled):
    places = bundled.places
    keep = places["name"].where(places["category"] != MEETING[0])
    found = queries.steadiest_bridge(replace(bundled, places=places.assign(name=keep.astype("str"))))
    # Maastricht has two libraries with a name, so the supermarkets are next.
    assert found.category == "supermarket"
