"""The colours keep apart for people without red, green or blue cones; what does not has a pattern, shape or drawing."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.colour_vision import KINDS, ciede2000, distance, lab, over
from trefpunt.categories import load_categories
from trefpunt.ui import missing_map, scatter
from trefpunt.ui.colours import SCALE, SHARE_SCALE
from trefpunt.ui.map import origin_colour
from trefpunt.ui.map.styles import ICONS
from trefpunt.ui.print_drawings import VERDICT_COLOURS

ROOT = Path(__file__).parents[2]
CSS = ROOT / "trefpunt" / "ui" / "css"
STATIC = ROOT / "static" / "trefpunt"

SEEN = (None, *KINDS)
"""With all cones, and the three kinds without one."""

STEP = 9.0
"""Least CIEDE2000 between neighbouring classes of a scale: some nine times what an eye can just see. A legend with
words goes with every scale."""

APART = 10.0
"""Least CIEDE2000 between two colours that are told apart by themselves."""


def _script(name: str, pattern: str) -> list[str]:
    found = re.search(pattern, (STATIC / name).read_text(encoding="utf-8"))
    assert found, f"{name} no longer says {pattern}"
    return list(found.groups())


def _grounds() -> dict[str, tuple[str, float]]:
    """Return on what, and how far through, the areas lie: as the scripts of the map say; and paper."""
    opacity = _script("areas.js", r"FILL_OPACITY = \{ light: ([\d.]+), dark: ([\d.]+) \}")
    grounds = re.findall(r'ground: "(#[0-9a-f]{6})"', (STATIC / "basemap.js").read_text(encoding="utf-8"))
    assert len(grounds) == 2
    seen = {
        name: (ground, float(share)) for name, ground, share in zip(("light", "dark"), grounds, opacity, strict=True)
    }
    return seen | {"paper": ("#ffffff", 1.0)}


def _token(sheet: str, name: str) -> str:
    found = re.findall(rf"--tp-{name}: (#[0-9a-f]{{6}})", (CSS / sheet).read_text(encoding="utf-8"))
    assert found, f"{sheet} has no --tp-{name}"
    return str(found[0])


def _groups(*, dark: bool) -> dict[str, str]:
    light = {name: _token("base.css", name) for name in ("low", "middle", "high")}
    return light | {name: _token("dark.css", name) for name in ("middle", "high")} if dark else light


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -0.0010, 2.4900), (50, 0.0009, -2.4900), 4.8045),
        ((50, 2.4900, -0.0010), (50, -2.4900, 0.0009), 7.1792),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distance_is_that_of_the_published_pairs(
    one: tuple[float, ...], other: tuple[float, ...], expected: float
) -> None:
    """Seven of the pairs of table 1 in Sharma, Wu and Dalal (2005), which go through every branch of the equations."""
    assert ciede2000(np.array(one, float), np.array(other, float)) == pytest.approx(expected, abs=5e-5)


def test_grey_stays_grey() -> None:
    """Each row of the matrices adds up to 1, so who lacks a cone sees greys as everybody does."""
    for matrix in KINDS.values():
        assert matrix.sum(axis=1) == pytest.approx(np.ones(3), abs=2e-6)
    for kind in KINDS:
        assert lab("#777777", kind) == pytest.approx(lab("#777777"), abs=0.01)


def test_simulation_finds_what_is_known() -> None:
    """Red and green of one lightness run together without red or green cones, blue and green without blue ones."""
    assert distance("#c65b4e", "#7f8a3c") > 30
    assert distance("#c65b4e", "#7f8a3c", "deutan") < distance("#c65b4e", "#7f8a3c") / 3
    assert distance("#0090b0", "#009a80", "tritan") < distance("#0090b0", "#009a80") / 1.5


@pytest.mark.parametrize("kind", SEEN)
@pytest.mark.parametrize("ground", ["light", "dark", "paper"])
@pytest.mark.parametrize("scale", [SCALE, SHARE_SCALE], ids=["score", "share"])
def test_neighbouring_classes_of_the_map_keep_apart(scale: tuple[str, ...], ground: str, kind: str | None) -> None:
    below, opacity = _grounds()[ground]
    seen = [over(colour, below, opacity) for colour in scale]
    near = {f"{a}–{b}": round(distance(a, b, kind), 1) for a, b in pairwise(seen) if distance(a, b, kind) < STEP}
    assert near == {}


@pytest.mark.parametrize("kind", SEEN)
def test_both_ends_of_the_scale_are_never_taken_for_each_other(kind: str | None) -> None:
    """Classes as far above the mean as another is below it: much lower and much higher, lower and higher, …"""
    assert min(distance(SCALE[i], SCALE[-1 - i], kind) for i in range(3)) >= APART


@pytest.mark.parametrize("kind", SEEN)
@pytest.mark.parametrize("dark", [False, True])
def test_income_groups_keep_apart(dark: bool, kind: str | None) -> None:
    colours = _groups(dark=dark)
    for (a, one), (b, other) in combinations(colours.items(), 2):
        assert distance(one, other, kind) >= APART, f"{a} and {b}"


def test_income_groups_have_a_pattern_too() -> None:
    """Two of the three, each its own; the number and the key's words stand beside them."""
    looks = (CSS / "places.css").read_text(encoding="utf-8")
    assert re.search(r"^\.tp-low \{ background-image: repeating-linear-gradient", looks, re.MULTILINE)
    assert re.search(r"^\.tp-high \{ background-image: radial-gradient", looks, re.MULTILINE)


@pytest.mark.parametrize("kind", SEEN)
@pytest.mark.parametrize("dark", [False, True])
def test_where_people_come_from_gets_one_way_lighter_or_darker(dark: bool, kind: str | None) -> None:
    """A shade without classes: it has to rise or fall all the way, and its ends have to be far apart."""
    shades = [origin_colour(step / 10, dark=dark) for step in range(11)]
    light = [float(lab(shade, kind)[0]) for shade in shades]
    steps = [b - a for a, b in pairwise(light)]
    assert all(step < 0 for step in steps) or all(step > 0 for step in steps)
    assert distance(shades[0], shades[-1], kind) >= 3 * APART


@pytest.mark.parametrize("kind", SEEN)
@pytest.mark.parametrize("dark", [False, True])
def test_classes_of_what_is_missing_keep_apart(dark: bool, kind: str | None) -> None:
    opacity = float(_script("cells.js", r"OPACITY = ([\d.]+)")[0])
    seen = [over(colour, missing_map.GROUND[dark], opacity) for colour in missing_map.RAMP[dark]]
    near = {f"{a}–{b}": round(distance(a, b, kind), 1) for a, b in pairwise(seen) if distance(a, b, kind) < STEP}
    assert near == {}


@pytest.mark.parametrize("kind", SEEN)
def test_verdicts_on_paper_keep_apart(kind: str | None) -> None:
    """What only seems so is drawn dashed as well."""
    near = [
        (a, b)
        for (a, one), (b, other) in combinations(VERDICT_COLOURS.items(), 2)
        if distance(one, other, kind) < APART
    ]
    assert near == []


@pytest.mark.parametrize("kind", SEEN)
@pytest.mark.parametrize("colours", [scatter.LIGHT, scatter.DARK], ids=["light", "dark"])
def test_kinds_in_the_figure_keep_apart(colours: tuple[str, ...], kind: str | None) -> None:
    for one, other in combinations(colours, 2):
        assert distance(one, other, kind) >= APART, f"{one} and {other}"
    assert len(set(scatter.SHAPES)) == len(scatter.SHAPES) == len(colours)


@pytest.mark.parametrize("kind", SEEN)
def test_kinds_of_homes_keep_apart(kind: str | None) -> None:
    """Bought, of a corporation, other rent; what is not known is hatched."""
    colours = [_token("city.css", name) for name in ("owned", "corporation", "other")]
    for one, other in combinations(colours, 2):
        assert distance(one, other, kind) >= APART


def test_categories_never_rely_on_their_colour() -> None:
    """Fifteen colours cannot keep apart: some pairs run together, so each has a drawing and a letter of its own."""
    found = load_categories()
    colours = [category.colour for category in found.values()]
    worst = min(distance(a, b, kind) for a, b in combinations(colours, 2) for kind in KINDS)
    assert worst < APART, "then the colours would do by themselves, and this test can be one of the others"
    drawings = [ICONS[key] for key in found]
    assert len(set(drawings)) == len(drawings)
    # On small markers, that have no drawing, two categories of one outline and like colours cannot both be…
    alike = [
        (a, b)
        for (a, one), (b, other) in combinations(found.items(), 2)
        if (one.shape, one.letter) == (other.shape, other.letter)
    ]
    assert alike == []
