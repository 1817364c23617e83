"""What tests share: the bundled snapshot, the source files where they are, how long hypothesis searches."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from trefpunt import snapshot as snapshots

ROOT = Path(__file__).resolve().parents[1]

# Machines are shared and noisy, so no deadline; the same examples every time, so that red stays red.
_common = {"deadline": None, "derandomize": True, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("default", max_examples=100, **_common)
settings.register_profile("long", max_examples=1000, **_common)
settings.load_profile(os.environ.get("TREFPUNT_HYPOTHESIS", "default"))


@pytest.fixture(autouse=True)
def _main_module() -> Iterator[None]:
    """Put `__main__` back: AppTest leaves the script there, and a spawned process would run that script again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def sources() -> Path:
    """Folder of the original source files: TREFPUNT_SOURCES, else ../shared/sources beside the project."""
    folder = Path(os.environ.get("TREFPUNT_SOURCES", ROOT.parent / "shared" / "sources"))
    if not folder.is_dir():
        pytest.skip(f"no source files in {folder}; point TREFPUNT_SOURCES at them")
    return folder


@pytest.fixture(scope="session")
def bundled_folder() -> Path:
    """Folder of the snapshot that comes with the project."""
    return ROOT / "data" / "maastricht"


@pytest.fixture(scope="session")
def bundled(bundled_folder: Path) -> snapshots.Snapshot:
    """The snapshot that comes with the project, loaded once. Do not change its tables: copy them."""
    return snapshots.load(bundled_folder)
