"""What a scenario is: a few places added, closed or moved."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

VERSION = 1
MAX_CHANGES = 50
MAX_TEXT = 80
"""Characters of a title or name."""

WHERE = "scenario"
"""Start of every message about one that is not read from a file."""


@dataclass(frozen=True)
class Add:
    """A new place.

    Attributes
    ----------
    id
        Its id among the places; none of theirs.
    category
        Of `trefpunt.categories`.
    lon, lat
        Degrees (WGS84).
    name
        Text of whoever made the scenario: hostile until escaped.
    """

    id: str
    category: str
    lon: float
    lat: float
    name: str | None = None

    @property
    def subject(self) -> str:
        """Id of the place it is about."""
        return self.id


@dataclass(frozen=True)
class Close:
    """A place that is there no more."""

    place: str

    @property
    def subject(self) -> str:
        """Id of the place it is about."""
        return self.place


@dataclass(frozen=True)
class Move:
    """A place that goes elsewhere: longitude and latitude in degrees (WGS84)."""

    place: str
    lon: float
    lat: float

    @property
    def subject(self) -> str:
        """Id of the place it is about."""
        return self.place


Change = Add | Close | Move


@dataclass(frozen=True)
class Scenario:
    """Changes to the places of one municipality. Hashable, so that answers can be cached on it.

    Attributes
    ----------
    municipality
        Its code, GM….
    changes
        In the order of whoever made it, which has no meaning.
    title
        Text of whoever made the scenario: hostile until escaped.
    """

    municipality: str
    changes: tuple[Change, ...] = ()
    title: str | None = None

    @property
    def effective(self) -> tuple[Change, ...]:
        """The changes that change something, by id of the place: what is added and closed again is left out."""
        added = {change.id for change in self.changes if isinstance(change, Add)}
        undone = {change.place for change in self.changes if isinstance(change, Close) and change.place in added}
        return tuple(sorted((c for c in self.changes if c.subject not in undone), key=lambda c: c.subject))


def _record(change: Change) -> dict[str, Any]:
    match change:
        case Add():
            named = {} if change.name is None else {"name": change.name}
            where = {"lon": change.lon, "lat": change.lat}
            return {"do": "add", "id": change.id, "category": change.category} | named | where
        case Close():
            return {"do": "close", "place": change.place}
        case Move():
            return {"do": "move", "place": change.place, "lon": change.lon, "lat": change.lat}


def to_json(scenario: Scenario, *, indent: int | None = None) -> str:
    """Write a scenario as docs/scenario.schema.json has it; `reading.parse` gives an equal one back.

    Parameters
    ----------
    scenario
        What to write.
    indent
        Spaces a level, for people; none: as short as can be, for a URL.
    """
    titled = {} if scenario.title is None else {"title": scenario.title}
    document = {"trefpunt_scenario": VERSION, "municipality": scenario.municipality} | titled
    changes = [_record(change) for change in scenario.changes]
    return json.dumps(
        document | {"changes": changes},
        ensure_ascii=False,
        indent=indent,
        separators=(",", ":") if indent is None else None,
    )
