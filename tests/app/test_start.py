"""What the server makes ready before its first visitor: the opening view, and nothing that belongs to one visitor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

READY = """
import sys
from trefpunt.ui import start
light = 'pandas' in sys.modules
start.ready()
loaded = [m for m in ('trefpunt.ui.explorer', 'streamlit_folium', 'scipy.optimize', 'altair') if m in sys.modules]
print(light, loaded)
"""


def _ready(**environment: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "STREAMLIT_LOGGER_LEVEL": "warning", **environment}
    return subprocess.run(
        [sys.executable, "-c", READY], capture_output=True, text=True, cwd=ROOT, check=True, env=environment
    )


def test_the_opening_view_is_made_ready_without_what_only_a_page_may_load():
    """The map's component registers itself for a page alone; other pages' heavy libraries wait until asked for."""
    done = _ready()
    assert done.stdout.strip() == "False ['trefpunt.ui.explorer']"
    assert done.stderr == ""


def test_without_data_the_server_starts_all_the_same(tmp_path):
    assert _ready(TREFPUNT_DATA=str(tmp_path)).stderr == ""
