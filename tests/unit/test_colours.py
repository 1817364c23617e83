"""The scale of SES-WOA: fixed limits around 0, nothing coloured that has no figure, legible text."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trefpunt.queries import NATIONAL_SHARES
from trefpunt.ui.colours import (
    BREAKS,
    CLASS_KEYS,
    SCALE,
    SHARE_BREAKS,
    SHARE_SCALE,
    contrast,
    luminance,
    score_class,
    score_colour,
    share_colour,
    size_class,
)


def test_a_class_has_a_colour_and_words() -> None:
    assert len(SCALE) == len(CLASS_KEYS) == len(BREAKS) + 1 == 7


def test_limits_lie_evenly_around_the_dutch_mean() -> None:
    assert [-b for b in reversed(BREAKS)] == list(BREAKS)
    assert score_class(0.0) == 3


@pytest.mark.parametrize(
    ("score", "found"), [(-0.667, 0), (-0.6, 1), (-0.31, 1), (-0.1, 3), (0.0999, 3), (0.1, 4), (0.454, 5), (0.6, 6)]
)
def test_a_score_on_a_limit_belongs_above_it(score: float, found: int) -> None:
    assert score_class(score) == found
    assert score_colour(score) == SCALE[found]


@pytest.mark.parametrize("missing", [None, math.nan])
def test_missing_has_no_colour(missing: float | None) -> None:
    assert score_class(missing) is None
    assert score_colour(missing) is None
    assert size_class(missing, (1.0, 2.0, 3.0, 4.0)) == 0


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_a_higher_score_is_never_in_a_lower_class(a: float, b: float) -> None:
    low, high = sorted((score_class(a) or 0, score_class(b) or 0))
    assert (low, high) == (score_class(min(a, b)), score_class(max(a, b)))


def test_scale_is_lightest_in_the_middle_and_darkens_to_both_sides() -> None:
    light = [luminance(colour) for colour in SCALE]
    assert all(a < b for a, b in pairwise(light[:4]))
    assert all(a > b for a, b in pairwise(light[3:]))


def test_shares_darken_class_by_class_around_that_of_the_country() -> None:
    assert len(SHARE_SCALE) == len(SHARE_BREAKS) + 1
    assert NATIONAL_SHARES[0] in SHARE_BREAKS
    assert all(luminance(a) > luminance(b) for a, b in pairwise(SHARE_SCALE))
    assert [share_colour(share) for share in (0.0, 0.29, 0.3, 0.599, 0.6, 1.0)] == [
        SHARE_SCALE[i] for i in (0, 0, 1, 3, 4, 4)
    ]
    assert share_colour(math.nan) is share_colour(None) is None


def test_no_share_is_taken_for_a_score() -> None:
    """All shares are all but grey; of the scores only the mean is."""

    def hue(colour: str) -> int:
        parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        return max(parts) - min(parts)

    assert max(map(hue, SHARE_SCALE)) < 30 < min(hue(c) for c in SCALE if c != SCALE[3])


def test_known_contrasts() -> None:
    """Black on white is 21 and a colour on itself 1, by the definition of WCAG 2.1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#767676") == 1
    # The lightest grey that WCAG's own examples call sufficient for text on white.
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("text", "ground"), [("#241a0a", "#ee9b3b"), ("#24231f", "#dcdad4"), ("#ffffff", "#6a51a3")])
def test_text_on_the_bars_is_legible(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


def test_sizes() -> None:
    limits = (0.1, 0.2, 0.3, 0.4)
    assert [size_class(v, limits) for v in (0.0, 0.1, 0.25, 0.4, 9.0)] == [1, 2, 3, 5, 5]
