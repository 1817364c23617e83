"""What the places of a category already offer to each postcode, and who could gain from one more.

Names below: B postcodes, A areas of `trefpunt.metrics.share_scenarios` (neighbourhoods of known shares, the last one
everybody else), D draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csgraph

from trefpunt.categories import SPEED_M_PER_MIN, load_categories
from trefpunt.errors import TrefpuntError, UnknownCodeError
from trefpunt.metrics.closing import CategoryAccess, category_access
from trefpunt.metrics.decay import weights
from trefpunt.metrics.mixing import HIGH, LOW
from trefpunt.metrics.places import minutes_to_metres
from trefpunt.metrics.setting import Setting
from trefpunt.metrics.share_draws import PART_CV
from trefpunt.metrics.share_scenarios import ShareScenarios, Treatment, carry
from trefpunt.scenarios.applying import rows_of
from trefpunt.scenarios.figures import People, category_rows, people_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ENDS = [LOW, HIGH]

MAX_MINUTES = 120.0


@dataclass(frozen=True, eq=False)
class Demand:
    """One category in one setting and one mode of travel.

    Attributes
    ----------
    category, mode
        Which, and how people travel there.
    half_m, limit_m
        Its half-distance, and what counts as within reach, metres.
    minutes
        The latter in minutes.
    nodes
        (B,) node of each postcode; missing off the network.
    nearest_m
        (B,) metres to the nearest place there is; ∞ where none is reached or the postcode is off the network.
    on
        (B,) whether the postcode is on the network.
    people
        Who lives there.
    places
        Places of the category on the network.
    now
        Access, bridge and encounter as they are.
    """

    category: str
    mode: str
    half_m: float
    limit_m: float
    minutes: float
    nodes: pd.Series
    nearest_m: Floats
    on: NDArray[np.bool_]
    people: People
    places: int
    now: CategoryAccess

    @property
    def draws(self) -> ShareScenarios:
        """What the group shares may be."""
        return self.people.draws

    @property
    def by_group(self) -> Floats:
        """(B, 3) residents of known group on the network; nobody elsewhere."""
        return np.asarray(np.nan_to_num(self.people.residents.by_group, nan=0.0) * self.on[:, None])

    @property
    def totals(self) -> Floats:
        """(3,) residents per group on the network: N_g."""
        return np.asarray(self.by_group.sum(axis=0))

    @property
    def members(self) -> Floats:
        """(B, A) residents of each postcode in its area: a field times this is a sum over residents per area."""
        found = np.zeros((len(self.on), self.draws.areas))
        found[np.arange(len(self.on)), self.draws.area] = self.draws.count
        return found

    def weight_now(self, factor: float = 1.0) -> Floats:
        """(B,) weight of the nearest place, at a factor of the half-distance; 0 where none is reached."""
        return np.asarray(weights(self.nearest_m, factor * self.half_m))

    def group_totals(self, treatment: Treatment) -> Floats:
        """(1, D, 3) residents per group on the network in every draw."""
        return carry(self.draws.per_area(self.on[None].astype(float)), treatment.whole)


def demand_of(setting: Setting, category: str, minutes: float, mode: str | None = None) -> Demand:
    """What a category offers now.

    Parameters
    ----------
    setting
        The municipality, changed by a scenario or not.
    category
        Of `trefpunt.categories`.
    minutes
        What counts as within reach.
    mode
        `walk`, `cycle`, or None for the category's own. In the other one the half-distance is that of equal minutes.

    Raises
    ------
    UnknownCodeError
        No such category.
    TrefpuntError
        The minutes are no number between 1 and 120, or there is no such mode.
    """
    kinds = load_categories()
    if category not in kinds:
        raise UnknownCodeError(str(category), "no such category", f"Use one of {', '.join(kinds)}.")
    if not 1 <= minutes <= MAX_MINUTES:
        raise TrefpuntError("minutes", f"{minutes} is not within 1 to {MAX_MINUTES:.0f}", "Ask for a walk or ride.")
    kind, people = kinds[category], people_of(setting)
    by = mode or kind.mode
    half = kind.half_distance(by)
    nodes = setting.population[f"{by}_node"]
    metres = rows_of(setting.distance, by, category_rows(setting, category))
    nearest = np.where(np.isnan(metres), np.inf, metres).min(axis=0, initial=np.inf)
    now = category_access(weights(metres, half), people.residents)
    limit, on = minutes_to_metres(minutes, by), nodes.notna().to_numpy()
    return Demand(category, by, half, limit, minutes, nodes, nearest, on, people, now.places, now)


def minutes_to_nearest(setting: Setting, demand: Demand, nodes: Ints) -> Floats:
    """(n,) from nodes to the nearest place of the category; ∞ where there is none."""
    places = setting.places[f"{demand.mode}_node"].iloc[category_rows(setting, demand.category)].dropna()
    if places.empty:
        return np.full(len(nodes), np.inf)
    matrix = setting.networks[demand.mode].matrix
    metres = csgraph.dijkstra(matrix, indices=np.unique(places.to_numpy(dtype=np.int64)), min_only=True)
    return np.asarray(metres[nodes] / SPEED_M_PER_MIN[demand.mode])


def loading(total: Floats, squares: Floats, everybody: Floats) -> Floats:
    """How far a weighted part of each area may lie from its mean, as `ShareScenarios.part_loading`, from sums.

    Parameters
    ----------
    total, squares
        (n, A) sums over the residents of the weights and of their squares.
    everybody
        (A,) residents.
    """
    ratio = np.divide(squares * everybody, total**2, out=np.ones_like(total), where=total > 0)
    return np.asarray(np.minimum(np.sqrt(np.maximum(ratio - 1.0, 0.0)) / PART_CV, 1.0))
