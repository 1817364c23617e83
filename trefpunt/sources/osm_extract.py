"""OpenStreetMap extracts: get one from a download server, cut a municipality out of it, read its places.

Streets are read by `trefpunt.sources.osm_streets`, which takes the same files.
Data © OpenStreetMap contributors, ODbL 1.0.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
import shapely

from trefpunt.crs import WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.http import Fetcher, UnusableAnswerError
from trefpunt.sources.local import require_file
from trefpunt.sources.osm_places import COLUMNS
from trefpunt.sources.overpass import Bounds, check_bounds

EXTRACT_MAX_BYTES = 8 << 30
"""Room for a country; a continent does not fit."""

PLACE_KEYS = ("amenity", "leisure", "shop", "tourism", "club", "sport", "landuse", "place")
"""Keys that make a class, the first that a feature has; `sport` alone only where nothing says what it is."""

_ONLY_NAMED = frozenset({"landuse=grass", "landuse=retail", "place=locality"})
_REMEDY = "Fetch the file again, or give another extract."


def download_extract(fetcher: Fetcher, region: str) -> Path:
    """Download the newest extract of a region, such as ``europe/netherlands/limburg``, and hold it against its MD5.

    Returns
    -------
    pathlib.Path
        The file in the download cache (no ending: copy or link it to a name that ends in .osm.pbf).

    Raises
    ------
    FetchError
        As `Fetcher.file`; a wrong checksum counts as a failed try.
    SourceError
        The region has no name of that form.
    """
    if not re.fullmatch(r"[a-z-]+(/[a-z-]+){0,3}", region):
        raise SourceError("extract", f"'{region[:60]}' is no region", "Give one such as europe/netherlands/limburg.")
    url = f"{fetcher.services.extract}/{region}-latest.osm.pbf"

    def told(path: Path) -> str:
        found = re.match(rb"([0-9a-f]{32})\b", path.read_bytes()[:200])
        if not found:
            raise UnusableAnswerError("the checksum beside the extract is none")
        return found[1].decode()

    def check_told(path: Path) -> None:
        told(path)

    checksum = told(fetcher.file(f"{url}.md5", check=check_told, fresh=True))

    def check(path: Path) -> None:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if found != checksum:
            raise UnusableAnswerError("its checksum differs from the one beside it: cut short, or renewed just now")

    return fetcher.file(url, check=check, version=checksum, max_bytes=EXTRACT_MAX_BYTES)


def cut_extract(osm_file: Path, bounds: Bounds, out: Path) -> None:
    """Write what lies within bounds, ways and multipolygons whole, to a smaller extract.

    Goes through the file node by node several times: give the extract of a province rather than the country's.

    Raises
    ------
    SourceError
        The file is absent, no OpenStreetMap data, or has nothing within the bounds; the disk is full.
    """
    require_file(osm_file)
    west, south, east, north = check_bounds(bounds)
    inside: set[int] = set()
    ways: set[int] = set()
    try:
        for node in osmium.FileProcessor(str(osm_file), osmium.osm.NODE):
            at = node.location
            if west <= at.lon <= east and south <= at.lat <= north:
                inside.add(node.id)
        if not inside:
            raise SourceError(str(osm_file), "has nothing within the bounds asked for", "Give an extract of the area.")
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=out.parent) as folder:
            part = Path(folder) / "extract.osm.pbf"
            with osmium.BackReferenceWriter(str(part), str(osm_file), remove_tags=False, relation_depth=1) as writer:
                for item in osmium.FileProcessor(str(osm_file)):
                    if item.is_node():
                        if item.id in inside and item.tags:
                            writer.add_node(item)
                    elif item.is_way():
                        if any(node.ref in inside for node in item.nodes):
                            ways.add(item.id)
                            writer.add_way(item)
                    elif item.tags.get("type") == "multipolygon" and any(
                        member.type == "w" and member.ref in ways for member in item.members
                    ):
                        writer.add_relation(item)
            part.replace(out)
    except (OSError, RuntimeError) as fault:
        raise SourceError(str(osm_file), f"cannot be cut: {fault}", _REMEDY) from fault


def timestamp_of_file(osm_file: Path) -> str | None:
    """When the data of an extract are of (ISO 8601), as its header says; None where it does not."""
    require_file(osm_file)
    try:
        with osmium.io.Reader(str(osm_file), osmium.osm.NOTHING) as reader:
            stamp = reader.header().get("osmosis_replication_timestamp")
    except RuntimeError as fault:
        raise SourceError(str(osm_file), f"cannot be read as an OSM file: {fault}", _REMEDY) from fault
    return stamp if re.match(r"\d{4}-", stamp or "") else None


def class_of(tags: Mapping[str, str]) -> str | None:
    """The class of a feature (``amenity=cafe``), 'named' for a building with a name only, None for neither."""
    named = bool(tags.get("name"))
    for key in PLACE_KEYS:
        value = tags.get(key, "").split(";")[0].strip()
        if not re.fullmatch(r"[^=\s]+", value) or value == "no":
            continue
        if key == "place" and value != "locality":
            continue
        cls = f"{key}={value}"
        if cls in _ONLY_NAMED and not named:
            continue
        return cls
    return "named" if named and "building" in tags else None


def read_places(osm_file: Path, within: shapely.Geometry, source: str) -> gpd.GeoDataFrame:
    """Read everything that may be a meeting place.

    Parameters
    ----------
    osm_file
        An extract with OpenStreetMap's own ids (.osm.pbf, .osm or .osm.bz2).
    within
        The municipality, WGS84: features whose point on the surface lies outside are left.
    source
        What the column `source` is to say (osm_2026, for instance).

    Returns
    -------
    geopandas.GeoDataFrame
        As `trefpunt.sources.osm_places.read_pois`, `osm_id` never missing, ordered by it.

    Raises
    ------
    SourceError
        The file is absent or no OpenStreetMap data.
    """
    require_file(osm_file)
    make = osmium.geom.WKBFactory()
    keep = osmium.filter.KeyFilter(*PLACE_KEYS, "building")
    rows = []
    try:
        for item in osmium.FileProcessor(str(osm_file)).with_areas(keep).with_filter(keep):
            if not (item.is_node() or item.is_area()):
                continue
            tags = {tag.k: tag.v for tag in item.tags}
            if (cls := class_of(tags)) is None:
                continue
            try:
                text = make.create_point(item) if item.is_node() else make.create_multipolygon(item)
            except (RuntimeError, osmium.InvalidLocationError):  # no usable geometry
                continue
            shape = shapely.from_wkb(text)
            if not shapely.contains(within, shapely.point_on_surface(shape)):
                continue
            kind = "node" if item.is_node() else "way" if item.from_way() else "relation"
            number = item.id if item.is_node() else item.orig_id()
            rows.append((cls, tags.pop("name", None), f"{kind}/{number}", source, tags, shape))
    except RuntimeError as fault:  # what pyosmium raises for every kind of broken file
        raise SourceError(str(osm_file), f"cannot be read as an OSM file: {fault}", _REMEDY) from fault
    rows.sort(key=lambda row: (row[2].split("/")[0], int(row[2].split("/")[1])))
    table = gpd.GeoDataFrame(pd.DataFrame(rows, columns=COLUMNS), geometry="geometry", crs=WGS84)
    return table.astype({"cls": "str", "name": "str", "osm_id": "str", "source": "str"})
