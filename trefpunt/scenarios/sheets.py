"""The outcome of a scenario as tables of text: what the command line prints."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trefpunt.categories import load_categories
from trefpunt.metrics.share_scenarios import UncertaintyParams
from trefpunt.scenarios.comparing import NOTICED_MIN, SURE_IN
from trefpunt.scenarios.model import Scenario
from trefpunt.scenarios.outcome import Outcome
from trefpunt.scenarios.records import CAVEATS

MISSING = "–"

MAX_PAIRS = 60
"""More pairs than this are counted, not printed; all of them are in the JSON."""

_COUNTS = ("places", "reach", "residents_served", "residents_unserved", "residents_within")


@dataclass(frozen=True)
class Sheet:
    """Rows of text under a header; the first `texts` columns are words, the others figures."""

    title: str
    header: list[str]
    rows: list[list[str]]
    texts: int


def _number(value: float, decimals: int, *, signed: bool = False) -> str:
    if math.isnan(value):
        return MISSING
    rounded = round(value, decimals) + 0.0  # −0 becomes 0
    return f"{rounded:{'+' if signed and rounded else ''},.{decimals}f}"


def _sure(value: Any) -> str:
    return MISSING if pd.isna(value) else "yes" if value else "no"


def _figures(title: str, table: pd.DataFrame) -> Sheet:
    rows = []
    for row in table.reset_index().to_dict(orient="records"):
        digits = 0 if row["figure"] in _COUNTS else 4
        values = [_number(row[c], digits) for c in ("before", "after")]
        values += [_number(row[c], digits, signed=True) for c in ("difference", "lower", "upper")]
        rows.append([row["figure"].replace("_", " "), *values, _sure(row["sign_sure"])])
    return Sheet(title, ["", "before", "after", "difference", "lower", "upper", "sign sure"], rows, 1)


def _neighbourhoods(table: pd.DataFrame) -> list[list[str]]:
    rows = []
    for row in table.to_dict(orient="records"):
        within = [_number(row[c], 0) for c in ("within_before", "within_after")]
        minutes = [_number(row[c], 1) for c in ("minutes_before", "minutes_after")]
        people = [_number(row[c], 0) for c in ("gained", "lost", "nearer", "farther")]
        rows.append([str(row["name"]), *within, *minutes, *people])
    return rows


def sheets(scenario: Scenario, outcome: Outcome) -> list[Sheet]:
    """The outcome as tables: each category in the city, each place, all neighbourhoods, every two that change.

    Texts in them may come from OpenStreetMap or from whoever made the scenario: hostile until escaped.
    """
    kinds, minutes = load_categories(), f"{outcome.minutes:g} minutes"
    headed = f"{scenario.title}: " if scenario.title else ""
    found = [
        _figures(f"{headed}{kinds[one].plural_en} ({kinds[one].mode})", _part(outcome.city, one))
        for one in outcome.categories
    ]
    for row in outcome.place_facts.reset_index().to_dict(orient="records"):
        name = row["name"] if isinstance(row["name"], str) else row["place_id"]
        title = f"{name} ({row['change']}, {kinds[row['category']].name_en})"
        found.append(_figures(title, _part(outcome.places, row["place_id"])))
    for one in outcome.categories:
        rows = _neighbourhoods(_part(outcome.neighbourhoods, one))
        title = f"{kinds[one].plural_en}: residents within {minutes} ({kinds[one].mode}), minutes to the nearest"
        header = ["neighbourhood", "within", "after", "minutes", "after", "gained", "lost", "nearer", "farther"]
        found.append(Sheet(title, header, rows, 1))
    for mode, pairs in outcome.pairs.groupby(level="mode", sort=False):
        if len(pairs) <= MAX_PAIRS:
            title = f"Places within {minutes} of both ({mode}): pairs that change"
            rows = [
                [row["name_a"], row["name_b"], *(f"{row[c]:,}" for c in ("shared_before", "shared_after"))]
                for row in pairs.to_dict(orient="records")
            ]
            found.append(Sheet(title, ["neighbourhood", "and", "before", "after"], rows, 2))
    return found


def _part(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """The rows of a table under one value of the first part of their key."""
    return table[table.index.get_level_values(0) == key].droplevel(0)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def remarks(outcome: Outcome) -> list[str]:
    """What must stand beside the tables, a sentence or two each."""
    kinds = load_categories()
    lines = [] if outcome.categories else ["Nothing changes."]
    for category in outcome.categories:
        name = kinds[category].plural_en
        if category in outcome.emptied:
            lines.append(
                f"No {name} are left: nobody is served any more, and their access, encounter and bridge are missing."
            )
        lines.append(
            f"{name}, nearer or newly within {outcome.minutes:g} minutes: {_listed(outcome.winners(category))}."
        )
        lines.append(f"{name}, farther or no longer within: {_listed(outcome.losers(category))}.")
    for mode, pairs in outcome.pairs.groupby(level="mode", sort=False):
        if len(pairs) > MAX_PAIRS:
            lines.append(f"{len(pairs):,} pairs share more or fewer places ({mode}): see --format json.")
    lines.append(
        f"Nearer and farther: by {NOTICED_MIN:g} minute or more. Lower and upper: the difference in "
        f"{UncertaintyParams().level:.0%} of the draws of who lives where; sign sure: the same sign in {SURE_IN:.0%}."
    )
    return [*lines, *CAVEATS]
