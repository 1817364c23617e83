"""One place added or moved gives what a city measured anew gives."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from trefpunt import queries
from trefpunt.bench.measures import nearest_node, one_place
from trefpunt.categories import load_categories
from trefpunt.metrics.bridging import bridging_index
from trefpunt.metrics.closing import category_access
from trefpunt.metrics.decay import weights
from trefpunt.metrics.nearest import nearest_place
from trefpunt.metrics.places import measure
from trefpunt.network.catchments import distances


@pytest.fixture(scope="module")
def setting(bundled):
    return queries.setting(bundled)


def anew(setting, category, node, instead_of=None):
    """The category of another city, with its place added or moved in the tables and all distances computed again."""
    kind = load_categories()[category]
    column = f"{kind.mode}_node"
    places = pd.DataFrame(setting.places)[setting.places["category"] == category].drop(columns="geometry")
    if instead_of is None:
        places = pd.concat([places, places.iloc[[0]].rename(index={places.index[0]: "new"})])
    places.loc[instead_of or "new", column] = node
    metres = distances(setting.networks[kind.mode], places[column], setting.population[column])
    half = np.full(len(places), kind.half_distance_m)
    table = measure(metres, half, setting.residents, 15 * {"walk": 75, "cycle": 250}[kind.mode], places.index)
    index = bridging_index(setting.residents.by_group, nearest_place(metres))
    return table.loc[[instead_of or "new"]], category_access(weights(metres, half[:, None]), setting.residents), index


@pytest.mark.parametrize("category", ["library", "sports", "supermarket"])
@pytest.mark.parametrize("moves", [False, True])
def test_one_place_is_what_the_city_measured_anew_says(setting, category, moves):
    ids = setting.places.index[setting.places["category"] == category]
    instead_of = ids[-1] if moves else None
    # Where somebody lives: far from everybody a new place would change nothing.
    column = f"{load_categories()[category].mode}_node"
    node = int(setting.population[column].dropna().iloc[1000])
    got = one_place(setting, category, node, instead_of)
    table, access, index = anew(setting, category, node, instead_of)
    pd.testing.assert_frame_equal(got.place, table, rtol=1e-9, check_names=False)
    for name in ("places", "bridge", "encounter", "access_low", "access_high", "residents_unserved"):
        assert getattr(got.after, name) == pytest.approx(getattr(access, name), rel=1e-9), name
    assert got.index_after == pytest.approx(index, rel=1e-9)
    assert got.before.places == len(ids) and got.after.places == len(ids) + (not moves)
    assert got.after.encounter != got.before.encounter


def test_a_place_moved_to_where_it_is_changes_nothing(setting):
    place_id = setting.places.index[setting.places["category"] == "library"][0]
    got = one_place(setting, "library", int(setting.places.loc[place_id, "cycle_node"]), place_id)
    for name, before in vars(got.before).items():
        assert getattr(got.after, name) == pytest.approx(before, rel=1e-9), name
    assert got.index_after == pytest.approx(got.index_before, rel=1e-9)


def test_nearest_node(setting):
    network = setting.networks["walk"]
    far = replace(setting, networks={"walk": network})
    x, y = network.nodes[["x", "y"]].iloc[77]
    assert nearest_node(far, "walk", x + 0.001, y) == 77
