from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trefpunt.errors import TableError
from trefpunt.estimate import ErrorModel, estimate_scores, fit_model, known_households, training_table
from trefpunt.estimate.additive import fit_additive
from trefpunt.estimate.benchmark import benchmark
from trefpunt.estimate.interval import fit_error_model
from trefpunt.estimate.predictors import DIRECTIONS, KEY_FIGURES, predictors
from trefpunt.estimate.validation import SIZES, compare_postcodes, cross_validate, validate

ERROR = ErrorModel(common=4.0, student=12.0, factor=1.5, level=0.9)


def areas(n: int, seed: int, prefix: str) -> pd.DataFrame:
    """Made-up areas in which one hidden affluence moves all key figures, with noise of their own."""
    random = np.random.default_rng(seed)
    rich = random.normal(size=n)

    def share(middle: float, slope: float) -> np.ndarray:
        return np.clip(middle + slope * rich + random.normal(0, abs(slope) / 3, n), 0.5, 98)

    table = pd.DataFrame(
        {
            "low_pct": share(40, -10),
            "high_pct": share(22, 8),
            "low_income_pct": share(8, -3),
            "social_minimum_pct": share(7, -3),
            "persons_low_pct": share(40, -5),
            "persons_high_pct": share(20, 6),
            "woz_keur": np.exp(5.4 + 0.3 * rich + random.normal(0, 0.1, n)),
            "income_recipient_keur": np.exp(3.4 + 0.2 * rich + random.normal(0, 0.05, n)),
            "income_resident_keur": np.exp(3.2 + 0.2 * rich + random.normal(0, 0.05, n)),
            "density_km2": np.exp(random.normal(7, 1, n)),
            "residents": random.integers(500, 8000, n).astype(float),
        },
        index=[f"{prefix}{i:06d}" for i in range(n)],
    )
    table["residents_65_plus"] = table["residents"] * random.uniform(0.1, 0.3, n)
    table["households"] = (table["residents"] / 2).round()
    table["ses_woa"] = (0.25 * rich + random.normal(0, 0.03, n)).round(3)
    return table


@pytest.fixture(scope="module")
def training() -> pd.DataFrame:
    table = areas(300, 1, "WK")
    return table.assign(municipality_code=[f"GM{i // 5:04d}" for i in range(300)])


@pytest.fixture(scope="module")
def targets() -> pd.DataFrame:
    table = areas(12, 2, "BU").drop(columns="ses_woa")
    table["district_code"] = np.repeat(["WK000001", "WK000002", "WK000003"], 4)
    table.iloc[0, table.columns.get_loc("households")] = 99.0  # one below the limit
    table.iloc[5, table.columns.get_loc("low_income_pct")] = np.nan  # suppressed
    return table


DISTRICTS = pd.Series({"WK000001": -0.4, "WK000002": 0.1, "WK000003": 0.3})
POINTS = pd.DataFrame({"ses_woa": [-0.667, 0.454], "year": [2021, 2021]}, index=["BU000001", "BU000009"])


def wijk_means(scores: pd.Series, targets: pd.DataFrame) -> pd.Series:
    known = scores.notna()
    weight = targets["households"][known]
    group = targets["district_code"][known]
    return (scores[known] * weight).groupby(group).sum() / weight.groupby(group).sum()


def test_benchmark_by_hand():
    # Wijk a: mean of (0, 0.4) with weights 300 and 100 is 0.1; official −0.2 shifts both by −0.3.
    # Wijk b: the buurt without a score is left out, so 0.5 moves to 0.2. Wijk c has no official score.
    scores = pd.Series([0.0, 0.4, 0.5, np.nan, 0.1])
    households = pd.Series([300.0, 100.0, 50.0, 900.0, 10.0])
    district = pd.Series(["a", "a", "b", "b", "c"])
    result = benchmark(scores, households, district, pd.Series({"a": -0.2, "b": 0.2}))
    assert result.tolist() == pytest.approx([-0.3, 0.1, 0.2, np.nan, np.nan], abs=1e-12, nan_ok=True)
    assert known_households(scores, households, district).to_dict() == pytest.approx(
        {"a": 1.0, "b": 50 / 950, "c": 1.0}
    )


@given(st.lists(st.tuples(st.floats(-2, 2), st.integers(1, 5000), st.sampled_from("ab")), min_size=1, max_size=30))
def test_benchmark_keeps_differences_and_meets_the_official_mean(rows):
    scores, households, district = (pd.Series(column) for column in zip(*rows, strict=True))
    official = pd.Series({"a": -0.31, "b": 0.27})
    result = benchmark(scores, households.astype(float), district, official)
    for code, part in result.groupby(district):
        assert np.average(part, weights=households[part.index]) == pytest.approx(official[code], abs=1e-9)
        shift = part - scores[part.index]
        assert shift.max() - shift.min() == pytest.approx(0, abs=1e-9)


def test_wijk_means_of_the_estimates_equal_the_official_scores(training, targets):
    table = estimate_scores(training, targets, DISTRICTS, error=ERROR)
    means = wijk_means(table["ses_woa"], targets)
    np.testing.assert_allclose(means, DISTRICTS[means.index], atol=1e-9)


def test_what_is_missing_and_what_is_not(training, targets):
    table = estimate_scores(training, targets, DISTRICTS.drop("WK000003"), POINTS, error=ERROR)
    status = table["ses_status"]
    assert status["BU000000"] == "missing"  # 99 households
    assert status["BU000005"] == "missing"  # a suppressed predictor
    assert status[["BU000008", "BU000010", "BU000011"]].eq("missing").all()  # no score for the wijk
    assert status[["BU000001", "BU000009"]].eq("official").all()
    assert status.eq("estimate").sum() == 12 - 2 - 3 - 2
    gone = table[status == "missing"].drop(columns="ses_status")
    assert gone.isna().all(axis=None)
    assert table.loc[status == "estimate", "ses_year"].eq(2019).all()
    assert table["ses_year"].dtype == "Int16"


def test_an_official_score_replaces_its_estimate_and_has_no_interval(training, targets):
    table = estimate_scores(training, targets, DISTRICTS, POINTS, error=ERROR)
    official = table.loc[POINTS.index]
    assert official["ses_woa"].tolist() == [-0.667, 0.454]
    assert official["ses_year"].tolist() == [2021, 2021]
    assert official[["ses_woa_lower", "ses_woa_upper"]].isna().all(axis=None)
    assert official["ses_woa_estimate"].notna().all()


@given(st.floats(-3, 3), st.floats(-3, 3))
@settings(max_examples=5, deadline=None)
def test_official_points_change_no_estimate(first, second):
    train = areas(60, 1, "WK").assign(municipality_code="GM0001")
    target = areas(8, 2, "BU").assign(district_code="WK000001")
    points = pd.DataFrame({"ses_woa": [first, second], "year": 2021}, index=["BU000001", "BU000004"])
    without = estimate_scores(train, target, DISTRICTS, error=ERROR)
    with_points = estimate_scores(train, target, DISTRICTS, points, error=ERROR)
    pd.testing.assert_series_equal(without["ses_woa_estimate"], with_points["ses_woa_estimate"])
    others = without.index.difference(points.index)
    pd.testing.assert_frame_equal(without.loc[others], with_points.loc[others])


def test_a_complete_official_file_leaves_no_estimate(training, targets):
    file = pd.DataFrame({"ses_woa": np.linspace(-0.5, 0.5, 11), "year": 2024}, index=targets.index[:11])
    file.loc["BU000003", "ses_woa"] = np.nan  # suppressed; BU000011 is not in the file at all
    table = estimate_scores(training, targets, DISTRICTS, file, error=ERROR, official_complete=True)
    assert table["ses_status"].value_counts().to_dict() == {"official": 10, "missing": 2}
    assert table.loc[["BU000003", "BU000011"]].drop(columns="ses_status").isna().all(axis=None)
    assert table["ses_status"]["BU000000"] == "official"  # CBS decides what is too small, not our limit


def test_interval_holds_the_estimate_and_is_wider_for_small_and_student_like_buurten(training, targets):
    table = estimate_scores(training, targets, DISTRICTS, error=ERROR)
    part = table[table["ses_status"] == "estimate"]
    assert ((part["ses_woa_lower"] < part["ses_woa"]) & (part["ses_woa"] < part["ses_woa_upper"])).all()
    row = pd.DataFrame(
        {"households": [400.0, 400.0, 3200.0], "district_code": "w", "student_like": [False, True, False]}
    )
    plain, student, large = ERROR.half_width(row)
    assert large < plain < student


def test_half_width_by_hand():
    # Two buurten of 400 households: own variance 4/400 = 0.01 each, w = 1/2.
    # Left after the benchmark: 0.25 · 0.01 + 0.25 · 0.01 = 0.005; half width 1.5 · √0.005.
    pair = pd.DataFrame({"households": [400.0, 400.0], "district_code": "w", "student_like": False})
    assert ERROR.half_width(pair).tolist() == pytest.approx([1.5 * 0.005**0.5] * 2)
    # Alone in its wijk the score is given away: nothing but rounding is left (√1e-6).
    assert ERROR.half_width(pair.iloc[:1]).tolist() == pytest.approx([1.5e-3])


def test_error_model_finds_back_the_variance_it_was_made_with():
    random = np.random.default_rng(0)
    n = 6000
    table = pd.DataFrame(
        {
            "households": random.integers(100, 3000, n).astype(float),
            "district_code": np.repeat(np.arange(n // 6), 6),
            "student_like": random.random(n) < 0.2,
        }
    )
    spread = np.sqrt((3.0 + 20.0 * table["student_like"]) / table["households"])
    raw = pd.Series(random.normal(0, spread))
    table["error"] = benchmark(raw, table["households"], table["district_code"], pd.Series(0.0, range(n // 6)))
    model = fit_error_model(table, 0.9)
    assert model.common == pytest.approx(3.0, rel=0.1)
    assert model.student == pytest.approx(20.0, rel=0.1)
    assert model.factor == pytest.approx(1.645, rel=0.03)  # the normal quantile of 95 %: 5 % on either side


@pytest.mark.parametrize("figure", ["low_pct", "low_income_pct", "social_minimum_pct", "persons_low_pct"])
def test_more_low_incomes_never_raise_the_score(training, figure):
    model = fit_model(training)
    base = training.iloc[::20]
    before = model.predict(base)
    for value in range(1, 100, 7):
        low, high = base.assign(**{figure: float(value)}), base.assign(**{figure: float(value + 5)})
        assert (model.predict(high) <= model.predict(low) + 1e-12).all()
    assert model.predict(base.assign(**{figure: 99.0})).lt(before).any()


def test_additive_model_finds_a_bent_line_and_refuses_a_forbidden_slope():
    x = np.linspace(-2, 2, 401)
    table = pd.DataFrame({"x": x, "z": np.cos(7 * x)})
    bent = np.where(x < 0, 0.5 * x, 2 * x) - 0.3 * table["z"].to_numpy()
    options = {"quantiles": (0.25, 0.5, 0.75), "smoothing": 1e-6}
    free = fit_additive(table, bent, np.ones(401), {"x": 1, "z": -1}, **options)
    np.testing.assert_allclose(free.predict(table), bent, atol=1e-3)
    beyond = pd.DataFrame({"x": [3.0, 4.0], "z": [0.0, 0.0]})
    assert np.diff(free.predict(beyond)) == pytest.approx([2.0], abs=1e-3)  # straight on with the last slope
    forced = fit_additive(table, bent, np.ones(401), {"x": -1, "z": -1}, **options)
    at_ends = forced.predict(pd.DataFrame({"x": [-2.0, 2.0], "z": [0.0, 0.0]}))
    assert at_ends[1] <= at_ends[0] + 1e-9


def test_the_estimate_is_the_same_every_time(training, targets):
    first = estimate_scores(training, targets, DISTRICTS, POINTS, error=ERROR)
    second = estimate_scores(training, targets, DISTRICTS, POINTS, error=ERROR)
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_predictors_by_hand_and_missing_stays_missing(training):
    row = training.iloc[:1].assign(
        low_pct=50.0, woz_keur=np.e**5, density_km2=0.0, residents=200.0, residents_65_plus=50.0
    )
    result = predictors(row).iloc[0]
    assert list(result.index) == list(DIRECTIONS)
    assert (result["share_low"], result["log_density"], result["share_65_plus"]) == (0.5, 0.0, 0.25)
    assert result["log_woz"] == pytest.approx(5.0)
    assert predictors(row.assign(woz_keur=np.nan))["log_woz"].isna().all()
    assert predictors(row.assign(residents=0.0))["share_65_plus"].isna().all()
    with pytest.raises(TableError, match="woz_keur"):
        predictors(row.drop(columns="woz_keur"))


def test_training_leaves_out_the_tested_municipality_and_redrawn_wijken():
    base = areas(5, 3, "WK")
    scores = base[["ses_woa"]].assign(municipality_code=["GM1", "GM1", "GM2", "GM2", "GM2"])
    scores.loc["WK000004", "ses_woa"] = np.nan
    kwb_2020 = base[["residents", "households"]].copy()
    kwb_2020.loc["WK000003", "residents"] *= 1.2  # the code has come back for another place
    table = training_table(scores, base[KEY_FIGURES], kwb_2020, exclude=["GM1"])
    assert table.index.tolist() == ["WK000002"]
    assert len(training_table(scores, base[KEY_FIGURES], kwb_2020, stable=None)) == 4


def test_faults_of_the_tables_come_in_one_message(training, targets):
    double = pd.concat([POINTS, POINTS])
    with pytest.raises(TableError) as caught:
        estimate_scores(training, targets.drop(columns="households"), DISTRICTS, double, error=ERROR)
    assert "households" in str(caught.value)
    assert "double code BU000001" in str(caught.value)


def test_postcode_means_by_hand():
    cells = pd.DataFrame(
        {
            "pc4": ["6211", "6211", "6211", "6212"],
            "neighbourhood_code": ["a", "b", "none", "none"],
            "households": [30.0, 10.0, 99.0, 5.0],
        }
    )
    table = compare_postcodes(pd.Series({"a": 0.2, "b": -0.2}), cells, pd.Series({"6211": 0.3, "6212": 0.0}))
    assert table.loc["6211", "estimate"] == pytest.approx((30 * 0.2 - 10 * 0.2) / 40)
    assert table.loc["6211", "households"] == 40
    assert table.loc["6211", "error"] == pytest.approx(0.2)
    assert np.isnan(table.loc["6212", "estimate"])


def test_cross_validation_forgives_an_error_that_a_whole_municipality_shares():
    table = areas(40, 4, "WK").assign(municipality_code=np.repeat([f"GM{i}" for i in range(10)], 4))
    offset = table["municipality_code"].str[2:].astype(float).to_numpy() / 10

    def knows_all_but_the_level(_):
        return lambda areas: (areas["ses_woa"] + pd.Series(offset, table.index)[areas.index]).to_numpy()

    result = cross_validate(table, knows_all_but_the_level, folds=5)
    assert result.rmse == pytest.approx(np.sqrt(np.mean(offset**2)))
    assert result.rmse_benchmarked == pytest.approx(0, abs=1e-12)


def test_validation_counts_every_buurt_once(training):
    buurten = areas(90, 5, "BU").assign(district_code=np.repeat([f"WK{i:06d}" for i in range(15)], 6))
    weighted = (buurten["ses_woa"] * buurten["households"]).groupby(buurten["district_code"]).sum()
    scores = weighted / buurten["households"].groupby(buurten["district_code"]).sum()
    buurten.loc["BU000000", "ses_woa"] = np.nan
    result = validate(training, buurten, scores)
    assert result.n == len(result.buurten) == 89
    assert result.by_size["n"].sum() == result.by_student["n"].sum() == 89
    assert len(result.by_size) <= len(SIZES) - 1
    error = result.buurten["official"] - result.buurten["estimate"]
    assert result.rmse == pytest.approx(float(np.sqrt((error**2).mean())))
    assert result.coverage == pytest.approx(result.buurten["covered"].mean())
