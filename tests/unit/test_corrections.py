"""corrections.toml: what it changes, what it says, and everything that can be wrong with it."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from trefpunt.crs import RD, WGS84
from trefpunt.errors import SourceError, TableError
from trefpunt.sources.corrections import Corrections, read_corrections
from trefpunt.tables.columns import TEXT
from trefpunt.tables.corrections import apply_corrections

CATEGORIES = frozenset({"library", "supermarket", "cafe"})
SQUARE = box(176_000, 317_000, 177_000, 318_000)
AREA = gpd.GeoDataFrame({"name": ["A"]}, geometry=[SQUARE], crs=RD, index=["BU09350001"])
GOOD = """
[[add]]
name = "<b>Nieuwe</b> buurtsuper"
category = "supermarket"
lon = {lon}
lat = {lat}
date = 2026-11-01
reason = "opened in October"
source = "visit by the neighbourhood team"

[[drop]]
place = "node/1"
reason = "burnt down"
source = "De Limburger, 3 May 2026"

[[recategorise]]
place = "n2"
category = "library"
reason = "moved"
source = "the library's website"

[[drop]]
place = "way/99"
reason = "gone"
source = "visit"
"""


@pytest.fixture
def places():
    columns = {
        "name": ["een", "twee", "drie"],
        "category": ["cafe", "cafe", "cafe"],
        "source": ["osm"] * 3,
        "osm_id": ["node/1", "node/2", "node/3"],
        "vintage": ["2026-01-15"] * 3,
        "neighbourhood_code": ["BU09350001"] * 3,
    }
    table = pd.DataFrame(columns, index=pd.Index(["n1", "n2", "n3"], name="place_id", dtype=TEXT), dtype=TEXT)
    return gpd.GeoDataFrame(table, geometry=[Point(176_500, 317_500)] * 3, crs=RD)


def written(tmp_path, text):
    path = tmp_path / "corrections.toml"
    path.write_text(text, encoding="utf-8")
    return path


def read(tmp_path, text):
    return read_corrections(written(tmp_path, text), CATEGORIES)


def degrees(x, y):
    point = gpd.GeoSeries([Point(x, y)], crs=RD).to_crs(WGS84).iloc[0]
    return {"lon": round(point.x, 7), "lat": round(point.y, 7)}


def test_add_drop_and_recategorise(tmp_path, places):
    corrections = read(tmp_path, GOOD.format(**degrees(176_200, 317_300)))
    after, told = apply_corrections(places, corrections, AREA)
    added = after.index.difference(["n2", "n3"])
    assert list(added.str[0]) == ["c"] and len(after) == 3 and after.index.is_monotonic_increasing
    row = after.loc[added[0]]
    assert (row["name"], row["category"], row["source"]) == ("<b>Nieuwe</b> buurtsuper", "supermarket", "correction")
    assert (row["vintage"], row["neighbourhood_code"]) == ("2026-11-01", "BU09350001") and pd.isna(row["osm_id"])
    assert row.geometry.distance(Point(176_200, 317_300)) < 0.1
    assert dict(after["category"].loc[["n2", "n3"]]) == {"n2": "library", "n3": "cafe"}
    assert after.dtypes.equals(places.dtypes)
    assert list(told["outcome"])[:2] == ["applied", "applied"] and "any more" in told["outcome"].iloc[2]
    assert told.loc[told["kind"] == "recategorise", "what"].item() == "twee (cafe) → library"
    assert list(places.index) == ["n1", "n2", "n3"] and set(places["category"]) == {"cafe"}  # untouched


def test_no_file_is_no_correction(tmp_path, places):
    assert read_corrections(tmp_path / "corrections.toml", CATEGORIES) == Corrections()
    after, told = apply_corrections(places, Corrections(), AREA)
    assert after.equals(places) and told.empty


def test_what_has_that_category_already_is_not_needed(tmp_path, places):
    text = '[[recategorise]]\nplace = "node/3"\ncategory = "cafe"\nreason = "r"\nsource = "s"\n'
    _, told = apply_corrections(places, read(tmp_path, text), AREA)
    assert told["outcome"].item() == "not needed: it has that category"


def test_an_added_place_must_lie_within_the_municipality(tmp_path, places):
    text = GOOD.format(**degrees(180_000, 317_300))
    with pytest.raises(TableError, match="outside the municipality"):
        apply_corrections(places, read(tmp_path, text), AREA)


ADD = (
    '[[add]]\nname = "x"\ncategory = "cafe"\nlon = 5.7\nlat = 50.85\ndate = "2026-01-01"\nreason = "r"\nsource = "s"\n'
)


def test_the_same_place_twice(tmp_path, places):
    at = degrees(176_200, 317_300)
    text = (ADD + ADD).replace("5.7", str(at["lon"])).replace("50.85", str(at["lat"]))
    with pytest.raises(TableError, match="added twice"):
        apply_corrections(places, read(tmp_path, text), AREA)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[add]", "cannot be read as TOML"),
        ("[drop]\nplace = 1\n", "must be a list of tables"),
        ("[[remove]]\n", "unknown table 'remove'"),
        ("drop = [1]\n", "drop 1 is no table"),
        (ADD.replace('reason = "r"\n', ""), "'reason' is missing"),
        (ADD.replace('source = "s"', 'source = " "'), "'source' must be a text"),
        (ADD.replace('name = "x"', 'name = "x\\u0007"'), "cannot be printed"),
        (ADD.replace('name = "x"', f'name = "{"x" * 301}"'), "1 to 300 characters"),
        (ADD.replace("cafe", "pub"), "unknown category 'pub'"),
        (ADD.replace("lon = 5.7", "lon = 176000"), "no place in the Netherlands"),
        (ADD.replace("lon = 5.7", "lon = true"), "no place in the Netherlands"),
        (ADD.replace("lon = 5.7", "lon = nan"), "no place in the Netherlands"),
        (ADD.replace("2026-01-01", "yesterday"), "is no date"),
        (ADD.replace("source =", "bron ="), "unknown field 'bron'"),
        ('[[drop]]\nplace = "../../etc"\nreason = "r"\nsource = "s"\n', "neither an OpenStreetMap id"),
        ('[[drop]]\nplace = "node/1"\nreason = "r"\nsource = "s"\n' * 2, "corrected twice"),
    ],
)
def test_everything_that_can_be_wrong_with_the_file(tmp_path, text, words):
    with pytest.raises(SourceError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value) and "corrections.toml" in caught.value.where and caught.value.remedy


def test_all_faults_come_at_once(tmp_path):
    with pytest.raises(SourceError) as caught:
        read(tmp_path, ADD.replace("cafe", "pub") + '[[drop]]\nreason = "r"\n')
    assert len(caught.value.faults) == 3  # category; place and source of the second


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "corrections.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="cannot be read as TOML"):
        read_corrections(path, CATEGORIES)
