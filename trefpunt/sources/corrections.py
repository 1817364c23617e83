"""`corrections.toml`: what people know better than OpenStreetMap, each with its reason and source."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trefpunt.errors import SourceError

FILE_NAME = "corrections.toml"
MAX_BYTES = 1 << 20
MAX_TEXT = 300
_NETHERLANDS = (3.2, 50.7, 7.3, 53.7)
_REMEDY = "Correct the file; docs/data.md describes it. Nothing of it was applied."

_KINDS: Mapping[str, tuple[str, ...]] = {
    "add": ("name", "category", "lon", "lat", "date"),
    "drop": ("place",),
    "recategorise": ("place", "category"),
}
_ALWAYS = ("reason", "source")


@dataclass(frozen=True)
class Correction:
    """One correction.

    Attributes
    ----------
    kind
        add, drop or recategorise.
    reason, source
        Why, and who or what says so.
    place
        What is dropped or recategorised: an OpenStreetMap id (node/123) or a place_id of the table `places`.
    name, category, lon, lat, date
        Of what is added: degrees (WGS84), and when it was seen there (ISO 8601).
    """

    kind: str
    reason: str
    source: str
    place: str = ""
    name: str = ""
    category: str = ""
    lon: float = float("nan")
    lat: float = float("nan")
    date: str = ""

    @property
    def place_id(self) -> str:
        """`place` as the table `places` writes it: n123 for node/123."""
        kind, slash, number = self.place.partition("/")
        return f"{kind[0]}{number}" if slash else self.place


@dataclass(frozen=True)
class Corrections:
    """All corrections of a municipality, in the order of the file."""

    entries: tuple[Correction, ...] = ()


def read_corrections(path: Path, categories: frozenset[str]) -> Corrections:
    """Read corrections; none where there is no file.

    Parameters
    ----------
    path
        The file.
    categories
        Names of the categories that there are.

    Raises
    ------
    SourceError
        With all faults: no TOML, unknown tables or fields, absent fields, texts that are empty, long or unprintable,
        unknown categories, coordinates outside the Netherlands, no date, one place corrected twice.
    """
    if not path.exists():
        return Corrections()
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SourceError(str(path), f"is larger than {MAX_BYTES:,} bytes", _REMEDY)
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        raise SourceError(str(path), f"cannot be read as TOML: {fault}", _REMEDY) from fault
    faults = [
        f"unknown table '{_told(name)}': there are {', '.join(_KINDS)}" for name in document if name not in _KINDS
    ]
    entries: list[Correction] = []
    for kind in _KINDS:
        tables = document.get(kind, [])
        if not isinstance(tables, list):
            faults.append(f"'{kind}' must be a list of tables: [[{kind}]]")
            continue
        for number, table in enumerate(tables, 1):
            where = f"{kind} {number}"
            if not isinstance(table, dict):
                faults.append(f"{where} is no table")
            elif wrong := _faults(table, kind, categories):
                faults += [f"{where}: {fault}" for fault in wrong]
            else:
                entries.append(_made(table, kind))
    seen: set[str] = set()
    for one in entries:
        if one.place and one.place_id in seen:
            faults.append(f"{one.place} is corrected twice")
        seen.add(one.place_id)
    if faults:
        raise SourceError(str(path), faults, _REMEDY)
    return Corrections(tuple(entries))


def _told(value: object) -> str:
    return "".join(c for c in str(value)[:40] if c.isprintable())


def _faults(table: Mapping[str, Any], kind: str, categories: frozenset[str]) -> list[str]:
    wanted = (*_KINDS[kind], *_ALWAYS)
    faults = [f"'{name}' is missing" for name in wanted if name not in table]
    faults += [f"unknown field '{_told(name)}'" for name in table if name not in wanted]
    for name in ("name", "category", "place", *_ALWAYS):
        value = table.get(name, "x")
        if name in wanted and not (isinstance(value, str) and value.strip() and len(value) <= MAX_TEXT):
            faults.append(f"'{name}' must be a text of 1 to {MAX_TEXT} characters")
        elif isinstance(value, str) and not value.isprintable():
            faults.append(f"'{name}' holds characters that cannot be printed")
    category = table.get("category")
    if isinstance(category, str) and category not in categories:
        faults.append(f"unknown category '{_told(category)}': there are {', '.join(sorted(categories))}")
    place = table.get("place")
    if isinstance(place, str) and not re.fullmatch(r"(node|way|relation)/\d{1,18}|[a-z][0-9a-z]{1,30}", place):
        faults.append(f"'{_told(place)}' is neither an OpenStreetMap id (node/123) nor a place_id")
    if kind == "add" and "lon" in table and "lat" in table:
        at = [table["lon"], table["lat"]]
        numbers = [v for v in at if isinstance(v, int | float) and not isinstance(v, bool)]
        west, south, east, north = _NETHERLANDS
        if len(numbers) != 2 or not (west <= numbers[0] <= east and south <= numbers[1] <= north):
            faults.append("'lon' and 'lat' are no place in the Netherlands, in degrees")
    if kind == "add" and "date" in table and _date(table["date"]) is None:
        faults.append("'date' is no date such as 2026-11-24")
    return faults


def _date(value: object) -> str | None:
    if isinstance(value, dt.datetime):
        return None
    try:
        found = (
            value if isinstance(value, dt.date) else dt.date.fromisoformat(value) if isinstance(value, str) else None
        )
    except ValueError:
        return None
    return found.isoformat() if found and 2000 <= found.year <= 2100 else None


def _made(table: Mapping[str, Any], kind: str) -> Correction:
    fields: dict[str, Any] = {name: table[name] for name in (*_KINDS[kind], *_ALWAYS)}
    fields = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    if kind == "add":
        fields |= {"lon": float(fields["lon"]), "lat": float(fields["lat"]), "date": _date(table["date"])}
    return Correction(kind=kind, **fields)
