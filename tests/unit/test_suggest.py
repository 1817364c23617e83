"""Blank spots and best spots: the worked example, brute force, exhaustive search, and what must be refused."""

import itertools
import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from tests.unit.test_cli import run
from tests.unit.test_method_examples import NUMBER, agrees, labelled, section, tables
from tests.unit.test_scenarios import CITY, ORIGIN, make_city
from trefpunt import queries
from trefpunt.categories import CUTOFF_HALF_DISTANCES, load_categories
from trefpunt.crs import RD
from trefpunt.errors import TrefpuntError, UnknownCodeError
from trefpunt.metrics.closing import category_access
from trefpunt.metrics.decay import weights
from trefpunt.metrics.places import residents_of
from trefpunt.metrics.setting import MODES, Setting
from trefpunt.metrics.share_scenarios import interval, share_scenarios
from trefpunt.network.catchments import distances
from trefpunt.network.graph import Network
from trefpunt.scenarios import Add, Ground, Scenario, apply, ground_of
from trefpunt.scenarios.figures import category_figures
from trefpunt.suggest import (
    APART_M,
    CLUBS,
    KINDS,
    CancelledError,
    Request,
    Watch,
    choosing,
    covering,
    evaluating,
    gap_records,
    gap_remarks,
    gap_sheets,
    hexagons,
    records,
    remarks,
    sheets,
    spots,
    suggest,
    surface,
    typical_bridge,
    unserved,
)
from trefpunt.suggest.candidates import candidates_of, thinned
from trefpunt.suggest.demand import demand_of, loading
from trefpunt.suggest.describing import intervals

NO_STREETS = pd.DataFrame({"name": [], "lon": [], "lat": []})
WALKED = ("supermarket", "community_centre")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    """Nothing that an earlier run computed may answer here."""
    monkeypatch.setenv("TREFPUNT_CACHE", str(tmp_path))


def row_city(weight_at=3):
    """The worked example of docs/method.md: four junctions in a row, 600 m apart; the only place is at the fourth."""
    nodes = pd.DataFrame(
        {"x": ORIGIN[0] + 600.0 * np.arange(4), "y": ORIGIN[1], "in_municipality": True},
        index=pd.RangeIndex(4, name="node"),
    )
    edges = pd.DataFrame({"source": [0, 1, 2], "target": [1, 2, 3], "length_m": 600.0})
    network = Network(nodes, edges.astype({"source": "int32", "target": "int32"}))
    shares = {"share_low": [0.6, 0.2], "share_middle": [0.3, 0.4], "share_high": [0.1, 0.4]}
    boxes = [
        shapely.box(ORIGIN[0] + a, ORIGIN[1] - 99, ORIGIN[0] + b, ORIGIN[1] + 99) for a, b in ((-9, 900), (900, 1900))
    ]
    areas = gpd.GeoDataFrame(
        {"name": ["West", "Oost"], **shares, "shares_year": pd.array([2017, 2017], dtype="Int16")},
        geometry=boxes,
        crs=RD,
        index=pd.Index(["BU00010000", "BU00010001"], name="code"),
    )
    at = pd.array([0, 2], dtype="Int32")
    people = gpd.GeoDataFrame(
        {"residents": [100.0, 100.0], "neighbourhood_code": areas.index, "walk_node": at, "cycle_node": at},
        geometry=gpd.points_from_xy(*nodes.loc[[0, 2], ["x", "y"]].to_numpy().T, crs=RD),
        index=pd.Index(["6200AA", "6200AB"], name="pc6"),
    )
    there = pd.array([weight_at], dtype="Int32")
    places = gpd.GeoDataFrame(
        {"name": ["Huis"], "category": ["community_centre"], "walk_node": there, "cycle_node": there},
        geometry=gpd.points_from_xy([nodes["x"][weight_at]], [ORIGIN[1]], crs=RD),
        index=pd.Index(["n10"], name="place_id"),
    )
    metres = {mode: distances(network, places["walk_node"], people["walk_node"]) for mode in MODES}
    setting = Setting(areas, areas, people, places, dict.fromkeys(MODES, network), metres)
    return Ground("GM0001", "Row", setting, gpd.GeoDataFrame({"name": []}, geometry=[], crs=RD))


ROW = row_city()


@pytest.fixture(scope="module")
def said():
    return labelled(tables(section("Worked example of blank spots and the best spot"))[0])


def last(text, label):
    """The outcome of the sum that follows the last 'label …' of a text."""
    return re.findall(rf"{label} [^;]*?({NUMBER})(?:;|$)", text)[-1]


def test_worked_example_of_a_place_there(said):
    demand = demand_of(ROW.setting, "community_centre", 8)
    assert agrees(last(said["access now"], "low"), demand.now.access_low)
    assert agrees(last(said["access now"], "high"), demand.now.access_high)
    found = surface(ROW, "community_centre", 8)
    for node in (0, 1, 2):
        cell = said[f"a place at {node + 1}"]
        for name, column in (("low", "gain_low"), ("high", "gain_high"), ("gain", "gain")):
            assert agrees(last(cell, name), found[column][node]), (node, name)
    # The fourth has a place already.
    assert found.loc[3, ["gain_low", "gain_high", "gain", "bridge_gain"]].tolist() == [0, 0, 0, 0]
    now, one, three = (float(n) for n in re.findall(r"(?:now|= ) ?([\d.]+)(?:;|$)", said["bridge of the category"]))
    assert found["bridge_gain"][[0, 2]].tolist() == pytest.approx([one - now, three - now])
    assert found.loc[1, ["reach_low", "reach_middle", "reach_high"]].tolist() == pytest.approx([40, 35, 25])
    assert (found["bridge"][1], found["encounter"][1]) == pytest.approx((0.5, 0.2))
    assert found["within_low"].tolist() == [60, 60, 0, 0] and found["within_high"].tolist() == [10, 10, 0, 0]
    assert found["within"].tolist() == pytest.approx([0.2, 0.2, 0, 0])
    assert found["nearest_minutes"].tolist() == [24, 16, 8, 0]
    # The place at 4 has bridge min(17.5/80, 21.25/50) = 0.21875, which all reach that are more than 8 minutes off.
    assert found.attrs["typical_bridge"] == pytest.approx(0.21875)
    assert found["blank"].tolist() == [True, True, False, False]


def test_worked_example_of_the_best(said):
    one = suggest(ROW, Request("community_centre", minutes=8), NO_STREETS)
    assert one.spots["node"].tolist() == [2] and one.value == pytest.approx(0.21875) and one.gap == 0
    assert one.after.bridge == pytest.approx(0.4375) and one.before.bridge == pytest.approx(0.21875)
    two = suggest(ROW, Request("community_centre", 2, minutes=8), NO_STREETS)
    assert sorted(two.spots["node"]) == [0, 2] and two.value == pytest.approx(0.575) and two.gap <= 2e-6
    cell = said["two places"].split("1 and 3:")[1].split("2 and 3:")[0].rstrip("; ")
    assert agrees(last(cell, "low"), two.together["gain_low"])
    assert agrees(last(cell, "high"), two.together["gain_high"])
    # Each spot beside the other: at the first postcode 3 alone has weight ¼, so 1 adds ¾; at the third 3 adds ½.
    assert two.spots["gain_low"].tolist() == pytest.approx([60 * 3 / 4 / 80, 20 / 2 / 80])


def brute(setting, category, node, minutes):
    """What a place at a node adds, by the measures of categories with and without it and plain Dijkstra."""
    kind, residents = load_categories()[category], residents_of(setting.population, setting.neighbourhoods)
    network, at = setting.networks[kind.mode], setting.population[f"{kind.mode}_node"]
    row = np.full(len(at), np.nan)
    row[at.notna()] = csgraph.dijkstra(network.matrix, indices=node)[at.dropna().to_numpy(dtype=int)]
    there = setting.distance[kind.mode][(setting.places["category"] == category).to_numpy()]
    now = category_access(weights(there, kind.half_distance_m), residents)
    then = category_access(weights(np.vstack([there, row]), kind.half_distance_m), residents)
    nearest = np.where(np.isnan(there), np.inf, there).min(axis=0)
    limit = minutes * {"walk": 75, "cycle": 250}[kind.mode]
    within = residents.count[(row <= limit) & (nearest > limit)].sum()
    return {
        "gain_low": then.access_low - now.access_low,
        "gain_middle": then.access_middle - now.access_middle,
        "gain_high": then.access_high - now.access_high,
        "bridge_gain": then.bridge - now.bridge,
        "within_residents": within,
    }


@pytest.mark.parametrize("category", [*WALKED, "library"])
def test_every_candidate_is_as_with_and_without(category):
    found = surface(CITY, category, 5)
    inside = CITY.setting.networks["walk"].nodes["in_municipality"]
    assert list(found.index) == list(np.flatnonzero(inside))
    for node, row in found.iterrows():
        expected = brute(CITY.setting, category, node, 5)
        assert row[list(expected)].tolist() == pytest.approx(list(expected.values()), abs=1e-12), node


@pytest.mark.parametrize("seed", range(4))
def test_the_best_single_spot_is_that_of_brute_force(seed):
    city = make_city(seed)
    for category in WALKED:
        found = suggest(city, Request(category, minutes=6), NO_STREETS)
        nodes = np.flatnonzero(city.setting.networks["walk"].nodes["in_municipality"])
        gains = [brute(city.setting, category, node, 6) for node in nodes]
        best = max(min(one["gain_low"], one["gain_high"]) for one in gains)
        assert found.value == pytest.approx(best, abs=1e-12) and found.gap == 0
        assert found.spots["gain"][1] == pytest.approx(best, abs=1e-12)


def gains_of_all(city, category, minutes, objective):
    """(C, B) what each node adds, dense, and the parts of low and high in each postcode."""
    kind, setting = load_categories()[category], city.setting
    nodes = np.flatnonzero(setting.networks[kind.mode].nodes["in_municipality"])
    at = setting.population[f"{kind.mode}_node"]
    on = at.notna().to_numpy()
    rows = np.full((len(nodes), len(at)), np.inf)
    rows[:, on] = csgraph.dijkstra(setting.networks[kind.mode].matrix, indices=nodes)[:, at[on].to_numpy(dtype=int)]
    there = setting.distance[kind.mode][(setting.places["category"] == category).to_numpy()]
    nearest = np.where(np.isnan(there), np.inf, there).min(axis=0)
    limit = minutes * {"walk": 75, "cycle": 250}[kind.mode]
    if objective == "gain":
        gain = np.maximum(weights(rows, kind.half_distance_m) - weights(nearest, kind.half_distance_m), 0)
    else:
        gain = ((rows <= limit) & (nearest > limit)).astype(float)
    people = np.nan_to_num(residents_of(setting.population, setting.neighbourhoods).by_group) * on[:, None]
    return nodes, gain, people / people.sum(axis=0)


def exhaustive(gain, parts, k):
    """The largest value over every set of k."""
    return max(
        min(gain[list(rows)].max(axis=0) @ parts[:, g] for g in (0, 2))
        for rows in itertools.combinations(range(len(gain)), k)
    )


@pytest.mark.parametrize("objective", ["gain", "within"])
@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("seed", [0, 1])
def test_several_spots_are_those_of_exhaustive_search(seed, k, objective):
    city = make_city(seed)
    found = suggest(city, Request("supermarket", k, minutes=4, objective=objective), NO_STREETS)
    _, gain, parts = gains_of_all(city, "supermarket", 4, objective)
    best = exhaustive(gain, parts, k)
    assert best > 0 and found.value == pytest.approx(best, rel=1e-9)
    assert found.bound >= best * (1 - 1e-9) and found.gap <= 2e-6
    assert len(set(found.spots["node"])) == k


@pytest.mark.parametrize("k", [2, 3])
def test_the_bound_holds_without_the_proof(k, monkeypatch):
    monkeypatch.setattr(choosing, "PAIR_STEPS", 0)
    monkeypatch.setattr(choosing, "SOLVER_ENTRIES", 0)
    for seed in range(3):
        _, gain, parts = gains_of_all(make_city(seed), "supermarket", 4, "gain")
        best = exhaustive(gain, parts, k)
        problem = choosing.Problem(sparse.csr_array(gain), parts[:, 0], parts[:, 2], k)
        found = choosing.choose(problem)
        assert found.value <= best * (1 + 1e-9) and found.bound >= best * (1 - 1e-9)
        # It says more than that no set adds more than all candidates together.
        assert found.bound < problem.value(np.arange(len(gain)))


def test_cover_is_that_of_exhaustive_search():
    for seed, k in itertools.product(range(3), (1, 2, 3)):
        city = make_city(seed)
        found = suggest(city, Request("supermarket", k, minutes=4, objective="cover"), NO_STREETS)
        demand = demand_of(city.setting, "supermarket", 4)
        candidates = candidates_of(city.setting, city.waters, "supermarket", "walk", "anywhere")
        cover = covering.cover_of(city.setting, demand, candidates)
        best = max(
            cover.worth[cover.covers[list(rows)].any(axis=0)].sum()
            for rows in itertools.combinations(range(len(candidates)), k)
        )
        assert found.value == pytest.approx(best, abs=1e-9) and found.gap <= 2e-6
        assert len(found.covered) == int(best + 1e-9) and len(found.spots) == k
        assert found.spots["steady"].isna().all()


def test_what_covers_and_how_many_it_takes():
    demand = demand_of(ROW.setting, "community_centre", 8)
    candidates = candidates_of(ROW.setting, ROW.waters, "community_centre", "walk", "anywhere")
    cover = covering.cover_of(ROW.setting, demand, candidates)
    # The place at 4 is 600 m from the third junction: neighbourhood 2 is covered. 1 and 2 would cover the other.
    assert cover.already.tolist() == [False, True] and cover.covers[:, 0].tolist() == [True, True, False, False]
    assert covering.fewest(cover) == (1, 1)
    # Worth 1 and, for the 100 of 200 residents, 100 / 201.
    assert cover.score.tolist() == pytest.approx([1 + 100 / 201, 1 + 100 / 201, 0, 0])
    found = suggest(ROW, Request("community_centre", minutes=8, objective="cover"), NO_STREETS)
    assert found.covered == ("West",) and found.uncovered == () and found.needed == (1, 1)
    # Both cover it; 1 adds more access.
    assert found.spots["node"].tolist() == [0]


def test_half_of_the_residents_is_enough_to_cover():
    people = ROW.setting.population.assign(neighbourhood_code="BU00010000")
    setting = replace(ROW.setting, population=people)
    demand = demand_of(setting, "community_centre", 7)
    candidates = candidates_of(setting, ROW.waters, "community_centre", "walk", "anywhere")
    # In 7 minutes, 525 m, junctions 1 and 3 reach the 100 of 200 who live there; 2 and 4 reach nobody.
    assert covering.cover_of(setting, demand, candidates).covers[:, 0].tolist() == [True, False, True, False]


def test_nearer_are_those_whose_nearest_place_it_would_be():
    # The place at 4 is 1,800 m from the first postcode, 60 low and 10 high, and 600 m from the other, 20 and 40. From
    # junction 2 that one is as far: not nearer.
    found = surface(ROW, "community_centre", 8)
    assert found["nearer_low"].tolist() == [60, 60, 80, 0] and found["nearer_high"].tolist() == [10, 10, 50, 0]
    # There is no playground, and beyond its cut-off, 1,600 m, none would count: from 4 it is 1,800 m to the first.
    assert surface(ROW, "playground", 8)["nearer_low"].tolist() == [80, 80, 80, 20]


def test_loading_is_that_of_the_draws():
    draws = share_scenarios(CITY.setting.population, CITY.setting.neighbourhoods)
    field = np.random.default_rng(1).random((5, len(CITY.setting.population)))
    field[2] = 0
    got = loading(draws.per_area(field), draws.per_area(field**2), draws.per_area(np.ones(field.shape[1])))
    used = draws.per_area(field) > 0
    assert got[used] == pytest.approx(draws.part_loading(field)[used])


def test_intervals_of_a_first_place_are_those_of_the_category():
    """One place and no other: what it adds is all access there is, so both ways to the draws must agree."""
    setting = CITY.setting
    keep = (setting.places["category"] != "library") | (setting.places.index == "n10")
    only = Setting(
        setting.neighbourhoods,
        setting.districts,
        setting.population,
        setting.places[keep],
        setting.networks,
        {mode: setting.distance[mode][keep.to_numpy()] for mode in MODES},
    )
    figures, demand = category_figures(only, "library"), demand_of(only, "library", 5)
    metres = only.distance["cycle"][(only.places["category"] == "library").to_numpy()]
    nothing = np.full(metres.shape[1], np.inf)
    got = intervals(demand, np.where(np.isnan(metres), np.inf, metres), nothing)
    for name, figure in (("gain_low", "access_low"), ("gain_high", "access_high"), ("gain", "bridge")):
        value = figures.city[figure]
        ends = interval(np.array([value]), [draws[figure] for draws in figures.draws], demand.draws.level)
        assert got[name] == pytest.approx(value)
        assert [got[f"{name}_lower"], got[f"{name}_upper"]] == pytest.approx(ends[:, 0].tolist())


def test_best_share_is_the_part_of_the_draws():
    """Draw by draw, candidate by candidate, for residents of unknown groups left out and each of the three bounds."""
    demand = demand_of(CITY.setting, "supermarket", 5)
    _, gain, _ = gains_of_all(CITY, "supermarket", 5, "gain")
    found = surface(CITY, "supermarket", 5)
    members, count = demand.members, evaluating.best_count(len(gain))
    load = demand.draws.part_loading(gain)
    worst = np.ones(len(gain))
    for treatment in demand.draws.treatments:
        inside = np.zeros(len(gain))
        for whole, part in zip(treatment.whole, treatment.part, strict=True):
            groups = ((gain @ members) * (1 - load)) @ whole + ((gain @ members) * load) @ part
            totals = (demand.on @ members) @ whole
            score = (groups / totals)[:, [0, 2]].min(axis=1)
            inside += score >= np.sort(score)[-count]
        worst = np.minimum(worst, inside / len(treatment.whole))
    assert found["best_share_gain"].to_numpy() == pytest.approx(worst)


def test_a_steady_spot_is_best_at_other_half_distances_too():
    # Three of four candidates count as the best: the three that add anything, in every draw and at every distance.
    row = surface(ROW, "community_centre", 8)
    assert row["best_share_gain"].tolist() == [1, 1, 1, 0] and row["steady_gain"].tolist() == [True, True, True, False]
    found = surface(CITY, "supermarket", 5)
    sure = found["best_share_gain"] >= 0.5
    assert sure.any() and not found.loc[~sure, "steady_gain"].any()
    kind = load_categories()["supermarket"]
    for factor, column in ((0.5, "gain_shorter"), (1.5, "gain_longer")):
        half = factor * kind.half_distance_m
        _, _, parts = gains_of_all(CITY, "supermarket", 5, "gain")
        demand, node = demand_of(CITY.setting, "supermarket", 5), found.index[7]
        metres = evaluating.metres_to(CITY.setting.networks["walk"], demand, np.array([node]), np.inf)[0]
        more = np.maximum(weights(metres, half) - weights(demand.nearest_m, half), 0)
        assert found[column].iloc[7] == pytest.approx(min(more @ parts[:, 0], more @ parts[:, 2]))


def test_candidates_are_on_land_inside_and_not_the_category_itself():
    setting, nodes = CITY.setting, CITY.setting.networks["walk"].nodes
    pond = gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.Point(*nodes.loc[10, ["x", "y"]]).buffer(5)], crs=RD)
    anywhere = candidates_of(setting, pond, "supermarket", "walk", "anywhere")
    assert nodes.loc[10, "in_municipality"] and 10 not in anywhere.node
    assert set(anywhere.node) == set(np.flatnonzero(nodes["in_municipality"])) - {10}
    public = candidates_of(setting, pond, "library", "walk", "public")
    # n70 is a library off the network, and so no candidate anyway; supermarkets are no public buildings.
    kinds = setting.places["category"].iloc[public.place]
    assert set(kinds) == {"community_centre"} and setting.places["walk_node"].iloc[public.place].notna().all()
    for where, fault in (("moon", "no kind of spot"), ("schools", "no spot")):
        with pytest.raises(TrefpuntError, match=fault):
            candidates_of(setting, pond, "supermarket", "walk", where)


def test_thinned_candidates_keep_one_a_square():
    candidates = candidates_of(CITY.setting, CITY.waters, "supermarket", "walk", "anywhere")
    kept = thinned(candidates, 400.0)
    squares = [tuple(square) for square in np.floor(candidates.xy / 400)]
    assert len(kept) == len(set(squares)) and len({squares[row] for row in kept}) == len(kept)
    assert np.array_equal(kept, np.sort(kept))


def test_double_use_names_the_place():
    found = suggest(CITY, Request("supermarket", where="public", minutes=5), NO_STREETS)
    spot = found.spots.loc[1]
    assert spot["place_category"] in KINDS["public"] and spot["place_id"] in CITY.setting.places.index
    assert found.candidates == 4 and spot["street"] is None and spot["near_place_id"] != spot["place_id"]
    at = CITY.setting.places.geometry[spot["place_id"]]
    assert (spot["x"], spot["y"]) == (at.x, at.y)


def test_a_suggestion_is_what_its_scenario_gives():
    """Built as a scenario, the spots give the access that was promised; asked again, they are counted as there."""
    found = suggest(CITY, Request("supermarket", 2, minutes=4), NO_STREETS)
    adds = [Add(f"new{n}", "supermarket", spot.lon, spot.lat) for n, spot in found.spots.iterrows()]
    setting = apply(CITY.setting, Scenario(CITY.code, tuple(adds)))
    built = category_figures(setting, "supermarket").city
    # Degrees to six decimals are 0.1 m, of a half-distance of 600 m: 2^(0.2/600) is 1.0002.
    for name in ("access_low", "access_high", "bridge", "encounter"):
        assert built[name] == pytest.approx(getattr(found.after, name), rel=5e-4)
    more = suggest(replace(CITY, setting=setting), Request("supermarket", minutes=4), NO_STREETS)
    assert more.before.bridge == pytest.approx(built["bridge"])
    assert more.before.places == found.before.places + 2


def test_candidates_are_thinned_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(spots, "MAX_ENTRIES", 100)
    monkeypatch.setattr(spots, "_SAMPLE", 4)
    found = suggest(CITY, Request("supermarket", 2, minutes=4), NO_STREETS)
    assert found.apart_m >= 400 and 2 <= found.candidates < 42
    assert any("metres" in line and "square" in line for line in remarks(found))


def test_alternatives_lie_apart_and_are_no_better():
    found = suggest(CITY, Request("supermarket", minutes=5), NO_STREETS)
    both = pd.concat([found.spots, found.alternatives])
    assert len(both) >= 3 and list(both.index) == list(range(1, len(both) + 1))
    assert both["gain"].is_monotonic_decreasing
    for a, b in itertools.combinations(both[["x", "y"]].to_numpy(), 2):
        assert np.hypot(*(a - b)) >= APART_M


def test_a_first_place_of_a_category():
    found = suggest(CITY, Request("playground", minutes=5), NO_STREETS)
    assert found.before.places == 0 and np.isnan(found.before.bridge)
    assert found.after.bridge == pytest.approx(found.value) and found.value > 0
    assert np.isinf(found.spots["nearest_minutes"][1]) and records(found)["spots"][0]["nearest_minutes"] is None
    assert any("No place of this category is known" in line for line in remarks(found))
    assert np.isnan(typical_bridge(CITY.setting, demand_of(CITY.setting, "playground", 5)))


@pytest.mark.parametrize(
    "values", [{"places": 0}, {"places": 6}, {"places": True}, {"places": 1.5}, {"objective": "fame"}]
)
def test_requests_that_make_no_sense(values):
    with pytest.raises(TrefpuntError, match="Ask for 1 to 5 places"):
        Request("supermarket", **values)


def test_what_cannot_be_suggested():
    with pytest.raises(UnknownCodeError, match="no such category"):
        suggest(CITY, Request("castle"), NO_STREETS)
    for minutes in (0, 121, float("nan"), float("inf")):
        with pytest.raises(TrefpuntError, match="minutes"):
            suggest(CITY, Request("supermarket", minutes=minutes), NO_STREETS)
    with pytest.raises(TrefpuntError, match="4 spots"):
        suggest(CITY, Request("supermarket", 5, "public"), NO_STREETS)


@pytest.mark.parametrize("objective", ["gain", "within", "cover"])
@pytest.mark.parametrize("places", [1, 2])
def test_progress_rises_and_stops_when_told(places, objective, monkeypatch):
    monkeypatch.setattr(evaluating, "BLOCK", 8)
    marks = []
    asked = Request("supermarket", places, minutes=4, objective=objective)
    suggest(CITY, asked, NO_STREETS, Watch(marks.append))
    assert marks == sorted(marks) and marks[0] >= 0 and marks[-1] == 1 and len(marks) > 5
    seen = []

    def third(part):
        seen.append(part)

    with pytest.raises(CancelledError, match="stopped"):
        suggest(replace(CITY, setting=make_city(5).setting), asked, NO_STREETS, Watch(third, lambda: len(seen) >= 3))
    assert len(seen) == 3


@pytest.mark.parametrize("places", [1, 2])
def test_asked_again_the_answer_comes_from_disk(places, tmp_path, monkeypatch):
    asked = Request("supermarket", places, minutes=4)
    first = suggest(CITY, asked, NO_STREETS)
    kept = {path.name for path in tmp_path.iterdir()}
    monkeypatch.setattr(evaluating, "_summed", None)
    monkeypatch.setattr("trefpunt.suggest.spots.choose", None)
    again = suggest(CITY, asked, NO_STREETS)
    assert json.dumps(records(again)) == json.dumps(records(first))
    assert kept == {path.name for path in tmp_path.iterdir()}
    with pytest.raises(TypeError):  # another question is another file
        suggest(CITY, replace(asked, minutes=5.0), NO_STREETS)


def test_hexagons_hold_the_best_of_their_nodes():
    found = surface(CITY, "supermarket", 5)
    cells = hexagons(found, 450.0)
    assert cells["nodes"].sum() == len(found) and len(cells) < len(found) and cells.crs == RD
    # Regular: the area of a hexagon of this width is √3/2 · width².
    assert cells.area.to_numpy() == pytest.approx(np.full(len(cells), np.sqrt(3) / 2 * 450**2))
    for a, b in itertools.combinations(cells.geometry, 2):
        assert a.intersection(b).area == pytest.approx(0, abs=1e-3)
    points = shapely.points(found[["x", "y"]].to_numpy())
    for _, cell in cells.iterrows():
        within = found[shapely.distance(cell.geometry, points) <= 1e-6]
        assert cell["node"] in within.index and len(within) >= cell["nodes"]
        strictly = found[shapely.contains(cell.geometry, points)]
        assert strictly.empty or cell["gain"] >= strictly["gain"].max()


def test_the_other_way_of_travelling():
    """By bike the half-distance is that of equal minutes, 600 · 250 / 75 = 2,000 m, and 8 minutes are 2,000 m."""
    by_bike = surface(ROW, "community_centre", 8, mode="cycle")
    here, there = 2 ** -(1200 / 2000) - 2 ** -(1800 / 2000), 1 - 2 ** -(600 / 2000)
    assert by_bike["gain_low"][2] == pytest.approx((60 * here + 20 * there) / 80)
    assert by_bike["gain_high"][2] == pytest.approx((10 * here + 40 * there) / 50)
    # All live within 2,000 m of the place there is.
    assert not by_bike[["within_low", "within_high"]].to_numpy().any() and not by_bike["blank"].any()
    found = suggest(ROW, Request("community_centre", minutes=8, mode="cycle"), NO_STREETS)
    assert found.mode == "cycle" and found.value == pytest.approx(by_bike["gain"].max())
    own = suggest(ROW, Request("community_centre", minutes=8), NO_STREETS)
    on_foot = suggest(ROW, Request("community_centre", minutes=8, mode="walk"), NO_STREETS)
    pd.testing.assert_frame_equal(own.spots, on_foot.spots)
    with pytest.raises(TrefpuntError, match="swim"):
        suggest(ROW, Request("community_centre", mode="swim"), NO_STREETS)


def test_what_the_command_line_prints_and_writes():
    for asked in (Request("supermarket", minutes=5), Request("supermarket", 2, minutes=4, objective="cover")):
        found = suggest(CITY, asked, NO_STREETS)
        for sheet in sheets(found):
            assert all(len(row) == len(sheet.header) for row in sheet.rows)
        assert "not known" in " ".join(remarks(found))
        json.dumps(records(found), allow_nan=False)
    found = unserved(CITY.setting, 5, ("library", "community_centre"))
    assert all(len(row) == len(sheet.header) for sheet in gap_sheets(found) for row in sheet.rows)
    assert len(gap_sheets(found)[0].rows) == len(found.neighbourhoods) + 1 and gap_remarks(found)
    json.dumps(gap_records(found), allow_nan=False)


def test_schools_of_the_bundled_city_by_brute_force(bundled):
    """Double use of a school as a community centre: the best is that of the measures with and without each school."""
    setting = queries.setting(bundled)
    found = suggest(ground_of(bundled), Request("community_centre", where="schools"), bundled.derived["street_names"])
    schools = setting.places[setting.places["category"].isin(["primary_school", "secondary_school"])]
    assert found.candidates == schools["walk_node"].notna().sum()
    gains = {
        place: brute(setting, "community_centre", int(node), 15)
        for place, node in schools["walk_node"].dropna().items()
    }
    smaller = {place: min(one["gain_low"], one["gain_high"]) for place, one in gains.items()}
    assert found.value == pytest.approx(max(smaller.values()), abs=1e-12)
    assert smaller[found.spots["place_id"][1]] == pytest.approx(found.value, abs=1e-12)
    assert found.spots["street"][1] in set(bundled.derived["street_names"]["name"])
    assert set(CLUBS) <= set(load_categories()) and CUTOFF_HALF_DISTANCES == 4


def test_commands():
    got = json.loads(run("gaps", "--format", "json", "--mode", "walk")[0])
    assert len(got["neighbourhoods"]) == 44 and got["city"]["without_any"] > 0
    printed = run("suggest", "--category", "community_centre", "--where", "schools")[0]
    assert "no choice is better" in printed and "OpenStreetMap is not complete" in printed
    assert "no such category" in run("suggest", "--category", "castle", code=2)[1]
    assert "no such category" in run("gaps", "--category", "castle", code=2)[1]
