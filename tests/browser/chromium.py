"""Find the Chromium that the browser tests drive, or get Debian's: ``python -m tests.browser.chromium``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from trefpunt.bench.chromium import ADVICE, find
from trefpunt.errors import TrefpuntError

__all__ = ["ADVICE", "find", "install", "main"]


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
    try:
        if find() is None:
            install()
        if find() is None:
            raise SystemExit(ADVICE)
    except TrefpuntError as fault:
        raise SystemExit(str(fault)) from fault


if __name__ == "__main__":
    main()
    sys.exit(0)
