"""The file of stories that people write for a municipality: ``stories.toml`` in the folder of its snapshot."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trefpunt.errors import SnapshotError
from trefpunt.ui import data
from trefpunt.ui.i18n import LANGUAGES
from trefpunt.ui.keeping import kept

STORIES = "stories.toml"
_REMEDY = "Correct the file, or take it away: the other pages do without. docs/data.md shows its form."

STORY_AREAS = {"pair": 2, "housing": 1}
"""The kinds of stories that a municipality may write down, and how many neighbourhoods each is about."""


@dataclass(frozen=True)
class Story:
    """A story about neighbourhoods that somebody chose; its figures are computed, its words are in the locale files.

    Parameters
    ----------
    kind
        ``pair``: what two neighbourhoods share. ``housing``: who owns the dwellings, and what one can reach.
    areas
        Codes of the neighbourhoods: two for a pair, else one.
    source
        Where these neighbourhoods come from, per language.
    """

    kind: str
    areas: tuple[str, ...]
    source: Mapping[str, str]


@dataclass(frozen=True)
class Written:
    """What the file holds.

    Parameters
    ----------
    stories
        In the order of the file.
    asked
        Who asked in which neighbourhoods people live one-sidedly, as a sentence per language; None where nobody did.
    """

    stories: tuple[Story, ...] = ()
    asked: Mapping[str, str] | None = None


def written() -> Written:
    """Return what people wrote for this municipality; nothing where there is no file.

    Raises
    ------
    SnapshotError
        The file names kinds or neighbourhoods that do not exist, or lacks something; with all faults.
    """
    return _written(data.mark())


@kept(data.KEPT)
def _written(mark: str) -> Written:
    file = data.directory() / STORIES
    if not file.is_file():
        return Written()
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SnapshotError(str(file), f"cannot be read as TOML: {fault}", _REMEDY) from fault
    return _understood(file, document)


def _understood(file: Path, document: Mapping[str, Any]) -> Written:
    codes, told, faults = data.known().neighbourhoods, [], []
    for number, entry in enumerate(document.get("story", []), start=1):
        kind, areas, source = str(entry.get("kind")), tuple(entry.get("areas", ())), entry.get("source", {})
        if kind not in STORY_AREAS:
            faults.append(f"story {number}: '{kind}' is no kind; the kinds are {', '.join(STORY_AREAS)}")
        elif len(set(areas)) != len(areas) or len(areas) != STORY_AREAS[kind]:
            faults.append(f"story {number}: '{kind}' is about {STORY_AREAS[kind]} different neighbourhood(s)")
        faults += [f"story {number}: there is no neighbourhood '{code}'" for code in areas if code not in codes]
        faults += [f"story {number}: 'source.{lang}' is missing" for lang in LANGUAGES if lang not in source]
        told.append(Story(kind, areas, source))
    asked = document.get("asked")
    if asked is not None:
        faults += [f"'asked.{lang}' is missing" for lang in LANGUAGES if lang not in asked]
    if faults:
        raise SnapshotError(str(file), faults, _REMEDY)
    return Written(tuple(told), asked)
