"""Small pictures in HTML: bars, a strip and a field of dots. Each says in text what it shows in colour.

Every function returns HTML in which all text from outside is escaped; the looks are in ``css/``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from trefpunt.ui.colours import BREAKS, CLASS_KEYS, GROUPS, SCALE, score_class
from trefpunt.ui.i18n import Text

SCORE_SPAN = 0.9
"""The strip runs from minus this to plus this; scores beyond are drawn at its end."""

NARROW = {1: 0.07, 2: 0.115, 3: 0.18}
"""A part of a bar below this share has no room for a percentage of so many digits."""


def share_bars(t: Text, rows: Iterable[tuple[str, Mapping[str, float]]]) -> str:
    """Return one bar a row, split in the income groups.

    Parameters
    ----------
    rows
        Label and shares (0–1) of ``low``, ``middle``, ``high``; a row with missing shares says so.
    """
    parts = [f'<span><i class="tp-key tp-{g}" aria-hidden="true"></i>{escape(t(f"group.{g}"))}</span>' for g in GROUPS]
    bars = [f'<div class="tp-keys">{"".join(parts)}</div>']
    for label, shares in rows:
        known = not any(math.isnan(shares[g]) for g in GROUPS)
        bar = "".join(_part(t, g, shares[g]) for g in GROUPS if known)
        words = ", ".join(f"{t(f'group.{g}')} {t.percent(shares[g])}" for g in GROUPS)
        # The number of a part that is too narrow for it stands behind the bar, with the key of its group.
        behind = [g for g in GROUPS if known and not _fits(t, shares[g])]
        end = "".join(f'<b><i class="tp-key tp-{g}"></i>{t.percent(shares[g])}</b>' for g in behind)
        picture = f'<div class="tp-bar" role="img" aria-label="{escape(words)}">{bar}{end}</div>'
        bars.append(
            f'<div class="tp-row"><div class="tp-rowlabel">{escape(label)}</div>'
            + (picture if known else f'<div class="tp-none">{escape(t("missing.shares"))}</div>')
            + "</div>"
        )
    return f'<div class="tp-bars">{"".join(bars)}</div>'


def _fits(t: Text, share: float) -> bool:
    return share >= NARROW[len(t.percent(share)) - 1]


def _part(t: Text, group: str, share: float) -> str:
    """Return one group's part of a bar: its colour and pattern (``css/places.css``), and its number where it fits."""
    number = f"<em>{t.percent(share)}</em>" if _fits(t, share) else ""
    style = f"flex:{max(share, 0.0):.4f} 1 0"
    return f'<span class="tp-{group}" style="{style}" title="{escape(t(f"group.{group}"))}">{number}</span>'


def score_strip(t: Text, score: float, lower: float, upper: float) -> str:
    """Return the scale of SES-WOA with a mark at `score` and, for an estimate, a line from `lower` to `upper`."""

    def position(value: float) -> float:
        return 50 + 50 * max(-1.0, min(1.0, value / SCORE_SPAN))

    edges = [-SCORE_SPAN, *BREAKS, SCORE_SPAN]
    fields = "".join(
        f'<span style="flex:{b - a:.2f} 1 0;background:{colour}"></span>'
        for a, b, colour in zip(edges[:-1], edges[1:], SCALE, strict=True)
    )
    line = ""
    if not (math.isnan(lower) or math.isnan(upper)):
        left, right = position(lower), position(upper)
        line = f'<i class="tp-interval" style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
    return (
        f'<div class="tp-strip" role="img" aria-label="{escape(score_words(t, score))}">'
        f'<div class="tp-fields">{fields}</div>{line}<i class="tp-mark" style="left:{position(score):.1f}%"></i>'
        f'<i class="tp-zero"></i></div><div class="tp-ends"><span>{escape(t("scale.ends.low"))}</span>'
        f"<span>{escape(t('scale.ends.mean'))}</span><span>{escape(t('scale.ends.high'))}</span></div>"
    )


def score_words(t: Text, score: float) -> str:
    """Return the class of a score in words, such as 'lower than average in the Netherlands'."""
    found = score_class(score)
    return t("missing.score") if found is None else t(f"scale.{CLASS_KEYS[found]}")


def dots(n: int) -> str:
    """Return a field of 100 dots, `n` of them filled; hidden from screen readers, for the text beside it says it."""
    cells = '<i class="on"></i>' * n + "<i></i>" * (100 - n)
    return f'<div class="tp-dots" aria-hidden="true">{cells}</div>'


def ranked_bars(rows: Sequence[tuple[str, float, str]]) -> str:
    """Return an ordered list with a bar behind each line.

    Parameters
    ----------
    rows
        Label, length of the bar (0–1, of the longest), and the text at the end of the line.
    """
    lines = "".join(
        f'<li><span class="tp-fill" style="width:{100 * length:.1f}%"></span><span>{escape(label)}</span>'
        f"<span>{escape(end)}</span></li>"
        for label, length, end in rows
    )
    return f'<ol class="tp-ranked">{lines}</ol>'


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Return label and figure, one line each."""
    lines = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(figure)}</dd></div>" for label, figure in rows)
    return f'<dl class="tp-facts">{lines}</dl>'


def folded(summary: str, body: str) -> str:
    """Return `body` (HTML) behind a line that opens it."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


def bullets(lines: Iterable[str]) -> str:
    """Return plain lines as a list."""
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"
