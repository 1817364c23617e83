"""Bad source files: one message with all faults, a named file, and the old snapshot as it was."""

import gzip
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from trefpunt.build.pipeline import build_snapshot
from trefpunt.errors import TrefpuntError

pytestmark = pytest.mark.sources


@pytest.fixture
def folder(sources, tmp_path):
    """A folder of links to the source files, in which single files can be replaced."""
    for part in ("cbs", "osm"):
        (tmp_path / "sources" / part).mkdir(parents=True)
        for path in (sources / part).iterdir():
            if path.is_file():
                (tmp_path / "sources" / part / path.name).symlink_to(path)
    return tmp_path / "sources"


def replace(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.unlink()
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text)
    return path


def read(folder: Path, name: str) -> str:
    path = folder / name
    return gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text("utf-8")


def refused(folder, bundled_folder, tmp_path) -> str:
    """The build's complaint; the old snapshot must be as it was, without leftovers."""
    old = shutil.copytree(bundled_folder, tmp_path / "out" / "city")
    before = {p.name: p.read_bytes() for p in old.iterdir()}
    with pytest.raises(TrefpuntError) as fault:
        build_snapshot(folder, old)
    assert {p.name: p.read_bytes() for p in old.iterdir()} == before
    assert list(old.parent.iterdir()) == [old]
    return str(fault.value)


KEY_FIGURES = "cbs/kwb_2024_maastricht.csv"
PC6 = "cbs/pc6_demographics_2021_maastricht.csv"
POINTS = "cbs/pc6_latlon_maastricht.csv"


def test_all_absent_files_are_listed(folder, bundled_folder, tmp_path):
    (folder / KEY_FIGURES).unlink()
    (folder / "osm/lanaken_walk_2026.gpkg").unlink()
    message = refused(folder, bundled_folder, tmp_path)
    assert "kwb_20" in message and "_walk_" in message


def test_missing_columns_are_all_named(folder, bundled_folder, tmp_path):
    text = read(folder, KEY_FIGURES).replace("huishoudens,", "hh,", 1).replace("koopwoningen", "koop", 1)
    replace(folder, KEY_FIGURES, text)
    message = refused(folder, bundled_folder, tmp_path)
    assert "kwb_2024" in message and "'koopwoningen' is missing" in message


def test_wrong_separator_is_suspected(folder, bundled_folder, tmp_path):
    replace(folder, KEY_FIGURES, read(folder, KEY_FIGURES).replace(",", ";"))
    assert "separator" in refused(folder, bundled_folder, tmp_path)


def test_swapped_coordinates_are_suspected(folder, bundled_folder, tmp_path):
    points = pd.read_csv(folder / POINTS).rename(columns={"Lat": "Lon", "Lon": "Lat"})
    replace(folder, POINTS, points.to_csv(index=False))
    assert "swapped" in refused(folder, bundled_folder, tmp_path)


def test_swapped_boundaries_are_suspected(folder, bundled_folder, tmp_path):
    name = "cbs/buurten_maastricht_2024_rd.gpkg"
    layers = {layer: gpd.read_file(folder / name, layer=layer) for layer in ("buurten", "wijken", "gemeente")}
    (folder / name).unlink()
    for layer, table in layers.items():
        table.geometry = table.geometry.map(lambda shape: shape.__class__(shape)).affine_transform([0, 1, 1, 0, 0, 0])
        table.to_file(folder / name, layer=layer, driver="GPKG")
    assert "swapped" in refused(folder, bundled_folder, tmp_path)


def test_double_codes_are_named(folder, bundled_folder, tmp_path):
    lines = read(folder, PC6).splitlines()
    replace(folder, PC6, "\n".join([*lines, lines[1]]) + "\n")
    message = refused(folder, bundled_folder, tmp_path)
    assert "double key" in message and lines[1][:6] in message


def test_text_where_numbers_belong_is_named_with_its_line(folder, bundled_folder, tmp_path):
    lines = read(folder, PC6).splitlines()
    cells = lines[3].split(",")
    lines[3] = ",".join([cells[0], "many", *cells[2:]])
    replace(folder, PC6, "\n".join(lines) + "\n")
    message = refused(folder, bundled_folder, tmp_path)
    assert "'residents'" in message and "line 4" in message and "'many'" in message


def test_a_postcode_without_a_point_is_named(folder, bundled_folder, tmp_path):
    replace(folder, POINTS, read(folder, POINTS).replace("6211AL", "6211ZZ"))
    message = refused(folder, bundled_folder, tmp_path)
    assert "6211AL" in message and "no point" in message


def test_a_truncated_national_file_is_named(folder, bundled_folder, tmp_path):
    path = folder / "cbs/kwb_2017_income_national.csv.gz"
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2])
    assert "kwb_2017" in refused(folder, bundled_folder, tmp_path)


def test_codes_of_another_division_are_named(folder, bundled_folder, tmp_path):
    replace(folder, KEY_FIGURES, read(folder, KEY_FIGURES).replace("BU09350203", "BU09359999"))
    assert "BU09350203" in refused(folder, bundled_folder, tmp_path)


def test_a_score_file_without_known_codes_is_refused(folder, bundled_folder, tmp_path, sources):
    old = shutil.copytree(bundled_folder, tmp_path / "out" / "city")
    with pytest.raises(TrefpuntError, match="statline_85163NED_amsterdam_2019"):
        build_snapshot(folder, old, sources / "cbs" / "statline_85163NED_amsterdam_2019.csv")
