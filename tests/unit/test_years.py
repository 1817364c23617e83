"""Official scores over the years: what a year holds, what can be compared, and how old figures are in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests import towns as town
from trefpunt import queries
from trefpunt import snapshot as snapshots
from trefpunt.snapshot import Snapshot
from trefpunt.ui import ages, years
from trefpunt.ui.i18n import Text

NL = Text("nl")


@pytest.fixture(scope="module")
def second(bundled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshots.check(town.second_town(bundled_folder, tmp_path_factory.mktemp("data")))


def test_the_years_of_a_level(second: Snapshot, bundled: Snapshot) -> None:
    for level in ("neighbourhood", "district", "municipality"):
        assert queries.score_years(second, level) == town.YEARS
    # The municipality of the project has no official series per neighbourhood.
    assert queries.score_years(bundled, "neighbourhood") == ()


def test_the_newest_score_tells_provisional_from_estimate(second: Snapshot) -> None:
    newest = queries.scores_at(second, pd.DataFrame(second.neighbourhoods), None)
    before = second.neighbourhoods["ses_status"]
    assert (newest.loc[before == "official", "ses_status"] == "provisional").all()
    assert newest.at[town.ESTIMATED, "ses_status"] == "estimate"
    pd.testing.assert_series_equal(newest["ses_woa"], pd.DataFrame(second.neighbourhoods)["ses_woa"])


def test_a_year_holds_no_estimate(second: Snapshot) -> None:
    table = pd.DataFrame(second.neighbourhoods)
    year = queries.scores_at(second, table, 2018)
    assert set(year["ses_status"]) == {"official", "suppressed", "missing"}
    assert year.at[town.SUPPRESSED, "ses_status"] == "suppressed"
    assert year.at[town.ESTIMATED, "ses_status"] == "missing"
    assert (year["ses_woa"].notna() == (year["ses_status"] == "official")).all()
    assert year[["ses_woa_lower", "ses_woa_upper"]].isna().all(axis=None)
    # 2018 is three years of the fixture before the last: three steps lower.
    told = year["ses_status"] == "official"
    difference = table.loc[told, "ses_woa"] - year.loc[told, "ses_woa"]
    assert difference.to_numpy() == pytest.approx(3 * town.STEP, abs=1e-3)


def test_history_says_what_can_be_compared(second: Snapshot) -> None:
    history = queries.score_history(second, town.OTHER_BORDERS)
    assert history["comparable"].to_dict() == {year: year >= town.MOVED for year in town.YEARS}
    assert queries.score_history(second, town.ESTIMATED).empty


def _history(*rows: tuple[int, float, str, int]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["year", "ses_woa", "status", "division"]).set_index("year")
    return table.assign(comparable=table["division"] == table["division"].iloc[-1])


def test_words_compare_the_first_and_last_year() -> None:
    history = _history((2014, -0.62, "official", 2023), (2018, float("nan"), "suppressed", 2023),
                       (2021, -0.51, "provisional", 2023))  # fmt: skip
    assert years.told(NL, history) == (
        "In 2014 was de score −0,62. In 2021 was die −0,51 (voorlopig). Dat is 0,11 hoger."
    )
    assert years.borders(NL, history) == ""


def test_words_and_line_stop_at_other_borders() -> None:
    history = _history((2014, 0.3, "official", 2014), (2018, 0.3, "official", 2014),
                       (2021, -0.1, "official", 2021), (2022, -0.1, "official", 2021))  # fmt: skip
    said = years.told(NL, history)
    assert "2014" not in said and said.endswith("Dat is even hoog.")
    assert "2021" in years.borders(NL, history)
    drawn = years.line(history, (2014, 2018, 2021, 2022), years.scale(history["ses_woa"]))
    assert drawn.count("<i ") == 4
    # Two lines of two points each, and none from 2018 to 2021.
    assert drawn.count("polygon(") == 2


def test_a_gap_stays_a_gap() -> None:
    history = _history((2014, 0.1, "official", 2023), (2018, float("nan"), "suppressed", 2023),
                       (2021, 0.2, "provisional", 2023))  # fmt: skip
    drawn = years.line(history, (2014, 2018, 2021), years.scale(history["ses_woa"]))
    assert "polygon(" not in drawn
    assert drawn.count("<i ") == 2 and drawn.count("tp-yeardot-open") == 1


def test_one_year_is_not_compared() -> None:
    said = years.told(NL, _history((2019, -0.3, "official", 2021)))
    assert said == NL("years.told_one", year=2019, score="−0,30")


def test_the_scale_of_a_small_change_stays_wide() -> None:
    found = years.scale([0.1, 0.12])
    # At least LEAST_SPAN (0.4) high, so that 0.02 takes a twentieth of the height.
    assert found.high - found.low == pytest.approx(years.LEAST_SPAN)
    assert found.at(0.1) - found.at(0.12) == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("vintage", "said"),
    [
        ("2021", "ongeveer 5 jaar oud"),
        ("2017, 2019, 2021, 2024", "ongeveer 2 tot 9 jaar oud"),
        ("2023-07-03", "ongeveer 3 jaar oud"),
        ("2021; Belgium 2026", "van dit jaar tot ongeveer 5 jaar oud"),
        ("2026", "van dit jaar"),
        ("2027", "van dit jaar"),
        ("", "–"),
        ("PC6 120465", "–"),
    ],
)
def test_ages(vintage: str, said: str) -> None:
    assert ages.words(NL, vintage, date(2026, 11, 24)) == said


def test_when_it_was_built_is_said_where_the_manifest_does() -> None:
    assert ages.built(NL, {"created": "2026-11-24T10:00:00Z"}) == NL("ages.built", date="2026-11-24")
    assert ages.built(NL, {}) == ages.built(NL, {"created": "yesterday"}) == ""
