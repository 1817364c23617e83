"""The colours: a diverging scale for SES-WOA around the Dutch mean, and the three income groups.

Orange to purple (after ColorBrewer's PuOr) keeps apart for people who see red and green alike, carries no
'good' or 'bad' and stays clear of the blue of water and the green of parks on the map.
"""

from __future__ import annotations

import math
from bisect import bisect_right

BREAKS = (-0.6, -0.3, -0.1, 0.1, 0.3, 0.6)
"""Limits of the classes of SES-WOA; fixed, so that the colours mean the same in every municipality. 0 is the
mean of the Netherlands in 2019."""

SCALE = ("#b35806", "#ee9b3b", "#fbdcb0", "#f3f3f1", "#bbb5de", "#8a7aba", "#542788")
"""One colour per class, lowest first."""

CLASS_KEYS = ("much_lower", "lower", "bit_lower", "average", "bit_higher", "higher", "much_higher")
"""The classes by name; their words stand in the locale files under ``scale``."""

SHARE_BREAKS = (0.3, 0.4, 0.5, 0.6)
"""Limits of the classes of the share of people with a lower income, for areas without a score; fixed. In the whole
country it is 0.4."""

SHARE_SCALE = ("#f7f8f9", "#b7bcc0", "#828a91", "#57626b", "#22303c")
"""One colour per class, lowest first: from light to dark without a hue, so that nobody reads it as the score."""

GROUPS = ("low", "middle", "high")
"""The income groups, in the order in which they are always shown."""


def score_class(score: float | None) -> int | None:
    """Return the class (0–6) of a SES-WOA score; None when the score is missing.

    A score on a limit belongs to the higher class.
    """
    return None if score is None or math.isnan(score) else bisect_right(BREAKS, score)


def score_colour(score: float | None) -> str | None:
    """Return the colour of a SES-WOA score; None (drawn as a pattern) when it is missing."""
    found = score_class(score)
    return None if found is None else SCALE[found]


def share_colour(share: float | None) -> str | None:
    """Return the colour of a share of people with a lower income; None (drawn as a pattern) when it is missing.

    A share on a limit belongs to the higher class.
    """
    return None if share is None or math.isnan(share) else SHARE_SCALE[bisect_right(SHARE_BREAKS, share)]


def size_class(value: float | None, limits: tuple[float, ...]) -> int:
    """Return the size (1–5) of a place's marker, by ascending `limits`; 0 when the figure is missing."""
    return 0 if value is None or math.isnan(value) else 1 + bisect_right(limits, value)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.1): 1 for equal ones, 21 for black on white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
