"""Reading a scenario: strictly, with every fault in one message.

The text comes from a file, an upload or a URL, so nothing about it is taken for granted. What a file must look like is
also in docs/scenario.schema.json.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

from trefpunt.categories import load_categories
from trefpunt.errors import ScenarioError
from trefpunt.scenarios.ground import Ground, ground_faults
from trefpunt.scenarios.model import MAX_CHANGES, MAX_TEXT, VERSION, WHERE, Add, Change, Close, Move, Scenario, to_json

MAX_BYTES = 65_536

_REMEDY = "Correct the scenario; docs/scenarios.md says what one looks like. Nothing was changed."
_ID = re.compile(r"[a-z][0-9a-z]{1,63}")
_MUNICIPALITY = re.compile(r"GM[0-9]{4}")
_FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "add": (("id", "category", "lon", "lat"), ("name",)),
    "close": (("place",), ()),
    "move": (("place", "lon", "lat"), ()),
}
"""Per kind of change the keys it must have, and those it may have."""


def _shown(value: object) -> str:
    """A value as it may stand in a message: short, and nothing that a terminal or page would obey."""
    if isinstance(value, dict | list):  # never its contents, which may be nested deeply
        return "an object" if isinstance(value, dict) else "a list"
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:56]}…"


def _decoded(data: str | bytes) -> str:
    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise ScenarioError(WHERE, f"it has {size:,} bytes, at most {MAX_BYTES:,} are read", _REMEDY)
    if isinstance(data, str):
        return data
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ScenarioError(WHERE, f"it is not UTF-8 text (byte {fault.start + 1:,})", _REMEDY) from None


def _document(text: str) -> tuple[Any, list[str]]:
    """The JSON document, and what is wrong with it as such: keys given twice."""
    twice: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.extend(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        return dict(pairs)

    def no_number(name: str) -> None:
        raise ValueError(f"{name} is no number")

    try:
        document = json.loads(text, object_pairs_hook=unique, parse_constant=no_number)
    except RecursionError:
        raise ScenarioError(WHERE, "it is nested too deeply", _REMEDY) from None
    except ValueError as fault:
        raise ScenarioError(WHERE, f"it is not JSON: {str(fault)[:120]}", _REMEDY) from None
    return document, [f"the key {_shown(key)} is given twice in one object" for key in twice]


def _text_faults(what: str, value: object) -> list[str]:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_TEXT:
        return [f"{what} must be a text of 1 to {MAX_TEXT} characters"]
    if any(unicodedata.category(c).startswith("C") for c in value):
        return [f"{what} has invisible or control characters: {_shown(value)}"]
    return []


def _value_faults(key: str, value: object) -> list[str]:
    """What is wrong with one value of a change."""
    if key in ("lon", "lat"):
        end = 180 if key == "lon" else 90
        if isinstance(value, bool) or not isinstance(value, int | float):
            return [f"{key} must be a number of degrees, not {_shown(value)}"]
        if abs(value) > end or not math.isfinite(value):  # in this order: an integer may be too large for a float
            return [f"{key} must lie between −{end} and {end} degrees"]
        return []
    if key == "name":
        return _text_faults("name", value)
    if not isinstance(value, str):
        return [f"{key} must be a text, not {_shown(value)}"]
    if key == "category":
        known = load_categories()
        return [] if value in known else [f"there is no category {_shown(value)}; there is {', '.join(known)}"]
    if not _ID.fullmatch(value):
        return [f"{key} must be 2 to 64 lower-case letters and digits, a letter first, not {_shown(value)}"]
    return []


def _change(entry: object) -> tuple[Change | None, list[str]]:
    """One change, or what is wrong with it."""
    if not isinstance(entry, dict):
        return None, [f"must be an object, not {_shown(entry)}"]
    do = entry.get("do")
    if not isinstance(do, str) or do not in _FIELDS:
        return None, [f"'do' must be one of {', '.join(_FIELDS)}, not {_shown(do)}"]
    needed, allowed = _FIELDS[do]
    keys = set(entry) - {"do"}
    faults = [f"'{key}' is missing" for key in needed if key not in keys]
    faults += [f"unknown key {_shown(key)}" for key in sorted(keys - {*needed, *allowed})]
    for key in (*needed, *allowed):
        if key in keys:
            faults += _value_faults(key, entry[key])
    if faults:
        return None, faults
    values = {key: float(entry[key]) if key in ("lon", "lat") else entry[key] for key in keys}
    return {"add": Add, "close": Close, "move": Move}[do](**values), []


def _parsed(data: str | bytes) -> tuple[Scenario, list[tuple[int, Change]], list[str]]:
    """What can be understood, its changes with their number in the file, and every fault of form."""
    document, faults = _document(_decoded(data))
    if not isinstance(document, dict):
        raise ScenarioError(WHERE, "it must be one JSON object", _REMEDY)
    version = document.get("trefpunt_scenario")
    if isinstance(version, bool) or not isinstance(version, int | float) or version != VERSION:
        faults.append(f"'trefpunt_scenario' must be {VERSION}, not {_shown(version)}: the version of the format")
    municipality = document.get("municipality")
    if not isinstance(municipality, str) or not _MUNICIPALITY.fullmatch(municipality):
        faults.append(f"'municipality' must be a code such as GM0935, not {_shown(municipality)}")
        municipality = ""
    title = document.get("title")
    if "title" in document:
        faults += _text_faults("title", title)
    known = {"trefpunt_scenario", "municipality", "title", "changes"}
    faults += [f"unknown key {_shown(key)}" for key in sorted(set(document) - known)]
    entries = document.get("changes")
    if not isinstance(entries, list):
        faults.append("'changes' must be a list")
        entries = []
    if len(entries) > MAX_CHANGES:
        faults.append(f"it has {len(entries):,} changes, at most {MAX_CHANGES} are allowed")
        entries = []
    numbered = []
    for number, entry in enumerate(entries, 1):
        change, wrong = _change(entry)
        faults += [f"change {number}: {fault}" for fault in wrong]
        if change is not None:
            numbered.append((number, change))
    faults += _clashes(numbered)
    scenario = Scenario(municipality, tuple(change for _, change in numbered), None if faults else title)
    return scenario, numbered, faults


def _clashes(numbered: list[tuple[int, Change]]) -> list[str]:
    """More than one change of one place, unless it is added and closed again."""
    by_place: dict[str, list[tuple[int, Change]]] = {}
    for number, change in numbered:
        by_place.setdefault(change.subject, []).append((number, change))
    faults = []
    for place, changes in by_place.items():
        kinds = sorted(type(change).__name__ for _, change in changes)
        if len(changes) == 1 or kinds == ["Add", "Close"]:
            continue
        first, *others = (number for number, _ in changes)
        listed = ", ".join(str(number) for number in others)
        faults.append(f"change {listed}: {place} is changed in change {first} already; one change a place")
    return faults


def parse(data: str | bytes) -> Scenario:
    """Read a scenario without asking whether the municipality has its places; see `read`.

    Raises
    ------
    ScenarioError
        With every fault of form.
    """
    scenario, _, faults = _parsed(data)
    if faults:
        raise ScenarioError(WHERE, faults, _REMEDY)
    return scenario


def read(data: str | bytes, ground: Ground, where: str = WHERE) -> Scenario:
    """Read a scenario and hold it against its municipality.

    Parameters
    ----------
    data
        JSON, as text or as the bytes of a file (UTF-8).
    ground
        The municipality, from `trefpunt.scenarios.ground_of`.
    where
        What the message should call it.

    Raises
    ------
    ScenarioError
        With every fault, each with the number of the change: of form, unknown places, points where no place can be.
    """
    try:
        scenario, numbered, faults = _parsed(data)
    except ScenarioError as fault:
        raise ScenarioError(where, fault.faults, fault.remedy) from None
    if scenario.municipality and scenario.municipality != ground.code:
        faults.append(f"it is about municipality {scenario.municipality}, these figures are about {ground.code}")
    else:
        faults += ground_faults(numbered, ground)
    if faults:
        raise ScenarioError(where, faults, _REMEDY)
    return scenario


def read_file(path: Path, ground: Ground) -> Scenario:
    """Read a scenario from a file; as `read`, and a file that cannot be read is a fault too.

    Raises
    ------
    ScenarioError
        With every fault.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        raise ScenarioError(str(path), f"cannot be read ({reason})", "Give the path of a scenario file.") from None
    if len(data) > MAX_BYTES:
        raise ScenarioError(str(path), f"it has more than {MAX_BYTES:,} bytes", _REMEDY)
    return read(data, ground, str(path))


def check(scenario: Scenario, ground: Ground) -> Scenario:
    """Hold a scenario that was made by a program, not read, against all that `read` asks.

    Raises
    ------
    ScenarioError
        With every fault.
    """
    return read(to_json(scenario), ground)
