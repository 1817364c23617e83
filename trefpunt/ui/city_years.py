"""The official scores of all areas over the years, for the page about the whole municipality."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

from trefpunt.ui import charts, data, years
from trefpunt.ui import city_parts as parts
from trefpunt.ui.i18n import Text


def section(t: Text, rows: pd.DataFrame, level: str) -> str:
    """Return how the scores went: words, a line an area, and all figures in a table; why not where there is no series.

    Parameters
    ----------
    rows
        The areas of the level, in the order of the list.
    """
    moments = data.years(level)
    title = parts.title(t("city.years.title"))
    if len(moments) < 2:
        return parts.page([title, parts.paragraph(_absent(t, rows))])
    histories = {str(code): data.history(str(code)) for code in rows.index}
    city = data.history(data.municipality_code())
    lines = [title]
    if len(city):
        lines.append(parts.paragraph(years.told(t, city, data.municipality()), "tp-lead"))
    lines += [parts.paragraph(text) for text in (*_counted(t, histories, level), *_cautions(t, rows, histories, level))]
    provisional = any((history["status"] == "provisional").any() for history in histories.values())
    if provisional:
        lines.append(years.key(t, t("city.years.official"), None, provisional=True))
    header = [t(f"city.{level}"), f"{moments[0]}–{moments[-1]}", t("city.years.first"), t("city.years.last")]
    every = years.scale(pd.concat([history["ses_woa"] for history in histories.values()]))
    body = [
        (parts.name(t, row), _line(histories[str(code)], moments, every), *_ends(t, histories[str(code)]))
        for code, row in rows.iterrows()
    ]
    lines.append(parts.table(t("city.years.caption"), header, body, "tp-cityareas", note=t("city.years.scale")))
    lines.append(charts.folded(t("years.table"), _figures(t, rows, histories, moments, level)))
    return parts.page(lines)


def _absent(t: Text, rows: pd.DataFrame) -> str:
    """Return of which years the figures are; there is no line over the years while each has one."""

    def told(column: str) -> str:
        return parts.listing(t, [str(int(year)) for year in sorted(rows[column].dropna().unique())]) or "–"

    return t("city.years.text", scores=told("ses_year"), shares=told("shares_year"))


def _compared(history: pd.DataFrame, first: int, last: int) -> float | None:
    """Return by how much the score rose, to two decimals; None where the two years cannot be compared."""
    if not {first, last} <= set(history.index):
        return None
    start, end = (history.loc[[year]].iloc[0] for year in (first, last))
    if start["division"] != end["division"] or pd.isna(start["ses_woa"]) or pd.isna(end["ses_woa"]):
        return None
    return round(round(float(end["ses_woa"]), 2) - round(float(start["ses_woa"]), 2), 2)


def _counted(t: Text, histories: Mapping[str, pd.DataFrame], level: str) -> list[str]:
    """Return how many areas rose and fell between the first and the last year."""
    moments = data.years(level)
    found = [_compared(history, moments[0], moments[-1]) for history in histories.values()]
    changes = [change for change in found if change is not None]
    if not changes:
        return []
    counts = {
        "higher": sum(change > 0 for change in changes),
        "lower": sum(change < 0 for change in changes),
        "same": sum(change == 0 for change in changes),
    }
    return [t(f"city.years.counted_{level}", total=len(changes), first=moments[0], last=moments[-1], **counts)]


def _cautions(t: Text, rows: pd.DataFrame, histories: Mapping[str, pd.DataFrame], level: str) -> list[str]:
    """Return what cannot be compared, by name: areas without a series, and those whose borders changed."""
    absent = [str(rows.at[code, "name"]) for code, history in histories.items() if history["ses_woa"].notna().sum() < 2]
    moved = [str(rows.at[code, "name"]) for code, history in histories.items() if not history["comparable"].all()]
    said = [("absent", absent), ("moved", moved)]
    return [t(f"city.years.{key}", names=parts.listing(t, names)) for key, names in said if names]


def _line(history: pd.DataFrame, moments: tuple[int, ...], every: years.Scale) -> str:
    if not history["ses_woa"].notna().any():
        return '<div class="tp-yeartrack tp-hatch" aria-hidden="true"></div>'
    drawn = years.zero(every) + years.line(history, moments, every)
    return f'<div class="tp-yeartrack" aria-hidden="true">{drawn}</div>'


def _ends(t: Text, history: pd.DataFrame) -> tuple[str, str]:
    """Return the first and the last score that can be compared, each with its year."""
    known = history[history["comparable"] & history["ses_woa"].notna()]
    if known.empty:
        gone = f'<span class="tp-none">{escape(t("missing.score"))}</span>'
        return gone, gone
    cells = [
        f"{escape(years.score(t, known.loc[[year]].iloc[0]))}<small>{int(str(year))}</small>"
        for year in (known.index[0], known.index[-1])
    ]
    return (cells[0] if len(known) > 1 else "–"), cells[1]


def _figures(
    t: Text, rows: pd.DataFrame, histories: Mapping[str, pd.DataFrame], moments: tuple[int, ...], level: str
) -> str:
    body = [
        (parts.name(t, row), *(escape(years.cell(t, histories[str(code)], year)) for year in moments))
        for code, row in rows.iterrows()
    ]
    header = [t(f"city.{level}"), *(str(year) for year in moments)]
    return parts.table(t("city.years.all"), header, body, "tp-cityplain tp-cityyears")
