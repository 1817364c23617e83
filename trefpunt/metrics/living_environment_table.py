"""Measure 7 for every neighbourhood and district, with intervals, over the factor, and counted in other ways.

The draws are those of the other measures (docs/uncertainty.md): what the shares of neighbourhoods may be by now and in
a part of them, one correlated draw a neighbourhood; in each draw the shares of the municipality are computed anew.
Residents of unknown groups are bounds. An interval holds for the half-distances given; others are `VARIANTS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from trefpunt.metrics.living_environment import Mix, People, neighbour_mixes, place_mix
from trefpunt.metrics.mixing import HIGH, LOW, shares
from trefpunt.metrics.one_sidedness import FACTORS, STATUSES, largest_factor, verdict
from trefpunt.metrics.places import NATIONAL_SHARES
from trefpunt.metrics.setting import Setting
from trefpunt.metrics.share_scenarios import ShareScenarios, UncertaintyParams, share_scenarios
from trefpunt.tables.columns import TEXT
from trefpunt.tables.derived_schemas import ENVIRONMENTS, EVERYWHERE, ONE_SIDED_VARIANTS, REFERENCES

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KEY = ["level", "environment", "reference", "variant", "factor", "code"]
SIDES = ("low", "high")


@dataclass(frozen=True)
class Variant:
    """One way to count: whether residents of student neighbourhoods count, and how far an environment reaches."""

    students: bool = True
    half_distance_factor: float = 1.0


VARIANTS = dict(
    zip(
        ONE_SIDED_VARIANTS,
        (Variant(), Variant(students=False), Variant(half_distance_factor=0.5), Variant(half_distance_factor=1.5)),
        strict=True,
    )
)
"""The measure as it is meant, and what it is sensitive to."""


def one_sidedness_table(setting: Setting, params: UncertaintyParams | None = None) -> pd.DataFrame:
    """Count residents by the one-sidedness of their living environment.

    Parameters
    ----------
    setting
        The municipality.
    params
        What is uncertain. Half-distances and stable ranks play no part; residents of unknown groups always are bounds.

    Returns
    -------
    pandas.DataFrame
        Flat, ordered by `KEY`: every level (`neighbourhood`, `district`, and `municipality` with the code `all`),
        environment, reference, variant, factor and area. `residents` counted and, of these, those per status of
        `trefpunt.metrics.one_sidedness.STATUSES`; `low`, `high`, `share_low` and `share_high` with `_lower` and
        `_upper`; `share_one_sided`, `most_one_sided` as in `by_area`; `most_certain`: neither the unknown nor, in as
        many draws as an interval holds, the drawn shares change that. Where nobody is counted (a student neighbourhood
        `without_students` too) shares and verdict are missing. The same bytes for the same setting.
    """
    params = params or UncertaintyParams()
    everybody = share_scenarios(setting.population, setting.neighbourhoods, params)
    student = setting.neighbourhoods["student_area"].reindex(setting.population["neighbourhood_code"])
    others = replace(everybody, count=np.where(student.fillna(False).to_numpy(dtype=bool), 0.0, everybody.count))
    people = [People(everybody if v.students else others, v.half_distance_factor) for v in VARIANTS.values()]
    areas, belongs = _areas(setting)
    tables = []
    for name, one, neighbour_mix in zip(VARIANTS, people, neighbour_mixes(setting, people), strict=True):
        counted = csr_array(belongs * one.scenarios.count)
        for environment, mix in zip(ENVIRONMENTS, (neighbour_mix, place_mix(setting, one)), strict=True):
            for reference, factor, table in _tables(mix, one.scenarios, counted):
                keyed = areas.assign(environment=environment, reference=reference, variant=name, factor=factor)
                tables.append(keyed.join(table))
    text = dict.fromkeys((name for name in KEY if name != "factor"), TEXT)
    result = pd.concat(tables).astype(text).sort_values(KEY, ignore_index=True)
    return result[[*KEY, *(column for column in result if column not in KEY)]]


def _areas(setting: Setting) -> tuple[pd.DataFrame, csr_array]:
    """`level` and `code` of all areas (N), and which postcodes belong to each (N, B)."""
    own = pd.Index(setting.population["neighbourhood_code"])
    district = own.map(setting.neighbourhoods["district_code"])
    codes = {
        "neighbourhood": setting.neighbourhoods.index,
        "district": setting.districts.index,
        "municipality": pd.Index([EVERYWHERE]),
    }
    members = (own, district, pd.Index([EVERYWHERE] * len(own)))
    areas = pd.concat([pd.DataFrame({"level": level, "code": list(index)}) for level, index in codes.items()])
    belongs = np.vstack(
        [index.to_numpy()[:, None] == of.to_numpy() for index, of in zip(codes.values(), members, strict=True)]
    )
    return areas.reset_index(drop=True), csr_array(belongs.astype(float))


@dataclass(frozen=True, eq=False)
class _Limits:
    """Up to which factor locations are one-sided, in each draw (B, D); the published shares are the first draw.

    Certain: whichever groups the residents of unknown group belong to. Possible: if they belong to the right ones.
    """

    low: Floats
    high: Floats
    low_possible: Floats
    high_possible: Floats


def _tables(mix: Mix, scenarios: ShareScenarios, counted: csr_array) -> Iterator[tuple[str, float, pd.DataFrame]]:
    """Reference, factor and the table of all areas (N rows) for one environment."""
    low, high, unknown = _drawn(mix, scenarios)
    lost: Bools = np.asarray(np.isnan(unknown) & ~mix.empty)
    fixed = {"residents": counted.sum(axis=1), "none": counted @ mix.empty.astype(float)}
    city = _city(scenarios)
    for reference in REFERENCES:
        expected = city if reference == "municipality" else np.array([NATIONAL_SHARES])
        limits = _limits(low, high, unknown, expected, lost)
        for factor in FACTORS:
            yield reference, factor, _count(limits, factor, counted, fixed, scenarios.level)


def _drawn(mix: Mix, scenarios: ShareScenarios) -> tuple[Floats, Floats, Floats]:
    """(B, D) known low and known high residents as parts of the environment, and (B,) the unknown."""
    treatment, areas = scenarios.treatments[0], scenarios.areas
    whole, part = (np.vstack([scenarios.point, drawn]) for drawn in (treatment.whole, treatment.part))
    low, high = (mix.parts @ np.hstack([whole[..., g], part[..., g]]).T for g in (LOW, HIGH))
    return low, high, mix.parts[:, areas - 1] + mix.parts[:, 2 * areas - 1]


def _city(scenarios: ShareScenarios) -> Floats:
    """(D, 3) shares of the municipality in each draw, over residents of known group."""
    residents = scenarios.per_area(np.ones(len(scenarios.count)))
    drawn = np.vstack([scenarios.point, scenarios.treatments[0].whole])
    return shares(np.einsum("a,dag->dg", residents, drawn))


def _limits(low: Floats, high: Floats, unknown: Floats, expected: Floats, lost: Bools) -> _Limits:
    """As `one_sidedness.classify`: the unknown all high make 'low' hardest to meet, all low easiest."""
    p, q, more = expected[:, LOW], expected[:, HIGH], unknown[:, None]

    def possible(limit: Floats) -> Floats:
        return np.where(lost[:, None], np.inf, limit)

    return _Limits(
        low=largest_factor(low, high + more, p, q),
        high=largest_factor(high, low + more, q, p),
        low_possible=possible(largest_factor(low + more, high, p, q)),
        high_possible=possible(largest_factor(high + more, low, q, p)),
    )


def _count(limits: _Limits, factor: float, counted: csr_array, fixed: dict[str, Floats], level: float) -> pd.DataFrame:
    """Residents of each area by status, with intervals."""

    def residents(holds: Bools) -> Floats:
        return np.asarray(counted @ holds.astype(float))

    sides = {side: residents(getattr(limits, side) >= factor) for side in SIDES}
    is_possible = {side: getattr(limits, f"{side}_possible") >= factor for side in SIDES}
    judged = (fixed["residents"] - fixed["none"])[:, None]
    neither = judged - residents(is_possible["low"] | is_possible["high"])
    now = sides["low"] + sides["high"]
    counts = pd.DataFrame(
        {
            "residents": fixed["residents"],
            **{side: found[:, 0] for side, found in sides.items()},
            "neither": neither[:, 0],
            "none": fixed["none"],
            "unknown": (judged - neither - now)[:, 0],
        }
    )
    table = verdict(counts)
    ends = ((1.0 - level) / 2, (1.0 + level) / 2)
    for side, found in sides.items():
        most = residents(is_possible[side])
        bounds = {
            "lower": np.minimum(found[:, 0], np.quantile(found[:, 1:], ends[0], axis=1)),
            "upper": np.maximum(most[:, 0], np.quantile(most[:, 1:], ends[1], axis=1)),
        }
        for end, bound in bounds.items():
            table[f"{side}_{end}"] = bound
            table[f"share_{side}_{end}"] = bound / counts["residents"].where(counts["residents"] > 0)
    most_now = table["most_one_sided"].fillna(False).to_numpy(dtype=bool)[:, None]
    same = np.where(most_now, now > judged / 2, judged - neither <= judged / 2)
    steady = same[:, 1:].mean(axis=1) >= level
    table["most_certain"] = (table["most_certain"] & steady).mask(table["most_one_sided"].isna())
    order = ["residents", *STATUSES]
    order += [f"{side}_{end}" for side in SIDES for end in ("lower", "upper")]
    order += [f"share_{side}{end}" for side in SIDES for end in ("", "_lower", "_upper")]
    return table[[*order, "share_one_sided", "most_one_sided", "most_certain"]]
