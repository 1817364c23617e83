"""Two neighbourhoods side by side, as HTML: score, incomes, homes, residents and how far they live from each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from html import escape

import pandas as pd

from trefpunt.categories import SPEED_M_PER_MIN
from trefpunt.ui import charts, data, words
from trefpunt.ui.colours import GROUPS
from trefpunt.ui.i18n import Text


def card(t: Text, pair: tuple[str, str], metres: float) -> str:
    """Return the card of two neighbourhoods.

    Parameters
    ----------
    pair
        The two codes.
    metres
        How far their residents live from each other on foot (`trefpunt.queries.distance_between`); NaN: not known.
    """
    rows = [data.areas("neighbourhood").loc[[code]].iloc[0] for code in pair]
    city = data.city()
    shares = [(str(row["name"]), {g: float(row[f"share_{g}"]) for g in GROUPS}) for row in rows]
    shares.append((data.municipality(), {"low": city.low, "middle": city.middle, "high": city.high}))
    years = {int(row["shares_year"]) for row in rows if not pd.isna(row["shares_year"])}
    source = "".join(_small(t("area.shares.source", year=year)) for year in sorted(years))
    scores = "".join(_score(t, row) for row in rows)
    keys = ["households", *(["students"] if any(row["student_area"] for row in rows) else [])]
    notes = "".join(_small(t(f"caveat.{key}")) for key in keys)
    apart = _distance(t, rows, metres)
    return (
        f'<section class="tp-card tp-two tp-twocompare"><h2>{escape(t("two.compare.title"))}</h2>{apart}'
        f'<div class="tp-twoparts"><div><h3>{escape(t("area.score.title"))}</h3>{scores}</div>'
        f"<div><h3>{escape(t('area.shares.title'))}</h3>{charts.share_bars(t, shares)}{source}{notes}</div>"
        f"<div><h3>{escape(t('area.facts.title'))}</h3>{_figures(t, rows)}</div></div></section>"
    )


def _score(t: Text, row: pd.Series) -> str:
    name = f"<h4>{escape(str(row['name']))}</h4>"
    status = words.score_status(t, row)
    if pd.isna(row["ses_woa"]):
        return f'<div>{name}<p class="tp-none">{escape(t("missing.score"))}: {escape(status)}</p></div>'
    score, lower, upper = (float(row[c]) for c in ("ses_woa", "ses_woa_lower", "ses_woa_upper"))
    between = ""
    if not (math.isnan(lower) or math.isnan(upper)):
        low, high = t.number(lower, 2, signed=True), t.number(upper, 2, signed=True)
        between = _small(t("area.score.interval", low=low, high=high))
    return (
        f'<div>{name}<p class="tp-score"><span class="tp-figure">{escape(t.number(score, 2, signed=True))}</span> '
        f'<span class="tp-badge tp-{escape(str(row["ses_status"]))}">{escape(status)}</span></p>'
        f"<p>{escape(t('area.score.words', words=charts.score_words(t, score)))}</p>"
        f"{charts.score_strip(t, score, lower, upper)}{between}</div>"
    )


def _figures(t: Text, rows: list[pd.Series]) -> str:
    """Return the figures of both in a table; what is missing says so."""

    def cells(column: str, show: Callable[[float], str]) -> str:
        gone = f'<span class="tp-none">{escape(t("missing.figure"))}</span>'
        values = [row.get(column) for row in rows]
        return "".join(f"<td>{gone if pd.isna(v) else escape(show(float(v)))}</td>" for v in values)

    def per_hundred(share: float) -> str:
        return t("two.compare.of_hundred", n=round(share))

    lines = [
        ("area.facts.residents", cells("residents", t.number)),
        ("area.facts.households", cells("households", t.number)),
        ("area.facts.owned", cells("owner_occupied_pct", per_hundred)),
        ("area.facts.corporation", cells("corporation_pct", per_hundred)),
        ("area.facts.woz", cells("woz_keur", lambda value: t("area.figures.woz", x=t.number(value)))),
    ]
    heads = "".join(f'<th scope="col">{escape(str(row["name"]))}</th>' for row in rows)
    body = "".join(f'<tr><th scope="row">{escape(t(key))}</th>{columns}</tr>' for key, columns in lines)
    return (
        f'<table class="tp-twofigures"><caption class="tp-unseen">{escape(t("two.compare.figures"))}</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def _distance(t: Text, rows: list[pd.Series], metres: float) -> str:
    a, b = (str(row["name"]) for row in rows)
    if math.isnan(metres):
        return f"<p>{escape(t('two.compare.distance_unknown'))}</p>"
    minutes = round(metres / SPEED_M_PER_MIN["walk"])
    return f"<p>{escape(t('two.compare.distance', a=a, b=b, minutes=minutes, km=metres / 1000))}</p>"


def _small(text: str) -> str:
    return f'<p class="tp-small">{escape(text)}</p>'
