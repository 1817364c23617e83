"""The marker of a category in text: a disc in its colour with the drawing that the map uses."""

from __future__ import annotations

from html import escape

from trefpunt.categories import Category
from trefpunt.ui.map.assets import ICONS as FOLDER
from trefpunt.ui.map.styles import ICONS

PLAIN = "circle"
"""The drawing of a category for which the map has none."""


def drawing(category: Category) -> str:
    """Return the address of a category's drawing, which Streamlit serves."""
    return plain(ICONS.get(category.id, PLAIN))


def plain(icon: str) -> str:
    """Return the address of a drawing of the Maki set by its name."""
    return f"app/static/{FOLDER.as_posix()}/{icon}.svg"


def badge(category: Category) -> str:
    """Return a category's marker as HTML, for beside its name."""
    return (
        f'<span class="tp-marker" style="background:{escape(category.colour)}" aria-hidden="true">'
        f'<img src="{escape(drawing(category))}" alt=""></span>'
    )
