"""What all cards beside the map share: head, texts, and the bars of the income groups. HTML, its text escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

from trefpunt.queries import NATIONAL_SHARES, City
from trefpunt.ui import data
from trefpunt.ui.colours import GROUPS
from trefpunt.ui.i18n import Text


def card(parts: list[str]) -> str:
    """Return the whole card."""
    return f'<section class="tp-card">{"".join(parts)}</section>'


def head(kicker: str, title: str, marker: str = "") -> str:
    """Return what kind of thing it is, with its marker (HTML) if it has one, and its name."""
    return f'<p class="tp-kicker">{marker}{escape(kicker)}</p><h2>{escape(title)}</h2>'


def lead(text: str) -> str:
    """Return what matters most, in words."""
    return f'<p class="tp-lead">{escape(text)}</p>'


def title(text: str) -> str:
    """Return the title of a part."""
    return f"<h3>{escape(text)}</h3>"


def text(text: str) -> str:
    """Return a paragraph."""
    return f"<p>{escape(text)}</p>"


def small(text: str) -> str:
    """Return a remark."""
    return f'<p class="tp-small">{escape(text)}</p>'


def source(text: str) -> str:
    """Return whose figures they are."""
    return f'<p class="tp-source">{escape(text)}</p>'


def share_rows(t: Text, here: str, row: pd.Series, city: City) -> list[tuple[str, Mapping[str, float]]]:
    """Return the income groups of `row`, called `here`, of the municipality and of the country, for bars."""
    return [
        (here, {g: float(row[f"share_{g}"]) for g in GROUPS}),
        (data.municipality(), {"low": city.low, "middle": city.middle, "high": city.high}),
        (t("nation"), dict(zip(GROUPS, NATIONAL_SHARES, strict=True))),
    ]


def unknown(t: Text, share: float) -> str:
    """Return of which share (0–1) of the people the income group is not known; empty where it would say 0.0%."""
    return small(t("place.who.unknown", share=t.percent(share, 0 if share >= 0.01 else 1))) if share >= 0.0005 else ""
