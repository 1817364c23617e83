"""Measure 5 per category and the cost of closing, with intervals: by hand, and against the plain formulas in a draw."""

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from tests.conftest import ROOT
from trefpunt import queries, subjects
from trefpunt.categories import Category, load_categories
from trefpunt.errors import TrefpuntError
from trefpunt.metrics.bridging import NOWHERE, bridging_index, effective_places, nearest_place
from trefpunt.metrics.category_draws import access_draws, bridging_indices, mean_index, sortings
from trefpunt.metrics.category_measures import (
    ACCESS_MEASURES,
    CLOSING_MEASURES,
    INDEX_MEASURES,
    RandomSets,
    category_measures,
)
from trefpunt.metrics.closing import category_access, closing, prepare
from trefpunt.metrics.decay import weights
from trefpunt.metrics.places import Residents
from trefpunt.metrics.setting import Setting
from trefpunt.metrics.share_draws import Drift, Parts
from trefpunt.metrics.share_scenarios import UncertaintyParams, interval, share_scenarios
from trefpunt.network.graph import Network

STILL = Drift(years=3.0, common_low=0.0, common_high=0.0, turnover=0.0, shared_low=0.0, shared_high=0.0)
WHOLE = Parts(low=0.0, high=0.0, correlation=0.0)
CERTAIN = UncertaintyParams(draws=8, drift=STILL, parts=WHOLE, unknown_bounds=False)
UNKNOWN_ONLY = replace(CERTAIN, unknown_bounds=True)
FEW = UncertaintyParams(draws=20)


def category(name):
    texts = dict.fromkeys(("name_nl", "name_en", "plural_nl", "plural_en", "icon", "letter"), name)
    return Category(id=name, mode="walk", half_distance_m=600.0, shape="circle", colour="#000000", **texts)


CATEGORIES = {name: category(name) for name in ("shop", "empty", "lone")}


@pytest.fixture
def town():
    """Worked example of docs/method.md (shops p and q), a category of one place and one without any.

    100 people (60/30/10), 100 (20/40/40), 50 of unknown groups; p at the first, q at the second. Weights of p 1, ½, ½
    and of q ½, 1, 0. Streets, for random sets only: three nodes in a row.
    """
    areas = pd.DataFrame(
        {"share_low": [0.6, 0.2, np.nan], "share_middle": [0.3, 0.4, np.nan], "share_high": [0.1, 0.4, np.nan]},
        index=pd.Index(["A", "B", "C"], name="code"),
    ).assign(shares_year=2017.0, student_area=False)
    people = pd.DataFrame(
        {"residents": [100, 100, 50], "neighbourhood_code": ["A", "B", "C"], "walk_node": [0, 1, 2]},
        index=pd.Index(["1", "2", "3"], name="pc6"),
    )
    places = pd.DataFrame({"category": ["shop", "lone", "shop"]}, index=pd.Index(["p", "solo", "q"], name="place_id"))
    nodes = pd.DataFrame({"x": [0.0, 1, 2], "y": 0.0, "in_municipality": True})
    edges = pd.DataFrame([(0, 1, 600.0), (1, 2, 600.0)], columns=["source", "target", "length_m"])
    distance = np.array([[0.0, 600.0, 600.0], [0.0, 600.0, 600.0], [600.0, 0.0, 3000.0]])
    return Setting(areas, areas, people, places, {"walk": Network(nodes, edges)}, {"walk": distance})


def measured(town, params):
    return category_measures(town, params, sets=12, categories=CATEGORIES)


def test_worked_example(town):
    got = measured(town, CERTAIN)
    shop = got.categories.loc["shop"]
    # Docs: (½ · 0.54 + ½ · 0.64) / 0.655; everybody known next door; visits as in test_closing.py.
    assert shop["bridging_index"] == pytest.approx(0.59 / 0.655)
    assert (shop["bridge"], shop["encounter"]) == pytest.approx((1, (56 / 3 + 20) / 200))
    assert (shop["places"], shop["residents"], shop["residents_unknown"], shop["mode"]) == (2, 200, 50, "walk")
    # 100 and 100 of known group: as many effective places as places, so both comparisons are the same sets.
    assert shop["effective_places"] == pytest.approx(2) and shop["excess"] == shop["excess_effective"]
    assert got.closing.index.tolist() == ["p", "solo", "q"]
    assert got.closing.loc[["p", "q"], "bridge_loss"].tolist() == pytest.approx([0.375, 0.4])
    assert got.closing.loc[["p", "q"], "encounter_loss"].tolist() == pytest.approx([(116 / 3 - 40) / 200] * 2)
    assert got.closing.loc[["p", "q"], "residents_left"].tolist() == [50, 0]


def test_random_sets_by_hand(town):
    # Two of three nodes; a node of C holds nobody of known group. Sets {0, 1}, {1, 2} and {0, 2} (node 1 between the
    # two, 600 m from each: one of them). Only {0, 2} can send the second to another place than the first, and {0, 1}
    # does: 0.59/0.655; all at one place: 1.
    shop = measured(town, CERTAIN).categories.loc["shop"]
    apart = 0.59 / 0.655
    assert apart <= shop["random_lower"] <= shop["random_mean"] <= shop["random_upper"] <= 1
    random = RandomSets(town, share_scenarios(town.population, town.neighbourhoods, CERTAIN), "walk", 12, 0)
    scenarios = share_scenarios(town.population, town.neighbourhoods, CERTAIN)
    values = bridging_indices(random.of_size(2)[0], scenarios.point)[:, 0]
    assert set(values.round(12)) <= {round(apart, 12), 1.0} and len(set(values.round(12))) == 2
    assert shop["excess"] == pytest.approx(apart - values.mean())
    assert shop["random_error"] == pytest.approx(values.std(ddof=1) / np.sqrt(12))


def test_nothing_uncertain_gives_no_width(town):
    got = measured(town, CERTAIN)
    for table, names in ((got.categories, (*INDEX_MEASURES, *ACCESS_MEASURES)), (got.closing, CLOSING_MEASURES)):
        for name in names:
            for end in ("lower", "upper"):
                assert table[f"{name}_{end}"].to_numpy() == pytest.approx(
                    table[name].to_numpy(), abs=1e-12, nan_ok=True
                )


def test_unknown_residents_bound_the_cost_of_closing(town):
    got = measured(town, UNKNOWN_ONLY).closing.loc["p"]
    # The 50 reach p at ½ and q not. All low: N_L 130, access (60 + 20 + 25) / 130 = 105/130, high 1; without p low
    # (30 + 20) / 130: loss 55/130. All high: N_H 100, access (10 + 40 + 25) / 100, low 1; without p high (5 + 40) / 100
    # below low 0.625: loss 0.75 − 0.45. All middle: 0.375, as when left out.
    assert (got["bridge_loss_lower"], got["bridge_loss_upper"]) == pytest.approx((0.3, 55 / 130))


def test_unknown_residents_bound_the_index(town):
    got = measured(town, UNKNOWN_ONLY).categories.loc["shop"]
    known = np.array([[60.0, 30, 10], [20, 40, 40]])
    goes = np.array([0, 1, 0])  # the unknown go to p, 600 m away
    values = [0.59 / 0.655] + [bridging_index(np.vstack([known, 50 * np.eye(3)[g]]), goes) for g in range(3)]
    assert got["bridging_index_lower"] == pytest.approx(min(values))
    assert got["bridging_index_upper"] == pytest.approx(max(values))


def test_a_category_without_places_is_missing(town):
    got = measured(town, FEW).categories.loc["empty"]
    assert got["places"] == 0 and got["matched_places"] == 0 and not got["by_construction"]
    assert got["residents"] == 0 and got["residents_unserved"] == 200
    figures = [*INDEX_MEASURES, *ACCESS_MEASURES, "random_mean", "random_mean_effective", "effective_places"]
    figures += [f"{name}_{end}" for name in (*INDEX_MEASURES, *ACCESS_MEASURES) for end in ("lower", "upper")]
    assert got[figures].isna().all()


def test_a_single_place_bridges_by_construction_and_compares_with_nothing(town):
    got = measured(town, FEW)
    lone = got.categories.loc["lone"]
    assert lone["by_construction"] and lone["bridging_index"] == pytest.approx(1)
    assert lone[["bridging_index_lower", "bridging_index_upper"]].tolist() == pytest.approx([1, 1])
    assert lone[["excess", "excess_lower", "excess_effective", "excess_effective_upper", "random_mean"]].isna().all()
    # Closing the only place costs all there is.
    solo = got.closing.loc["solo"]
    assert (solo["bridge_loss"], solo["encounter_loss"]) == pytest.approx((lone["bridge"], lone["encounter"]))
    assert solo["residents_left"] == 250


def test_a_place_off_the_network_has_no_figures(town):
    distance = town.distance["walk"].copy()
    distance[2] = np.nan
    got = measured(replace(town, distance={"walk": distance}), FEW)
    assert got.closing.loc["q"].isna().all() and got.closing.loc["p"].notna().all()
    assert got.categories.loc["shop", ["places", "places_off_network"]].tolist() == [1, 1]


def test_all_shares_known_needs_no_bounds(town):
    areas = town.neighbourhoods.drop(index="C")
    people = town.population.assign(neighbourhood_code=["A", "B", "B"])
    scenarios = share_scenarios(people, areas)
    assert len(scenarios.treatments) == 1 and scenarios.per_area(np.ones(3)).tolist() == [100, 150, 0]


def test_interval_holds_its_point_and_keeps_what_is_missing():
    got = interval(np.array([5.0, np.nan]), [np.array([[1.0, 2, 3], [1, 2, 3]]), np.full((2, 3), np.nan)], 0.9)
    # 5 % quantile of 1, 2, 3: 1.1; the point lies above all draws.
    assert got[:, 0] == pytest.approx([1.1, 5.0]) and np.isnan(got[:, 1]).all()


@pytest.fixture(scope="module")
def city(bundled):
    return queries.setting(bundled)


def drawn_residents(scenarios, treatment, draw):
    """Residents of one draw as plain shares per postcode: what the formulas without draws take."""
    shares = treatment.whole[draw][scenarios.area]
    if not treatment.counts_unknown:
        shares[scenarios.area == scenarios.areas - 1] = np.nan
    return Residents(scenarios.count, shares)


@pytest.mark.parametrize("name", ["market", "secondary_school"])
def test_a_draw_gives_what_the_plain_formulas_give(city, name):
    """Summing per neighbourhood first loses nothing: same index, access, encounter and losses for the drawn shares."""
    kind = load_categories()[name]
    rows = (city.places["category"] == name).to_numpy()
    distance = city.distance[kind.mode][rows]
    weight = weights(distance, kind.half_distance_m)
    params = UncertaintyParams(draws=3, parts=WHOLE)
    scenarios = share_scenarios(city.population, city.neighbourhoods, params)
    catchments, _ = prepare(weight, city.residents)
    found = access_draws(catchments, scenarios)
    goes_to = nearest_place(distance)
    own = sortings(goes_to[None], scenarios)
    assert len(scenarios.treatments) == 4
    for treatment, got in zip(scenarios.treatments, found, strict=True):
        residents = drawn_residents(scenarios, treatment, draw=2)
        access, losses = category_access(weight, residents), closing(weight, residents, city.places.index[rows])
        for measure in ACCESS_MEASURES:
            assert got[measure][0, 2] == pytest.approx(getattr(access, measure), abs=1e-12)
        for measure in CLOSING_MEASURES:
            assert got[measure][:, 2] == pytest.approx(losses[measure].to_numpy(), abs=1e-12)
        index = bridging_indices(own[int(treatment.counts_unknown)], treatment.whole)[0, 2]
        assert index == pytest.approx(bridging_index(residents.by_group, goes_to), abs=1e-12)


def test_the_draws_are_those_of_the_other_measures(city):
    """With the shares of a draw, the municipality has the shares that `uncertainty` gives its places: same series."""
    one = share_scenarios(city.population, city.neighbourhoods, FEW).treatments[0].whole
    more = share_scenarios(city.population, city.neighbourhoods, replace(FEW, draws=30)).treatments[0].whole
    assert np.array_equal(one, more[:20]) and one.shape[0] == 20


def test_mean_over_sets_that_reach_others(town):
    """Sets that reach different residents are averaged as indices, not as sums."""
    scenarios = share_scenarios(town.population, town.neighbourhoods, CERTAIN)
    goes_to = np.array([[0, 1, 0], [0, NOWHERE, 0], [0, 0, 0]])
    sets, _ = sortings(goes_to, scenarios)
    each = bridging_indices(sets, scenarios.point)
    assert each[:, 0] == pytest.approx([0.59 / 0.655, 1, 1])
    assert mean_index(sets, scenarios.point) == pytest.approx(each.mean(axis=0))


def test_matched_sets_divide_the_residents_as_unevenly(city):
    scenarios = share_scenarios(city.population, city.neighbourhoods, CERTAIN)
    random = RandomSets(city, scenarios, "walk", 30, 0)
    known = ~np.isnan(city.residents.shares[:, 0])
    count = city.residents.count
    size = random.size_for(18.0)
    effective = random.of_size(size)[0].effective
    # The mean of 30 sets has a standard error of a few per cent; the size itself is rounded.
    assert effective.mean() == pytest.approx(18.0, rel=0.1) and size > 18
    assert effective_places(count[known], np.arange(known.sum())) > size
    assert random.size_for(float("nan")) == 0 and random.size_for(1.0) == 1


@pytest.fixture(scope="module")
def all_measures(city):
    return category_measures(city, FEW, sets=4)


def test_every_category_is_there_and_intervals_hold_their_points(city, all_measures):
    table = all_measures.categories
    assert table.index.tolist() == sorted(load_categories())
    assert all_measures.closing.index.equals(city.places.index)
    for frame, names in ((table, (*INDEX_MEASURES, *ACCESS_MEASURES)), (all_measures.closing, CLOSING_MEASURES)):
        for name in names:
            point, lower, upper = (frame[f"{name}{end}"] for end in ("", "_lower", "_upper"))
            there = point.notna()
            assert (lower[there] <= point[there]).all() and (point[there] <= upper[there]).all()
            assert lower[~there].isna().all() and upper[~there].isna().all()
            # Something is uncertain about every category there is.
            if name != "residents_left":
                assert (upper > lower)[there].mean() > 0.8


def test_twice_the_same(city, all_measures):
    again = category_measures(city, FEW, sets=4)
    pd.testing.assert_frame_equal(again.categories, all_measures.categories, check_exact=True)
    pd.testing.assert_frame_equal(again.closing, all_measures.closing, check_exact=True)


def test_the_snapshot_holds_them_all(bundled):
    table = queries.category_table(bundled)
    assert set(table.index) == set(load_categories())
    there = table["places"] > 0
    assert table.loc[there, "bridging_index"].between(0, 1).all() and table.loc[~there, "bridging_index"].isna().all()
    closed = queries.closing(bundled)
    assert set(closed.index) == set(bundled.places.index)
    plain = category_measures(queries.setting(bundled), CERTAIN, sets=2)
    for name in (*CLOSING_MEASURES, "residents_left"):
        stored = closed[name].reindex(plain.closing.index).to_numpy()
        assert stored == pytest.approx(plain.closing[name].to_numpy(), abs=1e-9, nan_ok=True)
    assert table["encounter"].to_numpy() == pytest.approx(plain.categories["encounter"].to_numpy(), nan_ok=True)


def test_export_of_categories_and_places(bundled):
    table = subjects.subject_table(bundled, "categories", None, 15)
    assert table.licence == "ODbL-1.0" and "excess_effective" in subjects.to_text(table, "csv").splitlines()[0]
    with pytest.raises(TrefpuntError, match="no geometry"):
        subjects.to_text(table, "geojson")
    places = subjects.subject_table(bundled, "places", None, 15).table
    assert {"bridge_loss", "bridge_loss_lower", "encounter_loss_upper", "residents_left"} <= set(places)
    assert {"mixing_without_students", "bridge_without_students"} <= set(places)
    assert places["bridge_loss"].notna().sum() > 300


def test_the_cost_of_closing_is_given_in_the_own_mode_only(bundled):
    places = subjects.subject_table(bundled, "places", "walk", 15).table
    by_bike = places["category"].map({name: kind.mode == "cycle" for name, kind in load_categories().items()})
    assert by_bike.any() and places.loc[by_bike, "bridge_loss"].isna().all()
    assert places.loc[~by_bike, "bridge_loss"].notna().any()


def test_measures_without_students_are_those_of_a_city_without_them(bundled):
    got = queries.places_without_students(bundled)
    student = bundled.neighbourhoods.index[bundled.neighbourhoods["student_area"]]
    count = bundled.population["residents"].where(~bundled.population["neighbourhood_code"].isin(student), 0)
    other = replace(bundled, population=gpd.GeoDataFrame(bundled.population.assign(residents=count)))
    again = queries.place_measures(other)
    for name in ("mixing", "bridge"):
        assert got[f"{name}_without_students"].to_numpy() == pytest.approx(again[name].to_numpy(), nan_ok=True)


def test_origins_per_group_add_up(bundled):
    place = queries.place_measures(bundled).query("category == 'market'").iloc[0]
    got = queries.place_origins(bundled, place.name)
    known = got["share_of_low"].notna()
    assert 0 < (~known).sum() < len(got)
    for group in ("low", "middle", "high"):
        assert got[f"share_of_{group}"].sum() == pytest.approx(1)
        # Within a neighbourhood all have its shares: weighted back, the parts give the share of the place itself.
        share = bundled.neighbourhoods[f"share_{group}"].reindex(got.index)
        part = got["share_of_reach"][known] / got["share_of_reach"][known].sum()
        assert (part * share[known]).sum() == pytest.approx(place[f"share_{group}"])
        assert got[f"residents_{group}"].to_numpy() == pytest.approx((got["residents_within"] * share), nan_ok=True)


def as_written(value, digits, sign=""):
    return "–" if np.isnan(value) else f"{value:{sign}.{digits}f}".replace("-", "−")


def with_ends(row, name, digits, sign=""):
    ends = [as_written(row[f"{name}{end}"], digits, sign) for end in ("", "_lower", "_upper")]
    return "–" if ends[0] == "–" else f"{ends[0]} ({ends[1]} to {ends[2]})"


def documented_rows(table):
    """Rows of the table in docs/method.md, as `export categories` gives the figures."""
    names = {name: kind.name_en for name, kind in load_categories().items()}
    for name in sorted(table.index, key=names.__getitem__):
        row = table.loc[name]
        cells = [
            names[name],
            str(row["places"]),
            as_written(row["effective_places"], 1),
            with_ends(row, "bridging_index", 3),
            as_written(row["excess"], 3, "+"),
            with_ends(row, "excess_effective", 3, "+"),
            as_written(row["random_below_effective"], 2),
            as_written(row["bridge"], 2),
            as_written(100 * row["encounter"], 1),
        ]
        yield f"| {' | '.join(cells)} |"


def test_the_documented_table_is_that_of_the_snapshot(bundled):
    text = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    part = re.search(r"\*\*Maastricht\*\*.*?`python -m trefpunt export categories`.*?\n\n(.*?)\n\n", text, re.S)
    assert part is not None
    assert part[1].splitlines()[2:] == list(documented_rows(queries.category_table(bundled)))
