"""The bundled snapshot is sound, and anything wrong with one is named."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from trefpunt import snapshot as snapshots
from trefpunt.errors import SnapshotError, TableError
from trefpunt.tables.schemas import SCHEMAS, check_table

FILES = [*(f"{name}.parquet" for name in snapshots.TABLES), snapshots.BASEMAP]
OSM_DERIVED = {"population", "places", "walk_nodes", "walk_edges", "cycle_nodes", "cycle_edges", "basemap"}
OSM_DERIVED |= {"bridging", "closing", "completeness", "one_sidedness", "street_names", "waters"}


@pytest.fixture
def copy(bundled_folder, tmp_path):
    return shutil.copytree(bundled_folder, tmp_path / "city")


def test_the_bundled_snapshot_is_sound(bundled_folder):
    assert snapshots.check(bundled_folder).name == "Maastricht"


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_byte_is_named(copy, name):
    path = copy / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match=name.replace(".", r"\.")) as fault:
        snapshots.check(copy)
    assert len(fault.value.faults) == 1 and "trefpunt build" in str(fault.value)


def test_truncated_and_missing_files_come_in_one_message(copy):
    (copy / "places.parquet").write_bytes((copy / "places.parquet").read_bytes()[:100])
    (copy / "population.parquet").unlink()
    with pytest.raises(SnapshotError) as fault:
        snapshots.load(copy)
    assert "100 bytes instead of" in str(fault.value) and "population.parquet is not there" in str(fault.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"resources": []}', '{"resources": 3, "municipality": 1}'])
def test_a_broken_manifest_is_named(copy, content):
    (copy / "datapackage.json").write_text(content)
    with pytest.raises(SnapshotError, match=r"datapackage\.json"):
        snapshots.load(copy)


def test_an_absent_folder_is_named(tmp_path):
    with pytest.raises(SnapshotError, match="not there"):
        snapshots.load(tmp_path / "nowhere")


def test_a_path_in_the_manifest_cannot_lead_out_of_the_folder(copy):
    manifest = json.loads((copy / "datapackage.json").read_text())
    manifest["resources"][0]["path"] = "../../etc/passwd"
    (copy / "datapackage.json").write_text(json.dumps(manifest))
    with pytest.raises(SnapshotError, match="passwd is not there"):
        snapshots.load(copy)


def test_rows_and_references_are_checked_too(copy, bundled):
    places = bundled.places.copy()
    places.loc[places.index[0], "neighbourhood_code"] = "BU99999999"
    places.loc[places.index[1], "walk_node"] = 10**8
    snapshots.write_table(copy, "places", places.iloc[:-1])
    snapshots.write_manifest(copy, snapshots.read_manifest(copy))
    with pytest.raises(SnapshotError) as fault:
        snapshots.check(copy)
    message = str(fault.value)
    assert "BU99999999" in message and "walk nodes above" in message and "the manifest says" in message


def test_licences_follow_the_data(bundled):
    """With anything from OpenStreetMap in it a table is ODbL; with CBS alone it is CC BY."""
    for resource in bundled.manifest["resources"]:
        wanted = "ODbL-1.0" if resource["name"] in OSM_DERIVED else "CC-BY-4.0"
        assert [licence["name"] for licence in resource["licenses"]] == [wanted], resource["name"]
        assert resource["sources"] and resource["vintage"]


def test_the_manifest_describes_the_columns(bundled):
    for resource in bundled.manifest["resources"]:
        if "schema" in resource:
            named = {field["name"] for field in resource["schema"]["fields"]}
            assert set(SCHEMAS[resource["name"]].columns) <= named


def test_nothing_about_welfare_below_the_neighbourhood(bundled):
    assert set(bundled.population.columns) == {
        "residents",
        "households",
        "neighbourhood_code",
        "walk_node",
        "cycle_node",
        "geometry",
    }


def test_population_is_the_source_s(bundled):
    # CBS statistics per PC6 of 2021: 2,780 postcodes with 120,465 residents.
    assert len(bundled.population) == 2780
    assert bundled.population["residents"].sum() == 120_465


def test_six_small_neighbourhoods_are_missing_never_estimated(bundled):
    small = {"Sint Pieter", "Bosscherveld", "Belvédère", "Lanakerveld", "Beatrixhaven", "Meerssenhoven"}
    areas = bundled.neighbourhoods
    missing = areas[areas["ses_status"] == "missing"]
    assert set(missing["name"]) == small
    assert missing[["ses_woa", "ses_woa_lower", "ses_woa_estimate", "share_low"]].isna().all(axis=None)


def test_the_letter_s_two_scores_are_official(bundled):
    # Letter of the municipal executive of 6 June 2024: −0.667 and 0.454 (2021).
    areas = bundled.neighbourhoods.loc[["BU09350203", "BU09350208"]]
    assert areas["ses_woa"].tolist() == [-0.667, 0.454]
    assert areas["ses_status"].tolist() == ["official"] * 2
    assert areas["ses_woa_lower"].isna().all() and areas["ses_woa_estimate"].notna().all()


def test_contract_faults_come_in_one_message(bundled):
    places = bundled.places.copy()
    places["category"] = places["category"].mask(places.index == places.index[0], "No Such!")
    places["source"] = "hearsay"
    with pytest.raises(TableError) as fault:
        check_table("places", places.to_crs("EPSG:4326"))
    message = str(fault.value)
    assert "EPSG:28992" in message and "column 'category'" in message and "column 'source'" in message


def test_shares_that_do_not_add_up_are_refused(bundled):
    areas = bundled.neighbourhoods.copy()
    areas.loc["BU09350203", "share_low"] += 0.1
    with pytest.raises(TableError, match="must add up to 1"):
        check_table("neighbourhoods", areas)


def test_a_failed_build_leaves_the_old_snapshot(copy):
    before = {p.name: p.read_bytes() for p in copy.iterdir()}
    with pytest.raises(ZeroDivisionError), snapshots.replacing(copy) as fresh:
        (fresh / "places.parquet").write_bytes(b"half")
        1 / 0  # noqa: B018
    assert {p.name: p.read_bytes() for p in copy.iterdir()} == before
    assert list(copy.parent.iterdir()) == [copy]


def test_a_new_build_keeps_what_people_wrote(copy):
    (copy / "stories.toml").write_text("# ours\n")
    with snapshots.replacing(copy) as fresh:
        (fresh / "new").write_text("x")
    assert sorted(p.name for p in copy.iterdir()) == ["new", "stories.toml"]


def test_a_build_stopped_between_two_renames_is_undone(copy):
    copy.rename(copy.with_name(".city.old-1"))
    assert snapshots.load(copy).name == "Maastricht"


def test_the_same_table_is_written_as_the_same_bytes(bundled, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        snapshots.write_table(tmp_path / folder, "places", bundled.places)
    one, two = ((tmp_path / f / "places.parquet").read_bytes() for f in ("a", "b"))
    assert one == two


def test_tables_survive_the_round_trip(bundled, tmp_path):
    snapshots.write_table(tmp_path, "neighbourhoods", bundled.neighbourhoods)
    back = gpd.read_parquet(tmp_path / "neighbourhoods.parquet")
    pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(bundled.neighbourhoods))


@pytest.mark.parametrize("what", ["a folder with other files", "a folder of snapshots", "a file"])
def test_what_is_no_snapshot_is_not_replaced(tmp_path: Path, what: str) -> None:
    out = tmp_path / "out"
    if what == "a file":
        out.write_text("a thesis", encoding="utf-8")
    else:
        (out / "vaals").mkdir(parents=True)
        (out / "vaals" / ("datapackage.json" if "snapshots" in what else "thesis.txt")).write_text(
            "{}", encoding="utf-8"
        )
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SnapshotError, match="a folder of its own") as fault, snapshots.replacing(out):
        pytest.fail("nothing may be built")
    assert str(out) in str(fault.value)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_people_wrote_may_come_first(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "corrections.toml").write_text("", encoding="utf-8")
    with snapshots.replacing(out) as fresh:
        (fresh / "datapackage.json").write_text("{}", encoding="utf-8")
    assert sorted(path.name for path in out.iterdir()) == ["corrections.toml", "datapackage.json"]


def test_a_link_leads_to_the_new_snapshot(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    (real / "datapackage.json").write_text("{}", encoding="utf-8")
    link.symlink_to(real)
    with snapshots.replacing(link) as fresh:
        (fresh / "datapackage.json").write_text('{"new": 1}', encoding="utf-8")
    assert link.is_symlink()
    assert (real / "datapackage.json").read_text(encoding="utf-8") == '{"new": 1}'
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]
