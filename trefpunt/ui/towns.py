"""The municipalities: snapshots side by side in one folder, and the one that a visitor looks at.

Every cache of what a snapshot holds is keyed by `mark`, which names the folder too: what two visitors see of two
municipalities never mixes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from trefpunt.errors import SnapshotError
from trefpunt.snapshot import MANIFEST, folders_in
from trefpunt.ui import session
from trefpunt.ui.keeping import kept

DATA = Path(__file__).parents[2] / "data"
"""Where the snapshots lie, unless ``TREFPUNT_DATA`` names another folder."""

KEPT = 4
"""So many municipalities stay in memory, those asked for last."""


@dataclass
class _Looked:
    """What the files looked like when this run of the script first asked."""

    folders: Mapping[str, Path] | None = None
    marks: dict[Path, str] = field(default_factory=dict)
    settled: bool = False
    mark: str | None = None


_HELD: ContextVar[_Looked | None] = ContextVar("held", default=None)


@contextmanager
def held(*, settled: bool = False) -> Iterator[None]:
    """Look at the files once for all that is asked within: a look takes longer than most of what is asked.

    Parameters
    ----------
    settled
        Which municipality the visitor looks at does not change within either.
    """
    before = _HELD.get()
    if before is None:
        token = _HELD.set(_Looked(settled=settled))
    else:
        token = _HELD.set(_Looked(before.folders, before.marks, before.settled or settled, before.mark))
    try:
        yield
    finally:
        _HELD.reset(token)


def folders() -> Mapping[str, Path]:
    """Return the folders of the municipalities by their name in the address, in that order; empty when none is there.

    ``TREFPUNT_SNAPSHOT`` names the only one; without it, each folder in ``TREFPUNT_DATA`` (else ``data/``) that has a
    manifest.
    """
    kept = _HELD.get()
    if kept is None:
        return _folders()
    if kept.folders is None:
        kept.folders = _folders()
    return kept.folders


def _folders() -> Mapping[str, Path]:
    if named := os.environ.get("TREFPUNT_SNAPSHOT"):
        only = Path(named)
        return {only.resolve().name: only}
    return {folder.name: folder for folder in folders_in(_data())}


def _data() -> Path:
    return Path(os.environ.get("TREFPUNT_DATA") or DATA)


def here() -> str:
    """Return the municipality that the visitor looks at, by its name in the address; else the first.

    Raises
    ------
    SnapshotError
        There is none.
    """
    found = folders()
    if not found:
        raise SnapshotError(
            str(_data()),
            f"no folder in it has a {MANIFEST}",
            f"Run: python -m trefpunt build --sources DIR --out {_data() / 'NAME'}",
        )
    asked = session.municipality()
    return asked if asked in found else next(iter(found))


def directory() -> Path:
    """Return the folder of the snapshot to show.

    Raises
    ------
    SnapshotError
        There is none.
    """
    return folders()[here()]


def mark() -> str:
    """Return a text that differs per municipality and when a file of its snapshot does, so that it is read anew."""
    kept = _HELD.get()
    if kept is None:
        return _look(directory())
    if kept.mark is not None:
        return kept.mark
    folder = directory()
    if folder not in kept.marks:
        kept.marks[folder] = _look(folder)
    if kept.settled:
        kept.mark = kept.marks[folder]
    return kept.marks[folder]


def _look(folder: Path) -> str:
    files = sorted(f for f in folder.glob("*") if f.is_file())
    return repr([str(folder), *((f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files)])


def names() -> Mapping[str, str]:
    """Return what the municipalities are called, by their name in the address and in alphabetical order.

    One whose manifest cannot be read is called by its folder: it says what is wrong when somebody chooses it.
    """
    looked = [(slug, str(folder), _changed(folder / MANIFEST)) for slug, folder in folders().items()]
    return _names(tuple(looked))


def _changed(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


@kept(2)
def _names(looked: tuple[tuple[str, str, int], ...]) -> Mapping[str, str]:
    found = {slug: _name(Path(folder), slug) for slug, folder, _ in looked}
    return dict(sorted(found.items(), key=lambda entry: (entry[1].casefold(), entry[0])))


def _name(folder: Path, slug: str) -> str:
    try:
        name = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["municipality"]["name"]
    except (OSError, ValueError, KeyError, TypeError):
        return slug
    return name if isinstance(name, str) and name.strip() else slug
