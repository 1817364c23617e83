"""Larger waters: named by the river through them, joined where they touch, cut to the municipality."""

import geopandas as gpd
import pytest
import shapely

from trefpunt.crs import RD
from trefpunt.errors import SourceError
from trefpunt.tables.schemas import check_table
from trefpunt.tables.waters import make_waters, read_waters

TOWN = shapely.box(0, 0, 1000, 1000)


def features(*rows):
    return gpd.GeoDataFrame({"name": [name for name, _ in rows]}, geometry=[shape for _, shape in rows], crs=RD)


RIVER = features(
    ("Maas", shapely.LineString([(-100, 50), (1100, 50)])), ("Sloot", shapely.LineString([(0, 60), (40, 60)]))
)


def test_a_river_in_pieces_is_one_water_within_the_municipality():
    """Two pieces of 100 m wide from 500 m west to 500 m east of a town of 1,000 m: 10 ha of water in it."""
    pieces = features(("", shapely.box(-500, 0, 400, 100)), ("", shapely.box(400, 0, 1500, 100)))
    table = make_waters(pieces, RIVER, TOWN)
    assert list(table["name"]) == ["Maas"]
    assert table.area.iloc[0] == pytest.approx(100_000)
    check_table("waters", table)


def test_small_waters_are_left_out_and_nameless_ones_have_no_name():
    """Half a hectare is 5,000 m²: 70 × 71 m is below it, 71 × 71 m above."""
    table = make_waters(
        features(("Vijver", shapely.box(300, 300, 370, 371)), ("", shapely.box(600, 600, 671, 671))), RIVER, TOWN
    )
    assert len(table) == 1 and table["name"].isna().all()
    check_table("waters", table)


def test_what_touches_counts_together_under_its_own_names():
    basin, river = ("Bassin", shapely.box(200, 100, 250, 150)), ("", shapely.box(0, 0, 1000, 100))
    one, two = (make_waters(features(*rows), RIVER, TOWN) for rows in ((basin, river), (river, basin)))
    assert list(one["name"]) == ["Bassin", "Maas"]
    assert one.equals(two)


def test_no_water_at_all():
    table = make_waters(features(("", shapely.box(2000, 0, 3000, 100))), RIVER, TOWN)
    assert table.empty
    check_table("waters", table)


OSM = """<osm version="0.6">
  <node id="1" version="1" lat="50.850" lon="5.690"/><node id="2" version="1" lat="50.852" lon="5.690"/>
  <node id="3" version="1" lat="50.852" lon="5.693"/><node id="4" version="1" lat="50.850" lon="5.693"/>
  <way id="1" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
    <tag k="natural" v="water"/></way>
  <way id="2" version="1"><nd ref="1"/><nd ref="3"/><tag k="waterway" v="river"/><tag k="name" v="Maas"/></way>
  <way id="3" version="1"><nd ref="1"/><nd ref="3"/><tag k="waterway" v="ditch"/></way>
  <way id="4" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="landuse" v="grass"/></way>
</osm>"""


def test_reads_areas_of_water_and_rivers(tmp_path):
    file = tmp_path / "town.osm"
    file.write_text(OSM)
    areas, lines = read_waters(file)
    assert len(areas) == 1 and list(lines["name"]) == ["Maas"] and areas.crs == RD
    # 0.002° of latitude is 222 m; 0.003° of longitude at 50.85° north 0.003 × 111,320 × cos 50.85° = 211 m.
    assert areas.area.iloc[0] == pytest.approx(222 * 211, rel=0.01)
    assert list(make_waters(areas, lines, areas.union_all().buffer(10))["name"]) == ["Maas"]


def test_a_broken_or_absent_file_is_named(tmp_path):
    (tmp_path / "town.osm").write_text("<osm version='0.6'><node id='1' lat=")
    with pytest.raises(SourceError, match="town"):
        read_waters(tmp_path / "town.osm")
    with pytest.raises(SourceError, match="other"):
        read_waters(tmp_path / "other.osm")
