"""What the parts of the city page share: tables, bars with intervals, dots on a scale. All of it HTML.

Text from outside is escaped here; the looks are in ``css/city.css``. Each picture stands in a table that says the same
in figures, so the pictures themselves are hidden from screen readers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from trefpunt.ui.i18n import Text


@dataclass(frozen=True)
class Part:
    """One part of a stacked bar.

    Parameters
    ----------
    looks
        Class in ``css/city.css``.
    share
        Length, 0–1 of the bar.
    text
        Inside the part, where it fits.
    """

    looks: str
    share: float
    text: str = ""


@dataclass(frozen=True)
class Interval:
    """A line over a bar or scale, from `lower` to `upper` (0–1 of its length)."""

    lower: float
    upper: float
    looks: str = ""


ROOM = 0.16
"""A part of a bar below this share has no room for its number."""


def stacked(parts: Iterable[Part], intervals: Iterable[Interval] = ()) -> str:
    """Return one bar, with a line for each interval that is known."""
    fields = "".join(
        f'<span class="{part.looks}" style="width:{100 * part.share:.2f}%">'
        f"{escape(part.text) if part.share >= ROOM else ''}</span>"
        for part in parts
        if part.share > 0
    )
    lines = "".join(line(interval) for interval in intervals)
    return f'<div class="tp-stack" aria-hidden="true">{fields}{lines}</div>'


def line(interval: Interval) -> str:
    """Return the line of an interval; empty when it is not known or has no width."""
    if math.isnan(interval.lower) or math.isnan(interval.upper) or interval.upper <= interval.lower:
        return ""
    left, right = (min(1.0, max(0.0, end)) for end in (interval.lower, interval.upper))
    return (
        f'<i class="tp-whisker {interval.looks}" style="left:{100 * left:.2f}%;width:{100 * (right - left):.2f}%"></i>'
    )


def dot(position: float, looks: str, title: str = "") -> str:
    """Return a dot at `position` (0–1 of the scale); `title` shows on hover."""
    return f'<i class="tp-citydot {looks}" style="left:{100 * position:.2f}%" title="{escape(title)}"></i>'


def key(entries: Iterable[tuple[str, str]]) -> str:
    """Return the key to a chart: class of the swatch and its words."""
    lines = "".join(
        f'<li><i class="tp-citykey {looks}" aria-hidden="true"></i>{escape(words)}</li>' for looks, words in entries
    )
    return f'<ul class="tp-citykeys">{lines}</ul>'


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    looks: str = "",
    note: str = "",
    scale: Sequence[str] = (),
) -> str:
    """Return a table.

    Parameters
    ----------
    caption
        What the table holds; shown above it.
    header
        Names of the columns.
    rows
        Cells as HTML, their text escaped; the first one names the row.
    looks
        Class in ``css/city.css``.
    note
        A line under the caption.
    scale
        What the left end, the middle and the right end of the pictures in the second column stand for.
    """
    ends = "".join(f"<span>{escape(end)}</span>" for end in scale)
    heads = [escape(name) for name in header]
    if ends:
        heads[1] += f'<div class="tp-ends">{ends}</div>'
    head = "".join(f'<th scope="col" role="columnheader">{cell}</th>' for cell in heads)
    body = "".join(
        f'<tr role="row"><th scope="row" role="rowheader">{cells[0]}</th>'
        + "".join(f'<td role="cell">{cell}</td>' for cell in cells[1:])
        + "</tr>"
        for cells in rows
    )
    small = f'<span class="tp-small">{escape(note)}</span>' if note else ""
    return (
        # The roles say again what the tags say: on a phone rows are laid out anew, and browsers then drop the meaning.
        f'<div class="tp-scroll"><table role="table" class="tp-city {looks}">'
        f"<caption>{escape(caption)}{small}</caption>"
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{body}</tbody></table></div>'
    )


def name(t: Text, row: pd.Series, mark: str = "") -> str:
    """Return the name of an area, with what must be known about it: many students, and `mark`."""
    students = f"<small>{escape(t('city.students.mark'))}</small>" if bool(row["student_area"]) else ""
    return escape(str(row["name"])) + (f"<small>{escape(mark)}</small>" if mark else "") + students


def title(text: str, level: int = 2) -> str:
    """Return a heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, looks: str = "") -> str:
    """Return a paragraph."""
    return f'<p class="{looks}">{escape(text)}</p>' if looks else f"<p>{escape(text)}</p>"


def note(heading: str, lines: Iterable[str]) -> str:
    """Return a remark that stands out."""
    return f'<div class="tp-note"><p><strong>{escape(heading)}</strong></p>{"".join(map(paragraph, lines))}</div>'


def between(t: Text, value: float, lower: float, upper: float) -> str:
    """Return a share as '45% (30–60)'; without the interval where that is not known or has no width to speak of."""
    if math.isnan(value):
        return "–"
    if math.isnan(lower) or math.isnan(upper) or round(100 * lower) == round(100 * upper):
        return t.percent(value)
    return t("city.between", value=t.percent(value), lower=t.number(100 * lower), upper=t.number(100 * upper))


def listing(t: Text, names: Sequence[str]) -> str:
    """Return names as 'A, B and C', by name."""
    known = sorted(names, key=str.casefold)
    return t("city.and", first=", ".join(known[:-1]), last=known[-1]) if len(known) > 1 else "".join(known)


def ordered(rows: pd.DataFrame, order: str, low: str, high: str, *, most: bool) -> pd.DataFrame:
    """Return areas by name, or by a figure; those without a figure come last, equal ones by name.

    Parameters
    ----------
    order
        One of `trefpunt.ui.state.ORDERS`.
    low, high
        Which column `order` stands for.
    most
        ``low`` puts the largest figure of that column first, not the smallest.
    """
    by_name = rows.sort_values("name", key=lambda names: names.str.casefold(), kind="stable")
    if order == "name":
        return by_name
    column, ascending = (low, not most) if order == "low" else (high, False)
    return by_name.sort_values(column, ascending=ascending, na_position="last", kind="stable")


def two(left: Iterable[str], right: Iterable[str]) -> str:
    """Return two columns, beneath each other on a phone."""
    return f'<div class="tp-citytwo"><div>{"".join(left)}</div><div>{"".join(right)}</div></div>'


def page(parts: Iterable[str]) -> str:
    """Return the parts as one section of the page."""
    return f'<section class="tp-page tp-citypage">{"".join(parts)}</section>'
