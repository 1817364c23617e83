"""The rules that make meeting places of OpenStreetMap features, read from ``trefpunt/categories.toml``.

That file explains each setting; here they are checked and turned into frozen objects.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from trefpunt.categories import CATEGORIES_FILE, parse_categories, read_toml
from trefpunt.errors import TrefpuntError
from trefpunt.tables.places_names import comparable_name

KINDS = ("tag", "recovered", "recategorised", "assumed")
"""Why a feature is in a category: its tag; its name, its class being lost; against its tag; for want of better."""

_Table = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """One rule of classification; `category` None means: leave out. See ``categories.toml`` for the fields."""

    id: str
    classes: frozenset[str]
    category: str | None
    kind: str
    reason: str
    name: re.Pattern[str] | None
    named: bool | None
    osm_ids: frozenset[str]
    tags: tuple[tuple[str, str], ...]
    min_area_m2: float
    max_area_m2: float
    only_polygons: bool
    sport: str | None
    sport_if_unknown: str | None

    def holds(self, cls: str, name: str | None, osm_id: str | None, tags: Mapping[str, Any], area_m2: float) -> bool:
        """Tell whether all conditions hold for a feature; `area_m2` is 0 for a point."""
        if cls not in self.classes:
            return False
        if self.named is not None and (name is not None) != self.named:
            return False
        if self.name is not None and (name is None or not self.name.search(name)):
            return False
        if self.osm_ids and osm_id not in self.osm_ids:
            return False
        if any(tags.get(key) != value for key, value in self.tags):
            return False
        if area_m2 == 0:
            return not self.only_polygons
        return self.min_area_m2 <= area_m2 <= self.max_area_m2


@dataclass(frozen=True)
class SameNames:
    """Differing names of one place: features so named, in `category` and within `within_m`, are one.

    `keys` are the names as they are compared; the first is the one shown.
    """

    keys: tuple[str, ...]
    category: str
    within_m: float
    reason: str


@dataclass(frozen=True)
class Borrow:
    """A nameless feature of `classes` takes the nearest fitting name of `from_classes` within `within_m`."""

    classes: frozenset[str]
    from_classes: frozenset[str]
    from_name: re.Pattern[str]
    within_m: float
    reason: str


@dataclass(frozen=True)
class Ground:
    """Features of `category` at most `gap_m` apart form one ground.

    With `by_sport`, different sports do not join; what has no sport joins the nearest that has one, but none of
    `alone_sports`. Names that match `no_names` name no place. A ground without any name, all of `small_classes`,
    of no sport but `small_sports` and below `small_below_m2` in all, goes to the category `small_to`.
    """

    category: str
    gap_m: float
    by_sport: bool
    alone_sports: frozenset[str]
    no_names: re.Pattern[str] | None
    small_below_m2: float
    small_to: str | None
    small_classes: frozenset[str]
    small_sports: frozenset[str]
    reason: str


@dataclass(frozen=True)
class Rules:
    """Everything `trefpunt.tables.places.make_places` needs to know."""

    categories: tuple[str, ...]
    decisions: tuple[Rule, ...]
    same_names: tuple[SameNames, ...]
    borrows: tuple[Borrow, ...]
    grounds: tuple[Ground, ...]
    ignored_words: Mapping[str, frozenset[str]]
    default_within_m: float
    unnamed_within_m: float
    within_m: Mapping[str, float]

    def same_within(self, category: str) -> float:
        """Greatest distance in metres between features of one name and category that are one place."""
        return self.within_m.get(category, self.default_within_m)


class _Reader:
    """Takes settings out of one table, gathering faults instead of stopping at the first."""

    def __init__(self, table: Any, where: str, faults: list[str], categories: tuple[str, ...]) -> None:
        self.table: _Table = table if isinstance(table, Mapping) else {}
        self.where, self.faults, self.categories = where, faults, categories
        self.seen: set[str] = set()
        if not isinstance(table, Mapping):
            faults.append(f"{where} is not a table")

    def _take(self, field: str, kind: type | tuple[type, ...], what: str, default: Any) -> Any:
        self.seen.add(field)
        value = self.table.get(field, default)
        if value is None:
            self.faults.append(f"{self.where}: '{field}' is missing")
        elif value is not default and (not isinstance(value, kind) or (kind is not bool and isinstance(value, bool))):
            self.faults.append(f"{self.where}: '{field}' must be {what}")
        else:
            return value
        return default

    def text(self, field: str, default: str | None = None) -> str:
        return self._take(field, str, "a text", default) or ""

    def flag(self, field: str) -> bool | None:
        return None if field not in self.table else bool(self._take(field, bool, "true or false", False))

    def number(self, field: str, default: float | None = None) -> float:
        value = self._take(field, (int, float), "a number", default)
        if value is not None and value < 0:
            self.faults.append(f"{self.where}: '{field}' must not be below 0")
        return float(value or 0)

    def texts(self, field: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self._take(field, list, "a list of texts", default)
        if not all(isinstance(item, str) for item in value or ()):
            self.faults.append(f"{self.where}: '{field}' must be a list of texts")
            return ()
        return tuple(value or ())

    def classes(self, field: str, default: tuple[str, ...] | None = None) -> frozenset[str]:
        found = self.texts(field, default)
        self.faults += [
            f"{self.where}: '{c}' in '{field}' is neither key=value nor 'named'"
            for c in found
            if c != "named" and not re.fullmatch(r"[^=\s]+=[^=\s]+", c)
        ]
        return frozenset(found)

    def pattern(self, field: str) -> re.Pattern[str] | None:
        text = self.text(field, "")
        try:
            return re.compile(text, re.IGNORECASE) if text else None
        except re.error as fault:
            self.faults.append(f"{self.where}: '{field}' is no regular expression: {fault}")
            return None

    def category(self, field: str = "category", *, needed: bool = True) -> str | None:
        value = self.text(field, None if needed else "")
        if value and value not in self.categories:
            self.faults.append(f"{self.where}: unknown category '{value}'")
        return value or None

    def done(self) -> None:
        if unknown := sorted(set(self.table) - self.seen):
            self.faults.append(f"{self.where}: unknown setting(s) {', '.join(unknown)}")


def _rule(read: _Reader) -> Rule:
    dropped = read.flag("drop") is True
    category = read.category(needed=not dropped)
    if dropped and category:
        read.faults.append(f"{read.where}: has both drop and a category")
    kind = read.text("kind", "tag")
    if kind not in KINDS:
        read.faults.append(f"{read.where}: 'kind' is '{kind}', not one of {', '.join(KINDS)}")
    reason = read.text("reason", "")
    if not reason and (dropped or kind != "tag"):
        read.faults.append(f"{read.where}: needs a reason")
    tags_table = read.table.get("tags", {})
    tags = tags_table if isinstance(tags_table, Mapping) else {}
    if tags is not tags_table or not all(isinstance(value, str) for value in tags.values()):
        read.faults.append(f"{read.where}: 'tags' must be a table of texts")
    read.seen.add("tags")
    return Rule(
        id=read.text("id"),
        classes=read.classes("classes"),
        category=category,
        kind=kind,
        reason=reason,
        name=read.pattern("name"),
        named=read.flag("named"),
        osm_ids=frozenset(read.texts("osm_ids", ())),
        tags=tuple(sorted(tags.items())),
        min_area_m2=read.number("min_area_m2", 0.0),
        max_area_m2=read.number("max_area_m2", float("inf")),
        only_polygons=read.flag("only_polygons") is True,
        sport=read.text("sport", "") or None,
        sport_if_unknown=read.text("sport_if_unknown", "") or None,
    )


def _ground(read: _Reader) -> Ground:
    return Ground(
        category=read.category() or "",
        gap_m=read.number("gap_m"),
        by_sport=read.flag("by_sport") is True,
        alone_sports=frozenset(read.texts("alone_sports", ())),
        no_names=read.pattern("no_names"),
        small_below_m2=read.number("small_below_m2", 0.0),
        small_to=read.category("small_to", needed=False),
        small_classes=read.classes("small_classes", ()),
        small_sports=frozenset(read.texts("small_sports", ())),
        reason=read.text("reason"),
    )


def parse_rules(document: _Table, where: str) -> Rules:
    """Turn a TOML document into rules.

    Raises
    ------
    TrefpuntError
        With every fault found in the rules; faults in the categories come first, on their own.
    """
    categories = tuple(parse_categories(document, where))
    faults: list[str] = []

    def readers(section: str) -> list[_Reader]:
        tables = document.get(section, [])
        if not isinstance(tables, list):
            faults.append(f"'{section}' must be a list of tables: [[{section}]]")
            return []
        label = [t.get("id", n) if isinstance(t, Mapping) else n for n, t in enumerate(tables, 1)]
        return [_Reader(t, f"{section} '{n}'", faults, categories) for n, t in zip(label, tables, strict=True)]

    rules = [(_rule(read), read) for read in readers("rule")]
    ids = [rule.id for rule, _ in rules]
    faults += [f"rule id '{i}' is used {ids.count(i)} times" for i in sorted(set(ids)) if ids.count(i) > 1]
    grounds = [(_ground(read), read) for read in readers("ground")]
    borrows = [
        (
            Borrow(
                classes=read.classes("classes"),
                from_classes=read.classes("from_classes"),
                from_name=read.pattern("from_name") or re.compile(""),
                within_m=read.number("within_m"),
                reason=read.text("reason"),
            ),
            read,
        )
        for read in readers("borrow")
    ]
    words = _Reader(document.get("names", {}), "[names]", faults, categories)
    everywhere = frozenset(words.texts("everywhere", ()))
    by_category = _Reader(words.table.get("category", {}), "[names.category]", faults, categories)
    words.seen.add("category")
    ignored = {c: everywhere | frozenset(by_category.texts(c, ())) for c in categories}
    same_names = [
        (
            SameNames(
                keys=tuple(comparable_name(n, ignored.get(category, everywhere)) for n in read.texts("names")),
                category=category,
                within_m=read.number("within_m"),
                reason=read.text("reason"),
            ),
            read,
        )
        for read in readers("same_names")
        for category in [read.category() or ""]
    ]
    same = _Reader(document.get("same", {}), "[same]", faults, categories)
    default_m, unnamed_m = same.number("default_within_m"), same.number("unnamed_within_m")
    distances = _Reader(same.table.get("within_m", {}), "[same.within_m]", faults, categories)
    same.seen.add("within_m")
    within = {c: distances.number(c) for c in categories if c in distances.table}
    for read in [words, by_category, same, distances, *(r for _, r in [*rules, *grounds, *borrows, *same_names])]:
        read.done()
    if faults:
        raise TrefpuntError(where, faults, "Correct the rules; the head of the file explains them.")
    return Rules(
        categories=categories,
        decisions=tuple(rule for rule, _ in rules),
        same_names=tuple(item for item, _ in same_names),
        borrows=tuple(item for item, _ in borrows),
        grounds=tuple(item for item, _ in grounds),
        ignored_words=ignored,
        default_within_m=default_m,
        unnamed_within_m=unnamed_m,
        within_m=within,
    )


@cache
def load_rules(path: Path = CATEGORIES_FILE) -> Rules:
    """Read the rules; cached.

    Raises
    ------
    TrefpuntError
        The file cannot be read or is faulty (all faults at once).
    """
    return parse_rules(read_toml(path), str(path))
