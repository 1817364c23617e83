"""Questions about categories of places."""

from __future__ import annotations

import pandas as pd

from trefpunt.snapshot import Snapshot


def category_table(snapshot: Snapshot) -> pd.DataFrame:
    """Measure 5 of every category: bridging index, access and encounter, with 90 % intervals (docs/method.md).

    Do not rank categories by `excess`: it is positive wherever places stand close together. `excess_effective` compares
    with random places that stand as close.

    Returns
    -------
    pandas.DataFrame
        Index `category`, all there are, in alphabetical order; the columns of
        `trefpunt.metrics.category_measures.CategoryMeasures.categories`. Missing where a category has no places.
    """
    return snapshot.derived["bridging"].set_index("category")
