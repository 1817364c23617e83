"""Environments as parts of neighbourhoods, against the definitions postcode by postcode, in towns at random."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trefpunt.categories import load_categories
from trefpunt.metrics.decay import weights
from trefpunt.metrics.living_environment import Mix, People, neighbour_mixes, place_mix
from trefpunt.metrics.mixing import HIGH, LOW
from trefpunt.metrics.one_sidedness import Environment, neighbours, over_categories, places_within_reach
from trefpunt.metrics.places import residents_of
from trefpunt.metrics.setting import Setting
from trefpunt.metrics.share_scenarios import ShareScenarios, UncertaintyParams, share_scenarios
from trefpunt.network.catchments import distances
from trefpunt.network.graph import Network

KINDS = ("primary_school", "library", "playground")
AREAS = list("ABC")


@st.composite
def towns(draw):
    """3–8 postcodes, 0–5 places along one street, some of either off the network; one of three areas may be unknown."""
    count = draw(st.integers(3, 8))
    steps = draw(arrays(float, count - 1, elements=st.integers(1, 1500).map(float)))
    edges = pd.DataFrame({"source": range(count - 1), "target": range(1, count), "length_m": steps})
    nodes = pd.DataFrame({"x": np.r_[0.0, np.cumsum(steps)], "y": 0.0, "in_municipality": True})
    network = Network(nodes, edges)
    off = st.booleans()

    def joined(at, names):
        return pd.Series([pd.NA if draw(off) and draw(off) else one for one in at], index=names, dtype="Int32")

    population = pd.DataFrame(
        {
            "residents": draw(arrays(float, count, elements=st.integers(0, 40).map(lambda n: 5.0 * n))),
            "neighbourhood_code": draw(st.lists(st.sampled_from(AREAS), min_size=count, max_size=count)),
            "walk_node": joined(range(count), [f"P{i}" for i in range(count)]),
        }
    )
    raw = draw(arrays(float, (3, 3), elements=st.integers(1, 20).map(float)))
    shares = raw / raw.sum(axis=1, keepdims=True)
    if draw(st.booleans()):
        shares[2] = np.nan
    neighbourhoods = pd.DataFrame(shares, index=AREAS, columns=["share_low", "share_middle", "share_high"])
    at = draw(st.lists(st.integers(0, count - 1), max_size=5))
    stops = pd.DataFrame(
        {
            "category": [draw(st.sampled_from(KINDS)) for _ in at],
            "walk_node": joined(at, [f"s{i}" for i in range(len(at))]),
        }
    )
    reach = distances(network, stops["walk_node"], population["walk_node"])
    return Setting(
        neighbourhoods.assign(shares_year=2017),
        pd.DataFrame(),
        population,
        stops,
        {"walk": network},
        {"walk": reach, "cycle": reach},
    )


def bound(mix: Mix, scenarios: ShareScenarios, group: int):
    """(B, 3) shares of the environment if all residents of unknown group are of one group."""
    shares = scenarios.point[0].copy()
    shares[-1] = np.eye(3)[group]
    return mix.parts @ np.vstack([shares, shares])


def same(mix: Mix, scenarios: ShareScenarios, expected: Environment) -> None:
    for group, bounds in ((LOW, expected.if_low), (HIGH, expected.if_high)):
        np.testing.assert_allclose(bound(mix, scenarios, group), bounds, atol=1e-12)
    assert (mix.empty == expected.empty).all()
    assert np.allclose(mix.parts[~np.isnan(mix.parts).any(axis=1)].sum(axis=1), 1)


@given(towns(), st.sampled_from([0.5, 1.0, 1.5]))
def test_neighbours_are_as_defined(town, factor):
    scenarios = share_scenarios(town.population, town.neighbourhoods, UncertaintyParams(draws=1))
    residents = residents_of(town.population, town.neighbourhoods)
    node = town.population["walk_node"]
    everywhere = distances(town.networks["walk"], node, node)
    mix = neighbour_mixes(town, [People(scenarios, factor), People(scenarios)])
    same(mix[0], scenarios, neighbours(everywhere, residents, 300.0 * factor))
    same(mix[1], scenarios, neighbours(everywhere, residents))


@given(towns(), st.sampled_from([0.5, 1.0, 1.5]))
def test_places_are_as_defined(town, factor):
    scenarios = share_scenarios(town.population, town.neighbourhoods, UncertaintyParams(draws=1))
    residents = residents_of(town.population, town.neighbourhoods)
    kinds = {name: (town.places["category"] == name).to_numpy() for name in KINDS}
    per_category = []
    for name, rows in kinds.items():
        category = load_categories()[name]
        weight = weights(town.distance[category.mode][rows], category.half_distance_m * factor)
        per_category.append(places_within_reach(weight, residents))
    same(place_mix(town, People(scenarios, factor)), scenarios, over_categories(per_category))
