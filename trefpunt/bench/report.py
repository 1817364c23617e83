"""The figures of a run: as data, and held against the budgets."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from dataclasses import asdict, dataclass, replace
from typing import Any

from trefpunt.bench import browser_report
from trefpunt.bench.browser_report import BrowserRun
from trefpunt.bench.country import CountryRun
from trefpunt.bench.scale import Country, Size, country, growth
from trefpunt.bench.timing import ChildRun, Timing

FORMAT = 1
"""Raised when the JSON changes its shape."""

LIBRARIES = ("numpy", "scipy", "igraph", "pandana", "networkx")


@dataclass(frozen=True)
class Peers:
    """Distances on the network of one mode: how large the question was, and a timing per peer for each way to ask."""

    mode: str
    places: int
    postcodes: int
    nodes: int
    edges: int
    preparation: list[Timing]
    cut: list[Timing]
    uncut: list[Timing]


@dataclass(frozen=True)
class Report:
    """One run of the benchmark; a part that was not asked for is empty or missing.

    `browser` and `builds` (of a small country) are runs of their own, with their own command and machine.
    """

    machine: dict[str, str]
    command: str
    peers: list[Peers]
    one_place: list[Timing]
    other: list[Timing]
    full: ChildRun | None
    build: ChildRun | None
    scale_mode: str
    scale: list[Size]
    browser: BrowserRun | None = None
    suggest: ChildRun | None = None
    builds: CountryRun | None = None

    def with_rest_of(self, other: Report) -> Report:
        """The same with the browser's part and the small country's of another report, where it has none itself."""
        return replace(self, browser=self.browser or other.browser, builds=self.builds or other.builds)

    @property
    def country(self) -> Country | None:
        """The Netherlands, extrapolated."""
        return country(self.scale)

    @property
    def exponent(self) -> float | None:
        """Growth of time with places."""
        return _exponent(self.scale, [size.seconds for size in self.scale])

    @property
    def cpu_exponent(self) -> float | None:
        """Growth of processor time with places."""
        return _exponent(self.scale, [size.cpu_s for size in self.scale])


def _exponent(sizes: list[Size], seconds: list[float]) -> float | None:
    fit = growth([size.places for size in sizes], seconds)
    return None if fit is None else fit.exponent


def this_machine() -> dict[str, str]:
    """What the figures depend on: processors, Python and libraries; no names."""
    facts = {
        "processors": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    for name in LIBRARIES:
        try:
            facts[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return facts


def to_json(report: Report) -> str:
    """The report as JSON; seconds and MiB to four digits are plenty, but nothing is rounded."""
    return json.dumps({"format": FORMAT} | asdict(report), indent=2, ensure_ascii=False) + "\n"


def from_json(text: str) -> Report:
    """Read a report back.

    Raises
    ------
    ValueError
        It has another format.
    """
    found: dict[str, Any] = json.loads(text)
    if found.pop("format", None) != FORMAT:
        raise ValueError(f"not a benchmark of format {FORMAT}")
    for peers in found["peers"]:
        for part in ("preparation", "cut", "uncut"):
            peers[part] = [Timing(**one) for one in peers[part]]
    return Report(
        machine=found["machine"],
        command=found["command"],
        peers=[Peers(**one) for one in found["peers"]],
        one_place=[Timing(**one) for one in found["one_place"]],
        other=[Timing(**one) for one in found["other"]],
        full=ChildRun(**found["full"]) if found["full"] else None,
        build=ChildRun(**found["build"]) if found["build"] else None,
        scale_mode=found["scale_mode"],
        scale=[Size(**one) for one in found["scale"]],
        browser=BrowserRun.from_dict(found["browser"]) if found.get("browser") else None,
        suggest=ChildRun(**found["suggest"]) if found.get("suggest") else None,
        builds=CountryRun.from_dict(found["builds"]) if found.get("builds") else None,
    )


@dataclass(frozen=True)
class Budget:
    """A limit, and what was measured: met when not above it."""

    what: str
    limit: float
    measured: float
    unit: str

    @property
    def met(self) -> bool:
        """Whether the measured figure keeps within the limit."""
        return self.measured <= self.limit


def budgets(report: Report) -> list[Budget]:
    """The budgets of docs/performance.md that this run can judge."""
    found: list[Budget] = []
    for peers in report.peers:
        for name, timings in (("with cut-offs", peers.cut), ("uncut", peers.uncut)):
            median = {one.what: one.median for one in timings}
            ours = median.pop("Trefpunt")
            case = f"all distances, {peers.mode}, {name}"
            if name == "with cut-offs":
                found.append(Budget(case, 0.3, ours, "s"))
            found.append(Budget(f"{case}: times scipy", 1.1, ours / median.pop("scipy"), "×"))
            if median:
                fastest = min(median, key=lambda peer: median[peer])
                found.append(Budget(f"{case}: times {fastest}, the fastest other", 1.0, ours / median[fastest], "×"))
    if report.one_place:
        slowest = max(report.one_place, key=lambda one: one.median)
        found.append(Budget("one place added or moved, the slowest", 0.05, slowest.median, "s"))
    if report.full:
        found.append(Budget("all measures, peak of memory", 500, report.full.peak_mib, "MiB"))
    if report.suggest:
        # The first step is not theirs: the app has all that in memory.
        found += [Budget(what, 30, took, "s") for what, took in list(report.suggest.steps.items())[1:3]]
    if report.build:
        found.append(Budget("build", 60, report.build.seconds, "s"))
        found.append(Budget("build, peak of memory", 2048, report.build.peak_mib, "MiB"))
    if report.scale:
        largest = max(report.scale, key=lambda size: size.tiles)
        found.append(Budget(f"{largest.tiles} × Maastricht, peak of memory", 16 * 1024, largest.peak_mib, "MiB"))
    if report.exponent is not None:
        found.append(Budget("growth exponent of time with places", 1.15, report.exponent, ""))
    if report.browser is not None:
        found += [Budget(*figures) for figures in browser_report.limits(report.browser)]
    return found
