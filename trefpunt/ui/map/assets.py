"""Publish what the browser fetches once: the background, the areas, the places and the icons of a snapshot.

The files go to ``static/snapshots/<hash of their content>/``, which Streamlit serves. A browser that has them never
asks again, and another snapshot has another address.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import shapely

from trefpunt.crs import WGS84
from trefpunt.errors import SnapshotError
from trefpunt.ui.escape import escape_map_text

STATIC = Path(__file__).parents[3] / "static"
"""The folder that Streamlit serves: beside the entry script."""

ICONS = Path("vendor") / "maki-8.2.0"
KEPT = 4
"""Published snapshots that stay unless told otherwise, those published or asked for last: a visitor may still have the
map of the one before last."""

_DECIMALS = 5  # about a metre


class MapData(Protocol):
    """What publishing needs of a snapshot (see `trefpunt.snapshot.Snapshot`)."""

    @property
    def directory(self) -> Path:
        """Folder with ``basemap.pmtiles``."""

    @property
    def neighbourhoods(self) -> gpd.GeoDataFrame:
        """Index code; name, geometry (polygons)."""

    @property
    def districts(self) -> gpd.GeoDataFrame:
        """Index code; name, geometry (polygons)."""

    @property
    def places(self) -> gpd.GeoDataFrame:
        """Index place_id; name, category, geometry (points)."""


@dataclass(frozen=True)
class PublishedAssets:
    """Where the files of one snapshot are and in which order they hold areas and places.

    Parameters
    ----------
    url_prefix
        Path below ``app/static/``, ending in a slash.
    directory
        The same, on disk.
    bounds
        South, west, north, east of the municipality, degrees.
    areas
        "neighbourhood", "district" and, where there are any, "own_area" → their codes, in the order of
        ``areas.geojson``.
    place_ids
        In the order of ``places.json``.
    """

    url_prefix: str
    directory: Path
    bounds: tuple[float, float, float, float]
    areas: Mapping[str, tuple[str, ...]]
    place_ids: tuple[str, ...]


def publish(
    snapshot: MapData, static_dir: Path | None = None, kept: int = KEPT, own_areas: gpd.GeoDataFrame | None = None
) -> PublishedAssets:
    """Write the files of `snapshot` into the static folder, unless they are there already.

    Several sessions or servers may do so at once: each writes a folder of its own and moves it into place; who comes
    second finds it there.

    Parameters
    ----------
    snapshot
        What to publish.
    static_dir
        Where to; None: the folder that Streamlit serves.
    kept
        So many published snapshots stay, this one included; older ones are removed.
    own_areas
        The municipality's own division: index area_code; name, geometry (polygons). None, or no rows: there is none.

    Raises
    ------
    SnapshotError
        The snapshot has no background map.
    """
    static = STATIC if static_dir is None else static_dir
    background = snapshot.directory / "basemap.pmtiles"
    if not background.is_file():
        raise SnapshotError(
            str(background), "the background of the map is not there", "Run `python -m trefpunt build` again."
        )
    levels = {"neighbourhood": snapshot.neighbourhoods, "district": snapshot.districts}
    if own_areas is not None and len(own_areas):
        levels["own_area"] = own_areas
    outline = gpd.GeoDataFrame(
        {"name": [""]}, index=["municipality"], geometry=[snapshot.neighbourhoods.union_all()],
        crs=snapshot.neighbourhoods.crs,
    )  # fmt: skip
    files = {
        "basemap.pmtiles": background.read_bytes(),
        "areas.geojson": _json(_areas({**levels, "municipality": outline})),
        "places.json": _json(_places(snapshot.places)),
        "icons.json": _json(read_icons(static / ICONS)),
    }
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    name = digest.hexdigest()[:16]
    folder = static / "snapshots" / name
    _write_once(folder, files)
    _remove_old(folder, kept)
    west, south, east, north = (float(v) for v in outline.to_crs(WGS84).total_bounds.round(_DECIMALS))
    return PublishedAssets(
        url_prefix=f"snapshots/{name}/",
        directory=folder,
        bounds=(south, west, north, east),
        areas={level: tuple(map(str, table.index)) for level, table in levels.items()},
        place_ids=tuple(map(str, snapshot.places.index)),
    )


def read_icons(folder: Path) -> dict[str, str]:
    """Return icon name → its path, in a square of 15 units, of every drawing in `folder`."""
    svg = "{http://www.w3.org/2000/svg}path"
    return {
        file.stem: " ".join(path.attrib["d"] for path in ET.parse(file).iter(svg))  # noqa: S314  (our own files)
        for file in sorted(folder.glob("*.svg"))
    }


def _areas(levels: Mapping[str, gpd.GeoDataFrame]) -> dict[str, Any]:
    features = []
    for level, table in levels.items():
        degrees = shapely.transform(table.geometry.to_crs(WGS84).to_numpy(), lambda c: np.round(c, _DECIMALS))
        features += [
            {
                "type": "Feature",
                "id": escape_map_text(str(code)),
                "properties": {"name": escape_map_text(str(name)), "level": level},
                "geometry": json.loads(shapely.to_geojson(shape)),
            }
            for code, name, shape in zip(table.index, table["name"], degrees, strict=True)
        ]
    return {"type": "FeatureCollection", "features": features}


def _places(places: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    points = places.geometry.to_crs(WGS84)
    names = places["name"].astype(object).where(places["name"].notna(), "")
    return [
        {
            "id": escape_map_text(str(place_id)),
            "lon": round(float(lon), _DECIMALS),
            "lat": round(float(lat), _DECIMALS),
            "category": escape_map_text(str(category)),
            "name": escape_map_text(str(name)),
        }
        for place_id, lon, lat, category, name in zip(
            places.index, points.x, points.y, places["category"], names, strict=True
        )
    ]


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _write_once(folder: Path, files: Mapping[str, bytes]) -> None:
    if folder.is_dir():  # moved there in one go, so it is complete
        with contextlib.suppress(OSError):  # removed meanwhile by another server: it is old to that one only
            os.utime(folder)
            return
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=folder.parent))
    try:
        for name, content in files.items():
            (partial / name).write_bytes(content)
        partial.chmod(0o755)
        partial.rename(folder)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        if not folder.is_dir():
            raise


def _remove_old(newest: Path, kept: int) -> None:
    """Keep the folders that were published or asked for last, so many in all."""
    ages = []
    for folder in newest.parent.iterdir():
        if folder != newest and not folder.name.startswith("."):
            with contextlib.suppress(OSError):
                ages.append((folder.stat().st_mtime_ns, folder))
    for _, folder in sorted(ages, reverse=True)[kept - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)
