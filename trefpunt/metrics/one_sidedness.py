"""One-sidedness of the living environment: measure 7 of docs/method.md.

A location (PC6) has an environment of neighbours and one of places within reach. It is one-sidedly low when low-welfare
residents are over-represented there and high-welfare residents under-represented, both by a factor in odds; and
one-sidedly high the other way round. An indication of this project's own making; it is not the measure of the SCP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from trefpunt.errors import TrefpuntError
from trefpunt.metrics.decay import weights
from trefpunt.metrics.mixing import HIGH, LOW, shares
from trefpunt.metrics.places import Residents

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEIGHBOUR_HALF_DISTANCE_M = 300.0
"""On foot; neighbours count up to four times this, 1,200 m. An assumption."""

FACTOR = 2.0
"""Twice the odds of low and half the odds of high, or the reverse. An assumption: look at the curve."""

FACTORS = (1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)

STATUSES = ("low", "high", "neither", "none", "unknown")
"""What a location can be; exactly one holds (see `classify`)."""

_ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Environment:
    """Group shares around locations, and between which bounds they lie.

    Attributes
    ----------
    shares
        (B, 3) low, middle, high, over residents of known group; NaN where there are none.
    if_low, if_high
        (B, 3) the same if all residents of unknown group were low, and if all were high. Between these lies whatever
        is true; NaN where nobody is there at all.
    empty
        (B,) on the network, and nobody (no place) is within reach: nothing to judge, which is not the same as unknown.
    """

    shares: Floats
    if_low: Floats
    if_high: Floats
    empty: Bools


def _scenarios(residents: Residents) -> Floats:
    """(B, 9) residents per group: the unknown left out, all low, all high."""
    known = np.nan_to_num(residents.by_group, nan=0.0)
    unknown = np.where(np.isnan(residents.shares).any(axis=1), residents.count, 0.0)
    return np.hstack([known, known + unknown[:, None] * np.eye(3)[LOW], known + unknown[:, None] * np.eye(3)[HIGH]])


def neighbours(
    distance_m: Floats, residents: Residents, half_distance_m: float = NEIGHBOUR_HALF_DISTANCE_M
) -> Environment:
    """Neighbours of each location: residents weighted by walking distance, those of the location itself included.

    Parameters
    ----------
    distance_m
        (K, B) metres on foot from the locations to all postcodes (0 to itself); ∞ beyond reach, NaN off the network.
        Locations may be done in parts.
    residents
        Who lives where (B).
    half_distance_m
        At which a neighbour counts half; the cut-off is four times as far.

    Returns
    -------
    Environment
        For the K locations.
    """
    people = _scenarios(residents)
    total = np.empty((len(distance_m), people.shape[1]))
    for at in range(0, len(distance_m), _ROWS_AT_ONCE):
        part = slice(at, at + _ROWS_AT_ONCE)
        total[part] = np.nan_to_num(weights(distance_m[part], half_distance_m), nan=0.0) @ people
    off: Bools = np.asarray(np.isnan(distance_m).all(axis=1))
    total[off] = np.nan
    known, if_low, if_high = (shares(total[:, at : at + 3]) for at in (0, 3, 6))
    return Environment(known, if_low, if_high, empty=np.asarray(~off & np.isnan(if_low).any(axis=1)))


def places_within_reach(weight: Floats, residents: Residents) -> Environment:
    """Places of one category around each location: the shares s_pg of their reach, weighted by the same decay.

    Parameters
    ----------
    weight
        (P, B) decay weights in the category's own mode; NaN where place or location is not on the network.
    residents
        Who lives where (B).

    Returns
    -------
    Environment
        For the B locations. All missing when the category has no place on the network: not known is not empty.
    """
    pull = np.nan_to_num(weight, nan=0.0)
    drawn = pull @ _scenarios(residents)
    around = [mean_share(pull, shares(drawn[:, at : at + 3])) for at in (0, 3, 6)]
    on_network = ~np.isnan(weight).all(axis=0) if len(weight) else np.zeros(weight.shape[1], dtype=bool)
    return Environment(around[0], around[1], around[2], empty=np.asarray(on_network & np.isnan(around[1]).any(axis=1)))


def mean_share(pull: Floats, place_shares: Floats) -> Floats:
    """Mean of the places' shares around each location, by decay weight; places without shares left out.

    Parameters
    ----------
    pull
        (P, B) decay weights, nothing missing.
    place_shares
        (P, G) shares of each place's reach; a row of NaN where it reaches nobody.

    Returns
    -------
    numpy.ndarray
        (B, G); NaN where no place with shares is within reach.
    """
    known: Bools = np.asarray(~np.isnan(place_shares).any(axis=1))
    return _divide(pull[known].T @ place_shares[known], pull[known].sum(axis=0))


def _divide(total: Floats, count: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(count[:, None] > 0, total / count[:, None], np.nan))


def over_categories(environments: Sequence[Environment]) -> Environment:
    """One environment of places from those per category: each category within reach counts equally.

    Not each place: whether a street has one café or eight, and whether every playground is mapped, says little about
    whom residents could meet at school. Categories without a place within reach are left out.

    Raises
    ------
    TrefpuntError
        No category is given.
    """
    if not environments:
        raise TrefpuntError("environment of places", "no category is given", "Give at least one category.")
    if_low = mean_of_categories([e.if_low for e in environments])
    nothing = np.isnan(if_low).any(axis=1)
    return Environment(
        shares=mean_of_categories([e.shares for e in environments]),
        if_low=if_low,
        if_high=mean_of_categories([e.if_high for e in environments]),
        empty=nothing & np.any([e.empty for e in environments], axis=0),
    )


def mean_of_categories(around: Sequence[Floats]) -> Floats:
    """Plain mean over categories of (B, G) shares; a category that is NaN at a location is left out there."""
    stack = np.stack(around)
    known: Bools = np.asarray(~np.isnan(stack).any(axis=2))
    return _divide(np.where(known[..., None], stack, 0.0).sum(axis=0), known.sum(axis=0).astype(float))


def largest_factor(over: Floats, under: Floats, expected_over: ArrayLike, expected_under: ArrayLike) -> Floats:
    """Up to which factor k shares are one-sided: min(odds(s_o) / odds(P_o), odds(P_u) / odds(s_u)).

    Parameters
    ----------
    over, under
        Shares of the group that is to be over-represented, and of the one that is to be under-represented; any shape.
    expected_over, expected_under
        The shares to compare these with, between 0 and 1; they broadcast against the first two.

    Returns
    -------
    numpy.ndarray
        0 to ∞ (nobody of the one, or nobody but the other); NaN where a share is.
    """
    p, q = np.asarray(expected_over, dtype=float), np.asarray(expected_under, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        # A share may be 1 and a last digit: then nobody else is there.
        more = over * ((1 - p) / p) / np.maximum(1 - over, 0.0)
        less = (1 - under) * (q / (1 - q)) / under
    return np.asarray(np.minimum(more, less))


def one_sided(group_shares: Floats, reference: ArrayLike, factor: float = FACTOR) -> tuple[Bools, Bools]:
    """Whether shares are one-sidedly low, and whether one-sidedly high.

    Low: odds(s_L) ≥ k odds(P_L) and odds(s_H) ≤ odds(P_H) / k, with odds(s) = s / (1 − s). High: mirrored.
    In odds and not in shares, because twice a share of 54 % does not exist while twice its odds always does.

    Parameters
    ----------
    group_shares
        (…, 3) low, middle, high; NaN is neither.
    reference
        (3,) the shares to compare with: of the municipality, or of the country.
    factor
        k, above 1.

    Returns
    -------
    tuple
        (…,) low and (…,) high; never both.

    Raises
    ------
    TrefpuntError
        The factor is not above 1, or the reference does not have both groups and others.
    """
    expected = np.asarray(reference, dtype=float)
    faults = []
    if not (np.isfinite(factor) and factor > 1):
        faults.append(f"the factor is {factor}, but must be a number above 1")
    if not ((expected[[LOW, HIGH]] > 0) & (expected[[LOW, HIGH]] < 1)).all():
        faults.append(f"the shares to compare with are {expected.tolist()}, but low and high must lie between 0 and 1")
    if faults:
        raise TrefpuntError("one-sidedness", faults, "Give a factor of, say, 2 and a mix that has low and high in it.")

    low, high = group_shares[..., LOW], group_shares[..., HIGH]
    return (
        np.asarray(largest_factor(low, high, expected[LOW], expected[HIGH]) >= factor),
        np.asarray(largest_factor(high, low, expected[HIGH], expected[LOW]) >= factor),
    )


def classify(
    environment: Environment, reference: ArrayLike, index: pd.Index[str], factor: float = FACTOR
) -> pd.DataFrame:
    """Sort locations by the one-sidedness of their environment, where that can be told.

    Parameters
    ----------
    environment
        Of B locations.
    reference
        (3,) the shares to compare with; they are taken as given (residents of unknown group are not in them).
    index
        (B,) postcodes.
    factor
        k of `one_sided`.

    Returns
    -------
    pandas.DataFrame
        Booleans. Exactly one of the first five holds: `low`, `high`, `neither` (certain, whichever groups the residents
        of unknown group belong to), `none` (nothing within reach), `unknown` (not on the network, or it depends on
        residents of unknown group). And `low_possible`, `high_possible`: it is so, or may be.
    """
    # Unknown residents who are all high make 'low' hardest to meet; if it holds then, it always holds.
    low, high_possible = one_sided(environment.if_high, reference, factor)
    low_possible, high = one_sided(environment.if_low, reference, factor)
    missing = np.isnan(environment.if_low).any(axis=1)
    lost = missing & ~environment.empty
    low_possible, high_possible = low_possible | lost, high_possible | lost
    neither = ~missing & ~low_possible & ~high_possible
    none = missing & environment.empty
    return pd.DataFrame(
        {
            "low": low,
            "high": high,
            "neither": neither,
            "none": none,
            "unknown": ~(low | high | neither | none),
            "low_possible": low_possible,
            "high_possible": high_possible,
        },
        index=index,
    )


def by_area(sides: pd.DataFrame, residents: Floats, area: Sequence[str], codes: pd.Index[str]) -> pd.DataFrame:
    """Residents by the one-sidedness of their location, summed per neighbourhood or district.

    All residents of a location count, also those whose own group is not known.

    Parameters
    ----------
    sides
        From `classify` (B).
    residents
        (B,) residents per postcode.
    area
        (B,) code of the area of each postcode.
    codes
        Areas of the answer, in their order.

    Returns
    -------
    pandas.DataFrame
        Index `codes`: `residents`; residents per status (`low`, `high`, `neither`, `none`, `unknown`) and at most
        (`low_possible`, `high_possible`; at least is `low` and `high`); `share_low`, `share_high` and at most
        `share_low_possible`, `share_high_possible`, of all residents; `share_one_sided`, of residents whose location
        is low, high or neither; `most_one_sided`: that share is above one half; `most_certain`: and what is unknown
        cannot change that. Nobody counted: 0 residents, shares and verdict missing.
    """
    counted = sides.mul(residents, axis=0).assign(residents=residents)
    total = counted.groupby(pd.Index(area)).sum().reindex(codes, fill_value=0.0)
    table = verdict(total[["residents", *STATUSES]])
    for name in ("low_possible", "high_possible"):
        table[name] = total[name]
        table[f"share_{name}"] = total[name] / total["residents"].where(total["residents"] > 0)
    return table


def verdict(counts: pd.DataFrame) -> pd.DataFrame:
    """Shares of residents per area, and whether most of them have a one-sided environment.

    Parameters
    ----------
    counts
        One row an area: `residents`, and of these those per status of `STATUSES`.

    Returns
    -------
    pandas.DataFrame
        The same with `share_low`, `share_high`, `share_one_sided`, `most_one_sided`, `most_certain` of `by_area`.
    """
    table = counts.copy()
    anybody = counts["residents"].where(counts["residents"] > 0)
    for name in ("low", "high"):
        table[f"share_{name}"] = counts[name] / anybody
    one_sided_now = counts["low"] + counts["high"]
    known = one_sided_now + counts["neither"]
    share = one_sided_now / known.where(known > 0)
    table["share_one_sided"] = share
    table["most_one_sided"] = (share > 0.5).astype("boolean").mask(share.isna())
    all_known = known + counts["unknown"]
    certain = (one_sided_now > all_known / 2) | (one_sided_now + counts["unknown"] <= all_known / 2)
    table["most_certain"] = certain.astype("boolean").mask(share.isna())
    return table


def factor_curve(
    environment: Environment, reference: ArrayLike, residents: Floats, factors: Sequence[float] = FACTORS
) -> pd.DataFrame:
    """Residents of the municipality by the one-sidedness of their location, for a range of factors.

    Returns
    -------
    pandas.DataFrame
        Index `factor`: residents `low`, `high`, `neither`, `none`, `unknown`, `low_possible`, `high_possible`.
    """
    index = pd.RangeIndex(len(residents)).astype(str)
    rows = [classify(environment, reference, index, factor).mul(residents, axis=0).sum() for factor in factors]
    return pd.DataFrame(rows, index=pd.Index(factors, name="factor"))
