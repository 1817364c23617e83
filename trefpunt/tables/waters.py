"""Larger waters: where no place can be."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import osmium.filter
import osmium.geom
import pandas as pd
import scipy.sparse
import scipy.sparse.csgraph
import shapely
from numpy.typing import NDArray

from trefpunt.crs import RD, WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.local import require_file
from trefpunt.tables.columns import TEXT
from trefpunt.tables.places_names import clean_name

MIN_AREA_M2 = 5000.0
"""Waters below half a hectare are left out: ponds and ditches, which a map click may well touch."""

SIMPLIFIED_M = 2.0
"""Banks may be off by this much."""

_AREA_KEYS = ("natural", "landuse", "waterway")
_STILL = ("reservoir", "basin")
_FLOWING = ("river", "canal")


def read_waters(osm_file: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Read areas of water, and the lines of rivers and canals, which bear the names.

    Parameters
    ----------
    osm_file
        OpenStreetMap extract (.osm.pbf, .osm or .osm.bz2).

    Returns
    -------
    tuple
        Areas (multipolygons) and lines, each with `name` ('' where there is none), EPSG:28992. Areas whose rings do
        not close, and ways with a node that the extract lacks, are left out.

    Raises
    ------
    SourceError
        The file is absent or no OpenStreetMap data.
    """
    require_file(osm_file)
    wkb = osmium.geom.WKBFactory()
    found: dict[str, list[tuple[str, str]]] = {"areas": [], "lines": []}
    try:
        reader = osmium.FileProcessor(osm_file)
        reader = reader.with_areas(osmium.filter.KeyFilter(*_AREA_KEYS)).with_filter(
            osmium.filter.KeyFilter(*_AREA_KEYS)
        )
        for item in reader:
            tags = item.tags
            if item.is_area() and (
                tags.get("natural") == "water" or tags.get("landuse") in _STILL or tags.get("waterway") == "riverbank"
            ):
                kind, make = "areas", wkb.create_multipolygon
            elif item.is_way() and tags.get("waterway") in _FLOWING:
                kind, make = "lines", wkb.create_linestring
            else:
                continue
            try:
                found[kind].append((tags.get("name", ""), make(item)))
            except (RuntimeError, osmium.InvalidLocationError):  # no usable geometry
                continue
    except RuntimeError as fault:
        raise SourceError(
            str(osm_file), f"cannot be read as OpenStreetMap data: {fault}", "Fetch the extract again."
        ) from fault
    areas, lines = (
        gpd.GeoDataFrame(
            {"name": [name for name, _ in rows]}, geometry=shapely.from_wkb([shape for _, shape in rows]), crs=WGS84
        ).to_crs(RD)
        for rows in (found["areas"], found["lines"])
    )
    return areas, lines


def _names(areas: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Name of each area: its own, else that of the river or canal with the longest way through it, else ''."""
    named = lines[lines["name"] != ""]
    area, line = named.sindex.query(areas.geometry, predicate="intersects")
    metres = shapely.length(shapely.intersection(areas.geometry.to_numpy()[area], named.geometry.to_numpy()[line]))
    through = pd.DataFrame({"area": area, "name": named["name"].to_numpy()[line], "metres": metres})
    total = through.groupby(["area", "name"])["metres"].sum().reset_index()
    total = total.sort_values(["area", "metres", "name"], ascending=[True, False, True])
    longest = total.drop_duplicates("area").set_index("area")["name"]
    own = areas["name"].reset_index(drop=True)
    return np.asarray(own.where(own != "", longest.reindex(own.index).fillna("")).to_numpy(dtype=object))


def _touching(shapes: NDArray[np.object_]) -> NDArray[np.int64]:
    """Number of the connected group that each shape belongs to."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    links = scipy.sparse.coo_array((np.ones(len(one)), (one, other)), shape=(len(shapes), len(shapes)))
    return np.asarray(scipy.sparse.csgraph.connected_components(links, directed=False)[1], dtype=np.int64)


def make_waters(areas: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, municipality: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the larger waters of a municipality.

    Parameters
    ----------
    areas, lines
        From `read_waters`: `name` and geometry, EPSG:28992.
    municipality
        Polygon, EPSG:28992.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a water, in the order of their names and then from west to east: `name` (missing where there is none)
        and geometry (polygon or multipolygon, EPSG:28992), simplified to `SIMPLIFIED_M`. Parts that touch and share a
        name are one water; what touches is together at least `MIN_AREA_M2` large within the municipality.
    """
    inside = areas.assign(geometry=shapely.intersection(areas.geometry.to_numpy(), municipality))
    inside = inside[shapely.area(inside.geometry.to_numpy()) > 0].reset_index(drop=True)
    names = pd.Series(_names(inside, lines), dtype=object).map(clean_name).fillna("")
    shapes = inside.geometry.to_numpy()
    rows: list[tuple[str, shapely.Geometry]] = []
    for _, members in names.groupby(_touching(shapes)):
        if shapely.area(shapely.union_all(shapes[members.index])) >= MIN_AREA_M2:
            for name, same in members.groupby(members):
                merged = shapely.simplify(shapely.union_all(shapes[same.index]), SIMPLIFIED_M)
                areal = [part for part in shapely.get_parts([merged]) if shapely.get_dimensions(part) == 2]
                rows.append((str(name), shapely.normalize(shapely.make_valid(shapely.union_all(areal)))))
    rows.sort(key=lambda row: (row[0], *shapely.bounds(row[1])))
    name = pd.Series([name or None for name, _ in rows], dtype=TEXT)
    return gpd.GeoDataFrame({"name": name}, geometry=[shape for _, shape in rows], crs=RD)
