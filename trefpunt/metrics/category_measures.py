"""Measure 5 for every category, and what closing each place would cost, with intervals (docs/method.md).

Intervals are 90 % intervals at each category's own mode and half-distance. They hold the years since the shares were
published and the residents of unknown groups; for access, bridge and `bridge_loss` also parts of a neighbourhood that
differ from its mean. Index and encounter sort all residents over places, where one draw per neighbourhood for its parts
has no meaning. Half-distances and the choice of the nearest place are assumptions outside the intervals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from trefpunt.categories import Category, load_categories
from trefpunt.metrics.bridging import bridging
from trefpunt.metrics.category_draws import Sortings, access_draws, bridging_indices, mean_index, sortings
from trefpunt.metrics.closing import category_access, closing, prepare
from trefpunt.metrics.decay import weights
from trefpunt.metrics.nearest import NOWHERE, nearest_place, random_assignments
from trefpunt.metrics.places import Residents
from trefpunt.metrics.setting import Setting
from trefpunt.metrics.share_scenarios import ShareScenarios, UncertaintyParams, interval, share_scenarios

Floats = NDArray[np.float64]

SETS = 60
"""Random sets of a size: the standard error of their mean is then 13 % of their standard deviation."""

PILOT_SETS = 15
"""Random sets from which the effective number of places of a size is known."""

INDEX_MEASURES = ("bridging_index", "excess", "excess_effective")
ACCESS_MEASURES = ("access_low", "access_middle", "access_high", "bridge", "encounter")
CLOSING_MEASURES = ("bridge_loss", "encounter_loss")


@dataclass(frozen=True)
class CategoryMeasures:
    """What the categories do, and what each place is worth to its category.

    Attributes
    ----------
    categories
        Index `category`, all there are, in alphabetical order: mode; `places`, `places_off_network`; the fields of
        `trefpunt.metrics.bridging.Bridging` (`index` as `bridging_index`); of
        `trefpunt.metrics.closing.CategoryAccess` access_low, access_middle, access_high, bridge, encounter and
        `matched_places` (the size of the random sets of `random_mean_effective`, 0 where there are none);
        `residents_beyond_reach` (`residents_unserved` there: no place within the cut-off); and
        `<measure>_lower`, `<measure>_upper` of `INDEX_MEASURES` and `ACCESS_MEASURES`. Missing where there are no
        places.
    closing
        Index `place_id`, in the order of the places: `bridge_loss`, `encounter_loss` with `_lower` and `_upper`, and
        `residents_left`, a count that no uncertainty of the shares touches.
    """

    categories: pd.DataFrame
    closing: pd.DataFrame


class RandomSets:
    """Random sets of places of one mode, by size; each size is made once."""

    def __init__(self, setting: Setting, scenarios: ShareScenarios, mode: str, sets: int, seed: int) -> None:
        self._network, self._targets = setting.networks[mode], setting.population[f"{mode}_node"]
        self._candidates = int(self._network.nodes["in_municipality"].sum())
        self._scenarios, self._sets, self._seed = scenarios, sets, seed
        self._made: dict[tuple[int, int], tuple[Sortings, Sortings]] = {}

    def of_size(self, places: int, sets: int | None = None) -> tuple[Sortings, Sortings]:
        """Without and with residents of unknown groups. Below 2 there is nothing to compare: nobody goes anywhere."""
        key = (places, sets or self._sets)
        if key not in self._made:
            goes_to = np.full((1, len(self._targets)), NOWHERE)
            if places > 1:
                goes_to = random_assignments(self._network, self._targets, places, draws=key[1], seed=self._seed)
            self._made[key] = sortings(goes_to, self._scenarios)
        return self._made[key]

    def size_for(self, effective: float) -> int:
        """Size at which random sets divide the residents over `effective` places on average; 0 if that is missing.

        Sizes are doubled until their mean effective number is above it, then interpolated between the logarithms.
        """
        if not effective >= 1.0:
            return 0
        size, reached = 1, 1.0
        if effective == reached:
            return size
        while 2 * size <= self._candidates:
            mean = float(self.of_size(2 * size, PILOT_SETS)[0].effective.mean())
            if mean >= effective:
                return round(size * math.exp2(math.log(effective / reached) / math.log(mean / reached)))
            size, reached = 2 * size, mean
        return size


def _with_ends(point: Mapping[str, float], samples: Mapping[str, list[Floats]], level: float) -> dict[str, float]:
    ends = {name: interval(np.array([point[name]]), drawn, level)[:, 0] for name, drawn in samples.items()}
    return {
        f"{name}_{end}": float(found[i]) for name, found in ends.items() for i, end in enumerate(("lower", "upper"))
    }


def _index(distance_m: Floats, residents: Residents, scenarios: ShareScenarios, random: RandomSets) -> dict[str, Any]:
    goes_to = nearest_place(distance_m)
    own = sortings(goes_to[None], scenarios)
    places = int((~np.isnan(distance_m).all(axis=1)).sum())
    matched = random.size_for(float(own[0].effective[0])) if places > 1 else 0
    equal, as_uneven = random.of_size(places), random.of_size(matched)
    compared = (bridging_indices(sets[0], scenarios.point)[:, 0] for sets in (equal, as_uneven))
    found = asdict(bridging(distance_m, residents, *compared))
    found["bridging_index"] = found.pop("index")
    samples: dict[str, list[Floats]] = {name: [] for name in INDEX_MEASURES}
    for treatment in scenarios.treatments:
        one, other, third = (
            mean_index(sets[int(treatment.counts_unknown)], treatment.whole) for sets in (own, equal, as_uneven)
        )
        for name, drawn in zip(INDEX_MEASURES, (one, one - other, one - third), strict=True):
            samples[name].append(drawn[None])
    return found | {"matched_places": matched} | _with_ends(found, samples, scenarios.level)


def _access(
    weight: Floats, residents: Residents, scenarios: ShareScenarios, index: pd.Index[str]
) -> tuple[dict[str, float], pd.DataFrame]:
    found = category_access(weight, residents)
    point = {name: getattr(found, name) for name in ACCESS_MEASURES}
    table = closing(weight, residents, index)
    catchments, on = prepare(weight, residents)
    drawn = access_draws(catchments, scenarios) if on.any() else []
    samples = {name: [one[name] for one in drawn] for name in ACCESS_MEASURES}
    facts = point | {"residents_beyond_reach": found.residents_unserved}
    for name in CLOSING_MEASURES:
        ends = np.full((2, len(index)), np.nan)
        ends[:, on] = interval(table[name].to_numpy()[on], [one[name] for one in drawn], scenarios.level)
        table[f"{name}_lower"], table[f"{name}_upper"] = ends
    return facts | _with_ends(point, samples, scenarios.level), table


def category_measures(
    setting: Setting,
    params: UncertaintyParams | None = None,
    *,
    sets: int = SETS,
    seed: int = 0,
    categories: Mapping[str, Category] | None = None,
) -> CategoryMeasures:
    """Bridging index, access and encounter of every category, and the cost of closing each place.

    Parameters
    ----------
    setting
        The municipality.
    params
        The draws of the shares; half-distances and ranks play no part.
    sets, seed
        How many random sets of places to compare with, and of which series.
    categories
        Which there are; those of the project if left out.

    Returns
    -------
    CategoryMeasures
        The same for the same setting and parameters.
    """
    categories = categories or load_categories()
    scenarios = share_scenarios(setting.population, setting.neighbourhoods, params)
    residents = setting.residents
    random = {mode: RandomSets(setting, scenarios, mode, sets, seed) for mode in setting.networks}
    rows: dict[str, dict[str, Any]] = {}
    tables = []
    # These products are too small to share: on a busy machine threads that wait for one another take far longer.
    with threadpool_limits(limits=1):
        for name in sorted(categories):
            mode, half = categories[name].mode, categories[name].half_distance_m
            member = (setting.places["category"] == name).to_numpy()
            distance = setting.distance[mode][member]
            facts, closed = _access(weights(distance, half), residents, scenarios, setting.places.index[member])
            rows[name] = {"mode": mode} | _index(distance, residents, scenarios, random[mode]) | facts
            tables.append(closed)
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("category")
    return CategoryMeasures(table, pd.concat(tables).reindex(setting.places.index))
