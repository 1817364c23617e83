"""What is said of the areas of the municipality's own division, on the map, on a card and on paper."""

from __future__ import annotations

import pandas as pd

from trefpunt.ui import data
from trefpunt.ui.colours import GROUPS, SHARE_BREAKS
from trefpunt.ui.i18n import Text

WHOLE = 0.995
"""From this share of its residents on, a neighbourhood lies in an area as a whole: the rest would round away."""


def groups(t: Text, row: pd.Series) -> str:
    """Return how many of a hundred residents are in each income group, as a sentence; or that it is not known."""
    if pd.isna(row["share_low"]):
        return t("own.unknown")
    return t("own.hundred", **{group: round(100 * float(row[f"share_{group}"])) for group in GROUPS})


def tip(t: Text, row: pd.Series) -> str:
    """Return what the map says under the name of an area: its lower incomes, and that there is no score."""
    known = not pd.isna(row["share_low"])
    first = t("own.tip", low=round(100 * float(row["share_low"]))) if known else t("own.unknown")
    return f"{first}\n{t('own.no_score')}"


def limits(t: Text, number: int) -> str:
    """Return between which limits class `number` of `trefpunt.ui.colours.SHARE_SCALE` lies, of a hundred people."""
    if number == 0:
        return t("own.below", x=round(100 * SHARE_BREAKS[0]))
    if number == len(SHARE_BREAKS):
        return t("own.above", x=round(100 * SHARE_BREAKS[-1]))
    low, high = SHARE_BREAKS[number - 1 : number + 1]
    return t("own.between", a=round(100 * low), b=round(100 * high))


def computed(t: Text) -> str:
    """Return that the incomes are an estimate, and which official figures they are computed from."""
    years = sorted({int(year) for year in data.areas("neighbourhood")["shares_year"].dropna()})
    return t("own.computed", years=", ".join(map(str, years)) or "–")


def part(t: Text, share: float) -> str:
    """Return how much of a neighbourhood lies in an area, by its residents; empty when it is the whole of it."""
    if share >= WHOLE:
        return ""
    return t("own.part", n=max(1, round(100 * share)))
