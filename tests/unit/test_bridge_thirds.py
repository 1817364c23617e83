"""In which third of its kind a place is by bridge, counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trefpunt import queries
from trefpunt.snapshot import Snapshot


def test_thirds_by_hand() -> None:
    """Of six, two in each third, the largest in the third; one without a bridge does not count; two have no thirds."""
    measures = pd.DataFrame(
        {
            "category": ["park"] * 7 + ["library"] * 2,
            "bridge": [0.6, 0.1, np.nan, 0.3, 0.2, 0.5, 0.4, 0.9, 0.8],
        },
        index=pd.Index(list("abcdefghi"), name="place_id"),
    )
    got = queries.bridge_thirds(measures)
    assert got.drop(["c", "h", "i"]).to_dict() == {"a": 3, "b": 1, "d": 2, "e": 1, "f": 3, "g": 2}
    assert got[["c", "h", "i"]].isna().all()


def test_a_third_where_there_is_a_rank_and_nowhere_else(bundled: Snapshot) -> None:
    thirds = queries.bridge_thirds(queries.place_measures(bundled))
    stable = queries.place_intervals(bundled)["rank_stable"]
    assert thirds.notna().equals(stable.notna())
    assert set(thirds.dropna()) == {1, 2, 3}
    assert stable.isna().any() and thirds.isna().any(), "the bundled snapshot has places without a rank"
