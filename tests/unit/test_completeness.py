"""Our distances beside those of CBS, and the official scores of all years."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from trefpunt.crs import RD
from trefpunt.metrics.completeness import MARGIN_M, RATIO, completeness
from trefpunt.metrics.setting import Setting
from trefpunt.tables.schemas import check_table
from trefpunt.tables.score_years import make_score_years

CODES = ["BU09350001", "BU09350002", "BU09350003"]


def setting(categories=("supermarket", "primary_school", "cafe")):
    """Two people places in the first neighbourhood (30 and 10 residents), one in the second, none in the third."""
    areas = gpd.GeoDataFrame({"district_code": "WK093500"}, index=pd.Index(CODES, name="code"))
    population = gpd.GeoDataFrame(
        {"residents": [30.0, 10.0, 50.0], "neighbourhood_code": [CODES[0], CODES[0], CODES[1]]},
        geometry=[Point(0, 0)] * 3,
        crs=RD,
        index=pd.Index(["1234AA", "1234AB", "1234AC"], name="pc6"),
    )
    places = gpd.GeoDataFrame({"category": list(categories)}, index=["n1", "n2", "n3"])
    metres = np.array([[400.0, 800.0, 1200.0], [100.0, np.inf, 900.0], [1.0, 1.0, 1.0]])
    districts = gpd.GeoDataFrame(index=pd.Index(["WK093500"], name="code"))
    return Setting(areas, districts, population, places, {}, {"walk": metres})


def published(supermarket, school):
    codes = [*CODES, "WK093500"]
    return pd.DataFrame({"supermarket_km": [*supermarket, 0.8], "school_km": [*school, np.nan]}, index=codes)


def test_distances_are_means_over_residents_and_missing_stays_missing():
    """(30 × 400 + 10 × 800) / 40 = 500 m; the district (12,000 + 8,000 + 60,000) / 90 = 888.9 m."""
    table = completeness(setting(), published([0.5, 0.8, 0.3], [0.1, 0.5, 0.1]))
    table = check_table("completeness", table).set_index("code")
    assert table["supermarket_ours_m"].to_dict() == pytest.approx(
        {CODES[0]: 500.0, CODES[1]: 1200.0, CODES[2]: np.nan, "WK093500": 888.9}, nan_ok=True
    )
    # Who reaches no school at all does not count in the mean of those who do.
    assert table.loc[CODES[0], "school_ours_m"] == 100.0
    assert table["supermarket_missing"].tolist()[:2] == [False, True]  # 1,200 is 400 m and 50 % more than 800
    assert table.loc[CODES[2], ["supermarket_missing", "school_missing"]].isna().all()
    assert table.loc["WK093500", "level"] == "district" and table.loc["WK093500", "supermarket_missing"] is np.False_
    assert pd.isna(table.loc["WK093500", "school_missing"]) and table.loc[CODES[1], "school_missing"]


@pytest.mark.parametrize(("km", "missing"), [(1.2, False), (0.9, False), (0.899, True), (2.0, False), (np.nan, pd.NA)])
def test_the_margin(km, missing):
    """Ours is 1,200 m: beyond 300 m more (900 m) and a quarter more (960 m); both bounds must be passed."""
    assert (MARGIN_M, RATIO) == (300.0, 1.25)
    table = completeness(setting(), published([0.5, km, 0.3], [0.1, 0.5, 0.1])).set_index("code")
    got = table.loc[CODES[1], "supermarket_missing"]
    assert pd.isna(got) if missing is pd.NA else bool(got) is missing


def test_without_figures_of_cbs_nothing_is_said():
    table = check_table("completeness", completeness(setting(), None))
    assert table[["supermarket_missing", "school_missing", "school_cbs_m"]].isna().all().all() and len(table) == 4
    assert table["supermarket_ours_m"].notna().sum() == 3


def test_without_a_single_supermarket_there_is_no_distance():
    table = check_table("completeness", completeness(setting(("cafe", "primary_school", "cafe")), None))
    assert table["supermarket_ours_m"].isna().all() and table["school_ours_m"].notna().any()


ROWS = pd.DataFrame(
    {
        "year": pd.array([2023, 2024, 2023, 2024, 2024], dtype="Int16"),
        "provisional": [False, True, False, True, True],
        "ses_woa": [0.1, 0.12, np.nan, np.nan, 0.3],
        "spread": [0.9, 0.8, np.nan, np.nan, 0.7],
        "ses_welfare": [0.05, 0.06, np.nan, np.nan, 0.1],
        "ses_education": [0.03, 0.03, np.nan, np.nan, 0.1],
        "ses_labour": [0.02, 0.03, np.nan, np.nan, 0.1],
    },
    index=pd.Index([CODES[0], CODES[0], CODES[1], CODES[1], "BU09359999"], name="code"),
)


def test_scores_of_all_years_with_what_they_are():
    levels = {"district": pd.Index(["WK093500"]), "neighbourhood": pd.Index(CODES)}
    table = check_table("score_years", make_score_years(ROWS, levels, 2025))
    assert table[["code", "year", "status"]].to_numpy().tolist() == [
        [CODES[0], 2023, "official"],
        [CODES[0], 2024, "provisional"],
        [CODES[1], 2023, "suppressed"],
        [CODES[1], 2024, "suppressed"],
    ]  # the code that is not of this division is left out
    parts = table[["financial", "education", "employment"]].sum(axis=1, skipna=False)
    assert (parts - table["ses_woa"]).abs().max() < 1e-9 and set(table["division"]) == {2025}


@pytest.mark.parametrize("levels", [{}, {"neighbourhood": pd.Index([])}, {"neighbourhood": pd.Index(["BU00000000"])}])
def test_nothing_official_is_a_table_without_rows(levels):
    assert check_table("score_years", make_score_years(ROWS, levels, 2025)).empty
