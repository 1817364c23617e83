"""What all questions share: the distances, the setting of the measures, the modes of travel, the municipality."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trefpunt.cache import cached
from trefpunt.categories import load_categories
from trefpunt.metrics.places import residents_of
from trefpunt.metrics.setting import MODES, Setting
from trefpunt.network import catchments
from trefpunt.snapshot import Snapshot

DEFAULT_MINUTES = 15.0


@dataclass(frozen=True)
class City:
    """The municipality's residents (PC6 counts) and their welfare groups.

    Attributes
    ----------
    residents
        All.
    residents_known
        Those in neighbourhoods with published shares.
    low, middle, high
        Shares of the known residents, 0–1.
    """

    residents: float
    residents_known: float
    low: float
    middle: float
    high: float


def city(snapshot: Snapshot) -> City:
    """The municipality as a whole."""
    residents = residents_of(snapshot.population, snapshot.neighbourhoods)
    low, middle, high = (float(share) for share in residents.city_shares)
    return City(float(residents.count.sum()), float(residents.totals.sum()), low, middle, high)


@lru_cache(maxsize=8)
def distances(snapshot: Snapshot, mode: str) -> NDArray[np.float64]:
    """Network distance from every place to every postcode, metres (places × PC6).

    Read-only. Computed once for the same places, postcodes and network, then kept on disk.
    """
    node = f"{mode}_node"
    places, people = snapshot.places[node], snapshot.population[node]
    hashes = {r["name"]: str(r["hash"]) for r in snapshot.manifest["resources"]}
    inputs = [hashes[name] for name in ("places", "population", f"{mode}_nodes", f"{mode}_edges")]
    result = cached(
        f"distances-{mode}",
        inputs,
        (len(places), len(people)),
        lambda: catchments.distances(snapshot.networks[mode], places, people),
    )
    result.setflags(write=False)
    return result


@lru_cache(maxsize=4)
def setting(snapshot: Snapshot) -> Setting:
    """The snapshot as the measures take it, with all distances."""
    return Setting(
        snapshot.neighbourhoods,
        snapshot.districts,
        snapshot.population,
        snapshot.places,
        snapshot.networks,
        {mode: distances(snapshot, mode) for mode in MODES},
    )


def category_modes(snapshot: Snapshot, mode: str | None = None) -> pd.Series:
    """Travel mode of each place: its category's own, or one mode for all."""
    if mode is not None:
        return pd.Series(mode, index=snapshot.places.index, dtype="str", name="mode")
    own = {name: category.mode for name, category in load_categories().items()}
    return pd.Series(snapshot.places["category"].map(own), dtype="str", name="mode")


def by_mode(snapshot: Snapshot, chosen: pd.Series) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.float64]]]:
    """Per travel mode in use: the mode, which places use it, and their half-distances in it (metres)."""
    categories = load_categories()
    for one in MODES:
        rows = (chosen == one).to_numpy()
        if rows.any():
            names = snapshot.places.loc[rows, "category"]
            yield one, rows, np.array([categories[name].half_distance(one) for name in names])
