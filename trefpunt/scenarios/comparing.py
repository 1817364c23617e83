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
from trefpunt.metrics.pairs import mean_distances
from trefpunt.metrics.places import minutes_to_metres
from trefpunt.metrics.setting import MODES, Setting
from trefpunt.metrics.share_scenarios import UncertaintyParams, interval
from trefpunt.queries.base import DEFAULT_MINUTES
from trefpunt.scenarios.applying import rows_of
from trefpunt.scenarios.figures import Draws, category_figures, people_of, place_figures

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOTICED_MIN = 1.0
"""Residents are nearer, or farther, when their nearest place is by at least this many minutes."""

SURE_IN = UncertaintyParams().stable_in
"""A difference is sure of its sign when it has that sign in this part of the draws."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What differs between two settings. Differences are after minus before; missing where either is.

    Attributes
    ----------
    minutes
        What counted as within reach.
    categories
        Those with a place added, closed or moved, in alphabetical order, and those asked for.
    emptied
        Of them, those that had a place and have none any more: access, encounter and bridge are then missing, and
        nobody is served.
    city
        Index (`category`, `figure`), the figures of `trefpunt.scenarios.figures.CategoryFigures.city` and
        `residents_within` (`minutes`): `before`, `after`, `difference`; `lower`, `upper`, its 90 % interval; and
        `sign_sure` (boolean): whether it has its sign in at least 90 % of the draws of the group shares, however
        residents of unknown groups are counted. Missing where nothing differs, and of counts, which hang on no shares.
    places
        Index (`place_id`, `figure`), the places concerned and measures 1–4: the same columns.
    place_facts
        Index `place_id`: `change` (`added`, `closed`, `moved`), `name`, `category`.
    neighbourhoods
        Index (`category`, `code`), all neighbourhoods, alphabetical by name: `name`; `residents`; `within_before`,
        `within_after`, `within_difference`: residents with a place of the category within `minutes`;
        `minutes_before`, `minutes_after`, `minutes_difference`: to the nearest, a mean over the residents who reach
        any;
        `gained`, `lost`: residents who now, or no longer, have one within `minutes`; `nearer`, `farther`: residents
        whose nearest is by `NOTICED_MIN` minutes or more. Missing where nobody was counted.
    pairs
        Index (`mode`, `code_a`, `code_b`), code_a < code_b: `name_a`, `name_b`; `shared_before`, `shared_after`,
        `difference`: places of all categories within `minutes` of both, as `queries.pair` counts them. Only those that
        differ.
    """

    minutes: float
    categories: tuple[str, ...]
    emptied: tuple[str, ...]
    city: pd.DataFrame
    places: pd.DataFrame
    place_facts: pd.DataFrame
    neighbourhoods: pd.DataFrame
    pairs: pd.DataFrame

    def winners(self, category: str) -> list[str]:
        """Neighbourhoods where anybody gains: `gained` or `nearer`. Alphabetical; some may be among the losers too."""
        return self._named(category, ["gained", "nearer"])

    def losers(self, category: str) -> list[str]:
        """Neighbourhoods where anybody loses: `lost` or `farther`. Alphabetical."""
        return self._named(category, ["lost", "farther"])

    def _named(self, category: str, columns: list[str]) -> list[str]:
        if category not in self.categories:
            return []
        table = self.neighbourhoods.xs(category, level="category")
        concerned = (table[columns].to_numpy(dtype=float) > 0).any(axis=1)
        return [str(name) for name in table["name"].to_numpy()[concerned]]


def _changed(before: Setting, after: Setting) -> pd.DataFrame:
    """`Outcome.place_facts`, with no rows where the settings have the same places."""
    old, new = before.places, after.places
    facts: list[tuple[str, str, str, str]] = []

    def note(change: str, table: pd.DataFrame, rows: Ints) -> None:
        ids, names, categories = (c.to_numpy()[rows] for c in (table.index, table["name"], table["category"]))
        facts.extend((place, change, name, kind) for place, name, kind in zip(ids, names, categories, strict=True))

    if old is not new:
        at = new.index.get_indexer(old.index)
        stays = np.flatnonzero(at >= 0)
        shapes = old.geometry.to_numpy()[stays], new.geometry.to_numpy()[at[stays]]
        kinds = old["category"].to_numpy()[stays], new["category"].to_numpy()[at[stays]]
        differs = ~shapely.equals_identical(*shapes) | (kinds[0] != kinds[1])
        note("moved", new, at[stays[differs]])
        note("closed", old, np.flatnonzero(at < 0))
        note("added", new, np.setdiff1d(np.arange(len(new)), at))
    facts.sort(key=lambda row: row[0])
    index = pd.Index([row[0] for row in facts], name="place_id", dtype=old.index.dtype)
    columns = zip(("change", "name", "category"), (1, 2, 3), strict=True)
    return pd.DataFrame({k: pd.Series([row[i] for row in facts], index=index, dtype="str") for k, i in columns})


@dataclass(frozen=True)
class _Figures:
    """Figures of one category or place, before and after, with the draws of some of them where both have draws."""

    before: dict[str, float]
    after: dict[str, float]
    draws: tuple[Draws, Draws] | None


def _differences(found: dict[str, _Figures], key: str) -> pd.DataFrame:
    """A table with the columns of `Outcome.city`, index (`key`, `figure`)."""
    names = [(one, figure) for one, figures in found.items() for figure in figures.before]
    before, after = (
        np.array([getattr(found[one], side)[figure] for one, figure in names], dtype=float)
        for side in ("before", "after")
    )
    difference = after - before
    ends, sure = np.full((2, len(names)), np.nan), np.zeros(len(names), dtype=bool)
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
        sure[rows] = np.min([(np.sign(sample) == sign).mean(axis=1) for sample in samples], axis=0) >= SURE_IN
        asked = np.isin(np.arange(len(names)), rows)
    else:
        asked = sure
    index = pd.MultiIndex.from_arrays([[one for one, _ in names], [figure for _, figure in names]])
    columns = {"before": before, "after": after, "difference": difference, "lower": ends[0], "upper": ends[1]}
    table = pd.DataFrame(columns | {"sign_sure": pd.arrays.BooleanArray(sure, ~asked)}, index=index)
    return table.rename_axis([key, "figure"])


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


def _place(before: Setting, after: Setting, place: str, change: str, minutes: float) -> _Figures:
    old, new = (
        None if change == absent else place_figures(setting, place, minutes)
        for setting, absent in ((before, "added"), (after, "closed"))
    )
    missing = dict.fromkeys((old or new or ({}, []))[0], float("nan"))
    return _Figures(old[0] if old else missing, new[0] if new else missing, (old[1], new[1]) if old and new else None)


def _mean_minutes(nearest_m: Floats, setting: Setting, per_minute: float) -> Floats:
    people = people_of(setting)
    reached = np.isfinite(nearest_m)
    residents = people.residents.count * reached
    metres = people.per_neighbourhood(residents * np.where(reached, nearest_m, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(metres / people.per_neighbourhood(residents) / per_minute)


def _neighbourhoods(before: Setting, after: Setting, category: str, minutes: float) -> pd.DataFrame:
    people, areas = people_of(before), before.neighbourhoods
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
    table = pd.DataFrame(
        {
            "name": areas["name"].to_numpy(),
            "residents": residents(np.ones(len(count), dtype=bool)),
            "within_before": residents(was),
            "within_after": residents(becomes),
            "within_difference": residents(becomes) - residents(was),
            "minutes_before": mean[0],
            "minutes_after": mean[1],
            "minutes_difference": mean[1] - mean[0],
            "gained": residents(becomes & ~was),
            "lost": residents(was & ~becomes),
            "nearer": residents((new < old) & (new + step <= old)),
            "farther": residents((old < new) & (old + step <= new)),
        },
        index=pd.MultiIndex.from_product([[category], areas.index], names=["category", "code"]),
    )
    return table.sort_values("name", key=lambda names: names.str.casefold(), kind="stable")


@lru_cache(maxsize=64)
def _shared(setting: Setting, mode: str, limit: float) -> Ints:
    """(K, K) places of all categories within `limit` of both neighbourhoods."""
    near = _near(rows_of(setting.distance, mode, np.arange(len(setting.places))), setting, limit)
    return np.asarray(near.T @ near)


def _near(metres: Floats, setting: Setting, limit: float) -> Ints:
    """(n, K) 1 where a place is within `limit` metres of a neighbourhood, by the mean of its residents, else 0."""
    mean = mean_distances(metres, setting.population, pd.Index(np.arange(len(metres)).astype(str)))
    return (mean.reindex(columns=setting.neighbourhoods.index) <= limit).to_numpy().astype(np.int64)


def _pairs(before: Setting, after: Setting, facts: pd.DataFrame, minutes: float) -> pd.DataFrame:
    areas = before.neighbourhoods
    order = np.argsort(areas.index.to_numpy(dtype=str))
    first, second = (order[side] for side in np.triu_indices(len(order), k=1))
    gone, come = (
        setting.places.index.get_indexer(facts.index[facts["change"] != absent])
        for setting, absent in ((before, "added"), (after, "closed"))
    )
    parts = []
    for mode in MODES if len(facts) else ():
        limit = minutes_to_metres(minutes, mode)
        metres = np.vstack([rows_of(before.distance, mode, gone), rows_of(after.distance, mode, come)])
        near = _near(metres, before, limit)
        left, right = ((part.T @ part)[first, second] for part in np.split(near, [len(gone)]))
        differs = left != right
        a, b, change = first[differs], second[differs], (right - left)[differs]
        was = _shared(before, mode, limit)[a, b]
        index = pd.MultiIndex.from_arrays([[mode] * len(a), areas.index[a], areas.index[b]])
        name = areas["name"].to_numpy()
        columns = {"name_a": name[a], "name_b": name[b], "shared_before": was, "shared_after": was + change}
        parts.append(pd.DataFrame(columns | {"difference": change}, index=index))
    columns_of_none = ["name_a", "name_b", "shared_before", "shared_after", "difference"]
    empty = pd.DataFrame(columns=columns_of_none, index=pd.MultiIndex.from_arrays([[], [], []]))
    table = pd.concat(parts) if parts else empty
    return table.rename_axis(["mode", "code_a", "code_b"])


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
    facts = _changed(before, after)
    concerned = set(facts["category"]) | set(
        before.places.loc[before.places.index.intersection(facts.index), "category"]
    )
    listed = sorted(concerned | set(categories))
    # What does not differ is taken from the one setting, so that its differences are exactly 0.
    then = {one: after if one in concerned else before for one in listed}
    city = _differences({one: _city(before, then[one], one, minutes) for one in listed}, "category")
    whole = [_neighbourhoods(before, then[one], one, minutes) for one in listed]
    if not whole:
        whole = [_neighbourhoods(before, before, next(iter(load_categories())), minutes).iloc[:0]]
    places = city[city.index.get_level_values("figure") == "places"].droplevel("figure")
    emptied = places.index[(places["before"] > 0) & (places["after"] == 0)]
    return Outcome(
        minutes=minutes,
        categories=tuple(listed),
        emptied=tuple(str(name) for name in emptied),
        city=city,
        places=_differences(
            {
                str(place): _place(before, after, str(place), change, minutes)
                for place, change in facts["change"].items()
            },
            "place_id",
        ),
        place_facts=facts,
        neighbourhoods=pd.concat(whole),
        pairs=_pairs(before, after, facts, minutes),
    )
