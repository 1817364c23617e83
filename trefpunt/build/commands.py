"""What `python -m trefpunt build` does, behind its options."""

from __future__ import annotations

from pathlib import Path

from trefpunt.build.live import LiveOptions, build_municipality, default_cache, slug
from trefpunt.build.pipeline import Built, build_snapshot
from trefpunt.build.updates import Freshness, check_updates, find_snapshots
from trefpunt.errors import SourceError
from trefpunt.sources.http import Fetcher
from trefpunt.sources.municipalities import find_municipality

DATA = Path("data")


def require_one_way(
    municipality: str | None, sources: Path | None, *, live: bool, ses: Path | None, only_live: list[str]
) -> None:
    """See that the options ask for one build, from services or from files.

    Raises
    ------
    SourceError
        With everything that does not fit together.
    """
    faults = []
    if sources is None and municipality is None:
        faults.append("neither --municipality with --live, nor --sources is given")
    if sources is not None and (live or municipality is not None):
        faults.append("--sources builds from files, --municipality and --live from services: give one of the two")
    if municipality is not None and not live and sources is None:
        faults.append("--municipality fetches from services: say so with --live")
    if live and municipality is None and sources is None:
        faults.append("--live needs --municipality NAME")
    if sources is not None and only_live:
        faults.append(f"{', '.join(only_live)} only with --live")
    if live and ses is not None:
        faults.append("--ses only with --sources: a live build fetches the official scores")
    if faults:
        raise SourceError(
            "build", faults, "For instance: python -m trefpunt build --municipality Maastricht --live (docs/data.md)."
        )


def build_live(
    municipality: str,
    out: Path | None,
    options: LiveOptions,
    *,
    progress: bool = False,
) -> str:
    """Build from services; what to tell when it is done."""
    found = find_municipality(municipality)
    folder = out or DATA / slug(found)
    return _told(folder, build_municipality(found, folder, options, progress=progress))


def build_local(sources: Path, out: Path, ses: Path | None, areas: Path | None, *, progress: bool = False) -> str:
    """Build from files; what to tell when it is done."""
    return _told(out, build_snapshot(sources, out, ses, own_areas=areas, progress=progress))


def _told(out: Path, built: Built) -> str:
    return f"Built {out} in {built.seconds:.0f} s, at most {built.peak_mib:,.0f} MiB. See {out / 'REPORT.md'}."


def updates(data: Path, cache: Path | None) -> list[Freshness]:
    """What is newer than the snapshots in a folder."""
    return check_updates(find_snapshots(data), Fetcher(cache or default_cache()))
