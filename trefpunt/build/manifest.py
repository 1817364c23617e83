"""The data package descriptor: for each file its source, licence, vintage and fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pandas.api import types

from trefpunt.tables.schemas import SCHEMAS

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

_CBS = "CBS (Statistics Netherlands)"
_OSM = {
    "title": "OpenStreetMap contributors, extract of August 2021 (Geofabrik Limburg, by way of vector tiles; "
    "tile schema © OpenMapTiles, CC BY 4.0)",
    "title_nl": "OpenStreetMap-bijdragers, uittreksel van augustus 2021 (Geofabrik Limburg, via vectortegels; "
    "tegelschema © OpenMapTiles, CC BY 4.0)",
    "path": "https://www.openstreetmap.org/copyright",
}
_OSM_2023 = {
    "title": "OpenStreetMap contributors, Overpass extract of 3 July 2023",
    "title_nl": "OpenStreetMap-bijdragers, Overpass-uittreksel van 3 juli 2023",
    "path": "https://www.openstreetmap.org/copyright",
}
_OSM_BELGIUM = {
    "title": "OpenStreetMap contributors, streets of Lanaken (Belgium), 2026",
    "title_nl": "OpenStreetMap-bijdragers, straten van Lanaken (België), 2026",
    "path": "https://www.openstreetmap.org/copyright",
}
_KWB = {
    "title": f"{_CBS}, Kerncijfers wijken en buurten 2024, table 85984NED",
    "title_nl": "CBS, Kerncijfers wijken en buurten 2024, tabel 85984NED",
    "path": "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/85984NED",
}
_INCOME = {
    "title": f"{_CBS}, Kerncijfers wijken en buurten 2017, table 83765NED",
    "title_nl": "CBS, Kerncijfers wijken en buurten 2017, tabel 83765NED",
    "path": "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/83765NED",
}
_SES = {
    "title": f"{_CBS}, SES-WOA 2019 per wijk, table 85163NED",
    "title_nl": "CBS, SES-WOA 2019 per wijk, tabel 85163NED",
    "path": "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/85163NED",
}
_LETTER = {
    "title": "Municipal executive of Maastricht, letter to the council of 6 June 2024, quoting CBS: SES-WOA 2021 "
    "of two neighbourhoods, dwellings of housing corporations 2023 of two",
    "title_nl": "Brief van burgemeester en wethouders van Maastricht aan de raad, 6 juni 2024, met cijfers van "
    "het CBS: SES-WOA 2021 van twee buurten, woningen van woningcorporaties 2023 van twee buurten",
}
_BOUNDARIES = {
    "title": "CBS / Kadaster, Wijk- en buurtkaart 2024, boundaries rebuilt from simplified publications",
    "title_nl": "CBS / Kadaster, Wijk- en buurtkaart 2024, grenzen hersteld uit vereenvoudigde uitgaven",
    "path": "https://www.cbs.nl/nl-nl/dossier/nederland-regionaal/geografische-data",
}
_PC6 = {
    "title": f"{_CBS}, statistics per six-character postcode 2021",
    "title_nl": "CBS, cijfers per postcode van zes tekens 2021",
    "path": "https://www.cbs.nl/nl-nl/dossier/nederland-regionaal/geografische-data/gegevens-per-postcode",
}

_TITLES_NL = {
    "neighbourhoods": "Buurten",
    "districts": "Wijken",
    "population": "Inwoners per postcode (PC6), met het punt waar elke postcode op het stratennet komt",
    "places": "Plekken",
    "walk_nodes": "Stratennet voor voetgangers: punten",
    "walk_edges": "Stratennet voor voetgangers: straten",
    "cycle_nodes": "Stratennet voor fietsers: punten",
    "cycle_edges": "Stratennet voor fietsers: straten",
    "segregation": "Scheiding tussen buurten en tussen wijken: kengetallen",
    "clusters": "Buurten en wijken die op hun buren lijken, of juist niet",
    "one_sidedness": "Eenzijdigheid van de leefomgeving: inwoners per buurt en wijk",
    "waters": "Grotere wateren",
    "bridging": "Hoe elke soort plek inwoners samen kan brengen",
    "closing": "Wat er wegvalt als een plek sluit",
    "street_names": "Straatnamen: in welke buurt een straat ligt",
    "basemap": "Ondergrond van de kaart: straten, water, groen",
}

_ABOUT: dict[str, tuple[str, str, list[dict[str, Any]], list[dict[str, str]]]] = {
    "waters": ("Larger waters", "2021", [ODBL], [_OSM]),
    "neighbourhoods": (
        "Neighbourhoods (buurten)",
        "2017, 2019, 2021, 2023, 2024",
        [CC_BY],
        [_KWB, _INCOME, _SES, _LETTER, _PC6, _BOUNDARIES],
    ),
    "districts": ("Districts (wijken)", "2017, 2019, 2021, 2024", [CC_BY], [_KWB, _INCOME, _SES, _PC6, _BOUNDARIES]),
    "population": (
        "Residents per postcode (PC6), with the network node each joins",
        "2021; streets 2021",
        [ODBL],
        [_PC6, _OSM],
    ),
    "places": ("Meeting places", "2021, 2023", [ODBL], [_OSM, _OSM_2023]),
    "walk_nodes": ("Walking network: nodes", "2021; Belgium 2026", [ODBL], [_OSM, _OSM_BELGIUM]),
    "walk_edges": ("Walking network: edges", "2021; Belgium 2026", [ODBL], [_OSM, _OSM_BELGIUM]),
    "cycle_nodes": ("Cycling network: nodes", "2021; Belgium 2026", [ODBL], [_OSM, _OSM_BELGIUM]),
    "cycle_edges": ("Cycling network: edges", "2021; Belgium 2026", [ODBL], [_OSM, _OSM_BELGIUM]),
    "segregation": (
        "Segregation between neighbourhoods and between districts: indices",
        "2017, 2019, 2021",
        [CC_BY],
        [_INCOME, _SES, _PC6, _BOUNDARIES],
    ),
    "clusters": (
        "Areas that resemble their neighbours, or do not: local Moran's I",
        "2017, 2019, 2021",
        [CC_BY],
        [_INCOME, _SES, _PC6, _BOUNDARIES],
    ),
    "one_sidedness": (
        "One-sidedness of the living environment: residents by neighbourhood and district",
        "2017, 2021, 2023; Belgium 2026",
        [ODBL],
        [_INCOME, _PC6, _BOUNDARIES, _OSM, _OSM_2023, _OSM_BELGIUM],
    ),
    "bridging": (
        "Bridging index, access and encounter of every category of places",
        "2017, 2021, 2023; Belgium 2026",
        [ODBL],
        [_INCOME, _PC6, _OSM, _OSM_2023, _OSM_BELGIUM],
    ),
    "closing": (
        "What would be lost if a place closed",
        "2017, 2021, 2023; Belgium 2026",
        [ODBL],
        [_INCOME, _PC6, _OSM, _OSM_2023, _OSM_BELGIUM],
    ),
    "street_names": (
        "Street names: which neighbourhood a street lies in",
        "2021, 2024",
        [ODBL],
        [_OSM, _BOUNDARIES],
    ),
    "basemap": ("Background of the map: streets, water, green", "2021; Belgium 2026", [ODBL], [_OSM, _OSM_BELGIUM]),
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
    municipality: Mapping[str, str], tables: Mapping[str, pd.DataFrame], ses_source: str | None
) -> dict[str, Any]:
    """The descriptor of a snapshot, before sizes and hashes are known.

    Parameters
    ----------
    municipality
        `code` (GM…) and `name`.
    tables
        Table name → table.
    ses_source
        Title of the official score file that replaced the estimates; None when there was none.
    """
    resources: list[dict[str, Any]] = []
    for name, (title, vintage, licences, sources) in _ABOUT.items():
        listed = list(sources)
        if ses_source and name in ("neighbourhoods", "districts"):
            listed.append({"title": ses_source, "path": "https://opendata.cbs.nl/statline/"})
        resource: dict[str, Any] = {"name": name, "title": title, "title_nl": _TITLES_NL[name]}
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
        in_dutch = vintage.replace("streets", "straten").replace("Belgium", "België")
        about = {"vintage": vintage, "vintage_nl": in_dutch, "licenses": licences, "sources": listed}
        resources.append(resource | about)
    return {
        "$schema": "https://datapackage.org/profiles/1.0/datapackage.json",
        "name": f"trefpunt-{municipality['code'].lower()}",
        "title": f"Trefpunt: {municipality['name']}",
        "municipality": dict(municipality),
        "licenses": [ODBL, CC_BY],
        "resources": resources,
    }
