"""What a scenario would change, in words and tables: per kind of place, per place, per neighbourhood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from trefpunt.scenarios import LOSSES, NOTICED_MIN, WINS, Figures, Outcome, Row, Scenario
from trefpunt.ui import charts, data, markers, scenario_words, words
from trefpunt.ui.colours import GROUPS
from trefpunt.ui.i18n import Text

COUNTS = ("places", "residents_within", "residents_unserved")
CITY = (*COUNTS, "access_low", "access_middle", "access_high", "bridge", "encounter")
"""Figures of a category, in the order of the table; those that are no counts are shown times 100."""

SIDES = ("before", "after")


def mode(category: str) -> str:
    """Return how people go to places of a category."""
    return data.categories()[category].mode


def lead(t: Text, answer: Outcome, category: str) -> str:
    """Return in a sentence how many people have a place of the category within reach, before and after."""
    row = answer.by_category[category]["residents_within"]
    change, values = int(row["difference"]), {"before": int(row["before"]), "after": int(row["after"])}
    if category in answer.emptied:
        return t("scenario.lead.emptied", plural=words.category_plural(t, category), city=data.municipality())
    kind = "more" if change > 0 else "fewer" if change < 0 else "same"
    if kind == "same":
        return t(f"scenario.lead.same_{mode(category)}", n=values["before"], minutes=answer.minutes)
    return t.plural(f"scenario.lead.{kind}_{mode(category)}", abs(change), minutes=answer.minutes, **values)


def said(t: Text, answer: Outcome) -> str:
    """Return the leads of all categories, for a screen reader."""
    return " ".join(f"{_capital(words.category_plural(t, one))}: {lead(t, answer, one)}" for one in answer.categories)


def short(t: Text, answer: Outcome) -> str:
    """Return the leads of all categories as HTML, for beside the map."""
    lines = "".join(
        f"<p>{markers.badge(data.categories()[one])}<b>{escape(_capital(words.category_plural(t, one)))}.</b> "
        f"{escape(lead(t, answer, one))}</p>"
        for one in answer.categories
    )
    return f'<div class="tp-inshort">{lines}</div>'


def category(t: Text, answer: Outcome, one: str) -> str:
    """Return all about one category: the lead, the table of the municipality, winners and losers, neighbourhoods."""
    title = f"{markers.badge(data.categories()[one])}{escape(_capital(words.category_plural(t, one)))}"
    parts = [f'<h3>{title}</h3><p class="tp-lead">{escape(lead(t, answer, one))}</p>']
    parts.append(_city(t, answer, one))
    parts.append(_sides(t, answer, one))
    parts.append(_neighbourhoods(t, answer, one))
    return f'<section class="tp-outcome">{"".join(parts)}</section>'


def label(t: Text, figure: str, one: str, minutes: float) -> str:
    """Return what a figure of a category is called."""
    name = words.category_name(t, one)
    if figure in ("residents_within", "residents_unserved"):
        cutoff = data.categories()[one].cutoff(mode(one)) / 1000
        return t(f"scenario.figure.{figure}_{mode(one)}", minutes=int(minutes), name=name, km=t.number(cutoff, 1))
    return t(f"scenario.figure.{figure}", plural=words.category_plural(t, one))


def number(t: Text, figure: str, value: float, *, signed: bool = False) -> str:
    """Return a figure as the tables write it; one that is missing says so."""
    if math.isnan(value):
        return t("scenario.no_figure")
    return t.number(value, signed=signed) if figure in (*COUNTS, "reach") else t.number(100 * value, 1, signed=signed)


def difference(t: Text, figure: str, row: Row) -> str:
    """Return a difference with its interval, or that its sign is not sure, as HTML."""
    change = float(row["difference"])
    if math.isnan(change):
        return f'<span class="tp-none">{escape(t("scenario.no_figure"))}</span>'
    html = f"<b>{escape(number(t, figure, change, signed=True))}</b>"
    sure = row["sign_sure"]
    if not isinstance(sure, bool | np.bool_):  # missing: a count, or nothing differs
        return html
    ends = [number(t, figure, float(row[end]), signed=True) for end in ("lower", "upper")]
    html += f"<small>{escape(between(t, *ends))}</small>"
    return html if sure else f'{html}<em class="tp-unsure">{escape(t("scenario.unsure"))}</em>'


def between(t: Text, low: str, high: str) -> str:
    """Return an interval of a difference in words; ends that are written alike leave nothing to lie between."""
    return t("scenario.between_same") if low == high else t("scenario.between", low=low, high=high)


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the cells are HTML, the first of each row is its head."""
    header = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>' for first, *rest in rows
    )
    # On a very narrow screen it may be wider than its frame, which the keyboard must then be able to move.
    return (
        f'<div class="tp-scroll" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="tp-figures"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _heads(t: Text, first: str) -> list[str]:
    return [first, t("scenario.column.before"), t("scenario.column.after"), t("scenario.column.difference")]


def _figures(t: Text, found: Figures, named: dict[str, str]) -> list[list[str]]:
    rows = []
    for figure, name in named.items():
        row = found[figure]
        values = [escape(number(t, figure, float(row[side]))) for side in ("before", "after")]
        rows.append([escape(name), *values, difference(t, figure, row)])
    return rows


def _city(t: Text, answer: Outcome, one: str) -> str:
    named = {figure: label(t, figure, one, answer.minutes) for figure in CITY}
    rows = _figures(t, answer.by_category[one], named)
    caption = t("scenario.city", city=data.municipality())
    return table(caption, _heads(t, t("scenario.column.figure")), rows)


def _sides(t: Text, answer: Outcome, one: str) -> str:
    """Return where somebody gains and where somebody loses, neighbourhoods by name."""
    parts = []
    for side, names in (("winners", answer.winners(one)), ("losers", answer.losers(one))):
        head = f"<h4>{escape(t.plural(f'scenario.{side}', len(names)))}</h4>"
        listed = ", ".join(escape(name) for name in names) or escape(t("scenario.nowhere"))
        parts.append(f"<div>{head}<p>{listed}</p></div>")
    explained = escape(t("scenario.sides", minutes=answer.minutes, noticed=int(NOTICED_MIN)))
    return f'<div class="tp-gains">{"".join(parts)}</div><p class="tp-small">{explained}</p>'


def _neighbourhoods(t: Text, answer: Outcome, one: str) -> str:
    """Return the neighbourhoods where anything changes, by name, behind a line that opens them."""
    found = answer.areas[one]
    touched = [row for row in found if any(row[column] > 0 for column in WINS + LOSSES)]
    rest = len(found) - len(touched)
    if not touched:
        return f'<p class="tp-small">{escape(t.plural("scenario.areas.rest", rest))}</p>'
    columns = {"within_before": 0, "within_after": 0, "minutes_before": 1, "minutes_after": 1}
    rows = [
        [escape(str(row["name"])), *(escape(_plain(t, row[column], digits)) for column, digits in columns.items())]
        for row in touched
    ]
    head = [t("scenario.column.area")]
    head += [t(f"scenario.column.within_{side}", minutes=answer.minutes) for side in SIDES]
    head += [t(f"scenario.column.minutes_{side}_{mode(one)}") for side in SIDES]
    drawn = table(t("scenario.areas.caption"), head, rows)
    note = f'<p class="tp-small">{escape(t.plural("scenario.areas.rest", rest))}</p>' if rest else ""
    return charts.folded(t.plural("scenario.areas.title", len(touched)), drawn + note)


def _plain(t: Text, value: float, digits: int) -> str:
    return t("scenario.no_figure") if math.isnan(value) else t.number(value, digits)


def places(t: Text, scenario: Scenario, answer: Outcome) -> list[str]:
    """Return the figures of each place that was added, closed or moved, one after the other."""
    parts = []
    for number_, change in scenario_words.listed(scenario):
        if change.subject not in answer.changed:
            continue
        kind = answer.changed[change.subject].change
        found = answer.by_place[change.subject]
        title = escape(scenario_words.change(t, change))
        category_ = scenario_words.category_of(change)
        named = {
            "residents_within": t(f"scenario.place.residents_within_{mode(category_)}", minutes=answer.minutes),
            "encounter": t("scenario.place.encounter"),
            "bridge": t("scenario.place.bridge"),
        }
        side = "before" if kind == "closed" else "after"
        shares = {group: float(found[f"share_{group}"][side]) for group in GROUPS}
        rows = [(t(f"scenario.place.{side}"), shares)]
        if kind == "moved":
            rows.insert(0, (t("scenario.place.before"), {g: float(found[f"share_{g}"]["before"]) for g in GROUPS}))
        body = charts.share_bars(t, rows)
        if kind == "moved":
            body += table(
                t("scenario.place.caption"), _heads(t, t("scenario.column.figure")), _figures(t, found, named)
            )
        else:
            body += charts.facts((name, number(t, key, float(found[key][side]))) for key, name in named.items())
        parts.append(f'<div class="tp-outplace"><h4><b class="tp-changeno">{number_}</b>{title}</h4>{body}</div>')
    return parts


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
