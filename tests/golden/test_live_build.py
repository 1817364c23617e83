"""Builds from services, against local servers that answer as the real ones: every table, twice the same bytes."""

import json
import math

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box, mapping
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from tests.conftest import ROOT
from tests.servers import base
from tests.servers.live import environment, services, serving
from tests.servers.osm import STAMP, elements
from tests.servers.world import SMALL, YEARS, is_suppressed, residents, scores, shares, world
from trefpunt import queries
from trefpunt import snapshot as snapshots
from trefpunt.build.live import LiveOptions, build_municipality, slug
from trefpunt.cli import app
from trefpunt.crs import RD, WGS84
from trefpunt.errors import TrefpuntError
from trefpunt.sources.municipalities import find_municipality
from trefpunt.sources.overpass import write_extract
from trefpunt.sources.services import Limits
from trefpunt.subjects import subject_table, to_text

QUICK = Limits(pause=0.01)
VAALS = find_municipality("Vaals")


@pytest.fixture(scope="module")
def server():
    with serving() as running:
        yield running


def options(server, folder, **more):
    return LiveOptions(cache=folder / "cache", services=services(server.url), limits=QUICK, **more)


@pytest.fixture(scope="module")
def maastricht(server, tmp_path_factory):
    """All that a first build needs: a name. Residents are spread over streets."""
    folder = tmp_path_factory.mktemp("maastricht")
    build_municipality(find_municipality("GM0935"), folder / "city", options(server, folder))
    return snapshots.check(folder / "city")


def write_squares(path):
    """Every second square of 100 m in and around the small municipality; the one nearest its middle is suppressed."""
    west, south, east, north = (world()[SMALL].neighbourhoods.total_bounds // 100 * 100).astype(int)
    corners = [(x, y) for x in range(west, east + 200, 200) for y in range(south, north + 200, 200)]
    middle = world()[SMALL].neighbourhoods.geometry.union_all().representative_point()
    suppressed = min(range(len(corners)), key=lambda n: math.dist(corners[n], (middle.x - 50, middle.y - 50)))
    table = gpd.GeoDataFrame(
        {
            "crs28992res100m": [f"E{x // 100}N{y // 100}" for x, y in corners],
            "aantal_inwoners": [-99997 if n == suppressed else 5 + n % 40 for n in range(len(corners))],
            "aantal_part_huishoudens": 5,
        },
        geometry=[box(x, y, x + 100, y + 100) for x, y in corners],
        crs=RD,
    )
    table.to_file(path, driver="GPKG")
    return path


def write_division(path):
    """The small municipality cut in two by a line from north to south."""
    outline = world()[SMALL].neighbourhoods.geometry.union_all()
    west, south, east, north = outline.bounds
    halves = {"West": (west, south, (west + east) / 2, north), "Oost": ((west + east) / 2, south, east, north)}
    shapes = gpd.GeoSeries([outline.intersection(box(*bounds)) for bounds in halves.values()], crs=RD).to_crs(WGS84)
    features = [
        {"type": "Feature", "properties": {"naam": name}, "geometry": mapping(shape)}
        for name, shape in zip(halves, shapes, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def a_cafe():
    """Some café of the small municipality."""
    inside = world()[SMALL].neighbourhoods.to_crs(WGS84).geometry.union_all()
    _, spots = elements()
    return next(
        one
        for one in spots
        if one["tags"].get("amenity") == "cafe" and "name" in one["tags"]
        and gpd.GeoSeries.from_xy([one["lon"]], [one["lat"]]).within(inside).iloc[0]
    )  # fmt: skip


@pytest.fixture(scope="module")
def vaals(server, tmp_path_factory):
    """Everything a build may be given: an extract, squares, an own division, corrections, kept stories."""
    folder = tmp_path_factory.mktemp("vaals")
    streets, spots = elements()
    write_extract([*streets, *spots], folder / "limburg.osm.pbf", STAMP)
    (folder / "city").mkdir()
    (folder / "city" / "corrections.toml").write_text(
        f'[[drop]]\nplace = "node/{a_cafe()["id"]}"\nreason = "closed"\nsource = "visit | <b>"\n'
    )
    given = options(
        server,
        folder,
        osm=folder / "limburg.osm.pbf",
        population=write_squares(folder / "cbs_vk100_2023.gpkg"),
        areas=write_division(folder / "delen_2026.geojson"),
    )
    build_municipality(VAALS, folder / "city", given)
    return snapshots.check(folder / "city"), folder, given


def report(snapshot):
    return (snapshot.directory / "REPORT.md").read_text()


def test_the_estimate_is_gone_where_there_are_official_figures(maastricht):
    areas = maastricht.neighbourhoods
    suppressed = [code for code in areas.index if is_suppressed(code)]
    assert 3 < len(suppressed) < 15
    assert set(areas["ses_status"].drop(suppressed)) == {"official"} and set(areas["ses_year"].dropna()) == {YEARS[-1]}
    assert set(areas.loc[suppressed, "ses_status"]) == {"missing"} and areas.loc[suppressed, "ses_woa"].isna().all()
    assert areas[["ses_woa_estimate", "ses_woa_lower", "ses_woa_upper"]].isna().all().all()
    for code in areas.index.difference(suppressed):
        assert areas.at[code, "ses_woa"] == scores(code, YEARS[-1])["total"]
    assert set(maastricht.districts["ses_status"]) == {"official"}


def test_all_years_are_there(maastricht):
    table = maastricht.derived["score_years"]
    areas = 1 + len(maastricht.districts) + len(maastricht.neighbourhoods)
    assert len(table) == areas * len(YEARS) and set(table["division"]) == {2025}
    assert set(table.loc[table["year"] == YEARS[-1], "status"]) == {"provisional", "suppressed"}
    assert set(table.loc[table["year"] == YEARS[0], "status"]) == {"official", "suppressed"}
    row = table.set_index(["code", "year"]).loc[("BU09350000", 2016)]
    told = scores("BU09350000", 2016)
    assert [row[c] for c in ("ses_woa", "financial", "education", "employment")] == [
        told[c] for c in ("total", "welfare", "education", "labour")
    ]


def test_groups_are_the_newest_official_ones_of_income(maastricht):
    areas = maastricht.neighbourhoods
    low, _, high, _ = shares("BU09350000", YEARS[-1], "income")
    assert areas.loc["BU09350000", ["share_low", "share_high"]].tolist() == [low / 100, high / 100]
    assert set(areas["shares_year"].dropna()) == {YEARS[-1]}
    resource = next(r for r in maastricht.manifest["resources"] if r["name"] == "one_sidedness")
    assert any("percentielgroepen inkomen" in source["title_nl"] for source in resource["sources"])


def test_residents_without_a_file_are_a_marked_estimate(maastricht):
    counted = maastricht.population["residents"].groupby(maastricht.population["neighbourhood_code"]).sum()
    for code in maastricht.neighbourhoods.index:
        assert counted.get(code, 0.0) == residents(code)
    assert maastricht.manifest["population"] == {"year": 2025, "unit": "spots", "is_estimate": True}
    resource = next(r for r in maastricht.manifest["resources"] if r["name"] == "population")
    assert resource["sources"][0]["title"].startswith("Estimate:")
    assert "rough estimate" in report(maastricht)


def test_places_are_of_the_date_of_the_data(maastricht):
    assert set(maastricht.places["source"]) == {"osm"} and set(maastricht.places["vintage"]) == {STAMP[:10]}
    assert len(maastricht.places) > 300 and maastricht.places["osm_id"].notna().all()


def test_the_map_is_held_against_the_distances_of_cbs(maastricht):
    table = maastricht.derived["completeness"]
    assert table["supermarket_cbs_m"].notna().all() and table["school_missing"].notna().sum() > 40
    walked = queries.neighbourhood_table(maastricht)["nearest_supermarket_m"]
    ours = table.set_index("code")["supermarket_ours_m"].reindex(walked.index)
    assert np.allclose(ours, walked, atol=0.051, equal_nan=True)
    marked = table[table["supermarket_missing"].fillna(False).astype(bool)]
    names = maastricht.neighbourhoods["name"].reindex(marked["code"]).dropna()
    assert all(name in report(maastricht) for name in names)


def test_measures_are_there(maastricht):
    measures = queries.place_measures(maastricht)
    assert measures["mixing"].notna().mean() > 0.9 and (measures["reach"] > 0).mean() > 0.9


def test_the_extract_gives_what_overpass_gives(vaals, server, tmp_path):
    """Places and networks of the two ways are equal; and a second build of the same gives the same bytes."""
    snapshot, folder, given = vaals
    again = options(server, folder, population=given.population, areas=given.areas)
    out = tmp_path / "city"
    out.mkdir()
    (out / "corrections.toml").write_bytes((snapshot.directory / "corrections.toml").read_bytes())
    build_municipality(VAALS, out, again)
    ours, theirs = ({p.name: p.read_bytes() for p in path.iterdir()} for path in (snapshot.directory, out))
    differ = {name for name in ours if ours[name] != theirs[name]}
    assert differ <= {"datapackage.json", "REPORT.md"}  # these name the file


def test_residents_from_squares(vaals):
    snapshot, _, _ = vaals
    assert snapshot.population.index.str.fullmatch(r"E\d{4}N\d{4}").all()
    assert snapshot.manifest["population"] == {"year": 2023, "unit": "squares", "is_estimate": False}
    assert "1 squares have so few residents" in report(snapshot)
    assert "see whether it is the right file" in report(snapshot)


def test_the_municipalitys_own_division_is_a_level(vaals):
    snapshot, _, _ = vaals
    own = queries.own_area_table(snapshot)
    assert list(own["name"]) == ["Oost", "West"] and list(own.index) == ["EA001", "EA002"]
    assert own["residents"].sum() == snapshot.population["residents"].sum()
    known = own[["share_low", "share_middle", "share_high"]].sum(axis=1)
    assert np.allclose(known, 1)
    text = to_text(subject_table(snapshot, "own_areas", None, 15), "geojson")
    assert {feature["properties"]["name"] for feature in json.loads(text)["features"]} == {"Oost", "West"}
    resource = next(r for r in snapshot.manifest["resources"] if r["name"] == "own_areas")
    assert "delen_2026.geojson" in resource["sources"][0]["title"]


def test_corrections_are_applied_told_and_kept(vaals):
    snapshot, _, _ = vaals
    assert f"n{a_cafe()['id']}" not in snapshot.places.index
    assert (snapshot.directory / "corrections.toml").is_file()
    assert "1 correction(s) of the places; 1 applied" in report(snapshot)
    assert "visit \\| \\<b\\>" in report(snapshot)  # text of others is no mark-up


def test_one_district_is_enough(vaals):
    snapshot, _, _ = vaals
    table = snapshot.derived["segregation"].set_index("level")
    assert len(snapshot.districts) == 1 and table.loc["district", "value"].isna().all()
    assert table.loc["neighbourhood", "value"].notna().any()


def test_every_page_shows_it(vaals, monkeypatch):
    """One district, no water, no street names, squares, an own division: no page may count on more than that."""
    monkeypatch.setenv("TREFPUNT_SNAPSHOT", str(vaals[0].directory))
    for page in sorted((ROOT / "pages").glob("*.py")):
        shown = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()
        if page.stem != "kaart":
            shown.switch_page(f"pages/{page.name}").run()
        assert not shown.exception and not shown.error, page.name


def test_an_older_division_where_the_newer_is_not_there(tmp_path):
    """PDOK does not have 2025 by either service: 2024 is taken, its own tables with it, and the report says so."""
    with serving() as server:
        server.fail("wijkenbuurten/2025", base.status(404))
        build_municipality(VAALS, tmp_path / "city", options(server, tmp_path))
        assert not server.count("86296NED")
    snapshot = snapshots.check(tmp_path / "city")
    assert set(snapshot.derived["score_years"]["division"]) == {2024}
    assert "division of 2025 is not complete" in report(snapshot)
    assert {one["table"] for one in snapshot.manifest["inputs"] if "table" in one} == {"86092NED", "85984NED"}


def test_the_command_line(server, tmp_path, monkeypatch, vaals):
    """`build --municipality … --live` finds its folder; `--check-updates` says what is newer."""
    for name, value in environment(server.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TREFPUNT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    assert slug(find_municipality("GM0518")) == "s-gravenhage"
    asked = CliRunner().invoke(app, ["build", "--municipality", "Maastrich", "--live"])
    assert isinstance(asked.exception, TrefpuntError) and "Did you mean Maastricht (GM0935)" in str(asked.exception)
    for wrong in (["--live"], ["--municipality", "Vaals"], ["--sources", "x", "--live"], []):
        with pytest.raises(TrefpuntError, match="For instance: python -m trefpunt build --municipality"):
            CliRunner().invoke(app, ["build", *wrong], catch_exceptions=False)
    data = vaals[0].directory.parent
    said = CliRunner().invoke(app, ["build", "--check-updates", "--data", str(data)], catch_exceptions=False).output
    assert "Vaals" in said and "SES-WOA 2024, changed 2026-09-30 (86296NED): up to date" in said
    assert "OpenStreetMap 2026-01-15" in said and "0 of" in said
    manifest = data / "city" / "datapackage.json"
    before = manifest.read_text()
    manifest.write_text(before.replace("2026-09-30T", "2026-03-30T"))
    try:
        said = CliRunner().invoke(app, ["build", "--check-updates", "--data", str(data)], catch_exceptions=False).output
    finally:
        manifest.write_text(before)
    assert "SES-WOA 2024, changed 2026-03-30 (86296NED): NEWER: changed 2026-09-30" in said


def test_what_is_newer_than_the_bundled_snapshot(server, bundled_folder, monkeypatch, tmp_path):
    for name, value in environment(server.url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TREFPUNT_CACHE", str(tmp_path / "cache"))
    arguments = ["build", "--check-updates", "--data", str(bundled_folder)]
    said = CliRunner().invoke(app, arguments, catch_exceptions=False).output
    assert "SES-WOA 2019 (85163NED): NEWER: table 86296NED (division of 2025)" in said
    assert "boundaries 2024" in said and "income groups 2017 (83765NED): NEWER" in said
