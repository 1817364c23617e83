"""Boundaries from local servers that answer as PDOK does."""

import geopandas as gpd
import numpy as np
import pytest

from tests.servers.base import changed, status
from tests.servers.live import fetcher, serving
from tests.servers.world import world
from trefpunt.errors import SourceError
from trefpunt.sources.areas import read_areas
from trefpunt.sources.http import FetchError
from trefpunt.sources.municipalities import find_municipality
from trefpunt.sources.pdok import fetch_areas, write_areas

MAASTRICHT = find_municipality("Maastricht")


@pytest.fixture
def server():
    with serving(pdok_page=20) as running:
        yield running


def same(areas, place) -> bool:
    """Codes and names equal, boundaries within 1 m² of symmetric difference a hectare (rounding of degrees)."""
    assert areas.neighbourhoods.index.tolist() == sorted(place.neighbourhoods.index)
    assert areas.neighbourhoods["name"].to_dict() == place.neighbourhoods["name"].to_dict()
    assert areas.neighbourhoods["district_code"].to_dict() == place.neighbourhoods["district_code"].to_dict()
    assert areas.districts["name"].to_dict() == place.districts["name"].to_dict()
    assert areas.municipality["name"].to_dict() == {place.code: place.name}
    there = place.neighbourhoods.geometry.reindex(areas.neighbourhoods.index)
    apart = areas.neighbourhoods.geometry.symmetric_difference(there.set_crs(areas.neighbourhoods.crs)).area
    return bool((apart < 1e-4 * there.area).all())


def test_page_by_page_in_metres_without_waters(server, tmp_path):
    areas = fetch_areas(fetcher(server.url, tmp_path), MAASTRICHT, 2024)
    assert same(areas, world()["0935"]) and areas.neighbourhoods.crs == "EPSG:28992"
    assert server.count("collections/buurten") == 3 and server.count("wfs") == 0  # 44 and a water area, 20 a page


def test_the_feature_service_stands_in(server, tmp_path):
    server.fail("/pdok/", status(404))
    areas = fetch_areas(fetcher(server.url, tmp_path), MAASTRICHT, 2024)
    assert same(areas, world()["0935"]) and server.count("wfs") == 5  # 3 pages, then 1 each


def test_a_year_that_neither_has(server, tmp_path):
    server.fail("/wfs/", status(404))
    with pytest.raises(FetchError) as fault:
        fetch_areas(fetcher(server.url, tmp_path), MAASTRICHT, 2019)
    assert "OGC API" in str(fault.value) and "WFS" in str(fault.value) and "404" in str(fault.value)


def test_written_they_are_read_by_the_reader_of_files(server, tmp_path):
    areas = fetch_areas(fetcher(server.url, tmp_path / "cache"), MAASTRICHT, 2024)
    write_areas(areas, tmp_path / "buurten.gpkg")
    again = read_areas(tmp_path / "buurten.gpkg")
    for one, other in (
        (areas.neighbourhoods, again.neighbourhoods),
        (areas.districts, again.districts),
        (areas.municipality, again.municipality),
    ):
        assert one.drop(columns="geometry").equals(other.drop(columns="geometry"))
        assert gpd.GeoSeries(one.geometry).geom_equals_exact(other.geometry, 1e-6).all()


def test_missing_neighbourhoods_are_noticed(server, tmp_path):
    def without(answer):
        kept = [f for f in answer["features"] if f["properties"].get("buurtcode") != "BU09350000"]
        return answer | {"features": kept, "numberReturned": len(kept)}

    server.fail("collections/buurten", changed(without))
    with pytest.raises(SourceError, match=r"leave \d+\.\d ha of the municipality uncovered"):
        fetch_areas(fetcher(server.url, tmp_path), MAASTRICHT, 2024)


def test_renamed_properties_are_named(server, tmp_path):
    def renamed(answer):
        for feature in answer["features"]:
            feature["properties"]["naam"] = feature["properties"].pop("buurtnaam", None)
        return answer

    server.fail("collections/buurten", changed(renamed))
    with pytest.raises(SourceError, match=r"buurten: .*buurtnaam.*it has .*naam"):
        fetch_areas(fetcher(server.url, tmp_path), MAASTRICHT, 2024)


def test_a_service_that_ignores_the_filter(server, tmp_path):
    """The other municipality's features come along and are left out."""
    server.routes["/pdok"] = lambda request: _unfiltered(request)
    from tests.servers.pdok import ogc

    def _unfiltered(request):
        request.query.pop("gemeentecode", None)
        return ogc()(request)

    areas = fetch_areas(fetcher(server.url, tmp_path), MAASTRICHT, 2024)
    assert same(areas, world()["0935"])


def test_a_ring_that_touches_itself_is_mended(server, tmp_path):
    def touching(answer):
        for feature in answer["features"]:
            rings = feature["geometry"]["coordinates"][0]
            rings[0] = [*rings[0], rings[0][0]]  # a double closing point: valid, and mended or kept as it is
            # A spike without area makes the ring invalid.
            tip = (np.array(rings[0][1]) + 0.0001).tolist()
            rings[0] = [*rings[0][:2], tip, *rings[0][1:]]
        return answer

    server.fail("gemeenten", changed(touching))
    assert same(fetch_areas(fetcher(server.url, tmp_path), MAASTRICHT, 2024), world()["0935"])
