"""A snapshot that is missing, cut short or altered: a plain page that names the file, no traceback."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.conftest import Open, html
from trefpunt.ui.i18n import LANGUAGES, Text


def flip(file: Path) -> None:
    """Change one byte."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncate(file: Path) -> None:
    """Cut off the second half."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.fixture
def copy(tmp_path: Path, bundled_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the snapshot that the app shows instead of the bundled one."""
    folder = tmp_path / "town"
    shutil.copytree(bundled_folder, folder)
    monkeypatch.setenv("TREFPUNT_SNAPSHOT", str(folder))
    return folder


FILES = ("places.parquet", "walk_edges.parquet", "basemap.pmtiles")
# The manifest holds the hashes: that a letter in it has changed no hash can show.
DAMAGES = [(name, damage) for name in FILES for damage in (flip, truncate, Path.unlink)]
DAMAGES += [("datapackage.json", truncate), ("datapackage.json", Path.unlink)]


@pytest.mark.parametrize(("name", "damage"), DAMAGES)
def test_damage_is_named(open_app: Open, copy: Path, name: str, damage: Callable[[Path], None]) -> None:
    damage(copy / name)
    drawn = html(open_app())
    assert Text("nl")("failure.title") in drawn
    assert name in drawn
    assert "python -m trefpunt build" in drawn


@pytest.mark.parametrize("lang", LANGUAGES)
def test_in_both_languages(open_app: Open, copy: Path, lang: str) -> None:
    flip(copy / "places.parquet")
    assert Text(lang)("failure.title") in html(open_app(lang=lang))


def test_damage_while_running_is_noticed(open_app: Open, copy: Path) -> None:
    app = open_app()
    assert Text("nl")("map.title") in html(app)
    truncate(copy / "places.parquet")
    app.run()
    assert not app.exception
    assert "places.parquet" in html(app)


def test_no_snapshot_at_all(open_app: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trefpunt.ui.towns.DATA", tmp_path)
    drawn = html(open_app())
    assert "datapackage.json" in drawn
    assert "python -m trefpunt build" in drawn
