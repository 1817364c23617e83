"""Make the table of meeting places from OpenStreetMap features: classify, merge, form grounds, locate.

The rules stand in ``trefpunt/categories.toml``. Every feature that comes in is accounted for in the report: as
(part of) a place, as left out by a rule and why, or as no meeting place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from trefpunt.crs import RD
from trefpunt.errors import TableError
from trefpunt.tables.places_grounds import form_grounds
from trefpunt.tables.places_merge import merge_same
from trefpunt.tables.places_names import clean_name, comparable_name, names_matching
from trefpunt.tables.places_report import PlacesReport
from trefpunt.tables.places_rules import Rule, Rules

NEIGHBOURHOOD_WITHIN_M = 100.0
"""A place outside every neighbourhood belongs to the nearest, if that is no farther: boundaries are simplified."""

INPUT_COLUMNS = ("cls", "name", "osm_id", "source", "tags")
OTHER_NAMES = ("old_name", "alt_name", "official_name", "loc_name", "short_name")
_YEARS = {"osm": (), "osm_2021": ("2021",), "osm_2023": ("2023",), "osm_2021_2023": ("2021", "2023")}


def _digest(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:10]


def _key(osm_id: str | None, *parts: object) -> str:
    """'n123' for node/123; where OSM's id is lost, 'x' and a hash of the parts."""
    if osm_id is None:
        return f"x{_digest(*parts)}"
    kind, _, number = osm_id.partition("/")
    return f"{kind[0]}{number}"


def _prepare(pois: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Features with a stable key as index, sorted by it; and the exact doubles left out (feature, row)."""
    faults = [f"column '{c}' is missing" for c in INPUT_COLUMNS if c not in pois]
    if pois.crs is None:
        faults.append("there is no coordinate system")
    if not faults and (unknown := sorted(set(pois["source"].dropna()) - set(_YEARS)) or pois["source"].isna().any()):
        faults.append(f"unknown source(s): {unknown if isinstance(unknown, list) else 'missing'}")
    if faults:
        raise TableError("features for the table 'places'", faults, "Read them with trefpunt.sources.osm_places.")
    features = gpd.GeoDataFrame(
        {
            "row": pois.index,
            "cls": pois["cls"].astype(object).to_numpy(),
            "name": pd.Series([clean_name(n) for n in pois["name"]], dtype=object),
            "osm_id": pd.Series([i if isinstance(i, str) else None for i in pois["osm_id"]], dtype=object),
            "source": pois["source"].astype(object).to_numpy(),
            "tags": pd.Series([t if isinstance(t, Mapping) else {} for t in pois["tags"]], dtype=object),
        },
        geometry=pois.geometry.to_crs(RD).to_numpy(),
        crs=RD,
    )
    features["area_m2"] = features.geometry.area
    points = features.geometry.representative_point()
    at = zip(points.x.round().astype(int), points.y.round().astype(int), strict=True)
    features["feature"] = [
        _key(i, cls, name, *xy)
        for i, cls, name, xy in zip(features["osm_id"], features["cls"], features["name"], at, strict=True)
    ]
    order = pd.DataFrame(
        {
            "feature": features["feature"],
            "cls": features["cls"].astype(str),
            "name": features["name"].fillna("").astype(str),
            "wkb": features.geometry.to_wkb(),
            "source": features["source"].astype(str),
        }
    ).sort_values(["feature", "cls", "name", "wkb", "source"], kind="stable")
    features = features.loc[order.index]
    double = features["feature"].duplicated()
    return features[~double].set_index("feature"), pd.DataFrame(features.loc[double, ["feature", "row"]])


def _borrow_names(features: gpd.GeoDataFrame, rules: Rules) -> pd.DataFrame:
    """Names that nameless features take from a building beside them: index feature, name, from, distance_m, reason."""
    rows = []
    for borrow in rules.borrows:
        lenders = features[
            features["cls"].isin(borrow.from_classes) & names_matching(features["name"], borrow.from_name)
        ]
        for feature in features.index[features["cls"].isin(borrow.classes) & features["name"].isna()]:
            distance = lenders.geometry.distance(features.geometry[feature])
            if len(distance) and (nearest := float(distance.min())) <= borrow.within_m:
                lender = distance.index[int(distance.to_numpy().argmin())]
                rows.append((feature, lenders["name"][lender], lender, round(nearest, 1), borrow.reason))
    table = pd.DataFrame(rows, columns=["feature", "name", "from", "distance_m", "reason"])
    return table.drop_duplicates("feature").set_index("feature")


def _classify(features: gpd.GeoDataFrame, rules: Rules) -> pd.Series:
    """First rule that holds per feature; None where no rule does."""

    def first(row: Any) -> Rule | None:
        osm_id = row.osm_id if isinstance(row.osm_id, str) else None
        name = row.name_ if isinstance(row.name_, str) else None
        fitting = (r for r in rules.decisions if r.holds(row.cls, name, osm_id, row.tags, row.area_m2))
        return next(fitting, None)

    rows = features.rename(columns={"name": "name_"}).itertuples()
    return pd.Series([first(row) for row in rows], index=features.index, dtype=object)


def _compared(features: gpd.GeoDataFrame, rules: Rules) -> gpd.GeoDataFrame:
    """Add key (name as compared), names (it and the other names, as a set) and sport."""
    features = features.copy()
    keys, names, sports = [], [], []
    for row in features.itertuples():
        ignored = rules.ignored_words[row.category]
        tags: Mapping[str, Any] = row.tags
        shown = features.at[row.Index, "name"]
        key = comparable_name(shown, ignored)
        others = [comparable_name(tags[tag], ignored) for tag in OTHER_NAMES if isinstance(tags.get(tag), str)]
        keys.append(key)
        names.append(frozenset({key, *others} - {""}) if key else frozenset())
        of_class = row.cls.removeprefix("sport=") if row.cls.startswith("sport=") else None
        sports.append(row.rule.sport or of_class or tags.get("sport") or row.rule.sport_if_unknown)
    features["key"] = pd.Series(keys, index=features.index, dtype=object)
    features["names"] = pd.Series(names, index=features.index, dtype=object)
    features["sport"] = pd.Series(sports, index=features.index, dtype=object)
    return features


def _neighbourhoods(places: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Code of the neighbourhood that a place lies in, or the nearest within `NEIGHBOURHOOD_WITHIN_M`; else missing."""
    areas = areas.to_crs(RD)[["geometry"]].rename_axis("code").sort_index().reset_index()
    points = places[["geometry"]]
    joined = gpd.sjoin_nearest(points, areas, how="left", max_distance=NEIGHBOURHOOD_WITHIN_M)
    codes: pd.Series = joined["code"].groupby(level=0, sort=True).min()  # on a boundary: the first code
    return codes.reindex(places.index)


def _assemble(features: gpd.GeoDataFrame, leader: pd.Series, rules: Rules, osm_date: str | None) -> gpd.GeoDataFrame:
    """One row per leader, with the years in which any of its features was seen, else the date of the data."""
    heads = features.loc[sorted(leader.unique())]
    no_names = {g.category: g.no_names for g in rules.grounds if g.no_names is not None}
    names = [
        name if isinstance(name, str) and not (c in no_names and no_names[c].search(name)) else None
        for name, c in zip(heads["name"], heads["category"], strict=True)
    ]
    seen: dict[str, set[str]] = {}
    for head, source in zip(leader, features["source"], strict=True):
        seen.setdefault(head, set()).update(_YEARS[source])
    years = [sorted(seen[head]) for head in heads.index]
    columns = {
        "name": names,
        "category": list(heads["category"]),
        "source": ["_".join(["osm", *y]) for y in years],
        "osm_id": list(heads["osm_id"]),
        "vintage": ["/".join(y) or osm_date for y in years],
    }
    return gpd.GeoDataFrame(
        {column: pd.Series(values, dtype="str").to_numpy() for column, values in columns.items()},
        geometry=heads.geometry.representative_point().to_numpy(),
        crs=RD,
        index=pd.Index(pd.Series(list(heads.index), dtype="str"), name="place_id"),
    ).astype(dict.fromkeys(columns, "str"))


def make_places(
    pois: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, rules: Rules, osm_date: str | None = None
) -> tuple[gpd.GeoDataFrame, PlacesReport]:
    """Turn features into meeting places; pure, and independent of the order of the features.

    Parameters
    ----------
    pois
        Features as `trefpunt.sources.osm_places.read_places` gives them: any coordinate system, columns
        `INPUT_COLUMNS`, points and polygons.
    areas
        Neighbourhoods: index `code`, column `name`, polygons in any coordinate system.
    rules
        From `trefpunt.tables.places_rules.load_rules`.
    osm_date
        Of the data (ISO 8601): vintage of features whose source is `osm`, which names no year.

    Returns
    -------
    places : geopandas.GeoDataFrame
        EPSG:28992, index place_id ('n520688832' where OSM's id is known, else 'x' and a hash of class, name and
        position to the metre), sorted; name (missing where there is none), category, source, osm_id (missing where
        lost), vintage ('2021', '2023', '2021/2023' or a date), neighbourhood_code (missing where none is near),
        geometry
        (point: of a polygon one on its surface; of a ground its club house, else its named, else largest part).
    report : PlacesReport
        What became of every feature.

    Raises
    ------
    TableError
        Missing columns, no coordinate system, unknown sources.
    """
    if osm_date is None and "source" in pois and pois["source"].eq("osm").any():
        raise TableError("features for the table 'places'", "the date of the data is not given", "Give `osm_date`.")
    features, doubles = _prepare(pois)
    borrowed = _borrow_names(features, rules)
    features.loc[borrowed.index, "name"] = borrowed["name"]
    features["rule"] = _classify(features, rules)
    features["category"] = [rule.category if rule else None for rule in features["rule"]]

    chosen = _compared(features[features["category"].notna()], rules)
    merged_into, merges = merge_same(chosen, rules)
    ground, category, moved = form_grounds(chosen.loc[sorted(merged_into.unique())], rules)
    chosen["category"] = merged_into.map(category)
    chosen["place_id"] = merged_into.map(ground)
    chosen["moved"] = merged_into.map(moved)
    places = _assemble(chosen, chosen["place_id"], rules, osm_date)
    places.insert(5, "neighbourhood_code", _neighbourhoods(places, areas).astype("str"))

    account = _account(features, chosen, doubles, rules)
    return places, PlacesReport.of(
        places, account, features["area_m2"], merges, ground, borrowed, areas["name"], rules.categories
    )


def _account(features: gpd.GeoDataFrame, chosen: gpd.GeoDataFrame, doubles: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """What became of every row that came in; see `PlacesReport.account`."""
    lost: frozenset[str] = frozenset().union(*(r.classes for r in rules.decisions if r.kind == "recovered"))
    account = pd.DataFrame(features[["row", "cls", "name", "osm_id", "source"]])
    account["place_id"] = chosen["place_id"].reindex(features.index)
    account["category"] = chosen["category"].reindex(features.index)
    account["rule"] = [rule.id if rule else None for rule in features["rule"]]
    account["kind"] = [rule.kind if rule else None for rule in features["rule"]]
    account["reason"] = [rule.reason if rule else "" for rule in features["rule"]]
    ruled = account["rule"].notna()
    unclear = ~ruled & features["cls"].isin(lost) & features["name"].notna()
    account["outcome"] = np.select(
        [account["place_id"].notna(), ruled, unclear], ["place", "dropped", "left_out"], "not_a_place"
    )
    moved = chosen["moved"].dropna()
    account.loc[moved.index, "rule"] = "small-ground"
    account.loc[moved.index, "kind"] = "recategorised"
    account.loc[moved.index, "reason"] = moved
    again = account.loc[doubles["feature"]].assign(row=doubles["row"].to_numpy(), outcome="double")
    return pd.concat([account, again])
