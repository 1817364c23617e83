"""Find the Chromium that the benchmark and the browser tests drive."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from trefpunt.errors import TrefpuntError

VARIABLE = "TREFPUNT_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "Install a Chromium (Debian: apt-get install chromium; others: Chromium or Google Chrome from their own packages), "
    f"or point the variable {VARIABLE} at its program."
)
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
"""How it is started: without requests of its own."""


def find() -> str | None:
    """Return the program: the variable's, else the first known name on the path; None when there is none.

    Raises
    ------
    TrefpuntError
        The variable names something that is no program.
    """
    if named := os.environ.get(VARIABLE):
        if not (Path(named).is_file() and os.access(named, os.X_OK)):
            raise TrefpuntError(VARIABLE, f"'{named}' is no program", ADVICE)
        return named
    return next((found for name in NAMES if (found := shutil.which(name))), None)
