"""Which sources of the snapshots have something newer: `python -m trefpunt build --check-updates`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trefpunt.build.origins import OSM_ROLES
from trefpunt.errors import SnapshotError
from trefpunt.snapshot import MANIFEST, folders_in, read_manifest
from trefpunt.sources import cbs_odata, pdok
from trefpunt.sources.cbs_odata import KEY_FIGURE_TABLES, PROXIMITY_TABLES, SES_TABLES
from trefpunt.sources.http import Fetcher
from trefpunt.sources.odata import Table, describe

_FAMILIES = (SES_TABLES, KEY_FIGURE_TABLES, PROXIMITY_TABLES)
_ROLES = {
    "key_figures": "key figures",
    "shares": "income groups",
    "scores": "SES-WOA",
    "score_years": "SES-WOA",
    "quoted": "figures quoted by others",
    "population": "residents",
    "boundaries": "boundaries",
    "distances": "distances to facilities",
    "own_areas": "own division",
    **dict.fromkeys(sorted(OSM_ROLES), "OpenStreetMap"),
}


@dataclass(frozen=True)
class Freshness:
    """One source of one snapshot.

    Attributes
    ----------
    municipality, what, source, ours
        Whose, of what kind, which, and what it describes or when it was last changed.
    newer
        What there is that is newer, in words; empty where there is nothing.
    is_newer
        None where it cannot be known.
    """

    municipality: str
    what: str
    source: str
    ours: str
    newer: str
    is_newer: bool | None


def find_snapshots(data: Path) -> list[Path]:
    """A snapshot's own folder, or the snapshots in a folder, by name.

    Raises
    ------
    SnapshotError
        There is none.
    """
    if (data / MANIFEST).is_file():
        return [data]
    if not (found := folders_in(data)):
        raise SnapshotError(str(data), f"holds no snapshot ({MANIFEST})", "Give the folder of a snapshot as --data.")
    return found


def check_updates(folders: list[Path], fetcher: Fetcher) -> list[Freshness]:
    """Ask the services what they have that is newer than what snapshots were built of.

    Raises
    ------
    SnapshotError, FetchError, SourceError
        A manifest that cannot be read, a service that fails.
    """
    asked = _Asked(fetcher)
    rows = []
    for folder in folders:
        manifest = read_manifest(folder)
        name = str(manifest["municipality"]["name"])
        inputs = manifest.get("inputs")
        if not isinstance(inputs, list):
            raise SnapshotError(str(folder), "does not say what it was built of", "Build it anew.")
        once = {(_ROLES.get(one["role"], one["role"]), one["title"]): one for one in inputs}
        rows += [_freshness(asked, name, what, one) for (what, _), one in once.items()]
    return rows


class _Asked:
    """Answers of the services, each asked for once."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._tables: dict[str, Table] = {}
        self._latest: dict[int, int] = {}

    def table(self, number: str) -> Table:
        """What CBS says of a table."""
        if number not in self._tables:
            self._tables[number] = describe(self._fetcher, number)
        return self._tables[number]

    def boundaries(self, year: int) -> int:
        """The latest year from `year` on of which PDOK has boundaries."""
        if year not in self._latest:
            self._latest[year] = pdok.latest_year(self._fetcher, year)
        return self._latest[year]


def _freshness(asked: _Asked, name: str, what: str, one: Mapping[str, Any]) -> Freshness:
    number, modified, vintage = one.get("table"), one.get("modified"), str(one.get("vintage", ""))
    source = str(number or one["title"])
    if number is None:
        newer, is_newer = _without_table(asked, what, vintage)
        return Freshness(name, what, source, vintage, newer, is_newer)
    family = next((tables for tables in _FAMILIES if number in tables.values()), None)
    ours = f"{vintage}, changed {modified[:10]}" if isinstance(modified, str) else vintage
    newest = cbs_odata.latest(family) if family else None
    if family is None or newest is None:
        # The income groups of older key figures: the table of the scores has them of later years.
        latest = cbs_odata.latest(SES_TABLES)
        return Freshness(name, what, source, ours, f"table {SES_TABLES[latest]}", True)
    if family[newest] != number:
        return Freshness(name, what, source, ours, f"table {family[newest]} (division of {newest})", True)
    if not isinstance(modified, str):
        return Freshness(name, what, source, ours, "not known when it was fetched", None)
    table = asked.table(number)
    is_newer = cbs_odata.is_newer(table, modified)
    return Freshness(name, what, source, ours, f"changed {table.modified[:10]}" if is_newer else "", is_newer)


def _without_table(asked: _Asked, what: str, vintage: str) -> tuple[str, bool | None]:
    if what == "boundaries" and vintage.isdigit():
        latest = asked.boundaries(int(vintage))
        return (f"boundaries of {latest}", True) if latest > int(vintage) else ("", False)
    if what == "OpenStreetMap":
        return "changes every day", None
    return "see the publisher", None
