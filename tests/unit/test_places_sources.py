"""Reading the OpenStreetMap files of places, and facts of the real ones."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from trefpunt.errors import SourceError
from trefpunt.sources.areas import read_areas
from trefpunt.sources.osm_places import SOURCES, read_places, read_pois
from trefpunt.tables.places import make_places
from trefpunt.tables.places_rules import load_rules

POIS_FILE = "maastricht_pois_2021_2023.geojson"


def write_pois(path, **changes):
    """A file of one good feature, changed."""
    properties = {"cls": "shop=x", "name": "X", "osm_id": "node/1", "source": "both", "tags": {"shop": "x"}}
    coordinates = changes.pop("coordinates", [5.69, 50.85])
    again = changes.pop("again", 1)
    properties = {key: value for key, value in {**properties, **changes}.items() if value != "absent"}
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": coordinates},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature] * again}), encoding="utf-8")
    return path


def test_reader_takes_a_good_file(tmp_path):
    table = read_pois(write_pois(tmp_path / "p.geojson"))
    assert table.drop(columns="geometry").iloc[0].to_dict() == {
        "cls": "shop=x",
        "name": "X",
        "osm_id": "node/1",
        "source": SOURCES["both"],
        "tags": {"shop": "x"},
    }


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source": "absent"}, ["'source' is missing"]),
        ({"coordinates": [50.85, 5.69]}, ["swapped"]),
        ({"again": 2}, ["'osm_id' used before"]),
        ({"source": "web", "cls": "shop", "osm_id": "1"}, ["'source'", "'cls'", "'osm_id' of no OSM form"]),
    ],
)
def test_reader_tells_all_that_is_wrong(tmp_path, changes, told):
    with pytest.raises(SourceError) as caught:
        read_pois(write_pois(tmp_path / "p.geojson", **changes))
    for part in told:
        assert part in str(caught.value)


def test_reader_names_a_file_that_is_cut_or_absent(tmp_path):
    path = tmp_path / POIS_FILE
    with pytest.raises(SourceError, match="not there"):
        read_pois(path)
    path.write_text('{"type": "FeatureColl', encoding="utf-8")
    with pytest.raises(SourceError, match=POIS_FILE):
        read_pois(path)


@pytest.fixture(scope="module")
def maastricht(sources):
    areas = read_areas(sources / "cbs" / "buurten_maastricht_2024_rd.gpkg")
    features = read_places(
        sources / "osm" / POIS_FILE, sources / "osm" / "maastricht_2021_core.osm.pbf", areas.municipality
    )
    return make_places(features, areas.neighbourhoods, load_rules()), features


@pytest.mark.sources
class TestMaastricht:
    """Facts read in the source files by eye."""

    def names(self, maastricht, category):
        places = maastricht[0][0]
        return set(places.loc[places["category"] == category, "name"].dropna())

    def test_every_feature_is_accounted_for_once(self, maastricht):
        (places, report), features = maastricht
        assert sorted(report.account["row"]) == sorted(features.index)
        in_places = set(report.account["place_id"].dropna())
        assert in_places == set(places.index)

    def test_every_place_lies_in_a_neighbourhood(self, maastricht):
        places = maastricht[0][0]
        assert places["neighbourhood_code"].notna().all()
        assert places.index.is_unique
        assert places.index.is_monotonic_increasing

    def test_what_is_tagged_supermarket_and_is_none(self, maastricht):
        names = self.names(maastricht, "supermarket")
        assert {"Jumbo", "Lidl", "Albert Heijn XL", "Spar City Maastricht"} <= names
        assert not {"Dutch Passion", "Nightshop", "OP = OP", "De Pindakaaswinkel"} & names

    def test_schools_by_level(self, maastricht):
        assert self.names(maastricht, "secondary_school") == {
            "Bernard Lievegoed College",
            "Bonnefanten College",
            "Porta Mosana College",
            "Sint-Maartenscollege",
            "United World College",
        }
        primary = self.names(maastricht, "primary_school")
        assert {"De Vlinderboom", "Kindcentrum Manjefiek", "Montessori Kindcentrum"} <= primary
        assert not {"VISTA college", "Toneelacademie", "cnme", "MKD", "Euro College"} & primary

    def test_clubs(self, maastricht):
        assert {"vv Scharn", "Clubhuis Leonidas Wolder", "RKSV Heer"} <= self.names(maastricht, "sports")
        assert {"WSV MCC", "MSRV Saurus", "Schutterij Sint-Sebastiaan"} <= self.names(maastricht, "association")

    def test_one_place_where_the_file_has_two(self, maastricht):
        places = maastricht[0][0]
        for name in ("Kindcentrum Manjefiek", "Centre Céramique", "De Vlinderboom", "Bernard Lievegoedschool"):
            assert (places["name"] == name).sum() == 1, name
        assert (places["name"] == "Sint-Maartenscollege").sum() == 2  # two sites, 1.5 km apart

    def test_churches_in_other_use_are_no_place_of_worship(self, maastricht):
        names = self.names(maastricht, "place_of_worship")
        assert {"Sint-Servaasbasiliek", "Moskee El Fath", "Synagoge Maastricht"} <= names
        assert not {"Dominicanenkerk", "Kruisherenkerk", "Mérodekapel"} & names

    def test_parks_and_shopping_centres_known_by_name_only(self, maastricht):
        assert {"Griendpark", "Geusseltpark", "Stadspark Maastricht"} <= self.names(maastricht, "park")
        assert {"Brusselsepoort", "Entre Deux", "Mosae Forum"} <= self.names(maastricht, "market")

    def test_swimming_pools_are_not_in_the_sources(self, maastricht):
        assert maastricht[0][1].empty == ("swimming_pool",)

    def test_report_is_the_same_twice(self, maastricht, sources):
        (places, report), features = maastricht
        areas = read_areas(sources / "cbs" / "buurten_maastricht_2024_rd.gpkg").neighbourhoods
        shuffled = features.sample(frac=1, random_state=1)
        again, report_again = make_places(shuffled, areas, load_rules())
        pd.testing.assert_frame_equal(places, again)
        assert report.to_markdown() == report_again.to_markdown()
