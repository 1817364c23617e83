"""Read meeting places and what may be one from the OpenStreetMap source files; nothing is cleaned here.

Data © OpenStreetMap contributors, ODbL 1.0; the file of 2021 was made from tiles of OpenMapTiles.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pandas as pd
import pyogrio
import shapely

from trefpunt.crs import WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.local import require_file

SOURCES = {
    "both": "osm_2021_2023",
    "osm_tiles_2021": "osm_2021",
    "osm_overpass_2023": "osm_2023",
}
"""How the file of places names its sources, and how the table `places` does."""

COLUMNS = ["cls", "name", "osm_id", "source", "tags", "geometry"]

NAMED_CLASSES = ("landuse=grass", "landuse=retail", "place=locality")
"""Named features of the street file that the file of places lacks and that may be parks or shopping centres."""

_NETHERLANDS = (3.2, 50.7, 7.3, 53.7)
_REMEDY = "Fetch the file again, or see the description of the source files in docs/data.md."


def _tags(value: Any) -> dict[str, str] | None:
    """Tags as a dictionary; None where they cannot be read."""
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else {}
        except json.JSONDecodeError:
            return None
    if value is None or value is pd.NA or isinstance(value, float):
        return {}
    return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else None


def read_pois(path: Path) -> gpd.GeoDataFrame:
    """Read the places of 2021 joined with the nodes of 2023.

    Returns
    -------
    geopandas.GeoDataFrame
        WGS84, default index, `COLUMNS`: cls (``key=value``, or ``named`` where the class was lost), name (missing
        where there is none), osm_id (``node/…``; missing where OSM's own id is lost), source (``osm_2021``,
        ``osm_2023``, ``osm_2021_2023``), tags (dict), geometry (points and polygons).

    Raises
    ------
    SourceError
        With all faults found: absent or unreadable file, missing columns, unknown sources, classes or ids of the
        wrong form, double ids, no or broken geometry, coordinates outside the Netherlands (swapped, for instance).
    """
    require_file(path)
    try:
        table = pyogrio.read_dataframe(path)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        shapely.errors.GEOSException,
        UnicodeDecodeError,
    ) as fault:
        raise SourceError(str(path), f"cannot be read as GeoJSON: {fault}", _REMEDY) from fault
    if absent := [c for c in COLUMNS if c not in table]:
        raise SourceError(str(path), [f"property '{c}' is missing" for c in absent], _REMEDY)
    if table.crs is None or table.crs.to_epsg() != 4326:
        raise SourceError(str(path), "the coordinates are not WGS84", _REMEDY)
    table = table[COLUMNS].reset_index(drop=True)
    parsed = [_tags(value) for value in table["tags"]]
    if faults := _poi_faults(table, parsed):
        raise SourceError(str(path), faults, _REMEDY)
    table["tags"] = pd.Series(parsed, index=table.index, dtype=object)
    table["source"] = table["source"].map(SOURCES)
    return table


def _poi_faults(table: gpd.GeoDataFrame, tags: list[dict[str, str] | None]) -> list[str]:
    faults = []
    if table.empty:
        return ["holds no features"]

    def check(wrong: pd.Series, what: str, column: str) -> None:
        if wrong.any():
            faults.append(f"{int(wrong.sum())} feature(s) with {what}, first: {table.loc[wrong, column].iloc[0]}")

    ids = table["osm_id"]
    check(~table["source"].isin(SOURCES), "an unknown 'source'", "source")
    check(~table["cls"].fillna("").str.fullmatch(r"named|[^=\s]+=.+"), "a 'cls' that is not key=value", "cls")
    check(
        ids.notna() & ~ids.fillna("").str.fullmatch(r"(node|way|relation)/\d+"), "an 'osm_id' of no OSM form", "osm_id"
    )
    check(ids.notna() & ids.duplicated(), "an 'osm_id' used before", "osm_id")
    check(pd.Series([t is None for t in tags], index=table.index), "unreadable 'tags'", "tags")
    geometry = table.geometry
    check(geometry.isna() | geometry.is_empty | ~geometry.is_valid, "no or a broken geometry", "cls")
    check(~geometry.geom_type.isin(["Point", "Polygon", "MultiPolygon"]), "a geometry of the wrong type", "cls")
    west, south, east, north = _NETHERLANDS
    bounds = geometry.bounds
    outside = (bounds["minx"] < west) | (bounds["maxx"] > east) | (bounds["miny"] < south) | (bounds["maxy"] > north)
    if outside.any():
        faults.append(f"{int(outside.sum())} feature(s) outside the Netherlands: are the coordinates swapped?")
    return faults


def read_named(path: Path, within: shapely.Geometry) -> gpd.GeoDataFrame:
    """Read the named features of `NAMED_CLASSES` from the street file of 2021.

    Parameters
    ----------
    path
        An ``.osm.pbf`` file. Its ids are not OSM's own, so `osm_id` is missing throughout.
    within
        The municipality, WGS84: features whose point on the surface lies outside are left.

    Returns
    -------
    geopandas.GeoDataFrame
        As `read_pois`, sorted by class, name and position.

    Raises
    ------
    SourceError
        The file is absent or is no OSM file.
    """
    require_file(path)
    make = osmium.geom.WKBFactory()
    keep = osmium.filter.KeyFilter("name")
    rows = []
    try:
        for item in osmium.FileProcessor(str(path)).with_areas(keep).with_filter(keep):
            tags = dict(item.tags)
            cls = next((c for c in NAMED_CLASSES if tags.get(c.split("=")[0]) == c.split("=")[1]), None)
            # What also has a class of its own is in the file of places already.
            if cls is None or not (item.is_node() or item.is_area()) or {"leisure", "tourism", "amenity"} & set(tags):
                continue
            shape = shapely.from_wkb(make.create_point(item) if item.is_node() else make.create_multipolygon(item))
            if shapely.contains(within, shapely.point_on_surface(shape)):
                rows.append((cls, tags.pop("name"), None, "osm_2021", tags, shape))
    except RuntimeError as fault:  # what pyosmium raises for every kind of broken file
        raise SourceError(str(path), f"cannot be read as an OSM file: {fault}", _REMEDY) from fault
    rows.sort(key=lambda row: (row[0], row[1], shapely.to_wkb(row[5])))
    table = gpd.GeoDataFrame(pd.DataFrame(rows, columns=COLUMNS), geometry="geometry", crs=WGS84)
    return table.astype({"name": "str", "osm_id": "str"})


def read_places(pois: Path, streets: Path, municipality: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Read everything that may be a meeting place: the file of places, and what only the street file names.

    Parameters
    ----------
    pois
        As for `read_pois`.
    streets
        As for `read_named`.
    municipality
        Its boundary, one or more polygons in any coordinate system.

    Returns
    -------
    geopandas.GeoDataFrame
        As `read_pois`: its features, then those of `read_named`.
    """
    within = municipality.to_crs(WGS84).geometry.union_all()
    parts = [read_pois(pois), read_named(streets, within)]
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=WGS84)
