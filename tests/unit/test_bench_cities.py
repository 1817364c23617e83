"""Cities to time: tiling keeps density, connects, and copies what is there; measures by block are the measures."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csgraph

from trefpunt.bench.cities import LINKS, City, city_of, grid_shape, tiled
from trefpunt.bench.scale import MINUTES, Size, country, growth, measures_by_block
from trefpunt.metrics.places import Residents, measure, minutes_to_metres
from trefpunt.network.catchments import distances
from trefpunt.network.graph import Network


def small():
    """A ladder of 2 × 4 nodes, 100 m apart; two places, three postcodes."""
    xy = np.array([(100.0 * i, 100.0 * j) for j in range(2) for i in range(4)])
    edges = [(i, i + 1) for i in (0, 1, 2, 4, 5, 6)] + [(i, i + 4) for i in range(4)]
    table = pd.DataFrame(edges, columns=["source", "target"]).assign(length_m=100.0)
    nodes = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "in_municipality": True})
    people = Residents(np.array([10.0, 20.0, 30.0]), np.array([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [np.nan] * 3]))
    return City(Network(nodes, table), pd.Series([0, 6]), pd.Series([1, 5, 7]), np.array([100.0, 50.0]), people)


@pytest.mark.parametrize(("tiles", "shape"), [(1, (1, 1)), (4, (2, 2)), (7, (1, 7)), (10, (2, 5)), (100, (10, 10))])
def test_grids_are_full_and_as_square_as_can_be(tiles, shape):
    assert grid_shape(tiles) == shape


def test_one_tile_is_the_city_itself():
    city, one = small(), tiled(small(), 1)
    pd.testing.assert_frame_equal(one.network.nodes, city.network.nodes, check_names=False)
    pd.testing.assert_frame_equal(one.network.edges, city.network.edges)
    assert one.sources.tolist() == city.sources.tolist() and one.targets.tolist() == city.targets.tolist()


@pytest.mark.parametrize("tiles", [2, 4, 6])
def test_tiles_are_copies_joined_into_one_network(tiles):
    city, many = small(), tiled(small(), tiles)
    rows, columns = grid_shape(tiles)
    borders = rows * (columns - 1) + columns * (rows - 1)
    added = len(many.network.edges) - tiles * len(city.network.edges)
    assert borders <= added <= LINKS * borders
    assert csgraph.connected_components(many.network.matrix, directed=False)[0] == 1
    assert len(many.network.nodes) == tiles * 8 and len(many.places) == tiles * 2 and len(many.postcodes) == tiles * 3
    assert many.residents.count.sum() == tiles * 60
    np.testing.assert_allclose(many.residents.city_shares, city.residents.city_shares)
    edges = many.network.edges
    assert (edges["source"] < edges["target"]).all() and not edges.duplicated(["source", "target"]).any()
    assert (edges["length_m"] > 0).all()


def test_density_is_that_of_the_city_and_tiles_do_not_overlap(bundled):
    city = city_of(bundled, "walk")
    many = tiled(city, 4)
    xy, wide = city.network.nodes[["x", "y"]].to_numpy(), many.network.nodes[["x", "y"]].to_numpy()
    area, larger = np.prod(np.ptp(xy, axis=0)), np.prod(np.ptp(wide, axis=0))
    # Between two tiles there is 1 m: 4 tiles in a square are (2 w + 1)(2 h + 1) large.
    width, height = np.ptp(xy, axis=0)
    assert larger == pytest.approx((2 * width + 1) * (2 * height + 1))
    assert larger / area == pytest.approx(4, rel=1e-3)
    n = len(xy)
    np.testing.assert_allclose(wide[n : 2 * n] - wide[:n], np.broadcast_to([width + 1, 0], (n, 2)), atol=1e-6)
    assert wide[:n, 0].max() < wide[n : 2 * n, 0].min()
    assert csgraph.connected_components(many.network.matrix, directed=False)[0] == 1


@pytest.mark.parametrize("mode", ["walk", "cycle"])
def test_measures_by_block_are_the_measures(bundled, mode):
    city = city_of(bundled, mode)
    got, spent = measures_by_block(city, mode)
    cut = distances(city.network, city.places, city.postcodes, city.cutoff_m)
    limit = minutes_to_metres(MINUTES, mode)
    wanted = measure(cut, city.half_distance_m, city.residents, limit, city.places.index)
    pd.testing.assert_frame_equal(got, wanted[list(got)], rtol=1e-9)
    assert spent["pairs"] == np.isfinite(cut).sum()


def test_growth_of_a_power_law_is_its_exponent():
    places = [10, 100, 1000]
    fit = growth(places, [3.0 * n**1.2 for n in places])
    assert fit.exponent == pytest.approx(1.2) and fit.seconds(10_000) == pytest.approx(3.0 * 10_000**1.2)
    assert growth([10], [1.0]) is None and growth([10, 10], [1.0, 2.0]) is None


def test_the_country_is_reckoned_in_proportion():
    """Time 0.01 s a place, memory 100 MiB + 0.1 a place, 10 postcodes a place: 46,000 places, 460 s, 4,700 MiB."""
    sizes = [Size(n, 10 * n, 100 * n, 0, 0, 0.09 * n, 0.01 * n, 0.1 * n, 1, 100.0 + n) for n in (1, 10, 100)]
    whole = country(sizes)
    assert (whole.places, whole.postcodes) == (46_000, 460_000)
    assert whole.seconds == pytest.approx(460) and whole.peak_mib == pytest.approx(4_700)
    assert country(sizes[:1]) is None
