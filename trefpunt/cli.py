"""The command line: build a snapshot, check it, and ask it questions."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from trefpunt import snapshot as snapshots
from trefpunt.errors import TrefpuntError

if TYPE_CHECKING:
    from trefpunt.scenarios import Sheet

DEFAULT_DATA = next(iter(snapshots.folders_in(Path("data"))), Path("data/snapshot"))
"""The first snapshot in ``data/``, by name."""

app = typer.Typer(
    help="Trefpunt: where residents of low- and high-welfare neighbourhoods could meet.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_errors = Console(stderr=True)

WIDE = 200
"""Columns of text where no terminal tells how many it has."""
WORDY = 3
"""With so many columns of words, these may take more than one line."""


class Subject(StrEnum):
    """What can be exported."""

    neighbourhoods = "neighbourhoods"
    districts = "districts"
    places = "places"
    population = "population"
    categories = "categories"
    pairs = "pairs"
    own_areas = "own_areas"
    score_years = "score_years"


class FileFormat(StrEnum):
    """How an export is written."""

    csv = "csv"
    geojson = "geojson"
    parquet = "parquet"


class Answer(StrEnum):
    """How an answer is printed."""

    table = "table"
    json = "json"


class Mode(StrEnum):
    """How people travel."""

    walk = "walk"
    cycle = "cycle"


class Where(StrEnum):
    """Where a new place could be."""

    anywhere = "anywhere"
    public = "public"
    schools = "schools"
    parks = "parks"


class Objective(StrEnum):
    """What a new place should do."""

    gain = "gain"
    within = "within"
    cover = "cover"


Data = Annotated[Path, typer.Option("--data", help="The folder of the snapshot.")]
Minutes = Annotated[float, typer.Option(min=1, max=120, help="What counts as within reach.")]


@app.command()
def build(
    municipality: Annotated[
        str | None, typer.Option(help="Name or code (GM0935) of the municipality to build from services.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Fetch from CBS, PDOK and OpenStreetMap.")] = False,
    sources: Annotated[
        Path | None, typer.Option(help="Instead of services: the folder with the source files (docs/data.md).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The folder of the snapshot to write; data/NAME if left out.")
    ] = None,
    ses: Annotated[
        Path | None,
        typer.Option(help="With --sources: a StatLine download (CSV) of the SES-WOA table, instead of estimates."),
    ] = None,
    osm: Annotated[Path | None, typer.Option(help="With --live: an extract (.osm.pbf) instead of Overpass.")] = None,
    population: Annotated[
        Path | None,
        typer.Option(help="With --live: residents per postcode or square of 100 m, a file of CBS (docs/data.md)."),
    ] = None,
    areas: Annotated[
        Path | None, typer.Option(help="GeoJSON with the municipality's own division, as a level beside the others.")
    ] = None,
    year: Annotated[int | None, typer.Option(help="With --live: regional division; the newest if left out.")] = None,
    cache: Annotated[Path | None, typer.Option(help="With --live: folder for downloads.")] = None,
    check_updates: Annotated[
        bool, typer.Option("--check-updates", help="Build nothing: say what is newer than the snapshots in --data.")
    ] = False,
    data: Annotated[Path, typer.Option("--data", help="With --check-updates: a snapshot, or their folder.")] = Path(
        "data"
    ),
    every: Annotated[
        bool, typer.Option("--all", help="All municipalities, out of --osm, into folders of --out (docs/country.md).")
    ] = False,
    only: Annotated[list[str] | None, typer.Option(help="With --all: this municipality; may be repeated.")] = None,
    scheduler: Annotated[str | None, typer.Option(help="With --all: address of a Dask scheduler.")] = None,
    workers: Annotated[
        int | None, typer.Option(help="With --all: processes on this machine; 0 = one after the other, without Dask.")
    ] = None,
) -> None:
    """Build a snapshot from services or from source files. If anything is wrong, the old snapshot stays."""
    from trefpunt.build import commands  # takes seconds to import: osmnx
    from trefpunt.build.live import LiveOptions

    if check_updates:
        builds = {"--municipality": municipality, "--sources": sources, "--ses": ses, "--osm": osm, "--year": year}
        builds |= {"--population": population, "--areas": areas, "--out": out, "--scheduler": scheduler}
        odd = [name for name, value in builds.items() if value is not None]
        odd += [name for name, on in (("--live", live), ("--all", every), ("--only", only)) if on]
        if odd:
            raise typer.BadParameter(f"--check-updates builds nothing: leave out {', '.join(odd)}")
        _print_updates(data, cache)
        return
    if every:
        from trefpunt.country.command import build_country

        alone = {"--municipality": municipality, "--sources": sources, "--ses": ses, "--areas": areas}
        odd = [name for name, value in alone.items() if value is not None]
        options = LiveOptions(osm, population, None, year, cache)
        raise typer.Exit(build_country(options, out, only or (), scheduler, workers, odd))
    if only or scheduler is not None or workers is not None:
        raise typer.BadParameter("--only, --scheduler and --workers go with --all")
    given = {"--osm": osm, "--population": population, "--year": year, "--cache": cache}
    only_live = [name for name, value in given.items() if value is not None]
    commands.require_one_way(municipality, sources, live=live, ses=ses, only_live=only_live)
    if sources is not None:
        done = commands.build_local(sources, out or DEFAULT_DATA, ses, areas, progress=sys.stderr.isatty())
    else:
        options = LiveOptions(osm, population, areas, year, cache)
        done = commands.build_live(municipality or "", out, options, progress=sys.stderr.isatty())
    _errors.print(done, soft_wrap=True, markup=False, highlight=False)


def _print_updates(data: Path, cache: Path | None) -> None:
    from trefpunt.build import commands

    found = commands.updates(data, cache)
    said = {True: "NEWER: ", False: "up to date", None: "not known: "}
    for name in dict.fromkeys(one.municipality for one in found):
        print(_plain(name))
        for one in found:
            if one.municipality == name:
                print(_plain(f"  {one.what} {one.ours} ({one.source}): {said[one.is_newer]}{one.newer}"))
    print(f"{sum(one.is_newer is True for one in found)} of {len(found)} sources have something newer.")


@app.command()
def check(data: Data = DEFAULT_DATA) -> None:
    """Hold a snapshot against its manifest (sha256, rows), the contracts of its tables and their references."""
    checked = snapshots.check(data)
    print(f"{data}: sound. {checked.name}, {len(snapshots.TABLES)} tables and the background of the map.")


@app.command()
def export(
    subject: Subject,
    data: Data = DEFAULT_DATA,
    file_format: Annotated[FileFormat, typer.Option("--format", help="How to write it.")] = FileFormat.csv,
    mode: Annotated[
        Mode | None, typer.Option(help="How people travel. Places: each category's own if left out; pairs: on foot.")
    ] = None,
    minutes: Minutes = 15,
    out: Annotated[Path | None, typer.Option(help="A file; standard output if left out (not for parquet).")] = None,
) -> None:
    """Write a table with its measures, licence and vintage."""
    from trefpunt import subjects

    table = subjects.subject_table(snapshots.load(data), subject.value, mode.value if mode else None, minutes)
    if file_format is FileFormat.parquet:
        if out is None:
            raise typer.BadParameter("parquet is binary: give a file with --out")
        subjects.write_parquet(table, out)
        return
    text = subjects.to_text(table, file_format.value)
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")


@app.command()
def pair(
    a: Annotated[str, typer.Argument(help="Code of the one neighbourhood (BU…).")],
    b: Annotated[str, typer.Argument(help="Code of the other.")],
    mode: Annotated[Mode, typer.Option(help="How people travel.")] = Mode.walk,
    minutes: Minutes = 15,
    data: Data = DEFAULT_DATA,
    answer: Annotated[Answer, typer.Option("--format", help="How to print it.")] = Answer.table,
) -> None:
    """Places that two neighbourhoods can both reach: mean distance of their residents, nearest for both first."""
    from trefpunt import queries

    snapshot = snapshots.load(data)
    found = queries.pair(snapshot, a, b, mode.value, minutes)
    names = snapshot.neighbourhoods["name"]
    if answer is Answer.json:
        result = {
            "a": {"code": a, "name": names[a]},
            "b": {"code": b, "name": names[b]},
            "mode": mode.value,
            "minutes": minutes,
            "places": _records(found.round(1)),
        }
        _print_json(result)
        return
    title = f"{names[a]} and {names[b]}: {len(found)} places within {minutes:g} minutes of both ({mode.value})"
    table = Table(title=title, title_justify="left")
    for column, side in (
        ("place", "left"),
        ("category", "left"),
        (f"min. {names[a]}", "right"),
        (f"min. {names[b]}", "right"),
    ):
        table.add_column(column, justify=side)  # type: ignore[arg-type]
    for row in found.itertuples():
        name = row.name if isinstance(row.name, str) else "–"
        table.add_row(_plain(name), str(row.category), f"{row.minutes_a:.1f}", f"{row.minutes_b:.1f}")
    Console().print(table)


@app.command()
def scenario(
    file: Annotated[Path, typer.Argument(help="A scenario (docs/scenarios.md): JSON.")],
    minutes: Minutes = 15,
    data: Data = DEFAULT_DATA,
    answer: Annotated[Answer, typer.Option("--format", help="How to print it.")] = Answer.table,
) -> None:
    """What a scenario would change: places added, closed or moved. Before and after, for the city and each buurt."""
    from trefpunt import scenarios

    ground = scenarios.ground_of(snapshots.load(data))
    asked = scenarios.read_file(file, ground)
    outcome = scenarios.compare(ground.setting, scenarios.apply(ground.setting, asked), minutes)
    if answer is Answer.json:
        _print_json(scenarios.records(asked, outcome))
    else:
        _print(scenarios.sheets(asked, outcome), scenarios.remarks(outcome))


@app.command()
def suggest(
    category: Annotated[str, typer.Option(help="What to make: a category of trefpunt/categories.toml.")],
    places: Annotated[int, typer.Option(min=1, max=5, help="How many new ones.")] = 1,
    where: Annotated[Where, typer.Option(help="Where they could be.")] = Where.anywhere,
    objective: Annotated[Objective, typer.Option(help="What to make as large as possible.")] = Objective.gain,
    mode: Annotated[Mode | None, typer.Option(help="How people travel; the category's own if left out.")] = None,
    minutes: Minutes = 15,
    data: Data = DEFAULT_DATA,
    answer: Annotated[Answer, typer.Option("--format", help="How to print it.")] = Answer.table,
) -> None:
    """Where a new place, or a few, would do most for both low- and high-welfare residents (docs/method.md)."""
    from trefpunt import scenarios
    from trefpunt import suggest as spots

    snapshot = snapshots.load(data)
    request = spots.Request(category, places, where.value, minutes, objective.value, mode.value if mode else None)
    found = spots.suggest(scenarios.ground_of(snapshot), request, snapshot.derived["street_names"])
    if answer is Answer.json:
        _print_json(spots.records(found))
    else:
        _print(spots.sheets(found), spots.remarks(found))


@app.command()
def gaps(
    category: Annotated[
        list[str] | None, typer.Option(help="May be repeated; clubs, associations, community centres if left out.")
    ] = None,
    pairs: Annotated[
        float | None,
        typer.Option(min=0, max=50, help="A place bridges from so many low-high pairs of 100; the municipality's own."),
    ] = None,
    mode: Annotated[Mode | None, typer.Option(help="How people travel; each category's own if left out.")] = None,
    minutes: Minutes = 15,
    data: Data = DEFAULT_DATA,
    answer: Annotated[Answer, typer.Option("--format", help="How to print it.")] = Answer.table,
) -> None:
    """Residents of each neighbourhood who reach no place of some categories, and none that bridges."""
    from trefpunt import queries
    from trefpunt import suggest as spots

    setting = queries.setting(snapshots.load(data))
    found = spots.unserved(setting, minutes, category or spots.CLUBS, pairs, mode.value if mode else None)
    if answer is Answer.json:
        _print_json(spots.gap_records(found))
    else:
        _print(spots.gap_sheets(found), spots.gap_remarks(found))


@app.command()
def bench(
    data: Data = DEFAULT_DATA,
    repeat: Annotated[int, typer.Option(min=1, help="Runs of each; the median is shown.")] = 5,
    quick: Annotated[
        bool, typer.Option("--quick", help="Walking only, slow peers once, not all measures of the city.")
    ] = False,
    browser: Annotated[
        bool, typer.Option("--browser", help="The explorer in a browser instead (playwright and a Chromium).")
    ] = False,
    sources: Annotated[
        Path | None, typer.Option(help="A folder of source files (docs/data.md): time the build from them too.")
    ] = None,
    scale: Annotated[
        str, typer.Option(help="Sizes of larger cities, tiled from this one, to time too: 1,10,100.")
    ] = "",
    out: Annotated[Path | None, typer.Option(help="Write the figures here too, as JSON.")] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw them here (.png or .svg).")] = None,
    docs: Annotated[Path | None, typer.Option(help="Renew the tables of this document.")] = None,
    country: Annotated[
        bool, typer.Option("--country", help="The builds of a small country instead, on Dask and without.")
    ] = False,
) -> None:
    """Time the engine beside its peers (scipy, and igraph, pandana, networkx where installed), answers compared."""
    from trefpunt.bench.run import Options, run, sizes

    run(Options(data, repeat, quick, browser, sources, sizes(scale), out, picture, docs, country))


def _print_json(answer: object) -> None:
    """An answer as JSON; what is missing is null and never NaN, which JSON does not know."""
    print(json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False))


def _print(sheets: Iterable[Sheet], remarks: Iterable[str]) -> None:
    """Tables of text, and what must stand below them."""
    # What another program or a file takes in has no width: there a figure is never cut.
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    for sheet in sheets:
        table = Table(title=_plain(sheet.title), title_justify="left")
        for number, column in enumerate(sheet.header):
            words = number < sheet.texts
            table.add_column(column, justify="left" if words else "right", no_wrap=words and sheet.texts < WORDY)
        for cells in sheet.rows:
            table.add_row(*(_plain(cell) for cell in cells))
        console.print(table)
    for line in remarks:
        console.print(_plain(line), highlight=False)


def _plain(text: str) -> str:
    """Text from OpenStreetMap, without rich markup or control characters that a terminal would obey."""
    return "".join(c for c in text if c.isprintable()).replace("[", "\\[")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return json.loads(table.reset_index().to_json(orient="records"))  # type: ignore[no-any-return]


def main() -> None:
    """Run the command line; errors raised on purpose are printed without a traceback, exit code 2."""
    try:
        app()
    except TrefpuntError as fault:
        _errors.print(str(fault), markup=False, highlight=False, style="red", soft_wrap=True)
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
