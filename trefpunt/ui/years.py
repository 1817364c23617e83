"""The official scores over the years: the choice of a year, and how the score of one area went.

All of it HTML in which text from outside is escaped; the looks are in ``css/years.css``. The line is a picture; the
words above it and the table below it say the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from trefpunt.ui import charts, data
from trefpunt.ui.i18n import Text

ROOM = 0.08
"""What the scale of a line leaves free above and below it, in score."""

LEAST_SPAN = 0.4
"""The least that the scale of a line covers: else a small change would look like a large one."""


NEWEST = 0
"""What stands for 'the newest score of each area' in a choice of years: the box takes None for no choice."""


def choices(t: Text, level: str) -> dict[int, str]:
    """Return the years that the map can show, `NEWEST` first; only that one where there is no more to choose."""
    found = data.years(level)
    if not found:
        return {NEWEST: t("years.newest")}
    newest = data.areas(level)
    known = newest[newest["ses_woa"].notna()]
    # Where every newest score is of one year and official, that year and 'the newest' are the same map.
    same = bool(((known["ses_year"] == found[-1]) & (known["ses_status"] != "estimate")).all())
    if same:
        return {NEWEST: t("years.newest_is", year=found[-1])} | {year: str(year) for year in reversed(found[:-1])}
    return {NEWEST: t("years.newest")} | {year: str(year) for year in reversed(found)}


@dataclass(frozen=True)
class Scale:
    """From which to which score the height of a picture runs."""

    low: float
    high: float

    def at(self, score: float) -> float:
        """Return how far from the top a score is, 0–100."""
        return 100 * (self.high - score) / (self.high - self.low)


def scale(scores: Sequence[float] | pd.Series) -> Scale:
    """Return a scale on which all `scores` fit; missing ones do not count."""
    known = pd.Series(scores, dtype="float64").dropna()
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    spare = max(ROOM, (LEAST_SPAN - (high - low)) / 2)
    return Scale(low - spare, high + spare)


def line(history: pd.DataFrame, years: Sequence[int], found: Scale, looks: str = "") -> str:
    """Return the line of one area.

    Parameters
    ----------
    history
        `trefpunt.ui.data.history` of it.
    years
        Those that the width runs over, oldest first.
    found
        What the height runs over.
    looks
        Class in ``css/years.css``.

    Returns
    -------
    str
        A dot a year with a score, open when provisional; joined where the years follow each other and are of the same
        regional division. A year without a score, and one of another division, leaves a gap.
    """
    first, last = years[0], years[-1]
    span = max(1, last - first)
    dots, strips = [], []
    run: list[tuple[float, float]] = []
    before = 0
    for year, row in history.iterrows():
        score, division = float(row["ses_woa"]), int(row["division"])
        if math.isnan(score) or before != division:
            strips.append(_strip(run))
            run = []
        before = division
        if math.isnan(score):
            continue
        x, y = 100 * (int(str(year)) - first) / span, found.at(score)
        run.append((x, y))
        mark = "tp-yeardot-open" if row["status"] == "provisional" else ""
        dots.append(f'<i class="tp-yeardot {mark}" style="left:{x:.1f}%;top:{y:.1f}%"></i>')
    strips.append(_strip(run))
    return f'<div class="tp-yearline {looks}">{"".join(strips)}{"".join(dots)}</div>'


def zero(found: Scale, label: str = "") -> str:
    """Return the line of the mean of the Netherlands (0); empty where the scale does not hold it."""
    if not found.low < 0 < found.high:
        return ""
    small = f"<small>{escape(label)}</small>" if label else ""
    return f'<div class="tp-yearmean"><u style="top:{found.at(0.0):.1f}%">{small}</u></div>'


def _strip(points: Sequence[tuple[float, float]]) -> str:
    """Return points joined by a line two pixels high; nothing to join gives nothing."""
    if len(points) < 2:
        return ""
    over = [f"{x:.1f}% calc({y:.1f}% - 1px)" for x, y in points]
    under = [f"{x:.1f}% calc({y:.1f}% + 1px)" for x, y in reversed(points)]
    return f'<b style="clip-path:polygon({",".join(over + under)})"></b>'


def picture(t: Text, lines: Sequence[tuple[pd.DataFrame, str]]) -> str:
    """Return some lines in one frame, with the mean of the Netherlands where it is in sight, and the years below."""
    histories = [history for history, _ in lines if len(history)]
    years = sorted({int(year) for history in histories for year in history.index})
    found = scale(pd.concat([history["ses_woa"] for history in histories]))
    mean = zero(found, t("years.mean"))
    drawn = "".join(line(history, years, found, looks) for history, looks in lines if len(history))
    ends = f"<span>{years[0]}</span><span>{years[-1]}</span>"
    return f'<div class="tp-years" aria-hidden="true"><div class="tp-yearfield">{mean}{drawn}</div><p>{ends}</p></div>'


def score(t: Text, row: pd.Series) -> str:
    """Return the score of a year as '−0,12', '−0,12 (voorlopig)' or that CBS gives none."""
    if pd.isna(row["ses_woa"]):
        return t("years.suppressed")
    figure = t.number(row["ses_woa"], 2, signed=True)
    return t("years.provisional", score=figure) if row["status"] == "provisional" else figure


def told(t: Text, history: pd.DataFrame, name: str | None = None) -> str:
    """Return how a score went, in words: its first and last year that can be compared, and the difference.

    Parameters
    ----------
    name
        Of the municipality, when it is about that; None: about the area at hand.
    """
    known = history[history["comparable"] & history["ses_woa"].notna()]
    if known.empty:
        return t("years.none")
    start, end = known.iloc[0], known.iloc[-1]
    values = {"year": int(known.index[-1]), "score": score(t, end)}
    if len(known) == 1:
        return t("years.told_one", **values)
    first = {"first": int(known.index[0]), "then": score(t, start)}
    about = t("years.told", **first, **values) if name is None else t("years.told_city", name=name, **first, **values)
    return f"{about} {difference(t, float(start['ses_woa']), float(end['ses_woa']))}"


def difference(t: Text, first: float, last: float) -> str:
    """Return by how much a score is higher or lower, as a sentence."""
    # What the visitor sees are two decimals: the difference is that of those.
    change = round(last, 2) - round(first, 2)
    if round(change, 2) == 0:
        return t("years.same")
    return t("years.higher" if change > 0 else "years.lower", x=t.number(abs(change), 2))


def borders(t: Text, history: pd.DataFrame) -> str:
    """Return from which year on the borders are those of the last year; empty when they never changed."""
    if history["comparable"].all():
        return ""
    return t("years.borders", year=int(history.index[history["comparable"]][0]))


def card(t: Text, history: pd.DataFrame, city: pd.DataFrame, name: str, area: str) -> str:
    """Return the part of an area's card about the years; why there is none when no series is there.

    Parameters
    ----------
    history, city
        `trefpunt.ui.data.history` of the area and of the municipality; the latter may have no rows.
    name, area
        What the municipality and the area are called.
    """
    if history.empty:
        return f'<p class="tp-small">{escape(t("years.absent"))}</p>'
    lines = [told(t, history), borders(t, history), told(t, city, name) if len(city) else ""]
    words = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    keys, drawn = "", ""
    if int(history["ses_woa"].notna().sum()) > 1:
        drawn = picture(t, [(city, "tp-yearline-city"), (history, "")])
        open_ = bool((history["status"] == "provisional").any())
        keys = key(t, area, name if len(city) else None, provisional=open_)
    return (
        f"<h3>{escape(t('years.title'))}</h3>{words}{drawn}{keys}"
        f"{charts.folded(t('years.table'), _table(t, history, city, {'area': area, 'city': name}))}"
    )


def key(t: Text, area: str, city: str | None, *, provisional: bool) -> str:
    """Return what the lines of a picture are, as a list."""
    entries = [f'<li><i class="tp-yearkey"></i>{escape(area)}</li>']
    if city is not None:
        entries.append(f'<li><i class="tp-yearkey tp-yearline-city"></i>{escape(city)}</li>')
    if provisional:
        entries.append(f'<li><i class="tp-yeardot tp-yeardot-open"></i>{escape(t("years.provisional_key"))}</li>')
    return f'<ul class="tp-yearkeys">{"".join(entries)}</ul>'


def _table(t: Text, history: pd.DataFrame, city: pd.DataFrame, names: Mapping[str, str]) -> str:
    columns = [(names["area"], history), *([(names["city"], city)] if len(city) else [])]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (t("years.year"), *(n for n, _ in columns)))
    years = sorted({int(year) for _, table in columns for year in table.index})
    rows = "".join(
        f'<tr><th scope="row">{year}</th>'
        + "".join(f"<td>{escape(cell(t, table, year))}</td>" for _, table in columns)
        + "</tr>"
        for year in years
    )
    return f'<table class="tp-yeartable"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def cell(t: Text, history: pd.DataFrame, year: int) -> str:
    """Return the score of a year for a table; a dash for a year that the history lacks."""
    return score(t, history.loc[[year]].iloc[0]) if year in history.index else "–"
