"""Suggestions and gaps as tables of text: what the command line prints."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from trefpunt.categories import load_categories
from trefpunt.metrics.share_scenarios import UncertaintyParams
from trefpunt.scenarios.sheets import MISSING, Sheet
from trefpunt.suggest.blank import Unserved
from trefpunt.suggest.evaluating import BEST
from trefpunt.suggest.records import CAVEATS
from trefpunt.suggest.spots import Suggestion

_HEADER = [
    "spot",
    "where",
    "lat, lon",
    "gain low, of 100",
    "gain high, of 100",
    "newly within",
    "of low",
    "of high",
    "min. to nearest now",
    "steady",
]


def _number(value: Any, decimals: int = 0) -> str:
    if not math.isfinite(value):
        return MISSING
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"


def _where(row: Mapping[Hashable, Any]) -> str:
    """Where a spot is, in words; a building that is there already first."""
    kinds = load_categories()
    around = f"near {row['street']}" if isinstance(row["street"], str) else ""
    area = row["neighbourhood"] if isinstance(row["neighbourhood"], str) else ""
    parts = [", ".join(part for part in (around, area) if part)]
    for name, kind, before in (("place_name", "place_category", ""), ("near_name", "near_category", "close to ")):
        if isinstance(row[kind], str):
            named = row[name] if isinstance(row[name], str) else "no name"
            parts.insert(0 if not before else len(parts), f"{before}{named} ({kinds[row[kind]].name_en})")
    return "; ".join(part for part in parts if part)


def _with_ends(row: Mapping[Hashable, Any], name: str) -> str:
    value, low, high = (_number(100 * row[f"{name}{end}"], 2) for end in ("", "_lower", "_upper"))
    return f"{value} ({low} to {high})"


def _spots(title: str, table: pd.DataFrame) -> Sheet:
    rows = []
    for row in table.reset_index().to_dict(orient="records"):
        steady = MISSING if pd.isna(row["steady"]) else "yes" if row["steady"] else "no"
        rows.append(
            [
                str(row["spot"]),
                _where(row),
                f"{row['lat']:.5f}, {row['lon']:.5f}",
                _with_ends(row, "gain_low"),
                _with_ends(row, "gain_high"),
                *(_number(row[f"within_{who}"]) for who in ("residents", "low", "high")),
                _number(row["nearest_minutes"], 1),
                steady,
            ]
        )
    return Sheet(title, _HEADER, rows, 3)


def sheets(found: Suggestion) -> list[Sheet]:
    """A suggestion as tables. Names in them come from OpenStreetMap: hostile until escaped."""
    request, kind = found.request, load_categories()[found.request.category]
    count = "A new place" if request.places == 1 else f"{request.places} new places"
    title = f"{count}: {kind.name_en} ({found.mode}, {request.minutes:g} minutes, {request.where})"
    result = [_spots(title, found.spots)]
    if len(found.alternatives):
        result.append(_spots("The next best, each farther on", found.alternatives))
    names = ("access_low", "access_high", "bridge", "encounter")
    rows = [
        [name.replace("_", " "), *(_number(100 * getattr(side, name), 2) for side in (found.before, found.after))]
        for name in names
    ]
    result.append(Sheet(f"{kind.plural_en}: before and after, of 100", ["", "before", "after"], rows, 1))
    return result


def remarks(found: Suggestion) -> list[str]:
    """What must stand beside the tables."""
    lines = []
    objective = found.request.objective
    if found.gap == 0:
        lines.append(f"Of {found.candidates:,} candidates, no choice is better.")
    else:
        lines.append(
            f"Chosen from {found.candidates:,} candidates; a better choice may exist, "
            f"but none that is more than {100 * (found.bound / found.value - 1):.1f} % better."
            if found.value > 0
            else f"None of {found.candidates:,} candidates is known to add anything."
        )
    if found.apart_m:
        lines.append(f"Candidates are one junction per square of {found.apart_m:g} metres.")
    if not found.before.places:
        lines.append("No place of this category is known now: the gain is that of a first one.")
    if objective == "cover":
        lines.append(f"Newly covered: {', '.join(found.covered) or 'none'}.")
        lines.append(f"Still uncovered: {', '.join(found.uncovered) or 'none'}.")
        if found.impossible:
            lines.append(f"Not to be covered from any candidate: {', '.join(found.impossible)}.")
        least, most = found.needed
        lines.append(f"All others take {most} places{'' if least == most else f' or fewer, at least {least}'}.")
    level = UncertaintyParams()
    lines.append(
        f"Gain: how much nearer the group's nearest place is, as a part of all access there could be; in brackets "
        f"{level.level:.0%} of the draws of who lives where. Steady: among the best {BEST:.0%} of the candidates in "
        f"{level.stable_in:.0%} of these draws"
        + (", and at half and one and a half times the half-distance." if found.request.places == 1 else ".")
    )
    if found.spots["steady"].eq(False).fillna(False).any():
        lines.append("A spot that is not steady could as well be another: look at the alternatives.")
    return [*lines, *CAVEATS]


def gap_sheets(found: Unserved) -> list[Sheet]:
    """Residents without a place as a table of all neighbourhoods."""
    kinds = load_categories()
    columns = [f"without_{name}" for name in found.categories]
    rows = []
    for row in [*found.neighbourhoods.to_dict(orient="records"), {"name": "Together", **found.city.to_dict()}]:
        ends = f"{_number(row['without_bridging_lower'])} to {_number(row['without_bridging_upper'])}"
        figures = [_number(row[name]) for name in ("residents", *columns, "without_any", "without_bridging")]
        rows.append([str(row["name"]), *figures, ends, _number(row["unknown"])])
    header = ["neighbourhood", "residents", *(f"no {kinds[name].name_en}" for name in found.categories)]
    header += ["none of these", "none that bridges", "possibly", "unknown"]
    by = "each kind's own way" if found.mode is None else found.mode
    return [Sheet(f"Residents without a place within {found.minutes:g} minutes ({by})", header, rows, 1)]


def gap_remarks(found: Unserved) -> list[str]:
    """What must stand beside the table."""
    judged = found.bridging
    return [
        f"A place bridges when of 100 random pairs of those who could come at least {found.pairs:.1f} are one of low "
        f"and one of high welfare: {int(judged['bridges'].sum())} of {len(judged)} places do, "
        f"{int(judged['bridges_surely'].sum())} of them surely.",
        "Possibly: if all places bridge that may, and only those that surely do.",
        *CAVEATS,
    ]
