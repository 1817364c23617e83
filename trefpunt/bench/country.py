"""How long a small country takes: one municipality after the other, and on a local cluster (docs/country.md).

The country is the tests' own (`tests/servers/country.py`): twenty municipalities made of real neighbourhoods, with
services of its own, so this runs in a checkout of the repository only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trefpunt.bench.timing import in_child
from trefpunt.errors import TrefpuntError

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2

_RUNS = """
import tempfile, threading
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.country_tasks import contents, kill_one_half_way
from tests.servers.country import members, serving_country, write_country
from tests.servers.live import services
from trefpunt.build.live import LiveOptions
from trefpunt.country.build_all import CountryOptions, build_all
workers, found = int(sys.argv[3]), []
with serving_country() as url, tempfile.TemporaryDirectory() as folder:
    base, first = Path(folder), None
    extract = write_country(base / "netherlands.osm.pbf")
    runs = [("serial", 0, False), ("parallel", workers, False), ("killed", workers, True), ("killed", workers, False)]
    for name, processes, kills in runs:
        live = LiveOptions(cache=base / name / "cache", services=services(url))
        options = CountryOptions(extract, base / name / "out", live, tuple(members()), workers=processes)
        told = []
        if kills:
            thread = threading.Thread(target=kill_one_half_way, args=(options.out, told, len(members())), daemon=True)
            thread.start()
        report = build_all(options, told.append)
        if kills:
            thread.join(timeout=10)
        sums = contents(options.out)
        first = first or sums
        states = [row.state for row in report.rows]
        peaks = [row.peak_mib for row in report.rows if row.state == "done"]
        found.append({
            "seconds": report.seconds,
            "done": states.count("done"),
            "skipped": states.count("skipped"),
            "failed": states.count("failed"),
            "peak_mib": max(peaks, default=0.0),
            "same": sums == first,
        })
facts["runs"] = found
"""

_CUT = """
import tempfile
from pathlib import Path
import osmium
from trefpunt.sources.osm_split import split_extract
(source,) = Path(sys.argv[2]).glob("osm/*_full.osm.pbf")
header, objects = osmium.io.Header(), 0
header.set("osmosis_replication_timestamp", "2021-01-01T00:00:00Z")
with tempfile.TemporaryDirectory() as folder:
    dated = Path(folder) / "city.osm.pbf"
    lons, lats = [], []
    with osmium.SimpleWriter(str(dated), header=header) as writer:
        for item in osmium.FileProcessor(str(source)):
            objects += 1
            writer.add(item)
            if item.is_node():
                lons.append(item.location.lon)
                lats.append(item.location.lat)
    west, south = min(lons), min(lats)
    wide, high = (max(lons) - west) / 6, (max(lats) - south) / 5
    del lons, lats
    frames = {
        f"F{a}{b}": (west + a * wide, south + b * high, west + (a + 2) * wide, south + (b + 2) * high)
        for a in range(5) for b in range(4)
    }
    step("copy")
    parts = split_extract(dated, frames, Path(folder) / "cuts")
    step("cut")
    written = sum(part.path.stat().st_size for part in parts.values())
    facts.update(objects=objects, bytes=dated.stat().st_size, cuts=len(parts), written=written)
"""

COUNTRY_BYTES = 1_300_000_000
"""Extract of the Netherlands, about."""

TITLES = (
    "one after the other, without Dask",
    "on {workers} workers",
    "on {workers} workers, one of them killed half-way",
    "the last once more: all are current",
)


@dataclass(frozen=True)
class CountryBuild:
    """One way to build the small country.

    Attributes
    ----------
    what
        Which way.
    seconds
        From the start of the command, imports left out; those of the workers count.
    done, skipped, failed
        Municipalities.
    peak_mib
        The most memory that one process used for a build; 0 where nothing was built.
    same
        All files of all snapshots have the bytes of the first way.
    """

    what: str
    seconds: float
    done: int
    skipped: int
    failed: int
    peak_mib: float
    same: bool


@dataclass(frozen=True)
class Cutting:
    """An extract cut into overlapping parts, twenty of a sixth by a fifth, doubled each way.

    Attributes
    ----------
    objects, bytes, cuts, written
        Of the extract; the number of cuts, and their bytes together.
    seconds, peak_mib
        What it took.
    """

    objects: int
    bytes: int
    cuts: int
    written: int
    seconds: float
    peak_mib: float

    @property
    def country_s(self) -> float:
        """Seconds for the extract of a country, as many a byte: reckoned, not measured."""
        return self.seconds * COUNTRY_BYTES / self.bytes


@dataclass(frozen=True)
class CountryRun:
    """All ways, with command and machine of this run; the cutting where there is a real extract to cut."""

    machine: dict[str, str]
    command: str
    builds: list[CountryBuild]
    cutting: Cutting | None = None

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> CountryRun:
        """Read one back from JSON."""
        builds = [CountryBuild(**one) for one in found["builds"]]
        cutting = Cutting(**found["cutting"]) if found["cutting"] else None
        return cls(found["machine"], found["command"], builds, cutting)


def measure(machine: dict[str, str], command: str, sources: Path | None = None) -> CountryRun:
    """Build the small country in each way; cut the city's extract, where there is a folder of source files.

    Raises
    ------
    TrefpuntError
        This is no checkout with tests; a build failed.
    """
    if not (ROOT / "tests" / "servers" / "country.py").is_file():
        raise TrefpuntError(
            "bench --country", "the small country is not there", "Run this in a clone of the repository."
        )
    found = in_child(_RUNS, [str(ROOT), str(WORKERS)]).facts["runs"]
    titles = [title.format(workers=WORKERS) for title in TITLES]
    builds = [CountryBuild(what, **one) for what, one in zip(titles, found, strict=True)]
    return CountryRun(machine, command, builds, None if sources is None else cut(sources))


def cut(sources: Path) -> Cutting:
    """Cut the extract of the city, with all its buildings, into twenty that overlap."""
    child = in_child(_CUT, [str(sources)])
    return Cutting(**child.facts, seconds=child.steps["cut"], peak_mib=child.peak_mib)
