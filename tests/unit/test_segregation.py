"""Indices of segregation against numpy and scipy, clusters on grids where the answer is known."""

import os

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy.stats import entropy
from shapely.geometry import box

from trefpunt.build.segregation import SegregationParams, local_chance, segregation
from trefpunt.crs import RD
from trefpunt.errors import TableError

QUICK = SegregationParams(permutations=999)


def grid(rows, columns, shares, residents=1000.0, scores=None):
    """Squares of 100 m in a grid, numbered along the rows."""
    cells = [box(100 * c, 100 * r, 100 * c + 100, 100 * r + 100) for r in range(rows) for c in range(columns)]
    index = pd.Index([f"A{i:03}" for i in range(len(cells))], name="code")
    table = pd.DataFrame(shares, columns=["share_low", "share_middle", "share_high"], index=index)
    table["residents_2021"] = residents
    table["ses_woa"] = np.nan if scores is None else scores
    return gpd.GeoDataFrame(table, geometry=cells, crs=RD)


@pytest.fixture
def town():
    """Twelve areas of random size and mix in three rows of four."""
    rng = np.random.default_rng(11)
    return grid(3, 4, rng.dirichlet([5, 3, 2], 12), rng.integers(100, 5000, 12).astype(float), rng.normal(0, 0.3, 12))


def touching(rows, columns):
    """Queen contiguity of a grid, straight from the definition."""
    r, c = np.divmod(np.arange(rows * columns), columns)
    near = (np.abs(r[:, None] - r) <= 1) & (np.abs(c[:, None] - c) <= 1)
    return (near & ~np.eye(len(r), dtype=bool)).astype(float)


def test_indices_against_numpy(town):
    got = segregation({"all": town}, QUICK).indices.loc["all"]
    share, total = town[["share_low", "share_middle", "share_high"]].to_numpy(), town["residents_2021"].to_numpy()
    count = share * total[:, None]
    city = count.sum(axis=0) / total.sum()
    w = touching(3, 4)
    for g, name in ((0, "low"), (2, "high")):
        x, rest = count[:, g], total - count[:, g]
        dissimilarity = 0.5 * np.abs(x / x.sum() - rest / rest.sum()).sum()
        assert got.loc[("dissimilarity", name), "value"] == pytest.approx(dissimilarity)
        assert got.loc[("isolation", name), "value"] == pytest.approx((x / x.sum() * share[:, g]).sum())
        assert got.loc[("interaction", name), "value"] == pytest.approx((x / x.sum() * rest / total).sum())
        # Morrill (1991): dissimilarity less the mean difference in share between neighbours.
        steps = (w * np.abs(share[:, g][:, None] - share[:, g])).sum() / w.sum()
        assert got.loc[("spatial_dissimilarity", name), "value"] == pytest.approx(dissimilarity - steps)
    x, y = count[:, 0], count[:, 2]
    assert got.loc[("exposure", "low_to_high"), "value"] == pytest.approx((x / x.sum() * y / total).sum())
    assert got.loc[("exposure", "high_to_middle"), "value"] == pytest.approx((y / y.sum() * share[:, 1]).sum())
    # Theil's H: what knowing the area takes off the entropy of the city.
    theil = (total / total.sum() * (entropy(city) - entropy(share, axis=1))).sum() / entropy(city)
    assert got.loc[("information_theory", "all"), "value"] == pytest.approx(theil)
    simpson = (city * (1 - city)).sum()
    multi = (total[:, None] * np.abs(share - city)).sum() / (2 * total.sum() * simpson)
    assert got.loc[("multigroup_dissimilarity", "all"), "value"] == pytest.approx(multi)
    assert got["p_value"].drop("moran_i").isna().all() and (got["n_areas"] == 12).all()


def test_moran_against_numpy(town):
    got = segregation({"all": town}, QUICK)
    w = touching(3, 4)
    w /= w.sum(axis=1, keepdims=True)
    for name in ("share_low", "share_high", "ses_woa"):
        z = (town[name] - town[name].mean()).to_numpy()
        # Rows add up to 1, so n / S0 = 1.
        assert got.indices.loc[("all", "moran_i", name), "value"] == pytest.approx(z @ w @ z / (z @ z))
        local = got.clusters.xs(name, level="variable").loc["all", "local_i"]
        assert local.to_numpy() == pytest.approx((len(z) - 1) * z * (w @ z) / (z @ z))


def test_two_halves_are_two_clusters():
    left = np.tile([1, 1, 1, 1, 0, 0, 0, 0], 8).astype(bool)
    noise = np.random.default_rng(2).uniform(-0.02, 0.02, 64)
    low = np.where(left, 0.7, 0.2) + noise
    got = segregation({"all": grid(8, 8, np.column_stack([low, 0.9 - low, np.full(64, 0.1)]))}, SegregationParams())
    moran = got.indices.loc[("all", "moran_i", "share_low")]
    assert moran["value"] > 0.7 and moran["p_value"] == pytest.approx(2 / 10_000)  # none of 9,999 as extreme
    cluster = got.clusters.xs("share_low", level="variable").loc["all", "cluster"].to_numpy().reshape(8, 8)
    inner = cluster[1:7]
    assert (inner[:, 1:3] == "HH").all() and (inner[:, 5:7] == "LL").all()
    assert not np.isin(cluster, ["HL", "LH"]).any()
    # A share that is the same everywhere has no clusters, and no Moran's I.
    assert np.isnan(got.indices.loc[("all", "moran_i", "share_high"), "value"])


def test_an_outlier_is_an_outlier():
    low = np.full(49, 0.2) + np.random.default_rng(4).uniform(-0.01, 0.01, 49)
    low[:21] += 0.4
    low[10] = 0.2  # in the middle of the high half
    got = segregation({"all": grid(7, 7, np.column_stack([low, 1 - low - 0.1, np.full(49, 0.1)]))}, SegregationParams())
    assert got.clusters.loc[("all", "A010", "share_low"), "cluster"] == "LH"


def test_neighbours_unlike_each_other_are_negative():
    # Stripes: of eight neighbours six are unlike and two alike, so inside I = (2 − 6) / 8; at the edges less clean.
    low = np.where(np.arange(36) % 2, 0.7, 0.2)
    cells = grid(6, 6, np.column_stack([low, 0.9 - low, np.full(36, 0.1)]))
    got = segregation({"all": cells}, QUICK).indices.loc[("all", "moran_i", "share_low")]
    assert got["value"] == pytest.approx(-0.5, abs=0.1) and got["p_value"] == pytest.approx(2 / 1000)


def test_nothing_but_chance_is_rarely_a_cluster():
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(20):
        got = segregation({"all": grid(6, 6, rng.dirichlet([20, 20, 20], 36))}, QUICK).clusters
        found += int((got.xs("share_low", level="variable")["cluster"] != "ns").any())
    # Every cluster found is false, so at a false discovery rate of 5 % one town in twenty has any; binomial(20, 0.05)
    # exceeds 4 once in 400.
    assert found <= 4


def test_the_level_changes_the_answer(town):
    # Pairs of areas merged: the mix within a pair is no longer seen, so no index of unevenness can grow.
    pairs = np.arange(12) // 2
    total = town["residents_2021"].groupby(pairs).sum().to_numpy()
    names = ["share_low", "share_middle", "share_high"]
    share = town[names].mul(town["residents_2021"], axis=0).groupby(pairs).sum().to_numpy() / total[:, None]
    got = segregation({"small": town, "large": grid(3, 2, share, total)}, QUICK).indices["value"]
    for index in (("dissimilarity", "low"), ("dissimilarity", "high"), ("information_theory", "all")):
        assert got["large", *index] < got["small", *index]


def test_areas_without_figures_are_left_out_and_reported(town):
    holed = town.copy()
    holed.loc["A005", ["share_low", "share_middle", "share_high"]] = np.nan
    holed.loc[["A000", "A005"], "ses_woa"] = np.nan
    got = segregation({"all": holed}, QUICK)
    assert (got.indices.loc[("all", "dissimilarity"), "n_areas"] == 11).all()
    assert got.indices.loc[("all", "moran_i", "ses_woa"), "n_areas"] == 10
    assert got.left_out.index.tolist() == [
        ("all", "A000", "ses_woa"),
        ("all", "A005", "ses_woa"),
        ("all", "A005", "shares"),
    ]
    assert got.left_out["residents"].tolist() == town["residents_2021"][["A000", "A005", "A005"]].tolist()
    assert pd.isna(got.clusters.loc[("all", "A005", "share_low"), "cluster"])
    without = segregation({"all": town.drop(index="A005")}, QUICK).indices
    pd.testing.assert_series_equal(
        got.indices["value"].drop("moran_i", level=1), without["value"].drop("moran_i", level=1)
    )


def test_too_few_scores_is_missing_not_zero(town):
    few = town.assign(ses_woa=town["ses_woa"].where(np.arange(12) < 4))
    got = segregation({"all": few}, QUICK)
    assert got.indices.loc[("all", "moran_i", "ses_woa"), ["value", "p_value"]].isna().all()
    assert got.indices.loc[("all", "moran_i", "ses_woa"), "n_areas"] == 4
    assert got.clusters.xs("ses_woa", level="variable")["cluster"].isna().all()


def test_an_island_gets_its_nearest_neighbour(town):
    away = town.copy()
    away.loc["A011", "geometry"] = box(5000, 5000, 5100, 5100)
    got = segregation({"all": away}, QUICK)
    assert got.indices["value"].drop("moran_i", level=1).notna().all()
    assert got.clusters.loc[("all", "A011", "share_low"), "local_i"] != 0


def test_twice_the_same_and_the_generator_untouched(town):
    np.random.seed(5)
    expected = np.random.random(3)
    np.random.seed(5)
    one, other = (segregation({"all": town}, QUICK) for _ in range(2))
    assert np.random.random(3).tolist() == expected.tolist()
    pd.testing.assert_frame_equal(one.indices, other.indices, check_exact=True)
    pd.testing.assert_frame_equal(one.clusters, other.clusters, check_exact=True)
    shuffled = segregation({"all": town.sample(frac=1, random_state=1)}, QUICK)
    pd.testing.assert_frame_equal(shuffled.indices, one.indices, check_exact=True)
    pd.testing.assert_frame_equal(shuffled.clusters, one.clusters, check_exact=True)


def test_all_faults_at_once(town):
    bad = {
        "a": town.drop(columns="ses_woa"),
        "b": pd.concat([town, town.iloc[[0]]]).to_crs(4326),
    }
    with pytest.raises(TableError) as caught:
        segregation(bad, QUICK)
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize("areas", [0, 1])
def test_a_level_with_fewer_than_two_known_areas_has_no_indices(town, areas):
    """A municipality may have one district, or one whose shares are known: missing, not nought, not refused."""
    few = town.assign(share_low=town["share_low"].where(np.arange(len(town)) < areas))
    got = segregation({"few": few, "one": town.iloc[:1], "whole": town}, QUICK).indices
    for level, known in (("few", areas), ("one", 1)):
        rows = got.loc[level].drop("moran_i")
        assert rows["value"].isna().all() and (rows["n_areas"] == known).all()
        assert list(got.loc[level].index) == list(got.loc["whole"].index)


def test_importing_leaves_numpys_warnings_alone():
    import subprocess
    import sys

    code = "import numpy as np; a = np.geterr(); import trefpunt.build.segregation; print(a == np.geterr())"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "True"


def test_local_chance_by_hand():
    # Area 0 (high) has one neighbour, the highest of the ten others: one deal in ten does as well.
    values, weights = np.array([20.0, 90, 1, 2, 3, 4, 5, 6, 7, 8, 9]), np.zeros((11, 11))
    weights[0, 1] = 1
    n = 40_000
    got = local_chance(values, weights, n, seed=3)
    # Four standard errors of twice a share of 1/10.
    assert got[0] == pytest.approx(2 * 0.1, abs=4 * 2 * np.sqrt(0.1 * 0.9 / n))
    assert got[0] != local_chance(values, weights, n, seed=4)[0]


@pytest.mark.long
@pytest.mark.skipif(os.environ.get("TREFPUNT_HYPOTHESIS") != "long", reason="esda compiles for 20 s: make test-long")
def test_local_chance_is_that_of_esda(town):
    from esda import Moran_Local
    from libpysal.weights import full2W

    w = touching(3, 4)
    w /= w.sum(axis=1, keepdims=True)
    values = town["share_low"].to_numpy()
    n = 20_000
    ours = local_chance(values, w, n, seed=1)
    theirs = np.minimum(1, Moran_Local(values, full2W(w), permutations=n, seed=1, n_jobs=1).p_sim * 2)
    # Two independent estimates of one chance p: standard error √2 · 2 √(p/2 (1 − p/2) / n) ≤ 0.01; four of them.
    assert ours == pytest.approx(theirs, abs=4 * np.sqrt(2) * 2 * np.sqrt(0.25 / n))


def test_the_bundled_snapshot_at_both_levels(bundled):
    got = segregation({"neighbourhood": bundled.neighbourhoods, "district": bundled.districts}, QUICK)
    assert got.indices["n_areas"]["neighbourhood", "dissimilarity", "low"] == 38
    assert got.indices["n_areas"]["district", "dissimilarity", "low"] == 7
    assert len(got.left_out.loc["neighbourhood"].xs("shares", level="variable")) == 6
    assert got.indices["value"].drop(["moran_i", "spatial_dissimilarity"], level=1).between(0, 1).all()
