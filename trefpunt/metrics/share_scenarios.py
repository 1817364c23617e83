"""Draws of group shares, ready for any measure that is a sum over the residents of areas.

Such a measure needs its weights only per neighbourhood: they are summed once, and each draw of the shares costs one
product of small matrices. Residents of unknown groups form one more area, which each treatment gives other shares:
none (left out), or all of one group (docs/uncertainty.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trefpunt.errors import TrefpuntError
from trefpunt.metrics.mixing import GROUPS
from trefpunt.metrics.share_draws import DRIFT, PART_CV, PARTS, Drift, Parts, draw_shares

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
class Treatment:
    """Draws of shares with the residents of unknown groups treated in one way.

    Attributes
    ----------
    whole, part
        (D, A, 3) shares as in `trefpunt.metrics.share_draws.ShareDraws`; the last area holds the unknown.
    counts_unknown
        Whether the unknown count at all.
    """

    whole: Floats
    part: Floats
    counts_unknown: bool


@dataclass(frozen=True)
class ShareScenarios:
    """Who lives where by area, and what their group shares may be.

    Attributes
    ----------
    area
        (B,) area of each postcode, 0 … A−1; the last one holds all residents of unknown groups.
    count
        (B,) residents.
    point
        (1, A, 3) published shares; nobody of a known group in the last area.
    treatments
        The unknown left out first; then, if they are to widen the intervals, all low, all middle, all high.
    level
        Part of the draws that an interval holds.
    """

    area: Ints
    count: Floats
    point: Floats
    treatments: tuple[Treatment, ...]
    level: float

    @property
    def areas(self) -> int:
        """Number of areas A, that of the unknown included."""
        return int(self.point.shape[1])

    def per_area(self, field: Floats) -> Floats:
        """Sum of residents times a field, per area: (…, B) → (…, A)."""
        return np.asarray(field @ self._belongs)

    @cached_property
    def _belongs(self) -> Floats:
        """(B, A) residents of each postcode in the column of its area."""
        belongs = np.zeros((len(self.area), self.areas))
        belongs[np.arange(len(self.area)), self.area] = self.count
        return belongs

    def part_loading(self, field: Floats) -> Floats:
        """How far a weighted part of each area may lie from its mean: (n, B) weights ≥ 0 → (n, A), 0–1.

        The coefficient of variation of the weights over the residents, in units of the one that `Treatment.part` was
        drawn at. By Cauchy–Schwarz the mean of any pattern over a weighted part of an area lies at most that many
        standard deviations of the pattern from its plain mean: docs/uncertainty.md, 'Parts'.
        """
        total, everybody = self.per_area(field), self.per_area(np.ones(len(self.area)))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.per_area(field**2) * everybody / total**2
        cv = np.sqrt(np.maximum(np.nan_to_num(ratio, nan=1.0, posinf=1.0) - 1.0, 0.0))
        return np.minimum(cv / PART_CV, 1.0)


def share_scenarios(
    population: pd.DataFrame, neighbourhoods: pd.DataFrame, params: UncertaintyParams | None = None
) -> ShareScenarios:
    """Draw the group shares of a municipality.

    Parameters
    ----------
    population
        Index `pc6` (B rows): `residents`, `neighbourhood_code`.
    neighbourhoods
        Index `code`: `share_low`, `share_middle`, `share_high`, `shares_year` (missing where not published).
    params
        What is uncertain; half-distances and stable ranks play no part here.

    Returns
    -------
    ShareScenarios
        The same for the same tables and parameters.
    """
    params = params or UncertaintyParams()
    columns = [f"share_{group}" for group in GROUPS]
    known = neighbourhoods[neighbourhoods[columns].notna().all(axis=1)].sort_index()
    count = population["residents"].to_numpy(dtype=float)
    at = known.index.get_indexer(pd.Index(population["neighbourhood_code"]))
    area = np.where(at < 0, len(known), at)
    residents = np.bincount(area, count, minlength=len(known) + 1)[:-1].astype(float)
    shares = known[columns].to_numpy(dtype=float)
    years = np.maximum(params.year - known["shares_year"].to_numpy(dtype=float), 0.0)
    drawn = draw_shares(shares, residents, years, params.draws, params.seed, params.drift, params.parts)

    def with_unknown(draws: Floats, of_unknown: Floats) -> Floats:
        whole = np.concatenate([draws, np.broadcast_to(of_unknown, (len(draws), 1, len(GROUPS)))], axis=1)
        # In memory area by area, as `carry` multiplies them: it need not copy them each time.
        return np.ascontiguousarray(whole.transpose(1, 0, 2)).transpose(1, 0, 2)

    nobody = np.zeros(len(GROUPS))
    choices = [nobody]
    if params.unknown_bounds and count[at < 0].any():
        choices += list(np.eye(len(GROUPS)))
    treatments = tuple(
        Treatment(with_unknown(drawn.whole, one), with_unknown(drawn.part, one), bool(one.any())) for one in choices
    )
    return ShareScenarios(area, count, with_unknown(shares[None], nobody), treatments, params.level)


def carry(per_area: Floats, shares: Floats) -> Floats:
    """Residents per group in every draw: (n, A) with (D, A, 3) → (n, D, 3)."""
    draws, areas, groups = shares.shape
    flat = per_area @ shares.transpose(1, 0, 2).reshape(areas, draws * groups)
    return np.asarray(flat.reshape(len(per_area), draws, groups))


def carry_parts(per_area: Floats, loading: Floats, treatment: Treatment) -> Floats:
    """As `carry`, for weights that take an uneven part of an area: (n, A) with their `part_loading` → (n, D, 3)."""
    return carry(per_area * (1.0 - loading), treatment.whole) + carry(per_area * loading, treatment.part)


def interval(value: Floats, samples: list[Floats], level: float) -> Floats:
    """From the lowest lower to the highest upper end over the treatments, stretched to hold the value itself.

    Parameters
    ----------
    value
        (n,) point estimates.
    samples
        Per treatment (n, D).
    level
        Part of the draws between the ends, 0–1.

    Returns
    -------
    numpy.ndarray
        (2, n); missing where the value is. Draws that are missing are left out.
    """
    ends = [(1.0 - level) / 2, (1.0 + level) / 2]
    result = np.tile(value, (2, 1))
    there = ~np.isnan(value)
    for sample in samples:
        holes = np.isnan(sample).any(axis=1)
        whole = np.flatnonzero(there & ~holes)
        found = np.full((2, len(value)), np.nan)
        found[:, whole] = np.quantile(sample[whole], ends, axis=1)
        for row in np.flatnonzero(there & holes & ~np.isnan(sample).all(axis=1)):
            found[:, row] = np.nanquantile(sample[row], ends)
        result[0], result[1] = np.fmin(result[0], found[0]), np.fmax(result[1], found[1])
    return result
