"""Classify, merge, form grounds, locate: hand-made cases. Facts of the real file: test_places_sources.py."""

from __future__ import annotations

import re

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from trefpunt.errors import TableError
from trefpunt.tables.places import make_places
from trefpunt.tables.places_names import clean_name, comparable_name
from trefpunt.tables.places_rules import load_rules

X, Y = 176_000, 317_000
AREAS = gpd.GeoDataFrame(
    {"name": ["West", "Oost"]},
    geometry=[box(X - 2000, Y - 2000, X, Y + 2000), box(X, Y - 2000, X + 2000, Y + 2000)],
    index=pd.Index(["BU1", "BU2"], name="code"),
    crs=28992,
)


def poi(cls, name=None, x=0.0, y=0.0, size=0.0, osm_id=None, source="osm_2021", **tags):
    """A feature at x, y metres from the middle of the two areas; a square of `size` metres, or a point."""
    half = size / 2
    shape = box(X + x - half, Y + y - half, X + x + half, Y + y + half) if size else Point(X + x, Y + y)
    return {"cls": cls, "name": name, "osm_id": osm_id, "source": source, "tags": tags, "geometry": shape}


def make(*features):
    return make_places(gpd.GeoDataFrame(list(features), geometry="geometry", crs=28992), AREAS, load_rules())


def outcomes(report):
    return report.account["outcome"].tolist()


def test_a_place_keeps_what_is_known_of_it():
    places, _ = make(poi("shop=supermarket", "Aldi", 5, osm_id="node/42", source="osm_2021_2023"))
    place = places.loc["n42"]
    assert place.drop("geometry").to_dict() == {
        "name": "Aldi",
        "category": "supermarket",
        "source": "osm_2021_2023",
        "osm_id": "node/42",
        "vintage": "2021/2023",
        "neighbourhood_code": "BU2",
    }
    assert places.crs.to_epsg() == 28992
    assert (place.geometry.x, place.geometry.y) == (X + 5, Y)


def test_missing_stays_missing():
    places, report = make(poi("leisure=playground", size=20))
    assert places[["name", "osm_id"]].isna().all(axis=None)
    assert places.index[0].startswith("x")
    assert report.nameless.loc["playground"].tolist() == [1, 1]


@pytest.mark.parametrize(("apart", "count"), [(59, 1), (60, 1), (61, 2)])
def test_same_class_and_name_within_60_m_is_one_place(apart, count):
    places, report = make(poi("shop=supermarket", "Jumbo"), poi("shop=supermarket", "JUMBO", apart))
    assert len(places) == count
    assert report.merged["distance_m"].tolist() == [apart] * (2 - count)
    assert outcomes(report) == ["place", "place"]


def test_other_names_nearby_stay_two_places():
    assert len(make(poi("shop=supermarket", "Jumbo"), poi("shop=supermarket", "Lidl", 1))[0]) == 2


def test_a_polygon_of_2021_and_a_node_of_2023_are_one_place_of_both_years():
    places, _ = make(
        poi("amenity=school", "IKC De Geluksvogel", size=40),
        poi("amenity=school", "Basisschool De Geluksvogel", 30, osm_id="node/7", source="osm_2023"),
    )
    assert places.index.tolist() == ["n7"]
    assert places["name"].tolist() == ["Basisschool De Geluksvogel"]
    assert places[["source", "vintage"]].iloc[0].tolist() == ["osm_2021_2023", "2021/2023"]


def test_old_name_in_the_tags_joins():
    places, _ = make(
        poi("amenity=school", "De Vlinderboom", osm_id="node/1", source="osm_2023", old_name="Joppenhof"),
        poi("amenity=school", "Joppenhof", 20, osm_id="node/2", source="osm_2023"),
    )
    assert places["name"].to_dict() == {"n1": "De Vlinderboom"}


def test_bar_and_cafe_of_one_name_are_one_cafe():
    places, _ = make(poi("amenity=bar", "Café de Zwaan"), poi("amenity=cafe", "De Zwaan", 3))
    assert places["category"].tolist() == ["cafe"]


def test_nameless_school_takes_the_name_and_level_of_the_building_beside_it():
    places, report = make(
        poi("amenity=school", osm_id="node/9", source="osm_2021_2023"),
        poi("named", "Sint-Maartenscollege", size=60),
    )
    assert places.loc["n9", ["name", "category"]].tolist() == ["Sint-Maartenscollege", "secondary_school"]
    assert report.borrowed["name"].tolist() == ["Sint-Maartenscollege"]


def test_nameless_school_far_from_any_is_assumed_primary_and_listed():
    places, report = make(poi("amenity=school"), poi("named", "Sint-Maartenscollege", 61))
    assert sorted(places["category"]) == ["primary_school", "secondary_school"]
    assert report.rows("place", "assumed")["rule"].tolist() == ["school-nameless"]
    assert places["name"].isna().sum() == 1


def test_fields_and_club_house_are_one_ground_with_the_clubs_name_at_its_door():
    places, report = make(
        poi("leisure=pitch", "veld 1", 0, size=80, sport="soccer"),
        poi("leisure=pitch", "veld 2", 100, size=80),
        poi("leisure=pitch", None, 200, size=80, sport="soccer"),
        poi("named", "vv Scharn", 260, size=10),
    )
    assert places["name"].tolist() == ["vv Scharn"]
    assert places.geometry.iloc[0].x == X + 260
    assert report.grounds[["features", "area_m2"]].to_numpy().tolist() == [[4, 3 * 80**2 + 10**2]]


def test_fields_of_different_sports_are_different_grounds():
    places, _ = make(
        poi("leisure=pitch", None, 0, size=80, sport="soccer"),
        poi("leisure=pitch", None, 90, size=80, sport="field_hockey"),
    )
    assert places["category"].tolist() == ["sports", "sports"]


def test_tennis_club_does_not_name_the_football_fields_beside_it():
    places, _ = make(
        poi("leisure=pitch", "T.C. Borgharen", 0, size=16),
        poi("leisure=pitch", None, 20, size=16, sport="tennis"),
        poi("leisure=pitch", None, 80, size=90),
    )
    assert len(places) == 2
    assert places["name"].dropna().tolist() == ["T.C. Borgharen"]


def test_two_clubs_in_one_ground_keep_their_names_and_the_nearest_fields():
    places, report = make(
        poi("named", "vv Oost", 0, size=10),
        poi("leisure=pitch", None, 50, size=80),
        poi("leisure=pitch", None, 140, size=80),
        poi("named", "sv West", 190, size=10),
    )
    assert sorted(places["name"]) == ["sv West", "vv Oost"]
    assert report.grounds["features"].tolist() == [2, 2]


def test_number_of_a_field_is_not_the_name_of_a_place():
    places, _ = make(poi("leisure=pitch", "Veld 1", size=80), poi("leisure=pitch", "Veld 2", 90, size=80))
    assert len(places) == 1
    assert places["name"].isna().all()


@pytest.mark.parametrize(("size", "category"), [(49, "playground"), (51, "sports")])
def test_a_small_nameless_ball_court_is_a_place_to_play(size, category):
    places, report = make(poi("leisure=pitch", size=size))  # 49² = 2,401 m², 51² = 2,601 m²; the limit is 2,500
    assert places["category"].tolist() == [category]
    assert report.account["rule"].tolist() == ["small-ground" if category == "playground" else "sports-pitch"]


def test_ball_court_on_a_playground_belongs_to_it():
    places, _ = make(
        poi("leisure=playground", "Tina", size=80),
        poi("leisure=playground", None, 10, size=5),
        poi("leisure=pitch", None, 60, size=20, sport="basketball"),
    )
    assert places[["name", "category"]].to_numpy().tolist() == [["Tina", "playground"]]


def test_golf_course_does_not_swallow_the_court_beside_it():
    places, _ = make(poi("leisure=golf_course", "Golf", size=500), poi("leisure=pitch", None, 300, size=30))
    assert sorted(places["category"]) == ["playground", "sports"]


def test_club_houses_that_lost_their_class_are_recovered():
    _, report = make(
        poi("named", "WSV MCC", 0, 500),
        poi("named", "Buurtcentrum Nazareth", 0, 1000),
        poi("named", "Clubhuis Leonidas Wolder", 0, -500),
        poi("named", "H.K. De Knaar", 0, -1000),
        poi("named", "Dominicanenkerk", 0, -1500),
    )
    found = report.rows("place", "recovered").set_index("name")["category"].to_dict()
    assert found == {
        "Buurtcentrum Nazareth": "community_centre",
        "Clubhuis Leonidas Wolder": "sports",
        "H.K. De Knaar": "association",
        "WSV MCC": "association",
    }
    assert report.rows("left_out")["name"].tolist() == ["Dominicanenkerk"]


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        ("shop=supermarket", "Nightshop"),
        ("shop=supermarket", "Dutch Passion"),
        ("shop=supermarket", "Actieve ondernemers winkelcentrum caberg"),
        ("shop=supermarket", "Vind-iets Kringloop"),
        ("amenity=school", "VISTA college"),
        ("amenity=school", "Toneelacademie"),
        ("amenity=school", "cnme"),
        ("amenity=library", "Universiteitsbibliotheek"),
        ("amenity=place_of_worship", "Lourdesgrot en kapel"),
    ],
)
def test_doubtful_tags_are_dropped_with_a_reason(cls, name):
    places, report = make(poi(cls, name))
    assert places.empty
    dropped = report.rows("dropped")
    assert dropped["name"].tolist() == [name]
    assert dropped["reason"].str.len().min() > 10


def test_music_school_goes_to_culture():
    places, report = make(poi("amenity=school", "muziekschool Kumulus"))
    assert places["category"].tolist() == ["culture"]
    assert report.rows("place", "recategorised")["cls"].tolist() == ["amenity=school"]


def test_chapel_without_room_to_gather_is_left_out_but_a_point_is_not():
    places, _ = make(
        poi("amenity=place_of_worship", "Kapel", size=4),
        poi("amenity=place_of_worship", "Basiliek", 500),
        poi("amenity=place_of_worship", "Kerk", 1000, size=30),
    )
    assert sorted(places["name"]) == ["Basiliek", "Kerk"]


def test_lawns_count_from_half_a_hectare():
    places, _ = make(
        poi("landuse=village_green", size=70), poi("landuse=village_green", None, 500, size=71)
    )  # 4,900 and 5,041 m²
    assert places.geometry.x.round().tolist() == [X + 500]


def test_neighbourhood_is_the_one_around_or_near_else_missing_and_told():
    places, report = make(
        poi("shop=supermarket", "In", -10),
        poi("shop=supermarket", "On the line", 0, 500),
        poi("shop=supermarket", "Near", 2099),
        poi("shop=supermarket", "Far", 2101, 500),
    )
    codes = places.set_index("name")["neighbourhood_code"]
    assert codes.drop("Far").to_dict() == {"In": "BU1", "On the line": "BU1", "Near": "BU2"}
    assert pd.isna(codes["Far"])
    assert report.outside["name"].tolist() == ["Far"]
    assert report.counts["supermarket"].to_dict() == {"BU1": 2, "BU2": 1, "outside": 1, "total": 4}


def test_every_feature_is_accounted_for_once():
    double = poi("amenity=cafe", "Zondag", 900)
    _, report = make(
        poi("shop=supermarket", "Jumbo"),
        poi("shop=supermarket", "Jumbo", 10),
        poi("shop=supermarket", "Nightshop", 200),
        poi("named", "Helpoort", 300),
        poi("amenity=bench", None, 400),
        double,
        dict(double),
    )
    account = report.account.set_index("row")["outcome"]
    assert account.sort_index().tolist() == [
        "place", "place", "dropped", "left_out", "not_a_place", "place", "double"
    ]  # fmt: skip


def test_an_empty_category_is_told_as_not_in_the_data():
    _, report = make(poi("shop=supermarket", "Jumbo"))
    assert "swimming_pool" in report.empty
    assert "supermarket" not in report.empty
    assert "never as zero" in report.to_markdown()


@pytest.mark.parametrize("features", [[poi("amenity=bench")], [poi("named", "Helpoort")]])
def test_nothing_to_meet_at_gives_an_empty_table(features):
    places, report = make(*features)
    assert places.empty
    assert list(places) == ["name", "category", "source", "osm_id", "vintage", "neighbourhood_code", "geometry"]
    assert report.counts["cafe"].sum() == 0
    assert "0 places came out" in report.to_markdown()


def test_hostile_names_survive_as_data_and_break_no_table_of_the_report():
    name = "<img src=x onerror=alert(1)> | =1+1 `x` [a](javascript:b)"
    places, report = make(poi("amenity=cafe", name))
    assert places["name"].tolist() == [name]
    line = next(line for line in report.to_markdown().splitlines() if line.startswith("| park "))
    assert line.count("|") == 4
    _, report = make(poi("named", name))
    line = next(line for line in report.to_markdown().splitlines() if line.startswith("| named "))
    assert len(re.findall(r"(?<!\\)\|", line)) == 4
    assert "<img" not in line.replace("\\<", "")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("Gou\u00adver\u00adne\u00adment", "Gouvernement"),  # soft hyphens
        ("\u202eevil\u202c", "evil"),  # turned writing direction
        ("Café\n\t 't  Trefpunt ", "Café 't Trefpunt"),
        ("Cafe\u0301", "Café"),
        ("\u200b", None),
        ("  ", None),
        (None, None),
        (float("nan"), None),
        ("<b>&amp;", "<b>&amp;"),
    ],
)
def test_names_are_shown_without_what_cannot_be_seen(raw, shown):
    assert clean_name(raw) == shown


@pytest.mark.parametrize(
    ("one", "other", "ignored"),
    [
        ("Café't Pötterke", "'t potterke", ["cafe", "t"]),
        ("Watersportclub Treech'42", "WSV Treech 42", ["watersportclub", "wsv"]),
        ("Bernard Lievegoedschool", "Bernard Lievegoed School", []),
        ("Mickey Brown’s", "Mickey Brown's", []),
    ],
)
def test_names_are_compared_by_what_tells_them_apart(one, other, ignored):
    assert comparable_name(one, ignored) == comparable_name(other, ignored) != ""


def test_a_name_of_ignored_words_only_is_compared_whole():
    assert comparable_name("Basisschool", ["basisschool"]) == "basisschool"
    assert comparable_name("!?", []) == comparable_name(None) == ""


def test_faulty_features_are_told_at_once():
    table = gpd.GeoDataFrame({"cls": ["shop=x"]}, geometry=[Point(0, 0)])
    with pytest.raises(TableError) as caught:
        make_places(table, AREAS, load_rules())
    assert len(caught.value.faults) == 5  # four columns and the coordinate system
