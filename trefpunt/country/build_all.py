"""Build the snapshots of many municipalities, on Dask; what is current already is left as it is."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from trefpunt.build.live import LiveOptions, default_cache, slug
from trefpunt.country.cluster import Job, connected, run_here, run_on
from trefpunt.country.fingerprint import (
    RECORDS,
    Record,
    code_digest,
    digest_of,
    is_current,
    manifest_digest,
    read_record,
    write_json,
    write_record,
)
from trefpunt.country.measured import Answer, Failure
from trefpunt.country.report import DONE, FAILED, SKIPPED, CountryReport, Row
from trefpunt.country.tasks import Order, Survey, construct, survey
from trefpunt.errors import SourceError
from trefpunt.snapshot import sha256_of
from trefpunt.sources.corrections import FILE_NAME as CORRECTIONS
from trefpunt.sources.local import require_file
from trefpunt.sources.municipalities import Municipality, municipalities
from trefpunt.sources.osm_split import split_extract

REPORT = "country.json"
CUTS = "country"
"""Folder of the extracts of municipalities, in the cache."""

_FORMAT = 1
_KEPT_S = 86_400.0

Say = Callable[[str], None]
Run = Callable[[Callable[[str, Any], Any], Sequence[Job]], Iterator[Answer[Any]]]


@dataclass(frozen=True)
class CountryOptions:
    """What to build, and where.

    Attributes
    ----------
    osm
        Extract of the country (.osm.pbf).
    out
        Folder of the snapshots, each in a folder of its own by name.
    live
        As for one municipality; `osm` and `areas` are not used.
    only
        These municipalities; all where empty.
    scheduler, workers
        See `trefpunt.country.cluster.connected`. No workers (0): one after the other in this process, without Dask.
    """

    osm: Path
    out: Path
    live: LiveOptions = field(default_factory=LiveOptions)
    only: tuple[Municipality, ...] = ()
    scheduler: str | None = None
    workers: int | None = None


def build_all(options: CountryOptions, say: Say = lambda what: None) -> CountryReport:
    """Build all municipalities.

    One that fails does not stop the others. Broken off (Ctrl+C, SIGTERM), every snapshot is either the old or the new
    one, and the same command goes on where it was. The report is left as `country.json` in the folder as well.

    Parameters
    ----------
    options
        See there.
    say
        Told what is being done, a line at a time.

    Raises
    ------
    SourceError, TrefpuntError
        What stops all: a file that is absent or no OpenStreetMap data, a folder that cannot be written, a scheduler
        that does not answer. All snapshots stay as they were.
    """
    started = time.perf_counter()
    options = _prepared(options)
    rows = {one.code: Row(one.code, one.name, slug(one)) for one in options.only}
    interrupted = False
    try:
        with _ends_on_sigterm(), ExitStack() as stack:
            stack.callback(_sweep, options)
            run: Run = run_here
            if options.workers != 0:
                say("starting workers" if options.scheduler is None else "connecting with the scheduler")
                run = partial(run_on, stack.enter_context(connected(options.scheduler, options.workers)))
            _build(options, rows, run, say)
    except KeyboardInterrupt:
        interrupted = True
    report = CountryReport(tuple(rows[code] for code in sorted(rows)), time.perf_counter() - started, interrupted)
    write_json(options.out / REPORT, report.to_json())
    return report


def _build(options: CountryOptions, rows: dict[str, Row], run: Run, say: Say) -> None:
    """Look at all sources, cut the extract, and build what is not current; fills in `rows` as it goes."""
    surveys: dict[str, Survey] = {}
    for answer in run(survey, [(code, options.live) for code in rows]):
        if answer.failure is not None:
            _failed(rows, answer.code, answer.failure, say)
        elif answer.value is not None:
            surveys[answer.code] = answer.value
            say(f"sources of {rows[answer.code].name} ({len(surveys)} of {len(rows)})")
    parts = split_extract(
        options.osm, {code: surveys[code].bounds for code in sorted(surveys)}, _cache(options) / CUTS, say
    )
    common = _common(options)
    prints, jobs = {}, []
    for code, part in parts.items():
        folder = options.out / rows[code].folder
        corrections = folder / CORRECTIONS
        prints[code] = digest_of(
            [common, code, surveys[code].digest, part.sha256, sha256_of(corrections) if corrections.is_file() else ""]
        )
        record = read_record(options.out, code)
        if record is not None and is_current(folder, record, prints[code]):
            rows[code] = replace(rows[code], state=SKIPPED, seconds=record.seconds, peak_mib=record.peak_mib)
            say(f"{rows[code].name}: current, skipped")
        else:
            jobs.append((code, Order(folder, replace(options.live, osm=part.path))))
    left = len(jobs)
    for answer in run(construct, jobs):
        left -= 1
        row = rows[answer.code]
        lost = answer.failure or _lost(options.out / row.folder, answer.value)
        rows[answer.code] = replace(row, seconds=answer.seconds, peak_mib=answer.peak_mib, process=answer.process)
        if lost is not None:
            _failed(rows, answer.code, lost, say)
            continue
        record = Record(prints[answer.code], str(answer.value), answer.seconds or 0.0, answer.peak_mib or 0.0)
        write_record(options.out, answer.code, record)
        rows[answer.code] = replace(rows[answer.code], state=DONE)
        say(f"{row.name}: built in {record.seconds:.1f} s, {record.peak_mib:,.0f} MiB; {left} to go")


def _failed(rows: dict[str, Row], code: str, failure: Failure, say: Say) -> None:
    rows[code] = replace(rows[code], state=FAILED, error=failure.error, remedy=failure.remedy)
    say(f"{rows[code].name}: FAILED: {failure.error}")


def _lost(folder: Path, manifest: str | None) -> Failure | None:
    """A worker that does not share our folders has built somewhere else."""
    if manifest_digest(folder) == manifest:
        return None
    return Failure(
        f"the worker has built it, but {folder} does not hold it",
        "Give the folders of --out and --cache that all workers see under the same name.",
    )


def _common(options: CountryOptions) -> list[Any]:
    """What all municipalities' fingerprints share."""
    population = options.live.population
    return [_FORMAT, code_digest(), options.live.year, sha256_of(population) if population else "", options.osm.name]


def _cache(options: CountryOptions) -> Path:
    return options.live.cache or default_cache()


def _prepared(options: CountryOptions) -> CountryOptions:
    """The same with whole paths, since workers may stand elsewhere; files and folders looked at."""
    faults: list[str] = []
    for path in (options.osm, options.live.population):
        if path is not None:
            try:
                require_file(path)
            except SourceError as fault:
                faults += [f"{path}: {one}" for one in fault.faults]
    if options.workers is not None and options.workers < 0:
        faults.append("--workers is a number of at least 0")
    if options.workers is not None and options.scheduler is not None:
        faults.append(
            "--workers starts workers on this machine, an existing --scheduler has its own: give one of the two"
        )
    for folder in (options.out, _cache(options)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as fault:
            faults.append(f"{folder} cannot be written: {fault.strerror or fault}")
    if faults:
        raise SourceError("build --all", faults, "Correct this and run the command again; nothing was changed.")
    population = options.live.population
    live = replace(
        options.live,
        cache=_cache(options).resolve(),
        population=population.resolve() if population else None,
        osm=None,
        areas=None,
    )
    return replace(
        options,
        osm=options.osm.resolve(),
        out=options.out.resolve(),
        live=live,
        only=tuple(sorted(options.only or municipalities(), key=lambda one: one.code)),
    )


def _sweep(options: CountryOptions) -> None:
    """Remove what killed processes left half done: at once where its workers are gone, else what is a day old."""
    for one in options.only:
        for left in options.out.glob(f".{slug(one)}.new-*"):
            if options.scheduler is None or left.stat().st_mtime < time.time() - _KEPT_S:
                shutil.rmtree(left, ignore_errors=True)
    for left in (options.out / RECORDS).glob(".part-*"):
        left.unlink(missing_ok=True)


@contextmanager
def _ends_on_sigterm() -> Iterator[None]:
    """Let SIGTERM end the run as cleanly as Ctrl+C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
