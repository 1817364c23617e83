"""Boundaries of neighbourhoods, districts and the municipality from PDOK, in the shape that `read_areas` gives.

Asked of the OGC API Features service; of the web feature service (WFS) where that fails or does not have the year.
Source: CBS and Kadaster, CC BY 4.0.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from trefpunt.crs import RD, WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.areas import Areas, read_areas
from trefpunt.sources.http import Fetcher, FetchError, UnusableAnswerError, forgets_unsound
from trefpunt.sources.municipalities import Municipality

LEVELS = {
    "buurten": {"buurtcode": "code", "buurtnaam": "name", "wijkcode": "district_code", "gemeentecode": "municipality"},
    "wijken": {"wijkcode": "code", "wijknaam": "name", "gemeentecode": "municipality"},
    "gemeenten": {"gemeentecode": "code", "gemeentenaam": "name"},
}
"""Collections, and their properties under our names."""

_LAYER = {"buurten": "buurten", "wijken": "wijken", "gemeenten": "gemeente"}
_PAGE = 1000
_MAX_PAGES = 50
_SLIVER_M = 5.0
"""Boundaries of the levels may part by twice this; a wider gap is a neighbourhood that is missing."""
_AGAIN = "Run the build again: the answer was not whole."
_CHANGED = "PDOK has changed the service: see whether a newer Trefpunt knows it, or give the boundaries as a file."


@forgets_unsound
def fetch_areas(fetcher: Fetcher, municipality: Municipality, year: int) -> Areas:
    """Fetch the boundaries of a municipality and everything in it, in the regional division of a year.

    The year must be that of the figures that are to be joined: codes of two divisions may mean different areas.
    Waters are left out, as in the files. The second service is asked only if the first fails.

    Returns
    -------
    Areas
        As `trefpunt.sources.areas.read_areas`, EPSG:28992.

    Raises
    ------
    FetchError, SourceError
        Neither service answers; or with all faults: properties, geometry, neighbourhoods that are missing (with the
        waters they must cover the municipality), everything that `read_areas` looks at.
    """
    if not isinstance(year, int) or not 2000 <= year <= 2100:
        raise SourceError("PDOK", f"{year} is no year", "Give the year of the regional division, such as 2024.")
    try:
        features = {level: _by_ogc_api(fetcher, municipality, year, level) for level in LEVELS}
        where = f"{fetcher.services.pdok}/cbs/wijken-en-buurten-{year}"
    except FetchError as first:
        try:
            features = {level: _by_wfs(fetcher, municipality, year, level) for level in LEVELS}
        except FetchError as second:
            faults = [f"OGC API: {first.where}", *first.faults, f"WFS: {second.where}", *second.faults]
            raise FetchError(
                f"boundaries of {municipality.name}, {year}", faults, second.remedy, second.tries
            ) from second
        where = f"{fetcher.services.pdok_wfs}/cbs/wijkenbuurten/{year}"
    return make_areas(features, municipality, where)


def latest_year(fetcher: Fetcher, year: int) -> int:
    """The latest year, from `year` on without a gap, of which the service has boundaries.

    Raises
    ------
    FetchError
        The service fails; that it does not have a year is no failure.
    """
    for further in range(year + 1, 2100):
        url = f"{fetcher.services.pdok}/cbs/wijken-en-buurten-{further}/ogc/v1/collections/gemeenten/items"
        try:
            fetcher.json(url, params={"f": "json", "limit": "1"}, check=_collection, fresh=True)
        except FetchError as fault:
            if fault.tries <= 1 and any("HTTP 404" in one for one in fault.faults):
                return further - 1
            raise
    return year


def _collection(answer: Any) -> list[dict[str, Any]]:
    """The features of an answer; as many as it says."""
    features = answer.get("features") if isinstance(answer, dict) else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise UnusableAnswerError("the answer holds no list of features")
    returned = answer.get("numberReturned")
    if isinstance(returned, int) and returned != len(features):
        raise UnusableAnswerError(f"the answer holds {len(features)} features of {returned}")
    return features


def _by_ogc_api(fetcher: Fetcher, municipality: Municipality, year: int, level: str) -> list[dict[str, Any]]:
    """All features of a collection that belong to a municipality, page by page."""
    url = f"{fetcher.services.pdok}/cbs/wijken-en-buurten-{year}/ogc/v1/collections/{level}/items"
    params = {"f": "json", "limit": str(_PAGE), "gemeentecode": municipality.code}

    def turn(page: Any, _: int) -> dict[str, str] | None:
        links = page.get("links") or []
        hrefs = [one.get("href") for one in links if isinstance(one, dict) and one.get("rel") == "next"]
        if not hrefs:
            return None
        # Only the query is taken: a mirror may pass on links to the original host.
        query = dict(parse_qsl(urlsplit(hrefs[0]).query)) if isinstance(hrefs[0], str) else {}
        return params | query

    return _pages(fetcher, url, params, turn)


def _by_wfs(fetcher: Fetcher, municipality: Municipality, year: int, level: str) -> list[dict[str, Any]]:
    """The same from the web feature service, which heeds `filter` only, not `cql_filter`."""
    url = f"{fetcher.services.pdok_wfs}/cbs/wijkenbuurten/{year}/wfs/v1_0"
    condition = (
        '<fes:Filter xmlns:fes="http://www.opengis.net/fes/2.0"><fes:PropertyIsEqualTo>'
        f"<fes:ValueReference>gemeentecode</fes:ValueReference><fes:Literal>{municipality.code}</fes:Literal>"
        "</fes:PropertyIsEqualTo></fes:Filter>"
    )
    params = {
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": f"wijkenbuurten:{level}",
        "outputFormat": "application/json",
        "srsName": "EPSG:28992",
        "count": str(_PAGE),
        "startIndex": "0",
        "filter": condition,
    }

    def turn(page: Any, so_far: int) -> dict[str, str] | None:
        matched = page.get("numberMatched")
        more = so_far < matched if isinstance(matched, int) else len(page["features"]) == _PAGE
        return params | {"startIndex": str(so_far)} if more else None

    return _pages(fetcher, url, params, turn)


def _pages(
    fetcher: Fetcher, url: str, params: dict[str, str], turn: Callable[[Any, int], dict[str, str] | None]
) -> list[dict[str, Any]]:
    features: list[dict[str, Any]] = []
    ask: dict[str, str] | None = params
    for _ in range(_MAX_PAGES):
        page = fetcher.json(url, params=ask, check=_collection)
        new = _collection(page)
        features += [one | {"crs": _coordinates(page)} for one in new]
        following = turn(page, len(features))
        if following is None:
            return features
        if not new or following == ask:
            raise SourceError(url, "its pages do not go on: a next page is named that brings nothing new", _AGAIN)
        ask = following
    raise SourceError(url, f"more than {_MAX_PAGES} pages", _CHANGED)


def _coordinates(page: Any) -> str:
    """The coordinate system of an answer: what it names, else the degrees that GeoJSON has by default."""
    named = page.get("crs")
    name = named.get("properties", {}).get("name", "") if isinstance(named, dict) else ""
    return RD if re.search(r"28992$", str(name)) else WGS84


def make_areas(features: dict[str, list[dict[str, Any]]], municipality: Municipality, where: str) -> Areas:
    """Make boundaries of features in GeoJSON; `where` names their source in messages.

    Parameters
    ----------
    features
        Of each of `LEVELS`; each feature has `crs` beside `properties` and `geometry`.

    Raises
    ------
    SourceError
        See `fetch_areas`.
    """
    faults: list[str] = []
    layers: dict[str, gpd.GeoDataFrame] = {}
    for level, columns in LEVELS.items():
        table, wrong = _layer(features[level], columns, municipality)
        faults += [f"{level}: {fault}" for fault in wrong]
        layers[level] = table
    if not faults:
        waters = {level: table["water"] for level, table in layers.items()}
        whole = layers["gemeenten"][~waters["gemeenten"]].geometry.union_all()
        try:
            gaps = whole.difference(layers["buurten"].geometry.union_all()).buffer(-_SLIVER_M)
        except shapely.errors.GEOSException as fault:
            raise SourceError(where, f"polygons that cannot be compared: {str(fault)[:200]}", _AGAIN) from fault
        if not gaps.is_empty:
            faults.append(
                f"the neighbourhoods leave {gaps.area / 1e4:,.1f} ha of the municipality uncovered: some are missing"
            )
        layers = {level: table[~waters[level]].drop(columns="water") for level, table in layers.items()}
    if faults:
        raise SourceError(where, faults, _CHANGED if any("propert" in fault for fault in faults) else _AGAIN)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "areas.gpkg"
        _write(layers, path)
        try:
            return read_areas(path)
        except SourceError as fault:
            raise SourceError(where, fault.faults, _AGAIN) from fault


def _layer(
    features: list[dict[str, Any]], columns: dict[str, str], municipality: Municipality
) -> tuple[gpd.GeoDataFrame, list[str]]:
    rows, shapes, systems, faults = [], [], [], []
    for feature in features:
        properties = feature.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        water = str(properties.get("water", "")).strip().upper() in ("JA", "B")
        values: dict[str, Any] = {ours: properties.get(name) for name, ours in columns.items()}
        if absent := [name for name, ours in columns.items() if not isinstance(values[ours], str)]:
            faults.append(f"a feature has no text in the properties {absent}; it has {sorted(properties)[:12]}")
            continue
        if (values.get("municipality") or values["code"]) != municipality.code:
            continue  # a service that does not heed the filter gives others as well
        try:
            shape = shapely.geometry.shape(feature.get("geometry") or {})
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError) as fault:
            faults.append(f"{values['code']}: its geometry cannot be read ({fault})"[:200])
            continue
        shape = _mended(shapely.force_2d(shape))
        if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty or not np.isfinite(shape.bounds).all():
            faults.append(f"{values['code']}: its geometry is no polygon")
            continue
        rows.append(values | {"water": water})
        shapes.append(shape)
        systems.append(feature["crs"])
    if not rows and not faults:
        faults.append(
            f"nothing for {municipality.name} ({municipality.code}): it may not exist in this year's division"
        )
    faults = list(dict.fromkeys(faults))[:5]
    if faults:
        return gpd.GeoDataFrame({"code": [], "water": []}, geometry=[], crs=RD), faults
    table = pd.DataFrame(rows)
    in_degrees = np.array([system == WGS84 for system in systems])
    geometry = gpd.GeoSeries(shapes, crs=WGS84 if in_degrees.all() else RD)
    if in_degrees.any() and not in_degrees.all():
        faults.append("pages in different coordinate systems")
    geometry = geometry.to_crs(RD)
    sound = geometry.is_valid & np.isfinite(geometry.bounds).all(axis=1)
    faults += [f"{code}: its polygon is broken" for code in table.loc[~sound, "code"][:5]]
    return gpd.GeoDataFrame(table, geometry=geometry), faults


def _mended(shape: BaseGeometry) -> BaseGeometry:
    """A polygon whose rings touch themselves, made valid, if that leaves its area as it was; else as it is."""
    if shape.is_valid or shape.geom_type not in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    valid = shapely.union_all([part for part in parts if part.geom_type == "Polygon"])
    return valid if abs(valid.area - shape.area) <= 1e-6 * shape.area else shape


def _write(layers: dict[str, gpd.GeoDataFrame], path: Path) -> None:
    for level, columns in LEVELS.items():
        theirs = {ours: name for name, ours in columns.items()}
        layers[level].rename(columns=theirs).to_file(path, layer=_LAYER[level], driver="GPKG")


def write_areas(areas: Areas, path: Path) -> None:
    """Write boundaries as the GeoPackage that `trefpunt.sources.areas.read_areas` reads (buurten, wijken, gemeente)."""
    code = areas.municipality.index[0]
    layers = {
        "buurten": areas.neighbourhoods.reset_index().assign(municipality=code),
        "wijken": areas.districts.reset_index().assign(municipality=code),
        "gemeenten": areas.municipality.reset_index(),
    }
    path.unlink(missing_ok=True)
    _write(layers, path)
