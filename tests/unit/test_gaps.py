"""Blank spots: residents without a place, what bridges, and the places whose closing would cost most."""

import numpy as np
import pandas as pd
import pytest

from tests.unit.test_scenarios import CITY
from trefpunt import queries
from trefpunt.categories import load_categories
from trefpunt.errors import TrefpuntError, UnknownCodeError
from trefpunt.metrics.places import measure, residents_of
from trefpunt.scenarios.figures import category_figures
from trefpunt.suggest import by_group, municipal_pairs, precious_places, unserved


def test_residents_without_a_place():
    minutes, categories = 5, ("library", "community_centre")
    setting = CITY.setting
    found = unserved(setting, minutes, categories)
    residents = residents_of(setting.population, setting.neighbourhoods)
    chance = 2 * residents.city_shares[0] * residents.city_shares[2]
    assert found.pairs == pytest.approx(100 * chance) == municipal_pairs(setting)
    any_place, bridging = (np.zeros(len(setting.population), dtype=bool) for _ in range(2))
    for category in categories:
        kind = load_categories()[category]
        rows = (setting.places["category"] == category).to_numpy()
        metres = setting.distance[kind.mode][rows]
        limit = minutes * {"walk": 75, "cycle": 250}[kind.mode]
        measured = measure(
            metres, np.full(rows.sum(), kind.half_distance_m), residents, limit, setting.places.index[rows]
        )
        near = metres <= limit
        any_place |= near.any(axis=0)
        bridging |= near[(measured["encounter"] >= chance).to_numpy()].any(axis=0)
        listed = found.bridging[found.bridging["category"] == category]
        assert (listed["pairs"] / 100).tolist() == pytest.approx(measured["encounter"].tolist(), nan_ok=True)
        area = setting.population["neighbourhood_code"]
        on = setting.population[f"{kind.mode}_node"].notna().to_numpy()
        expected = pd.Series(residents.count * (on & ~near.any(axis=0)), index=area.to_numpy()).groupby(level=0).sum()
        got = found.neighbourhoods[f"without_{category}"]
        assert got.to_dict() == pytest.approx(expected.reindex(got.index, fill_value=0).to_dict())
    off = setting.population["walk_node"].isna().to_numpy()
    assert found.city["without_any"] == pytest.approx(residents.count[~any_place & ~off].sum())
    assert found.city["without_bridging"] == pytest.approx(residents.count[~bridging & ~off].sum())
    assert found.city["unknown"] == residents.count[off].sum() > 0
    table = found.neighbourhoods
    assert list(table["name"]) == ["Alm", "noord", "Zuid"]
    assert (table["without_any"] <= table["without_bridging_lower"]).all()
    assert (table["without_bridging_lower"] <= table["without_bridging"]).all()
    assert (table["without_bridging"] <= table["without_bridging_upper"]).all()
    groups = by_group(found, setting)
    assert groups.loc["BU00010002"].isna().all()
    assert groups.loc["BU00010000"].sum() == pytest.approx(table["without_any"]["BU00010000"])


def test_what_bridges_depends_on_the_line():
    everything, nothing = (unserved(CITY.setting, 5, ("library",), pairs) for pairs in (0, 50))
    measured = everything.bridging["pairs"].notna()
    assert everything.bridging["bridges_surely"].equals(measured.rename("bridges_surely"))
    assert not nothing.bridging["bridges_possibly"].any()
    assert (everything.neighbourhoods["without_bridging"] == everything.neighbourhoods["without_any"]).all()
    assert nothing.city["without_bridging"] == nothing.city["residents"] - nothing.city["unknown"]
    on_foot = unserved(CITY.setting, 5, ("library",), mode="walk")
    assert on_foot.city["without_library"] >= unserved(CITY.setting, 5, ("library",)).city["without_library"]


def test_gaps_that_make_no_sense():
    with pytest.raises(TrefpuntError, match="no categories asked for"):
        unserved(CITY.setting, 5, ())
    for pairs in (-1, 51, float("nan")):
        with pytest.raises(TrefpuntError, match="at most 50"):
            unserved(CITY.setting, 5, pairs=pairs)
    with pytest.raises(UnknownCodeError):
        unserved(CITY.setting, 5, ["castle"])
    with pytest.raises(TrefpuntError, match="travel mode"):
        unserved(CITY.setting, 5, mode="swim")


def test_precious_places(bundled):
    table = precious_places(bundled, 8)
    losses = queries.closing(bundled)["bridge_loss"]
    assert table["bridge_loss"].tolist() == sorted(losses.dropna(), reverse=True)[:8]
    assert (table["bridge_loss_lower"] <= table["bridge_loss"]).all() and table["loss_sure"].all()
    # A place's loss as a part of what its category has, and how many stay.
    access = {kind: category_figures(queries.setting(bundled), kind).city for kind in set(table["category"])}
    assert table["part_of_bridge"].tolist() == pytest.approx(
        [row.bridge_loss / access[row.category]["bridge"] for row in table.itertuples()]
    )
    assert table["others"].tolist() == [access[kind]["places"] - 1 for kind in table["category"]]
    one = precious_places(bundled, 5, "encounter_loss", "community_centre")
    assert set(one["category"]) == {"community_centre"} and one["encounter_loss"].is_monotonic_decreasing
    assert (one["encounter_loss"] > 0).all()
    for values, fault in (({"by": "fame"}, "no loss"), ({"n": 0}, "0 places")):
        with pytest.raises(TrefpuntError, match=fault):
            precious_places(bundled, **values)
    with pytest.raises(UnknownCodeError):
        precious_places(bundled, category="castle")
