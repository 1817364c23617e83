"""What every scenario must obey."""

import json

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.test_scenarios import CATEGORIES, CITY, CODE, SIDE, STEP, degrees, rebuilt
from trefpunt.metrics.setting import MODES
from trefpunt.scenarios import Add, Close, Move, Scenario, apply, check, compare, parse, records, to_json

IDS = list(CITY.setting.places.index)
WIDTH = (SIDE - 1) * STEP
METRES = st.floats(1, WIDTH - 1, allow_subnormal=False)
# Not in the pond, which is 60 m around the middle of a block.
POINTS = st.tuples(METRES, METRES).filter(lambda p: np.hypot(p[0] - 3.5 * STEP, p[1] - 3.5 * STEP) > 61)
TEXTS = st.none() | st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=80)


@st.composite
def scenarios(draw):
    """Up to three places added, three closed and three moved."""
    order = draw(st.permutations(IDS))
    closed = order[: draw(st.integers(0, 3))]
    moved = order[3 : 3 + draw(st.integers(0, 3))]
    changes = [Close(place) for place in closed] + [Move(place, *degrees(*draw(POINTS))) for place in moved]
    for number in range(draw(st.integers(0, 3))):
        category = draw(st.sampled_from([*CATEGORIES, "park"]))
        changes.append(Add(f"new{number}", category, *degrees(*draw(POINTS)), draw(TEXTS)))
    return Scenario(CODE, tuple(draw(st.permutations(changes))), draw(TEXTS))


def outcome(scenario, minutes=10):
    return compare(CITY.setting, apply(CITY.setting, scenario), minutes, CATEGORIES)


def answer(scenario):
    return json.dumps(records(Scenario(CODE), outcome(scenario)), allow_nan=False)


def differences(found):
    columns = [found.city["difference"], found.places["difference"], found.pairs["difference"]]
    columns += [
        found.neighbourhoods[c]
        for c in ("within_difference", "minutes_difference", "gained", "lost", "nearer", "farther")
    ]
    return pd.concat(columns).dropna().astype(float)


def all_zero(found):
    """Not nearly: the bits of 0.0."""
    values = differences(found).to_numpy()
    return len(values) > 0 and (values == 0).all() and found.place_facts.empty and found.pairs.empty


@given(TEXTS, st.floats(1, 60))
def test_the_empty_scenario_changes_nothing(title, minutes):
    assert all_zero(outcome(Scenario(CODE, (), title), minutes))
    assert apply(CITY.setting, Scenario(CODE)) is CITY.setting


@given(scenarios(), POINTS, st.sampled_from(CATEGORIES))
def test_added_and_closed_again_is_as_if_never_there(scenario, point, category):
    pair = (Add("gone", category, *degrees(*point)), Close("gone"))
    assert all_zero(outcome(Scenario(CODE, pair)))
    assert all_zero(outcome(Scenario(CODE, pair[::-1])))
    assert answer(Scenario(CODE, (pair[1], *scenario.changes, pair[0]))) == answer(scenario)


@given(scenarios(), st.randoms(use_true_random=False))
def test_the_order_of_changes_does_not_matter(scenario, random):
    changes = list(scenario.changes)
    random.shuffle(changes)
    other = Scenario(CODE, tuple(changes))
    one, two = apply(CITY.setting, scenario), apply(CITY.setting, other)
    pd.testing.assert_frame_equal(one.places, two.places)
    for mode in MODES:
        assert one.distance[mode].tobytes() == two.distance[mode].tobytes()
    assert answer(scenario) == answer(other)


@given(st.sampled_from(CATEGORIES), scenarios())
@settings(max_examples=40)
def test_closing_all_of_a_category_leaves_nobody_served(category, scenario):
    places = CITY.setting.places
    ids = list(places.index[places["category"] == category])
    rest = [c for c in scenario.changes if c.subject not in ids and getattr(c, "category", None) != category]
    found = outcome(Scenario(CODE, (*map(Close, ids), *rest)))
    city = found.city.xs(category, level="category")
    assert category in found.emptied
    assert city.loc["places", "after"] == 0 and city.loc["residents_served", "after"] == 0
    assert city.loc["residents_within", "after"] == 0
    for figure in ("access_low", "access_high", "bridge", "encounter"):
        assert np.isnan(city.loc[figure, "after"]) and np.isnan(city.loc[figure, "difference"])
    for place in ids:
        assert np.isnan(found.places.loc[(place, "mixing"), "after"])
        assert np.isnan(found.places.loc[(place, "bridge"), "after"])
    table = found.neighbourhoods.xs(category, level="category")
    assert (table["within_after"] == 0).all() and table["minutes_after"].isna().all()
    assert (table["lost"] == table["within_before"]).all() and found.winners(category) == []


@given(scenarios())
@settings(max_examples=60)
def test_it_equals_a_setting_made_from_scratch(scenario):
    after = apply(CITY.setting, check(scenario, CITY))
    places, metres = rebuilt(CITY.setting, scenario)
    assert set(after.places.index) == set(places.index)
    rows = places.index.get_indexer(after.places.index)
    assert list(after.places["category"]) == list(places["category"].iloc[rows])
    for mode in MODES:
        np.testing.assert_allclose(after.distance[mode], metres[mode][rows], rtol=0, atol=1e-6)


@given(scenarios(), st.floats(1, 40))
def test_the_parts_add_up(scenario, minutes):
    found = outcome(scenario, minutes)
    for category in found.categories:
        table, city = found.neighbourhoods.xs(category, level="category"), found.city.xs(category, level="category")
        for side in ("before", "after"):
            assert table[f"within_{side}"].sum() == city.loc["residents_within", side]
        np.testing.assert_array_equal(table["within_difference"], table["gained"] - table["lost"])
        assert (table["nearer"] + table["farther"] <= table["residents"]).all()
        both = city.loc["residents_served"] + city.loc["residents_unserved"]
        assert both["before"] == both["after"]
        named = set(found.winners(category)) | set(found.losers(category))
        assert named <= set(table["name"])
    inside = (found.city["lower"] <= found.city["difference"]) & (found.city["difference"] <= found.city["upper"])
    assert inside[found.city["lower"].notna()].all()


@given(scenarios())
def test_and_back_again(scenario):
    """After minus before, turned round, is minus that; what is added is then closed."""
    after = apply(CITY.setting, scenario)
    there, back = compare(CITY.setting, after, 10, CATEGORIES), compare(after, CITY.setting, 10, CATEGORIES)
    pd.testing.assert_series_equal(there.city["difference"], -back.city["difference"], atol=0, rtol=0)
    pd.testing.assert_series_equal(there.pairs["difference"], -back.pairs["difference"])
    for category in there.categories:
        assert there.winners(category) == back.losers(category)


@given(scenarios())
def test_what_is_written_is_read_the_same(scenario):
    assert parse(to_json(scenario)) == scenario
    assert parse(to_json(scenario, indent=1).encode()) == scenario
