"""A small country: twenty municipalities made of real neighbourhoods of Maastricht, ten pairs that share a border.

    python -m tests.servers.country      # serves it; writes its address on the first line

Boundaries, streets and places are real (CBS/Kadaster, CC BY 4.0; © OpenStreetMap contributors, ODbL 1.0), moved to
other places under the names and codes of other municipalities; figures are made up by a formula (`world.py`). Each
pair is cut out of the city as one piece and lies 12 km from the next: paths and catchments cross the border between
the two, and nothing else is near enough to matter.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.affinity import translate

from tests.servers import world as worlds
from tests.servers.osm import _TAGS, STAMP
from trefpunt.crs import RD, WGS84
from trefpunt.sources.municipalities import Municipality, municipalities
from trefpunt.sources.overpass import write_extract

PAIRS, AREAS_EACH = 10, 2
SPACING_M, COLUMNS, ORIGIN = 12_000.0, 5, (120_000.0, 440_000.0)
AROUND_M = 150.0
"""Streets and places this far around a pair come along."""

IDS_EACH = 1_000_000


def _pieces() -> list[list[list[str]]]:
    """Pairs of groups of neighbourhoods, each pair connected: grown from the south-west, nearest centre first."""
    table = gpd.read_parquet(worlds.ROOT / "data" / "maastricht" / "neighbourhoods.parquet")
    spots = gpd.read_parquet(worlds.ROOT / "data" / "maastricht" / "places.parquet")
    lively = set(spots.loc[spots["category"].isin(list(_TAGS)), "neighbourhood_code"])
    centre = shapely.get_coordinates(table.geometry.centroid.to_numpy())
    left, found = list(np.argsort(centre.sum(axis=1), kind="stable")), []
    while len(found) < PAIRS:
        here = [left.pop(0)]
        for _ in range(2 * AREAS_EACH - 1):
            gap = [np.hypot(*(centre[one] - centre[here].mean(axis=0))) for one in left]
            here.append(left.pop(int(np.argmin(gap))))
        # Along the longer side, so that each half hangs together as far as it can.
        axis = int(np.argmax(np.ptp(centre[here], axis=0)))
        here.sort(key=lambda one: float(centre[one, axis]))
        codes = [str(table.index[one]) for one in here]
        halves = [codes[:AREAS_EACH], codes[AREAS_EACH:]]
        # Two industrial estates alone would be a municipality without any place.
        found.append(halves if all(lively.intersection(half) for half in halves) else [codes[::2], codes[1::2]])
    return found


def members(count: int = 2 * PAIRS) -> list[Municipality]:
    """The municipalities of the country: the first of the real list."""
    return list(municipalities()[:count])


def _shift(pair: int, bounds: np.ndarray) -> tuple[float, float]:
    row, column = divmod(pair, COLUMNS)
    east, north = ORIGIN[0] + column * SPACING_M, ORIGIN[1] + row * SPACING_M
    return round(east - bounds[0]), round(north - bounds[1])


@cache
def world() -> dict[str, worlds.Place]:
    """By the four digits of the code, as `tests.servers.world.world`."""
    table = gpd.read_parquet(worlds.ROOT / "data" / "maastricht" / "neighbourhoods.parquet")[["name", "geometry"]]
    places, names = {}, iter(members())
    for pair, groups in enumerate(_pieces()):
        east, north = _shift(pair, table.loc[[code for group in groups for code in group]].total_bounds)
        for group in groups:
            one = next(names)
            areas = table.loc[group].copy()
            areas.index = pd.Index([f"BU{one.digits}00{n:02d}" for n in range(len(group))], name="code")
            areas["district_code"] = f"WK{one.digits}00"
            areas.geometry = [translate(shape, east, north) for shape in areas.geometry]
            district = gpd.GeoDataFrame(
                {"name": ["Wijk 00"]},
                geometry=[areas.geometry.union_all()],
                index=pd.Index([f"WK{one.digits}00"], name="code"),
                crs=RD,
            )
            places[one.digits] = worlds.Place(one.digits, one.name, areas, district)
    return places


def elements() -> list[dict[str, Any]]:
    """Streets and places of all pairs, as OpenStreetMap elements."""
    folder = worlds.ROOT / "data" / "maastricht"
    nodes, edges = (pd.read_parquet(folder / f"walk_{what}.parquet") for what in ("nodes", "edges"))
    spots = gpd.read_parquet(folder / "places.parquet")
    spots = spots[spots["category"].isin(list(_TAGS))]
    table = gpd.read_parquet(folder / "neighbourhoods.parquet")
    found: list[dict[str, Any]] = []
    for pair, groups in enumerate(_pieces()):
        areas = table.loc[[code for group in groups for code in group]]
        east, north = _shift(pair, areas.total_bounds)
        near = areas.geometry.union_all().buffer(AROUND_M)
        here = nodes.index[shapely.contains_xy(near, nodes["x"], nodes["y"])]
        points = gpd.GeoSeries(
            gpd.points_from_xy(nodes.loc[here, "x"] + east, nodes.loc[here, "y"] + north), crs=RD
        ).to_crs(WGS84)
        base = 1 + pair * IDS_EACH
        found += [_node(base + int(n), at, {}) for n, at in zip(here, points, strict=True)]
        streets = edges[edges["source"].isin(here) & edges["target"].isin(here)]
        found += [
            {
                "type": "way",
                "id": base + int(i),
                "nodes": [base + int(a), base + int(b)],
                "tags": {"highway": "residential", "name": f"Straat {i % 50}"},
            }
            for i, a, b in streets[["source", "target"]].itertuples(name=None)
        ]
        inside = spots[spots.within(near)]
        moved = inside.geometry.translate(east, north).to_crs(WGS84)
        found += [
            _node(base + IDS_EACH // 2 + n, at, _TAGS[kind] | ({"name": name} if isinstance(name, str) else {}))
            for n, (kind, name, at) in enumerate(zip(inside["category"], inside["name"], moved, strict=True))
        ]
    return found


def _node(number: int, at: shapely.Point, tags: dict[str, str]) -> dict[str, Any]:
    return {"type": "node", "id": number, "lat": round(at.y, 7), "lon": round(at.x, 7), "tags": tags}


def write_country(path: Path) -> Path:
    """The whole country as one extract."""
    write_extract(elements(), path, STAMP)
    return path


@contextmanager
def serving_country() -> Iterator[str]:
    """Services that know this country, in a process of their own; their address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.country"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=worlds.ROOT,
    )
    with process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def main() -> None:
    # CBS and PDOK take their municipalities from there when they are imported.
    worlds.world = world
    from tests.servers.live import serving

    with serving() as running:
        print(running.url, flush=True)
        sys.stdin.read()  # until whoever started this has gone


if __name__ == "__main__":
    main()
