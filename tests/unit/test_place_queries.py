"""Measures of places for other minutes than the usual ones: of all columns one changes, and it is what it should be."""

import numpy as np
import pandas as pd
import pytest

from trefpunt import queries
from trefpunt.metrics.places import measure, minutes_to_metres, residents_of


@pytest.mark.parametrize("mode", [None, "walk", "cycle"])
def test_other_minutes_are_measured_anew(bundled, mode):
    usual, other = queries.place_measures(bundled, mode), queries.place_measures(bundled, mode, 7)
    pd.testing.assert_frame_equal(usual.drop(columns="residents_within"), other.drop(columns="residents_within"))
    assert list(usual) == list(other)
    assert (other["residents_within"] < usual["residents_within"]).any()
    residents = residents_of(bundled.population, bundled.neighbourhoods)
    for one in queries.MODES:
        rows = (other["mode"] == one).to_numpy()
        metres = queries.distances(bundled, one)[rows]
        any_half = np.full(rows.sum(), 500.0)  # a plain count does not ask for it
        whole = measure(metres, any_half, residents, minutes_to_metres(7, one), other.index[rows])
        np.testing.assert_array_equal(other.loc[rows, "residents_within"], whole["residents_within"])


def test_what_is_kept_is_not_what_is_given(bundled):
    given = queries.place_measures(bundled)
    before = given["reach"].copy()
    given.loc[given.index[0], "reach"] = -1.0
    pd.testing.assert_series_equal(queries.place_measures(bundled)["reach"], before)
