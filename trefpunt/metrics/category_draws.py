"""The measures of a category in every draw of the group shares: bridging index, access, encounter, cost of closing.

All are functions of residents per group that are sums over neighbourhoods, so the postcodes are summed once and the
draws cost little (`trefpunt.metrics.share_scenarios`). Names below: P places, B postcodes, A areas, D draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trefpunt.metrics.closing import Catchments, pairs, rate_change, two_best, visit_rate
from trefpunt.metrics.mixing import HIGH, LOW, MIDDLE
from trefpunt.metrics.nearest import NOWHERE
from trefpunt.metrics.share_scenarios import ShareScenarios, Treatment, carry, carry_parts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ENDS = [LOW, HIGH]


@dataclass(frozen=True)
class Sortings:
    """S ways to sort residents over places, as far as the bridging index needs them.

    BI = Σ_k n_k het_k / (N het_all), and Σ_k n_k het_k = N − Σ_g π_g' A π_g with A = Σ_k c_k c_k' / n_k, c_k holding
    the residents of each area who go to place k: a quadratic form in the group shares π_g of the areas.

    Attributes
    ----------
    form
        (S, A, A).
    everybody
        (S, A) residents who reach a place.
    effective
        (S,) effective number of places, N² / Σ_k n_k²; NaN where nobody reaches any.
    """

    form: Floats
    everybody: Floats
    effective: Floats


def sortings(goes_to: Ints, scenarios: ShareScenarios) -> tuple[Sortings, Sortings]:
    """Sum up where residents go, without and with those of unknown groups.

    Parameters
    ----------
    goes_to
        (S, B) number of the place that each postcode goes to, ≥ 0; `NOWHERE` is left out.
    scenarios
        For the same postcodes.
    """
    areas = scenarios.areas
    places = int(goes_to.max(initial=NOWHERE)) + 1
    both = [
        Sortings(np.zeros((len(goes_to), areas, areas)), np.zeros((len(goes_to), areas)), np.zeros(len(goes_to)))
        for _ in range(2)
    ]
    for row, to in enumerate(goes_to):
        used = to != NOWHERE
        cell = to[used] * areas + scenarios.area[used]
        counts = np.bincount(cell, scenarios.count[used], minlength=places * areas).reshape(places, areas)
        known = counts.copy()
        known[:, -1] = 0.0
        for result, c in zip(both, (known, counts), strict=True):
            visitors = c.sum(axis=1)
            c, visitors = c[visitors > 0], visitors[visitors > 0]
            result.form[row] = (c / visitors[:, None]).T @ c
            result.everybody[row] = c.sum(axis=0)
            result.effective[row] = visitors.sum() ** 2 / (visitors**2).sum() if len(visitors) else np.nan
    return both[0], both[1]


def bridging_indices(sorted_over: Sortings, shares: Floats) -> Floats:
    """Bridging index of each sorting in each draw: (S,) sortings with (D, A, 3) shares → (S, D); NaN as ever."""
    draws, areas, groups = shares.shape
    flat = shares.transpose(1, 0, 2).reshape(areas, draws * groups)
    within = ((sorted_over.form @ flat) * flat).sum(axis=1).reshape(-1, draws, groups).sum(axis=2)
    totals = (sorted_over.everybody @ flat).reshape(-1, draws, groups)
    everybody = totals.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = everybody - (totals**2).sum(axis=2) / everybody
        # Rounding leaves a residue where all are of one group.
        return np.asarray(np.where(scale > 1e-9 * everybody, (everybody - within) / scale, np.nan))


def mean_index(sorted_over: Sortings, shares: Floats) -> Floats:
    """(D,) mean over the sortings of `bridging_indices`.

    Sets that reach the same residents, nearly always all, share their denominator: their forms are averaged first.
    """
    same, member, times = np.unique(sorted_over.everybody, axis=0, return_inverse=True, return_counts=True)
    forms = [sorted_over.form[member.reshape(-1) == one].mean(axis=0) for one in range(len(same))]
    found = bridging_indices(Sortings(np.stack(forms), same, np.full(len(same), np.nan)), shares)
    return np.asarray(times @ found / times.sum())


@dataclass(frozen=True)
class _Fields:
    """Weights summed per area, once for all draws."""

    best: Floats
    best_loading: Floats
    lost: Floats
    lost_loading: Floats
    everybody: Floats
    visits: Floats
    visits_gained: Floats


def _fields(c: Catchments, scenarios: ShareScenarios) -> _Fields:
    best, second = two_best(c.weight)
    places = len(c.weight)
    nearest = c.weight.argmax(axis=0)
    lost = np.where(nearest == np.arange(places)[:, None], best - second, 0.0)
    change = rate_change(c.weight) * scenarios.count
    gained = np.zeros((places, places, scenarios.areas))
    for area in range(scenarios.areas):
        here = scenarios.area == area
        gained[..., area] = change[:, here] @ c.weight[:, here].T
    return _Fields(
        scenarios.per_area(best[None]),
        scenarios.part_loading(best[None]),
        scenarios.per_area(lost),
        scenarios.part_loading(lost),
        scenarios.per_area(c.on_network[None].astype(float)),
        scenarios.per_area(c.weight * visit_rate(c.weight)),
        gained,
    )


def _in_draws(fields: _Fields, treatment: Treatment) -> dict[str, Floats]:
    totals = carry(fields.everybody, treatment.whole)
    now = np.minimum(carry_parts(fields.best, fields.best_loading, treatment), totals)
    lost = np.minimum(carry_parts(fields.lost, fields.lost_loading, treatment), now)
    visits = carry(fields.visits, treatment.whole)
    met = pairs(visits).sum(axis=0)
    without = np.empty((len(visits), totals.shape[1]))
    for closed, gained in enumerate(fields.visits_gained):
        after = pairs(visits + carry(gained, treatment.whole))
        without[closed] = after.sum(axis=0) - after[closed]
    with np.errstate(divide="ignore", invalid="ignore"):
        access, left = now / totals, (now - lost) / totals
        everybody = totals.sum(axis=2)
        bridge = access[..., _ENDS].min(axis=2)
        return {
            "access_low": access[..., LOW],
            "access_middle": access[..., MIDDLE],
            "access_high": access[..., HIGH],
            "bridge": bridge,
            "encounter": met / everybody,
            "bridge_loss": bridge - left[..., _ENDS].min(axis=2),
            "encounter_loss": (met - without) / everybody,
        }


def access_draws(c: Catchments, scenarios: ShareScenarios) -> list[dict[str, Floats]]:
    """Access, encounter and cost of closing of a category in every draw.

    Access, bridge and `bridge_loss` take an uneven part of each neighbourhood, which may differ from its mean: in them
    the draws of parts count. Encounter sorts all residents over the places, so that the deviations of the parts of a
    neighbourhood would have to cancel; one draw per neighbourhood cannot do that, and parts are left out there.

    Parameters
    ----------
    c
        From `trefpunt.metrics.closing.prepare`; at least one place.
    scenarios
        For the same postcodes.

    Returns
    -------
    list
        Per treatment: `access_low`, `access_middle`, `access_high`, `bridge`, `encounter` (1, D) and `bridge_loss`,
        `encounter_loss` (P on the network, D).
    """
    fields = _fields(c, scenarios)
    return [_in_draws(fields, treatment) for treatment in scenarios.treatments]
