"""Scenarios: joining a place to the network, applying changes, comparing before and after."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.conftest import ROOT
from trefpunt import queries
from trefpunt.categories import CUTOFF_HALF_DISTANCES, load_categories
from trefpunt.crs import RD, WGS84
from trefpunt.errors import ScenarioError, SnapshotError, TrefpuntError
from trefpunt.metrics.category_draws import access_draws
from trefpunt.metrics.closing import category_access, prepare
from trefpunt.metrics.decay import weights
from trefpunt.metrics.pairs import all_shared, mean_distances, nearest
from trefpunt.metrics.places import measure
from trefpunt.metrics.setting import MODES, Setting
from trefpunt.metrics.share_scenarios import share_scenarios
from trefpunt.network.catchments import distances
from trefpunt.network.graph import Network
from trefpunt.scenarios import (
    Add,
    Close,
    Ground,
    Move,
    Scenario,
    apply,
    check,
    compare,
    ground_of,
    joining,
    parse,
    read,
    records,
    remarks,
    sheets,
    to_json,
)
from trefpunt.scenarios.joining import join, to_metres
from trefpunt.tables.columns import TEXT

CODE = "GM0001"
ORIGIN = np.array([176_000.0, 318_000.0])
SIDE, STEP = 7, 200.0
CATEGORIES = ("supermarket", "library", "community_centre")


def _network(seed):
    """A grid of 7 × 7 junctions 200 m apart; streets up to half as long again, so that a street is not its chord."""
    random = np.random.default_rng(seed)
    at = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), axis=-1).reshape(-1, 2)
    nodes = pd.DataFrame(ORIGIN + at * STEP, columns=["x", "y"], index=pd.RangeIndex(len(at), name="node"))
    nodes["in_municipality"] = at[:, 0] > 0
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    ends = np.vstack(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    edges = pd.DataFrame(ends.astype("int32"), columns=["source", "target"])
    return Network(nodes, edges.assign(length_m=(STEP * random.uniform(1, 1.5, len(ends))).round(3)))


def _areas():
    """Three strips from west to east; of the last one no shares are known."""
    width = (SIDE - 1) * STEP / 3
    boxes = [
        shapely.box(ORIGIN[0] + i * width, ORIGIN[1], ORIGIN[0] + (i + 1) * width, ORIGIN[1] + (SIDE - 1) * STEP)
        for i in range(3)
    ]
    table = {
        "name": ["Zuid", "Alm", "noord"],
        "share_low": [0.6, 0.2, np.nan],
        "share_middle": [0.3, 0.4, np.nan],
        "share_high": [0.1, 0.4, np.nan],
        "shares_year": pd.array([2017, 2017, None], dtype="Int16"),
    }
    index = pd.Index([f"BU0001000{i}" for i in range(3)], name="code")
    return gpd.GeoDataFrame(table, geometry=boxes, crs=RD, index=index)


def make_city(seed=0):
    """A small municipality: 24 postcodes, 8 places of three categories, two networks and a pond."""
    random = np.random.default_rng([seed, 1])
    networks, areas = {"walk": _network(seed), "cycle": _network(seed + 100)}, _areas()
    where = random.choice(SIDE * SIDE, 24, replace=False)
    points = gpd.points_from_xy(*networks["walk"].nodes.loc[where, ["x", "y"]].to_numpy().T, crs=RD)
    member = [int(np.argmin(areas.distance(point).to_numpy())) for point in points]
    node = pd.array(where, dtype="Int32")
    population = gpd.GeoDataFrame(
        {
            "residents": random.integers(1, 200, 24).astype(float),
            "neighbourhood_code": areas.index.to_numpy()[member],
            "walk_node": node,
            "cycle_node": node,
        },
        geometry=points,
        index=pd.Index([f"6200{chr(65 + i)}A" for i in range(24)], name="pc6"),
    )
    population.loc[population.index[3], ["walk_node", "cycle_node"]] = pd.NA
    spots = random.choice(SIDE * SIDE, 8, replace=False)
    places = gpd.GeoDataFrame(
        {
            "name": pd.Series([f"Place {i}" for i in range(7)] + [None], dtype=TEXT).to_numpy(),
            "category": pd.Series([CATEGORIES[i % 3] for i in range(8)], dtype=TEXT).to_numpy(),
            "source": "osm_2021",
            "osm_id": pd.Series([f"node/{i}" for i in range(8)], dtype=TEXT).to_numpy(),
            "vintage": "2021",
            "neighbourhood_code": areas.index[0],
            "walk_node": pd.array(spots, dtype="Int32"),
            "cycle_node": pd.array(spots, dtype="Int32"),
            "border_truncated_walk": False,
            "border_truncated_cycle": False,
        },
        geometry=gpd.points_from_xy(*networks["walk"].nodes.loc[spots, ["x", "y"]].to_numpy().T, crs=RD),
        index=pd.Index([f"n{i}0" for i in range(8)], name="place_id", dtype=TEXT),
    ).astype(dict.fromkeys(("name", "category", "source", "osm_id", "vintage", "neighbourhood_code"), TEXT))
    places.loc["n70", ["walk_node", "cycle_node"]] = pd.NA
    metres = {m: distances(networks[m], places[f"{m}_node"], population[f"{m}_node"]) for m in MODES}
    setting = Setting(areas, areas, population, places, networks, metres)
    pond = shapely.Point(*(ORIGIN + 3.5 * STEP)).buffer(60)
    return Ground(CODE, "Grid", setting, gpd.GeoDataFrame({"name": ["Maas"]}, geometry=[pond], crs=RD))


CITY = make_city()


def degrees(x, y):
    """Longitude and latitude of a point given in metres from the south-west corner."""
    point = gpd.GeoSeries([shapely.Point(ORIGIN[0] + x, ORIGIN[1] + y)], crs=RD).to_crs(WGS84)[0]
    return float(point.x), float(point.y)


def add(x, y, category="supermarket", place_id="new1", name=None):
    return Add(place_id, category, *degrees(x, y), name)


def rebuilt(setting, scenario):
    """The setting made from scratch: streets cut at the foot of every new place, places table edited, all measured.

    Nothing of trefpunt.scenarios but the reading of coordinates is used: feet are looked for among all streets.
    """
    places = pd.DataFrame(setting.places[["category", "walk_node", "cycle_node"]])
    put = {}
    for change in scenario.changes:
        if isinstance(change, Close):
            places = places.drop(index=change.place)
        elif isinstance(change, Move):
            put[change.place] = change
        else:
            put[change.id] = change
            places = places.reindex([*places.index, change.id])
            places.loc[change.id, "category"] = change.category
    metres = {}
    for mode in MODES:
        network, node = setting.networks[mode], places[f"{mode}_node"].copy()
        nodes, edges = network.nodes.copy(), network.edges.astype({"source": "int64", "target": "int64"})
        for place, change in put.items():
            point = np.array(to_metres(change.lon, change.lat))
            xy = nodes[["x", "y"]].to_numpy()
            a, b = xy[edges["source"]], xy[edges["target"]]
            part = np.clip(((point - a) * (b - a)).sum(axis=1) / ((b - a) ** 2).sum(axis=1), 0, 1)
            foot = a + part[:, None] * (b - a)
            edge = int(np.hypot(*(foot - point).T).argmin())
            street = edges.iloc[edge]
            ends = street[["source", "target"]].astype(int)
            if not 1e-9 < part[edge] < 1 - 1e-9:  # at an end: nothing to cut
                node[place] = ends["source" if part[edge] < 0.5 else "target"]
                continue
            fresh = len(nodes)
            nodes.loc[fresh] = [*foot[edge], True]
            lengths = street["length_m"] * np.array([part[edge], 1 - part[edge]])
            cut = pd.DataFrame({"source": ends.to_numpy(), "target": fresh, "length_m": lengths})
            edges = pd.concat([edges.drop(index=edges.index[edge]), cut], ignore_index=True)
            node[place] = fresh
        metres[mode] = distances(Network(nodes, edges), node, setting.population[f"{mode}_node"])
    return places, metres


def test_a_place_joins_its_street_in_proportion():
    """50 of 200 m along the straight line is a quarter of the street, however long it is; 30 m aside does not count."""
    network = CITY.setting.networks["walk"]
    joint = join(network, ORIGIN[0] + 450, ORIGIN[1] + 230)
    street = network.edges[(network.edges["source"] == SIDE + 2) & (network.edges["target"] == SIDE + 3)].iloc[0]
    assert (joint.source, joint.target) == (SIDE + 2, SIDE + 3)
    assert joint.along_m == pytest.approx(street["length_m"] / 4)
    assert joint.along_m + joint.rest_m == pytest.approx(street["length_m"])
    assert joint.distance_m == pytest.approx(30) and joint.reachable and joint.node == SIDE + 2


@pytest.mark.parametrize("category", CATEGORIES)
def test_one_of_each_equals_a_setting_made_from_scratch(category):
    setting = CITY.setting
    scenario = Scenario(
        CODE, (add(450, 130, category), Close("n10"), Move("n20", *degrees(730, 610)), Move("n30", *degrees(200, 400)))
    )
    after = apply(setting, check(scenario, CITY))
    places, metres = rebuilt(setting, scenario)
    assert list(after.places.index) == list(places.index)
    assert list(after.places["category"]) == list(places["category"])
    for mode in MODES:
        np.testing.assert_allclose(after.distance[mode], metres[mode], rtol=0, atol=1e-6)
    outcome = compare(setting, after, 10)
    for name in outcome.categories:
        kind = load_categories()[name]
        rows = metres[kind.mode][(places["category"] == name).to_numpy()]
        access = category_access(weights(rows, kind.half_distance_m), setting.residents)
        for figure in ("access_low", "access_middle", "access_high", "bridge", "encounter", "places"):
            assert outcome.city.loc[(name, figure), "after"] == pytest.approx(
                getattr(access, figure), abs=1e-6, nan_ok=True
            )
        limit = 10 * {"walk": 75, "cycle": 250}[kind.mode]
        index = places.index[places["category"] == name]
        table = measure(rows, np.full(len(rows), kind.half_distance_m), setting.residents, limit, index)
        for place in index.intersection(outcome.place_facts.index):
            for figure, value in table.loc[place].items():
                assert outcome.places.loc[(place, figure), "after"] == pytest.approx(value, abs=1e-6, nan_ok=True)
        mean = nearest(rows, setting.population) / {"walk": 75, "cycle": 250}[kind.mode]
        got = outcome.neighbourhoods.xs(name, level="category")["minutes_after"]
        pd.testing.assert_series_equal(
            got.sort_index(), mean.reindex(got.sort_index().index), atol=1e-6, check_names=False
        )


@pytest.mark.parametrize("minutes", [3, 8, 15])
def test_pairs_are_those_that_counting_anew_finds(minutes):
    setting = CITY.setting
    scenario = Scenario(CODE, (add(450, 130, "library"), Close("n10"), Move("n20", *degrees(730, 610))))
    after = apply(setting, scenario)
    outcome = compare(setting, after, minutes)
    for mode in MODES:
        limit = minutes * {"walk": 75, "cycle": 250}[mode]
        old, new = (
            all_shared(mean_distances(s.distance[mode], s.population, s.places.index), s.places["category"], limit)[
                "shared_places"
            ]
            for s in (setting, after)
        )
        changed = old[old != new]
        got = outcome.pairs[outcome.pairs.index.get_level_values("mode") == mode].droplevel("mode")
        assert list(got.index) == list(changed.index)
        assert list(got["shared_before"]) == list(changed) and list(got["shared_after"]) == list(new[changed.index])


def test_places_after_say_where_they_come_from():
    setting = CITY.setting
    after = apply(setting, Scenario(CODE, (add(450, 130, name="Ons huis"), Move("n20", *degrees(730, 610))))).places
    assert after.loc["new1", "name"] == "Ons huis" and after.loc["new1", "source"] == "scenario"
    assert pd.isna(after.loc["new1", "osm_id"]) and pd.isna(after.loc["new1", "vintage"])
    assert after.loc["n20", "source"] == "scenario" and after.loc["n20", "osm_id"] == "node/2"
    assert after.loc["new1", "neighbourhood_code"] == "BU00010001"  # 450 m east, strips are 400 m wide
    assert after.loc["n20", "neighbourhood_code"] == "BU00010001"
    assert after.dtypes.equals(setting.places.dtypes) and after.crs == setting.places.crs
    untouched = after.drop(index=["new1", "n20"])
    pd.testing.assert_frame_equal(untouched, setting.places.drop(index="n20"))
    assert "n20" in setting.places.index and setting.places.loc["n20", "source"] == "osm_2021"


def test_unchanged_rows_are_the_same_bits_and_nothing_is_copied_before_it_is_asked_for():
    setting = CITY.setting
    after = apply(setting, Scenario(CODE, (add(450, 130), Close("n10"))))
    kept = [row for row, place in enumerate(setting.places.index) if place != "n10"]
    for mode in MODES:
        assert after.distance[mode][:-1].tobytes() == setting.distance[mode][kept].tobytes()
    assert after.population is setting.population and after.networks is setting.networks
    assert set(after.distance) == set(MODES) and len(after.distance) == 2
    with pytest.raises(KeyError):
        after.distance["car"]


def test_a_scenario_on_a_scenario_is_both():
    first, second = Scenario(CODE, (add(450, 130),)), Scenario(CODE, (Close("n10"), Close("new1")))
    twice = apply(apply(CITY.setting, first), second)
    once = apply(CITY.setting, Scenario(CODE, (Close("n10"),)))
    assert list(twice.places.index) == list(once.places.index)
    for mode in MODES:
        assert twice.distance[mode].tobytes() == once.distance[mode].tobytes()
    both = compare(apply(CITY.setting, first), once)
    assert dict(both.place_facts["change"]) == {"n10": "closed", "new1": "closed"}


def test_who_wins_and_who_loses_is_named_in_the_order_of_the_alphabet():
    """The only library goes from the west to the east: some are nearer, some farther, whatever the case of a name."""
    setting = apply(CITY.setting, Scenario(CODE, (Close("n40"), Close("n70"))))
    assert [p for p in setting.places.index if setting.places["category"][p] == "library"] == ["n10"]
    west = apply(setting, Scenario(CODE, (Move("n10", *degrees(10, 600)),)))
    east = apply(setting, Scenario(CODE, (Move("n10", *degrees(1190, 600)),)))
    outcome = compare(west, east, 2)
    table = outcome.neighbourhoods.xs("library", level="category")
    assert list(table["name"]) == ["Alm", "noord", "Zuid"]
    assert "noord" in outcome.winners("library") and "Zuid" in outcome.losers("library")
    back = compare(east, west, 2)
    assert back.winners("library") == outcome.losers("library") and back.losers("library") == outcome.winners("library")
    assert outcome.winners("supermarket") == []
    on = setting.population["cycle_node"].notna().to_numpy()
    per_minute = 250
    was, becomes = (s.distance["cycle"][list(s.places.index).index("n10")][on] for s in (west, east))
    people = setting.population["residents"].to_numpy()[on]
    assert table["nearer"].sum() == people[was - becomes >= per_minute].sum()
    assert table["lost"].sum() == people[(was <= 2 * per_minute) & (becomes > 2 * per_minute)].sum()


def test_an_interval_and_a_sign_are_those_of_the_draws_of_the_category():
    setting = CITY.setting
    after = apply(setting, Scenario(CODE, (Close("n10"), add(700, 330, "supermarket"))))
    outcome = compare(setting, after)
    scenarios = share_scenarios(setting.population, setting.neighbourhoods)
    for name in outcome.categories:
        kind = load_categories()[name]
        drawn = []
        for one in (setting, after):
            rows = one.distance[kind.mode][(one.places["category"] == name).to_numpy()]
            drawn.append(access_draws(prepare(weights(rows, kind.half_distance_m), one.residents)[0], scenarios))
        for figure in ("access_low", "access_high", "bridge", "encounter"):
            row = outcome.city.loc[(name, figure)]
            samples = [new[figure][0] - old[figure][0] for old, new in zip(*drawn, strict=True)]
            ends = [np.quantile(sample, [0.05, 0.95]) for sample in samples]
            assert row["lower"] == pytest.approx(min(row["difference"], *(low for low, _ in ends)), abs=1e-9)
            assert row["upper"] == pytest.approx(max(row["difference"], *(high for _, high in ends)), abs=1e-9)
            same = min((np.sign(sample) == np.sign(row["difference"])).mean() for sample in samples)
            assert row["sign_sure"] == (same >= 0.9), figure


def test_residents_served_are_those_within_the_cut_off():
    setting = CITY.setting
    outcome = compare(setting, setting, categories=CATEGORIES)
    for name in CATEGORIES:
        kind = load_categories()[name]
        rows = setting.distance[kind.mode][(setting.places["category"] == name).to_numpy()]
        near = (np.nan_to_num(rows, nan=np.inf) <= CUTOFF_HALF_DISTANCES * kind.half_distance_m).any(axis=0)
        people, on = setting.population["residents"], setting.population[f"{kind.mode}_node"].notna()
        assert outcome.city.loc[(name, "residents_served"), "before"] == people[near].sum()
        assert outcome.city.loc[(name, "residents_unserved"), "before"] == people[on & ~near].sum()


def test_settings_of_other_people_are_not_compared():
    other = make_city(seed=1).setting
    with pytest.raises(TrefpuntError, match="more than their places"):
        compare(CITY.setting, other)
    with pytest.raises(TrefpuntError, match="no category bar"):
        compare(CITY.setting, CITY.setting, categories=("bar",))


@pytest.mark.parametrize(
    "changes",
    [
        (Close("n99"),),
        (Add("n10", "library", 5.7, 50.8),),
        (Add("new1", "bar", 5.7, 50.8),),
        (Close("n10"), Close("n10")),
    ],
)
def test_apply_refuses_what_it_cannot_do(changes):
    with pytest.raises(ScenarioError):
        apply(CITY.setting, Scenario(CODE, changes))


def test_too_far_from_a_street_of_the_other_mode_is_no_fault():
    """No cycling within 150 m: a shop, which people walk to, opens there all the same; its cycling is missing."""
    few = CITY.setting.networks["cycle"]
    edges = few.edges[(few.edges["source"] >= 3 * SIDE) & (few.edges["target"] >= 3 * SIDE)]
    networks = {"walk": CITY.setting.networks["walk"], "cycle": Network(few.nodes, edges.reset_index(drop=True))}
    ground = replace(CITY, setting=replace(CITY.setting, networks=networks))
    after = apply(ground.setting, check(Scenario(CODE, (add(450, 230),)), ground))
    assert pd.isna(after.places.loc["new1", "cycle_node"]) and np.isnan(after.distance["cycle"][-1]).all()
    assert not after.places.loc["new1", "border_truncated_cycle"]
    assert np.isfinite(after.distance["walk"][-1]).sum() == 23  # of 24 postcodes one is off the network
    with pytest.raises(ScenarioError, match="cycling is 370 m away"):  # row 3 lies 600 m north
        check(Scenario(CODE, (add(450, 230, "library"),)), ground)


def test_near_the_edge_a_catchment_is_cut_off():
    """Two half-distances (1,200 m) from the western column, which lies outside, or less."""
    near, far = (apply(CITY.setting, Scenario(CODE, (add(x, 210, "playground"),))) for x in (210, 1190))
    assert near.places.loc["new1", "border_truncated_walk"]  # 210 m × at most 1.5 < 2 × 400 m
    assert not far.places.loc["new1", "border_truncated_walk"]  # at least 990 m > 800 m


def test_writing_and_reading_gives_the_same():
    scenario = Scenario(CODE, (add(450, 130, name="Café 'Ons' <b>"), Close("n10"), Move("n20", 5.5, 50.5)), "Wat als?")
    assert parse(to_json(scenario)) == scenario == parse(to_json(scenario, indent=2).encode())
    assert " " not in to_json(Scenario(CODE, (Close("n10"),)))
    assert parse(b"\xef\xbb\xbf" + to_json(scenario).encode()) == scenario  # as some editors begin a file


def test_the_answer_as_json_and_as_text():
    scenario = Scenario(CODE, (Close("n00"), Close("n30"), Close("n60")), "Alles dicht")
    outcome = compare(CITY.setting, apply(CITY.setting, scenario))
    assert outcome.emptied == ("supermarket",)
    found = records(scenario, outcome)
    text = json.dumps(found, allow_nan=False)
    assert json.loads(text) == found and found["emptied"] == ["supermarket"] and found["licence"] == "ODbL-1.0"
    city = {row["figure"]: row for row in found["city"]}
    assert city["places"]["after"] == 0 and city["residents_served"]["after"] == 0
    assert city["bridge"]["after"] is None and city["bridge"]["difference"] is None
    assert any("No supermarkets are left" in line for line in remarks(outcome))
    tables = sheets(scenario, outcome)
    assert tables[0].title.startswith("Alles dicht")
    assert ["bridge", f"{city['bridge']['before']:.4f}", "–", "–", "–", "–", "–"] in tables[0].rows
    assert all(len(row) == len(sheet.header) for sheet in tables for row in sheet.rows)
    assert remarks(compare(CITY.setting, CITY.setting))[0] == "Nothing changes."


def test_a_snapshot_without_waters_says_what_to_do(bundled):
    old = replace(bundled, derived={})
    with pytest.raises(SnapshotError, match="trefpunt build"):
        ground_of(old)


def test_no_place_but_a_water_sport_lies_in_water(bundled):
    """Facts of the data: the club houses at the quay, and the middle of a park that is a pond."""
    waters = ground_of(bundled).waters
    inside = gpd.sjoin(bundled.places, waters[["geometry"]], predicate="within")
    assert set(inside["category"]) <= {"association", "park"} and len(inside) <= 3
    assert {"Maas", "Zuid-Willemsvaart"} <= set(waters["name"].dropna())


def test_maastricht_read_and_applied(bundled):
    ground = ground_of(bundled)
    place = bundled.places.index[0]
    text = json.dumps(
        {
            "trefpunt_scenario": 1,
            "municipality": "GM0935",
            "changes": [
                {"do": "add", "id": "new1", "category": "library", "lon": 5.6534, "lat": 50.8527},
                {"do": "close", "place": place},
            ],
        }
    )
    after = apply(ground.setting, read(text, ground))
    outcome = compare(ground.setting, after)
    assert set(outcome.categories) == {"library", bundled.places["category"][place]}
    assert len(after.places) == len(bundled.places)


def test_the_worked_case_of_the_documentation(tmp_path):
    """Every figure of the section, held against the command that it names."""
    text = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8").partition("## A worked case")[2]
    path = tmp_path / "scenario.json"
    path.write_text(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1], encoding="utf-8")
    command = [sys.executable, "-m", "trefpunt", "scenario", str(path)]
    done = subprocess.run([*command, "--format", "json"], capture_output=True, text=True, cwd=ROOT, check=True)
    found = json.loads(done.stdout)
    tables = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    said = {row[0]: row[1:] for row in tables}
    assert set(said) == {
        "figure",
        "---",
        "buurt",
        "Dousberg-Hazendans",
        "Pottenberg",
        *(r["figure"] for r in found["city"]),
    }
    for row in found["city"]:
        digits = 4 if row["lower"] is not None else 0
        numbers = [f"{row[c]:,.{digits}f}" for c in ("before", "after")] + [f"{row['difference']:+,.{digits}f}"]
        numbers += ["–" if row[c] is None else f"{row[c]:+.4f}" for c in ("lower", "upper")]
        assert said[row["figure"]] == [*numbers, {None: "–", True: "yes", False: "no"}[row["sign_sure"]]]
    areas = {row["name"]: row for row in found["neighbourhoods"]}
    for name in ("Dousberg-Hazendans", "Pottenberg"):
        row = areas[name]
        counts = [f"{row[c]:,.0f}" for c in ("residents", "within_before", "within_after")]
        assert said[name] == [*counts, f"{row['minutes_before']:.1f}", f"{row['minutes_after']:.1f}"]
    words = " ".join(text.split())
    winners = found["winners"]["community_centre"]
    assert f"for somebody in {', '.join(winners[:-1])} and {winners[-1]}; nobody loses" in words
    assert found["losers"]["community_centre"] == []
    place = {row["figure"]: row["after"] for row in found["places"]}
    assert f"its own bridge is {place['bridge']:.4f}" in words
    assert len(areas) == 44
    assert f"All {areas['Pottenberg']['gained']:,.0f} residents of Pottenberg" in words
    assert (
        f"{areas['Dousberg-Hazendans']['gained']:,.0f} of the {areas['Dousberg-Hazendans']['residents']:,.0f}" in words
    )
    modes = [row["mode"] for row in found["pairs"]]
    assert f"by bike {len(modes)} pairs share one more" in words and set(modes) == {"cycle"}
    assert {row["difference"] for row in found["pairs"]} == {1}
    shown = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert "access low" in shown and "Dousberg-Hazendans" in shown and "who could meet is not who does" in shown


@pytest.mark.parametrize("mode", MODES)
def test_a_foot_is_as_far_as_by_the_nearer_end_of_its_street(bundled, mode):
    """One search from the foot says what the two ends say apart, but for the rounding of sums in another order."""
    setting = queries.setting(bundled)
    network, people = setting.networks[mode], setting.population[f"{mode}_node"]
    for x, y in network.nodes[["x", "y"]].iloc[:: len(network.nodes) // 20].to_numpy():
        for joint in (joining.join(network, x, y), joining.join(network, x + 7.0, y - 11.0)):
            ends = distances(network, pd.Series([joint.source, joint.target], dtype="Int64"), people)
            expected = np.minimum(ends[0] + joint.along_m, ends[1] + joint.rest_m)
            if joint.reachable:
                np.testing.assert_allclose(joining.row(setting, mode, joint), expected, rtol=0, atol=1e-6)
