"""Where the inputs of a build come from: for the manifest, its licences, and the question what is newer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CC_BY = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
ODBL = {
    "name": "ODbL-1.0",
    "title": "Open Data Commons Open Database License 1.0",
    "path": "https://opendatacommons.org/licenses/odbl/1-0/",
}
OSM_COPYRIGHT = "https://www.openstreetmap.org/copyright"
OSM_ROLES = frozenset({"streets", "places", "background", "streets_abroad"})
"""Roles of OpenStreetMap: what is made of them is under the ODbL."""


@dataclass(frozen=True)
class Origin:
    """One source of a build.

    Attributes
    ----------
    title, title_nl
        As the manifest and the page that explains name it.
    vintage
        What its figures describe: a year, or a date (ISO 8601).
    path
        Web address of a page about it; None where there is none.
    abroad
        The country, in English and Dutch, where it describes another country than the rest.
    table, modified
        Of a CBS table: its id, and when CBS last changed it (ISO 8601). None where not known.
    """

    title: str
    title_nl: str
    vintage: str
    path: str | None = None
    abroad: tuple[str, str] | None = None
    table: str | None = None
    modified: str | None = None

    def listed(self) -> dict[str, str]:
        """As a source in the manifest."""
        optional = {"path": self.path, "table": self.table, "modified": self.modified}
        told = {name: value for name, value in optional.items() if value}
        return {"title": self.title, "title_nl": self.title_nl, "vintage": self.vintage, **told}


Origins = Mapping[str, tuple[Origin, ...]]
"""By role: key_figures, shares, scores, score_years, quoted, population, boundaries, distances, streets, places,
background, streets_abroad, own_areas. A role that a build does not have is absent."""


def of_roles(origins: Origins, roles: Iterable[str]) -> tuple[Origin, ...]:
    """The sources of some roles, each once, in the order of the roles."""
    return tuple(dict.fromkeys(origin for role in roles for origin in origins.get(role, ())))


def vintages(found: Iterable[Origin], streets: Iterable[Origin] = ()) -> tuple[str, str]:
    """What some sources describe, in English and Dutch: years and dates, other countries' and the streets' apart."""
    found = tuple(found)
    told = [origin.vintage for origin in found if origin.abroad is None]
    years = {year for vintage in told for year in vintage.split(", ") if year}
    here = ", ".join(sorted(years))
    apart = [(*origin.abroad, origin.vintage) for origin in found if origin.abroad is not None]
    apart += [("streets", "straten", origin.vintage) for origin in streets]
    english = [here, *(f"{what} {vintage}" for what, _, vintage in apart)]
    dutch = [here, *(f"{what} {vintage}" for _, what, vintage in apart)]
    return "; ".join(filter(None, english)), "; ".join(filter(None, dutch))


def licences(roles: Iterable[str]) -> list[dict[str, Any]]:
    """The licence of what is made of some roles."""
    return [ODBL] if OSM_ROLES.intersection(roles) else [CC_BY]
