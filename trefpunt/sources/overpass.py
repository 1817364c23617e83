"""OpenStreetMap around a municipality from an Overpass server, written as an extract that the readers of files take.

One question a theme, each answer kept. Not by osmnx's own download: that tries again without end after HTTP 429 and
504, and takes a `remark` (the server gave up half-way) for a complete answer.
Data © OpenStreetMap contributors, ODbL 1.0.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import osmium

from trefpunt.errors import SourceError
from trefpunt.sources.http import Fetcher, UnusableAnswerError

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS84)."""

THEMES = MappingProxyType(
    {
        "streets": ('way["highway"]',),
        "places": (
            *(f'nwr["{key}"]' for key in ("amenity", "leisure", "shop", "tourism", "sport", "club")),
            'nwr["landuse"~"^(village_green|recreation_ground|allotments|retail|grass)$"]["name"]',
            'nwr["landuse"~"^(village_green|recreation_ground|allotments)$"]',
            'nwr["place"="locality"]["name"]',
            'nwr["building"]["name"]',
        ),
        "background": (
            *(f'way["{key}"]' for key in ("building", "railway", "waterway")),
            *(f'nwr["{key}"]' for key in ("natural", "landuse")),
            'node["place"]',
        ),
    }
)
"""What is asked of Overpass: streets, what may be a meeting place, and the background of the map."""

SERVER_SECONDS = 180
"""How long the server may work on one question."""

_AGAIN = "Try again later, or give an extract as a file (--osm FILE.osm.pbf)."


def question(theme: str, bounds: Bounds) -> str:
    """Ask in Overpass QL for a theme of `THEMES` within bounds, with all nodes and ways of what is found."""
    west, south, east, north = check_bounds(bounds)
    parts = "".join(f"{part};" for part in THEMES[theme])
    frame = f"{south:.5f},{west:.5f},{north:.5f},{east:.5f}"
    return f"[out:json][timeout:{SERVER_SECONDS}][bbox:{frame}];({parts});(._;>;);out body qt;"


def check_bounds(bounds: Bounds) -> Bounds:
    """Return bounds that lie in or around the Netherlands, the right way round.

    Raises
    ------
    SourceError
        They do not: swapped, or metres instead of degrees.
    """
    west, south, east, north = bounds
    if not (2.0 <= west < east <= 8.0 and 50.0 <= south < north <= 54.5):
        raise SourceError(
            "bounds", f"{bounds} is no area in the Netherlands", "Give west, south, east, north in degrees."
        )
    return bounds


def check_answer(answer: Any) -> None:
    """See whether an Overpass answer is whole.

    Raises
    ------
    UnusableAnswerError
        It has a remark, holds no elements, or lacks nodes that its ways need.
    """
    if not isinstance(answer, dict) or not isinstance(elements := answer.get("elements"), list):
        raise UnusableAnswerError("the answer holds no list of elements")
    if remark := answer.get("remark"):
        raise UnusableAnswerError(f"the server stopped half-way: {_printable(remark)}")
    if not all(isinstance(one, dict) and _is_sound(one) for one in elements):
        raise UnusableAnswerError("the answer holds elements of another form than node, way and relation")
    if not isinstance(timestamp_of(answer), str):
        raise UnusableAnswerError("the answer does not say of when its data are")
    nodes = {one["id"] for one in elements if one["type"] == "node"}
    lost = sum(1 for one in elements if one["type"] == "way" and not nodes.issuperset(one["nodes"]))
    if lost:
        raise UnusableAnswerError(f"{lost:,} way(s) lack nodes: the answer was cut short")


def timestamp_of(answer: Any) -> str | None:
    """When the data of an answer are of (ISO 8601), None where it does not say."""
    told = answer.get("osm3s") if isinstance(answer, dict) else None
    stamp = told.get("timestamp_osm_base") if isinstance(told, dict) else None
    return stamp if isinstance(stamp, str) and re.match(r"\d{4}-\d{2}-\d{2}T", stamp) else None


def _printable(text: object) -> str:
    return "".join(c for c in str(text)[:200] if c.isprintable())


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 62


def _is_sound(one: dict[str, Any]) -> bool:
    tags = one.get("tags", {})
    if not isinstance(tags, dict) or not all(isinstance(v, str) and len(v) <= 1020 for v in tags.values()):
        return False
    if not _is_id(one.get("id")) or not all(0 < len(key) <= 1020 for key in tags):
        return False
    match one.get("type"):
        case "node":
            degrees = [one.get("lat"), one.get("lon")]
            numbers = [d for d in degrees if isinstance(d, int | float) and not isinstance(d, bool)]
            return len(numbers) == 2 and abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180
        case "way":
            return isinstance(nodes := one.get("nodes"), list) and all(map(_is_id, nodes))
        case "relation":
            members = one.get("members")
            return isinstance(members, list) and all(
                isinstance(m, dict)
                and m.get("type") in ("node", "way", "relation")
                and _is_id(m.get("ref"))
                and isinstance(m.get("role"), str)
                for m in members
            )
    return False


def fetch_osm(fetcher: Fetcher, bounds: Bounds, out: Path, themes: Iterable[str] = tuple(THEMES)) -> str:
    """Fetch OpenStreetMap within bounds and write it as an extract.

    Parameters
    ----------
    fetcher
        See `trefpunt.sources.http.Fetcher`. Every theme is one request; answers are kept, so that a build which is
        broken off asks only for what is missing.
    bounds
        Around the municipality, with the margin that paths and catchments need.
    out
        An ``.osm.pbf`` (or .osm, .osm.bz2) file: what `osm_streets.read_streets`, `osm_extract.read_places` and the
        background read. Replaced only when whole.
    themes
        Keys of `THEMES`.

    Returns
    -------
    str
        The oldest moment that the data of an answer are of (ISO 8601).

    Raises
    ------
    FetchError
        As `Fetcher.file`; a `remark` or a way without its nodes counts as a failed try.
    SourceError
        Bounds, or an answer without streets.
    """
    url = f"{fetcher.services.overpass}/interpreter"
    elements: dict[tuple[str, int], dict[str, Any]] = {}
    stamps = []
    for theme in themes:
        answer = fetcher.json(url, data={"data": question(theme, bounds)}, check=check_answer)
        stamps.append(str(timestamp_of(answer)))
        for one in answer["elements"]:
            kept = elements.setdefault((one["type"], one["id"]), one)
            # Two questions may meet a node that only one of them asked for by its tags.
            if not kept.get("tags") and one.get("tags"):
                elements[one["type"], one["id"]] = one
    if not elements:
        raise SourceError(url, "found nothing within the bounds asked for", _AGAIN)
    write_extract(elements.values(), out, min(stamps))
    return min(stamps)


def write_extract(elements: Iterable[dict[str, Any]], out: Path, timestamp: str) -> None:
    """Write elements in Overpass's JSON form as an OpenStreetMap file, ordered by kind and id.

    Raises
    ------
    SourceError
        The folder cannot be written, or the disk is full; `out` stays as it was.
    """
    order = {"node": 0, "way": 1, "relation": 2}
    header = osmium.io.Header()
    header.set("generator", "Trefpunt")
    header.set("osmosis_replication_timestamp", timestamp)
    ending = "".join(out.suffixes[-2:])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=out.parent) as folder:
            part = Path(folder) / f"extract{ending}"
            with osmium.SimpleWriter(str(part), header=header) as writer:
                for one in sorted(elements, key=lambda one: (order[one["type"]], one["id"])):
                    _write(writer, one)
            part.replace(out)
    except (OSError, RuntimeError) as fault:
        raise SourceError(str(out), f"cannot be written: {fault}", "Make room on the disk and try again.") from fault


def _write(writer: osmium.SimpleWriter, one: dict[str, Any]) -> None:
    tags = one.get("tags", {})
    match one["type"]:
        case "node":
            writer.add_node(osmium.osm.mutable.Node(id=one["id"], location=(one["lon"], one["lat"]), tags=tags))
        case "way":
            writer.add_way(osmium.osm.mutable.Way(id=one["id"], nodes=one["nodes"], tags=tags))
        case _:
            members = [(m["type"][0], m["ref"], m["role"]) for m in one["members"]]
            writer.add_relation(osmium.osm.mutable.Relation(id=one["id"], members=members, tags=tags))
