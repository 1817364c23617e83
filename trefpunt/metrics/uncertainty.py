"""Intervals of the measures of places: what is not known about who lives where, carried to every figure.

Four sources (docs/uncertainty.md): residents whose groups are unknown (bounds), the years since the shares were
published and parts of a neighbourhood that differ from its mean (seeded draws), and the half-distances (a grid). The
published shares stay the point estimate, and every interval contains it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trefpunt.errors import TrefpuntError
from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.places import Residents, measure, residents_of
from trefpunt.metrics.share_draws import DRIFT, PART_CV, PARTS, Drift, Parts, ShareDraws, draw_shares

Floats = NDArray[np.float64]

MEASURES = ("reach", "share_low", "share_middle", "share_high", "mixing", "encounter", "encounter_ratio", "bridge")
"""What gets an interval; `residents_within` is a count and depends on none of the four sources."""

MIN_TO_RANK = 3
"""A category with fewer measured places has no thirds."""


@dataclass(frozen=True)
class UncertaintyParams:
    """What is uncertain, and by how much.

    Attributes
    ----------
    draws, seed
        How many draws of the shares, and of which series. More draws of one seed begin with the same draws.
    level
        Part of the draws that an interval holds, 0–1.
    year
        The year the figures should hold for; shares are as old as this year minus `shares_year`.
    drift, parts
        Measured sizes of the deviations of shares over time, and of parts of a neighbourhood.
    half_distance_factors
        Half-distances that count as equally likely, as factors of the category's own.
    unknown_bounds
        Whether to widen by residents of unknown groups being all low, all middle or all high.
    stable_in, stable_factors
        A place's rank is stable when it stays in the same third of its category in this part of the draws, and at
        these factors of the half-distance.

    Raises
    ------
    TrefpuntError
        With every value that makes no sense.
    """

    draws: int = 200
    seed: int = 2017
    level: float = 0.90
    year: int = 2024
    drift: Drift = DRIFT
    parts: Parts = PARTS
    half_distance_factors: tuple[float, ...] = (0.5, 0.75, 1.0, 1.25, 1.5)
    unknown_bounds: bool = True
    stable_in: float = 0.90
    stable_factors: tuple[float, ...] = (0.5, 1.5)

    def __post_init__(self) -> None:
        faults = [
            f"{name} is {getattr(self, name)}, not between 0 and 1"
            for name in ("level", "stable_in")
            if not 0 < getattr(self, name) < 1
        ]
        if self.draws < 1:
            faults.append(f"draws is {self.draws}, not at least 1")
        if not self.half_distance_factors or min(self.half_distance_factors + self.stable_factors) <= 0:
            faults.append("the factors of the half-distance must be above 0, and there must be one")
        if faults:
            raise TrefpuntError("uncertainty", faults, "Correct the parameters.")


@dataclass(frozen=True)
class Uncertainty:
    """What the uncertainty does to the measures; both tables indexed on the place ids given.

    Attributes
    ----------
    intervals
        `<measure>_lower` and `<measure>_upper` for each of `MEASURES`, all four sources together; missing where the
        measure is.
    given_half_distance
        The same at the category's own half-distance: without the assumption about how far people go. Here reach
        has no width.
    rank_stable
        boolean, missing where the place has no bridge or its category fewer than `MIN_TO_RANK` that have one.
    rank_share
        Part of the draws in which the place is in the same third of its category as in the point estimate.
    """

    intervals: pd.DataFrame
    given_half_distance: pd.DataFrame
    rank_stable: pd.Series
    rank_share: pd.Series


@dataclass(frozen=True)
class _Catchments:
    """Decay-weighted residents: (P, K) per neighbourhood of known shares, (P,) of unknown, with their unevenness."""

    known: Floats
    unknown: Floats
    loading: Floats


def uncertainty(
    distance_m: Floats,
    half_distance_m: Floats,
    population: pd.DataFrame,
    neighbourhoods: pd.DataFrame,
    category: pd.Series,
    params: UncertaintyParams | None = None,
) -> Uncertainty:
    """Intervals and stability of rank for places that share a travel mode.

    Parameters
    ----------
    distance_m
        (P, B) metres along the network; ∞ not reached, NaN not on the network.
    half_distance_m
        (P,) metres.
    population
        Index `pc6` (B rows): `residents`, `neighbourhood_code`.
    neighbourhoods
        Index `code`: `share_low`, `share_middle`, `share_high`, `shares_year` (missing where not published).
    category
        Index `place_id` (P rows): whose places are ranked among each other.
    params
        What is uncertain; the defaults are those of docs/uncertainty.md.

    Returns
    -------
    Uncertainty
        Tables indexed as `category` is. The same inputs and parameters give the same tables.
    """
    params = params or UncertaintyParams()
    residents = residents_of(population, neighbourhoods)
    point = measure(distance_m, half_distance_m, residents, 0.0, category.index)[list(MEASURES)]
    belongs, unknown, shares, years = _neighbourhoods(population, neighbourhoods, params.year)
    draws = draw_shares(shares, belongs.sum(axis=0), years, params.draws, params.seed, params.drift, params.parts)
    totals = np.einsum("k,dkg->dg", belongs.sum(axis=0), draws.whole)

    factors = {1.0, *params.half_distance_factors}
    catchments = {f: _catchments(weights(distance_m, half_distance_m[:, None] * f), belongs, unknown) for f in factors}
    scenarios: list[int | None] = [None]
    if params.unknown_bounds and unknown.any():
        scenarios += [mixing.LOW, mixing.MIDDLE, mixing.HIGH]
    spans = (params.half_distance_factors, (1.0,))
    ends: list[list[dict[str, Floats]]] = [[], []]
    drawn_bridge = np.empty((0, 0))
    for all_in in scenarios:  # one scenario in memory at a time
        sampled = {
            factor: _sample(catchments[factor], draws, totals, float(unknown.sum()), all_in) for factor in factors
        }
        made = {span: _ends([sampled[factor] for factor in span], params.level) for span in sorted(set(spans))}
        for span, found in zip(spans, ends, strict=True):
            found.append(made[span])
        if all_in is None:
            drawn_bridge = sampled[1.0]["bridge"]

    at_factors = [
        measure(distance_m, half_distance_m * factor, residents, 0.0, category.index)["bridge"].to_numpy(dtype=float)
        for factor in params.stable_factors
    ]
    own = point["bridge"].to_numpy(dtype=float)
    share, stable = _rank_stability(own, drawn_bridge, at_factors, category, params.stable_in)
    return Uncertainty(_intervals(point, ends[0]), _intervals(point, ends[1]), stable, share)


def change_without(
    distance_m: Floats,
    half_distance_m: Floats,
    population: pd.DataFrame,
    neighbourhoods: pd.DataFrame,
    leave_out: pd.Series,
    limit_m: float,
    index: pd.Index[str],
) -> pd.DataFrame:
    """What the measures would change by if the residents of some neighbourhoods were not counted.

    Meant for `neighbourhoods["student_area"]`: student rooms count as households of low income. Both the places and
    the municipality they are compared with are measured anew.

    Parameters
    ----------
    distance_m, half_distance_m, population, neighbourhoods, limit_m, index
        As for `trefpunt.metrics.places.measure` and `residents_of`.
    leave_out
        Index `code`, bool: whose residents to leave out.

    Returns
    -------
    pandas.DataFrame
        Every column of `measure` with `_change` after its name: without minus with. Missing where either is.
    """
    everybody = residents_of(population, neighbourhoods)
    out = leave_out.reindex(population["neighbourhood_code"]).fillna(False).to_numpy(dtype=bool)
    rest = Residents(np.where(out, 0.0, everybody.count), everybody.shares)
    before, after = (measure(distance_m, half_distance_m, who, limit_m, index) for who in (everybody, rest))
    return (after - before).add_suffix("_change")


def _neighbourhoods(
    population: pd.DataFrame, neighbourhoods: pd.DataFrame, year: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Residents (B, K) by neighbourhood of known shares, (B,) unknown ones, and shares (K, 3) and their age (K,)."""
    columns = [f"share_{group}" for group in mixing.GROUPS]
    known = neighbourhoods[neighbourhoods[columns].notna().all(axis=1)].sort_index()
    count = population["residents"].to_numpy(dtype=float)
    at = known.index.get_indexer(pd.Index(population["neighbourhood_code"]))
    belongs = np.zeros((len(count), len(known)))
    rows = np.flatnonzero(at >= 0)
    belongs[rows, at[rows]] = count[rows]
    age = np.maximum(year - known["shares_year"].to_numpy(dtype=float), 0.0)
    return belongs, np.where(at < 0, count, 0.0), known[columns].to_numpy(dtype=float), age


def _catchments(weight: Floats, belongs: Floats, unknown: Floats) -> _Catchments:
    """Sum weights (P, B) over the postcodes of each neighbourhood.

    By Cauchy–Schwarz, the mean of any pattern over a weighted part of a neighbourhood lies at most cv standard
    deviations of the pattern from its plain mean, cv being the coefficient of variation of the weights: a place that
    draws evenly on a whole neighbourhood meets its mean, one that draws on a corner may not.
    """
    off = np.isnan(weight).all(axis=1)
    weight = np.nan_to_num(weight, nan=0.0)
    known = weight @ belongs
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (weight**2 @ belongs) * belongs.sum(axis=0) / known**2
    cv = np.sqrt(np.maximum(np.nan_to_num(ratio, nan=1.0, posinf=1.0) - 1.0, 0.0))
    known[off] = np.nan
    return _Catchments(known, np.where(off, np.nan, weight @ unknown), np.minimum(cv / PART_CV, 1.0))


def _sample(
    catchments: _Catchments, draws: ShareDraws, totals: Floats, unknown: float, all_in: int | None
) -> dict[str, Floats]:
    """Measures (P, D) in every draw; residents of unknown groups left out, or all in one group."""
    count, areas = len(catchments.known), draws.whole.shape[1]

    def carry(known: Floats, shares: Floats) -> Floats:
        flat = known @ shares.transpose(1, 0, 2).reshape(areas, 3 * len(shares))
        return np.asarray(flat.reshape(count, len(shares), 3))

    groups = carry(catchments.known * (1.0 - catchments.loading), draws.whole)
    groups += carry(catchments.known * catchments.loading, draws.part)
    if all_in is not None:
        groups[..., all_in] += catchments.unknown[:, None]
        totals = totals + unknown * (np.arange(3) == all_in)
    place, city = mixing.shares(groups), mixing.shares(totals)
    encounter = mixing.encounter(place)
    reach = catchments.known.sum(axis=1) + catchments.unknown
    with np.errstate(divide="ignore", invalid="ignore"):
        # Shares of the municipality first, since its totals differ by draw. A part that is nearly the whole of a
        # neighbourhood could be drawn with more of a group than there are: not above 1.
        of_city, ratio = np.minimum(groups / totals, 1.0), encounter / mixing.encounter(city)
    return {
        "reach": np.repeat(reach[:, None], len(totals), axis=1),
        **{f"share_{name}": place[..., g] for g, name in enumerate(mixing.GROUPS)},
        "mixing": mixing.mixing(place, city),
        "encounter": encounter,
        "encounter_ratio": ratio,
        "bridge": mixing.bridge(of_city.reshape(-1, 3), np.ones(3)).reshape(count, -1),
    }


def _ends(samples: list[dict[str, Floats]], level: float) -> dict[str, Floats]:
    """(2, P) ends of the interval of each measure, over the draws of several half-distances."""
    return {name: _quantiles(np.concatenate([one[name] for one in samples], axis=1), level) for name in MEASURES}


def _intervals(point: pd.DataFrame, scenarios: list[dict[str, Floats]]) -> pd.DataFrame:
    """From the lowest lower to the highest upper end of the scenarios, stretched to hold the point estimate."""
    columns: dict[str, Floats] = {}
    for name in MEASURES:
        value = point[name].to_numpy(dtype=float)
        lower = np.fmin.reduce([value, *(ends[name][0] for ends in scenarios)])
        upper = np.fmax.reduce([value, *(ends[name][1] for ends in scenarios)])
        columns[f"{name}_lower"] = np.where(np.isnan(value), np.nan, lower)
        columns[f"{name}_upper"] = np.where(np.isnan(value), np.nan, upper)
    return pd.DataFrame(columns, index=point.index)


def _quantiles(samples: Floats, level: float) -> Floats:
    """(2, P) ends of the central interval of each row; over what is not missing."""
    ends = [(1.0 - level) / 2, (1.0 + level) / 2]
    holes = np.isnan(samples).any(axis=1)
    result = np.full((2, len(samples)), np.nan)
    result[:, ~holes] = np.quantile(samples[~holes], ends, axis=1)
    for row in np.flatnonzero(holes & ~np.isnan(samples).all(axis=1)):
        result[:, row] = np.nanquantile(samples[row], ends)
    return result


def thirds(value: Floats) -> NDArray[np.int64]:
    """Which third of the column each value is in: 0 the lowest, 2 the highest; equal values together.

    Parameters
    ----------
    value
        (n,) or (n, D), nothing missing.
    """
    # Not by scipy.stats: that takes half a second to import, and a third more to clean up after each run of a page.
    rank = pd.DataFrame(value).rank(axis=0).to_numpy().reshape(np.shape(value))
    return np.asarray(np.floor(3.0 * (rank - 0.5) / len(value)), dtype=np.int64)


def _rank_stability(
    point: Floats, drawn: Floats, at_factors: list[Floats], category: pd.Series, stable_in: float
) -> tuple[pd.Series, pd.Series]:
    """Share of the draws in the same third, and whether the rank is stable; nobody reached ranks as a bridge of 0."""
    share = pd.Series(np.nan, index=category.index, name="rank_share")
    stable = pd.Series(pd.NA, index=category.index, dtype="boolean", name="rank_stable")
    for name in category.unique():
        rows = np.flatnonzero((category == name).to_numpy() & ~np.isnan(point))
        if len(rows) < MIN_TO_RANK:
            continue
        own = thirds(point[rows])
        same = (thirds(np.nan_to_num(drawn[rows])) == own[:, None]).mean(axis=1)
        keeps = np.all([thirds(np.nan_to_num(other[rows])) == own for other in at_factors], axis=0)
        share.iloc[rows] = same
        stable.iloc[rows] = (same >= stable_in) & keeps
    return share, stable
