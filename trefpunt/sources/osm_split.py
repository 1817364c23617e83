"""Cut an OpenStreetMap extract of a country into one per municipality, reading it a fixed number of times.

`trefpunt.sources.osm_extract.cut_extract` reads the whole file for every cut: fine for one municipality out of a
province, hopeless for 342 out of a country. Here the file is read four times however many cuts there are, and what is
kept in memory is bounded by what crosses borders, not by what lies within them.
Data © OpenStreetMap contributors, ODbL 1.0.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray

from trefpunt.errors import SourceError
from trefpunt.sources.download_cache import sha256_of
from trefpunt.sources.local import require_file
from trefpunt.sources.osm_extract import timestamp_of_file
from trefpunt.sources.overpass import Bounds, check_bounds

CELL = (100_000, 50_000)
"""Width and height of a cell in 10⁻⁷ degrees: about 700 by 550 m. Cuts are made along cells, outside of the bounds."""

IN_MEMORY_BYTES = 1 << 28
"""Places of nodes of a file up to this size are kept in memory, else in a file beside the cuts."""

_BUFFER = 1 << 16
_RECORD = "part.json"
_FORMAT = 1
_REMEDY = "Fetch the file again, or give another extract."

Step = Callable[[str], None]
Group = tuple[int, ...]
"""Numbers of cuts, ascending."""


@dataclass(frozen=True)
class Part:
    """A cut: an extract of its own, named as the file it is from, and its checksum."""

    path: Path
    sha256: str


def split_extract(
    osm_file: Path, bounds: Mapping[str, Bounds], folder: Path, step: Step = lambda what: None
) -> dict[str, Part]:
    """Cut everything within each of several bounds out of an extract.

    A cut holds at least what `cut_extract` takes from the whole file within the same bounds: all nodes within, all ways
    that touch them, all multipolygons with such a way, whole. Cuts that are there already, of the same file and bounds,
    are used again; so is what an earlier run made before it was broken off.

    Parameters
    ----------
    osm_file
        Ordered as such files are: nodes, ways, relations, each by id. With a date in its header.
    bounds
        By name of the cut (letters and digits).
    folder
        Where cuts are kept, in a folder of the file's checksum.
    step
        Told what is being done.

    Raises
    ------
    SourceError
        The file is absent, no OpenStreetMap data, not ordered, or without date; the disk is full.
    """
    require_file(osm_file)
    stamp = timestamp_of_file(osm_file)
    if not stamp:
        raise SourceError(
            str(osm_file),
            "does not say of when its data are",
            "Give an extract as its server offers it, with the date in its header (Geofabrik's have it).",
        )
    step(f"checksum of {osm_file.name}")
    home = folder / sha256_of(osm_file)[:16]
    frames = {name: _cells_of(check_bounds(one)) for name, one in bounds.items()}
    places = {name: home / f"{name}-{'-'.join(map(str, frame))}" for name, frame in frames.items()}
    parts = {name: part for name, place in places.items() if (part := _kept(place, osm_file.name))}
    missing = [name for name in frames if name not in parts]
    if missing:
        try:
            home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".part-", dir=home) as work:
                cut = _Cut(osm_file, [frames[name] for name in missing], Path(work), step)
                for name, made in zip(missing, cut.write(stamp), strict=True):
                    parts[name] = _keep(made, places[name])
        except (OSError, RuntimeError) as fault:
            raise SourceError(str(osm_file), f"cannot be cut: {fault}", _REMEDY) from fault
    return {name: parts[name] for name in bounds}


def _cells_of(bounds: Bounds) -> tuple[int, int, int, int]:
    """First and last column, first and last row of the cells that cover bounds."""
    west, south, east, north = (round(degrees * 1e7) for degrees in bounds)
    return west // CELL[0], east // CELL[0], south // CELL[1], north // CELL[1]


def _kept(place: Path, name: str) -> Part | None:
    """A cut of an earlier run, if it is still as it was."""
    path = place / name
    with suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads((place / _RECORD).read_bytes())
        if record["format"] == _FORMAT and sha256_of(path) == record["sha256"]:
            return Part(path, str(record["sha256"]))
    shutil.rmtree(place, ignore_errors=True)
    return None


def _keep(made: Path, place: Path) -> Part:
    """Put a finished cut in its place, in one step."""
    digest = sha256_of(made)
    (made.parent / _RECORD).write_text(json.dumps({"format": _FORMAT, "sha256": digest}), encoding="utf-8")
    # Another run may have made the same in the meantime: then theirs stays.
    with suppress(OSError):
        made.parent.rename(place)
    part = _kept(place, made.name)
    if part is None:
        raise OSError(f"{place} cannot be written")
    return part


@dataclass
class _Groups:
    """Sets of cuts, each kept once and known by its number; number 0 is no cut at all."""

    found: list[Group] = field(default_factory=lambda: [()])
    number: dict[Group, int] = field(default_factory=lambda: {(): 0})

    def of(self, cuts: Iterable[int]) -> int:
        group = tuple(sorted(set(cuts)))
        if group not in self.number:
            self.number[group] = len(self.found)
            self.found.append(group)
        return self.number[group]

    def union(self, numbers: Iterable[int]) -> int:
        several = set(numbers)
        return several.pop() if len(several) == 1 else self.of(cut for one in several for cut in self.found[one])


class _Cut:
    """One reading of a file into several cuts."""

    def __init__(self, osm_file: Path, frames: list[tuple[int, int, int, int]], work: Path, step: Step) -> None:
        self.file, self.work, self.count, self.step = osm_file, work, len(frames), step
        self.groups = _Groups()
        cells: dict[tuple[int, int], list[int]] = {}
        for number, (west, east, south, north) in enumerate(frames):
            for column in range(west, east + 1):
                for row in range(south, north + 1):
                    cells.setdefault((column, row), []).append(number)
        self.cells = {cell: self.groups.of(cuts) for cell, cuts in cells.items()}
        # Nodes that a cut needs though they lie outside of it: (node, cut).
        self.far_nodes, self.far_cuts = array("q"), array("i")
        self.way_groups = array("i")
        self.late: dict[int, int] = {}
        self.relation_groups: dict[int, int] = {}

    def _processor(self, kinds: osmium.osm.osm_entity_bits) -> osmium.FileProcessor:
        return osmium.FileProcessor(str(self.file), kinds)

    def write(self, stamp: str) -> Iterator[Path]:
        """Make all cuts; gives the file of each, in a folder of its own."""
        self.step("multipolygons")
        members = self._members()
        self.step("which ways lie where")
        found = self._place_ways(members)
        self._place_relations(members, found)
        if self.late:
            self.step("ways of multipolygons across borders")
            self._place_late_ways()
        self.step("writing the cuts")
        paths = [self.work / str(number) / self.file.name for number in range(self.count)]
        self._write(paths, stamp)
        yield from paths

    def _members(self) -> dict[int, list[int]]:
        """Multipolygons by way; everything else that relations say is of no use to a build."""
        members: dict[int, list[int]] = {}
        for relation in self._processor(osmium.osm.RELATION):
            if relation.tags.get("type") == "multipolygon":
                for one in relation.members:
                    if one.type == "w":
                        members.setdefault(one.ref, []).append(relation.id)
        return members

    def _place_ways(self, members: Mapping[int, list[int]]) -> dict[int, int]:
        """Find the cuts of every way, and return those of members of multipolygons."""
        storage = "flex_mem"
        if self.file.stat().st_size > IN_MEMORY_BYTES:
            storage = f"sparse_file_array,{self.work / 'locations'}"
        ways = self._processor(osmium.osm.NODE | osmium.osm.WAY).with_locations(storage)
        found: dict[int, int] = {}
        (width, height), cells, groups = CELL, self.cells, self.groups
        for way in ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY)):
            at = [cells.get((node.x // width, node.y // height), 0) for node in way.nodes]
            group = groups.union(at) if at else 0
            self.way_groups.append(group)
            if group and at.count(group) != len(at):
                whole = set(groups.found[group])
                for node, here in zip(way.nodes, at, strict=True):
                    if here != group:
                        self._need(node.ref, whole.difference(groups.found[here]))
            if way.id in members:
                found[way.id] = group
        return found

    def _need(self, node: int, cuts: Iterable[int]) -> None:
        for cut in cuts:
            self.far_nodes.append(node)
            self.far_cuts.append(cut)

    def _place_relations(self, members: Mapping[int, list[int]], found: Mapping[int, int]) -> None:
        """A multipolygon belongs to the cuts of all its ways, and so do these."""
        touched: dict[int, set[int]] = {}
        for way, group in found.items():
            for relation in members[way]:
                touched.setdefault(relation, set()).add(group)
        self.relation_groups = {one: self.groups.union(several) for one, several in touched.items()}
        for way, group in found.items():
            wanted = self.groups.union([group, *(self.relation_groups[one] for one in members[way])])
            if wanted != group:
                self.late[way] = wanted

    def _place_late_ways(self) -> None:
        """Note all nodes of ways that a cut needs for a multipolygon alone, those within too: each is written once."""
        ways = self._processor(osmium.osm.WAY).with_filter(osmium.filter.IdFilter(self.late.keys()))
        for way in ways:
            for node in way.nodes:
                self._need(node.ref, self.groups.found[self.late[way.id]])

    def _write(self, paths: list[Path], stamp: str) -> None:
        _allow_open_files(self.count)
        header = osmium.io.Header()
        header.set("generator", "Trefpunt")
        header.set("osmosis_replication_timestamp", stamp)
        far, last, ways = _FarNodes(self.far_nodes, self.far_cuts), 0, iter(self.way_groups)
        (width, height), cells, found = CELL, self.cells, self.groups.found
        done_with_nodes = False
        with ExitStack() as stack:
            writers = []
            for path in paths:
                path.parent.mkdir()
                writer = osmium.SimpleWriter(str(path), bufsz=_BUFFER, header=header)
                writers.append(stack.enter_context(writer))
            for item in osmium.FileProcessor(str(self.file)):
                if item.is_node():
                    if done_with_nodes or item.id < last:
                        raise SourceError(
                            str(self.file),
                            "is not ordered by id",
                            "Sort it first: osmium sort IN.osm.pbf -o OUT.osm.pbf.",
                        )
                    last, at = item.id, item.location
                    group = found[cells.get((at.x // width, at.y // height), 0)]
                    for cut in far.added(last, group):
                        writers[cut].add_node(item)
                elif item.is_way():
                    done_with_nodes = True
                    group = found[next(ways)]
                    for cut in found[self.late[item.id]] if item.id in self.late else group:
                        writers[cut].add_way(item)
                elif item.id in self.relation_groups:
                    for cut in found[self.relation_groups[item.id]]:
                        writers[cut].add_relation(item)


class _FarNodes:
    """Nodes that cuts need though they lie outside, to be asked for in ascending order."""

    def __init__(self, nodes: array[int], cuts: array[int]) -> None:
        pairs = np.unique(
            np.column_stack([np.asarray(nodes, dtype=np.int64), np.asarray(cuts, dtype=np.int64)]), axis=0
        )
        self._nodes: NDArray[np.int64] = pairs[:, 0].copy()
        self._cuts: NDArray[np.int64] = pairs[:, 1].copy()
        self._next = int(self._nodes[0]) if len(self._nodes) else None

    def added(self, node: int, group: Group) -> Group | set[int]:
        """The cuts of a node: those it lies in, and those that need it."""
        if self._next is None or node < self._next:
            return group
        start, end = np.searchsorted(self._nodes, [node, node + 1])
        self._next = int(self._nodes[end]) if end < len(self._nodes) else None
        return {*group, *self._cuts[start:end].tolist()}


def _allow_open_files(count: int) -> None:
    """Every cut is an open file, and systems allow few by default."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(
                resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
            )
