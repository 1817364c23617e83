"""The categories of meeting places: names, looks, travel mode and half-distance, read from ``categories.toml``.

The rules that sort OpenStreetMap features into these categories stand in the same file but are read by
`trefpunt.tables.places_rules`: who shows or measures places need not know them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trefpunt.errors import TrefpuntError

WALK_M_PER_MIN = 75.0
"""Walking speed, metres a minute (4.5 km/h)."""

CYCLE_M_PER_MIN = 250.0
"""Cycling speed, metres a minute (15 km/h)."""

SPEED_M_PER_MIN = MappingProxyType({"walk": WALK_M_PER_MIN, "cycle": CYCLE_M_PER_MIN})
"""Speed per travel mode; its keys are the modes there are."""

CUTOFF_HALF_DISTANCES = 4
"""Beyond four half-distances a place no longer counts: its weight would be below 1/16."""

BORDER_HALF_DISTANCES = 2.0
"""A place this many half-distances from the municipality's edge, or nearer, is marked `border_truncated`."""

SHAPES = ("circle", "square", "diamond", "triangle", "triangle_down", "hexagon", "star", "cross")
"""Marker shapes, to tell categories apart where colour or font fails."""

CATEGORIES_FILE = Path(__file__).with_name("categories.toml")


@dataclass(frozen=True)
class Category:
    """One kind of meeting place.

    Attributes
    ----------
    id
        Stable key, as in the table `places`.
    mode
        The category's own travel mode: ``walk`` or ``cycle``.
    half_distance_m
        Network distance in metres, in `mode`, at which a place counts half.
    name_nl, name_en, plural_nl, plural_en
        Names, lower case.
    icon
        One emoji, for text; a font may lack it.
    letter
        One or two ASCII letters, for markers without any special font; unique.
    shape
        One of `SHAPES`; no two categories share both shape and colour.
    colour
        ``#rrggbb``, at least 3:1 against a light map background.
    """

    id: str
    mode: str
    half_distance_m: float
    name_nl: str
    name_en: str
    plural_nl: str
    plural_en: str
    icon: str
    letter: str
    shape: str
    colour: str

    def half_distance(self, mode: str) -> float:
        """Half-distance in metres in a travel mode: the other mode's by equal minutes.

        Raises
        ------
        TrefpuntError
            `mode` is not ``walk`` or ``cycle``.
        """
        if mode not in SPEED_M_PER_MIN:
            modes = ", ".join(SPEED_M_PER_MIN)
            raise TrefpuntError("travel mode", f"'{mode}' is not one", f"Use one of {modes}.")
        return self.half_distance_m * SPEED_M_PER_MIN[mode] / SPEED_M_PER_MIN[self.mode]

    def cutoff(self, mode: str) -> float:
        """Distance in metres beyond which a place of this category no longer counts, in a travel mode."""
        return CUTOFF_HALF_DISTANCES * self.half_distance(mode)


_TEXT_FIELDS = (
    "mode",
    "name_nl",
    "name_en",
    "plural_nl",
    "plural_en",
    "icon",
    "letter",
    "shape",
    "colour",
)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, with the reason in plain words if it cannot be read.

    Raises
    ------
    TrefpuntError
        The file is absent or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise TrefpuntError(
            str(path), f"cannot be read: {fault}", "Restore the file as it came with Trefpunt."
        ) from fault


def _category_faults(key: str, table: Any) -> list[str]:
    where = f"category '{key}'"
    if not isinstance(table, Mapping):
        return [f"{where} is not a table"]
    faults = []
    for field in _TEXT_FIELDS:
        value = table.get(field)
        if not isinstance(value, str) or not value.strip():
            faults.append(f"{where}: '{field}' is missing or not a text")
    half = table.get("half_distance_m")
    if isinstance(half, bool) or not isinstance(half, int | float) or not half > 0:
        faults.append(f"{where}: 'half_distance_m' must be a number above 0")
    if unknown := sorted(set(table) - {*_TEXT_FIELDS, "half_distance_m"}):
        faults.append(f"{where}: unknown setting(s) {', '.join(unknown)}")
    for field, allowed in (("mode", tuple(SPEED_M_PER_MIN)), ("shape", SHAPES)):
        if isinstance(value := table.get(field), str) and value.strip() and value not in allowed:
            faults.append(f"{where}: '{field}' is '{value}', not one of {', '.join(allowed)}")
    if isinstance(value := table.get("colour"), str) and not re.fullmatch(r"#[0-9a-f]{6}", value):
        faults.append(f"{where}: 'colour' is '{value}', not #rrggbb in lower case")
    if isinstance(value := table.get("letter"), str) and not re.fullmatch(r"[A-Za-z]{1,2}", value):
        faults.append(f"{where}: 'letter' is '{value}', not one or two letters a-z")
    return faults


def parse_categories(document: Mapping[str, Any], where: str) -> dict[str, Category]:
    """Turn the ``[category.*]`` tables of a TOML document into categories, in the order of the file.

    Raises
    ------
    TrefpuntError
        With every fault found: absent or unknown settings, wrong types, modes, shapes or colours, letters or
        looks used twice.
    """
    tables = document.get("category")
    if not isinstance(tables, Mapping) or not tables:
        raise TrefpuntError(where, "there is no [category.…] table", "Add the categories.")
    faults = [fault for key, table in tables.items() for fault in _category_faults(key, table)]
    looks: dict[tuple[str, ...], str] = {}
    for key, table in tables.items():
        if not isinstance(table, Mapping):
            continue
        letter = str(table.get("letter")).lower()
        for look in (("letter", letter), ("look", str(table.get("shape")), str(table.get("colour")))):
            if (other := looks.setdefault(look, key)) != key:
                faults.append(f"categories '{other}' and '{key}' share the {' '.join(look)}")
    if faults:
        raise TrefpuntError(where, faults, "Correct the [category.…] tables.")
    return {
        key: Category(
            id=key,
            half_distance_m=float(table["half_distance_m"]),
            **{field: table[field] for field in _TEXT_FIELDS},
        )
        for key, table in tables.items()
    }


@cache
def load_categories(path: Path = CATEGORIES_FILE) -> Mapping[str, Category]:
    """Read the categories; cached, so do not expect a changed file to be seen by a running program.

    Returns
    -------
    Mapping
        Category id → `Category`, read-only, in the order in which they are shown.

    Raises
    ------
    TrefpuntError
        The file cannot be read, or a category is faulty (all faults at once).
    """
    return MappingProxyType(parse_categories(read_toml(path), str(path)))
