"""Questions about two neighbourhoods: which places both can reach."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from trefpunt.errors import UnknownCodeError
from trefpunt.metrics import pairs
from trefpunt.metrics.places import minutes_to_metres
from trefpunt.queries.base import DEFAULT_MINUTES, distances
from trefpunt.snapshot import Snapshot


@lru_cache(maxsize=8)
def _mean_distances(snapshot: Snapshot, mode: str) -> pd.DataFrame:
    return pairs.mean_distances(distances(snapshot, mode), snapshot.population, snapshot.places.index)


def pair(snapshot: Snapshot, a: str, b: str, mode: str, minutes: float = DEFAULT_MINUTES) -> pd.DataFrame:
    """Places within reach of both neighbourhoods, by the resident-weighted mean network distance.

    Returns
    -------
    pandas.DataFrame
        Index `place_id`: name, category, distance_a_m, distance_b_m, minutes_a, minutes_b; ordered by the larger
        of the two. No rows: they share none.

    Raises
    ------
    UnknownCodeError
        A code that is no neighbourhood of this snapshot.
    """
    mean = _mean_distances(snapshot, mode)
    if unknown := [code for code in (a, b) if code not in snapshot.neighbourhoods.index]:
        raise UnknownCodeError(
            ", ".join(unknown), "no such neighbourhood in this snapshot", "See `export neighbourhoods` for the codes."
        )
    # A neighbourhood where nobody was counted reaches nothing.
    mean = mean.reindex(columns=mean.columns.union([a, b]))
    shared = pairs.shared_places(mean, a, b, minutes_to_metres(minutes, mode))
    per_minute = minutes_to_metres(1, mode)
    return (
        pd.DataFrame(snapshot.places[["name", "category"]])
        .loc[shared.index]
        .join(shared)
        .assign(
            minutes_a=lambda table: table["distance_a_m"] / per_minute,
            minutes_b=lambda table: table["distance_b_m"] / per_minute,
        )
    )
