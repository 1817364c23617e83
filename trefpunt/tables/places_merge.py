"""Find the features that are one and the same place.

Works on a table of features as `trefpunt.tables.places` prepares it: index `feature` (unique), columns cls, name,
names (frozenset of names as compared), osm_id, source, category, area_m2, geometry (EPSG:28992).
All functions depend on the set of features only, not on their order.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import STRtree

from trefpunt.tables.places_rules import Rules

SOURCE_ORDER = {"osm": 0, "osm_2021_2023": 0, "osm_2023": 1, "osm_2021": 2}
"""Seen in both years before seen in the later before seen in the earlier; `osm` is alone where it is at all."""

MERGE_COLUMNS = ["kept", "merged", "distance_m", "reason"]


def near_pairs(features: gpd.GeoDataFrame, within_m: float) -> pd.DataFrame:
    """All pairs of features at most `within_m` apart, edge to edge.

    Returns
    -------
    pandas.DataFrame
        Columns left, right (positions, left < right) and distance_m; sorted by left, right.
    """
    geometries = features.geometry.to_numpy()
    left, right = STRtree(geometries).query(geometries, predicate="dwithin", distance=within_m)
    once = left < right
    left, right = left[once], right[once]
    distance = gpd.GeoSeries(geometries[left]).distance(gpd.GeoSeries(geometries[right])).to_numpy(dtype=float)
    pairs = pd.DataFrame({"left": left, "right": right, "distance_m": distance})
    return pairs.sort_values(["left", "right"], ignore_index=True)


def components(count: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Label the connected components of `count` items joined in pairs (single linkage)."""
    joined = coo_array((np.ones(len(left)), (left, right)), shape=(count, count))
    return np.asarray(connected_components(joined, directed=False)[1])


def _alias_of(features: gpd.GeoDataFrame, rules: Rules) -> tuple[np.ndarray, np.ndarray]:
    """Entry of `rules.same_names` that a feature's own name belongs to (-1: none), and its place in that entry."""
    entry, position = np.full(len(features), -1), np.zeros(len(features), dtype=int)
    for number, same in enumerate(rules.same_names):
        for place, (category, key) in enumerate(zip(features["category"], features["key"], strict=True)):
            if category == same.category and key in same.keys:
                entry[place], position[place] = number, same.keys.index(key)
    return entry, position


def _osm_number(osm_id: pd.Series) -> pd.Series:
    """Number of an OSM id; infinite where the id is lost, so that it comes last."""
    numbers = osm_id.astype("str").str.extract(r"/(\d+)$", expand=False)
    return pd.to_numeric(numbers).astype("float64").fillna(np.inf)


def merge_same(features: gpd.GeoDataFrame, rules: Rules) -> tuple[pd.Series, pd.DataFrame]:
    """Join features of one category that share a name within the category's distance.

    Names are compared without accents, punctuation and telling-nothing words, old and alternative names included;
    `rules.same_names` adds names that differ. Nameless doubles join within
    `rules.unnamed_within_m`, in categories that form no grounds. Joining is transitive.

    Returns
    -------
    leader : pandas.Series
        Feature → the feature that stands for it: seen in both years first, then in the later, then the lowest OSM
        number, the largest, the first key. A leader leads itself.
    merges : pandas.DataFrame
        A row per merged feature: `MERGE_COLUMNS`; the distance is that between the two features named.
    """
    if features.empty:
        return pd.Series(dtype=object), pd.DataFrame(columns=MERGE_COLUMNS)
    features = features.sort_index()
    farthest = max([rules.default_within_m, *rules.within_m.values(), *(s.within_m for s in rules.same_names)])
    pairs = near_pairs(features, farthest)
    entry, position = _alias_of(features, rules)
    forms_grounds = features["category"].isin([g.category for g in rules.grounds]).to_numpy()
    category, names = features["category"].to_numpy(), features["names"].to_numpy()

    reasons = []
    for left, right, distance in pairs.itertuples(index=False):
        reason = ""
        if category[left] == category[right]:
            shared = bool(names[left] & names[right])
            nameless = not names[left] and not names[right] and not forms_grounds[left]
            if shared and distance <= rules.same_within(category[left]):
                reason = "same name"
            elif nameless and distance <= rules.unnamed_within_m:
                reason = "both nameless"
            elif entry[left] >= 0 and entry[left] == entry[right]:
                same = rules.same_names[entry[left]]
                reason = same.reason if distance <= same.within_m else ""
        reasons.append(reason)
    pairs = pairs[np.array(reasons, dtype=bool)]
    labels = components(len(features), pairs["left"].to_numpy(), pairs["right"].to_numpy())
    reason_of = dict(zip(zip(pairs["left"], pairs["right"], strict=True), [r for r in reasons if r], strict=True))

    ranked = pd.DataFrame(
        {
            "component": labels,
            "alias": position,
            "source": features["source"].map(SOURCE_ORDER).to_numpy(),
            "number": _osm_number(features["osm_id"]).to_numpy(),
            "size": -features["area_m2"].to_numpy(),
            "feature": features.index,
        }
    ).sort_values(["component", "alias", "source", "number", "size", "feature"])
    first = ranked.drop_duplicates("component").set_index("component")["feature"]
    leader = pd.Series(first.loc[labels].to_numpy(), index=features.index, name="leader")
    return leader, _merge_table(features, leader, reason_of)


def _merge_table(features: gpd.GeoDataFrame, leader: pd.Series, reason_of: dict[tuple[int, int], str]) -> pd.DataFrame:
    at = {feature: place for place, feature in enumerate(features.index)}
    rows = []
    for merged, kept in leader[leader != leader.index].items():
        distance = features.geometry[merged].distance(features.geometry[kept])
        pair = (min(at[merged], at[kept]), max(at[merged], at[kept]))
        rows.append((kept, merged, round(float(distance), 1), reason_of.get(pair, "same name, by way of a third")))
    return pd.DataFrame(rows, columns=MERGE_COLUMNS)
