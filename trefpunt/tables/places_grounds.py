"""Form grounds: fields, play equipment and garden plots close together are one place.

Works on the same table of features as `trefpunt.tables.places_merge`, with the column `sport` besides.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from trefpunt.tables.places_merge import components, near_pairs
from trefpunt.tables.places_names import names_matching
from trefpunt.tables.places_rules import Ground, Rules

_ANY = ""
"""The sport of a feature of which it is not known: a club house, a field."""


def _proper(features: gpd.GeoDataFrame, ground: Ground) -> pd.Series:
    """Names as compared; empty where there is none or it is only the number of a field."""
    keys: pd.Series = features["key"]
    if ground.no_names is None:
        return keys
    return keys.mask(names_matching(features["name"], ground.no_names), "")


def _join(features: gpd.GeoDataFrame, ground: Ground) -> np.ndarray:
    """Label the grounds: same sport within the gap; unknown sport joins its nearest neighbour's."""
    pairs = near_pairs(features, ground.gap_m)
    if not ground.by_sport:
        return components(len(features), pairs["left"].to_numpy(), pairs["right"].to_numpy())
    sport = features["sport"].fillna(_ANY).to_numpy()
    alone = np.isin(sport, list(ground.alone_sports))
    pairs = pairs[~alone[pairs["left"]] & ~alone[pairs["right"]]]
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    alike = sport[left] == sport[right]
    labels = components(len(features), left[alike], right[alike])

    # A component has one sport, so a pair across two components, one unknown, links an unknown to a known one. The
    # unknown takes the sport of the nearest and joins all neighbours of that sport.
    across = pairs[~alike & ((sport[left] == _ANY) | (sport[right] == _ANY))]
    unknown_left = sport[across["left"]] == _ANY
    known = np.where(unknown_left, across["right"], across["left"])
    links = pd.DataFrame(
        {
            "unknown": labels[np.where(unknown_left, across["left"], across["right"])],
            "known": labels[known],
            "sport": sport[known],
            "distance_m": across["distance_m"].to_numpy(),
        }
    ).sort_values(["unknown", "distance_m", "known"])
    links = links[links["sport"] == links.groupby("unknown")["sport"].transform("first")]
    joined = components(len(features), links["unknown"].to_numpy(), links["known"].to_numpy())
    return np.asarray(joined[labels])


def _split_by_name(features: gpd.GeoDataFrame, labels: np.ndarray, keys: pd.Series) -> pd.Series:
    """Ground of each feature as text; in a ground of several names each nameless member goes to the nearest name."""
    ground = pd.Series([str(label) for label in labels], index=features.index)
    for label in np.unique(labels):
        members = features.index[labels == label]
        named = members[keys[members] != ""]
        if keys[named].nunique() < 2:
            continue
        for member in members:
            if keys[member]:
                owner = member
            else:
                distance = features.geometry[named].distance(features.geometry[member])
                owner = distance.index[int(distance.to_numpy().argmin())]  # ties: the first key, as sorted
            ground[member] = f"{label}/{keys[owner]}"
    return ground


def _leaders(features: gpd.GeoDataFrame, ground: pd.Series, keys: pd.Series) -> pd.Series:
    """Who stands for each ground: a named club house, else the named, else the largest feature."""
    ranked = (
        pd.DataFrame(
            {
                "ground": ground,
                "nameless": keys == "",
                "field": features["cls"] == "leisure=pitch",
                "size": -features["area_m2"],
                "feature": features.index,
            }
        )
        .reset_index(drop=True)
        .sort_values(["ground", "nameless", "field", "size", "feature"])
    )
    first = ranked.drop_duplicates("ground").set_index("ground")["feature"]
    return pd.Series(first.loc[ground].to_numpy(), index=features.index, name="leader")


def form_grounds(features: gpd.GeoDataFrame, rules: Rules) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Join features into grounds, category by category in the order of the rules.

    Returns
    -------
    leader : pandas.Series
        Feature → the feature that stands for its ground; itself where it stands alone.
    category : pandas.Series
        Feature → category, changed for small grounds without a club (`Ground.small_to`).
    moved : pandas.Series
        Feature → the reason why its category changed; only the changed ones.
    """
    features = features.sort_index()
    category = features["category"].copy()
    leader = pd.Series(features.index, index=features.index, name="leader", dtype=object)
    reasons: dict[str, str] = {}
    for ground in rules.grounds:
        members = features[category == ground.category]
        if members.empty:
            continue
        keys = _proper(members, ground)
        grouped = _split_by_name(members, _join(members, ground), keys)
        leader[members.index] = _leaders(members, grouped, keys)
        if ground.small_to is None:
            continue
        sports = members["sport"].isna() | members["sport"].isin(ground.small_sports)
        small = (keys == "") & members["cls"].isin(ground.small_classes) & sports
        all_small = small.groupby(grouped).transform("all")
        area = members["area_m2"].groupby(grouped).transform("sum")
        moved = members.index[all_small & (area < ground.small_below_m2)]
        category[moved] = ground.small_to
        leader[moved] = moved
        reasons.update(dict.fromkeys(moved, ground.reason))
    return leader, category, pd.Series(reasons, dtype=object, name="moved")
