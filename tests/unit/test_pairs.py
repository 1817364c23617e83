"""Pairs of neighbourhoods, by hand."""

import numpy as np
import pandas as pd
import pytest

from trefpunt import queries
from trefpunt.metrics.pairs import all_shared, mean_distances, nearest, shared_places
from trefpunt.snapshot import Snapshot

POPULATION = pd.DataFrame(
    {"residents": [100, 300, 200], "neighbourhood_code": ["A", "A", "B"]}, index=pd.Index(["1", "2", "3"])
)
# x: A = (100·400 + 300·800) / 400 = 700, B = 500;  y: A = (0·100 + 400·300) / 400 = 300, B = 600.
DISTANCE = np.array([[400.0, 800.0, 500.0], [0.0, 400.0, 600.0], [np.nan] * 3, [100.0, np.nan, 900.0]])
PLACES = pd.Index(["x", "y", "off", "z"])


def test_mean_distance_is_weighted_by_residents_on_the_network():
    mean = mean_distances(DISTANCE, POPULATION, PLACES)
    assert mean.loc["x"].tolist() == [700, 500]
    assert mean.loc["y"].tolist() == [300, 600]
    assert mean.loc["off"].isna().all()
    assert mean.loc["z", "A"] == 100  # only the postcode on the network counts


def test_shared_places_are_ordered_by_the_larger_distance():
    mean = mean_distances(DISTANCE, POPULATION, PLACES)
    assert shared_places(mean, "A", "B", 1000).index.tolist() == ["y", "x", "z"]
    assert shared_places(mean, "A", "B", 650).index.tolist() == ["y"]
    assert shared_places(mean, "A", "B", 100).empty


def test_nearest_takes_the_closest_place_of_each_postcode():
    # nearest per postcode: 0, 400, 500 → A (0·100 + 400·300) / 400 = 300, B 500.
    assert nearest(DISTANCE, POPULATION).to_dict() == pytest.approx({"A": 300, "B": 500})


def test_nearest_of_no_place_is_missing():
    assert nearest(np.empty((0, 3)), POPULATION).isna().all()


def test_all_pairs_at_once_by_hand():
    # As above; A and B share y at 600, x at 700, z at 900 m (the larger). C has no resident on the network.
    mean = mean_distances(DISTANCE, POPULATION, PLACES).assign(C=np.nan)
    category = pd.Series(["shop", "café", "café", "café"], index=PLACES)
    got = all_shared(mean, category, 1000)
    assert got.index.tolist() == [("A", "B"), ("A", "C"), ("B", "C")]
    assert got["shared_places"].tolist() == [3, 0, 0] and got["shared_categories"].tolist() == [2, 0, 0]
    assert got.loc[("A", "B"), "nearest_place_id"] == "y" and got.loc[("A", "B"), "nearest_m"] == 600
    assert got.loc[[("A", "C"), ("B", "C")], ["nearest_place_id", "nearest_m"]].isna().all(axis=None)
    assert all_shared(mean, category, 650)["shared_categories"].tolist() == [1, 0, 0]


def test_of_equally_near_places_the_lowest_id_is_named_as_in_shared_places():
    mean = pd.DataFrame({"A": [5.0, 5.0], "B": [1.0, 2.0]}, index=pd.Index(["z", "a"]))
    got = all_shared(mean, pd.Series("shop", index=mean.index), 10)
    assert got["nearest_place_id"].tolist() == ["a"] == [shared_places(mean, "A", "B", 10).index[0]]


def test_all_pairs_without_places_share_nothing():
    mean = pd.DataFrame({"A": [], "B": []}, index=pd.Index([], dtype="str"), dtype=float)
    got = all_shared(mean, pd.Series([], index=mean.index, dtype="str"), 1000)
    assert got["shared_places"].tolist() == [0] and got["nearest_place_id"].isna().all()


@pytest.mark.parametrize(("mode", "minutes"), [("walk", 15), ("cycle", 7)])
def test_all_pairs_equal_pair(bundled, mode, minutes):
    table = queries.all_pairs(bundled, mode, minutes)
    codes = sorted(bundled.neighbourhoods.index)
    assert len(table) == len(codes) * (len(codes) - 1) // 2
    assert table.index.tolist() == [(a, b) for i, a in enumerate(codes) for b in codes[i + 1 :]]
    for (a, b), row in table.sample(40, random_state=1).iterrows():
        one = queries.pair(bundled, a, b, mode, minutes)
        assert (row["shared_places"], row["shared_categories"]) == (len(one), one["category"].nunique())
        if len(one):
            first = one.iloc[0]
            assert row["nearest_place_id"] == one.index[0] and row["nearest_category"] == first["category"]
            assert row["nearest_minutes"] == pytest.approx(max(first["minutes_a"], first["minutes_b"]))
            assert row["nearest_name"] == first["name"] or pd.isna(first["name"])
        else:
            assert pd.isna(row["nearest_place_id"]) and np.isnan(row["nearest_minutes"])


def test_differences_say_whether_they_are_estimates(bundled):
    table, areas = queries.all_pairs(bundled, "walk"), bundled.neighbourhoods
    # Pottenberg and Dousberg-Hazendans have official scores: −0.667 and 0.454 (the letter of June 2024).
    row = table.loc[("BU09350203", "BU09350208")]
    assert row["ses_woa_difference"] == pytest.approx(0.667 + 0.454) and not row["ses_woa_estimated"]
    assert row["adjacent"]
    unscored = areas.index[areas["ses_woa"].isna()]
    has_none = table.index.get_level_values(0).isin(unscored) | table.index.get_level_values(1).isin(unscored)
    assert has_none.any() and table["ses_woa_difference"].isna().tolist() == has_none.tolist()
    assert table["ses_woa_estimated"].isna().tolist() == has_none.tolist()


def test_adjacent_means_that_the_areas_touch(bundled):
    table, areas = queries.all_pairs(bundled, "walk"), bundled.neighbourhoods.geometry
    assert 40 < table["adjacent"].sum() < len(table)
    for (a, b), row in table.sample(60, random_state=2).iterrows():
        assert row["adjacent"] == areas[a].intersects(areas[b])


def test_contrasting_neighbours(bundled):
    got = queries.contrasting_neighbours(bundled, 4)
    assert len(got) == 4 and got["adjacent"].all()
    assert got["ses_woa_difference"].is_monotonic_decreasing
    assert got["ses_woa_difference"].to_numpy() == pytest.approx((got["ses_woa_a"] - got["ses_woa_b"]).abs().to_numpy())
    everything = queries.all_pairs(bundled, "walk").query("adjacent")["ses_woa_difference"]
    assert got["ses_woa_difference"].tolist() == everything.nlargest(4).tolist()
    assert got[["ses_status_a", "ses_status_b"]].isin(["official", "estimate"]).all(axis=None)
    estimated = (got[["ses_status_a", "ses_status_b"]] == "estimate").any(axis=1)
    assert estimated.tolist() == got["ses_woa_estimated"].tolist()


def test_the_most_different_neighbour(bundled: Snapshot) -> None:
    table = queries.all_pairs(bundled, "walk")
    for code in bundled.neighbourhoods.index:
        found = queries.most_different_neighbour(bundled, str(code))
        beside = {
            str(b if a == code else a): row["ses_woa_difference"]
            for (a, b), row in table.iterrows()
            if code in (a, b) and row["adjacent"] and row["ses_woa_difference"] == row["ses_woa_difference"]
        }
        assert found is None if not beside else beside[found] == max(beside.values())
