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

NARROW = 0.12
"""A part of a bar below this share has no room for its number."""


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
        bar = "".join(
            f'<span class="tp-{g}" style="flex:{max(shares[g], 0.0):.4f} 1 0" title="{escape(t(f"group.{g}"))}">'
            f"{t.percent(shares[g]) if shares[g] >= NARROW else ''}</span>"
            for g in GROUPS
            if known
        )
        words = ", ".join(f"{t(f'group.{g}')} {t.percent(shares[g])}" for g in GROUPS)
        # The last part is often too narrow for its number, which then stands behind the bar.
        end = f"<b>{t.percent(shares['high'])}</b>" if known and shares["high"] < NARROW else ""
        picture = f'<div class="tp-bar" role="img" aria-label="{escape(words)}">{bar}{end}</div>'
        bars.append(
            f'<div class="tp-row"><div class="tp-rowlabel">{escape(label)}</div>'
            + (picture if known else f'<div class="tp-none">{escape(t("missing.shares"))}</div>')
            + "</div>"
        )
    return f'<div class="tp-bars">{"".join(bars)}</div>'


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
