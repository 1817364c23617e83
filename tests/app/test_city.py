"""The page about the whole municipality: the council's question, separation, housing, welfare, kinds of places."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape, unescape

import numpy as np
import pandas as pd
import pytest

from tests.app.conftest import Open, address, html
from trefpunt import queries
from trefpunt.metrics.one_sidedness import FACTORS, one_sided
from trefpunt.snapshot import Snapshot, load
from trefpunt.tables.derived_schemas import ONE_SIDED_VARIANTS as VARIANTS
from trefpunt.ui import city_answer, city_housing, city_kinds, city_parts, city_separation, data, words
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.state import ViewState

NL = Text("nl")


@pytest.fixture(scope="session")
def shown() -> Snapshot:
    """The snapshot that the app shows."""
    return load(data.directory())


def said(text: str) -> str:
    """Return the words of HTML, without tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))


def row_names(drawn: str, looks: str = "tp-cityareas") -> list[str]:
    """Return what the rows of the last table of areas are called."""
    table = re.findall(rf'<table role="table" class="tp-city {looks}.*?</table>', drawn, re.DOTALL)[-1]
    cells = re.findall(r'<th scope="row" role="rowheader">(.*?)</th>', table, re.DOTALL)
    return [unescape(re.sub(r"<small>.*?</small>|<[^>]+>", "", cell)) for cell in cells]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_question_is_answered_by_number_with_what_it_hangs_on(open_app: Open, shown: Snapshot, lang: str) -> None:
    t = Text(lang)
    drawn = said(html(open_app("stad", lang=lang)))
    curve = queries.one_sidedness_curve(shown, "neighbours")
    now = curve.loc[2.0]
    assert t("city.answer.question") in drawn
    for side in ("low", "high"):
        n, total = round(now[side]), round(now["residents"])
        assert t(f"city.answer.said_neighbours_{side}", city=data.municipality(), n=n, total=total) in drawn
        lower, upper = round(now[f"{side}_lower"]), round(now[f"{side}_upper"])
        assert t("city.answer.likely", lower=lower, upper=upper) in drawn
    # The answer at every other factor, what students do to it, and whose measure it is.
    for factor in FACTORS:
        assert f" {t.number(float(curve['low'][factor]))} " in drawn
    without = queries.one_sidedness_curve(shown, "neighbours", variant="without_students").loc[2.0]
    assert t("city.students.without", low=round(without["low"]), high=round(without["high"])) in drawn
    assert t("city.answer.own") in drawn


@pytest.mark.parametrize("level", ["neighbourhood", "district"])
def test_the_list_is_complete_by_name_and_agrees_with_the_query(open_app: Open, shown: Snapshot, level: str) -> None:
    drawn = html(open_app("stad", level=level))
    areas = queries.one_sidedness(shown, level, "neighbours")
    assert row_names(drawn) == sorted(areas["name"], key=str.casefold)
    for _, row in areas[areas["share_high"] > 0].iterrows():
        ends = (row["share_high"], row["share_high_lower"], row["share_high_upper"])
        assert city_parts.between(NL, *ends) in drawn


def test_the_same_at_every_strictness_and_with_other_assumptions(open_app: Open, shown: Snapshot) -> None:
    drawn = html(open_app("stad", factor="1.5"))
    tables = re.findall(r'<table role="table" class="tp-city tp-citycurve">.*?</table>', drawn, re.DOTALL)
    curves = {variant: queries.one_sidedness_curve(shown, "neighbours", variant=variant) for variant in VARIANTS}
    rows = [curves["standard"], pd.DataFrame([curve.loc[1.5] for curve in curves.values()])]
    for table, expected in zip(tables, rows, strict=True):
        cells = re.findall(r'<td role="cell">([^<]*?)(?:<small>.*?</small>)?</td>', table)
        numbers = [NL.number(row[side]) for _, row in expected.iterrows() for side in ("low", "high")]
        assert cells == numbers
        assert table.count('class="tp-stack"') == len(numbers)


def test_each_verdict_names_its_areas(open_app: Open, shown: Snapshot) -> None:
    drawn = said(html(open_app("stad", factor="1.25")))
    areas = queries.one_sidedness(shown, "neighbourhood", "neighbours", factor=1.25)
    given = city_answer.verdicts(areas)
    assert {"yes", "maybe"} <= set(given)
    assert NL("city.answer.short_some_neighbourhood", n=int((given == "yes").sum()), total=len(areas)) in drawn
    for verdict in ("yes", "maybe", "hardly", "no"):
        assert NL("city.answer.of", n=int((given == verdict).sum()), total=len(areas)) in drawn
    listed = re.search(rf"{NL('city.answer.yes')} \d+ van \d+ (.*?) \d", drawn)
    assert listed
    assert all(name in listed.group(1) for name in areas.loc[given == "yes", "name"])


def test_verdicts() -> None:
    table = pd.DataFrame(
        {
            "share_one_sided": [0.9, 0.6, 0.4, 0.1, np.nan],
            "most_one_sided": pd.array([True, True, False, False, pd.NA], dtype="boolean"),
            "most_certain": pd.array([True, False, False, True, pd.NA], dtype="boolean"),
        }
    )
    assert list(city_answer.verdicts(table)) == list(city_answer.VERDICTS)


def test_controls_change_answer_and_address(open_app: Open, shown: Snapshot) -> None:
    app = open_app("stad")
    app.segmented_control(key="city_environment").set_value("places").run()
    app.segmented_control(key="city_reference").set_value("national").run()
    app.segmented_control(key="city_factor").set_value(1.5).run()
    assert not app.exception
    assert address(app) == {"environment": "places", "reference": "national", "factor": "1.5"}
    now = queries.one_sidedness_curve(shown, "places", "national").loc[1.5]
    drawn, n, total = said(html(app)), round(now["low"]), round(now["residents"])
    assert NL("city.answer.said_places_low", city=data.municipality(), n=n, total=total) in drawn
    assert NL("city.answer.own_places") in drawn
    app.segmented_control(key="city_topic").set_value("welfare").run()
    app.segmented_control(key="city_level").set_value("district").run()
    assert address(app)["topic"] == "welfare"
    assert address(app)["level"] == "district"


@pytest.mark.parametrize(("topic", "column"), [("answer", "share_low"), ("housing", None), ("welfare", None)])
def test_the_reader_sorts(open_app: Open, shown: Snapshot, topic: str, column: str | None) -> None:
    """What has no figure comes last, equal ones by name; by name again is one click."""
    app = open_app("stad", topic=topic, order="low")
    names = row_names(html(app))
    if column:
        table = queries.one_sidedness(shown, "neighbourhood", "neighbours")
        figures = table.set_index("name")[column].reindex(names)
        assert figures.dropna().is_monotonic_decreasing
    else:
        figure = "owner_occupied_pct" if topic == "housing" else "ses_woa"
        figures = shown.neighbourhoods.set_index("name")[figure].reindex(names)
        assert figures.dropna().is_monotonic_increasing
    known = figures.notna().to_numpy()
    assert known[: known.sum()].all()
    assert len(names) == len(shown.neighbourhoods)
    app.segmented_control(key="city_order").set_value("name").run()
    assert row_names(html(app)) == sorted(names, key=str.casefold)
    assert "order" not in address(app)


def test_an_interval_without_width_is_not_shown(open_app: Open, shown: Snapshot) -> None:
    """Strictly, by places and against the municipality: nobody, and in no draw anybody."""
    curve = queries.one_sidedness_curve(shown, "places")
    assert curve.at[4.0, "low_upper"] == 0
    drawn = html(open_app("stad", environment="places", factor="4.0"))
    assert NL("city.answer.likely", lower=0, upper=0) not in said(drawn)
    assert "(0–<wbr>0)" not in drawn


def test_limits_are_where_one_sidedness_begins() -> None:
    """At half low, a fifth high and a factor of 2: odds 1 become 2, so 2/3; odds 1/4 become 1/8, so 1/9."""
    expected = (0.5, 0.3, 0.2)
    limits = city_answer.share_limits(expected, 2.0)
    assert limits["low"] == pytest.approx((2 / 3, 1 / 9))
    assert limits["high"] == pytest.approx((1 / 3, 1 / 3))
    step = 1e-9
    for side, (least, most) in limits.items():
        inside, outside = ((least + d, most - d) for d in (step, -step))
        for (own, other), holds in ((inside, True), (outside, False)):
            low, high = (own, other) if side == "low" else (other, own)
            found = one_sided(np.array([[low, 1 - low - high, high]]), expected, 2.0)
            assert bool(found[0 if side == "low" else 1][0]) is holds


def test_unknown_is_said_and_drawn_as_a_pattern() -> None:
    row = {
        **{"name": "<b>A</b>", "student_area": False, "residents": 20.0, "unknown": 20.0, "neither": 0.0, "none": 0.0},
        **{"low": 0.0, "high": 0.0, "share_one_sided": np.nan, "most_one_sided": pd.NA, "most_certain": False},
    }
    row |= {
        f"{kind}{side}{end}": 0.0 for kind in ("", "share_") for side in ("low", "high") for end in ("_lower", "_upper")
    }
    row |= {"share_low": 0.0, "share_high": 0.0}
    table = pd.DataFrame([row], index=["BU00000001"])
    found = city_answer.Found({"neighbourhood": table, "district": table}, {}, queries.City(20, 0, 0.4, 0.4, 0.2), "X")
    drawn = city_answer.areas(NL, ViewState(), found)
    assert drawn.count(NL("city.answer.cannot")) == 3  # in the key and in both figures
    assert 'class="tp-hatch" style="width:100.00%"' in drawn
    assert "<b>A</b>" not in drawn
    assert escape("<b>A</b>") in drawn


@pytest.mark.parametrize("lang", LANGUAGES)
def test_separation_at_both_levels_in_words(open_app: Open, shown: Snapshot, lang: str) -> None:
    t = Text(lang)
    drawn = said(html(open_app("stad", lang=lang, topic="separation")))
    value = shown.derived["segregation"].set_index(["level", "index_name", "group"])["value"]
    for level in ("neighbourhood", "district"):
        for side in ("low", "high"):
            n = round(100 * value[level, "dissimilarity", side])
            assert t(f"city.separation.move_{level}_{side}", n=n) in drawn
            assert t.number(100 * value[level, "isolation", side], 1) in drawn
    assert t("city.separation.finer") in drawn
    clusters = shown.derived["clusters"]
    nobody = clusters.loc[clusters["level"] == "neighbourhood", "cluster"].dropna().eq("ns").all()
    assert (t("city.clusters.nobody") in drawn) == nobody


def test_a_neighbourhood_that_stands_out_is_named(shown: Snapshot) -> None:
    table = shown.derived["clusters"].copy()
    chosen = (table["code"] == shown.neighbourhoods.index[0]) & (table["variable"] == "share_high")
    table.loc[chosen, "cluster"] = "LH"
    drawn = said(city_separation.clusters(NL, table, shown.derived["segregation"], shown.neighbourhoods["name"]))
    assert NL("city.clusters.lh_share_high", name=shown.neighbourhoods["name"].iloc[0]) in drawn
    assert NL("city.clusters.nobody") not in drawn


@pytest.mark.parametrize(
    ("owned", "corporation", "expected"),
    [
        (14.0, 85.0, {"owned": 0.14, "corporation": 0.85, "other": 0.01}),
        (40.0, 62.0, {"owned": 0.40, "corporation": 0.62, "other": 0.0}),
        (60.0, np.nan, {"owned": 0.6, "rented": 0.4}),
        (np.nan, 30.0, {"corporation": 0.3, "unknown": 0.7}),
        (np.nan, np.nan, {"unknown": 1.0}),
    ],
)
def test_what_is_not_known_of_homes_stays_unknown(owned: float, corporation: float, expected: dict[str, float]) -> None:
    assert city_housing.mix(owned, corporation) == pytest.approx(expected)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_housing_says_what_is_known_and_what_is_not(open_app: Open, shown: Snapshot, lang: str) -> None:
    t, areas = Text(lang), shown.neighbourhoods
    drawn = html(open_app("stad", lang=lang, topic="housing"))
    known = areas["owner_occupied_pct"].dropna()
    assert t("city.housing.half_neighbourhood", n=int((known > 50).sum()), total=len(known)) in drawn
    missing = int(areas["owner_occupied_pct"].isna().sum() + areas["corporation_pct"].isna().sum())
    assert missing
    assert drawn.count(f'<span class="tp-none">{t("missing.figure")}</span>') == missing
    for _, row in areas[areas["corporation_pct"].notna()].iterrows():
        assert (
            t("city.housing.corporation_one", name=row["name"], share=t.percent(row["corporation_pct"] / 100)) in drawn
        )
    # The app says that there are no figures on education; then there must be none.
    assert not [column for column in areas if "educat" in column]
    assert t("city.ownership.education") in drawn
    assert t("city.ownership.caution") in drawn


def test_welfare_draws_every_score_and_its_interval(open_app: Open, shown: Snapshot) -> None:
    areas = shown.neighbourhoods
    drawn = html(open_app("stad", topic="welfare"))
    known = areas["ses_woa"].notna()
    assert drawn.count('<i class="tp-citydot') == 2 * known.sum()  # once in the strip, once in the list
    assert drawn.count("tp-whisker") == areas["ses_woa_lower"].notna().sum()
    assert drawn.count(f'<span class="tp-none">{NL("missing.score")}</span>') == (~known).sum()
    for _, row in areas[areas["ses_woa_lower"].notna()].iterrows():
        low, high = (NL.number(row[f"ses_woa_{end}"], 2, signed=True) for end in ("lower", "upper"))
        assert NL("city.welfare.between", low=low, high=high) in drawn


@pytest.mark.parametrize("lang", LANGUAGES)
def test_kinds_come_with_the_caution_and_in_no_ranking(open_app: Open, shown: Snapshot, lang: str) -> None:
    t = Text(lang)
    drawn = html(open_app("stad", lang=lang, topic="kinds"))
    table = queries.category_table(shown)
    assert escape(t("city.kinds.caution")) in drawn
    order = [key for key in data.categories() if key in table.index]
    assert [name.strip() for name in row_names(drawn)] == [words.category_plural(t, key) for key in order]
    for key, row in table[table["bridging_index"].notna()].iterrows():
        assert t.percent(row["bridging_index"], 1) in drawn, key
        assert t.percent(row["random_mean"], 1) in drawn, key
    absent = int(table["bridging_index"].isna().sum())
    assert drawn.count(t("explain.categories.absent")) == absent


def test_one_place_only_is_no_comparison(shown: Snapshot) -> None:
    table = queries.category_table(shown).copy()
    key = str(table.index[table["bridging_index"].notna()][0])
    table.loc[key, ["places", "by_construction"]] = [1, True]
    assert NL("city.kinds.one") in city_kinds.kinds(NL, table)


@pytest.mark.parametrize("parameter", ["topic", "environment", "reference", "factor", "order"])
def test_unknown_choices_open_the_page_with_a_note(open_app: Open, parameter: str) -> None:
    drawn = html(open_app("stad", **{parameter: "<i>"}))
    assert escape(NL("unknown.note", parameter=NL(f"unknown.{parameter}"), value="<i>")) in drawn
    assert NL("city.answer.question") in drawn


def test_every_factor_has_a_short_name() -> None:
    assert [city_answer.factor_text(NL, k) for k in (1.25, 1.5, 2.0, 4.0)] == ["1,25", "1,5", "2", "4"]


def test_a_view_keeps_its_city_choices() -> None:
    view = replace(ViewState(), topic="kinds", factor=3.0)
    assert view.selecting(area="BU00010001").topic == "kinds"
