"""Whether a snapshot is still the one that a build would make: of the same sources, options and code, and sound."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from trefpunt import snapshot as snapshots
from trefpunt.errors import SnapshotError

RECORDS = ".country"
"""Folder of the records, beside the snapshots."""

_PACKAGE = Path(__file__).resolve().parents[1]
_NOT_BUILDING = frozenset({"ui", "bench", "country", "scenarios", "suggest", "cli.py", "__pycache__"})
_KINDS = frozenset({".py", ".toml", ".csv"})
_LIBRARIES = (
    *("esda", "geopandas", "libpysal", "networkx", "numpy", "osmium", "osmnx", "pandas", "pandera", "pmtiles"),
    *("pyarrow", "pyogrio", "pyproj", "scikit-learn", "scipy", "segregation", "shapely"),
)


def digest_of(parts: Any) -> str:
    """Checksum of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def code_digest() -> str:
    """Checksum of the code that makes snapshots, and of the versions of the libraries that it is built on."""
    sums = {}
    for path in sorted(_PACKAGE.rglob("*")):
        inside = path.relative_to(_PACKAGE)
        if path.suffix in _KINDS and inside.parts[0] not in _NOT_BUILDING and path.is_file():
            sums[inside.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digest_of([sums, {name: importlib.metadata.version(name) for name in _LIBRARIES}])


@dataclass(frozen=True)
class Record:
    """What a finished build was made of, and what it gave.

    Attributes
    ----------
    fingerprint
        Checksum of sources, options and code.
    manifest
        Checksum of the snapshot's `datapackage.json`, which in turn holds those of all its files.
    seconds, peak_mib
        What it took.
    """

    fingerprint: str
    manifest: str
    seconds: float
    peak_mib: float


def _path(out: Path, code: str) -> Path:
    return out / RECORDS / f"{code}.json"


def read_record(out: Path, code: str) -> Record | None:
    """The record of a municipality; None where there is none that can be read."""
    try:
        found = json.loads(_path(out, code).read_bytes())
        return Record(
            str(found["fingerprint"]), str(found["manifest"]), float(found["seconds"]), float(found["peak_mib"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_record(out: Path, code: str, record: Record) -> None:
    """Write it; in one step, so that it is never half there."""
    write_json(_path(out, code), asdict(record))


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON; in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".part-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, indent=2)
            file.write("\n")
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def manifest_digest(snapshot: Path) -> str | None:
    """Checksum of a snapshot's manifest; None where there is none."""
    path = snapshot / snapshots.MANIFEST
    return snapshots.sha256_of(path) if path.is_file() else None


def is_current(snapshot: Path, record: Record | None, fingerprint: str) -> bool:
    """Whether a snapshot was made of the same and every file of it is as it was made."""
    if record is None or record.fingerprint != fingerprint or manifest_digest(snapshot) != record.manifest:
        return False
    try:
        snapshots.verify_files(snapshot, snapshots.read_manifest(snapshot))
    except SnapshotError:
        return False
    return True
