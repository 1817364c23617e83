"""The data package descriptor: for each file its source, licence, vintage and fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas.api import types

from trefpunt.build.origins import CC_BY, ODBL, Origins, licences, of_roles, vintages
from trefpunt.tables.schemas import SCHEMAS


@dataclass(frozen=True)
class About:
    """What the manifest says of a table: titles, and the roles that it is made of.

    `dated` give it its vintage, `also` do not, and of `apart` (streets) the vintage stands apart.
    """

    title: str
    title_nl: str
    dated: tuple[str, ...]
    also: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """All roles."""
        return (*self.dated, *self.apart, *self.also)


_MEASURED = ("shares", "population", "places", "streets", "streets_abroad")
_NETWORK = ("streets", "streets_abroad")

_ABOUT: dict[str, About] = {
    "waters": About("Larger waters", "Grotere wateren", ("background",)),
    "neighbourhoods": About(
        "Neighbourhoods (buurten)",
        "Buurten",
        ("key_figures", "shares", "scores", "quoted", "population"),
        ("boundaries",),
    ),
    "districts": About(
        "Districts (wijken)", "Wijken", ("key_figures", "shares", "scores", "population"), ("boundaries",)
    ),
    "population": About(
        "Residents per postcode (PC6) or square, with the network node each joins",
        "Inwoners per postcode (PC6) of vierkant, met het punt waar elk op het stratennet komt",
        ("population",),
        apart=("streets",),
    ),
    "places": About("Meeting places", "Plekken", ("places",)),
    "walk_nodes": About("Walking network: nodes", "Stratennet voor voetgangers: punten", _NETWORK),
    "walk_edges": About("Walking network: edges", "Stratennet voor voetgangers: straten", _NETWORK),
    "cycle_nodes": About("Cycling network: nodes", "Stratennet voor fietsers: punten", _NETWORK),
    "cycle_edges": About("Cycling network: edges", "Stratennet voor fietsers: straten", _NETWORK),
    "score_years": About(
        "Official SES-WOA scores of all years", "Officiële SES-WOA-scores van alle jaren", ("score_years",)
    ),
    "completeness": About(
        "How far to a supermarket and a school: OpenStreetMap beside CBS",
        "Hoe ver naar een supermarkt en een school: OpenStreetMap naast het CBS",
        ("distances", "places", "streets", "population"),
    ),
    "own_areas": About(
        "The municipality's own division", "Eigen indeling van de gemeente", ("own_areas", "shares", "population")
    ),
    "segregation": About(
        "Segregation between neighbourhoods and between districts: indices",
        "Scheiding tussen buurten en tussen wijken: kengetallen",
        ("shares", "scores", "population"),
        ("boundaries",),
    ),
    "clusters": About(
        "Areas that resemble their neighbours, or do not: local Moran's I",
        "Buurten en wijken die op hun buren lijken, of juist niet",
        ("shares", "scores", "population"),
        ("boundaries",),
    ),
    "one_sidedness": About(
        "One-sidedness of the living environment: residents by neighbourhood and district",
        "Eenzijdigheid van de leefomgeving: inwoners per buurt en wijk",
        _MEASURED,
        ("boundaries",),
    ),
    "bridging": About(
        "Bridging index, access and encounter of every category of places",
        "Hoe elke soort plek inwoners samen kan brengen",
        _MEASURED,
    ),
    "closing": About("What would be lost if a place closed", "Wat er wegvalt als een plek sluit", _MEASURED),
    "street_names": About(
        "Street names: which neighbourhood a street lies in",
        "Straatnamen: in welke buurt een straat ligt",
        ("streets", "boundaries"),
    ),
    "basemap": About(
        "Background of the map: streets, water, green",
        "Ondergrond van de kaart: straten, water, groen",
        ("background", "streets_abroad"),
    ),
}


def _field(name: str, column: pd.Series | pd.Index[Any]) -> dict[str, str]:
    dtype = column.dtype
    if name == "geometry":
        return {"name": name, "type": "any", "description": "WKB, EPSG:28992"}
    if types.is_bool_dtype(dtype):
        kind = "boolean"
    elif types.is_integer_dtype(dtype):
        kind = "integer"
    elif types.is_float_dtype(dtype):
        kind = "number"
    else:
        kind = "string"
    return {"name": name, "type": kind}


def describe(
    municipality: Mapping[str, str],
    tables: Mapping[str, pd.DataFrame],
    origins: Origins,
    population: Mapping[str, Any],
) -> dict[str, Any]:
    """The descriptor of a snapshot, before sizes and hashes are known.

    Parameters
    ----------
    municipality
        `code` (GM…) and `name`.
    tables
        Table name → table.
    origins
        By role, the sources that the build has used; `inputs` of the descriptor lists them once more, each with its
        role, for `build --check-updates`.
    population
        How residents were placed: `year`, `unit` (postcodes, squares, spots), `is_estimate` (spread over streets).
    """
    resources: list[dict[str, Any]] = []
    for name, about in _ABOUT.items():
        resource: dict[str, Any] = {"name": name, "title": about.title, "title_nl": about.title_nl}
        if name in tables:
            table = tables[name]
            keyed = table.index.name is not None
            fields = [_field(str(table.index.name), table.index)] if keyed else []
            fields += [_field(str(column), table[column]) for column in table.columns]
            key = [table.index.name] if keyed else list(SCHEMAS[name].unique or [])
            schema: dict[str, Any] = {"fields": fields} | ({"primaryKey": key} if key else {})
            resource |= {"path": f"{name}.parquet", "format": "parquet", "mediatype": "application/vnd.apache.parquet"}
            resource |= {"rows": len(table), "schema": schema}
        else:
            resource |= {"path": "basemap.pmtiles", "format": "pmtiles", "mediatype": "application/vnd.pmtiles"}
        vintage, vintage_nl = vintages(of_roles(origins, about.dated), of_roles(origins, about.apart))
        resource |= {"vintage": vintage, "vintage_nl": vintage_nl, "licenses": licences(about.roles)}
        resource |= {"sources": [one.listed() for one in of_roles(origins, about.roles)]}
        resources.append(resource)
    return {
        "$schema": "https://datapackage.org/profiles/1.0/datapackage.json",
        "name": f"trefpunt-{municipality['code'].lower()}",
        "title": f"Trefpunt: {municipality['name']}",
        "municipality": dict(municipality),
        "population": dict(population),
        "licenses": [ODBL, CC_BY],
        "inputs": [{"role": role} | one.listed() for role, found in origins.items() for one in found],
        "resources": resources,
    }
