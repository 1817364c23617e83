"""What two neighbourhoods share: measure 6 of docs/method.md, and distances of neighbourhoods to places."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mean_distances(distance_m: Floats, population: pd.DataFrame, places: pd.Index[str]) -> pd.DataFrame:
    """Resident-weighted mean network distance from each neighbourhood to each place.

    Parameters
    ----------
    distance_m
        (P, B) metres; NaN where place or postcode is not on the network.
    population
        Index `pc6` (B rows): `residents`, `neighbourhood_code`.
    places
        (P,) place ids.

    Returns
    -------
    pandas.DataFrame
        Places × neighbourhood codes, metres; over the postcodes on the network. NaN where the place is not
        on the network or no resident of the neighbourhood is.
    """
    codes, member = np.unique(population["neighbourhood_code"].to_numpy(dtype=str), return_inverse=True)
    belongs = belonging(population["residents"].to_numpy(dtype=float), member, len(codes))
    return pd.DataFrame(mean_per_area(distance_m, belongs), index=places, columns=pd.Index(codes, name="code"))


def belonging(residents: Floats, member: NDArray[np.int64], areas: int) -> Floats:
    """(B, K) residents of each postcode in the column of its area, 0 in the others."""
    belongs = np.zeros((len(residents), areas))
    belongs[np.arange(len(residents)), member] = residents
    return belongs


def mean_per_area(distance_m: Floats, belongs: Floats) -> Floats:
    """As `mean_distances`: (P, B) metres with `belonging` → (P, K)."""
    finite = np.isfinite(distance_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((np.where(finite, distance_m, 0.0) @ belongs) / (finite @ belongs))


def shared_places(mean_m: pd.DataFrame, a: str, b: str, limit_m: float) -> pd.DataFrame:
    """Places that two neighbourhoods can both reach.

    Parameters
    ----------
    mean_m
        Places × neighbourhoods, from `mean_distances`.
    a, b
        Neighbourhood codes.
    limit_m
        Largest mean distance for either, metres.

    Returns
    -------
    pandas.DataFrame
        Index place id: `distance_a_m`, `distance_b_m`; ordered by the larger of the two, then by id. Empty
        when they share none: an answer too.
    """
    both = pd.DataFrame({"distance_a_m": mean_m[a], "distance_b_m": mean_m[b]})
    larger = both.max(axis=1, skipna=False)
    both = both.assign(larger=larger)[larger <= limit_m]
    return both.sort_index().sort_values("larger", kind="stable").drop(columns="larger")


def all_shared(mean_m: pd.DataFrame, category: pd.Series, limit_m: float) -> pd.DataFrame:
    """What every two neighbourhoods share: `shared_places` of all pairs at once, summed up.

    Parameters
    ----------
    mean_m
        Places × neighbourhoods, from `mean_distances`.
    category
        Index place id: category of each place.
    limit_m
        Largest mean distance for either, metres.

    Returns
    -------
    pandas.DataFrame
        Index (`code_a`, `code_b`), code_a < code_b, in that order: `shared_places`, `shared_categories` (numbers),
        `nearest_place_id` and `nearest_m`, the larger of the two distances to the first place that `shared_places`
        lists; missing where they share none.
    """
    mean = mean_m.sort_index().sort_index(axis=1)
    first, second = np.triu_indices(len(mean.columns), k=1)
    metres = np.nan_to_num(mean.to_numpy(dtype=float), nan=np.inf)
    larger = np.maximum(metres[:, first], metres[:, second])
    within = larger <= limit_m
    kind, _ = pd.factorize(category.reindex(mean.index), sort=True)
    present = [within[kind == one].any(axis=0) for one in np.unique(kind)]
    any_shared = within.any(axis=0)
    padded = np.vstack([larger, np.full((1, len(first)), np.inf)])  # so that no places at all has an answer too
    nearest_row = np.minimum(padded.argmin(axis=0), max(len(mean) - 1, 0))
    ids = mean.index.to_numpy()[nearest_row] if len(mean) else np.full(len(first), None)
    codes = mean.columns.to_numpy()
    index = pd.MultiIndex.from_arrays([codes[first], codes[second]], names=["code_a", "code_b"])
    table = pd.DataFrame(
        {
            "shared_places": within.sum(axis=0).astype("int64"),
            "shared_categories": sum(present, np.zeros(len(first), dtype="int64")),
            "nearest_place_id": pd.Series(ids, index=index, dtype="str"),
            "nearest_m": padded.min(axis=0),
        },
        index=index,
    )
    table.loc[~any_shared, "nearest_place_id"] = np.nan
    return table.assign(nearest_m=table["nearest_m"].where(any_shared))


def nearest(distance_m: Floats, population: pd.DataFrame) -> pd.Series:
    """Resident-weighted mean distance of each neighbourhood to the nearest of some places.

    Parameters
    ----------
    distance_m
        (P, B) metres from the places in question.
    population
        Index `pc6` (B rows): `residents`, `neighbourhood_code`.

    Returns
    -------
    pandas.Series
        Index neighbourhood code, metres; over residents who reach any. Missing where none does.
    """
    to_nearest = np.where(np.isnan(distance_m), np.inf, distance_m).min(axis=0, initial=np.inf)
    reached = np.isfinite(to_nearest)
    residents = population["residents"].to_numpy(dtype=float) * reached
    total = pd.DataFrame(
        {"metres": residents * np.where(reached, to_nearest, 0.0), "residents": residents},
        index=pd.Index(population["neighbourhood_code"], name="code"),
    )
    total = total.groupby(level="code").sum()
    return (total["metres"] / total["residents"].where(total["residents"] > 0)).rename("nearest_m")
