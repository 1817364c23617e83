"""The figures of a run as tables: the same for docs/performance.md and for the terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trefpunt.bench.browser_report import BrowserRun
from trefpunt.bench.country import COUNTRY_BYTES, CountryRun, Cutting
from trefpunt.bench.report import Report, budgets
from trefpunt.bench.timing import ChildRun, Timing

NOT_MEASURED = "Not measured in this run."

_BLOCK = re.compile(r"(<!-- bench: (?P<name>[a-z_]+) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Table:
    """Rows under a header; the first column is text, the others are figures."""

    title: str
    header: list[str]
    rows: list[list[str]]


def seconds(value: float) -> str:
    """Seconds above ten, milliseconds below: three digits either way."""
    if value >= 10:
        return f"{value:,.0f} s"
    return f"{1000 * value:,.0f} ms" if value >= 0.01 else f"{1000 * value:.1f} ms"


def mebibytes(value: float) -> str:
    """MiB, with decimals below ten, and GiB from ten of them on."""
    if value < 10:
        return f"{value:.2f} MiB"
    return f"{value / 1024:,.1f} GiB" if value >= 10 * 1024 else f"{value:,.0f} MiB"


def kilobytes(value: float) -> str:
    """Thousands of bytes (kB), and MB from ten thousand of them on."""
    return f"{value / 1e6:,.1f} MB" if value >= 1e7 else f"{value / 1e3:,.1f} kB"


def _figure(value: float, unit: str) -> str:
    if unit == "kB":
        return kilobytes(1000 * value)
    if unit == "s":
        return seconds(value)
    return mebibytes(value) if unit == "MiB" else f"{value:.2f}{' ' + unit if unit else ''}"


def _timed(one: Timing) -> str:
    return f"{seconds(one.median)} ({seconds(one.fastest)}–{seconds(one.slowest)}, {one.runs})"


def _peers(report: Report) -> list[Table]:
    tables = []
    for peers in report.peers:
        title = (
            f"{peers.mode}: {peers.places:,} places × {peers.postcodes:,} postcodes on {peers.nodes:,} nodes, "
            f"{peers.edges:,} edges"
        )
        rows = [
            [prepared.what, _timed(cut), _timed(uncut), seconds(prepared.median)]
            for prepared, cut, uncut in zip(peers.preparation, peers.cut, peers.uncut, strict=True)
        ]
        tables.append(Table(title, ["", "with each category's cut-off", "uncut", "preparing the network, once"], rows))
    return tables


def _timings(title: str, timings: list[Timing]) -> list[Table]:
    return [Table(title, ["", "median (fastest–slowest, runs)"], [[one.what, _timed(one)] for one in timings])] * bool(
        timings
    )


def _child(title: str, run: ChildRun | None) -> list[Table]:
    if run is None:
        return []
    rows = [[name, seconds(took)] for name, took in run.steps.items()]
    if len(rows) > 1:
        rows.append(["together", seconds(run.seconds)])
    return [Table(title, ["", ""], [*rows, ["peak of memory", mebibytes(run.peak_mib)]])]


def _suggest(report: Report) -> list[Table]:
    run = report.suggest
    if run is None:
        return []
    rows = [[name, seconds(took)] for name, took in run.steps.items()]
    rows.append(["of the best three there could be, at most missing", f"{100 * run.facts['gap']:.1f} %"])
    rows.append(["peak of memory", mebibytes(run.peak_mib)])
    return [Table("Where a new place would do most, nothing cached", ["", ""], rows)]


def _scale(report: Report) -> list[Table]:
    if not report.scale:
        return []
    header = ["", "places", "postcodes", "nodes", "pairs in reach", "distances", "measures 1–4", "processor", "memory"]
    rows = [
        [
            f"{size.tiles} ×",
            *(f"{n:,}" for n in (size.places, size.postcodes, size.nodes, size.pairs)),
            *(seconds(s) for s in (size.distances_s, size.measures_s, size.cpu_s)),
            mebibytes(size.peak_mib),
        ]
        for size in report.scale
    ]
    return [Table(f"Tiled cities, {report.scale_mode}, with each category's cut-off", header, rows)]


def _growth(report: Report) -> list[Table]:
    whole = report.country
    if whole is None or report.exponent is None or report.cpu_exponent is None:
        return []
    rows = [
        ["growth exponent of time with places", f"{report.exponent:.2f}"],
        ["the same of processor time", f"{report.cpu_exponent:.2f}"],
        ["extrapolated, not measured: postcodes of the Netherlands", f"{whole.postcodes:,}"],
        ["places, as many a postcode as in Maastricht", f"{whole.places:,}"],
        ["distances and measures 1–4, one mode", seconds(whole.seconds)],
        ["memory", mebibytes(whole.peak_mib)],
    ]
    return [Table("Growth, and the whole country by extrapolation", ["", ""], rows)]


def _budgets(report: Report) -> list[Table]:
    rows = [
        [one.what, _figure(one.limit, one.unit), _figure(one.measured, one.unit), "yes" if one.met else "no"]
        for one in budgets(report)
    ]
    return [Table("Budgets", ["", "at most", "measured", "met"], rows)] * bool(rows)


def _machine(report: Report) -> list[Table]:
    if not report.machine:
        return []
    rows = [[name, value] for name, value in report.machine.items()]
    return [Table("Machine", ["", ""], [["command", f"`{report.command}`"], *rows])]


def _browser_machine(run: BrowserRun) -> list[Table]:
    rows = [["command", f"`{run.command}`"], *([name, value] for name, value in run.machine.items())]
    return [Table("Machine of the browser's figures", ["", ""], rows)]


def _visits(run: BrowserRun) -> list[Table]:
    rows = [
        [
            one.timing.what,
            _timed(one.timing),
            f"{one.requests:,}",
            kilobytes(one.file_bytes),
            kilobytes(one.socket_bytes),
        ]
        if one.requests
        else [one.timing.what, _timed(one.timing), "", "", ""]
        for one in run.visits
    ]
    header = ["", "median (fastest–slowest, runs)", "files asked for", "their bytes", "bytes over the websocket"]
    return [Table("Until the map is seen", header, rows)]


def _changes(run: BrowserRun) -> list[Table]:
    rows = [
        [
            one.timing.what,
            _timed(one.timing),
            kilobytes(one.payload_bytes),
            kilobytes(one.wire_bytes),
            "" if one.blank_s is None else seconds(one.blank_s),
            seconds(one.cpu_s),
        ]
        for one in run.changes
    ]
    header = [
        "",
        "until it is seen",
        "said by the server",
        "sent, compressed",
        "no map to see",
        "processor of the server",
    ]
    return [Table("From a click to what it changes", header, rows)]


def _load(run: BrowserRun) -> list[Table]:
    load = run.load
    if load is None:
        return []
    rows = [
        ["runs in all", f"{load.actions:,}"],
        ["a run: median", seconds(load.median_s)],
        ["95 % of the runs within", seconds(load.p95_s)],
        ["the slowest", seconds(load.slowest_s)],
        ["processors that the server kept busy", f"{load.cpu:.2f}"],
        ["memory of each session", mebibytes(load.mib)],
    ]
    return [Table(f"{load.sessions} sessions, each acting every {load.every_s:.0f} s", ["", ""], rows)]


def _country_machine(run: CountryRun) -> list[Table]:
    rows = [["command", f"`{run.command}`"], *([name, value] for name, value in run.machine.items())]
    return [Table("Machine of the small country's figures", ["", ""], rows)]


def _country(run: CountryRun) -> list[Table]:
    header = ["", "seconds", "built", "skipped", "failed", "peak of memory, one process", "same bytes as the first"]
    rows = [
        [
            one.what,
            seconds(one.seconds),
            *(str(n) for n in (one.done, one.skipped, one.failed)),
            mebibytes(one.peak_mib) if one.done else "",
            "yes" if one.same else "no",
        ]
        for one in run.builds
    ]
    return [Table(f"A country of {run.builds[0].done} small municipalities", header, rows)]


def _cutting(cutting: Cutting) -> list[Table]:
    rows = [
        ["nodes, ways and relations", f"{cutting.objects:,}"],
        ["size of the file", kilobytes(cutting.bytes)],
        [f"{cutting.cuts} cuts that overlap, together", kilobytes(cutting.written)],
        ["cutting", seconds(cutting.seconds)],
        ["peak of memory", mebibytes(cutting.peak_mib)],
        [f"extrapolated, not measured: a country of {kilobytes(COUNTRY_BYTES)}", seconds(cutting.country_s)],
    ]
    return [Table("An extract cut into many", ["", ""], rows)]


def tables(report: Report) -> dict[str, list[Table]]:
    """All tables of a run by the name of their block; a part that was not measured has none."""
    browser = report.browser
    return {
        "machine": _machine(report),
        "budgets": _budgets(report),
        "peers": _peers(report),
        "one_place": _timings("One place, all measures", report.one_place),
        "other": _timings("What a page asks for", report.other),
        "full": _child("All measures of Maastricht, nothing cached", report.full),
        "suggest": _suggest(report),
        "build": _child("The build", report.build),
        "scale": _scale(report),
        "growth": _growth(report),
        "browser_machine": _browser_machine(browser) if browser else [],
        "visits": _visits(browser) if browser else [],
        "changes": _changes(browser) if browser else [],
        "load": _load(browser) if browser else [],
        "country_machine": _country_machine(report.builds) if report.builds else [],
        "country": _country(report.builds) if report.builds else [],
        "cutting": _cutting(report.builds.cutting) if report.builds and report.builds.cutting else [],
    }


def to_markdown(table: Table) -> str:
    """A GitHub table, figures to the right, its title above it."""
    lines = [table.header, ["---", *["---:"] * (len(table.header) - 1)], *table.rows]
    return "\n".join([f"{table.title}:", "", *("| " + " | ".join(cells) + " |" for cells in lines)])


def refresh(text: str, report: Report) -> str:
    """Put a run's tables into a document.

    Each goes between `<!-- bench: name -->` and `<!-- end -->`; what the document does not ask for is left out.

    Raises
    ------
    ValueError
        The document asks for a block that there is not.
    """
    found = tables(report)
    if unknown := sorted({match["name"] for match in _BLOCK.finditer(text)} - set(found)):
        raise ValueError(f"no such block: {', '.join(unknown)}; there are {', '.join(found)}")

    def block(match: re.Match[str]) -> str:
        body = "\n\n".join(to_markdown(table) for table in found[match["name"]]) or NOT_MEASURED
        return f"{match[1]}\n{body}\n\n{match[3]}"

    return _BLOCK.sub(block, text)
