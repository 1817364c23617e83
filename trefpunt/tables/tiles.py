"""Vector tiles: each layer of each zoom is cut by GDAL, then all go into one PMTiles file, always the same bytes."""

# mypy: allow-untyped-calls
# (pmtiles says that it is typed, but its functions are not)

from __future__ import annotations

import gzip
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pyogrio
from pmtiles.reader import MemorySource, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

TILE_CRS = "EPSG:3857"
"""Web Mercator, in which tiles are cut."""

_EXTENT = 4096
_BUFFER = 96
"""Units that a tile reaches beyond its edge (of 4,096), so that lines and outlines do not show a seam."""


def write_tiles(
    levels: Mapping[tuple[str, int], gpd.GeoDataFrame],
    bounds: tuple[float, ...],
    out: Path,
    *,
    attribution: str,
) -> int:
    """Write one PMTiles file and return its number of tiles.

    A vector tile is a row of layers, so the tiles of two layers at one place are joined by putting their bytes
    behind each other. GDAL runs on one thread and the compression carries no time, so equal input gives equal bytes.

    Parameters
    ----------
    levels
        (layer, zoom) → features in EPSG:3857. The order of the keys is the order of the layers in a tile.
    bounds
        West, south, east, north in degrees, for the file's header.
    out
        The file; written beside itself first and moved into place.
    attribution
        For the file's metadata.
    """
    tiles: dict[int, bytes] = defaultdict(bytes)
    with tempfile.TemporaryDirectory() as folder:
        for (layer, zoom), features in levels.items():
            for (z, x, y), data in _cut(features, layer, zoom, Path(folder) / f"{layer}-{zoom}.pmtiles"):
                tiles[zxy_to_tileid(z, x, y)] += data
    west, south, east, north = (round(v * 1e7) for v in bounds)
    header = {
        "version": 3,
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
    }
    layers = [
        {"id": layer, "fields": {"kind": "String", "name": "String"}} for layer in dict.fromkeys(k for k, _ in levels)
    ]
    partial = out.with_name(out.name + ".partial")
    try:
        with partial.open("wb") as file:
            writer = Writer(file)
            for tile_id in sorted(tiles):
                writer.write_tile(tile_id, gzip.compress(tiles[tile_id], mtime=0))
            writer.finalize(header, {"attribution": attribution, "vector_layers": layers})
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return len(tiles)


def _cut(features: gpd.GeoDataFrame, layer: str, zoom: int, path: Path) -> list[tuple[tuple[int, int, int], bytes]]:
    """Return the tiles of one layer at one zoom, uncompressed."""
    threads = pyogrio.get_gdal_config_option("GDAL_NUM_THREADS")
    pyogrio.set_gdal_config_options({"GDAL_NUM_THREADS": "1"})
    try:
        pyogrio.write_dataframe(
            features[["kind", "name", features.geometry.name]],
            path,
            driver="PMTiles",
            layer=layer,
            dataset_options={
                "MINZOOM": str(zoom),
                "MAXZOOM": str(zoom),
                "EXTENT": str(_EXTENT),
                "BUFFER": str(_BUFFER),
                "MAX_SIZE": "10000000",
                "MAX_FEATURES": "1000000",
            },
        )
    finally:
        pyogrio.set_gdal_config_options({"GDAL_NUM_THREADS": threads})
    return [(zxy, gzip.decompress(data)) for zxy, data in all_tiles(MemorySource(path.read_bytes()))]
