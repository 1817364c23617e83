"""How separated the municipality is: indices of segregation and clustering, level by level.

The level changes the answer (the modifiable areal unit problem), so every index is computed for each level given, side
by side. PySAL computes: `segregation` the indices, `esda` Moran's I and its local parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from trefpunt.errors import TableError

with np.errstate():  # `segregation` switches numpy's warnings off for the whole program when it is imported
    from esda import Moran, Moran_Local  # type: ignore[import-untyped]
    from libpysal.weights import KNN, Queen, W, attach_islands  # type: ignore[import-untyped]
    from segregation.multigroup import MultiDissim, MultiInfoTheory  # type: ignore[import-untyped]
    from segregation.singlegroup import Dissim, Interaction, Isolation, SpatialDissim  # type: ignore[import-untyped]

Floats = NDArray[np.float64]

GROUPS = ("low", "middle", "high")
AGAINST_REST = ("low", "high")
VARIABLES = ("share_low", "share_high", "ses_woa")
"""What Moran's I and the local clusters are computed for."""

CLUSTERS = ("HH", "LH", "LL", "HL")
"""Quadrants as esda numbers them, from 1: the area's own value against the mean (high, low), then its neighbours'."""

NOT_SIGNIFICANT = "ns"
ALL_GROUPS = "all"


@dataclass(frozen=True)
class SegregationParams:
    """How clustering is tested.

    Attributes
    ----------
    permutations, seed
        Random rearrangements of the values over the areas.
    alpha
        False discovery rate at which a local cluster is called one (Benjamini–Hochberg over the areas of a level).
    min_areas
        With fewer areas that have a value, Moran's I is missing.
    """

    permutations: int = 9999
    seed: int = 2017
    alpha: float = 0.05
    min_areas: int = 5


@dataclass(frozen=True)
class Segregation:
    """The municipality's segregation.

    Attributes
    ----------
    indices
        Index `level`, `index_name`, `group`: `value`, `p_value` (two-sided, from the permutations; missing where the
        index has no test), `n_areas` (those it was computed from). docs/uncertainty.md explains each.
    clusters
        Index `level`, `code`, `variable`: `cluster` (`HH`, `LL`, `HL`, `LH`, `ns`; missing where the area has no
        value), `local_i`, `p_value` (two-sided, before the correction for many tests).
    left_out
        Index `level`, `code`, `variable` (`shares`, `ses_woa`): `residents` of areas without that figure.
    """

    indices: pd.DataFrame
    clusters: pd.DataFrame
    left_out: pd.DataFrame


def segregation(levels: Mapping[str, gpd.GeoDataFrame], params: SegregationParams | None = None) -> Segregation:
    """Compute all indices at every level.

    Parameters
    ----------
    levels
        Name of the level → areas: index `code`; `residents_2021`, `share_low`, `share_middle`, `share_high`, `ses_woa`
        (missing where not published), polygons in a metric CRS. Areas without a figure are left out of what needs
        it, never filled in. With fewer than two areas with shares (a municipality may have one district) the indices
        of the level are missing.
    params
        How clustering is tested.

    Raises
    ------
    TableError
        A level lacks columns, has double codes or no metric CRS.
    """
    params = params or SegregationParams()
    _check(levels)
    indices, clusters, left_out = [], [], []
    for level, areas in levels.items():
        known = _known(areas)
        rows = {**_single_group(known), **_exposures(known), **_multi_group(known)} if len(known) > 1 else _UNKNOWN
        table = pd.DataFrame({"value": pd.Series(rows, dtype="float64"), "p_value": np.nan, "n_areas": len(known)})
        tested = {name: _clustering(areas, name, params) for name in VARIABLES}
        morans = pd.DataFrame({("moran_i", name): moran for name, (moran, _) in tested.items()}).T
        indices.append(_labelled(pd.concat([table, morans]), level, ["index_name", "group"]))
        local = pd.concat({name: one for name, (_, one) in tested.items()}).swaplevel()
        clusters.append(_labelled(local, level, ["code", "variable"]))
        absent = {"shares": ~areas.index.isin(known.index), "ses_woa": areas["ses_woa"].isna().to_numpy()}
        out = pd.concat({name: areas.loc[rows, ["residents_2021"]] for name, rows in absent.items()}).swaplevel()
        left_out.append(_labelled(out.rename(columns={"residents_2021": "residents"}), level, ["code", "variable"]))
    return Segregation(
        pd.concat(indices).astype({"n_areas": "int64"}).sort_index(),
        pd.concat(clusters).sort_index(),
        pd.DataFrame(pd.concat(left_out).sort_index()),
    )


def _check(levels: Mapping[str, gpd.GeoDataFrame]) -> None:
    needed = ["residents_2021", *(f"share_{group}" for group in GROUPS), "ses_woa"]
    faults = []
    for level, areas in levels.items():
        if absent := [name for name in needed if name not in areas.columns]:
            faults.append(f"level '{level}' lacks {', '.join(absent)}")
            continue
        if not areas.index.is_unique:
            faults.append(f"level '{level}' has double codes")
        if areas.crs is None or not areas.crs.is_projected:
            faults.append(f"level '{level}' has no metric CRS")
    if faults:
        raise TableError("segregation", faults, "Give tables like `neighbourhoods` and `districts`.")


def _known(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Areas with shares and residents, with `total` and the residents per group added; ordered by code."""
    shares = areas[[f"share_{group}" for group in GROUPS]]
    known = areas[shares.notna().all(axis=1) & (areas["residents_2021"] > 0)].sort_index()
    count = {group: known["residents_2021"] * known[f"share_{group}"] for group in GROUPS}
    return known.assign(**count, total=sum(count.values()))


def _labelled(table: pd.DataFrame, level: str, names: list[str]) -> pd.DataFrame:
    table.index = table.index.set_names(names)
    return pd.concat({level: table}, names=["level"])


_EXPOSURES = (("low", "high"), ("high", "low"), ("low", "middle"), ("high", "middle"))
_AGAINST = ("dissimilarity", "isolation", "interaction", "spatial_dissimilarity")
_UNKNOWN = {
    **{(name, group): np.nan for group in AGAINST_REST for name in _AGAINST},
    **{("exposure", f"{a}_to_{b}"): np.nan for a, b in _EXPOSURES},
    **{(name, ALL_GROUPS): np.nan for name in ("multigroup_dissimilarity", "information_theory")},
}
"""The indices of a level with fewer than two areas."""


def _single_group(known: gpd.GeoDataFrame) -> dict[tuple[str, str], float]:
    """Return indices of one group against the rest."""
    weights = _neighbours(known)
    rows: dict[tuple[str, str], float] = {}
    for group in AGAINST_REST:
        # What the shares lack to 1 by rounding may not make a group larger than the total.
        data = known[[group, "total", known.geometry.name]]
        rows["dissimilarity", group] = Dissim(data, group, "total").statistic
        rows["isolation", group] = Isolation(data, group, "total").statistic
        rows["interaction", group] = Interaction(data, group, "total").statistic
        rows["spatial_dissimilarity", group] = SpatialDissim(data, group, "total", w=weights).statistic
    return rows


def _exposures(known: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Mean share of the second group where the first lives: Σ (x_i / X) (y_i / t_i); PySAL has it for the rest only."""
    return {
        ("exposure", f"{a}_to_{b}"): float((known[a] / known[a].sum() * known[b] / known["total"]).sum())
        for a, b in _EXPOSURES
    }


def _multi_group(known: gpd.GeoDataFrame) -> dict[tuple[str, str], float]:
    """Return indices of the three groups together."""
    data = pd.DataFrame(known[list(GROUPS)])
    return {
        ("multigroup_dissimilarity", ALL_GROUPS): MultiDissim(data, list(GROUPS)).statistic,
        ("information_theory", ALL_GROUPS): MultiInfoTheory(data, list(GROUPS)).statistic,
    }


def _neighbours(areas: gpd.GeoDataFrame) -> W:
    """Areas that touch, corners included; one without neighbours (they may be left out) gets the nearest."""
    weights = Queen.from_dataframe(areas, use_index=True, silence_warnings=True)
    if weights.islands:
        weights = attach_islands(weights, KNN.from_dataframe(areas, k=1, use_index=True, silence_warnings=True))
    return weights


@contextmanager
def _numpy_seed(seed: int) -> Iterator[None]:
    """Seed numpy's global generator, which esda draws from, and put it back as it was."""
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)


def _clustering(areas: gpd.GeoDataFrame, variable: str, params: SegregationParams) -> tuple[pd.Series, pd.DataFrame]:
    """Moran's I (`value`, `p_value`, `n_areas`) and the local clusters of one variable."""
    local = pd.DataFrame(
        {
            "cluster": pd.Series(pd.NA, index=areas.index, dtype="str"),
            "local_i": np.nan,
            "p_value": np.nan,
        }
    )
    valued = areas[areas[variable].notna()].sort_index()
    moran = pd.Series({"value": np.nan, "p_value": np.nan, "n_areas": len(valued)})
    if len(valued) < params.min_areas or valued[variable].nunique() == 1:
        return moran, local
    values, weights = valued[variable].to_numpy(dtype=float), _neighbours(valued)
    with _numpy_seed(params.seed):
        whole = Moran(values, weights, permutations=params.permutations)
    moran["value"], moran["p_value"] = whole.I, min(1.0, 2.0 * whole.p_sim)
    parts = Moran_Local(values, weights, permutations=0)
    chance = local_chance(values, weights.sparse.toarray(), params.permutations, params.seed)
    significant = false_discovery_control(chance) <= params.alpha
    quadrant = np.array(CLUSTERS)[parts.q - 1]
    local.loc[valued.index, "cluster"] = np.where(significant, quadrant, NOT_SIGNIFICANT)
    local.loc[valued.index, "local_i"] = parts.Is
    local.loc[valued.index, "p_value"] = chance
    return moran, local


def local_chance(values: Floats, weights: Floats, permutations: int, seed: int) -> Floats:
    """Pseudo p-values of local Moran's I by conditional permutation (Anselin 1995, Geographical Analysis 27).

    Each area keeps its own value while the others are dealt anew over its neighbours. What `esda` does too (a test
    compares them), but that compiles for longer than the rest of the build takes.

    Parameters
    ----------
    values
        (n,).
    weights
        (n, n) with zeros on the diagonal; rows may add up to anything.
    permutations, seed
        How many, and of which series; the same for every area.

    Returns
    -------
    numpy.ndarray
        (n,) two-sided: twice (1 + the number of permutations at least as extreme on the side of the observed value)
        / (1 + permutations), at most 1.
    """
    z = values - values.mean()
    dealt = np.random.default_rng(seed).random((permutations, len(z) - 1)).argsort(axis=1)
    chance = np.empty(len(z))
    for i, row in enumerate(weights):
        near = row[row != 0]
        others = np.delete(z, i)
        observed, drawn = z[i] * (row @ z), z[i] * (others[dealt[:, : len(near)]] @ near)
        larger = int((drawn >= observed).sum())
        chance[i] = 2.0 * (min(larger, permutations - larger) + 1) / (permutations + 1)
    return np.minimum(chance, 1.0)
