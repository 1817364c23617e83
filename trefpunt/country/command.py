"""What `python -m trefpunt build --all` does, behind its options."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from trefpunt.build.live import LiveOptions
from trefpunt.country.build_all import REPORT, CountryOptions, build_all
from trefpunt.country.report import table_of
from trefpunt.errors import SourceError
from trefpunt.sources.municipalities import Municipality, find_municipality

DATA = Path("data")


def find_all(names: Sequence[str]) -> tuple[Municipality, ...]:
    """Find municipalities by code or name, each once.

    Raises
    ------
    SourceError
        With everything that is the name of none, or of several.
    """
    found, faults, remedies = [], [], []
    for name in names:
        try:
            found.append(find_municipality(name))
        except SourceError as fault:
            faults += [f"{fault.where}: {one}" for one in fault.faults]
            remedies.append(fault.remedy)
    if faults:
        raise SourceError("--only", faults, " ".join(dict.fromkeys(remedies)))
    return tuple(dict.fromkeys(found))


def build_country(
    options: LiveOptions,
    out: Path | None,
    only: Sequence[str] = (),
    scheduler: str | None = None,
    workers: int | None = None,
    not_with_all: Sequence[str] = (),
) -> int:
    """Build all municipalities, or some; the report goes to standard output, progress to standard error.

    Parameters
    ----------
    options
        `osm` is the extract of the country.
    out
        Folder of the snapshots; ``data`` where None.
    only
        Names or codes; all where empty.
    scheduler, workers
        See `CountryOptions`.
    not_with_all
        Options given that mean nothing here.

    Returns
    -------
    int
        Exit code: 0, 1 where some failed, 130 where it was broken off.

    Raises
    ------
    TrefpuntError
        What stops all: see `build_all`.
    """
    faults = [f"{name} is for one municipality" for name in not_with_all]
    if options.osm is None:
        faults.append("--osm FILE.osm.pbf is needed: Overpass is not there to be asked for a whole country")
    if faults or options.osm is None:
        raise SourceError(
            "build --all",
            faults,
            "For instance: python -m trefpunt build --all --osm netherlands.osm.pbf (docs/country.md).",
        )
    progress = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
    report = build_all(
        CountryOptions(options.osm, out or DATA, options, find_all(only), scheduler, workers), progress.print
    )
    Console().print(table_of(report))
    progress.print(f"The same as JSON: {(out or DATA) / REPORT}.")
    if report.interrupted:
        progress.print("Broken off: the same command goes on where this one stopped.")
    return report.exit_code
