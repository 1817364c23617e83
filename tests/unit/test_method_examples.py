"""The worked examples of docs/method.md, read out of the document and computed again: text and code cannot drift apart.

Two things are held against each other: every sum that the document works out is worked out here, and what the document
says the measures are is what the code gives for the inputs that the document names.
"""

import re
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from tests.conftest import ROOT
from trefpunt.metrics.bridging import bridging, bridging_index, nearest_place, random_indices
from trefpunt.metrics.closing import category_access, closing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.one_sidedness import classify, neighbours, one_sided, places_within_reach
from trefpunt.metrics.pairs import mean_distances, shared_places
from trefpunt.metrics.places import Residents, measure, minutes_to_metres
from trefpunt.network.graph import Network

DOCUMENT = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8"}
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
SIGNS = "".join(VULGAR)


def section(heading):
    """Text below a heading, up to the next one of its level."""
    parts = re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)
    found = [part for part in parts if part.startswith(heading + "\n")]
    assert len(found) == 1, f"'{heading}' is there {len(found)} times"
    return found[0]


def tables(text):
    """Every Markdown table of a text: a list of rows, each a list of cells, the rule below the header left out."""
    blocks = re.findall(r"(?:^\|.*\|\n?)+", text, flags=re.MULTILINE)
    rows = [[[c.strip() for c in line.strip("|").split("|")] for line in b.strip().split("\n")] for b in blocks]
    return [[row for row in table if not set("".join(row)) <= set("-: ")] for table in rows]


def labelled(table):
    """Rows of a two-column table by their first cell."""
    return {row[0]: row[1] for row in table}


def value(expression):
    """Exact value of a sum in the document's notation: ·, −, ½, 46⅔, 1,200 and %."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", expression)
    for sign, plain in VULGAR.items():
        text = re.sub(rf"(\d+){sign}", rf"(\1+{plain})", text).replace(sign, f"({plain})")
    text = text.replace("·", "*").replace("−", "-").replace("%", "/100")
    assert re.fullmatch(r"[\d.+\-*/() ]+", text), expression
    return eval(re.sub(r"\d+(?:\.\d+)?", r"Fraction('\g<0>')", text), {"Fraction": Fraction})


def is_number(text):
    return re.fullmatch(rf"−?(?:{NUMBER})?[{SIGNS}]?(?: %)?", text) is not None


def precision(text):
    """Half a unit of the last digit that is printed; a whole number without decimals is exact."""
    digits = text.replace(" %", "").partition(".")[2]
    return 0.5 * 10 ** -len(digits) * (0.01 if "%" in text else 1) if digits else 0.0


def numbers(text):
    """Plain numbers in a text, in their order, per cent as shares."""
    return [float(value(one)) for one in re.findall(rf"(?:{NUMBER}[{SIGNS}]?|[{SIGNS}])(?: %)?", text)]


def agrees(printed, computed):
    """Whether a printed number is the computed one, rounded as printed."""
    assert is_number(printed), printed
    return abs(float(value(printed)) - computed) <= precision(printed) + 1e-9


def result(cell):
    """The last number of a cell: what comes of its sum, as printed."""
    return re.findall(rf"−?{NUMBER}(?: %)?", cell)[-1]


def after(label, text):
    """The outcome of the sum that follows a label: in 'low 60 + 20 = 80' after 'low' it is 80."""
    found = re.search(rf"\b{label} (?:[^,;:=]*= ?)*(−?{NUMBER}(?: %)?|\d+/\d+)", text)
    assert found, f"nothing after '{label}' in: {text}"
    return found[1]


def sums():
    """Every 'expression = … = number' of the document."""
    run = re.compile(rf"(?:(?<=\d),(?=\d{{3}})|[\d.{SIGNS}·−+()/ %=])+")
    for text in re.split(r"[|\n]", re.sub(r"(?<!\|)\n(?!\||\n)", " ", DOCUMENT)):
        for match in run.finditer(text):
            sides = [side.strip(" .") for side in match[0].split("=")]
            # 'h = 600' has nothing on one side; 'min(80/100, …' is no sum but a bracket cut in two.
            sides = [s for s in sides if re.search(rf"[\d{SIGNS}]", s) and s.count("(") == s.count(")")]
            if len(sides) > 1 and any(re.search("[·+/]|−", side) for side in sides):
                yield sides


def test_every_sum_of_the_document_is_right():
    found = list(sums())
    for sides in found:
        exact = [value(side) for side in sides]
        allowed = max(precision(side) if is_number(side) else 0.0 for side in sides)
        assert max(exact) - min(exact) <= allowed + 1e-12, " = ".join(sides)
    # Far fewer would mean that the notation changed and nothing is checked any more.
    assert len(found) >= 40


def test_a_wrong_sum_would_be_noticed():
    assert value("(2 · 46⅔ · 20 / 100 + 2 · 33⅓ · 30 / 100) / 200") == Fraction(29, 150)
    assert value("1 − (0.40 − 1/3) / (1 − 1/3)") == Fraction(9, 10)
    assert value("42.2 %") == Fraction(422, 1000) and value("1,200") == 1200 and value("1½") == Fraction(3, 2)
    assert agrees("0.667", 2 / 3) and not agrees("0.668", 2 / 3) and not agrees("211", 212.5)
    assert precision("50.8 %") == pytest.approx(0.0005)


def people(text):
    """Residents from '100 people (shares 0.6 / 0.3 / 0.1)' and '50 … of unknown groups'."""
    share = r"\((?:shares )?([\d.]+) / ([\d.]+) / ([\d.]+)\)"
    known = re.findall(rf"(\d+)(?: people)? {share}", text)
    unknown = re.search(r"(\d+)(?: people)? of unknown groups", text)[1]
    count = np.array([*(float(row[0]) for row in known), float(unknown)])
    shares = np.array([*([float(s) for s in row[1:]] for row in known), [np.nan] * 3])
    return Residents(count, shares)


@pytest.fixture(scope="module")
def first():
    """Measures 1–4: the town, the place's measures, and the rows of the table."""
    text = section("Worked example of measures 1–4")
    rows = labelled(tables(text)[0])
    town = people(text.split("\n\n")[1])
    half, *metres = numbers(re.search(r"h = (.*?) m from them", text)[1])
    minutes = float(re.search(r"within (\d+) minutes", text)[1])
    got = measure(np.array([metres]), np.array([half]), town, minutes_to_metres(minutes, "walk"), pd.Index(["p"])).loc[
        "p"
    ]
    return text, rows, town, got, weights(metres, half)


def test_inputs_of_measures_1_to_4(first):
    text, _, town, _, weight = first
    assert town.count.tolist() == [100, 200, 50] and np.isnan(town.shares[2]).all()
    assert weight.tolist() == pytest.approx(numbers(re.search(r"weights (.*?)\.\n", text)[1]))


def test_measures_1_to_4(first):
    _, rows, town, got, weight = first
    assert agrees(result(rows["reach"]), got["reach"])
    assert agrees(
        result(next(cell for name, cell in rows.items() if name.startswith("within"))), got["residents_within"]
    )
    groups = weight[:2] @ town.by_group[:2]
    for group, total in zip(("low", "middle", "high"), groups, strict=True):
        assert agrees(after(group, rows["per group"]), total)
    assert agrees(result(rows["per group"]), groups.sum())
    printed = re.findall(NUMBER, rows["shares here"])
    here = got[["share_low", "share_middle", "share_high"]]
    assert all(agrees(one, share) for one, share in zip(printed[:3], here, strict=True))
    assert agrees(result(rows["shares here"]), got["share_unknown"])
    for group, total in zip(("low", "middle", "high"), town.totals, strict=True):
        assert agrees(after(group, rows["the municipality"]), total)
    shares = re.findall(r"\d+/\d+", rows["the municipality"].split("shares")[1])
    assert [float(Fraction(one)) for one in shares] == pytest.approx(town.city_shares.tolist())
    assert agrees(result(rows["mixing"]), got["mixing"])
    encounter, ratio = rows["encounter"].split("; ratio")
    assert agrees(re.search(rf"= ({NUMBER})", encounter)[1], got["encounter"])
    assert agrees(result(ratio), got["encounter_ratio"])
    assert agrees(result(rows["bridge"]), got["bridge"])
    assert [float(Fraction(one)) for one in re.findall(r"\d+/\d+", rows["bridge"])] == pytest.approx(
        (groups / town.totals)[[0, 2]].tolist()
    )


def test_measure_6():
    places, shared = tables(section("Worked example of measure 6"))
    header, body = places[0], places[1:]
    codes = [re.match(r"(\w), (\d+) people", cell) for cell in header[1:4]]
    population = pd.DataFrame(
        {"residents": [int(c[2]) for c in codes], "neighbourhood_code": [c[1] for c in codes]}, index=list("123")
    )
    metres = np.array([[float(value(cell)) for cell in row[1:4]] for row in body])
    mean = mean_distances(metres, population, pd.Index([row[0] for row in body]))
    for row in body:
        for column, code in ((4, "A"), (5, "B")):
            assert agrees(result(row[column]), mean.loc[row[0], code])
        assert agrees(row[6], mean.loc[row[0]].max())
    for within, named in shared[1:]:
        limit = minutes_to_metres(float(re.match(r"(\d+) minutes", within)[1]), "walk")
        assert agrees(re.findall(NUMBER, within)[-1], limit)
        expected = [] if named == "none" else named.split(", ")
        assert shared_places(mean, "A", "B", limit).index.tolist() == expected
    assert len(shared) == 4 and shared[-1][1] == "none"


def test_random_sets():
    text = section("Worked example of random sets")
    lengths = [float(n) for n in re.search(r"(\d+) and (\d+) m apart", text).groups()]
    each = float(re.search(r"live (\d+) people", text)[1])
    nodes = pd.DataFrame({"x": [0.0, 1, 2], "y": 0.0, "in_municipality": True})
    edges = pd.DataFrame([(0, 1, lengths[0]), (1, 2, lengths[1])], columns=["source", "target", "length_m"])
    groups = np.array([[each, 0], [each, 0], [0, each]])
    apart = np.abs(np.subtract.outer(np.cumsum([0, *lengths]), np.cumsum([0, *lengths])))
    index = {}
    for at, split, said in tables(text)[0][1:]:
        chosen = np.array([int(n) - 1 for n in re.findall(r"\d", at)])
        index[at] = random_indices(
            Network(nodes, edges), pd.Series([0, 1, 2], dtype="Int64"), groups, 2, draws=1, candidates=chosen
        )[0]
        assert index[at] == pytest.approx(float(value(said.split("=")[-1].strip())))
        # And straight from the definition.
        goes_to = nearest_place(apart[chosen])
        assert index[at] == pytest.approx(bridging_index(groups, goes_to))
        gone = [groups[goes_to == k].sum(axis=0).tolist() for k in (0, 1)]
        assert gone == [[float(n) for n in one.split(" and ")] for one in split.split("; ")]
    mean = float(value(re.search(r"random sets is .*? = (\d/\d)", text)[1]))
    assert mean == pytest.approx(np.mean(list(index.values()))) and len(index) == 3
    excess = float(value(re.search(r"an excess of .*? = (\d/\d)", text)[1]))
    # Two groups of residents stand in for the three of Residents: what is compared has no third group in it.
    town = Residents(np.full(3, each), np.array([[1.0, 0, 0], [1.0, 0, 0], [0, 0, 1.0]]))
    got = bridging(apart[[0, 1]], town, np.array(list(index.values())))
    assert got.excess == pytest.approx(excess)
    assert agrees(re.search(rf"the first row: .*? = ({NUMBER})", text)[1], got.effective_places)


@pytest.fixture(scope="module")
def second():
    """Measures 5 and 7: text, tables, town, metres from the places p and q, half-distance."""
    text = section("Worked example of measures 5 and 7")
    said = " ".join(text.split())
    town = people(said)
    apart = float(value(re.search(rf"the second, ({NUMBER}) m apart", said)[1]))
    p_third = float(value(re.search(rf"p is ({NUMBER}) m from the third", said)[1]))
    q_third = float(value(re.search(rf"q ({NUMBER}) m\.", said)[1]))
    half = float(value(re.search(rf"h = ({NUMBER}) m", said)[1]))
    return said, tables(text), town, np.array([[0.0, apart, p_third], [apart, 0.0, q_third]]), half


def test_inputs_of_measures_5_and_7(second):
    said, _, town, metres, half = second
    weight = weights(metres, half)
    for name, row in zip("pq", weight, strict=True):
        found = re.search(rf"{name}(?: has weights)? ([\d{SIGNS}]+, [\d{SIGNS}]+, [\d{SIGNS}]+)[ .]", said)[1]
        assert [float(value(one)) for one in found.split(", ")] == row.tolist()
    for group, total in zip(("low", "middle", "high"), town.totals, strict=True):
        assert agrees(re.search(rf"Known: .*?{group} (\d+)", said)[1], total)
    shares = re.search(r"shares ([\d.]+), ([\d.]+), ([\d.]+)\.", said).groups()
    assert all(agrees(one, share) for one, share in zip(shares, town.city_shares, strict=True))


def test_measure_5_and_closing(second):
    _, found, town, metres, half = second
    rows, weight = labelled(found[0]), weights(metres, half)
    assert agrees(result(rows["bridging index"]), bridging(metres, town, np.array([np.nan])).index)
    goes_to = nearest_place(metres)[:2]
    for k, place in enumerate("pq"):
        said = re.search(rf"to {place}(?: go)? (\d+) / (\d+) / (\d+)", rows["bridging index"]).groups()
        assert [float(n) for n in said] == pytest.approx(town.by_group[:2][goes_to == k].sum(axis=0).tolist())
        # Visits spread as the places are near: each postcode's weight over the sum of its weights.
        rate = weight[k, :2] / weight[:, :2].sum(axis=0)
        visits = town.by_group[:2] * rate[:, None]
        told = re.search(rf"{place}: low ([^,]*), high ([^,]*) of (\d+)", rows["visits"]).groups()
        for cell, g in zip(told[:2], (0, 2), strict=True):
            parts = [float(value(one)) for one in cell.split(" + ")]
            assert parts == pytest.approx(visits[:, g].tolist())
        assert float(told[2]) == pytest.approx(visits.sum())
    now, lost = category_access(weight, town), closing(weight, town, pd.Index(["p", "q"]))
    assert agrees(result(rows["bridge"]), now.bridge)
    for place in "pq":
        cell = rows[f"{place} closes"]
        without = category_access(weight[[1 if place == "p" else 0]], town)
        assert agrees(after("low", cell), without.access_low) and agrees(after("high", cell), without.access_high)
        assert agrees(re.search(rf"loss (?:[^;]*= )?({NUMBER})", cell)[1], lost.loc[place, "bridge_loss"])
        left = re.search(r"the (\d+) of the third are left", cell)
        assert lost.loc[place, "residents_left"] == (float(left[1]) if left else 0)
    assert agrees(result(rows["encounter"]), now.encounter)
    assert agrees(re.search(rf"= ({NUMBER}):", rows["either closes"])[1], category_access(weight[[0]], town).encounter)
    loss = re.search(rf"a loss of (−{NUMBER})", rows["either closes"])[1]
    assert all(agrees(loss, one) for one in lost["encounter_loss"])


def test_measure_7(second):
    said, found, town, _, _ = second
    apart = float(re.search(r"the postcodes now (\d+) m apart", said)[1])
    row = np.array([[0.0, apart, 2 * apart]])
    around = neighbours(row, town)
    assert weights(row, 300.0)[0].tolist() == [
        float(value(one)) for one in re.search(r"in a row \(weights ([^)]*)\)", said)[1].split(", ")
    ]
    live = re.search(r"= (\d+) low, (\d+) middle, (\d+) high", said).groups()
    assert [float(n) for n in live] == pytest.approx((weights(row, 300.0)[0, :2] @ town.by_group[:2]).tolist())
    sides = {line[0]: line[1:] for line in found[1][1:]}
    for label, shares in (
        ("shares of the known", around.shares),
        ("if the unknown are all low", around.if_low),
        ("if they are all high", around.if_high),
    ):
        for cell, g in zip(sides[label], (0, 2), strict=True):
            assert agrees(result(cell), shares[0, g])
    # What is needed, found by walking up to the limit: just inside it holds, just outside it does not.
    verdicts = {}
    for label, factor in (("needed for one-sidedly low, k = 2", 2.0), ("needed, k = 1.25", 1.25)):
        low, high = (float(value(result(cell))) for cell in sides[label])
        hair = 0.0006  # limits are printed in tenths of a per cent, rounded by up to 0.0005
        for share, expected in (
            ([low + hair, 1 - low - high, high - hair], True),
            ([low - hair, 1 - low - high + 2 * hair, high - hair], False),
            ([low + hair, 1 - low - high - 2 * hair, high + hair], False),
        ):
            assert one_sided(np.array(share), town.city_shares, factor)[0] == expected
        verdicts[factor] = classify(around, town.city_shares, pd.Index(["1"]), factor).loc["1"]
    assert "At k = 2: neither, whoever they are." in said and verdicts[2.0]["neither"]
    assert "At k = 1.25: unknown, possibly low." in said and verdicts[1.25]["unknown"]
    assert verdicts[1.25]["low_possible"] and not verdicts[1.25]["high_possible"]


def test_places_around_the_first(second):
    said, _, town, metres, half = second
    near = np.where([[True, True, False]] * 2, metres, np.inf)
    got = places_within_reach(weights(near, half), town).shares[0]
    text = said.split("Places around the first")[1]
    drawn = re.search(r"p draws (\d+) / (\d+) / (\d+) and q (\d+) / (\d+) / (\d+) of (\d+) each", text).groups()
    reach = weights(near, half)[:, :2] @ town.by_group[:2]
    assert [float(n) for n in drawn] == pytest.approx([*reach[0], *reach[1], reach[0].sum()])
    assert reach[0].sum() == pytest.approx(reach[1].sum())
    assert agrees(re.search(rf"share of low is .*? = ({NUMBER} %)", text)[1], got[0])
    assert agrees(re.search(rf"of high .*? = ({NUMBER} %)", text)[1], got[2])


def test_decay_and_speeds_as_the_document_says():
    text = section("How far") + section("How the pull fades")
    for words, mode in (("Walking goes", "walk"), ("cycling", "cycle")):
        assert minutes_to_metres(1, mode) == float(re.search(rf"{words} (\d+)", text)[1])
    half, cut = 600.0, float(re.search(r"up to (\d) h", text)[1])
    assert weights([half, cut * half, cut * half + 0.1], half).tolist() == [
        0.5,
        float(Fraction(re.search(r"weight is (\d/\d+)", text)[1])),
        0.0,
    ]
