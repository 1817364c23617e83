"""The figures of one category in one setting, and in every draw of the group shares."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from trefpunt.categories import CUTOFF_HALF_DISTANCES, load_categories
from trefpunt.metrics import mixing
from trefpunt.metrics.closing import category_access, pairs, prepare, visit_rate
from trefpunt.metrics.decay import weights
from trefpunt.metrics.mixing import HIGH, LOW
from trefpunt.metrics.pairs import belonging
from trefpunt.metrics.places import Residents, measure, minutes_to_metres, residents_of
from trefpunt.metrics.setting import MODES, Setting
from trefpunt.metrics.share_scenarios import ShareScenarios, Treatment, carry, carry_parts, share_scenarios
from trefpunt.scenarios.applying import rows_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWN = ("access_low", "access_middle", "access_high", "bridge", "encounter")
"""Figures of a category that hang on the group shares."""

PLACE_DRAWN = ("share_low", "share_middle", "share_high", "mixing", "encounter", "bridge")
"""Figures of a place that hang on them."""

Draws = list[dict[str, Floats]]
"""Per treatment of the residents of unknown groups: figure → (n, D)."""


class _Same:
    """Tables as a key: equal only to the very same ones."""

    def __init__(self, *tables: pd.DataFrame) -> None:
        self.tables = tables

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.tables)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and tuple(map(id, self.tables)) == tuple(map(id, other.tables))


@dataclass(frozen=True, eq=False)
class People:
    """What no scenario changes: who lives where, and what is not known about them.

    Attributes
    ----------
    residents
        Per postcode.
    draws
        Draws of their group shares.
    member
        (B,) row of each postcode's neighbourhood in the table of neighbourhoods.
    areas
        Number of neighbourhoods.
    """

    residents: Residents
    draws: ShareScenarios
    member: Ints
    areas: int

    @cached_property
    def belongs(self) -> Floats:
        """(B, K) residents of each postcode in the column of its neighbourhood."""
        return belonging(self.residents.count, self.member, self.areas)

    def per_neighbourhood(self, counts: Floats) -> Floats:
        """(B,) persons per postcode → (K,) per neighbourhood."""
        return np.bincount(self.member, counts, minlength=self.areas).astype(float)


@lru_cache(maxsize=4)
def _people(key: _Same) -> People:
    population, neighbourhoods = key.tables
    return People(
        residents_of(population, neighbourhoods),
        share_scenarios(population, neighbourhoods),
        np.asarray(neighbourhoods.index.get_indexer(pd.Index(population["neighbourhood_code"]))),
        len(neighbourhoods),
    )


def people_of(setting: Setting) -> People:
    """The people of a setting: made once for it and all that scenarios make of it."""
    return _people(_Same(setting.population, setting.neighbourhoods))


@dataclass(frozen=True, eq=False)
class CategoryFigures:
    """One category in one setting, in its own mode.

    Attributes
    ----------
    city
        Figures of the municipality by name: `places`; `access_low`, `access_middle`, `access_high`, `bridge`,
        `encounter` as in `trefpunt.metrics.closing.CategoryAccess`; `residents_served` and `residents_unserved`:
        residents on the network, of known group or not, with and without a place within the cut-off.
    draws
        `DRAWN` in every draw, each (1, D).
    nearest_m
        (B,) metres to the nearest place; ∞ where none is reached, NaN off the network.
    """

    city: dict[str, float]
    draws: Draws
    nearest_m: Floats


@lru_cache(maxsize=1)
def _threads() -> ThreadpoolController:
    """Found once, which takes longer than a product."""
    return ThreadpoolController()


def one_thread() -> AbstractContextManager[object]:
    """For products that are too small to share between threads."""
    limited: AbstractContextManager[object] = _threads().limit(limits=1)
    return limited


def category_rows(setting: Setting, category: str) -> Ints:
    """Rows of the places of a category."""
    return np.flatnonzero((setting.places["category"] == category).to_numpy())


def _drawn(weight: Floats, people: People) -> Draws:
    """`DRAWN` in every draw, as `trefpunt.metrics.category_draws` has them."""
    scenarios = people.draws
    catchments, on = prepare(weight, people.residents)
    if not on.any():
        draws = len(scenarios.treatments[0].whole)
        return [dict.fromkeys(DRAWN, np.full((1, draws), np.nan)) for _ in scenarios.treatments]
    best = catchments.weight.max(axis=0, keepdims=True)
    best_sum, best_loading = scenarios.per_area(best), scenarios.part_loading(best)
    everybody = scenarios.per_area(catchments.on_network[None].astype(float))
    visits = scenarios.per_area(catchments.weight * visit_rate(catchments.weight))

    def treated(treatment: Treatment) -> dict[str, Floats]:
        totals = carry(everybody, treatment.whole)
        now = np.minimum(carry_parts(best_sum, best_loading, treatment), totals)
        met = pairs(carry(visits, treatment.whole)).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            access = now / totals
            found = {f"access_{name}": access[..., g] for g, name in enumerate(mixing.GROUPS)}
            bridge = access[..., [LOW, HIGH]].min(axis=-1)
            return found | {"bridge": bridge, "encounter": met[None] / totals.sum(axis=2)}

    return [treated(treatment) for treatment in scenarios.treatments]


@lru_cache(maxsize=128)
def category_figures(setting: Setting, category: str) -> CategoryFigures:
    """The figures of a category; kept for the settings asked about last.

    Parameters
    ----------
    setting
        The municipality, changed by a scenario or not.
    category
        Of `trefpunt.categories`.
    """
    people, kind = people_of(setting), load_categories()[category]
    metres = rows_of(setting.distance, kind.mode, category_rows(setting, category))
    with one_thread():
        weight = weights(metres, kind.half_distance_m)
        access = category_access(weight, people.residents)
        drawn = _drawn(weight, people)
    on = setting.population[f"{kind.mode}_node"].notna().to_numpy()
    nearest = np.where(on, np.where(np.isnan(metres), np.inf, metres).min(axis=0, initial=np.inf), np.nan)
    served = float(people.residents.count[on & (nearest <= CUTOFF_HALF_DISTANCES * kind.half_distance_m)].sum())
    city = {"places": float(access.places), **{name: float(getattr(access, name)) for name in DRAWN}}
    city |= {"residents_served": served, "residents_unserved": float(people.residents.count[on].sum()) - served}
    return CategoryFigures(city, drawn, nearest)


def place_figures(setting: Setting, place_ids: list[str], minutes: float) -> dict[str, tuple[dict[str, float], Draws]]:
    """Measures 1–4 of places, each in its category's own mode, and `PLACE_DRAWN` in every draw.

    Parameters
    ----------
    setting
        The municipality, changed by a scenario or not.
    place_ids
        Some of its places.
    minutes
        For `residents_within`.
    """
    people, rows = people_of(setting), setting.places.index.get_indexer(place_ids)
    kinds = [load_categories()[name] for name in setting.places["category"].to_numpy()[rows]]
    found: dict[str, tuple[dict[str, float], Draws]] = {}
    for mode in MODES:
        same = [k for k, kind in enumerate(kinds) if kind.mode == mode]
        if not same:
            continue
        half = np.array([kinds[k].half_distance_m for k in same])
        metres = rows_of(setting.distance, mode, rows[same])
        table = measure(
            metres, half, people.residents, minutes_to_metres(minutes, mode), setting.places.index[rows[same]]
        )
        names, values = [str(name) for name in table.columns], table.to_numpy(dtype=float)
        drawn = _place_drawn(weights(metres, half[:, None]), people)
        for n, k in enumerate(same):
            draws = [{name: sample[[n]] for name, sample in treated.items()} for treated in drawn]
            found[place_ids[k]] = dict(zip(names, values[n].tolist(), strict=True)), draws
    return found


def _place_drawn(weight: Floats, people: People) -> Draws:
    """`PLACE_DRAWN` of each place in every draw, each (n, D); missing off the network."""
    scenarios = people.draws
    off = np.asarray(np.isnan(weight).all(axis=1, keepdims=True))
    weight = np.nan_to_num(weight, nan=0.0)
    reach, loading = scenarios.per_area(weight), scenarios.part_loading(weight)
    everybody = scenarios.per_area(np.ones((1, weight.shape[1])))
    found = []
    for treatment in scenarios.treatments:
        totals = carry(everybody, treatment.whole)
        groups = carry_parts(reach, loading, treatment)
        shares, city = mixing.shares(groups), mixing.shares(totals)
        with np.errstate(divide="ignore", invalid="ignore"):
            of_city = np.minimum(groups / totals, 1.0)
        bridge = mixing.bridge(of_city.reshape(-1, 3), np.ones(3)).reshape(len(weight), -1)
        treated = {f"share_{name}": shares[..., g] for g, name in enumerate(mixing.GROUPS)}
        treated |= {"mixing": mixing.mixing(shares, city), "encounter": mixing.encounter(shares), "bridge": bridge}
        found.append({name: np.where(off, np.nan, sample) for name, sample in treated.items()})
    return found
