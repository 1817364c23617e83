"""Cuts out of a country: each holds what a cut of the whole file holds, whoever else is cut at the same time."""

import pytest

from trefpunt.errors import SourceError
from trefpunt.sources import osm_split
from trefpunt.sources.osm_extract import cut_extract, timestamp_of_file
from trefpunt.sources.osm_split import split_extract
from trefpunt.sources.overpass import write_extract

STAMP = "2026-01-15T14:11:09Z"
# Two squares side by side with a gap, and one that holds nothing.
BOUNDS = {"WEST": (5.60, 50.80, 5.64, 50.84), "EAST": (5.66, 50.80, 5.70, 50.84), "BOTH": (5.60, 50.80, 5.70, 50.84)}


def node(number, lon, lat, **tags):
    return {"type": "node", "id": number, "lon": lon, "lat": lat, "tags": tags}


def way(number, nodes, **tags):
    return {"type": "way", "id": number, "nodes": nodes, "tags": tags}


def polygon(number, ways, **tags):
    members = [{"type": "way", "ref": one, "role": "outer"} for one in ways]
    return {"type": "relation", "id": number, "members": members, "tags": {"type": "multipolygon"} | tags}


ELEMENTS = [
    node(1, 5.61, 50.81, amenity="cafe"),
    node(2, 5.62, 50.82),
    node(3, 5.65, 50.82),  # in the gap
    node(4, 5.67, 50.82),
    node(5, 5.69, 50.81, amenity="library"),
    node(6, 5.75, 50.81),  # beyond all
    node(7, 5.75, 50.83),
    node(8, 6.50, 52.00, amenity="cafe"),
    way(10, [1, 2], highway="residential"),
    way(11, [2, 3, 4], highway="residential"),  # from the one to the other through the gap
    way(12, [5, 6], highway="residential"),  # out of the east
    way(13, [6, 7]),  # beyond all, but of a polygon of the east
    way(14, [7, 5]),
    way(15, [6, 7, 8], highway="residential"),  # of nobody
    polygon(20, [12, 13, 14], leisure="park"),
    polygon(21, [15], landuse="forest"),
    {"type": "relation", "id": 22, "members": [{"type": "way", "ref": 10, "role": ""}], "tags": {"type": "route"}},
]
# By hand: all nodes within, all ways that touch, all nodes of these; multipolygons whole. Routes are not taken.
EXPECTED = {
    "WEST": {"n1", "n2", "n3", "n4", "w10", "w11"},
    "EAST": {"n2", "n3", "n4", "n5", "n6", "n7", "w11", "w12", "w13", "w14", "r20"},
    "BOTH": {"n1", "n2", "n3", "n4", "n5", "n6", "n7", "w10", "w11", "w12", "w13", "w14", "r20"},
}


@pytest.fixture
def whole(tmp_path):
    path = tmp_path / "whole.osm.pbf"
    write_extract(ELEMENTS, path, STAMP)
    return path


def contents(path):
    import osmium

    kinds = {"n": 0, "w": 0, "r": 0}
    order = []
    for item in osmium.FileProcessor(str(path)):
        order.append(f"{item.type_str()}{item.id}")
        kinds[item.type_str()] += 1
    assert len(set(order)) == len(order)
    assert order == sorted(order, key=lambda one: ("nwr".index(one[0]), int(one[1:])))
    return set(order)


@pytest.mark.parametrize("in_memory", [1 << 28, 0], ids=["places in memory", "places in a file"])
def test_a_cut_holds_what_belongs_to_it(whole, tmp_path, monkeypatch, in_memory):
    monkeypatch.setattr(osm_split, "IN_MEMORY_BYTES", in_memory)
    parts = split_extract(whole, BOUNDS, tmp_path / "cuts")
    assert {name: contents(part.path) for name, part in parts.items()} == EXPECTED
    for name, part in parts.items():
        assert part.path.name == whole.name and timestamp_of_file(part.path) == STAMP
        cut_extract(whole, BOUNDS[name], tmp_path / "a.osm.pbf")
        cut_extract(part.path, BOUNDS[name], tmp_path / "b.osm.pbf")
        assert (tmp_path / "a.osm.pbf").read_bytes() == (tmp_path / "b.osm.pbf").read_bytes()


@pytest.mark.sources
def test_cuts_of_a_real_city_are_those_of_the_whole_file(sources, tmp_path):
    """Three overlapping frames of Maastricht with all its buildings, water and multipolygons."""
    import osmium

    dated = tmp_path / "city.osm.pbf"
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", STAMP)
    with osmium.SimpleWriter(str(dated), header=header) as writer:
        for item in osmium.FileProcessor(str(sources / "osm" / "maastricht_2021_core.osm.pbf")):
            writer.add(item)
    frames = {f"F{a}": (5.65 + 0.03 * a, 50.83, 5.69 + 0.03 * a, 50.86) for a in range(3)}
    parts = split_extract(dated, frames, tmp_path / "cuts")
    for name, frame in frames.items():
        cut_extract(dated, frame, tmp_path / "a.osm.pbf")
        cut_extract(parts[name].path, frame, tmp_path / "b.osm.pbf")
        assert (tmp_path / "a.osm.pbf").read_bytes() == (tmp_path / "b.osm.pbf").read_bytes()


def test_what_is_there_is_used_again_and_what_is_damaged_made_anew(whole, tmp_path):
    said = []
    first = split_extract(whole, {"WEST": BOUNDS["WEST"]}, tmp_path / "cuts", said.append)
    assert "writing the cuts" in said
    said.clear()
    assert split_extract(whole, {"WEST": BOUNDS["WEST"]}, tmp_path / "cuts", said.append) == first
    assert "writing the cuts" not in said
    more = split_extract(whole, BOUNDS, tmp_path / "cuts", said.append)
    assert more["WEST"] == first["WEST"] and "writing the cuts" in said
    good = first["WEST"].path.read_bytes()
    first["WEST"].path.write_bytes(good[:-10])
    assert split_extract(whole, BOUNDS, tmp_path / "cuts") == more
    assert first["WEST"].path.read_bytes() == good
    assert not list((tmp_path / "cuts").rglob(".part-*"))


def test_nothing_within_the_bounds_is_an_empty_cut(whole, tmp_path):
    parts = split_extract(whole, {"SEA": (3.0, 53.0, 3.1, 53.1)}, tmp_path / "cuts")
    assert contents(parts["SEA"].path) == set()


def test_files_that_cannot_be_cut(whole, tmp_path):
    import osmium

    with pytest.raises(SourceError, match="not there"):
        split_extract(tmp_path / "x.osm.pbf", BOUNDS, tmp_path / "cuts")
    (tmp_path / "no.osm.pbf").write_bytes(b"no extract at all")
    with pytest.raises(SourceError, match="cannot be read"):
        split_extract(tmp_path / "no.osm.pbf", BOUNDS, tmp_path / "cuts")
    with osmium.SimpleWriter(str(tmp_path / "undated.osm.pbf")) as writer:
        writer.add_node(osmium.osm.mutable.Node(id=1, location=(5.61, 50.81)))
    with pytest.raises(SourceError, match="of when"):
        split_extract(tmp_path / "undated.osm.pbf", BOUNDS, tmp_path / "cuts")
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", STAMP)
    with osmium.SimpleWriter(str(tmp_path / "mixed.osm.pbf"), header=header) as writer:
        for number in (2, 1):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(5.61, 50.81)))
    with pytest.raises(SourceError, match="not ordered"):
        split_extract(tmp_path / "mixed.osm.pbf", BOUNDS, tmp_path / "cuts")
    half = whole.read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(half[: len(half) // 2])
    with pytest.raises(SourceError, match="cannot be"):
        split_extract(tmp_path / "half.osm.pbf", BOUNDS, tmp_path / "cuts")
    assert not list((tmp_path / "cuts").rglob("*.pbf"))
