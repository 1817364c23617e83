"""One run of the benchmark, from the options of the command line to its tables."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table as Screen

from trefpunt import queries, snapshot
from trefpunt.bench import measures
from trefpunt.bench.cities import city_of
from trefpunt.bench.markdown import Table, refresh, tables
from trefpunt.bench.peers import compare
from trefpunt.bench.picture import draw
from trefpunt.bench.report import Peers, Report, from_json, this_machine, to_json
from trefpunt.bench.scale import time_sizes
from trefpunt.bench.timing import Timing, timing
from trefpunt.errors import TrefpuntError
from trefpunt.queries.places import measured

SCALE_MODE = "walk"


@dataclass(frozen=True)
class Options:
    """What to time, and where to write it.

    Attributes
    ----------
    data
        Folder of the snapshot.
    repeat
        Runs of each; the median counts.
    browser
        The explorer in a browser, and nothing else.
    country
        The builds of a small country, and nothing else.
    quick
        Walking only, slow peers once, not all measures of the city.
    sources
        Folder of source files: time the build too.
    scale
        Sizes of tiled cities; none if empty.
    out, picture, docs
        Files for the JSON, the picture, and the document whose tables to renew.
    """

    data: Path
    repeat: int = 5
    quick: bool = False
    browser: bool = False
    sources: Path | None = None
    scale: tuple[int, ...] = ()
    out: Path | None = None
    picture: Path | None = None
    docs: Path | None = None
    country: bool = False

    @property
    def command(self) -> str:
        """The command that times the same."""
        parts = ["python -m trefpunt bench"]
        parts += ["--browser"] * self.browser + ["--country"] * self.country
        parts += ["--quick"] * self.quick + [f"--repeat {self.repeat}"] * (self.repeat != 5)
        parts += [f"--scale {','.join(map(str, self.scale))}"] * bool(self.scale)
        parts += ["--sources SOURCES"] * (self.sources is not None)
        return " ".join(parts)


def sizes(text: str) -> tuple[int, ...]:
    """Read sizes of cities, as in `1,10,100`.

    Raises
    ------
    TrefpuntError
        One is not a whole number of at least 1.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    faults = [
        f"'{part}' is not a whole number of at least 1" for part in parts if not part.isdecimal() or not int(part)
    ]
    if faults:
        raise TrefpuntError("--scale", faults, "Give sizes as in --scale 1,10,100.")
    return tuple(int(part) for part in parts)


def measure_all(options: Options, progress: Console) -> Report:
    """Time what the options ask for; says on `progress` what it is at."""
    loaded = snapshot.load(options.data)
    peers = []
    for mode in ("walk",) if options.quick else queries.MODES:
        progress.print(f"distances beside the peers, {mode} …")
        city = city_of(loaded, mode)
        times = compare(city, options.repeat, 1 if options.quick else options.repeat)
        nodes, edges = len(city.network.nodes), len(city.network.edges)
        peers.append(
            Peers(
                mode,
                len(city.places),
                len(city.postcodes),
                nodes,
                edges,
                preparation=times["preparation"],
                cut=times["cut"],
                uncut=times["uncut"],
            )
        )
    progress.print("one place, and what a page asks for …")
    setting = queries.setting(loaded)
    one_place = measures.time_one_place(setting, options.repeat)
    other = _page_questions(options, loaded)
    full = build = suggest = None
    if not options.quick:
        progress.print("all measures of the city, nothing cached …")
        full = measures.full_measures(options.data)
        progress.print("where a new place would do most, nothing cached …")
        suggest = measures.suggestions(options.data)
    if options.sources is not None:
        progress.print("the build …")
        with tempfile.TemporaryDirectory() as folder:
            build = measures.build(options.sources, Path(folder) / "city")
    if options.scale:
        progress.print(f"tiled cities of {', '.join(map(str, options.scale))} × the snapshot …")
    scaled = time_sizes(options.data, SCALE_MODE, list(options.scale), options.repeat)
    return Report(
        this_machine(), options.command, peers, one_place, other, full, build, SCALE_MODE, scaled, suggest=suggest
    )


def _page_questions(options: Options, loaded: snapshot.Snapshot) -> list[Timing]:
    def anew() -> pd.DataFrame:
        measured.cache_clear()
        return queries.place_measures(loaded)

    return [
        timing("load the snapshot, hashes checked", lambda: snapshot.load(options.data), options.repeat),
        timing("measures 1–4 of all places, distances known", anew, options.repeat),
        timing("the same for other minutes", lambda: queries.place_measures(loaded, minutes=20), options.repeat),
        timing("neighbourhoods with the nearest places", lambda: queries.neighbourhood_table(loaded), options.repeat),
    ]


def measure_browser(options: Options, progress: Console) -> Report:
    """Look at the explorer with a browser; what else there was to measure is left out."""
    from trefpunt.bench.browser import measure

    found = measure(options.data, options.repeat, options.command, progress.print)
    return Report({}, "", [], [], [], None, None, SCALE_MODE, [], found)


def measure_country(options: Options, progress: Console) -> Report:
    """Build a small country; what else there was to measure is left out."""
    from trefpunt.bench.country import measure

    progress.print("a small country, in four ways …")
    found = measure(this_machine(), options.command, options.sources)
    return Report({}, "", [], [], [], None, None, SCALE_MODE, [], builds=found)


def run(options: Options) -> None:
    """Time, print the tables, write the files asked for.

    The engine's part, the browser's and the small country's are measured apart: in the files, each leaves the others as
    they were.

    Raises
    ------
    TrefpuntError
        The options do not go together, or something cannot be measured.
    """
    if options.browser and options.country:
        raise TrefpuntError("bench", "--browser and --country are runs of their own", "Give one of the two.")
    apart = "--browser" if options.browser else "--country" if options.country else ""
    if apart and (options.picture is not None or (options.docs is not None and options.out is None)):
        raise TrefpuntError(
            f"bench {apart}",
            f"the picture and the other tables of the document show what is not measured with {apart}",
            "Leave out --picture; give --docs together with --out, the JSON that holds the other figures.",
        )
    progress = Console(stderr=True)
    measure = measure_browser if options.browser else measure_country if options.country else measure_all
    report = measure(options, progress)
    for group in tables(report).values():
        for table in group:
            _show(table)
    if options.out is not None and options.out.is_file():
        before = from_json(options.out.read_text(encoding="utf-8"))
        if apart:
            before = replace(before, browser=report.browser or before.browser, builds=report.builds or before.builds)
        report = before if apart else report.with_rest_of(before)
    if options.out is not None:
        options.out.write_text(to_json(report), encoding="utf-8")
    if options.picture is not None:
        draw(report, options.picture)
    if options.docs is not None:
        options.docs.write_text(refresh(options.docs.read_text(encoding="utf-8"), report), encoding="utf-8")


def _show(table: Table) -> None:
    screen = Screen(title=table.title, title_justify="left")
    for i, name in enumerate(table.header):
        screen.add_column(name, justify="right" if i else "left")
    for row in table.rows:
        screen.add_row(*row)
    Console(markup=False).print(screen)
