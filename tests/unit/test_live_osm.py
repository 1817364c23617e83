"""OpenStreetMap from a local Overpass, an extract server and files."""

import json

import pytest
import shapely

from tests.servers.live import fetcher, serving
from tests.servers.osm import STAMP, small_frame
from trefpunt.errors import SourceError
from trefpunt.sources import osm_extract, overpass
from trefpunt.sources.http import FetchError, UnusableAnswerError
from trefpunt.sources.osm_places import COLUMNS

FRAME = small_frame()


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    folder = tmp_path_factory.mktemp("osm")
    with serving() as running:
        stamp = overpass.fetch_osm(fetcher(running.url, folder / "cache"), FRAME, folder / "here.osm.pbf")
        assert stamp == STAMP and running.count("interpreter") == len(overpass.THEMES)
    return folder / "here.osm.pbf"


def test_the_readers_of_files_take_what_was_fetched(extract):
    from trefpunt.sources.osm_streets import read_streets

    streets = read_streets(extract)
    assert len(streets) > 100 and streets["walk"].all() and streets.crs == "EPSG:28992"
    # The frame is a square kilometre; a street may leave it by its own length.
    west, south, east, north = streets.total_bounds
    assert 175_000 < west < east < 178_000 and 316_500 < south < north < 319_500


def test_places_have_the_shape_of_the_file_of_places(extract):
    places = osm_extract.read_places(extract, shapely.box(*FRAME), "osm_2026")
    assert list(places.columns) == COLUMNS and len(places) > 20 and places.crs == "EPSG:4326"
    assert places["osm_id"].str.fullmatch(r"node/\d+").all() and places["osm_id"].is_unique
    assert places["source"].eq("osm_2026").all() and "amenity=cafe" in set(places["cls"])
    assert all("name" not in tags for tags in places["tags"])


def test_the_date_goes_with_the_file_and_the_file_is_the_same_each_time(extract, tmp_path):
    assert osm_extract.timestamp_of_file(extract) == STAMP
    with serving() as running:
        overpass.fetch_osm(fetcher(running.url, tmp_path), FRAME, tmp_path / "again.osm.pbf")
    assert (tmp_path / "again.osm.pbf").read_bytes() == extract.read_bytes()


def test_cut_of_a_larger_file(extract, tmp_path):
    west, south, east, north = FRAME
    half = (west, south, (west + east) / 2, north)
    osm_extract.cut_extract(extract, half, tmp_path / "half.osm.pbf")
    inside = shapely.box(*half)
    all_places = osm_extract.read_places(extract, inside, "osm_2026")
    cut_places = osm_extract.read_places(tmp_path / "half.osm.pbf", inside, "osm_2026")
    assert cut_places.equals(all_places) and len(cut_places) > 5
    from trefpunt.sources.osm_streets import read_streets

    whole, cut = read_streets(extract), read_streets(tmp_path / "half.osm.pbf")
    assert 0.3 * whole.length.sum() < cut.length.sum() < 0.8 * whole.length.sum()


def test_nothing_within_the_bounds(extract, tmp_path):
    with pytest.raises(SourceError, match="nothing within"):
        osm_extract.cut_extract(extract, (4.0, 52.0, 4.1, 52.1), tmp_path / "x.osm.pbf")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("bounds", [(50.8, 5.6, 50.9, 5.8), (5.8, 50.8, 5.6, 50.9), (170000, 310000, 180000, 320000)])
def test_bounds_the_wrong_way_round(bounds):
    with pytest.raises(SourceError, match="no area in the Netherlands"):
        overpass.question("streets", bounds)


def test_extract_and_its_checksum(extract, tmp_path):
    with serving(file=extract) as running:
        client = fetcher(running.url, tmp_path)
        path = osm_extract.download_extract(client, "europe/netherlands/limburg")
        assert path.read_bytes() == extract.read_bytes()
        osm_extract.download_extract(client, "europe/netherlands/limburg")
        assert running.count("latest.osm.pbf") == 3  # twice the checksum, once the file
        with pytest.raises(SourceError, match="no region"):
            osm_extract.download_extract(client, "../../etc")


def test_extract_that_differs_from_its_checksum(extract, tmp_path):
    from tests.servers.base import cut

    with serving(file=extract) as running:
        running.fail("latest.osm.pbf?", cut)
        with pytest.raises(FetchError, match="checksum differs") as fault:
            osm_extract.download_extract(fetcher(running.url, tmp_path), "europe/netherlands/limburg")
        assert fault.value.tries == 5 and not [p for p in (tmp_path / "objects").iterdir() if p.stat().st_size > 100]


@pytest.mark.parametrize(
    ("tags", "cls"),
    [
        ({"amenity": "cafe", "leisure": "garden"}, "amenity=cafe"),
        ({"leisure": "pitch", "sport": "soccer"}, "leisure=pitch"),
        ({"sport": "soccer;tennis"}, "sport=soccer"),
        ({"landuse": "grass"}, None),
        ({"landuse": "grass", "name": "Griend"}, "landuse=grass"),
        ({"place": "suburb", "name": "Wyck"}, None),
        ({"building": "yes", "name": "Clubhuis"}, "named"),
        ({"building": "yes"}, None),
        ({"amenity": "no"}, None),
        ({"amenity": "a=b"}, None),
    ],
)
def test_class_of_a_feature(tags, cls):
    assert osm_extract.class_of(tags) == cls


def test_answers_that_are_not_whole():
    told = {"timestamp_osm_base": STAMP}
    node = {"type": "node", "id": 1, "lat": 50.8, "lon": 5.7}
    way = {"type": "way", "id": 2, "nodes": [1, 9]}
    overpass.check_answer({"osm3s": told, "elements": [node]})
    for wrong, words in (
        ({"osm3s": told, "elements": [node], "remark": "runtime error: Query timed out"}, "stopped half-way"),
        ({"osm3s": told, "elements": [node, way]}, "cut short"),
        ({"elements": [node]}, "of when"),
        ({"osm3s": told}, "no list"),
        ([], "no list"),
        ({"osm3s": told, "elements": [{"type": "node", "id": True, "lat": 1, "lon": 2}]}, "another form"),
        ({"osm3s": told, "elements": [node | {"lat": "50.8"}]}, "another form"),
        ({"osm3s": told, "elements": [node | {"tags": {"a": 1}}]}, "another form"),
    ):
        with pytest.raises(UnusableAnswerError, match=words):
            overpass.check_answer(wrong)


@pytest.mark.sources
def test_a_real_answer_is_taken(sources, tmp_path):
    """Wageningen's walking network as Overpass gave it in 2023."""
    from trefpunt.sources.osm_streets import read_street_names

    file = sources / "osm" / "overpass_samples" / "952d2d6453e312d082e6f31abc7fbc65d8aebfe0.json"
    answer = json.loads(file.read_text(encoding="utf-8"))
    overpass.check_answer(answer)
    overpass.write_extract(answer["elements"], tmp_path / "wageningen.osm.pbf", overpass.timestamp_of(answer))
    names = read_street_names(tmp_path / "wageningen.osm.pbf")
    assert "Langhoven" in set(names["name"]) and len(names) > 1000
    assert osm_extract.timestamp_of_file(tmp_path / "wageningen.osm.pbf") == "2023-04-09T06:39:06Z"
