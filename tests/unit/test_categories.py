"""The categories: what the file holds, what a faulty one is told."""

from __future__ import annotations

import tomllib

import pytest

from trefpunt.categories import (
    CATEGORIES_FILE,
    CYCLE_M_PER_MIN,
    WALK_M_PER_MIN,
    load_categories,
    parse_categories,
    read_toml,
)
from trefpunt.errors import TrefpuntError
from trefpunt.tables.places_rules import load_rules, parse_rules

ONE = """
[category.park]
mode = "walk"
half_distance_m = 400
name_nl = "park"
plural_nl = "parken"
name_en = "park"
plural_en = "parks"
icon = "🌳"
letter = "P"
shape = "circle"
colour = "#117733"
"""

RULES = """
[same]
default_within_m = 60
unnamed_within_m = 15
[names]
everywhere = ["de"]
[[rule]]
id = "park"
classes = ["leisure=park"]
category = "park"
"""


def faults_of(text: str, parse=parse_categories) -> tuple[str, ...]:
    with pytest.raises(TrefpuntError) as caught:
        parse(tomllib.loads(text), "test.toml")
    assert caught.value.where == "test.toml"
    return caught.value.faults


def luminance(colour: str) -> float:
    """WCAG 2.1: relative luminance of #rrggbb."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_order_and_half_distances_are_those_of_the_design():
    design = {
        "supermarket": ("walk", 600),
        "primary_school": ("walk", 700),
        "secondary_school": ("cycle", 2300),
        "sports": ("cycle", 1500),
        "association": ("cycle", 1500),
        "community_centre": ("walk", 600),
        "library": ("cycle", 1500),
        "playground": ("walk", 400),
        "park": ("walk", 400),
        "allotments": ("walk", 400),
        "place_of_worship": ("walk", 700),
        "cafe": ("walk", 700),
        "market": ("walk", 700),
        "culture": ("cycle", 1500),
        "swimming_pool": ("cycle", 1500),
    }
    found = {key: (c.mode, c.half_distance_m) for key, c in load_categories().items()}
    assert list(found) == list(design)
    assert found == design


def test_other_mode_is_reached_in_equal_minutes():
    supermarket, library = load_categories()["supermarket"], load_categories()["library"]
    assert supermarket.half_distance("walk") == 600
    # 600 m at 75 m a minute are 8 minutes; 8 minutes at 250 m are 2,000 m
    assert supermarket.half_distance("cycle") == pytest.approx(2000)
    assert library.half_distance("walk") == pytest.approx(1500 / CYCLE_M_PER_MIN * WALK_M_PER_MIN)
    assert supermarket.cutoff("walk") == 2400
    assert supermarket.cutoff("cycle") == pytest.approx(8000)


def test_unknown_mode_is_refused():
    with pytest.raises(TrefpuntError, match="car"):
        load_categories()["park"].half_distance("car")


def test_categories_are_read_only_and_cached():
    assert load_categories() is load_categories()
    with pytest.raises(TypeError):
        load_categories()["park"] = None


@pytest.mark.parametrize("background", ["#ffffff", "#f2f0eb"])
def test_colours_stand_out_from_a_light_map(background):
    for category in load_categories().values():
        light, dark = luminance(background), luminance(category.colour)
        assert (light + 0.05) / (dark + 0.05) >= 3, category.id


def test_a_faulty_category_is_told_everything_at_once():
    broken = ONE.replace('"walk"', '"fly"').replace("400", "0").replace('name_en = "park"', "colours = 1")
    broken = broken.replace("#117733", "green").replace('"circle"', '"blob"').replace('letter = "P"', 'letter = "1"')
    faults = "\n".join(faults_of(broken))
    for told in ("'mode' is 'fly'", "half_distance_m", "name_en", "colours", "green", "blob", "'letter' is '1'"):
        assert told in faults


def test_looks_must_differ():
    faults = "\n".join(faults_of(ONE + ONE.replace("category.park", "category.forest")))
    assert "share the letter" in faults
    assert "share the look" in faults


def test_no_categories_at_all():
    assert "no [category" in faults_of("x = 1")[0]


def test_a_file_that_is_not_toml_is_named(tmp_path):
    path = tmp_path / "categories.toml"
    with pytest.raises(TrefpuntError, match=r"categories\.toml"):
        read_toml(path)
    path.write_text("[category", encoding="utf-8")
    with pytest.raises(TrefpuntError, match="cannot be read"):
        read_toml(path)


def test_rules_that_are_right_are_taken():
    rules = parse_rules(tomllib.loads(ONE + RULES), "test.toml")
    assert [r.id for r in rules.decisions] == ["park"]
    assert rules.same_within("park") == 60


def test_faulty_rules_are_told_everything_at_once():
    broken = (
        RULES.replace("default_within_m = 60", "default_within_m = -1").replace("unnamed_within_m = 15", "")
        + """
[[rule]]
id = "park"
classes = ["leisure"]
category = "forest"
kind = "guess"
name = '('
colour = "red"
[[rule]]
id = "out"
classes = ["leisure=pitch"]
drop = true
category = "park"
min_area_m2 = "big"
[[rule]]
classes = "leisure=pitch"
[[ground]]
category = "park"
"""
    )
    faults = "\n".join(faults_of(ONE + broken, parse_rules))
    for told in (
        "'default_within_m' must not be below 0",
        "'unnamed_within_m' is missing",
        "rule id 'park' is used 2 times",
        "'leisure' in 'classes'",
        "unknown category 'forest'",
        "'kind' is 'guess'",
        "no regular expression",
        "unknown setting(s) colour",
        "rule 'out': needs a reason",
        "rule 'out': has both drop and a category",
        "'min_area_m2' must be a number",
        "rule '4': 'id' is missing",
        "rule '4': 'classes' must be a list of texts",
        "ground '1': 'gap_m' is missing",
    ):
        assert told in faults, told


def test_every_rule_that_leaves_out_or_goes_against_the_tag_says_why():
    for rule in load_rules().decisions:
        assert rule.reason or (rule.kind == "tag" and rule.category), rule.id


def test_every_category_has_a_rule():
    aimed_at = {rule.category for rule in load_rules(CATEGORIES_FILE).decisions}
    assert set(load_categories()) <= aimed_at
