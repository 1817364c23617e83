"""What an interaction sends: small, escaped, in the order of the published files, with all faults named."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pytest
from shapely import Point, box

from trefpunt.crs import RD
from trefpunt.errors import SnapshotError, TrefpuntError, UnknownCodeError
from trefpunt.ui.map import (
    LABELS,
    CategoryStyle,
    Cells,
    Home,
    MapEvent,
    MapView,
    Mark,
    Spot,
    assets,
    hatch_css,
    origin_colour,
    publish,
)
from trefpunt.ui.map.elements import MapState, TrefpuntMap, static_url
from trefpunt.ui.map.show import fresh_event
from trefpunt.ui.map.state import encode_state
from trefpunt.ui.map.styles import HATCH, ICONS

ROOT = Path(__file__).parents[2]
STYLES = {"cafe": CategoryStyle("café", "#7b4b2a", "circle", "cafe", "C")}
VIEW = MapView(
    level="neighbourhood",
    fills={"BU1": "#ffffff"},
    dashed=frozenset({"BU1"}),
    area_tooltips={"BU1": "0,1"},
    categories=None,
    place_sizes={"p1": 3},
    labels=dict.fromkeys(LABELS, "x"),
)


def areas(prefix, names):
    shapes = [box(176000 + 1000 * i, 317000, 177000 + 1000 * i, 318000) for i in range(len(names))]
    codes = [f"{prefix}{i + 1}" for i in range(len(names))]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, index=codes, crs=RD)


def snapshot(folder, place="Café `x`", background=b"tiles"):
    folder.mkdir(exist_ok=True)
    (folder / "basemap.pmtiles").write_bytes(background)
    places = gpd.GeoDataFrame(
        {"name": [place, None], "category": ["cafe", "cafe"]},
        geometry=[Point(176500, 317500), Point(177500, 317500)],
        index=["p1", "p2"],
        crs=RD,
    )
    return SimpleNamespace(
        directory=folder,
        neighbourhoods=areas("BU", ["Wyck <b>", "Céramique"]),
        districts=areas("WK", ["Oost"]),
        places=places,
    )


@pytest.fixture
def static(tmp_path):
    (tmp_path / "static").mkdir()
    return tmp_path / "static"


@pytest.fixture
def published(tmp_path, static):
    return publish(snapshot(tmp_path / "data"), static)


def test_published_files(published):
    found = json.loads((published.directory / "areas.geojson").read_text())
    assert [(f["id"], f["properties"]["level"], f["properties"]["name"]) for f in found["features"]] == [
        ("BU1", "neighbourhood", "Wyck &lt;b&gt;"),
        ("BU2", "neighbourhood", "Céramique"),
        ("WK1", "district", "Oost"),
        ("municipality", "municipality", ""),
    ]
    ring = found["features"][0]["geometry"]["coordinates"][0]
    assert all(5.68 < lon < 5.71 and 50.83 < lat < 50.86 for lon, lat in ring)  # Maastricht, in degrees
    assert all(round(v, 5) == v for point in ring for v in point)
    places = json.loads((published.directory / "places.json").read_text())
    assert [(p["id"], p["name"], p["category"]) for p in places] == [
        ("p1", "Café &#96;x&#96;", "cafe"),
        ("p2", "", "cafe"),  # no name is no name, not 'nan'
    ]
    assert (published.directory / "basemap.pmtiles").read_bytes() == b"tiles"
    assert published.areas == {"neighbourhood": ("BU1", "BU2"), "district": ("WK1",)}
    assert published.place_ids == ("p1", "p2")
    south, west, north, east = published.bounds
    assert south < north
    assert west < east


def test_the_address_is_the_content(tmp_path, static, published):
    assert publish(snapshot(tmp_path / "again"), static) == published
    assert publish(snapshot(tmp_path / "other", place="Stokstraat"), static).url_prefix != published.url_prefix
    assert publish(snapshot(tmp_path / "tiles", background=b"others"), static).url_prefix != published.url_prefix


def test_old_ones_go_and_the_newest_stay(tmp_path, static):
    folders = [publish(snapshot(tmp_path / "d", place=f"n{i}"), static).directory for i in range(assets.KEPT + 3)]
    assert [folder.is_dir() for folder in folders] == [False] * 3 + [True] * assets.KEPT


def test_nothing_half_written_is_left(tmp_path, static, monkeypatch):
    def broken(self, data):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", broken)
    data = tmp_path / "data"
    with pytest.raises(OSError, match="disk full"):
        assets._write_once(static / "snapshots" / "abc", {"a": b"b"})
    assert not data.exists()
    assert list((static / "snapshots").iterdir()) == []


def test_two_at_once(static, monkeypatch):
    """Another server moves its folder into place between our look and our move."""
    target = static / "snapshots" / "abc"
    rename = Path.rename

    def beaten(self, goal):
        target.mkdir()
        (target / "a").write_bytes(b"b")
        return rename(self, goal)

    monkeypatch.setattr(Path, "rename", beaten)
    assets._write_once(target, {"a": b"b"})
    assert (target / "a").read_bytes() == b"b"
    assert [f.name for f in target.parent.iterdir()] == ["abc"]


def test_no_background(tmp_path, static):
    data = snapshot(tmp_path / "data")
    (data.directory / "basemap.pmtiles").unlink()
    with pytest.raises(SnapshotError, match=r"basemap\.pmtiles.*\n.*build"):
        publish(data, static)


def test_state_by_position(published):
    state = json.loads(encode_state(published, STYLES, replace(VIEW, selected_place="p2", outlined=("BU2",))))
    assert state["fills"] == ["#ffffff", None]
    assert state["dashed"] == [1, 0]
    assert state["sizes"] == "30"
    assert state["place"] == 1
    assert state["area"] is None
    assert state["outlined"] == [1]


def test_every_text_is_escaped(published):
    bad = "</script>`${x}\\'\"<img onerror=a>"
    view = replace(
        VIEW,
        labels=dict.fromkeys(LABELS, bad),
        area_tooltips={"BU1": bad},
        place_tooltips={"p1": bad},
        categories=(bad,),
    )
    sent = encode_state(published, {bad: CategoryStyle(bad, "#000000", "star", bad, bad)}, view)
    assert not set("<>`$'") & set(sent)
    assert "{{" not in sent
    assert '\\"' not in sent  # JSON's own way to write a quote or backslash of a text: there is none
    assert "\\\\" not in sent


def test_a_small_state(published):
    """45 areas with a line each and 430 places: at most 10 kB, of which streamlit-folium's own script takes 2."""
    codes = tuple(f"BU0935{i:04d}" for i in range(45))
    ids = tuple(f"n{10**10 + i}" for i in range(430))
    large = replace(published, areas={"neighbourhood": codes, "district": ()}, place_ids=ids)
    styles = {f"category_{i}": replace(STYLES["cafe"], label="ontmoetingsplek") for i in range(15)}
    view = replace(
        VIEW,
        fills=dict.fromkeys(codes, "#ee9b3b"),
        area_tooltips=dict.fromkeys(codes, "SES-WOA −0,23 (schatting, −0,40 tot −0,06), 2019; 3.120 inwoners"),
        place_sizes=dict.fromkeys(ids, 4),
        labels=dict.fromkeys(LABELS, "Kaart van Maastricht; dezelfde gegevens staan in de tabel"),
        calm=True,
        home=Home(codes[7], dict.fromkeys(ids, 12.0), frozenset(styles)),
        spot=(50.85142, 5.69103),
    )
    assert len(encode_state(large, styles, view)) < 8_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"selected_area": "WK9", "outlined": ("BU8",)}, r"'BU8'[\s\S]*'WK9'"),
        ({"selected_place": "nowhere"}, "no place 'nowhere'"),
        ({"level": "street"}, "no level 'street'"),
        ({"home": Home("WK1", {})}, "no neighbourhood 'WK1' to be home"),
    ],
)
def test_unknown_codes(published, change, message):
    with pytest.raises(UnknownCodeError, match=message):
        encode_state(published, STYLES, replace(VIEW, **change))


def test_all_faults_in_one_message(published):
    view = replace(VIEW, fills={"BU1": "url(https://x.example)"}, place_sizes={"p1": 7}, labels={})
    with pytest.raises(TrefpuntError) as fault:
        encode_state(published, {"cafe": replace(STYLES["cafe"], shape="heart")}, view)
    for part in ("url(https://x.example)", "p1: 7", "'heart' is no shape", *LABELS):
        assert part in str(fault.value)


def test_home_is_a_position_and_a_character_a_place(published):
    home = Home("BU2", {"p1": 11.6}, frozenset({"cafe"}))
    state = json.loads(encode_state(published, STYLES, replace(VIEW, home=home, level="district", fills={})))
    # 11.6 minutes are 12, which is c to base 36; of p2 nothing is known
    assert state["home"] == {"area": 1, "minutes": "c-", "bike": ["cafe"]}
    assert json.loads(encode_state(published, STYLES, VIEW))["home"] is None


@pytest.mark.parametrize(("minutes", "sent"), [(0.0, "0"), (35.49, "z"), (35.5, "-"), (float("nan"), "-")])
def test_what_is_too_far_to_say_is_not_said(published, minutes, sent):
    """35 is the last digit to base 36."""
    state = json.loads(encode_state(published, STYLES, replace(VIEW, home=Home("BU1", {"p1": minutes}))))
    assert state["home"]["minutes"] == sent + "-"


def test_calm_and_spot(published):
    state = json.loads(encode_state(published, STYLES, replace(VIEW, calm=True, spot=(50.85, 5.69))))
    assert (state["calm"], state["spot"]) == (True, [50.85, 5.69])


def test_origins_replace_the_fills(published):
    state = json.loads(encode_state(published, STYLES, replace(VIEW, origins={"BU2": 0.2})))
    assert state["fills"] == [origin_colour(0), origin_colour(1)]  # the largest share is the darkest


def test_changes_are_drawn_by_number(published):
    marks = (Mark("added", 1, "cafe", 50.85, 5.69), Mark("moved", 2, "cafe", 50.85, 5.69, (50.84, 5.7)))
    state = json.loads(encode_state(published, STYLES, replace(VIEW, marks=marks, pick=True)))
    assert state["pick"] is True
    assert state["marks"] == [
        ["added", 1, "cafe", [50.85, 5.69], None],
        ["moved", 2, "cafe", [50.85, 5.69], [50.84, 5.7]],
    ]


def test_a_small_mark_says_so(published):
    state = json.loads(
        encode_state(published, STYLES, replace(VIEW, marks=(Mark("added", 2, "cafe", 1, 2, small=True),)))
    )
    assert state["marks"] == [["added", 2, "cafe", [1.0, 2.0], None, 1]]


FLAT = (50.8, 0.0, 0.009, 0.0, 0.0, 0.0)
CELLS = Cells(
    0.2, ((0, 3, "0-1"),), FLAT, FLAT, ("#d3ebe9", "#07434a"), "#0b4d55", ((10, 20), (30, 40)), "<b>`${1}`", "#1"
)


def test_cells_are_rows_of_classes_with_their_figures(published):
    sent = encode_state(published, STYLES, replace(VIEW, cells=CELLS))
    state = json.loads(sent)["cells"]
    assert state["rows"] == [[0, 3, "0-1"]]
    assert state["figures"] == [[10, 20], [30, 40]]
    assert (state["width"], state["lat"], state["colours"]) == (0.2, list(FLAT), list(CELLS.colours))
    assert "<b>" not in sent
    assert "`" not in sent
    assert "${" not in sent
    assert json.loads(encode_state(published, STYLES, VIEW))["cells"] is None


def test_all_that_is_wrong_with_cells_is_named(published):
    wrong = replace(
        CELLS, rows=((0, 0, "2x-"),), lat=(float("nan"),) * 6, colours=("red", "#07434a"), figures=((1, 2),)
    )
    with pytest.raises(TrefpuntError) as caught:
        encode_state(published, STYLES, replace(VIEW, cells=wrong))
    assert caught.value.faults == (
        "'red' is no colour",
        "'2' is no class of a cell",
        "'x' is no class of a cell",
        "there are 2 cells, but figures of 1",
        "where the cells are takes six numbers for each of lat and lon",
    )


def test_all_that_is_wrong_with_changes_is_named(published):
    marks = (Mark("gone", 1, "bar", float("nan"), 5.69), Mark("moved", 2, "cafe", 50.85, 5.69, (float("inf"), 5.7)))
    with pytest.raises(TrefpuntError) as caught:
        encode_state(published, STYLES, replace(VIEW, marks=marks))
    assert caught.value.faults == (
        "'gone' is no change",
        "there is no category 'bar'",
        "nan is no number of degrees",
        "inf is no number of degrees",
    )


def test_origin_ramp():
    assert origin_colour(0.0) == "#f3f5f4"
    assert origin_colour(1.0) == "#08535b"
    assert origin_colour(0.25) == "#7ea4a8"  # half way: the root of a quarter; (0xf3 + 0x08) / 2 = 125.5 → 126 = 0x7e
    assert origin_colour(7.0) == origin_colour(1.0)


def test_the_map_itself_is_constant(published):
    one, two = (TrefpuntMap(published) for _ in range(2))
    assert one.settings == two.settings
    assert "x.example" not in one.settings
    assert json.loads(one.settings)["data"] == f"../../app/static/{published.url_prefix}"
    assert all(link.startswith("../../app/static/") for _, link in [*one.default_js, *one.default_css])


def test_scripts_are_there_and_have_an_address_of_their_own():
    for _, link in [*TrefpuntMap.default_js, *TrefpuntMap.default_css]:
        path = link.removeprefix("../../app/static/").split("?")[0]
        assert link == static_url(path)
        assert (ROOT / "static" / path).is_file()


def test_state_element_carries_the_state():
    assert MapState('{"a":1}')._template.module.script(MapState('{"a":1}')).count('apply({"a":1})') == 1


@pytest.mark.parametrize(
    ("value", "heard"),
    [
        ({"event": {"kind": "place", "id": "p1", "nonce": "b-1"}}, ("b-1", MapEvent("place", "p1"))),
        ({"event": {"kind": "area", "id": "BU1", "nonce": "a-2"}}, ("a-2", MapEvent("area", "BU1"))),
        ({"event": {"kind": "place", "id": "p1", "nonce": "a-1"}}, None),  # heard before
        ({"event": {"kind": "street", "id": "p1", "nonce": "b-1"}}, None),
        ({"event": {"kind": "place", "id": 7, "nonce": "b-1"}}, None),
        ({"event": {"kind": ["place"], "id": "p1", "nonce": "b-1"}}, None),
        ({"event": {"kind": "place", "id": "p1"}}, None),
        ({"event": {"kind": "spot", "lon": 5.7, "lat": 50, "nonce": "b-1"}}, ("b-1", Spot(5.7, 50.0))),
        ({"event": {"kind": "spot", "lon": 5.7, "lat": 50, "nonce": "a-1"}}, None),  # heard before
        ({"event": {"kind": "spot", "lon": 5.7, "nonce": "b-1"}}, None),
        ({"event": {"kind": "spot", "lon": "5.7", "lat": 50, "nonce": "b-1"}}, None),
        ({"event": {"kind": "spot", "lon": True, "lat": 50, "nonce": "b-1"}}, None),
        ({"event": {"kind": "spot", "lon": float("nan"), "lat": 50, "nonce": "b-1"}}, None),
        ({"event": {"kind": "spot", "lon": 5.7, "lat": float("inf"), "nonce": "b-1"}}, None),
        ({"event": {"kind": "spot", "lon": 5.7, "lat": 90.1, "nonce": "b-1"}}, None),
        ({"event": {"kind": "spot", "lon": 10**400, "lat": 50, "nonce": "b-1"}}, None),
        ({"event": {"kind": "spot", "lon": 5.7, "lat": 50, "nonce": 1}}, None),
        ({"event": "place"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_events(value, heard):
    assert fresh_event(value, "a-1") == heard


def test_every_icon_is_there_with_its_path():
    icons = assets.read_icons(assets.STATIC / assets.ICONS)
    assert set(ICONS.values()) <= set(icons)
    assert all(path.startswith(("M", "m")) for path in icons.values())


def test_the_pattern_is_the_same_in_map_and_legend():
    script = (ROOT / "static" / "trefpunt" / "areas.js").read_text()
    assert f'const HATCH = ["{HATCH[0]}", "{HATCH[1]}"]' in script
    assert all(colour in hatch_css() for colour in HATCH)
