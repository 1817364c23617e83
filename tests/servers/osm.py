"""Answers as Overpass and an extract server do, about the streets and places of the bundled snapshot.

© OpenStreetMap contributors, ODbL 1.0. Ids are the snapshot's own numbers, not OpenStreetMap's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from tests.servers.base import Answer, Request
from tests.servers.world import COPY_NORTH_M, ROOT, SMALL, SMALL_NORTH_M, world
from trefpunt.crs import RD, WGS84

STAMP = "2026-01-15T14:11:09Z"
_TAGS = {
    "supermarket": {"shop": "supermarket"},
    "primary_school": {"amenity": "school"},
    "secondary_school": {"amenity": "school", "isced:level": "2;3"},
    "community_centre": {"amenity": "community_centre"},
    "library": {"amenity": "library"},
    "playground": {"leisure": "playground"},
    "park": {"leisure": "park"},
    "place_of_worship": {"amenity": "place_of_worship"},
    "cafe": {"amenity": "cafe"},
}


@cache
def elements() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Nodes of streets with their ways, and places: for the three municipalities of the world."""
    folder = ROOT / "data" / "maastricht"
    nodes = pd.read_parquet(folder / "walk_nodes.parquet")
    edges = pd.read_parquet(folder / "walk_edges.parquet")
    places = gpd.read_parquet(folder / "places.parquet")
    streets: list[dict[str, Any]] = []
    spots: list[dict[str, Any]] = []
    everything = nodes, edges, places
    for copy, north in enumerate((0.0, COPY_NORTH_M, SMALL_NORTH_M)):
        nodes, edges, places = everything if copy < 2 else _around(SMALL, *everything)
        at = gpd.GeoSeries(gpd.points_from_xy(nodes["x"], nodes["y"] + north), crs=RD).to_crs(WGS84)
        base = 1 + copy * 10_000_000
        streets += [
            {"type": "node", "id": base + int(n), "lat": round(p.y, 7), "lon": round(p.x, 7)}
            for n, p in zip(nodes.index, at, strict=True)
        ]
        streets += [
            {"type": "way", "id": base + i, "nodes": [base + int(a), base + int(b)], "tags": {"highway": "residential"}}
            for i, (a, b) in enumerate(edges[["source", "target"]].itertuples(index=False, name=None))
        ]
        known = places[places["category"].isin(list(_TAGS))]
        moved = known.geometry.translate(0, north).to_crs(WGS84)
        spots += [
            {
                "type": "node",
                "id": base + 5_000_000 + i,
                "lat": round(point.y, 7),
                "lon": round(point.x, 7),
                "tags": _TAGS[category] | ({"name": name} if isinstance(name, str) else {}),
            }
            for i, (category, name, point) in enumerate(zip(known["category"], known["name"], moved, strict=True))
        ]
    return streets, spots


def _around(
    digits: str, nodes: pd.DataFrame, edges: pd.DataFrame, places: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, gpd.GeoDataFrame]:
    """The streets and places of the small municipality and 300 m around it, before they are moved."""
    west, south, east, north = world()[digits].neighbourhoods.translate(0, -SMALL_NORTH_M).buffer(300).total_bounds
    kept = nodes[nodes["x"].between(west, east) & nodes["y"].between(south, north)]
    ends = edges["source"].isin(kept.index) & edges["target"].isin(kept.index)
    return kept, edges[ends], places.cx[west:east, south:north]


def within(found: list[dict[str, Any]], south: float, west: float, north: float, east: float) -> list[dict[str, Any]]:
    """What lies in a frame: nodes with tags, ways that touch it and all their nodes."""
    at = {one["id"]: one for one in found if one["type"] == "node"}
    inside = {n for n, one in at.items() if south <= one["lat"] <= north and west <= one["lon"] <= east}
    ways = [one for one in found if one["type"] == "way" and inside.intersection(one["nodes"])]
    needed = {n for way in ways for n in way["nodes"]}
    return [one for n, one in at.items() if n in needed or (n in inside and "tags" in one)] + ways


def overpass() -> Callable[[Request], Answer]:
    def route(request: Request) -> Answer:
        text = request.form.get("data", "")
        frame = re.search(r"\[bbox:([\d.]+),([\d.]+),([\d.]+),([\d.]+)\]", text)
        if not request.path.endswith("/interpreter") or not frame or "out body" not in text:
            return Answer(b"<html>Error: line 1: parse error</html>", 400, kind="text/html")
        streets, spots = elements()
        found = within(
            streets if 'way["highway"]' in text else spots if '"amenity"' in text else [], *map(float, frame.groups())
        )
        told = {"timestamp_osm_base": STAMP, "copyright": "The data is made available under ODbL."}
        return Answer.json({"version": 0.6, "generator": "Overpass API", "osm3s": told, "elements": found})

    return route


def extract(file: Path) -> Callable[[Request], Answer]:
    """A route for an extract server that has one file under every name, with its MD5 beside it."""

    def route(request: Request) -> Answer:
        body = file.read_bytes()
        if request.path.endswith(".md5"):
            name = request.path.rsplit("/", 1)[1].removesuffix(".md5")
            return Answer(f"{hashlib.md5(body).hexdigest()}  {name}\n".encode(), kind="text/plain")
        return Answer(body, kind="application/octet-stream")

    return route


def small_frame() -> tuple[float, float, float, float]:
    """West, south, east, north of a square kilometre in the middle of Maastricht."""
    west, south, east, north = (
        gpd.GeoSeries([shapely.box(176_000, 317_500, 177_000, 318_500)], crs=RD).to_crs(WGS84).total_bounds
    )
    return float(west), float(south), float(east), float(north)
