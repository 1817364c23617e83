"""The whole build from the source files: twice the same bytes, equal to what is bundled, and with official scores."""

import csv
import os
import subprocess
import sys

import geopandas as gpd
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from trefpunt import snapshot as snapshots
from trefpunt.tables.schemas import SCHEMAS
from trefpunt.ui.i18n import Text

pytestmark = pytest.mark.sources

SUPPRESSED = "BU09350104"  # Wolder: estimated in the bundled data, suppressed in the made-up file


def start(sources, out, hash_seed, *more):
    environment = os.environ | {"PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, "-m", "trefpunt", "build", "--sources", str(sources), "--out", str(out), *more]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


def finish(process):
    error = process.communicate()[1]
    assert process.returncode == 0, error


@pytest.fixture(scope="module")
def twice(sources, tmp_path_factory):
    """Two builds side by side, with another order of Python's sets in each."""
    folder = tmp_path_factory.mktemp("builds")
    builds = [start(sources, folder / name, seed) for seed, name in ((1, "one"), (2, "two"))]
    for build in builds:
        finish(build)
    return folder / "one", folder / "two"


def test_two_builds_are_byte_identical(twice):
    one, two = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in twice)
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []


def test_the_bundled_snapshot_is_what_the_sources_give(twice, bundled_folder):
    """Up to the last digits of floating point, which may differ between processors."""
    for name in snapshots.TABLES:
        read = gpd.read_parquet if "geometry" in SCHEMAS[name].columns else pd.read_parquet
        fresh, bundled = (read(folder / f"{name}.parquet") for folder in (twice[0], bundled_folder))
        pd.testing.assert_frame_equal(pd.DataFrame(fresh), pd.DataFrame(bundled), rtol=1e-9, obj=name)


def write_statline(path, codes, decimal):
    """A download as StatLine gives it: semicolons, quotes, padded codes, padded numbers, a dot where suppressed."""
    header = [
        "Perioden",
        "Wijken en buurten",
        "Regiocode (gemeente, wijk, buurt) (code)",
        "Particuliere huishoudens (Aantal)",
        "SES-WOA/Totaalscore/Gemiddelde score (Getal)",
        "Spreiding/Spreiding totaal/Waarde (Getal)",
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        for number, code in enumerate(codes):
            score = "." if code == SUPPRESSED else f"{number / 100 - 0.2:.3f}".replace(".", decimal)
            writer.writerow(
                ["2023*", code, code.ljust(10), "    1200", score.rjust(8), "   0,900".replace(",", decimal)]
            )


@pytest.fixture(scope="module")
def official(sources, bundled, tmp_path_factory):
    """A build with a made-up official file: a score for every neighbourhood but Wolder and the six small ones."""
    folder = tmp_path_factory.mktemp("official")
    areas = bundled.neighbourhoods
    published = areas.index[areas["ses_status"] != "missing"]
    write_statline(folder / "ses.csv", [*bundled.districts.index, *published], ",")
    finish(start(sources, folder / "city", 0, "--ses", str(folder / "ses.csv")))
    return snapshots.check(folder / "city"), list(published)


def test_an_official_file_replaces_every_estimate(official):
    snapshot, published = official
    areas = snapshot.neighbourhoods
    given = [code for code in published if code != SUPPRESSED]
    assert set(areas.loc[given, "ses_status"]) == {"official"}
    assert not areas["ses_status"].eq("estimate").any()
    assert set(areas.loc[given, "ses_year"]) == {2023}
    first = published.index(given[0]) + len(snapshot.districts)
    assert areas.loc[given[0], "ses_woa"] == pytest.approx(first / 100 - 0.2)
    assert areas["ses_woa_lower"].isna().all()


def test_what_the_official_file_suppresses_is_missing(official):
    snapshot, published = official
    areas = snapshot.neighbourhoods
    missing = areas.index[areas["ses_status"] == "missing"]
    assert set(missing) == (set(areas.index) - set(published)) | {SUPPRESSED}
    assert areas.loc[missing, "ses_woa"].isna().all()


def test_the_manifest_names_the_official_file(official):
    resource = next(r for r in official[0].manifest["resources"] if r["name"] == "neighbourhoods")
    assert any("ses.csv" in source["title"] for source in resource["sources"])


def test_districts_take_the_official_file_too(official):
    assert set(official[0].districts["ses_year"]) == {2023}


def test_all_official_figures_are_in_the_table_of_years(official):
    """The file is of 2023*, so of the division of 2024, and provisional; where it has a dot, suppressed."""
    snapshot, published = official
    years = snapshot.derived["score_years"]
    assert set(years["division"]) == {2024} and set(years["year"]) == {2023}
    status = years.set_index("code")["status"]
    assert status[SUPPRESSED] == "suppressed" and set(status.drop(SUPPRESSED)) == {"provisional"}
    assert len(status) == len(snapshot.districts) + len(published)


def test_the_map_says_official(official, monkeypatch):
    """The legend counts provisional figures of CBS and no estimate; no neighbourhood is drawn as an estimate."""
    from tests.app.conftest import html, map_state

    snapshot, published = official
    monkeypatch.setenv("TREFPUNT_SNAPSHOT", str(snapshot.directory))
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    assert not app.exception
    t = Text("nl")
    assert t("legend.provisional", n=len(published) - 1) in html(app)  # the file says 2023*
    assert "chatting (" not in html(app)
    assert 1 not in map_state(app)["dashed"]
