"""The background of the map: streets, water, green and names out of an OpenStreetMap file, as vector tiles.

What is drawn is decided here; `trefpunt.tables.tiles` writes it. Names stay as OpenStreetMap has them: the browser
paints them on a canvas, where a name can be nothing but letters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import osmium
import osmium.filter
import osmium.geom
import pandas as pd
import scipy.sparse
import scipy.sparse.csgraph
import shapely

from trefpunt.crs import RD, WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.local import require_file
from trefpunt.tables.tiles import TILE_CRS, write_tiles

ZOOMS = range(10, 15)
"""Zooms of the data. The browser draws a tile of 512 pixels, so it shows these as 11 to 15, and 15 enlarged after."""

LAYERS = ("land", "green", "water", "rail", "buildings", "roads", "places")
"""Layers of a tile, in the order in which they are painted."""

_ROADS = {
    "motorway": ("motorway", "motorway_link"),
    "major": ("trunk", "trunk_link", "primary", "primary_link"),
    "secondary": ("secondary", "secondary_link"),
    "tertiary": ("tertiary", "tertiary_link", "busway"),
    "minor": ("residential", "unclassified", "living_street", "pedestrian", "road"),
    "service": ("service",),
    "path": ("footway", "path", "cycleway", "track", "steps", "bridleway"),
}
_GREEN = {
    "park": ("park", "garden", "recreation_ground", "village_green", "golf_course", "allotments", "cemetery"),
    "wood": ("forest", "wood"),
    "grass": ("grass", "meadow", "grassland"),
    "farmland": ("farmland", "orchard", "vineyard"),
    "pitch": ("pitch", "stadium", "sports_centre"),
}
_LAND = {"residential": ("residential",), "work": ("industrial", "commercial", "retail", "railway")}
_WATER_LINES = {"river": ("river",), "canal": ("canal",), "stream": ("stream",), "ditch": ("ditch", "drain")}
_PLACES = ("city", "town", "village", "quarter", "suburb", "neighbourhood", "hamlet")

FIRST_ZOOM = {
    **dict.fromkeys(("motorway", "major", "secondary", "rail", "river", "canal"), 10),
    **dict.fromkeys(("city", "town", "village", "quarter", "suburb"), 10),
    **dict.fromkeys(("tertiary", "minor", "residential", "work"), 11),
    **dict.fromkeys(("neighbourhood", "hamlet", "stream"), 12),
    **dict.fromkeys(("service", "path", "ditch"), 13),
    "building": 14,
}
"""First data zoom at which a kind is there; green and still water from 10 on, as far as they are large enough."""

_AREA_KEYS = ("natural", "landuse", "leisure", "building")
_KEYS = (*_AREA_KEYS, "highway", "railway", "waterway", "place")
MARGIN_M = 4500.0
"""How far the background reaches beyond the municipality, as far as the extract goes; the map fades its edge."""

_SMALLEST_PX = 3.0
"""An area is left out at a zoom where it would cover fewer square pixels than this."""


@dataclass(frozen=True)
class BasemapReport:
    """What went into a background map: features per layer, tiles, bytes."""

    features: Mapping[str, int]
    tiles: int
    size: int


def write_basemap(
    osm_file: Path,
    municipality: gpd.GeoDataFrame,
    out: Path,
    *,
    margin_m: float = MARGIN_M,
    foreign_streets: Path | None = None,
) -> BasemapReport:
    """Write the background of the map as one PMTiles file; the same input gives the same bytes.

    Parameters
    ----------
    osm_file
        OpenStreetMap extract (.osm.pbf, .osm or .osm.bz2).
    municipality
        Polygons, any CRS; the map reaches `margin_m` (metres) beyond their bounding box, buildings only up to it.
    out
        The file to write; replaced in one move, so that nobody reads half of it.
    foreign_streets
        Optional GeoPackage with a layer `edges` (columns highway and name): streets across the border, where the
        extract stops. A street that the extract has too is drawn twice in the same place, which does no harm.

    Raises
    ------
    SourceError
        A file is absent or unreadable, or no street at all lies within the bounds.
    """
    inner = shapely.box(*municipality.to_crs(TILE_CRS).total_bounds)
    box = shapely.box(*municipality.to_crs(RD).buffer(margin_m).total_bounds)
    features = read_features(osm_file)
    if foreign_streets is not None:
        features = pd.concat([features, read_foreign_streets(foreign_streets)], ignore_index=True)
    frame = gpd.GeoSeries([box], crs=RD).to_crs(TILE_CRS).total_bounds
    features = features[features.intersects(shapely.box(*frame))]
    features = features[(features["layer"] != "buildings") | features.intersects(inner)]
    if not (features["layer"] == "roads").any():
        raise SourceError(
            str(osm_file),
            "no street lies within the municipality and its margin",
            "Give an OpenStreetMap extract of the area of the boundaries.",
        )
    clipped = features.set_geometry(shapely.clip_by_rect(features.geometry.to_numpy(), *frame), crs=TILE_CRS)
    clipped = _merge(clipped[~clipped.is_empty])
    levels = {
        (layer, zoom): level
        for zoom in ZOOMS
        for layer in LAYERS
        if not (level := at_zoom(clipped[clipped["layer"] == layer], zoom)).empty
    }
    drawn = clipped[clipped["layer"] == "roads"].to_crs(WGS84).total_bounds
    tiles = write_tiles(levels, tuple(drawn), out, attribution="© OpenStreetMap contributors")
    counts = clipped["layer"].value_counts().reindex(LAYERS, fill_value=0)
    return BasemapReport({str(k): int(v) for k, v in counts.items()}, tiles, out.stat().st_size)


def read_features(osm_file: Path) -> gpd.GeoDataFrame:
    """Read what the background shows: columns layer, kind, name ('' when absent), geometry (EPSG:3857).

    Areas whose rings do not close, and ways with a node that the extract lacks, are left out: a background can do
    without these few.

    Raises
    ------
    SourceError
        The file is absent or no OpenStreetMap data.
    """
    require_file(osm_file)
    wkb = osmium.geom.WKBFactory()
    rows: list[tuple[str, str, str]] = []
    shapes: list[str] = []
    try:
        reader = osmium.FileProcessor(osm_file)
        reader = reader.with_areas(osmium.filter.KeyFilter(*_AREA_KEYS)).with_filter(osmium.filter.KeyFilter(*_KEYS))
        for item in reader:
            tags = {tag.k: tag.v for tag in item.tags}
            if item.is_area() and (found := classify_area(tags)):
                make = wkb.create_multipolygon
            elif item.is_way() and (found := classify_line(tags)):
                make = wkb.create_linestring
            elif item.is_node() and tags.get("place") in _PLACES and tags.get("name"):
                found, make = ("places", tags["place"]), wkb.create_point
            else:
                continue
            try:
                shapes.append(make(item))
            except (RuntimeError, osmium.InvalidLocationError):  # no usable geometry
                continue
            rows.append((*found, tags.get("name", "")))
    except RuntimeError as fault:
        raise SourceError(
            str(osm_file), f"cannot be read as OpenStreetMap data: {fault}", "Fetch the extract again."
        ) from fault
    frame = pd.DataFrame(rows, columns=["layer", "kind", "name"])
    return gpd.GeoDataFrame(frame, geometry=shapely.from_wkb(shapes), crs=WGS84).to_crs(TILE_CRS)


def read_foreign_streets(path: Path) -> gpd.GeoDataFrame:
    """Read a street network (one edge a direction) as background streets; columns as `read_features`.

    Where several tags were joined into a list on one edge, the first one counts.
    """
    edges = gpd.read_file(require_file(path), layer="edges", columns=["highway", "name"])
    first = edges[["highway", "name"]].apply(lambda c: c.fillna("").astype(str).str.extract(r"^(?:\['?)?([^'\]]*)")[0])
    kinds = first["highway"].map({value: kind for kind, values in _ROADS.items() for value in values})
    streets = gpd.GeoDataFrame(
        {"layer": "roads", "kind": kinds, "name": first["name"]},
        geometry=shapely.normalize(edges.geometry.to_numpy()),  # the two directions become equal
        crs=edges.crs,
    )
    return streets.dropna(subset="kind").drop_duplicates(["kind", "name", "geometry"]).to_crs(TILE_CRS)


def _lookup(groups: Mapping[str, tuple[str, ...]], value: str | None) -> str | None:
    return next((kind for kind, values in groups.items() if value in values), None)


def classify_area(tags: Mapping[str, str]) -> tuple[str, str] | None:
    """Return (layer, kind) of an area with these tags, or None when the background does not show it."""
    if "building" in tags:
        return ("buildings", "building")
    if tags.get("natural") == "water" or tags.get("landuse") in ("reservoir", "basin"):
        return ("water", "water")
    for key in ("leisure", "landuse", "natural"):
        if kind := _lookup(_GREEN, tags.get(key)):
            return ("green", kind)
    if kind := _lookup(_LAND, tags.get("landuse")):
        return ("land", kind)
    return None


def classify_line(tags: Mapping[str, str]) -> tuple[str, str] | None:
    """Return (layer, kind) of a line with these tags, or None when the background does not show it."""
    if kind := _lookup(_ROADS, tags.get("highway")):
        return None if tags.get("tunnel") == "yes" and kind == "motorway" else ("roads", kind)
    if tags.get("railway") == "rail":
        return None if tags.get("service") in ("yard", "siding", "spur") else ("rail", "rail")
    if (kind := _lookup(_WATER_LINES, tags.get("waterway"))) and "tunnel" not in tags:
        return ("water", kind)
    return None


def at_zoom(features: gpd.GeoDataFrame, zoom: int) -> gpd.GeoDataFrame:
    """Return what of one layer is there at a data zoom: the kinds of that zoom, large enough, simplified.

    Geometry in EPSG:3857. Simplified to a third of a pixel of a 512-pixel tile; at the last zoom, which is enlarged
    up to eight times, to half a metre.
    """
    pixel = 2 * np.pi * 6378137.0 / 2**zoom / 512
    kinds = features["kind"].map(FIRST_ZOOM).fillna(ZOOMS.start)
    here = features[kinds <= zoom]
    if here.empty:
        return here
    shapes = here.geometry.to_numpy()
    areal = shapely.get_dimensions(shapes) == 2
    if areal.any():
        here = here[~areal | (shapely.area(shapes) >= _SMALLEST_PX * pixel**2)]
        shapes = here.geometry.to_numpy()
    tolerance = 0.8 if zoom == ZOOMS[-1] else pixel / 3  # 0.8 Mercator metres are half a metre at this latitude
    simple: npt.NDArray[np.object_] = shapely.simplify(shapes, tolerance)
    here = here.set_geometry(simple, crs=features.crs)
    if zoom < 12:
        here = here.assign(name=here["name"].where(here["layer"] == "places", ""))
    return here[~here.is_empty]


def _merge(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join what belongs together: fewer features, and lines long enough to carry a name.

    The pieces of a street or stream with one kind and name become lines as long as can be; buildings that touch
    become one outline, since rows of houses share walls that nobody sees at this scale.
    """
    lines = features.geom_type.isin(["LineString", "MultiLineString"])
    houses = features["layer"] == "buildings"
    merged = features[lines].dissolve(by=["layer", "kind", "name"], sort=True, as_index=False)
    merged = merged.set_geometry(shapely.line_merge(merged.geometry.to_numpy()), crs=features.crs)
    blocks = _union_of_touching(features.geometry[houses].to_numpy())
    built = gpd.GeoDataFrame(geometry=blocks, crs=features.crs).assign(layer="buildings", kind="building", name="")
    rest = features[~lines & ~houses]
    joined = pd.concat([rest, built, merged.explode(ignore_index=True)], ignore_index=True)
    return joined[["layer", "kind", "name", "geometry"]]


def _union_of_touching(polygons: npt.NDArray[np.object_]) -> list[shapely.Geometry]:
    """Unite each group of polygons that touch. Group by group: one union of them all takes twenty times as long."""
    if len(polygons) == 0:
        return []
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    links = scipy.sparse.coo_array((np.ones(len(one)), (one, other)), shape=(len(polygons), len(polygons)))
    _, group = scipy.sparse.csgraph.connected_components(links, directed=False)
    order = np.argsort(group, kind="stable")
    groups = np.split(polygons[order], np.flatnonzero(np.diff(group[order])) + 1)
    united = [members[0] if len(members) == 1 else shapely.union_all(members) for members in groups]
    return [part for part in shapely.get_parts(united) if part.geom_type == "Polygon"]
