"""Bridging index of a category of places: measure 5 of docs/method.md.

Adapted from Nilforoshan, Looi, Pierson, Villanueva, Fishman, Chen, Sholar, Redbird, Grusky & Leskovec (2023), *Human
mobility networks reveal increased segregation in large cities*, Nature 624:586–592, doi 10.1038/s41586-023-06757-3.
They sort residents by the nearest hub and compare the economic diversity within these clusters with that of the whole
area. Here the hubs are the places of a category, distance runs along the network, and diversity is the chance that two
random residents differ in group.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trefpunt.metrics.nearest import NOWHERE, nearest_place, random_assignments
from trefpunt.metrics.places import Residents
from trefpunt.network.graph import Network

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = ["NOWHERE", "Bridging", "bridging", "bridging_index", "effective_places", "heterogeneity", "nearest_place"]
__all__ += ["random_indices"]

DRAWS = 200
"""Random sets to compare with: the standard error of their mean is then 7 % of their standard deviation."""

SPREAD = (0.05, 0.95)
"""Quantiles of the random sets that are shown as their spread."""


@dataclass(frozen=True)
class Bridging:
    """How strongly the places of a category bring the groups together, if everybody goes to the nearest.

    Attributes
    ----------
    places
        Places on the network.
    places_off_network
        Places left out because they are not.
    residents
        Residents of known group who reach a place: those the index is about.
    residents_unserved
        Residents of known group who reach none; left out.
    residents_unknown
        Residents whose group shares are not known; left out.
    effective_places
        1 / Σ_k (n_k / N)²: as many places of equal size share the residents equally unevenly. Far below `places` where
        places stand close together, and then the index is high for that reason too.
    index
        The bridging index, 0–1; NaN without places, residents or a second group.
    random_mean, random_lower, random_upper
        Mean, 5 and 95 % quantile of the index of random sets of equally many places.
    random_error
        Standard error of `random_mean`, because the sets are that many and no more.
    excess
        `index` − `random_mean`. Positive where the places bridge more than random ones would, and also where they
        merely stand closer together: see `excess_effective`.
    random_below
        Part of the random sets whose index is lower, 0–1 (equal ones count half).
    random_mean_effective
        Mean index of random sets that divide the residents over as few places: sets of such a size that their own
        `effective_places` is, on average, that of the category. Missing if no such sets were given.
    random_error_effective
        Standard error of `random_mean_effective`.
    excess_effective
        `index` − `random_mean_effective`: what is left of `excess` when places that stand close together are compared
        with sets that divide the residents as unevenly. The one to read: a positive `excess` alone is no sign that a
        category bridges.
    random_below_effective
        As `random_below`, of these sets. Near ½ the places bridge as random ones would.
    by_construction
        There is one place only, so everybody goes there and the index is 1 whatever the city looks like. The
        comparison with random sets is then empty and missing.
    """

    places: int
    places_off_network: int
    residents: float
    residents_unserved: float
    residents_unknown: float
    effective_places: float
    index: float
    random_mean: float
    random_lower: float
    random_upper: float
    random_error: float
    excess: float
    random_below: float
    random_mean_effective: float
    random_error_effective: float
    excess_effective: float
    random_below_effective: float
    by_construction: bool


def heterogeneity(group_totals: Floats) -> Floats:
    """Chance that two random residents differ in group: het = 1 − Σ_g s_g² (Gini–Simpson).

    Parameters
    ----------
    group_totals
        (…, G) residents per group.

    Returns
    -------
    numpy.ndarray
        (…,), 0 to 1 − 1/G; NaN where there is nobody.
    """
    total = group_totals.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = group_totals / total[..., None]
    return np.asarray(np.where(total > 0, 1.0 - (share**2).sum(axis=-1), np.nan))


def bridging_index(by_group: Floats, goes_to: Ints) -> float:
    """Bridging index BI = Σ_k (n_k / N) het_k / het_all of residents sorted over places.

    1: every place draws the mix of all; 0: every place draws one group only. With two groups it is 1 − η², η² being
    the correlation ratio of groups over places (Massey & Denton 1988, Social Forces 67:281–315).

    Parameters
    ----------
    by_group
        (B, G) residents per group; rows of NaN are unknown and left out.
    goes_to
        (B,) number of the place, ≥ 0; `NOWHERE` is left out.

    Returns
    -------
    float
        0–1; NaN where nobody is left or all are of one group.
    """
    counts = (goes_to != NOWHERE) & ~np.isnan(by_group).any(axis=1)
    if not counts.any():
        return float("nan")
    _, cluster = np.unique(goes_to[counts], return_inverse=True)
    groups = by_group[counts]
    totals: Floats = np.stack([np.bincount(cluster, column).astype(float) for column in groups.T], axis=1)
    visitors = totals.sum(axis=1)
    everybody = totals.sum(axis=0)
    scale = everybody.sum() * heterogeneity(everybody)
    if not scale > 0:
        return float("nan")
    return float(np.nansum(visitors * heterogeneity(totals)) / scale)


def random_indices(
    network: Network,
    targets: pd.Series,
    by_group: Floats,
    places: int,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    candidates: Ints | None = None,
) -> Floats:
    """Bridging index of random sets of equally many places.

    Fewer places raise the index by themselves (one place: 1), so an index means something only beside these.

    Parameters
    ----------
    network, targets, draws, seed, candidates
        As for `trefpunt.metrics.nearest.random_assignments`.
    by_group
        (B, G) residents per group; rows of NaN are unknown and left out.
    places
        Size of the sets; 0 gives missing values.

    Returns
    -------
    numpy.ndarray
        (draws,), 0–1; NaN as in `bridging_index`.

    Raises
    ------
    TrefpuntError
        Fewer candidates than places, or fewer than one draw.
    """
    if places == 0:
        return np.full(draws, np.nan)
    sets = random_assignments(network, targets, places, draws=draws, seed=seed, candidates=candidates)
    return np.array([bridging_index(by_group, goes_to) for goes_to in sets])


def effective_places(count: Floats, goes_to: Ints) -> float:
    """1 / Σ_k (n_k / N)² of residents sorted over places: how many equal ones would divide them as unevenly.

    Parameters
    ----------
    count
        (B,) residents of known group.
    goes_to
        (B,) number of the place, ≥ 0.

    Returns
    -------
    float
        At least 1; NaN where there is nobody.
    """
    if not count.sum() > 0:
        return float("nan")
    share = np.bincount(goes_to, count) / count.sum()
    return float(1 / (share**2).sum())


def bridging(
    distance_m: Floats, residents: Residents, random: Floats, random_effective: Floats | None = None
) -> Bridging:
    """Bridging index of one category, beside that of random sets of equally many places.

    Parameters
    ----------
    distance_m
        (P, B) metres along the network of the category's mode; NaN where place or postcode is not on it.
    residents
        Who lives where (B).
    random
        (draws,) from `random_indices`, for as many places as are on the network.
    random_effective
        (draws,) the same for the sets of `Bridging.random_mean_effective`.
    """
    off_network = np.isnan(distance_m).all(axis=1)
    places = int((~off_network).sum())
    goes_to = nearest_place(distance_m)
    groups = residents.by_group
    known = ~np.isnan(groups).any(axis=1)
    served = known & (goes_to != NOWHERE)
    index = bridging_index(groups, goes_to)
    compared = random[np.isfinite(random)]
    comparable = places > 1 and len(compared) > 0 and np.isfinite(index)
    mean = float(compared.mean()) if comparable else float("nan")
    lower, upper = (float(q) for q in np.quantile(compared, SPREAD)) if comparable else (float("nan"),) * 2
    effective = effective_places(residents.count[served], goes_to[served])
    few = random_effective[np.isfinite(random_effective)] if random_effective is not None else np.empty(0)
    mean_effective = float(few.mean()) if comparable and len(few) else float("nan")

    def below(sets: Floats) -> float:
        ties = ((sets < index).mean() + (sets <= index).mean()) / 2 if len(sets) else np.nan
        return float(ties) if comparable else float("nan")

    def error(sets: Floats) -> float:
        return float(sets.std(ddof=1) / np.sqrt(len(sets))) if comparable and len(sets) > 1 else float("nan")

    return Bridging(
        places=places,
        places_off_network=int(off_network.sum()),
        residents=float(residents.count[served].sum()),
        residents_unserved=float(residents.count[known & (goes_to == NOWHERE)].sum()),
        residents_unknown=float(residents.count[~known].sum()),
        effective_places=effective,
        index=index,
        random_mean=mean,
        random_lower=lower,
        random_upper=upper,
        random_error=error(compared),
        excess=index - mean,
        random_below=below(compared),
        random_mean_effective=mean_effective,
        random_error_effective=error(few),
        excess_effective=index - mean_effective,
        random_below_effective=below(few),
        by_construction=places == 1,
    )
