"""Arrays that take seconds to compute, kept on disk under a key made of what they were computed from."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FORMAT = "1"
"""Raised when the same inputs would give another array: older files are then no longer found."""


def folder() -> Path:
    """`TREFPUNT_CACHE`, else `trefpunt` in the user's cache folder."""
    if given := os.environ.get("TREFPUNT_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trefpunt"


def cached(
    what: str, inputs: Iterable[str], shape: tuple[int, ...], compute: Callable[[], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the array from disk, or compute it and keep it.

    A file that is cut short, altered in shape or unreadable is computed anew; a folder that cannot be written
    to costs time, nothing else.

    Parameters
    ----------
    what
        Start of the file's name.
    inputs
        Hashes of everything the array depends on.
    shape
        What the array must look like.
    compute
        Makes it.
    """
    key = hashlib.sha256("\n".join([_FORMAT, *inputs]).encode()).hexdigest()
    path = folder() / f"{what}-{key[:24]}.npy"
    try:
        kept: NDArray[np.float64] = np.load(path, allow_pickle=False)
        if kept.shape == shape and kept.dtype == np.float64:
            return kept
    except (OSError, ValueError, EOFError):
        pass
    result = compute()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and moved, so that nobody reads half a file.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-", suffix=".npy")
        try:
            with os.fdopen(handle, "wb") as file:
                np.save(file, result, allow_pickle=False)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    return result
