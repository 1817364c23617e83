"""A municipality's own division: read, checked, summed."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point, Polygon, box, mapping

from trefpunt.crs import RD, WGS84
from trefpunt.errors import SourceError
from trefpunt.sources.own_areas import read_own_areas
from trefpunt.tables.own_areas import make_own_areas
from trefpunt.tables.schemas import check_table

TOWN = box(176_000, 317_000, 180_000, 319_000)
WEST, EAST = box(176_000, 317_000, 178_000, 319_000), box(178_000, 317_000, 180_000, 319_000)


def to_degrees(shape):
    return gpd.GeoSeries([shape], crs=RD).to_crs(WGS84).iloc[0]


def write(path, *areas, crs=None, field="name", degrees=True):
    features = [
        {
            "type": "Feature",
            "properties": {field: name} if name is not None else {"other": 1, field: None},
            "geometry": mapping(to_degrees(shape) if degrees else shape),
        }
        for name, shape in areas
    ]
    told = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    path.write_text(json.dumps({"type": "FeatureCollection", **told, "features": features}), encoding="utf-8")
    return path


@pytest.mark.parametrize("field", ["name", "naam"])
def test_two_areas_in_the_order_of_their_names(tmp_path, field):
    path = write(tmp_path / "a.geojson", ("West <script>", WEST), ("Oost", EAST), field=field)
    areas = read_own_areas(path, TOWN)
    assert list(areas.index) == ["EA001", "EA002"] and list(areas["name"]) == ["Oost", "West <script>"]
    assert areas.crs == RD and areas.geometry["EA001"].symmetric_difference(EAST).area < 10_000


def test_metres_are_taken_where_the_file_says_so(tmp_path):
    path = write(tmp_path / "a.geojson", ("West", WEST), crs="urn:ogc:def:crs:EPSG::28992", degrees=False)
    assert read_own_areas(path, TOWN).geometry["EA001"].symmetric_difference(WEST).area < 1


def test_a_margin_for_boundaries_drawn_by_hand(tmp_path):
    """Half a per cent of overlap (10 m of 2,000) and 2.5 % outside are no faults."""
    west = box(175_950, 317_000, 178_010, 319_000)
    assert len(read_own_areas(write(tmp_path / "a.geojson", ("W", west), ("E", EAST)), TOWN)) == 2


@pytest.mark.parametrize(
    ("areas", "more", "words"),
    [
        ([("W", WEST), ("E", box(177_000, 317_000, 180_000, 319_000))], {}, "'W' and 'E' overlap by 50%"),
        ([("W", WEST), ("Far", box(190_000, 317_000, 192_000, 319_000))], {}, "'Far' lies for 100% outside"),
        ([("W", WEST), (None, EAST)], {}, "area 2 has no name"),
        ([("W", WEST), ("  ", EAST)], {}, "area 2 has no name"),
        ([("West", WEST), ("west ", EAST)], {}, "two areas are called 'west'"),
        ([("W" * 81, WEST)], {}, "longer than 80"),
        ([("W\u202e", WEST)], {}, "cannot be printed"),
        ([("W\n", WEST), ("a\x07b", EAST)], {}, "cannot be printed"),
        ([("W", WEST)], {"degrees": False}, "are they metres"),
        ([("W", WEST)], {"field": "stadsdeel"}, "no property 'name'"),
        ([], {}, "holds 0 areas"),
        ([("W", Point(177_000, 318_000))], {}, "area 1 is no polygon"),
        ([("W", Polygon([(176_000, 317_000), (178_000, 319_000), (178_000, 317_000), (176_000, 319_000)]))], {},
         "broken"),
    ],
)  # fmt: skip
def test_everything_that_can_be_wrong(tmp_path, areas, more, words):
    path = write(tmp_path / "areas.geojson", *areas, **more)
    with pytest.raises(SourceError) as caught:
        read_own_areas(path, TOWN)
    assert words in str(caught.value) and "areas.geojson" in caught.value.where and caught.value.remedy


def test_swapped_coordinates_are_suspected(tmp_path):
    swapped = shapely.transform(to_degrees(WEST), lambda at: at[:, ::-1])
    with pytest.raises(SourceError, match="swapped"):
        read_own_areas(write(tmp_path / "a.geojson", ("W", swapped), degrees=False), TOWN)


@pytest.mark.parametrize("text", ["", "{}", "no json", '{"type": "FeatureCollection", "features": [{}]}', "[" * 10_000])
def test_a_file_that_is_no_geojson(tmp_path, text):
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(SourceError):
        read_own_areas(path, TOWN)


def test_residents_and_groups_are_summed(tmp_path):
    """West: 100 of low 0.5 and 300 of low 0.1 → (50 + 30) / 400 = 0.2; 40 of unknown groups; 60 live in no area."""
    areas = read_own_areas(write(tmp_path / "a.geojson", ("West", WEST)), TOWN)
    population = gpd.GeoDataFrame(
        {"residents": [100.0, 300.0, 40.0, 60.0], "neighbourhood_code": ["BU1", "BU2", "BU3", "BU2"]},
        index=pd.Index(["a", "b", "c", "d"], name="pc6"),
        geometry=[Point(176_500, 318_000), Point(177_000, 318_000), Point(177_500, 318_000), Point(179_000, 318_000)],
        crs=RD,
    )
    shares = pd.DataFrame(
        {"share_low": [0.5, 0.1, None], "share_middle": [0.3, 0.5, None], "share_high": [0.2, 0.4, None]},
        index=["BU1", "BU2", "BU3"],
    )
    table = check_table("own_areas", make_own_areas(areas, population, shares))
    assert table[["residents", "residents_unknown"]].to_numpy().tolist() == [[440.0, 40.0]]
    assert table[["share_low", "share_middle", "share_high"]].iloc[0].tolist() == pytest.approx([0.2, 0.45, 0.35])


def test_nobody_in_an_area_and_no_areas_at_all(tmp_path):
    areas = read_own_areas(write(tmp_path / "a.geojson", ("East", EAST)), TOWN)
    nobody = gpd.GeoDataFrame(
        {"residents": [5.0], "neighbourhood_code": ["BU1"]}, index=["a"], geometry=[Point(176_500, 318_000)], crs=RD
    )
    shares = pd.DataFrame({f"share_{group}": [1 / 3] for group in ("low", "middle", "high")}, index=["BU1"])
    table = check_table("own_areas", make_own_areas(areas, nobody, shares))
    assert table["residents"].tolist() == [0.0] and table["share_low"].isna().all()
    assert check_table("own_areas", make_own_areas(None, nobody, shares)).empty
