"""Living environments as parts of neighbourhoods, and their intervals, against the definitions and by hand."""

import numpy as np
import pandas as pd
import pytest

from trefpunt.categories import load_categories
from trefpunt.errors import TableError
from trefpunt.metrics.decay import weights
from trefpunt.metrics.living_environment import People, neighbour_mixes
from trefpunt.metrics.living_environment_table import KEY, one_sidedness_table
from trefpunt.metrics.one_sidedness import (
    FACTORS,
    STATUSES,
    by_area,
    classify,
    neighbours,
    over_categories,
    places_within_reach,
)
from trefpunt.metrics.places import NATIONAL_SHARES, residents_of
from trefpunt.metrics.setting import Setting
from trefpunt.metrics.share_draws import DRIFT, PARTS, Drift, Parts
from trefpunt.metrics.share_scenarios import UncertaintyParams, share_scenarios
from trefpunt.network.catchments import distances
from trefpunt.network.graph import Network
from trefpunt.tables.schemas import check_table

NOTHING_MOVES = Drift(3.0, 0.0, 0.0, 0.0, 0.0, 0.0)
NO_PARTS = Parts(0.0, 0.0, 0.0)
CERTAIN = UncertaintyParams(draws=20, drift=NOTHING_MOVES, parts=NO_PARTS)


def street(metres, residents, of_area, shares, students=(), unreachable=(), places=()):
    """A town along one street: postcodes at `metres`, areas A, B, … in one district, schools at the given postcodes."""
    count = len(metres)
    step = np.diff(np.asarray(metres, dtype=float))
    nodes = pd.DataFrame({"x": np.asarray(metres, dtype=float), "y": 0.0, "in_municipality": True})
    edges = pd.DataFrame({"source": range(count - 1), "target": range(1, count), "length_m": step})
    node = pd.Series(range(count), index=[f"P{i}" for i in range(count)], dtype="Int32")
    node[[f"P{i}" for i in unreachable]] = pd.NA
    population = pd.DataFrame(
        {"residents": np.asarray(residents, dtype=float), "neighbourhood_code": list(of_area), "walk_node": node}
    )
    neighbourhoods = pd.DataFrame(shares, index=["share_low", "share_middle", "share_high"]).T.assign(
        shares_year=2017, district_code="W", student_area=lambda table: table.index.isin(students)
    )
    stops = pd.DataFrame(
        {"category": "primary_school", "walk_node": node.iloc[list(places)].to_numpy()},
        index=[f"s{i}" for i in places],
    ).astype({"walk_node": "Int32"})
    network = Network(nodes, edges)
    to_places = distances(network, stops["walk_node"], node)
    districts = pd.DataFrame({"name": ["W"]}, index=["W"])
    return Setting(
        neighbourhoods, districts, population, stops, {"walk": network}, {"walk": to_places, "cycle": to_places}
    )


@pytest.fixture
def town():
    """The worked example of docs/method.md for neighbours: 300 m apart in a row, the last 50 of unknown groups."""
    return street(
        [0, 300, 600],
        [100, 100, 50],
        "ABC",
        {"A": [0.6, 0.3, 0.1], "B": [0.2, 0.4, 0.4], "C": [np.nan] * 3},
    )


def row(table, **key):
    """The one row of the standard count by neighbours against the municipality at factor 2, but for what is given."""
    asked = {"environment": "neighbours", "reference": "municipality", "variant": "standard", "factor": 2.0} | key
    found = table
    for name, value in asked.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_parts_of_an_environment_by_hand(town):
    # Weights 1, ½, ¼ of 100, 100, 50 people: 100, 50 and 12.5 of 162.5.
    people = People(share_scenarios(town.population, town.neighbourhoods, CERTAIN))
    mix = neighbour_mixes(town, [people])[0]
    whole, part = np.hsplit(mix.parts, 2)
    assert (whole + part)[0] == pytest.approx([100 / 162.5, 50 / 162.5, 12.5 / 162.5])
    assert not mix.empty.any()


def test_worked_example_as_a_table(town):
    # docs/method.md: around the first, at 1.25, it cannot be told; at 2 it is neither. Its 100 people are area A.
    table = one_sidedness_table(town, CERTAIN)
    loose = row(table, code="A", factor=1.25)
    assert loose[["residents", *STATUSES]].tolist() == [100, 0, 0, 0, 0, 100]
    assert (loose["low_lower"], loose["low_upper"]) == (0, 100) and (loose["high_upper"]) == 0
    assert (loose["share_low_lower"], loose["share_low_upper"]) == (0, 1)
    assert pd.isna(loose["most_one_sided"]) and pd.isna(loose["most_certain"])
    assert row(table, code="A")[["neither", "unknown", "low_upper"]].tolist() == [100, 0, 0]


def test_two_far_ends_by_hand():
    # 5 km apart: each sees itself only. 100 people 70/20/10, 100 people 10/20/70: city 40/20/40, odds 2/3 both.
    # A: odds of low 7/3 = 3.5 times 2/3; of high 1/9, one sixth of 2/3: one-sided up to 3.5.
    two = street([0, 5000], [100, 100], "AB", {"A": [0.7, 0.2, 0.1], "B": [0.1, 0.2, 0.7]})
    table = one_sidedness_table(two, CERTAIN)
    for factor, low in ((3.0, 100), (4.0, 0)):
        assert row(table, code="A", factor=factor)["low"] == low and row(table, code="B", factor=factor)["high"] == low
    everywhere = row(table, code="all")
    assert everywhere[["residents", "low", "high", "share_low", "share_one_sided"]].tolist() == [200, 100, 100, 0.5, 1]
    assert everywhere["most_one_sided"] and everywhere["most_certain"]
    # Country: odds of low 2/3, of high 1/4. A: low 3.5 times, high 1/9 to 1/4: 2.25.
    assert row(table, code="A", reference="national", factor=2.0)["low"] == 100
    assert row(table, code="A", reference="national", factor=2.5)["low"] == 0
    # No school anywhere: nothing is known about places, which is not the same as none.
    assert row(table, code="A", environment="places")[["unknown", "none"]].tolist() == [100, 0]


def test_places_by_hand():
    # One school, at A, reaches A alone (2,800 m is its limit): for A an environment of A, for B nothing.
    two = street([0, 5000], [100, 100], "AB", {"A": [0.7, 0.2, 0.1], "B": [0.1, 0.2, 0.7]}, places=[0])
    table = one_sidedness_table(two, CERTAIN)
    assert row(table, environment="places", code="A")["low"] == 100
    assert row(table, environment="places", code="B")[["none", "unknown", "high"]].tolist() == [100, 0, 0]
    assert pd.isna(row(table, environment="places", code="B")["most_one_sided"])


def test_students_left_out_by_hand():
    # Three ends 5 km apart; B is a student neighbourhood. With it the city is (70+80+10)/300 = 53⅓ % low and
    # (10+0+70)/300 = 26⅔ % high; A: odds of low 7/3 to 8/7 = 2.04. Without, the city of the test above: 3.5.
    three = street(
        [0, 5000, 10000],
        [100, 100, 100],
        "ABC",
        {"A": [0.7, 0.2, 0.1], "B": [0.8, 0.2, 0.0], "C": [0.1, 0.2, 0.7]},
        students=["B"],
    )
    table = one_sidedness_table(three, CERTAIN)
    assert [row(table, code="A", factor=k)["low"] for k in (2.0, 3.0)] == [100, 0]
    assert [row(table, code="A", factor=k, variant="without_students")["low"] for k in (2.0, 3.0)] == [100, 100]
    student = row(table, code="B", variant="without_students")
    assert student["residents"] == 0 and student[["share_low", "share_high_upper", "most_one_sided"]].isna().all()
    assert row(table, code="all", variant="without_students")["residents"] == 200


def test_half_distances_by_hand():
    # 300 m apart: B weighs w = ½ at A, ¼ with half the half-distance, 2^(−⅔) = 0.63 with one and a half times.
    near = street([0, 300], [100, 100], "AB", {"A": [0.7, 0.2, 0.1], "B": [0.1, 0.2, 0.7]})
    people = share_scenarios(near.population, near.neighbourhoods, CERTAIN)
    for factor, weight in ((1.0, 0.5), (0.5, 0.25), (1.5, 2 ** (-2 / 3))):
        whole, part = np.hsplit(neighbour_mixes(near, [People(people, factor)])[0].parts, 2)
        assert (whole + part)[0] == pytest.approx([1 / (1 + weight), weight / (1 + weight), 0])
    # Low around A (0.7 + 0.1 w) / (1 + w), high (0.1 + 0.7 w) / (1 + w); in odds against 2/3: with w = ¼ 58 and 22 %,
    # 2.07 times and 1/2.36: up to 2.07. With w = 0.63 46.8 and 33.2 %: up to 1.32. With w = ½ 50 and 30 %: up to 1.5.
    table = one_sidedness_table(near, CERTAIN)
    for variant, yes, no in (("shorter", 2.0, 2.5), ("longer", 1.25, 1.5), ("standard", 1.25, 1.75)):
        assert row(table, code="A", variant=variant, factor=yes)["low"] == 100
        assert row(table, code="A", variant=variant, factor=no)["low"] == 0


def test_nothing_uncertain_no_width(town):
    known = street([0, 300, 900], [100, 100, 50], "ABA", {"A": [0.6, 0.3, 0.1], "B": [0.2, 0.4, 0.4]}, places=[0, 1])
    table = one_sidedness_table(known, CERTAIN)
    for side in ("low", "high"):
        for end in ("lower", "upper"):
            assert (table[f"{side}_{end}"] == table[side]).all()
    assert (table["unknown"] == 0).all()


@pytest.fixture
def uneven():
    """Near the thresholds, so that draws go over them: five areas, two postcodes each; the last of unknown groups."""
    return street(
        [0, 200, 900, 1100, 2500, 2700, 4000, 4200, 5000, 5100],
        [80, 60, 90, 70, 50, 65, 100, 40, 30, 35],
        "AABBCCDDEE",
        {
            "A": [0.66, 0.26, 0.08],
            "B": [0.55, 0.33, 0.12],
            "C": [0.2, 0.4, 0.4],
            "D": [0.33, 0.37, 0.3],
            "E": [np.nan] * 3,
        },
        students=["D"],
        unreachable=[5],
        places=[1, 6],
    )


def test_intervals_hold_the_point_and_have_width(uneven):
    table = one_sidedness_table(uneven, UncertaintyParams(draws=100))
    for side in ("low", "high"):
        assert (table[f"{side}_lower"] <= table[side]).all() and (table[side] <= table[f"{side}_upper"]).all()
        assert (table[f"{side}_lower"] >= 0).all() and (table[f"{side}_upper"] <= table["residents"]).all()
        share = table[f"{side}_upper"] / table["residents"].where(table["residents"] > 0)
        pd.testing.assert_series_equal(share, table[f"share_{side}_upper"], check_names=False)
    still = one_sidedness_table(uneven, CERTAIN)
    assert (table["low_upper"] - table["low_lower"]).sum() > (still["low_upper"] - still["low_lower"]).sum()
    pd.testing.assert_frame_equal(table[[*KEY, "residents", *STATUSES]], still[[*KEY, "residents", *STATUSES]])
    # Draws can take certainty away, and do; they cannot bring it, nor change the verdict itself.
    sure, before = (one["most_certain"].fillna(False).astype(bool) for one in (table, still))
    assert not (sure & ~before).any() and (before & ~sure).any() and sure.any()
    pd.testing.assert_series_equal(table["most_one_sided"], still["most_one_sided"])
    assert (table[list(STATUSES)].sum(axis=1) == table["residents"]).all()


def test_the_shares_of_the_municipality_move_with_the_draws():
    # One area: whatever its shares are, the municipality has the same, so it never is one-sided; the country stays put.
    one = street([0, 100], [100, 100], "AA", {"A": [0.55, 0.33, 0.12]})
    table = one_sidedness_table(one, UncertaintyParams(draws=100, drift=DRIFT, parts=NO_PARTS))
    city = table[(table["reference"] == "municipality") & (table["environment"] == "neighbours")]
    assert (city["low_upper"] == 0).all() and (city["high_upper"] == 0).all()
    country = row(table, code="A", reference="national", factor=1.75)
    assert country["low_lower"] == 0 and country["low_upper"] == 200


def test_unknown_residents_widen(uneven):
    known = uneven.neighbourhoods.copy()
    known.loc["E", ["share_low", "share_middle", "share_high"]] = [0.4, 0.4, 0.2]
    told = Setting(known, uneven.districts, uneven.population, uneven.places, uneven.networks, uneven.distance)
    with_unknown, without = (
        row(one_sidedness_table(one, CERTAIN), code="all", reference="national", factor=1.25) for one in (uneven, told)
    )
    width = [one["low_upper"] - one["low_lower"] for one in (with_unknown, without)]
    # E's own 65 people see E alone (D is 800 m off and too light to decide): low or not, nobody can tell. Off the
    # network are 65 people of C, in both cases.
    assert with_unknown["unknown"] >= without["unknown"] + 65 and width[0] >= width[1] + 65


@pytest.mark.parametrize("side", ["low", "high"])
def test_the_contract_wants_intervals_that_hold_their_value(side):
    far = street([0, 5000], [100, 100], "AB", {"A": [0.7, 0.2, 0.1], "B": [0.1, 0.2, 0.7]})
    codes = {"A": "BU09350000", "B": "BU09350001", "W": "WK093500"}
    table = one_sidedness_table(far, CERTAIN).replace({"code": codes})
    check_table("one_sidedness", table)
    with pytest.raises(TableError, match=f"the interval holds {side}"):
        check_table("one_sidedness", table.assign(**{f"{side}_upper": table[side] - 1 + (table[side] < 1)}))


def test_off_the_network_is_unknown_and_possible(uneven):
    table = one_sidedness_table(uneven, CERTAIN)
    c = row(table, code="C")
    assert c["unknown"] == 65 and c["low_upper"] - c["low"] == 65 and c["high_upper"] - c["high"] == 65


def test_same_bytes_twice_and_in_order(uneven):
    params = UncertaintyParams(draws=30, drift=DRIFT, parts=PARTS)
    one, two = (one_sidedness_table(uneven, params) for _ in range(2))
    pd.testing.assert_frame_equal(one, two)
    assert not one.duplicated(KEY).any() and one[KEY].equals(one[KEY].sort_values(KEY, ignore_index=True))
    # 5 buurten, a district, all; two environments, two references, four variants.
    assert len(one) == 7 * 2 * 2 * 4 * len(FACTORS)


def test_blocks_are_the_same_as_one_go(uneven, monkeypatch):
    whole = one_sidedness_table(uneven, CERTAIN)
    monkeypatch.setattr("trefpunt.metrics.living_environment._ROWS_AT_ONCE", 3)
    pd.testing.assert_frame_equal(one_sidedness_table(uneven, CERTAIN), whole)


def test_areas_add_up(uneven):
    table = one_sidedness_table(uneven, UncertaintyParams(draws=20))
    sums = table.groupby([*KEY[1:5], "level"])[["residents", *STATUSES]].sum().unstack("level")
    for column in ("residents", *STATUSES):
        assert sums[column].nunique(axis=1).eq(1).all()


def test_maastricht_is_what_the_definitions_give(bundled):
    """By parts of neighbourhoods the same residents as postcode by postcode: all statuses, areas and factors."""
    from trefpunt import queries

    setting = queries.setting(bundled)
    residents = residents_of(setting.population, setting.neighbourhoods)
    node = setting.population["walk_node"]
    categories = load_categories()
    of_place = setting.places["category"].to_numpy()
    environments = {
        "neighbours": neighbours(distances(setting.networks["walk"], node, node, 1200.0), residents),
        "places": over_categories(
            [
                places_within_reach(weights(setting.distance[c.mode][of_place == name], c.half_distance_m), residents)
                for name, c in categories.items()
            ]
        ),
    }
    built = one_sidedness_table(setting, UncertaintyParams(draws=2))
    points = [*KEY, "residents", *STATUSES, "share_low", "share_high", "share_one_sided", "most_one_sided"]
    pd.testing.assert_frame_equal(built[points], bundled.derived["one_sidedness"][points])
    codes = setting.neighbourhoods.index.sort_values()
    for name, environment in environments.items():
        for reference, expected in (("municipality", residents.city_shares), ("national", NATIONAL_SHARES)):
            for factor in FACTORS:
                sides = classify(environment, expected, setting.population.index, factor)
                direct = by_area(sides, residents.count, setting.population["neighbourhood_code"], codes)
                rows = built[(built["environment"] == name) & (built["reference"] == reference)]
                rows = rows[(rows["factor"] == factor) & (rows["variant"] == "standard")].set_index("code")
                for column in ("residents", *STATUSES, "share_low", "share_one_sided"):
                    assert rows[column].reindex(codes).to_numpy() == pytest.approx(
                        direct[column].to_numpy(), nan_ok=True
                    )
                assert (rows["low_upper"].reindex(codes) >= direct["low_possible"]).all()
