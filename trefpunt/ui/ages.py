"""How old the tables of a snapshot are, in words, and when it was built where the manifest says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from trefpunt.ui.i18n import Text

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_BUILT = ("created", "built")
"""Where a manifest may say when it was built (the first is that of a data package)."""


def today() -> date:
    """Return the date that ages are counted from: the only place where the screen looks at the calendar."""
    return date.today()


def years(vintage: str) -> tuple[int, ...]:
    """Return the years that a vintage names, oldest first: '2017, 2023-07-03; Belgium 2026' → 2017, 2023, 2026."""
    return tuple(sorted({int(year) for year in _YEAR.findall(vintage)}))


def words(t: Text, vintage: str, now: date) -> str:
    """Return how old what a vintage names is, as 'ongeveer 3 tot 9 jaar oud'; a dash when it names no year.

    Parameters
    ----------
    now
        What the age is counted to. Years of the calendar are counted: what a year describes is seldom of one day.
    """
    found = years(vintage)
    if not found:
        return "–"
    newest, oldest = (max(0, now.year - year) for year in (found[-1], found[0]))
    if oldest == newest:
        return t("ages.now") if oldest == 0 else t("ages.one", n=oldest)
    return t("ages.range_now", b=oldest) if newest == 0 else t("ages.range", a=newest, b=oldest)


def oldest(t: Text, tables: Iterable[tuple[str, str]], now: date) -> str:
    """Return a sentence on the oldest figures of some tables, given as name and vintage; empty without any year."""
    found = [(years(vintage)[0], name) for name, vintage in tables if years(vintage)]
    if not found:
        return ""
    year = min(found)[0]
    names = ", ".join(name for first, name in found if first == year)
    return t("ages.oldest", names=names, year=year, age=words(t, str(year), now))


def built(t: Text, manifest: Mapping[str, Any]) -> str:
    """Return when the snapshot was built, as a sentence; empty when its manifest does not say."""
    said = next((str(manifest[key]) for key in _BUILT if manifest.get(key)), "")
    try:
        return t("ages.built", date=date.fromisoformat(said[:10]).isoformat()) if said else ""
    except ValueError:
        return ""
