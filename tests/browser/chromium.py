"""Find the Chromium that the browser tests drive, or get Debian's: ``python -m tests.browser.chromium``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

VARIABLE = "TREFPUNT_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "The browser tests need a Chromium. Install one (Debian: apt-get install chromium; others: Chromium or "
    f"Google Chrome from their own packages), or point the variable {VARIABLE} at its program."
)


def find() -> str | None:
    """Return the program: the variable's, else the first known name on the path; None when there is none.

    Raises
    ------
    SystemExit
        The variable names something that is no program.
    """
    if named := os.environ.get(VARIABLE):
        if not (Path(named).is_file() and os.access(named, os.X_OK)):
            raise SystemExit(f"{VARIABLE} is '{named}', and that is no program. {ADVICE}")
        return named
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def install() -> None:
    """Install Debian's package, where that is possible: as root, with apt-get."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        raise SystemExit(ADVICE)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    print("No Chromium found: installing Debian's package (apt-get install chromium).", flush=True)
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        done = subprocess.run(["apt-get", "--quiet", *command], env=quiet, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"apt-get {' '.join(command)} failed:\n{done.stdout}{done.stderr}\n{ADVICE}")


def main() -> None:
    """See to it that there is a Chromium; say what is done."""
    if find() is None:
        install()
    if find() is None:
        raise SystemExit(ADVICE)


if __name__ == "__main__":
    main()
    sys.exit(0)
