"""A municipality's own division (city parts, for instance), from a GeoJSON file that it made itself."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from trefpunt.crs import RD
from trefpunt.errors import SourceError
from trefpunt.sources.local import require_file

NAME_FIELDS = ("name", "naam")
MAX_AREAS = 200
MAX_NAME = 80
MAX_BYTES = 100 << 20
OVERLAP = 0.01
"""Two areas may overlap by this share of the smaller one: boundaries drawn by hand seldom fit to the metre."""

INSIDE = 0.9
"""At least this share of an area must lie within the municipality."""

_NETHERLANDS_RD = (-7_000.0, 289_000.0, 300_000.0, 629_000.0)
_REMEDY = (
    "Give a GeoJSON file with one polygon an area, coordinates in degrees (WGS84), each with a property 'name' "
    "(docs/data.md)."
)


def read_own_areas(path: Path, municipality: shapely.Geometry) -> gpd.GeoDataFrame:
    """Read and check a municipality's own division.

    Parameters
    ----------
    path
        GeoJSON: polygons with a property `name` (or `naam`).
    municipality
        Its polygon, EPSG:28992.

    Returns
    -------
    geopandas.GeoDataFrame
        Index `area_code` (EA001 … in the order of the names), `name`, geometry (polygon or multipolygon, EPSG:28992).
        The areas need not cover the municipality.

    Raises
    ------
    SourceError
        With all faults: unreadable or too large file, no areas or too many, no or double names, names that are long or
        unprintable, no polygons, coordinates outside the Netherlands (metres taken for degrees, swapped), areas that
        overlap or lie outside the municipality.
    """
    require_file(path)
    if path.stat().st_size > MAX_BYTES:
        raise SourceError(str(path), f"is larger than {MAX_BYTES:,} bytes", "Simplify the boundaries.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what GDAL warns of is found below, or is an error
            table = pyogrio.read_dataframe(path)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        shapely.errors.GEOSException,
        ValueError,
    ) as fault:
        raise SourceError(str(path), f"cannot be read as GeoJSON: {str(fault)[:300]}", _REMEDY) from fault
    if not isinstance(table, gpd.GeoDataFrame):
        raise SourceError(str(path), "holds no geometry", _REMEDY)
    if not 0 < len(table) <= MAX_AREAS:
        raise SourceError(str(path), f"holds {len(table)} areas; 1 to {MAX_AREAS} can be used", _REMEDY)
    field = next((name for name in NAME_FIELDS if name in table), None)
    if field is None:
        have = ", ".join(str(c)[:30] for c in table.columns[:10] if c != "geometry")
        raise SourceError(str(path), f"no property 'name' or 'naam'; there are {have or 'none'}", _REMEDY)
    if faults := _name_faults(table[field]) + _shape_faults(table):
        raise SourceError(str(path), faults, _REMEDY)
    shapes = table.geometry.to_crs(RD) if table.crs is not None else table.geometry
    areas = gpd.GeoDataFrame({"name": table[field].str.strip()}, geometry=shapely.force_2d(shapes.to_numpy()), crs=RD)
    if faults := _place_faults(areas, municipality):
        raise SourceError(str(path), faults, _REMEDY)
    areas = areas.sort_values("name", ignore_index=True)
    areas.index = pd.Index([f"EA{number:03d}" for number in range(1, len(areas) + 1)], name="area_code", dtype="str")
    return areas


def _name_faults(names: pd.Series) -> list[str]:
    faults = []
    for number, name in enumerate(names, 1):
        if not isinstance(name, str) or not name.strip():
            faults.append(f"area {number} has no name")
        elif len(name) > MAX_NAME:
            faults.append(f"the name of area {number} is longer than {MAX_NAME} characters")
        elif not name.strip().isprintable():
            faults.append(f"the name of area {number} holds characters that cannot be printed")
    told = [name.strip().casefold() for name in names if isinstance(name, str)]
    faults += [f"two areas are called '{name[:MAX_NAME]}'" for name in sorted({n for n in told if told.count(n) > 1})]
    return faults


def _shape_faults(table: gpd.GeoDataFrame) -> list[str]:
    faults = []
    for number, shape in enumerate(table.geometry, 1):
        if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
            faults.append(f"area {number} is no polygon")
        elif not shape.is_valid:
            faults.append(f"the polygon of area {number} is broken: {shapely.is_valid_reason(shape)[:100]}")
    if faults:
        return faults
    if table.crs is None or table.crs.is_geographic:
        west, south, east, north = table.total_bounds
        if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
            return ["the coordinates are no degrees; are they metres of the Dutch grid (EPSG:28992)?"]
    return faults


def _place_faults(areas: gpd.GeoDataFrame, municipality: shapely.Geometry) -> list[str]:
    bounds = areas.total_bounds
    west, south, east, north = _NETHERLANDS_RD
    if not (west <= bounds[0] <= bounds[2] <= east and south <= bounds[1] <= bounds[3] <= north):
        return ["lies outside the Netherlands: are longitude and latitude swapped, or is it another coordinate system?"]
    faults = []
    size = areas.geometry.area
    if (empty := size < 1.0).any():
        return [f"'{name}' has no surface" for name in areas["name"][empty]]
    inside = areas.geometry.intersection(municipality).area / size
    for name, share in zip(areas["name"], inside, strict=True):
        if share < INSIDE:
            faults.append(f"'{name}' lies for {1 - share:.0%} outside the municipality")
    shapes = areas.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in sorted(zip(one[one < other].tolist(), other[one < other].tolist(), strict=True)):
        overlap = shapely.area(shapely.intersection(shapes[a], shapes[b])) / min(size.iloc[a], size.iloc[b])
        if overlap > OVERLAP:
            faults.append(f"'{areas['name'].iloc[a]}' and '{areas['name'].iloc[b]}' overlap by {overlap:.0%}")
    return faults
