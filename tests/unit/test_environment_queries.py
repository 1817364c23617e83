"""The questions about one-sidedness, their export and their page, on the bundled data."""

import pandas as pd
import pytest

from tests.conftest import ROOT
from trefpunt import queries, subjects
from trefpunt.errors import TrefpuntError
from trefpunt.metrics.one_sidedness import FACTORS, STATUSES
from trefpunt.one_sidedness_page import fill, page_tables

PAGE = ROOT / "docs" / "one-sidedness.md"


@pytest.mark.parametrize(("level", "table"), [("neighbourhood", "neighbourhoods"), ("district", "districts")])
@pytest.mark.parametrize("environment", ["neighbours", "places"])
@pytest.mark.parametrize("reference", ["municipality", "national"])
def test_all_areas_in_the_order_of_the_alphabet(bundled, level, table, environment, reference):
    found = queries.one_sidedness(bundled, level, environment, reference)
    areas = getattr(bundled, table)
    assert found.index.name == "code" and set(found.index) == set(areas.index)
    assert found["name"].str.casefold().is_monotonic_increasing
    assert found["name"].equals(areas["name"].reindex(found.index))
    assert found["residents"].to_numpy() == pytest.approx(areas["residents_2021"].fillna(0).reindex(found.index))
    assert found[list(STATUSES)].sum(axis=1).to_numpy() == pytest.approx(found["residents"].to_numpy())
    for column in ("low", "high", "share_low", "share_high"):
        assert (found[f"{column}_lower"] <= found[column]).all() and (found[column] <= found[f"{column}_upper"]).all()


def test_the_curve_falls_and_is_the_sum_of_the_areas(bundled):
    curve = queries.one_sidedness_curve(bundled, "neighbours")
    assert curve.index.name == "factor" and tuple(curve.index) == FACTORS
    assert curve["low"].is_monotonic_decreasing and curve["high"].is_monotonic_decreasing
    for factor in FACTORS:
        areas = queries.one_sidedness(bundled, "neighbourhood", "neighbours", factor=factor)
        for side in ("low", "high"):
            assert areas[side].sum() == curve.loc[factor, side]
            students = areas.loc[areas["student_area"], side].sum()
            assert students == curve.loc[factor, f"{side}_in_student_areas"]


def test_without_students_their_neighbourhoods_are_missing_not_zero(bundled):
    found = queries.one_sidedness(bundled, "neighbourhood", "neighbours", variant="without_students")
    students = found[found["student_area"]]
    assert len(students) > 0 and (students["residents"] == 0).all()
    assert students[["share_low", "share_high_lower", "most_one_sided", "most_certain"]].isna().all(axis=None)
    assert found.loc[~found["student_area"], "share_low"].notna().all()


def test_everything_that_is_not_there_in_one_message(bundled):
    with pytest.raises(TrefpuntError) as caught:
        queries.one_sidedness(bundled, "municipality", "schools", factor=2.1)
    message = str(caught.value)
    assert "no level 'municipality'; there is neighbourhood, district" in message
    assert "no environment 'schools'; there is neighbours, places" in message
    assert "no factor 2.1; there is 1.25, 1.5, 1.75, 2, 2.5, 3, 4" in message
    with pytest.raises(TrefpuntError, match="no reference 'province'"):
        queries.one_sidedness_curve(bundled, "places", "province")


@pytest.mark.parametrize("subject", ["neighbourhoods", "districts"])
def test_export_carries_the_shares(bundled, subject):
    exported = subjects.subject_table(bundled, subject, None, 15)
    assert exported.licence == "ODbL-1.0"
    for environment in ("neighbours", "places"):
        found = queries.one_sidedness(bundled, subject.removesuffix("s"), environment)
        for side in ("low", "high"):
            for end in ("", "_lower", "_upper"):
                column = exported.table[f"one_sided_{side}_{environment}{end}"]
                pd.testing.assert_series_equal(
                    column, found[f"share_{side}{end}"].reindex(column.index), check_names=False
                )
    assert list(exported.table.index) == list(getattr(bundled, subject).index)


def test_the_table_says_that_it_comes_from_openstreetmap(bundled):
    resource = next(one for one in bundled.manifest["resources"] if one["name"] == "one_sidedness")
    assert [licence["name"] for licence in resource["licenses"]] == ["ODbL-1.0"]
    assert resource["schema"]["primaryKey"] == ["level", "environment", "reference", "variant", "factor", "code"]


def test_the_page_holds_the_tables_of_the_snapshot(bundled):
    """If this fails: `python -m trefpunt.one_sidedness_page`, then read whether the text still says what is so."""
    text = PAGE.read_text(encoding="utf-8")
    assert fill(text, page_tables(bundled)) == text


def test_the_text_of_the_page_says_what_is_so(bundled):
    """The section 'What comes out', sentence by sentence."""

    def most(level, environment, reference, certain):
        found = queries.one_sidedness(bundled, level, environment, reference)
        is_so = found["most_one_sided"].fillna(False) & (found["most_certain"].fillna(False) == certain)
        return found.loc[is_so.astype(bool), "name"].tolist()

    assert most("district", "neighbours", "municipality", True) == []
    assert most("district", "neighbours", "municipality", False) == []
    districts = queries.one_sidedness(bundled, "district", "neighbours").set_index("name")
    unsure = districts[~districts["most_certain"].astype(bool)]
    assert unsure.index.tolist() == ["Buitenwijk Zuidwest"] and (unsure["high"] > unsure["low"]).all()
    assert most("neighbourhood", "neighbours", "municipality", True) == []
    names = ["Amby", "Jekerdal", "Sint Pieter", "Statenkwartier", "Villapark"]
    assert most("neighbourhood", "neighbours", "municipality", False) == names
    found = queries.one_sidedness(bundled, "neighbourhood", "neighbours").set_index("name").loc[names]
    assert found.index[found["low"] > found["high"]].tolist() == ["Statenkwartier"]
    assert found.index[found["student_area"]].tolist() == ["Statenkwartier"]
    assert most("district", "neighbours", "national", True) == ["Centrum"] and districts.loc["Centrum", "student_area"]
    assert most("district", "neighbours", "national", False) == ["Buitenwijk West"]
    places = queries.one_sidedness_curve(bundled, "places")
    assert (places.loc[2.0, ["low_upper", "high_upper"]] == 0).all()
    assert (places.loc[1.5, ["share_low_upper", "share_high_upper"]] < 0.01).all()
    assert most("district", "places", "national", True) == []
    assert most("district", "places", "national", False) == ["Buitenwijk Noordwest"]
    national = queries.one_sidedness_curve(bundled, "neighbours", "national")
    own = queries.one_sidedness_curve(bundled, "neighbours")
    assert national.loc[2.0, "low"] > own.loc[2.0, "low"] and national.loc[2.0, "high"] < own.loc[2.0, "high"]


def test_marks_and_tables_must_go_together():
    page = "<!-- table: one -->\nold\n<!-- end -->\ntext\n"
    assert fill(page, {"one": "| new |"}) == "<!-- table: one -->\n| new |\n<!-- end -->\ntext\n"
    with pytest.raises(TrefpuntError) as caught:
        fill(page, {"two": ""})
    assert "no table 'one'" in str(caught.value) and "no mark for the table 'two'" in str(caught.value)
