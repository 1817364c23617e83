"""Answers as PDOK does for the boundaries of CBS: OGC API Features with next links, and WFS 2.0."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlencode

import shapely
from shapely.geometry import box, mapping

from tests.servers.base import Answer, Request
from tests.servers.world import Place, world
from trefpunt.crs import RD, WGS84

YEARS = ("2022", "2023", "2024")
"""Of the OGC API; the web feature service has the next year too."""


@cache
def _features(level: str, crs: str) -> list[tuple[str, dict[str, Any]]]:
    """(code of the municipality, feature) of all places, a water area each beside the land."""
    found = []
    for place in world().values():
        found += [(place.code, one) for one in _of(place, level, crs)]
    return found


def _of(place: Place, level: str, crs: str) -> list[dict[str, Any]]:
    common = {"gemeentecode": place.code, "gemeentenaam": place.name, "jaar": 2024}
    if level == "buurten":
        table = place.neighbourhoods
        named = [
            {"buurtcode": code, "buurtnaam": row["name"], "wijkcode": row["district_code"], "water": "NEE"}
            for code, row in table.iterrows()
        ]
        shapes = list(table.geometry)
        named.append(
            {"buurtcode": f"BU{place.digits}9998", "buurtnaam": "", "wijkcode": f"WK{place.digits}99", "water": "JA"}
        )
    elif level == "wijken":
        table = place.districts
        named = [{"wijkcode": code, "wijknaam": row["name"], "water": "NEE"} for code, row in table.iterrows()]
        shapes = list(table.geometry)
        named.append({"wijkcode": f"WK{place.digits}99", "wijknaam": "", "water": "JA"})
    else:
        named, shapes = [{"water": "NEE"}], [place.neighbourhoods.geometry.union_all()]
        named.append({"water": "JA"})
    shapes.append(box(*place.neighbourhoods.total_bounds[:2], *(place.neighbourhoods.total_bounds[:2] + 100)))
    geometry = place.neighbourhoods.geometry.iloc[:0].reindex(range(len(shapes)))
    geometry[:] = shapes
    geometry = geometry.set_crs(RD, allow_override=True).to_crs(crs)
    return [
        {
            "type": "Feature",
            "id": number,
            "properties": common | properties | {"aantal_inwoners": -99997},
            "geometry": mapping(shapely.multipolygons([shape]) if shape.geom_type == "Polygon" else shape),
        }
        for number, (properties, shape) in enumerate(zip(named, geometry, strict=True))
    ]


def ogc(page: int = 1000, host: str | None = None) -> Callable[[Request], Answer]:
    """A route for the OGC API; at most `page` features a page."""

    def route(request: Request) -> Answer:
        asked = re.search(r"/cbs/wijken-en-buurten-(\d{4})/ogc/v1/collections/(\w+)/items$", request.path)
        if not asked or asked[1] not in YEARS or asked[2] not in ("buurten", "wijken", "gemeenten"):
            return Answer(b'{"title": "Not Found", "status": 404}', 404, kind="application/problem+json")
        code = request.query.get("gemeentecode")
        features = [f for whose, f in _features(asked[2], WGS84) if code in (None, whose)]
        limit = min(page, int(request.query.get("limit", 10)))
        start = int(request.query.get("cursor", "0"))
        shown = features[start : start + limit]
        base = f"{host or 'http://' + request.headers['Host']}{request.path}"
        links = [{"rel": "self", "href": base, "type": "application/geo+json"}]
        if start + limit < len(features):
            query = urlencode({**request.query, "cursor": start + limit})
            links.append({"rel": "next", "href": f"{base}?{query}", "type": "application/geo+json"})
        answer = {"type": "FeatureCollection", "links": links, "numberReturned": len(shown), "features": shown}
        return Answer.json(answer, kind="application/geo+json")

    return route


def wfs(page: int = 1000) -> Callable[[Request], Answer]:
    """A route for the WFS: heeds `filter`, ignores `cql_filter`."""

    def route(request: Request) -> Answer:
        query = {name.lower(): value for name, value in request.query.items()}
        level = query.get("typenames", "").removeprefix("wijkenbuurten:")
        asked = re.search(r"/cbs/wijkenbuurten/(\d{4})/wfs/v1_0$", request.path)
        if not asked or asked[1] not in (*YEARS, "2025"):
            return Answer(b"Not Found", 404, kind="text/plain")
        if level not in ("buurten", "wijken", "gemeenten"):
            return Answer(b"<ows:ExceptionReport/>", 400, kind="text/xml")
        code = re.search(r"<fes:Literal>(GM\d{4})</fes:Literal>", query.get("filter", ""))
        features = [f for whose, f in _features(level, RD) if code is None or code[1] == whose]
        start, count = int(query.get("startindex", 0)), min(page, int(query.get("count", page)))
        shown = features[start : start + count]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
        answer = {"type": "FeatureCollection", "crs": crs, "numberMatched": len(features), "features": shown}
        return Answer.json(answer)

    return route
