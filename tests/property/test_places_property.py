"""Whatever features come in: order does not matter, nothing is lost, ids are unique, merging twice changes nothing."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from trefpunt.tables import places as module
from trefpunt.tables.places import make_places
from trefpunt.tables.places_merge import merge_same
from trefpunt.tables.places_rules import load_rules

X, Y = 176_000, 317_000
AREAS = gpd.GeoDataFrame(
    {"name": ["All"]},
    geometry=[box(X - 50, Y - 50, X + 150, Y + 150)],
    index=pd.Index(["BU1"], name="code"),
    crs=28992,
)
CLASSES = [
    "shop=supermarket", "amenity=cafe", "amenity=pub", "amenity=school", "named", "leisure=pitch",
    "leisure=playground", "landuse=allotments", "leisure=park", "sport=basketball", "amenity=bench",
    "leisure=golf_course", "leisure=stadium",
]  # fmt: skip
NAMES = [
    None, "Jumbo", "JUMBO", "De Zwaan", "Café de Zwaan", "vv Scharn", "veld 1", "Basisschool Heer",
    "Sint-Maartenscollege", "Stadspark Maastricht", "Stadspark Kempland", "<script>", "\u00ad", "é",
]  # fmt: skip


@st.composite
def features(draw):
    """Up to a dozen features within a square of 300 m, crowded on purpose, some twice."""
    rows = []
    for number in range(draw(st.integers(1, 12))):
        x, y = (draw(st.integers(0, 12)) * 15 for _ in range(2))
        size = draw(st.sampled_from([0, 3, 40, 90]))
        known = draw(st.booleans())
        rows.append(
            {
                "cls": draw(st.sampled_from(CLASSES)),
                "name": draw(st.sampled_from(NAMES)),
                "osm_id": f"node/{number + 1}" if known else None,
                "source": draw(st.sampled_from(["osm_2021_2023", "osm_2023"])) if known else "osm_2021",
                "tags": draw(st.sampled_from([{}, {"sport": "soccer"}, {"sport": "tennis"}, {"old_name": "Jumbo"}])),
                "geometry": box(X + x, Y + y, X + x + size, Y + y + size) if size else Point(X + x, Y + y),
            }
        )
    if draw(st.booleans()):
        rows.append(dict(rows[0]))
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=28992)


@settings(deadline=None)  # no timed tests
@given(features(), st.randoms(use_true_random=False))
def test_order_does_not_matter(table, random):
    order = list(table.index)
    random.shuffle(order)
    places, report = make_places(table, AREAS, load_rules())
    again, report_again = make_places(table.loc[order], AREAS, load_rules())
    pd.testing.assert_frame_equal(places, again)
    # Of features that are the same in all that counts, either may be called the double.
    columns = ["cls", "name", "outcome", "place_id", "rule"]
    pd.testing.assert_frame_equal(report.account[columns], report_again.account[columns])


@settings(deadline=None)  # no timed tests
@given(features())
def test_nothing_is_lost_and_ids_are_unique(table):
    places, report = make_places(table, AREAS, load_rules())
    assert sorted(report.account["row"]) == list(table.index)
    assert report.account["outcome"].notna().all()
    assert places.index.is_unique
    assert places.index.is_monotonic_increasing
    assert set(report.account["place_id"].dropna()) == set(places.index)
    assert report.counts.loc["total"].drop("name").sum() == len(places)
    assert len(places) + len(report.merged) <= (report.account["outcome"] == "place").sum()
    dropped = report.account[report.account["outcome"] == "dropped"]
    assert (dropped["reason"].str.len() > 0).all()


@settings(deadline=None)  # no timed tests
@given(features())
def test_a_place_has_a_name_that_one_of_its_features_has(table):
    places, report = make_places(table, AREAS, load_rules())
    parts = report.account[report.account["outcome"] == "place"]
    for place_id, name in places["name"].dropna().items():
        assert name in set(parts.loc[parts["place_id"] == place_id, "name"])


@settings(deadline=None)  # no timed tests
@given(features())
def test_merging_what_is_merged_changes_nothing(table):
    rules = load_rules()
    prepared, _ = module._prepare(table)
    prepared["rule"] = module._classify(prepared, rules)
    prepared["category"] = [rule.category if rule else None for rule in prepared["rule"]]
    chosen = module._compared(prepared[prepared["category"].notna()], rules)
    leader, _ = merge_same(chosen, rules)
    heads = chosen.loc[sorted(leader.unique())]
    again, merges = merge_same(heads, rules)
    assert (again == again.index).all()
    assert merges.empty
