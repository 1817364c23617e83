"""Answers of services on disk, stored by content, with a checksum that is verified at every use.

    objects/<sha256>          the answers, each once
    requests/<sha256>.json    which request was answered by which object, and when

Both are written beside their place and moved there when whole, so a build that is killed leaves whole answers and, at
most, one part file. Several processes may share the folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PART_KEPT_S = 86_400.0


@dataclass
class Pending:
    """An answer that is coming in."""

    path: Path
    _file: IO[bytes]

    def write(self, block: bytes) -> None:
        """Add to it."""
        self._file.write(block)

    def close(self) -> None:
        """Bring it to the disk: it is whole."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def sha256_of(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class DownloadCache:
    """A folder of answers; see the module."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._objects, self._requests = folder / "objects", folder / "requests"

    def _record(self, request: str) -> Path:
        return self._requests / f"{hashlib.sha256(request.encode()).hexdigest()}.json"

    def find(self, request: str, since: float) -> Path | None:
        """Return the stored answer, if it was stored at or after `since` (seconds, Unix) and is still whole.

        What is damaged is removed, so that it is fetched again.
        """
        record = self._record(request)
        try:
            entry = json.loads(record.read_bytes())
            path = self._objects / str(entry["sha256"])
            if record.stat().st_mtime < since:
                return None
            if path.stat().st_size == entry["bytes"] and sha256_of(path) == entry["sha256"]:
                return path
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            record.unlink(missing_ok=True)
            return None
        path.unlink(missing_ok=True)
        record.unlink(missing_ok=True)
        return None

    def forget(self, request: str) -> None:
        """Use the answer to this request no more."""
        self._record(request).unlink(missing_ok=True)

    def stored(self, request: str) -> Path:
        """The answer that `write` has just stored."""
        return self._objects / str(json.loads(self._record(request).read_bytes())["sha256"])

    @contextmanager
    def write(self, request: str, url: str) -> Iterator[Pending]:
        """Take an answer in; it is kept if the block ends without an exception, else nothing is.

        Raises
        ------
        OSError
            The folder cannot be written, or the disk is full.
        """
        self._prepare()
        handle, name = tempfile.mkstemp(prefix=".part-", dir=self._objects)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield Pending(part, file)
            digest = sha256_of(part)
            entry = {"url": url, "sha256": digest, "bytes": part.stat().st_size}
            part.replace(self._objects / digest)
            self._write_record(request, entry)
        finally:
            # After a full disk the closing of the file may fail as well; the part goes in any case.
            part.unlink(missing_ok=True)

    def _write_record(self, request: str, entry: dict[str, object]) -> None:
        handle, name = tempfile.mkstemp(prefix=".part-", dir=self._requests)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(entry, file, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._record(request))
        finally:
            Path(name).unlink(missing_ok=True)

    def _prepare(self) -> None:
        for folder in (self._objects, self._requests):
            folder.mkdir(parents=True, exist_ok=True)

    def sweep(self, now: float) -> int:
        """Remove parts that builds left behind when they were killed, a day ago or more; how many there were."""
        removed = 0
        for part in (*self._objects.glob(".part-*"), *self._requests.glob(".part-*")):
            with suppress(OSError):
                if part.stat().st_mtime < now - _PART_KEPT_S:
                    part.unlink()
                    removed += 1
        return removed
