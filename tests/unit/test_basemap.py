"""The background of the map, on a hand-made square of streets at 50.85° N, 5.70° E."""

import geopandas as gpd
import pyogrio
import pytest
from pmtiles.writer import Writer
from shapely import LineString, box

from trefpunt.crs import WGS84
from trefpunt.errors import SourceError
from trefpunt.tables import basemap
from trefpunt.tables.basemap import at_zoom, classify_area, classify_line, read_features, write_basemap
from trefpunt.tables.tiles import TILE_CRS

# name → (longitude, latitude), in steps of a hundredth of a degree: about 700 m by 1,100 m
NODES = {
    "a": (5.70, 50.85), "b": (5.71, 50.85), "c": (5.72, 50.85), "d": (5.72, 50.86), "e": (5.70, 50.86),
    "f": (5.701, 50.851), "g": (5.702, 50.851), "h": (5.703, 50.851),
    "i": (5.701, 50.852), "j": (5.702, 50.852), "k": (5.703, 50.852),
}  # fmt: skip
NASTY = "Straat &amp;lt;img onerror=x&amp;gt; `${1}`"  # in the file; read as: Straat &lt;img … after XML
WAYS = [
    ("ab", {"highway": "residential", "name": NASTY}),
    ("bc", {"highway": "residential", "name": NASTY}),  # the same street goes on: one line
    ("cd", {"highway": "primary", "name": "N2"}),
    ("de", {"highway": "service"}),
    ("ea", {"waterway": "river", "name": "Maas"}),
    ("ad", {"highway": "motorway", "tunnel": "yes"}),  # not to be seen from above
    ("fgjif", {"building": "yes"}),
    ("ghkjg", {"building": "yes"}),  # shares the wall gj: one block
    ("abda", {"leisure": "park", "name": "Stadspark"}),
]


def osm(folder, ways=WAYS):
    ids = {name: i + 1 for i, name in enumerate(NODES)}
    lines = ['<?xml version="1.0"?><osm version="0.6">']
    lines += [f'<node id="{ids[n]}" version="1" lat="{lat}" lon="{lon}"/>' for n, (lon, lat) in NODES.items()]
    lines += ['<node id="99" version="1" lat="50.855" lon="5.71"><tag k="place" v="neighbourhood"/>'
              '<tag k="name" v="Wyck"/></node>']  # fmt: skip
    for number, (path, tags) in enumerate(ways):
        nodes = "".join(f'<nd ref="{ids[n]}"/>' for n in path)
        lines.append(f'<way id="{number + 1}" version="1">{nodes}')
        lines += [f'<tag k="{k}" v="{v}"/>' for k, v in tags.items()]
        lines.append("</way>")
    file = folder / "x.osm"
    file.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return file


@pytest.fixture
def square():
    return gpd.GeoDataFrame(geometry=[box(5.70, 50.85, 5.72, 50.86)], crs=WGS84)


def layer(file, name, zoom):
    if name not in pyogrio.list_layers(file)[:, 0]:
        return gpd.GeoDataFrame({"kind": [], "name": []})
    return pyogrio.read_dataframe(file, layer=name, ZOOM_LEVEL=str(zoom))


def test_layers_kinds_and_names(tmp_path, square):
    out = tmp_path / "b.pmtiles"
    report = write_basemap(osm(tmp_path), square, out)
    # the residential street (2 ways → 1), the main road and the service road; the tunnel is left out
    assert report.features == {
        "land": 0, "green": 1, "water": 1, "rail": 0, "buildings": 1, "roads": 3, "places": 1,
    }  # fmt: skip
    assert report.size == out.stat().st_size
    near = layer(out, "roads", 14)
    assert set(near["kind"]) == {"minor", "major", "service"}
    # drawn on a canvas, where a name is but letters: as OpenStreetMap has it
    assert "Straat &lt;img onerror=x&gt; `${1}`" in set(near["name"])
    assert set(layer(out, "roads", 10)["kind"]) == {"major"}
    assert set(layer(out, "roads", 12)["kind"]) == {"minor", "major"}
    assert set(layer(out, "places", 12)["name"]) == {"Wyck"}
    assert set(layer(out, "water", 10)["kind"]) == {"river"}
    assert len(layer(out, "buildings", 14)) >= 1
    assert layer(out, "buildings", 13).empty


def test_two_runs_give_the_same_bytes(tmp_path, square):
    source = osm(tmp_path)
    pyogrio.set_gdal_config_options({"GDAL_NUM_THREADS": "ALL_CPUS"})
    try:
        files = [tmp_path / f"{i}.pmtiles" for i in range(2)]
        for file in files:
            write_basemap(source, square, file)
        assert pyogrio.get_gdal_config_option("GDAL_NUM_THREADS") == "ALL_CPUS"  # the setting of others is kept
    finally:
        pyogrio.set_gdal_config_options({"GDAL_NUM_THREADS": None})
    assert files[0].read_bytes() == files[1].read_bytes()
    assert {f.name for f in tmp_path.iterdir()} == {"x.osm", "0.pmtiles", "1.pmtiles"}


def test_a_failure_leaves_the_old_file(tmp_path, square, monkeypatch):
    out = tmp_path / "b.pmtiles"
    out.write_bytes(b"old")

    def fail(self, *args):
        raise OSError("disk full")

    monkeypatch.setattr(Writer, "finalize", fail)
    with pytest.raises(OSError, match="disk full"):
        write_basemap(osm(tmp_path), square, out)
    assert out.read_bytes() == b"old"
    assert not list(tmp_path.glob("*.partial"))


def test_foreign_streets(tmp_path, square):
    lanes = "['residential', 'path']"  # two tags on one edge
    there, back = LineString([(5.69, 50.85), (5.70, 50.85)]), LineString([(5.70, 50.85), (5.69, 50.85)])
    edges = gpd.GeoDataFrame(
        {"highway": [lanes, lanes, "corridor"], "name": ["Kerkstraat", "Kerkstraat", None]},
        geometry=[there, back, there],
        crs=WGS84,
    )  # fmt: skip
    file = tmp_path / "abroad.gpkg"
    edges.to_file(file, layer="edges")
    found = basemap.read_foreign_streets(file)
    assert found[["layer", "kind", "name"]].to_numpy().tolist() == [["roads", "minor", "Kerkstraat"]]
    with_them = write_basemap(osm(tmp_path), square, tmp_path / "b.pmtiles", foreign_streets=file)
    assert with_them.features["roads"] == 4


@pytest.mark.parametrize("content", [None, b"", b"no map at all"])
def test_unusable_files(tmp_path, square, content):
    file = tmp_path / "x.osm.pbf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SourceError, match=r"x\.osm\.pbf"):
        write_basemap(file, square, tmp_path / "b.pmtiles")
    assert not (tmp_path / "b.pmtiles").exists()


def test_an_extract_of_somewhere_else(tmp_path):
    amsterdam = gpd.GeoDataFrame(geometry=[box(4.8, 52.3, 4.9, 52.4)], crs=WGS84)
    with pytest.raises(SourceError, match="no street lies within"):
        write_basemap(osm(tmp_path), amsterdam, tmp_path / "b.pmtiles")


def test_a_way_without_places_for_its_nodes_is_left_out(tmp_path):
    file = osm(tmp_path)
    file.write_text(file.read_text().replace('<nd ref="3"/>', '<nd ref="77"/>'))  # node c is not in the file
    kinds = read_features(file)["kind"]
    assert "motorway" not in set(kinds)
    assert {"minor", "service", "river"} <= set(kinds)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"natural": "water"}, ("water", "water")),
        ({"landuse": "basin"}, ("water", "water")),
        ({"leisure": "park", "landuse": "grass"}, ("green", "park")),
        ({"landuse": "forest"}, ("green", "wood")),
        ({"landuse": "industrial"}, ("land", "work")),
        ({"building": "yes", "leisure": "stadium"}, ("buildings", "building")),
        ({"amenity": "school"}, None),
        ({}, None),
    ],
)
def test_areas(tags, found):
    assert classify_area(tags) == found


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ({"highway": "living_street"}, ("roads", "minor")),
        ({"highway": "steps"}, ("roads", "path")),
        ({"highway": "trunk", "tunnel": "yes"}, ("roads", "major")),
        ({"highway": "motorway", "tunnel": "yes"}, None),
        ({"highway": "elevator"}, None),
        ({"railway": "rail"}, ("rail", "rail")),
        ({"railway": "rail", "service": "siding"}, None),
        ({"railway": "razed"}, None),
        ({"waterway": "canal"}, ("water", "canal")),
        ({"waterway": "stream", "tunnel": "culvert"}, None),
        ({}, None),
    ],
)
def test_lines(tags, found):
    assert classify_line(tags) == found


def test_what_is_too_small_waits_for_a_closer_zoom():
    """A pixel of zoom 10 is 40,075,017 / 1,024 / 512 = 76.4 m wide; 3 square pixels are 17,524 m²."""
    ponds = gpd.GeoDataFrame(
        {"layer": "water", "kind": "water", "name": ""},
        geometry=[box(0, 0, 132, 132), box(0, 0, 133, 133)],  # 17,424 and 17,689 m²
        index=["small", "large"],
        crs=TILE_CRS,
    )
    assert list(at_zoom(ponds, 10).index) == ["large"]
    assert list(at_zoom(ponds, 11).index) == ["small", "large"]


def test_a_far_zoom_has_fewer_corners_and_no_street_names():
    winding = LineString([(x, 10 * (x % 40 == 0)) for x in range(0, 1000, 20)])  # wiggles of 10 m
    street = gpd.GeoDataFrame({"layer": ["roads"], "kind": ["major"], "name": ["N2"]}, geometry=[winding], crs=TILE_CRS)
    far, near = at_zoom(street, 10), at_zoom(street, 14)
    assert len(far.geometry.iloc[0].coords) == 2  # 10 m is less than a third of 76 m
    assert len(near.geometry.iloc[0].coords) == len(winding.coords)
    assert far["name"].tolist() == [""]
    assert near["name"].tolist() == ["N2"]


@pytest.mark.sources
def test_the_real_extract(sources, tmp_path):
    """Small enough for a snapshot of 15 MB, and it has what one looks for."""
    municipality = gpd.read_file(sources / "cbs" / "buurten_maastricht_2024_rd.gpkg", layer="gemeente")
    out = tmp_path / "b.pmtiles"
    report = write_basemap(
        sources / "osm" / "maastricht_2021_full.osm.pbf", municipality, out,
        foreign_streets=sources / "osm" / "lanaken_walk_2026.gpkg",
    )  # fmt: skip
    assert report.size < 4_000_000
    assert all(count > 0 for count in report.features.values())
    assert "Maas" in set(layer(out, "water", 12)["name"])
    assert {"Wyck", "Amby"} <= set(layer(out, "places", 13)["name"])
    assert "Vrijthof" in set(layer(out, "roads", 14)["name"])
