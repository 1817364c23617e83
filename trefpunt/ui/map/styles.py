"""How the categories look on the map, and the same looks for a legend outside it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trefpunt.categories import Category
from trefpunt.ui.map.view import CategoryStyle

ICONS = MappingProxyType(
    {
        "supermarket": "grocery",
        "primary_school": "school",
        "secondary_school": "college",
        "sports": "soccer",
        "association": "music",
        "community_centre": "residential-community",
        "library": "library",
        "playground": "playground",
        "park": "park",
        "allotments": "farm",
        "place_of_worship": "place-of-worship",
        "cafe": "cafe",
        "market": "shop",
        "culture": "theatre",
        "swimming_pool": "swimming",
    }
)
"""Category → drawing of the Maki set. A category that is not here shows its letter."""

HATCH = ("#f5f4f0", "#a3a098")
"""Ground and stripes of the pattern for 'no figure', the same on a light and a dark page. ``static/trefpunt/areas.js``
draws it; a test holds the two together."""


def category_styles(categories: Mapping[str, Category], labels: Mapping[str, str]) -> dict[str, CategoryStyle]:
    """Return the looks of each category; `labels` are their names in the visitor's language."""
    return {
        key: CategoryStyle(labels[key], category.colour, category.shape, ICONS.get(key, ""), category.letter)
        for key, category in categories.items()
    }


def hatch_css() -> str:
    """Return the CSS background that shows the pattern for 'no figure' outside the map."""
    ground, stripe = HATCH
    return f"repeating-linear-gradient(-45deg, {ground} 0 5.5px, {stripe} 5.5px 7px)"
