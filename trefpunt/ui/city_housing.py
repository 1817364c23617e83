"""Who owns the homes, and how that goes with the score of an area."""

from __future__ import annotations

import math
from html import escape

import pandas as pd

from trefpunt.ui import charts
from trefpunt.ui import city_parts as parts
from trefpunt.ui.city_parts import Part
from trefpunt.ui.city_welfare import dot_keys, scale_end, score_dot
from trefpunt.ui.i18n import Text

KINDS = ("owned", "corporation", "other", "rented", "unknown")
"""Kinds of homes: bought; let by a corporation; let otherwise; let, by whom is not known; nothing is known."""


def mix(owned_pct: float, corporation_pct: float) -> dict[str, float]:
    """Return the parts (0–1) per kind of home, those that are not known under the kind that says so.

    Parameters
    ----------
    owned_pct, corporation_pct
        Per cent of all homes; NaN where not known.
    """
    owned, corporation = owned_pct / 100, corporation_pct / 100
    if math.isnan(owned) and math.isnan(corporation):
        return {"unknown": 1.0}
    if math.isnan(owned):
        return {"corporation": corporation, "unknown": 1 - corporation}
    if math.isnan(corporation):
        return {"owned": owned, "rented": 1 - owned}
    # Two sources of two years may add up to a little more than all homes.
    return {"owned": owned, "corporation": corporation, "other": max(0.0, 1 - owned - corporation)}


def housing(t: Text, rows: pd.DataFrame, level: str, order: str) -> str:
    """Return the mix of owned and let homes of every area."""
    known = rows["owner_occupied_pct"].dropna()
    corporation = rows[rows["corporation_pct"].notna()]
    half = int((known > 50).sum())
    lines = [
        parts.title(t("city.housing.title")),
        parts.paragraph(t(f"city.housing.half_{level}", n=half, total=len(known)), "tp-lead"),
        parts.paragraph(_corporation(t, corporation, level, len(rows))),
        parts.key([(f"tp-home-{kind}", t(f"city.housing.{kind}")) for kind in KINDS if kind in _found(rows)]),
    ]
    header = [t(f"city.{level}"), t("city.housing.homes"), t("city.housing.owned"), t("city.housing.corporation")]
    shown = parts.ordered(rows, order, "owner_occupied_pct", "owner_occupied_pct", most=False)
    body = [_home(t, row) for _, row in shown.iterrows()]
    lines.append(parts.table(t("city.housing.caption"), header, body, "tp-cityareas"))
    lines.append(parts.paragraph(t("city.housing.source"), "tp-small"))
    return parts.page(lines)


def _found(rows: pd.DataFrame) -> set[str]:
    """Return the kinds of homes that the bars show."""
    pairs = zip(rows["owner_occupied_pct"], rows["corporation_pct"], strict=True)
    return {kind for owned, corporation in pairs for kind in mix(float(owned), float(corporation))}


def _corporation(t: Text, known: pd.DataFrame, level: str, total: int) -> str:
    if known.empty:
        return t("city.housing.corporation_none")
    told = [
        t("city.housing.corporation_one", name=str(row["name"]), share=t.percent(row["corporation_pct"] / 100))
        for _, row in known.iterrows()
    ]
    if len(known) == total:
        return t("city.housing.corporation_all")
    return t(f"city.housing.corporation_some_{level}", names=parts.listing(t, told), rest=total - len(known))


def _home(t: Text, row: pd.Series) -> tuple[str, ...]:
    found = mix(float(row["owner_occupied_pct"]), float(row["corporation_pct"]))
    bar = parts.stacked(Part(f"tp-home-{kind}", share, t.percent(share)) for kind, share in found.items())
    return (
        parts.name(t, row),
        bar,
        *(
            t.percent(found[kind]) if kind in found else f'<span class="tp-none">{escape(t("missing.figure"))}</span>'
            for kind in ("owned", "corporation")
        ),
    )


def ownership(t: Text, rows: pd.DataFrame, level: str) -> str:
    """Return how the score of areas goes with the share of owned homes: in words, as a picture and as a table."""
    known = rows[rows["owner_occupied_pct"].notna() & rows["ses_woa"].notna()]
    if known.empty:
        return ""
    many = known["owner_occupied_pct"] > 50
    above = known["ses_woa"] > 0
    span = scale_end(rows)
    points = "".join(_point(t, row, span) for _, row in known.iterrows())
    ticks = "".join(f"<span>{t.percent(share)}</span>" for share in (0, 0.25, 0.5, 0.75, 1))
    steps = "".join(
        f'<span style="bottom:{50 + 50 * score / span:.1f}%">{t.number(score, 1, signed=True)}</span>'
        for score in (-0.5, 0.0, 0.5)
    )
    picture = (
        f'<div class="tp-plane" aria-hidden="true"><span class="tp-planey">{escape(t("city.ownership.y"))}</span>'
        f'<div class="tp-planearea"><i class="tp-planezero"></i>{points}<div class="tp-planesteps">{steps}</div></div>'
        f'<div class="tp-planeticks">{ticks}</div><span class="tp-planex">{escape(t("city.ownership.x"))}</span></div>'
    )
    table = parts.table(
        t("city.ownership.caption"),
        [t(f"city.{level}"), t("city.housing.owned"), t("column.ses_woa"), t("city.ownership.kind")],
        [
            (
                parts.name(t, row),
                t.percent(row["owner_occupied_pct"] / 100),
                t.number(row["ses_woa"], 2, signed=True),
                escape(t(f"city.welfare.{row['ses_status']}")),
            )
            for _, row in parts.ordered(known, "name", "", "", most=False).iterrows()
        ],
        "tp-cityplain",
    )
    keys = dot_keys(t, known)
    words = [
        parts.title(t("city.ownership.title")),
        parts.paragraph(t(f"city.ownership.many_{level}", n=int((many & above).sum()), total=int(many.sum()))),
        parts.paragraph(t(f"city.ownership.few_{level}", n=int((~many & above).sum()), total=int((~many).sum()))),
        parts.paragraph(t("city.ownership.caution")),
        parts.paragraph(t("city.ownership.education")),
    ]
    shown = [parts.key([*keys, ("tp-line", t("city.interval"))]), picture, charts.folded(t("city.table"), table)]
    return parts.page([parts.two(words, shown)])


def _point(t: Text, row: pd.Series, span: float) -> str:
    text = t(
        "city.ownership.point",
        name=str(row["name"]),
        share=t.percent(row["owner_occupied_pct"] / 100),
        score=t.number(row["ses_woa"], 2, signed=True),
    )
    high = 50 + 50 * float(row["ses_woa"]) / span
    left = f"left:{row['owner_occupied_pct']:.1f}%"
    line = ""
    if not pd.isna(row["ses_woa_lower"]):
        low, length = (
            50 * float(x) / span for x in (row["ses_woa_lower"], row["ses_woa_upper"] - row["ses_woa_lower"])
        )
        line = f'<i class="tp-planeline" style="{left};bottom:{50 + low:.1f}%;height:{length:.1f}%"></i>'
    return line + score_dot(row, f"{left};bottom:{high:.1f}%", text)
