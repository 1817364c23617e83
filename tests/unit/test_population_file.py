"""Residents per postcode or square out of files as CBS offers them, and the spread where there is none."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from trefpunt.crs import RD, WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.population_file import read_population
from trefpunt.tables.spread import spread_residents

TOWN = box(176_000, 317_000, 177_000, 318_000)
AGES = ("0_tot_15", "15_tot_25", "25_tot_45", "45_tot_65")


def squares():
    """Four squares as CBS writes them: one suppressed, one outside the town; ages in one of them not known."""
    corners = [(176_000, 317_000), (176_100, 317_000), (176_900, 317_900), (177_000, 317_000)]
    table = {
        "crs28992res100m": [f"E{x // 100}N{y // 100}" for x, y in corners],
        "aantal_inwoners": [100, 35, -99997, 500],
        "aantal_part_huishoudens": [50, -99997, -99997, 200],
        **{f"aantal_inwoners_{age}_jaar": [20, -99997, -99997, 100] for age in AGES},
        "aantal_inwoners_65_jaar_en_ouder": [15, -99997, -99997, 100],
    }
    return gpd.GeoDataFrame(table, geometry=[box(x, y, x + 100, y + 100) for x, y in corners], crs=RD)


def saved(table, path, **more):
    table.to_file(path, driver="GPKG", **more)
    return path


def check(found):
    assert (found.year, found.unit, found.suppressed) == (2023, "squares", 1)
    assert list(found.table.index) == ["E1760N3170", "E1761N3170"] and found.table.index.name == "pc6"
    assert found.table["residents"].tolist() == [100.0, 35.0]
    assert found.table["households"].tolist()[0] == 50 and np.isnan(found.table["households"].iloc[1])
    assert found.table["age_15_25"].iloc[0] == 20 and found.table["age_known"].iloc[0] == 95  # 4 × 20 + 15
    assert np.isnan(found.table["age_known"].iloc[1])
    assert found.table.geometry.iloc[0].equals(Point(176_050, 317_050)) and found.table.crs == RD


def test_squares_as_geopackage(tmp_path):
    check(read_population(saved(squares(), tmp_path / "cbs_vk100_2023_vol.gpkg"), TOWN))


def test_the_year_may_stand_in_the_layer(tmp_path):
    check(read_population(saved(squares(), tmp_path / "download.gpkg", layer="cbs_vk100_2023"), TOWN))


def test_another_coordinate_system(tmp_path):
    """Of squares that were turned into degrees and back nothing but a hair of the points is lost."""
    found = read_population(saved(squares().to_crs(WGS84), tmp_path / "vk_2023.gpkg"), TOWN)
    assert list(found.table.index) == ["E1760N3170", "E1761N3170"]


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("metres", [False, True])
def test_squares_as_csv(tmp_path, separator, metres):
    table = pd.DataFrame(squares().drop(columns="geometry"))
    if metres:  # E176000N317000 instead of E1760N3170
        table["crs28992res100m"] = table["crs28992res100m"].str.replace(r"(\d{4})", r"\g<1>00", regex=True)
    path = tmp_path / "vk100_2023.csv"
    table.to_csv(path, sep=separator, index=False)
    check(read_population(path, TOWN))


def postcodes():
    shapes = [box(176_000, 317_000, 176_300, 317_200), box(176_300, 317_000, 176_500, 317_200)]
    return gpd.GeoDataFrame({"postcode6": ["6211 AB", "6211AA"], "aantal_inwoners": [40, 65]}, geometry=shapes, crs=RD)


def test_postcodes(tmp_path):
    found = read_population(saved(postcodes(), tmp_path / "cbs_pc6_2022_vol.gpkg"), TOWN)
    assert (found.year, found.unit) == (2022, "postcodes")
    assert found.table["residents"].to_dict() == {"6211AA": 65, "6211AB": 40}
    assert found.table[["households", "age_15_25", "age_known"]].isna().all().all()


@pytest.mark.parametrize(
    ("table", "name", "words"),
    [
        (lambda: squares().drop(columns="aantal_inwoners"), "vk_2023.gpkg", "no column with residents"),
        (lambda: squares().drop(columns="crs28992res100m"), "vk_2023.gpkg", "no column with a postcode"),
        (lambda: squares(), "vk.gpkg", "tells the year"),
        (lambda: squares().assign(aantal_inwoners=["many", "1", "2", "3"]), "vk_2023.gpkg", "no number, first: 'many'"),
        (lambda: squares().assign(aantal_inwoners=[-5, 1, 2, 3]), "vk_2023.gpkg", "outside 0 to 100,000, first: -5"),
        (lambda: squares().assign(aantal_inwoners=-99997), "vk_2023.gpkg", "nobody lives within"),
        (lambda: squares().set_geometry(squares().buffer(200)), "vk_2023.gpkg", "not 100 by 100"),
        (lambda: squares().set_geometry(squares().translate(50_000)), "vk_2023.gpkg", "nothing around"),
        (lambda: pd.concat([postcodes(), postcodes()]), "pc6_2023.gpkg", "stands in it twice: 6211AB"),
        (lambda: postcodes().assign(postcode6="62"), "pc6_2023.gpkg", "no postcode, first: '62'"),
    ],
)
def test_everything_that_can_be_wrong(tmp_path, table, name, words):
    with pytest.raises(SourceError) as caught:
        read_population(saved(table(), tmp_path / name), TOWN)
    assert words in str(caught.value) and name in caught.value.where and "docs/data.md" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("postcode6,aantal_inwoners\n6211AB,5\n", "postcodes as CSV have no place"),
        ("crs28992res100m,aantal_inwoners\nhere,5\n", "no square, first: 'HERE'"),
        ("crs28992res100m\nE1760N3170\n", "no column with residents"),
        ("a\n1,2,3\n\x00", "another number of cells"),
        ("a,b\n1,2\n", "no column"),
    ],
)
def test_csv_that_is_wrong(tmp_path, text, words):
    path = tmp_path / "vk100_2023.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=words):
        read_population(path, TOWN)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no geopackage"])
def test_a_file_that_is_none(tmp_path, content):
    path = tmp_path / "vk_2023.gpkg"
    path.write_bytes(content)
    with pytest.raises(SourceError):
        read_population(path, TOWN)


AREAS = gpd.GeoDataFrame(
    geometry=[box(0, 300_000, 1000, 301_000), box(1000, 300_000, 2000, 301_000), box(2000, 300_000, 3000, 301_000)],
    index=pd.Index(["BU00010001", "BU00010002", "BU00010003"], name="code"),
    crs=RD,
)


def test_residents_follow_the_length_of_streets():
    """300 m in one square and 100 m in another: 3 to 1 of 80 people; without a street all are in the middle."""
    ends = [
        ((110, 300_110), (190, 300_110)),
        ((110, 300_150), (190, 300_150)),
        ((120, 300_120), (120, 300_180)),
        ((150, 300_110), (150, 300_190)),  # 80 + 80 + 60 + 80 = 300 m
        ((500, 300_510), (500, 300_590)),
        ((520, 300_550), (540, 300_550)),  # 80 + 20 = 100 m
    ]
    streets = gpd.GeoSeries([LineString(pair) for pair in ends], crs=RD)
    figures = pd.DataFrame({"residents": [80.0, 7.0, 0.0], "households": [41.0, np.nan, 0.0]}, index=AREAS.index)
    spots, code = spread_residents(figures.assign(residents_15_25=[20.0, np.nan, 0.0]), AREAS, streets)
    assert spots["residents"].to_dict() == {"BU00010001-0001": 60, "BU00010001-0002": 20, "BU00010002-0001": 7}
    assert spots["households"].iloc[:2].tolist() == [31, 10]  # 30.75 and 10.25: the larger remainder gets the last
    assert np.isnan(spots["households"].iloc[2])
    assert (spots["age_15_25"] / spots["age_known"]).iloc[:2].tolist() == [0.25, 0.25]
    assert list(code) == ["BU00010001", "BU00010001", "BU00010002"] and code.index.equals(spots.index)
    assert spots.geometry.iloc[0].distance(Point(150, 300_150)) < 50 and spots.geometry.iloc[2].x == 1500


@given(
    st.lists(st.integers(0, 5000), min_size=3, max_size=3),
    st.lists(st.tuples(*[st.floats(0, 3000, allow_subnormal=False)] * 4), max_size=6),
)
def test_nobody_is_lost_or_made_up(counts, ends):
    """Whatever the streets: whole people, whose sum per neighbourhood is the published one."""
    lines = [LineString([(a, 300_000 + b / 3), (c, 300_000 + d / 3)]) for a, b, c, d in ends if (a, b) != (c, d)]
    figures = pd.DataFrame({"residents": counts, "households": counts}, index=AREAS.index, dtype=float)
    spots, code = spread_residents(figures, AREAS, gpd.GeoSeries(lines, crs=RD))
    total = spots["residents"].groupby(code).sum().reindex(AREAS.index, fill_value=0.0)
    assert total.tolist() == [float(n) for n in counts]
    assert (spots["residents"] % 1 == 0).all() and (spots["residents"] > 0).all() and spots.index.is_unique
