"""Before and after: what a scenario changes for the city, its places, its neighbourhoods and every two of these."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from trefpunt.categories import load_categories
from trefpunt.errors import TrefpuntError
from trefpunt.metrics.pairs import mean_per_area
from trefpunt.metrics.places import minutes_to_metres
from trefpunt.metrics.setting import MODES, Setting
from trefpunt.metrics.share_scenarios import UncertaintyParams, interval
from trefpunt.queries.base import DEFAULT_MINUTES
from trefpunt.scenarios.applying import rows_of
from trefpunt.scenarios.figures import Draws, category_figures, one_thread, people_of, place_figures
from trefpunt.scenarios.outcome import AREA_COLUMNS, FIGURE_COLUMNS, PAIR_COLUMNS, Changed, Figures, Outcome, Row

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOTICED_MIN = 1.0
"""Residents are nearer, or farther, when their nearest place is by at least this many minutes."""

SURE_IN = UncertaintyParams().stable_in
"""A difference is sure of its sign when it has that sign in this part of the draws."""


def _changed(before: Setting, after: Setting) -> dict[str, Changed]:
    """`Outcome.changed`: nothing where the settings have the same places."""
    old, new = before.places, after.places
    facts: dict[str, Changed] = {}

    def note(change: str, table: pd.DataFrame, rows: Ints) -> None:
        ids, names, categories = (c.to_numpy()[rows] for c in (table.index, table["name"], table["category"]))
        for place, name, kind in zip(ids, names, categories, strict=True):
            facts[str(place)] = Changed(change, name, str(kind))

    if old is not new:
        at = new.index.get_indexer(old.index)
        stays = np.flatnonzero(at >= 0)
        shapes = old.geometry.to_numpy()[stays], new.geometry.to_numpy()[at[stays]]
        kinds = old["category"].to_numpy()[stays], new["category"].to_numpy()[at[stays]]
        differs = ~shapely.equals_identical(*shapes) | (kinds[0] != kinds[1])
        note("moved", new, at[stays[differs]])
        note("closed", old, np.flatnonzero(at < 0))
        note("added", new, np.setdiff1d(np.arange(len(new)), at))
    return dict(sorted(facts.items()))


@dataclass(frozen=True)
class _Figures:
    """Figures of one category or place, before and after, with the draws of some of them where both have draws."""

    before: dict[str, float]
    after: dict[str, float]
    draws: tuple[Draws, Draws] | None


def _differences(found: dict[str, _Figures]) -> dict[str, Figures]:
    """Key → figure → the columns of `Outcome.by_category`."""
    names = [(one, figure) for one, figures in found.items() for figure in figures.before]
    before, after = (
        np.array([getattr(found[one], side)[figure] for one, figure in names], dtype=float)
        for side in ("before", "after")
    )
    difference = after - before
    ends = np.full((2, len(names)), np.nan)
    sure: list[bool | None] = [None] * len(names)
    drawn = np.array([_has_draws(found[one], figure) for one, figure in names], dtype=bool)
    ends[:, drawn & (difference == 0)] = 0.0
    if len(rows := np.flatnonzero(drawn & np.isfinite(difference) & (difference != 0))):
        pairs = [(found[names[row][0]].draws or ([], []), names[row][1]) for row in rows]
        samples = [
            np.concatenate([draws[1][i][figure] - draws[0][i][figure] for draws, figure in pairs])
            for i in range(len(pairs[0][0][0]))
        ]
        ends[:, rows] = interval(difference[rows], samples, UncertaintyParams().level)
        sign = np.sign(difference[rows])[:, None]
        part = np.min([(np.sign(sample) == sign).mean(axis=1) for sample in samples], axis=0)
        for row, one in zip(rows, part, strict=True):
            sure[row] = bool(one >= SURE_IN)
    result: dict[str, dict[str, Row]] = {one: {} for one in found}
    columns = zip(*(column.tolist() for column in (before, after, difference, *ends)), sure, strict=True)
    for (one, figure), values in zip(names, columns, strict=True):
        result[one][figure] = dict(zip(FIGURE_COLUMNS, values, strict=True))
    return dict(result)


def _has_draws(figures: _Figures, figure: str) -> bool:
    return figures.draws is not None and figure in figures.draws[0][0]


def _within(metres: Floats, limit: float) -> NDArray[np.bool_]:
    return np.asarray(metres <= limit)


def _city(before: Setting, after: Setting, category: str, minutes: float) -> _Figures:
    count = people_of(before).residents.count
    limit = minutes_to_metres(minutes, load_categories()[category].mode)
    old, new = (category_figures(setting, category) for setting in (before, after))
    reach = [{"residents_within": float(count[_within(one.nearest_m, limit)].sum())} for one in (old, new)]
    return _Figures(old.city | reach[0], new.city | reach[1], (old.draws, new.draws))


def _places(before: Setting, after: Setting, facts: dict[str, Changed], minutes: float) -> dict[str, _Figures]:
    was, becomes = (
        place_figures(setting, [place for place, one in facts.items() if one.change != absent], minutes)
        for setting, absent in ((before, "added"), (after, "closed"))
    )
    found = {}
    for place in facts:
        old, new = was.get(place), becomes.get(place)
        missing = dict.fromkeys((old or new or ({}, []))[0], float("nan"))
        draws = (old[1], new[1]) if old and new else None
        found[place] = _Figures(old[0] if old else missing, new[0] if new else missing, draws)
    return found


def _mean_minutes(nearest_m: Floats, setting: Setting, per_minute: float) -> Floats:
    people = people_of(setting)
    reached = np.isfinite(nearest_m)
    residents = people.residents.count * reached
    metres = people.per_neighbourhood(residents * np.where(reached, nearest_m, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(metres / people.per_neighbourhood(residents) / per_minute)


@lru_cache(maxsize=4)
def _by_name(setting: Setting) -> tuple[list[str], list[str], list[int]]:
    """Codes, names and rows of all neighbourhoods, alphabetical by name; the names are hostile until escaped."""
    areas = setting.neighbourhoods
    names = [str(name) for name in areas["name"].to_numpy()]
    order = sorted(range(len(names)), key=lambda row: names[row].casefold())
    codes = areas.index.to_numpy()
    return [str(codes[row]) for row in order], [names[row] for row in order], order


def _neighbourhoods(before: Setting, after: Setting, category: str, minutes: float) -> list[Row]:
    people = people_of(before)
    mode = load_categories()[category].mode
    limit, per_minute = minutes_to_metres(minutes, mode), minutes_to_metres(1, mode)
    old, new = (category_figures(setting, category).nearest_m for setting in (before, after))
    count, counted = people.residents.count, np.bincount(people.member, minlength=people.areas) > 0

    def residents(who: NDArray[np.bool_]) -> Floats:
        return np.where(counted, people.per_neighbourhood(count * who), np.nan)

    was, becomes = _within(old, limit), _within(new, limit)
    # Compared, not subtracted: where no place is reached the distance is infinite.
    step = NOTICED_MIN * per_minute
    mean = [_mean_minutes(one, before, per_minute) for one in (old, new)]
    within = [residents(was), residents(becomes)]
    codes, names, order = _by_name(before)
    values = (
        residents(np.ones(len(count), dtype=bool)),
        *within,
        within[1] - within[0],
        *mean,
        mean[1] - mean[0],
        residents(becomes & ~was),
        residents(was & ~becomes),
        residents((new < old) & (new + step <= old)),
        residents((old < new) & (old + step <= new)),
    )
    columns = (codes, names, *(value[order].tolist() for value in values))
    return [dict(zip(("code", *AREA_COLUMNS), row, strict=True)) for row in zip(*columns, strict=True)]


@lru_cache(maxsize=64)
def _shared(setting: Setting, mode: str, limit: float) -> Ints:
    """(K, K) places of all categories within `limit` of both neighbourhoods."""
    near = _near(rows_of(setting.distance, mode, np.arange(len(setting.places))), setting, limit)
    return np.asarray(near.T @ near)


def _near(metres: Floats, setting: Setting, limit: float) -> Ints:
    """(n, K) 1 where a place is within `limit` metres of a neighbourhood, by the mean of its residents, else 0."""
    with one_thread():
        mean = mean_per_area(metres, people_of(setting).belongs)
    return np.asarray(mean <= limit).astype(np.int64)


def _pairs(before: Setting, after: Setting, facts: dict[str, Changed], minutes: float) -> list[Row]:
    areas = before.neighbourhoods
    codes, names = areas.index.to_numpy(dtype=str), areas["name"].to_numpy()
    order = np.argsort(codes)
    first, second = (order[side] for side in np.triu_indices(len(order), k=1))
    gone, come = (
        setting.places.index.get_indexer([place for place, one in facts.items() if one.change != absent])
        for setting, absent in ((before, "added"), (after, "closed"))
    )
    found: list[Row] = []
    for mode in MODES if facts else ():
        limit = minutes_to_metres(minutes, mode)
        metres = np.vstack([rows_of(before.distance, mode, gone), rows_of(after.distance, mode, come)])
        near = _near(metres, before, limit)
        left, right = ((part.T @ part)[first, second] for part in np.split(near, [len(gone)]))
        differs = left != right
        a, b, change = first[differs], second[differs], (right - left)[differs]
        was = _shared(before, mode, limit)[a, b]
        columns = (codes[a], codes[b], names[a], names[b], was, was + change, change)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        found += [dict(zip(PAIR_COLUMNS, (mode, *row), strict=True)) for row in rows]
    return found


def _is_emptied(places: Row) -> bool:
    return bool(places["before"] > 0 and places["after"] == 0)


def compare(
    before: Setting, after: Setting, minutes: float = DEFAULT_MINUTES, categories: tuple[str, ...] = ()
) -> Outcome:
    """What differs between two settings of one municipality, each category in its own mode of travel.

    Parameters
    ----------
    before, after
        The municipality as it is and as a scenario makes it, or as two scenarios do.
    minutes
        What counts as within reach.
    categories
        Categories to list although none of their places is concerned.

    Returns
    -------
    Outcome
        All differences exactly 0 where the settings do not differ.

    Raises
    ------
    TrefpuntError
        The settings are not of the same residents, neighbourhoods and streets, or there is no such category.
    """
    faults = [f"there is no category {name}" for name in categories if name not in load_categories()]
    same = before.population is after.population and before.neighbourhoods is after.neighbourhoods
    if not same or any(before.networks[mode] is not after.networks[mode] for mode in MODES):
        faults.append("the two differ in more than their places")
    if faults:
        raise TrefpuntError("comparison", faults, "Compare scenarios of one snapshot.")
    with one_thread():
        return _compare(before, after, minutes, categories)


def _compare(before: Setting, after: Setting, minutes: float, categories: tuple[str, ...]) -> Outcome:
    facts = _changed(before, after)
    old = before.places["category"]
    concerned = {one.category for one in facts.values()}
    concerned |= {str(old[place]) for place, one in facts.items() if one.change != "added"}
    listed = sorted(concerned | set(categories))
    # What does not differ is taken from the one setting, so that its differences are exactly 0.
    then = {one: after if one in concerned else before for one in listed}
    city = _differences({one: _city(before, then[one], one, minutes) for one in listed})
    return Outcome(
        minutes=minutes,
        categories=tuple(listed),
        emptied=tuple(one for one in listed if _is_emptied(city[one]["places"])),
        by_category=city,
        by_place=_differences(_places(before, after, facts, minutes)),
        changed=facts,
        areas={one: _neighbourhoods(before, then[one], one, minutes) for one in listed},
        shared=_pairs(before, after, facts, minutes),
    )
