"""Questions behind the opening view: how far it is from one neighbourhood, and which place bridges most surely."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from trefpunt.categories import load_categories
from trefpunt.errors import UnknownCodeError
from trefpunt.metrics.places import measure, minutes_to_metres, residents_of
from trefpunt.metrics.setting import MODES
from trefpunt.queries.base import DEFAULT_MINUTES, category_modes, distances
from trefpunt.queries.pairs import mean_distances
from trefpunt.snapshot import Snapshot

MEETING = ("community_centre", "library", "supermarket", "primary_school", "park")
"""Where people of all kinds come: the first category with enough places with a name is the one looked at."""

FEWEST = 3
"""To be first among fewer says nothing."""

FACTORS = (0.5, 1.0, 1.5)
"""Half-distances are assumptions: a place is judged at half, once and one and a half times its category's."""


@lru_cache(maxsize=128)
def minutes_from(snapshot: Snapshot, code: str, mode: str | None = None) -> pd.Series:
    """How many minutes it is to every place from one neighbourhood: resident-weighted mean over its postcodes.

    Parameters
    ----------
    snapshot
        The municipality.
    code
        A neighbourhood.
    mode
        `walk`, `cycle`, or None for each category's own.

    Returns
    -------
    pandas.Series
        Index `place_id`, minutes; missing where the place cannot be reached, or nobody was counted there.

    Raises
    ------
    UnknownCodeError
        A code that is no neighbourhood of this snapshot.
    """
    if code not in snapshot.neighbourhoods.index:
        raise UnknownCodeError(
            code, "no such neighbourhood in this snapshot", "See `export neighbourhoods` for the codes."
        )
    chosen = category_modes(snapshot, mode).to_numpy()
    found = np.full(len(chosen), np.nan)
    for one in MODES:
        rows, mean = chosen == one, mean_distances(snapshot, one)
        if code in mean.columns:
            found[rows] = mean[code].to_numpy()[rows] / minutes_to_metres(1, one)
    return pd.Series(found, index=snapshot.places.index, name="minutes")


@dataclass(frozen=True)
class SteadyBridge:
    """The place that bridges most surely among those of its kind.

    Attributes
    ----------
    place_id
        The place.
    category
        Its kind, one of `MEETING`.
    worst_rank
        Its rank by bridge (1 = first) where that is worst, over `FACTORS`.
    candidates
        How many places were compared.
    """

    place_id: str
    category: str
    worst_rank: int
    candidates: int


@lru_cache(maxsize=4)
def steadiest_bridge(snapshot: Snapshot) -> SteadyBridge | None:
    """Find the place of one kind that reaches most of both low- and high-welfare residents, whatever one assumes.

    Among the places with a name whose catchment does not run over the border, of the first category of `MEETING`
    with at least `FEWEST` of them: the one whose rank by bridge is best where it is worst, over `FACTORS` times the
    half-distance; of equals the one with the larger bridge at the category's own, then by id.

    Returns
    -------
    SteadyBridge or None
        None when no category has enough places.
    """
    places, modes = snapshot.places, category_modes(snapshot)
    residents = residents_of(snapshot.population, snapshot.neighbourhoods)
    for category in MEETING:
        mode = load_categories()[category].mode
        half = load_categories()[category].half_distance(mode)
        rows = (
            (places["category"] == category) & places["name"].notna() & ~places[f"border_truncated_{mode}"]
        ).to_numpy()
        if rows.sum() < FEWEST:
            continue
        metres, index = distances(snapshot, mode)[rows], places.index[rows]
        limit = minutes_to_metres(DEFAULT_MINUTES, modes[index[0]])
        bridges = pd.DataFrame(
            {k: measure(metres, np.full(rows.sum(), k * half), residents, limit, index)["bridge"] for k in FACTORS}
        ).dropna()
        if len(bridges) < FEWEST:
            continue
        ranks = bridges.rank(ascending=False, method="min")
        order = pd.DataFrame({"worst": ranks.max(axis=1), "bridge": -bridges[1.0]}).sort_index()
        best = order.sort_values(["worst", "bridge"], kind="stable").iloc[0]
        return SteadyBridge(str(best.name), category, int(best["worst"]), len(bridges))
    return None
