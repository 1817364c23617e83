"""The best spots in words: where, what each would add and how sure that is, and what nobody can know from figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from trefpunt.suggest import Suggestion
from trefpunt.ui import charts, links, missing_data, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.missing_controls import about
from trefpunt.ui.state import ViewState

PROVEN = 2e-6
"""A gap up to this is rounding: the choice is proven the best (`trefpunt.suggest.choosing.Choice.proven`)."""

CANNOT = ("know", "osm", "shares", "present")
"""What the page says that a suggestion cannot know."""


def results(t: Text, view: ViewState, found: Suggestion) -> str:
    """Return what was found as HTML: each spot with its sentence, all together, how good that is, alternatives."""
    if found.value <= 0:
        return f'<p class="tp-lead">{escape(t("gap.spot.nothing", kind=_kind(t, view), n=found.candidates))}</p>'
    parts = [_spot(t, view, found, number, row) for number, row in found.spots.iterrows()]
    if len(found.spots) > 1:
        parts.append(_together(t, view, found))
    if view.objective == "cover":
        parts.append(_covered(t, view, found))
    parts.append(f'<p class="tp-proof">{escape(proof(t, view, found))}</p>')
    if len(found.alternatives):
        parts.append(_alternatives(t, view, found))
    return f'<section class="tp-spots">{"".join(parts)}</section>'


def said(t: Text, view: ViewState, found: Suggestion) -> str:
    """Return what a screen reader says when the answer is there."""
    if found.value <= 0:
        return t("gap.spot.nothing", kind=_kind(t, view), n=found.candidates)
    named = "; ".join(f"{number}: {where(t, row)}" for number, row in found.spots.iterrows())
    return t.plural("gap.spot.said", len(found.spots), spots=named)


def where(t: Text, row: pd.Series) -> str:
    """Return where a spot is: in a building that is there, or else near a street, and the neighbourhood; hostile."""
    area, street = _text(row["neighbourhood"]), _text(row["street"])
    if _text(row["place_category"]):
        place = words.place_name(t, row["place_name"], row["place_category"])
        return t("gap.spot.at_place", place=place, area=area) if area else place
    if street and area:
        return t("gap.spot.at_street", street=street, area=area)
    return area or street or t("gap.table.outside")


def why(t: Text, view: ViewState, row: pd.Series) -> str:
    """Return in words why a spot: whom it serves newly, or whom it is nearer to, and how far the nearest is now."""
    kind, mode = _kind(t, view), view.pair_mode
    values: dict[str, Any] = {"kind": kind, "minutes": view.minutes}
    newly = round(float(row["within_residents"]))
    if newly:
        values |= {"n": newly, "low": about(row["within_low"]), "high": about(row["within_high"])}
        text = t(f"gap.spot.within_{mode}", **values)
    else:
        values |= {"n": round(float(row["nearer_residents"]))}
        values |= {"low": about(row["nearer_low"]), "high": about(row["nearer_high"])}
        text = t("gap.spot.nearer", **values)
    nearest = float(row["nearest_minutes"])
    if math.isfinite(nearest):
        return f"{text} {t(f'gap.spot.now_{mode}', n=round(nearest))}"
    return f"{text} {t('gap.spot.now_none', kind=kind)}"


def gains(t: Text, row: pd.Series) -> str:
    """Return by how much nearness grows for both groups, with the intervals."""
    ends = {}
    for group in ("low", "high"):
        for end in ("", "_lower", "_upper"):
            ends[f"{group}{end}"] = t.number(100 * float(row[f"gain_{group}{end}"]), 1)
    return t("gap.spot.gains", **ends)


def steady(t: Text, value: Any) -> str:
    """Return how sure a spot is as HTML; empty where it cannot be said."""
    if pd.isna(value):
        return ""
    if bool(value):
        return f'<p class="tp-small">{escape(t("gap.spot.steady"))}</p>'
    return f'<p><em class="tp-unsure">{escape(t("gap.spot.unsteady"))}</em></p>'


def proof(t: Text, view: ViewState, found: Suggestion) -> str:
    """Return in plain words how far the choice may be from the best possible."""
    n = found.candidates
    if found.gap <= PROVEN:
        text = t.plural("gap.proof.best", len(found.spots), candidates=n)
    elif view.objective == "cover":
        text = t("gap.proof.cover", candidates=n, most=math.floor(found.bound) - math.floor(found.value))
    else:
        more = 100 * (found.bound / found.value - 1)
        text = t("gap.proof.gap", candidates=n, x=t.number(more, 1))
    if found.apart_m:
        text += " " + t("gap.proof.apart", m=int(found.apart_m))
    return text


def cannot(t: Text) -> str:
    """Return what no suggestion can know, as HTML."""
    lines = charts.bullets(t(f"gap.cannot.{key}") for key in CANNOT)
    return f'<section class="tp-cannot"><p><b>{escape(t("gap.cannot.title"))}</b></p>{lines}</section>'


def _kind(t: Text, view: ViewState) -> str:
    return words.category_name(t, view.new_kind)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _spot(t: Text, view: ViewState, found: Suggestion, number: object, row: pd.Series) -> str:
    parts = [f'<h3><b class="tp-changeno">{number}</b>{escape(where(t, row))}</h3>']
    parts.append(f'<p class="tp-why">{escape(why(t, view, row))}</p>')
    parts.append(f"<p>{escape(gains(t, row))}</p>")
    parts.append(steady(t, row["steady"]))
    parts += [f'<p class="tp-small">{escape(line)}</p>' for line in _remarks(t, view, found, row)]
    if len(found.spots) == 1:
        parts.append(_try(t, view, [row]))
    return f'<div class="tp-spot">{"".join(parts)}</div>'


def _remarks(t: Text, view: ViewState, found: Suggestion, row: pd.Series) -> list[str]:
    """Return what else there is to say: double use, the border, that no place was known before."""
    lines = []
    if _text(row["place_category"]):
        lines.append(t("gap.spot.double", kind=_kind(t, view), there=words.category_name(t, row["place_category"])))
    elif _text(row["near_category"]):
        building = words.place_name(t, row["near_name"], row["near_category"])
        if _text(row["near_name"]):
            building = t("gap.spot.building", name=building, kind=words.category_name(t, row["near_category"]))
        lines.append(t("gap.spot.near", building=building, m=10 * round(float(row["near_m"]) / 10)))
    if bool(row["border_truncated"]):
        lines.append(t("gap.spot.border"))
    if not found.before.places:
        lines.append(t("gap.spot.first", kind=_kind(t, view)))
    return lines


def _together(t: Text, view: ViewState, found: Suggestion) -> str:
    total = found.together
    text = t(
        f"gap.spot.together_{view.pair_mode}", k=len(found.spots), n=round(total["within_residents"]),
        low=about(total["within_low"]), high=about(total["within_high"]), minutes=view.minutes, kind=_kind(t, view),
    )  # fmt: skip
    ends = {
        f"{group}{end}": t.number(100 * total[f"gain_{group}{end}"], 1)
        for group in ("low", "high")
        for end in ("", "_lower", "_upper")
    }
    lines = f"<p>{escape(text)}</p><p>{escape(t('gap.spot.gains', **ends))}</p>"
    links_ = _try(t, view, [row for _, row in found.spots.iterrows()])
    return f'<div class="tp-spot"><h3>{escape(t("gap.spot.together"))}</h3>{lines}{links_}</div>'


def _covered(t: Text, view: ViewState, found: Suggestion) -> str:
    nobody = t("gap.cover.none")
    least, most = found.needed
    lines = [t("gap.cover.newly", names=", ".join(found.covered) or nobody, minutes=view.minutes)]
    lines.append(t("gap.cover.still", names=", ".join(found.uncovered) or nobody))
    if found.impossible:
        lines.append(t("gap.cover.impossible", names=", ".join(found.impossible)))
    lines.append(
        t.plural("gap.cover.needed", most) if least == most else t("gap.cover.between", least=least, most=most)
    )
    return charts.bullets(lines)


def _alternatives(t: Text, view: ViewState, found: Suggestion) -> str:
    items = []
    for number, row in found.alternatives.iterrows():
        head = f'<h3><b class="tp-changeno">{number}</b>{escape(where(t, row))}</h3>'
        sure = steady(t, row["steady"]) if not pd.isna(row["steady"]) and not bool(row["steady"]) else ""
        body = f"<p>{escape(why(t, view, row))}</p>{sure}{_try(t, view, [row])}"
        items.append(f'<div class="tp-spot">{head}{body}</div>')
    intro = f'<p class="tp-small">{escape(t("gap.spot.others_note"))}</p>'
    return charts.folded(t("gap.spot.others", n=len(items)), intro + "".join(items))


def _try(t: Text, view: ViewState, rows: Sequence[pd.Series]) -> str:
    """Return the link that opens the page of what if with these spots."""
    wanted = missing_data.trying(view, [(float(row["lon"]), float(row["lat"])) for row in rows])
    if wanted is None:
        return f'<p class="tp-small">{escape(t("gap.spot.no_try"))}</p>'
    label = escape(t.plural("gap.spot.try", len(rows)))
    address = escape(links.address("wat_als", wanted))
    return f'<p><a class="tp-more" data-tp-view="wat_als" href="{address}">{label}</a></p>'
