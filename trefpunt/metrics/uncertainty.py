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

from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.places import Residents, measure, residents_of
from trefpunt.metrics.share_scenarios import (
    ShareScenarios,
    Treatment,
    UncertaintyParams,
    carry,
    carry_parts,
    interval,
    share_scenarios,
)

Floats = NDArray[np.float64]

MEASURES = ("reach", "share_low", "share_middle", "share_high", "mixing", "encounter", "encounter_ratio", "bridge")
"""What gets an interval; `residents_within` is a count and depends on none of the four sources."""

MIN_TO_RANK = 3
"""A category with fewer measured places has no thirds."""


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
    """Decay-weighted residents (P, A) per area of `ShareScenarios`, NaN off the network, and their unevenness."""

    residents: Floats
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
    people = share_scenarios(population, neighbourhoods, params)
    everybody = people.per_area(np.ones((1, len(population))))
    factors = {1.0, *params.half_distance_factors}
    catchments = {f: _catchments(weights(distance_m, half_distance_m[:, None] * f), people) for f in factors}
    spans = (params.half_distance_factors, (1.0,))
    values = {name: point[name].to_numpy(dtype=float) for name in MEASURES}
    ends = {span: {name: np.tile(value, (2, 1)) for name, value in values.items()} for span in spans}
    drawn_bridge = np.empty((0, 0))
    for treatment in people.treatments:  # one in memory at a time
        totals = carry(everybody, treatment.whole)[0]
        sampled = {factor: _sample(found, treatment, totals) for factor, found in catchments.items()}
        for span, kept in ends.items():
            for name, value in values.items():
                drawn = np.concatenate([sampled[factor][name] for factor in span], axis=1)
                lower, upper = interval(value, [drawn], params.level)
                kept[name] = np.stack([np.fmin(kept[name][0], lower), np.fmax(kept[name][1], upper)])
        if not treatment.counts_unknown:
            drawn_bridge = sampled[1.0]["bridge"]

    at_factors = [
        measure(distance_m, half_distance_m * factor, residents, 0.0, category.index)["bridge"].to_numpy(dtype=float)
        for factor in params.stable_factors
    ]
    share, stable = _rank_stability(values["bridge"], drawn_bridge, at_factors, category, params.stable_in)
    everything, given = (_table(ends[span], category.index) for span in spans)
    return Uncertainty(everything, given, stable, share)


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


def _catchments(weight: Floats, people: ShareScenarios) -> _Catchments:
    """Sum weights (P, B) over the postcodes of each area."""
    off = np.isnan(weight).all(axis=1)
    weight = np.nan_to_num(weight, nan=0.0)
    residents = people.per_area(weight)
    residents[off] = np.nan
    return _Catchments(residents, people.part_loading(weight))


def _sample(catchments: _Catchments, treatment: Treatment, totals: Floats) -> dict[str, Floats]:
    """Measures (P, D) in every draw, against the municipality's totals (D, 3) in it."""
    groups = carry_parts(catchments.residents, catchments.loading, treatment)
    place, city = mixing.shares(groups), mixing.shares(totals)
    encounter = mixing.encounter(place)
    reach = catchments.residents.sum(axis=1)
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
        "bridge": mixing.bridge(of_city.reshape(-1, 3), np.ones(3)).reshape(of_city.shape[:2]),
    }


def _table(ends: dict[str, Floats], index: pd.Index[str]) -> pd.DataFrame:
    columns = {f"{name}_{end}": ends[name][i] for name in MEASURES for i, end in enumerate(("lower", "upper"))}
    return pd.DataFrame(columns, index=index)


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
