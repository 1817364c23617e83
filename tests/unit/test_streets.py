"""Street names: read from OpenStreetMap, and each given to the neighbourhoods it runs through."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, box

from trefpunt.crs import RD, WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.osm_streets import read_street_names
from trefpunt.tables.derived_schemas import DERIVED_SCHEMAS
from trefpunt.tables.streets import make_street_names

X, Y = 176000, 317000
AREAS = gpd.GeoDataFrame(
    {"name": ["West", "East"]},
    geometry=[box(X, Y, X + 1000, Y + 1000), box(X + 1000, Y, X + 2000, Y + 1000)],
    index=["BU00010001", "BU00010002"],
    crs=RD,
)


def streets(*lines):
    """Ways of (name, [(east, north), …]), metres from the corner of West."""
    shapes = [LineString([(X + x, Y + y) for x, y in points]) for _, points in lines]
    return gpd.GeoDataFrame({"name": [name for name, _ in lines]}, geometry=shapes, crs=RD)


def rows(table):
    return list(zip(table["name"], table["neighbourhood_code"], strict=True))


def test_one_row_a_street_and_neighbourhood():
    table = make_street_names(
        streets(
            ("Laan", [(100, 500), (200, 500)]),
            ("Laan", [(200, 500), (300, 500)]),
            ("Laan", [(1500, 500), (1600, 500)]),
            ("Weg", [(100, 100), (400, 100)]),
        ),
        AREAS,
    )
    assert rows(table) == [("Laan", "BU00010001"), ("Laan", "BU00010002"), ("Weg", "BU00010001")]
    at = gpd.points_from_xy(table["lon"], table["lat"], crs=WGS84).to_crs(RD)
    # The middle of 100–300 is 200, of 1500–1600 1550, of 100–400 250; degrees are kept to 1e-5, about a metre.
    assert [round(p.x - X) for p in at] == pytest.approx([200, 1550, 250], abs=1)
    assert [round(p.y - Y) for p in at] == pytest.approx([500, 500, 100], abs=1)


@pytest.mark.parametrize(
    ("into_east", "kept"),
    [
        (19, False),  # 19 of 100 m: below a fifth, and below 150 m
        (20, True),  # a fifth
    ],
)
def test_a_sliver_across_a_boundary_is_left_out(into_east, kept):
    table = make_street_names(streets(("Laan", [(900 + into_east, 500), (1000 + into_east, 500)])), AREAS)
    assert ("Laan", "BU00010002") in rows(table) if kept else rows(table) == [("Laan", "BU00010001")]


def test_a_long_part_counts_however_long_the_rest():
    """150 of 1,000 m is below a fifth, but no sliver."""
    table = make_street_names(streets(("Dijk", [(150, 500), (1150, 500)])), AREAS)
    assert rows(table) == [("Dijk", "BU00010001"), ("Dijk", "BU00010002")]


def test_outside_and_nameless_are_left_out_and_the_point_is_on_the_street():
    bend = [(100, 100), (100, 500), (500, 500)]
    table = make_street_names(streets(("Far", [(5000, 0), (5100, 0)]), (None, bend), (" Bocht\u00ad ", bend)), AREAS)
    assert rows(table) == [("Bocht", "BU00010001")]
    at = gpd.points_from_xy(table["lon"], table["lat"], crs=WGS84).to_crs(RD)
    assert streets(("", bend)).distance(at[0]).iloc[0] < 1


def test_order_of_the_file_does_not_matter():
    lines = [("B", [(0, 10), (900, 40)]), ("A", [(50, 50), (1700, 60)]), ("A", [(50, 80), (1700, 70)])]
    one, two = make_street_names(streets(*lines), AREAS), make_street_names(streets(*lines[::-1]), AREAS)
    assert one.equals(two)
    DERIVED_SCHEMAS["street_names"].validate(one)


def test_no_streets_at_all():
    table = make_street_names(streets(("Far", [(5000, 0), (5100, 0)])), AREAS)
    assert table.empty
    DERIVED_SCHEMAS["street_names"].validate(table)


OSM = """<osm version="0.6">
  <node id="1" version="1" lat="50.85" lon="5.69"/><node id="2" version="1" lat="50.851" lon="5.69"/>
  <way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="Laan"/></way>
  <way id="2" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="motorway"/><tag k="name" v="A2"/></way>
  <way id="3" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>
  <way id="4" version="1"><nd ref="1"/><nd ref="2"/><tag k="waterway" v="river"/><tag k="name" v="Maas"/></way>
</osm>"""


def test_reads_what_has_a_name_and_can_be_walked(tmp_path):
    file = tmp_path / "town.osm"
    file.write_text(OSM)
    table = read_street_names(file)
    assert list(table["name"]) == ["Laan"]
    assert table.crs == RD
    assert table.geometry.length.iloc[0] == pytest.approx(111.2, abs=1)  # a thousandth of a degree of latitude


def test_a_broken_or_absent_file_is_named(tmp_path):
    (tmp_path / "town.osm").write_text("<osm version='0.6'><node id='1' lat=")
    with pytest.raises(SourceError, match="town"):
        read_street_names(tmp_path / "town.osm")
    with pytest.raises(SourceError, match="other"):
        read_street_names(tmp_path / "other.osm")


def test_the_bundled_streets(bundled):
    """Facts of the city: the Vrijthof lies in the Binnenstad; the Tongerseweg runs through several neighbourhoods."""
    table = bundled.derived["street_names"]
    names = bundled.neighbourhoods["name"]
    assert set(table.loc[table["name"] == "Vrijthof", "neighbourhood_code"].map(names)) == {"Binnenstad"}
    assert {"Biesland", "Wolder", "Campagne"} <= set(
        table.loc[table["name"] == "Tongerseweg", "neighbourhood_code"].map(names)
    )
    assert set(table["neighbourhood_code"]) <= set(names.index)
