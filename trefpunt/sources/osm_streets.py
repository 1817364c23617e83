"""Street networks from OpenStreetMap files: read, filter explicitly, simplify with osmnx.

Only the build step imports this module: osmnx takes seconds to import.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import osmium
import osmnx
import pandas as pd
import pyogrio
import shapely
from shapely.geometry import box

from trefpunt.crs import RD, WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.local import require_file

NOT_WALKABLE = frozenset(
    "motorway motorway_link trunk trunk_link busway bus_guideway raceway construction proposed abandoned "
    "services rest_area signal_box platform service_construction minor_construction".split()
)
"""`highway` values nobody walks along. Cycleways stay in: in the Netherlands most of them may be walked."""

NOT_CYCLABLE = NOT_WALKABLE | frozenset("footway steps pedestrian elevator bridleway corridor".split())
"""`highway` values without cycling. Pedestrian streets are left out: cycling there is mostly for set hours."""

LIVED_ALONG = frozenset("residential living_street unclassified pedestrian tertiary secondary road".split())
"""`highway` values that homes stand along."""

_WALK, _CYCLE = "trefpunt_walk", "trefpunt_cycle"


def _modes(highway: str) -> tuple[bool, bool]:
    return highway not in NOT_WALKABLE, highway not in NOT_CYCLABLE


def _filtered_copy(osm_file: Path, target: Path) -> None:
    """Write the ways that can be walked or cycled, marked as such, and their nodes, as OSM XML for osmnx."""
    kept: dict[int, dict[str, str]] = {}
    nodes: set[int] = set()
    try:
        ways = osmium.FileProcessor(str(osm_file), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
        for way in ways:
            highway = way.tags["highway"]
            walk, cycle = _modes(highway)
            if walk or cycle:
                kept[way.id] = {"highway": highway, _WALK: str(walk), _CYCLE: str(cycle)}
                nodes.update(node.ref for node in way.nodes)
        with osmium.SimpleWriter(str(target)) as writer:
            for thing in osmium.FileProcessor(str(osm_file), osmium.osm.NODE | osmium.osm.WAY):
                if thing.is_node():
                    if thing.id in nodes:
                        writer.add_node(thing.replace(tags={}))
                elif thing.id in kept:
                    writer.add_way(thing.replace(tags=kept[thing.id]))
    except RuntimeError as fault:
        raise SourceError(
            str(osm_file), f"cannot be read as OpenStreetMap data: {fault}", "Fetch the file again."
        ) from fault
    if not kept:
        raise SourceError(
            str(osm_file), "holds no street that can be walked or cycled", "Give an extract with `highway` ways."
        )


def read_streets(osm_file: Path) -> gpd.GeoDataFrame:
    """Street segments between junctions, from an OSM extract (.osm.pbf, .osm.bz2, .osm).

    Direction is left out: the source has no `oneway:bicycle`, so cycling is taken as possible both ways.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a segment, EPSG:28992: `walk`, `cycle` (bool), geometry (LineString).

    Raises
    ------
    SourceError
        The file is absent, unreadable, or holds no street.
    """
    require_file(osm_file)
    settings = osmnx.settings
    before = settings.useful_tags_way
    settings.useful_tags_way = ["highway", _WALK, _CYCLE]
    try:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "streets.osm"
            _filtered_copy(osm_file, copy)
            graph = osmnx.graph_from_xml(copy, bidirectional=True, simplify=False, retain_all=True)
    finally:
        settings.useful_tags_way = before
    # A footpath that meets a cycle path stays a segment of its own, so that each mode keeps only its own.
    graph = osmnx.simplify_graph(graph, edge_attrs_differ=[_WALK, _CYCLE])
    edges = osmnx.graph_to_gdfs(osmnx.convert.to_undirected(graph), nodes=False).to_crs(RD)
    return gpd.GeoDataFrame(
        {"walk": edges[_WALK].eq("True").to_numpy(), "cycle": edges[_CYCLE].eq("True").to_numpy()},
        geometry=edges.geometry.to_numpy(),
        crs=RD,
    )


def read_lived_along(osm_file: Path) -> gpd.GeoSeries:
    """Read the streets that homes stand along (`LIVED_ALONG`), whole.

    Returns
    -------
    geopandas.GeoSeries
        Lines, EPSG:28992, in the order of the file. None: no such street.

    Raises
    ------
    SourceError
        The file is absent or unreadable.
    """
    ways = _read_ways(osm_file, "highway", lambda tags: tags["highway"] in LIVED_ALONG)
    return ways.geometry


def read_street_names(osm_file: Path) -> gpd.GeoDataFrame:
    """Read every way with a name that can be walked or cycled, whole, as somebody would look it up.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a way, EPSG:28992: `name` as OpenStreetMap has it (never empty), geometry (LineString). No rows: no
        street has a name.

    Raises
    ------
    SourceError
        The file is absent or unreadable.
    """
    return _read_ways(osm_file, "name", lambda tags: "highway" in tags and any(_modes(tags["highway"])))


def _read_ways(osm_file: Path, key: str, wanted: Callable[[osmium.osm.TagList], bool]) -> gpd.GeoDataFrame:
    """Ways with a key that are wanted by their tags: `name` ('' where there is none), geometry, EPSG:28992."""
    require_file(osm_file)
    make = osmium.geom.WKBFactory()
    names, shapes = [], []
    try:
        ways = osmium.FileProcessor(str(osm_file), osmium.osm.NODE | osmium.osm.WAY).with_locations()
        ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)).with_filter(osmium.filter.KeyFilter(key))
        for way in ways:
            if wanted(way.tags) and len(way.nodes) > 1:
                names.append(way.tags.get("name", ""))
                shapes.append(shapely.from_wkb(make.create_linestring(way)))
    except RuntimeError as fault:
        raise SourceError(
            str(osm_file), f"cannot be read as OpenStreetMap data: {fault}", "Fetch the file again."
        ) from fault
    return gpd.GeoDataFrame({"name": pd.Series(names, dtype="str")}, geometry=shapes, crs=WGS84).to_crs(RD)


def read_osmnx_edges(path: Path) -> gpd.GeoDataFrame:
    """Street segments from a GeoPackage that osmnx has saved (layer `edges`), as `read_streets` gives them.

    Raises
    ------
    SourceError
        The file or its layer `edges` is absent, or has no column `highway`.
    """
    require_file(path)
    try:
        edges = pyogrio.read_dataframe(path, layer="edges", columns=["u", "v", "key", "highway"])
    except pyogrio.errors.DataSourceError as fault:
        raise SourceError(str(path), str(fault), "Give a GeoPackage saved by osmnx.save_graph_geopackage.") from fault
    if "highway" not in edges:
        raise SourceError(str(path), "layer 'edges' has no column 'highway'", "Save the graph again with osmnx.")
    # osmnx writes several values of one merged segment as a list in text: it can be used where every part can.
    values = edges["highway"].fillna("").str.findall(r"[a-z_]+")
    walk = values.map(lambda tags: all(_modes(tag)[0] for tag in tags))
    cycle = values.map(lambda tags: all(_modes(tag)[1] for tag in tags))
    streets = gpd.GeoDataFrame({"walk": walk, "cycle": cycle}, geometry=edges.geometry, crs=edges.crs).to_crs(RD)
    # The graph is directed, so a street stands in it once for each direction; once is enough here.
    ends = streets.geometry.normalize()
    return streets[~ends.duplicated()].reset_index(drop=True)


def clip_streets(streets: gpd.GeoDataFrame, area: gpd.GeoSeries, margin_m: float) -> gpd.GeoDataFrame:
    """Keep the segments that touch the bounding box of `area` with `margin_m` metres around it."""
    west, south, east, north = area.total_bounds
    frame = box(west - margin_m, south - margin_m, east + margin_m, north + margin_m)
    return streets[streets.intersects(frame)].reset_index(drop=True)
