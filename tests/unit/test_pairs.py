"""Pairs of neighbourhoods, by hand."""

import numpy as np
import pandas as pd
import pytest

from trefpunt.metrics.pairs import mean_distances, nearest, shared_places

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
