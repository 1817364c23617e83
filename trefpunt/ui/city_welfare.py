"""The scores of all areas beside each other: how far they lie apart, and how sure they are."""

from __future__ import annotations

from html import escape

import pandas as pd

from trefpunt.ui import charts, words
from trefpunt.ui import city_parts as parts
from trefpunt.ui.city_parts import Interval
from trefpunt.ui.i18n import Text


def scale_end(rows: pd.DataFrame) -> float:
    """Return where the scale of scores ends on either side: as on the card, or as far as the figures go."""
    ends = rows[["ses_woa", "ses_woa_lower", "ses_woa_upper"]].abs().max().max()
    return max(charts.SCORE_SPAN, float(ends)) if pd.notna(ends) else charts.SCORE_SPAN


def score_dot(row: pd.Series, place: str, title: str) -> str:
    """Return the dot of an area's score: filled when official, half when provisional, open when an estimate.

    `place` is CSS.
    """
    return f'<i class="tp-citydot tp-citydot-{row["ses_status"]}" style="{place}" title="{escape(title)}"></i>'


def dot_keys(t: Text, known: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the key of the dots of areas with a score, of the kinds of figures that there are."""
    kinds = [kind for kind in ("official", "provisional", "estimate") if (known["ses_status"] == kind).any()]
    return [(f"tp-citydot-{kind}", t(f"city.welfare.{kind}")) for kind in kinds]


def spread(t: Text, neighbourhoods: pd.DataFrame, districts: pd.DataFrame) -> str:
    """Return the strip plot: one line a district, with the scores of its neighbourhoods and its own."""
    known = neighbourhoods[neighbourhoods["ses_woa"].notna()]
    if known.empty:
        return parts.page([parts.title(t("city.welfare.title")), parts.paragraph(t("missing.score"))])
    span = scale_end(neighbourhoods)
    estimates = int((known["ses_status"] == "estimate").sum())
    rows = [
        _district(t, row, known[known["district_code"] == code], span)
        for code, row in parts.ordered(districts, "name", "", "", most=False).iterrows()
    ]
    keys = dot_keys(t, known)
    kinds = set(districts["ses_status"]) & {"official", "provisional"}
    kind = "mixed" if len(kinds) > 1 else next(iter(kinds), "official")
    keys.append(("tp-tick", t(f"city.welfare.district_{kind}")))
    caption = t("city.welfare.strip")
    header = [t("city.district"), t("city.welfare.scale"), t("city.welfare.own"), t("city.welfare.range")]
    lines = [
        parts.title(t("city.welfare.title")),
        parts.paragraph(
            t(
                "city.welfare.lead",
                n=len(known),
                low=t.number(known["ses_woa"].min(), 2, signed=True),
                high=t.number(known["ses_woa"].max(), 2, signed=True),
            ),
            "tp-lead",
        ),
        parts.paragraph(t("city.welfare.text")),
    ]
    if estimates:
        lines.append(parts.paragraph(t("city.welfare.estimates", n=estimates, total=len(known))))
    lines += [parts.key(keys), parts.table(caption, header, rows, "tp-cityareas", scale=_ends(t))]
    return parts.page(lines)


def _district(t: Text, row: pd.Series, inside: pd.DataFrame, span: float) -> tuple[str, ...]:
    ranked = inside.sort_values("ses_woa")
    dots = "".join(
        score_dot(
            one,
            # Three heights, so that dots beside each other stay apart.
            f"left:{_at(one['ses_woa'], span):.1f}%;top:{22 + 28 * (i % 3)}%",
            f"{one['name']}: {t.number(one['ses_woa'], 2, signed=True)}",
        )
        for i, (_, one) in enumerate(ranked.iterrows())
    )
    tick = "" if pd.isna(row["ses_woa"]) else f'<i class="tp-tick" style="left:{_at(row["ses_woa"], span):.1f}%"></i>'
    picture = f'<div class="tp-track tp-track-tall" aria-hidden="true"><i class="tp-middleline"></i>{tick}{dots}</div>'
    own = t.number(row["ses_woa"], 2, signed=True)
    ends = "–"
    if len(ranked):
        ends = t(
            "city.welfare.between",
            low=t.number(ranked["ses_woa"].iloc[0], 2, signed=True),
            high=t.number(ranked["ses_woa"].iloc[-1], 2, signed=True),
        )
    return escape(str(row["name"])), picture, own, escape(ends)


def _at(score: float, span: float) -> float:
    return 50 + 50 * float(score) / span


def _ends(t: Text) -> list[str]:
    return [t(f"scale.ends.{end}") for end in ("low", "mean", "high")]


def scores(t: Text, rows: pd.DataFrame, level: str, order: str) -> str:
    """Return every area with its score and, for an estimate, between what it lies."""
    span = scale_end(rows)
    header = [t(f"city.{level}"), t("city.welfare.scale"), t("column.ses_woa"), t("column.status")]
    body = [_score(t, row, span) for _, row in parts.ordered(rows, order, "ses_woa", "ses_woa", most=False).iterrows()]
    return parts.page(
        [
            parts.title(t(f"city.welfare.list_{level}", n=len(rows))),
            parts.paragraph(t("city.welfare.overlap")),
            parts.table(t("city.welfare.caption"), header, body, "tp-cityareas", scale=_ends(t)),
        ]
    )


def _score(t: Text, row: pd.Series, span: float) -> tuple[str, ...]:
    status = escape(words.score_status(t, row))
    if pd.isna(row["ses_woa"]):
        gone = f'<span class="tp-none">{escape(t("missing.score"))}</span>'
        return parts.name(t, row), '<div class="tp-track tp-hatch" aria-hidden="true"></div>', gone, status
    ends = Interval(_at(row["ses_woa_lower"], span) / 100, _at(row["ses_woa_upper"], span) / 100)
    mark = score_dot(row, f"left:{_at(row['ses_woa'], span):.1f}%", "")
    picture = f'<div class="tp-track" aria-hidden="true"><i class="tp-middleline"></i>{parts.line(ends)}{mark}</div>'
    figure = escape(t.number(row["ses_woa"], 2, signed=True))
    if not pd.isna(row["ses_woa_lower"]):
        low, high = (t.number(row[f"ses_woa_{end}"], 2, signed=True) for end in ("lower", "upper"))
        figure += f"<small>{escape(t('city.welfare.between', low=low, high=high))}</small>"
    return parts.name(t, row), picture, figure, status
