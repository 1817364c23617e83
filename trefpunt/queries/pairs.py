"""Questions about two neighbourhoods: which places both can reach, and how the two differ."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trefpunt.errors import UnknownCodeError
from trefpunt.metrics import pairs
from trefpunt.metrics.places import minutes_to_metres
from trefpunt.queries.base import DEFAULT_MINUTES, distances
from trefpunt.snapshot import Snapshot


@lru_cache(maxsize=8)
def mean_distances(snapshot: Snapshot, mode: str) -> pd.DataFrame:
    """`trefpunt.metrics.pairs.mean_distances` of every place and neighbourhood, kept."""
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
    mean = mean_distances(snapshot, mode)
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


@lru_cache(maxsize=4)
def _adjacent(snapshot: Snapshot) -> pd.MultiIndex:
    """Pairs of neighbourhoods (code_a < code_b) whose areas touch, at a corner or along a river too."""
    areas = snapshot.neighbourhoods.geometry
    first, second = areas.sindex.query(areas, predicate="intersects")
    codes = areas.index.to_numpy()
    a, b = codes[first], codes[second]
    return pd.MultiIndex.from_arrays([a[a < b], b[a < b]], names=["code_a", "code_b"]).sort_values()


def all_pairs(snapshot: Snapshot, mode: str, minutes: float = DEFAULT_MINUTES) -> pd.DataFrame:
    """Every two neighbourhoods: what they share within reach, whether they touch, how they differ.

    Differences are of neighbourhoods and say nothing about the people in them. A difference is no distance between
    good and bad: it says where people who live differently live near each other, or do not.

    Parameters
    ----------
    snapshot
        The municipality.
    mode, minutes
        As for `pair`.

    Returns
    -------
    pandas.DataFrame
        Index (`code_a`, `code_b`), every two once, code_a < code_b, in that order:

        * `name_a`, `name_b`;
        * `shared_places`, `shared_categories`: numbers of `pair`, 0 where they share none;
        * `nearest_place_id`, `nearest_name`, `nearest_category`, `nearest_minutes` (the larger of the two): the first
          place of `pair`; missing where they share none;
        * `ses_woa_difference` (0 or more; missing unless both have a score) and `ses_woa_estimated`: whether either
          score is an estimate;
        * `share_low_difference` (0–1): of the shares of low-welfare households;
        * `adjacent`: whether their areas touch.
    """
    areas = snapshot.neighbourhoods
    mean = mean_distances(snapshot, mode)
    # A neighbourhood where nobody was counted reaches nothing.
    mean = mean.reindex(columns=pd.Index(sorted(areas.index)))
    table = pairs.all_shared(mean, snapshot.places["category"], minutes_to_metres(minutes, mode))
    a, b = (areas.loc[table.index.get_level_values(level)] for level in ("code_a", "code_b"))
    nearest = snapshot.places.reindex(table["nearest_place_id"])

    def difference(column: str) -> NDArray[np.float64]:
        return np.asarray(np.abs(a[column].to_numpy(dtype=float) - b[column].to_numpy(dtype=float)))

    score = difference("ses_woa")
    estimated = pd.array((a["ses_status"] == "estimate").to_numpy() | (b["ses_status"] == "estimate").to_numpy())
    estimated[np.isnan(score)] = pd.NA
    return pd.DataFrame(
        {
            "name_a": a["name"].to_numpy(),
            "name_b": b["name"].to_numpy(),
            "shared_places": table["shared_places"],
            "shared_categories": table["shared_categories"],
            "nearest_place_id": table["nearest_place_id"],
            "nearest_name": nearest["name"].to_numpy(),
            "nearest_category": nearest["category"].to_numpy(),
            "nearest_minutes": table["nearest_m"] / minutes_to_metres(1, mode),
            "ses_woa_difference": score,
            "ses_woa_estimated": pd.array(estimated, dtype="boolean"),
            "share_low_difference": difference("share_low"),
            "adjacent": table.index.isin(_adjacent(snapshot)),
        },
        index=table.index,
    )


def most_different_neighbour(snapshot: Snapshot, code: str) -> str | None:
    """The neighbourhood next to another whose score differs most from its own; of equals the first code.

    Returns
    -------
    str or None
        None when it has no score, or no neighbour with one.
    """
    table = all_pairs(snapshot, "walk", DEFAULT_MINUTES)
    table = table[table["adjacent"] & table["ses_woa_difference"].notna()]
    a, b = (table.index.get_level_values(f"code_{side}") for side in ("a", "b"))
    mine = table[(a == code) | (b == code)]["ses_woa_difference"]
    if mine.empty:
        return None
    first, second = mine.index[int(mine.to_numpy().argmax())]
    return str(second if first == code else first)


def contrasting_neighbours(
    snapshot: Snapshot, n: int = 5, mode: str = "walk", minutes: float = DEFAULT_MINUTES
) -> pd.DataFrame:
    """Neighbourhoods side by side whose scores differ most: two to look at first, as a suggestion.

    Not a ranking of neighbourhoods. Where `ses_status` of either is `estimate`, so is the difference.

    Parameters
    ----------
    snapshot
        The municipality.
    n
        How many pairs at most.
    mode, minutes
        For the places they share.

    Returns
    -------
    pandas.DataFrame
        As `all_pairs`, of pairs that touch and both have a score, largest difference first, then by code; with
        `ses_woa_a`, `ses_woa_b`, `ses_status_a`, `ses_status_b` (`official` or `estimate`).
    """
    table = all_pairs(snapshot, mode, minutes)
    table = table[table["adjacent"] & table["ses_woa_difference"].notna()]
    table = table.sort_values("ses_woa_difference", ascending=False, kind="stable").head(n)
    for side in ("a", "b"):
        own = snapshot.neighbourhoods.loc[table.index.get_level_values(f"code_{side}")]
        table = table.assign(
            **{f"ses_woa_{side}": own["ses_woa"].to_numpy(), f"ses_status_{side}": own["ses_status"].to_numpy()}
        )
    return table
