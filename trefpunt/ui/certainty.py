"""How sure a place's figures are, in words: its intervals, and whether its third of the category is steady."""

from __future__ import annotations

from typing import Any

import pandas as pd

from trefpunt.metrics.share_scenarios import UncertaintyParams
from trefpunt.ui import data, words
from trefpunt.ui.i18n import Text

THIRDS = {1: "lowest", 2: "middle", 3: "highest"}
"""The values of `bridge_third`, as the locale files call them."""

DIGITS = {"mixing": 2, "bridge": 1}
"""Decimals of each measure on the screen; the bridge is written as a percentage."""


def of_place(row: pd.Series) -> pd.Series:
    """Return the row of `trefpunt.ui.data.certainty` that belongs to a row of the measures."""
    # Within a category all places travel alike, so the own way and the same way chosen for all give the same figures.
    own = data.categories()[str(row["category"])].mode
    return data.certainty("own" if row["mode"] == own else str(row["mode"])).loc[[row.name]].iloc[0]


def written(t: Text, measure: str, value: float) -> str:
    """Return a figure of `measure` (``mixing`` or ``bridge``) as it stands on the screen."""
    digits = DIGITS[measure]
    return t.number(value, digits) if measure == "mixing" else t.percent(value, digits)


def betweens(t: Text, measure: str, rows: pd.DataFrame) -> list[str]:
    """Return the intervals of a measure as '0,78 – 0,86', one a row; empty where there is none."""
    ends = zip(rows[f"{measure}_lower"].astype(float), rows[f"{measure}_upper"].astype(float), strict=True)
    return [
        "" if pd.isna(low) or pd.isna(high) else f"{written(t, measure, low)} – {written(t, measure, high)}"
        for low, high in ends
    ]


def interval(t: Text, measure: str, sure: pd.Series) -> str:
    """Return a sentence that says between which figures a measure probably lies; empty when that is not known."""
    low, high = sure[f"{measure}_lower"], sure[f"{measure}_upper"]
    if pd.isna(low) or pd.isna(high):
        return ""
    ends = written(t, measure, float(low)), written(t, measure, float(high))
    # Two ends that are written alike leave nothing to lie between.
    return t(f"sure.{measure}_narrow") if ends[0] == ends[1] else t(f"sure.{measure}", low=ends[0], high=ends[1])


def rank(t: Text, category: str, sure: pd.Series) -> str:
    """Return in which third of its category a place is by bridge, and whether that stays so; or that there is none."""
    plural = words.category_plural(t, category)
    if pd.isna(sure["bridge_third"]) or pd.isna(sure["rank_stable"]):
        return t("sure.rank.none", plural=plural)
    third = t(f"sure.rank.{THIRDS[int(sure['bridge_third'])]}", plural=plural)
    return f"{third} {t('sure.rank.steady') if sure['rank_stable'] else t('sure.rank.unsteady')}"


def steady(t: Text, value: Any) -> str:
    """Return whether a rank is steady as a word for in a table: yes, no, or that there is no rank."""
    if pd.isna(value):
        return t("sure.no_rank")
    return t("yes") if value else t("no")


def explained(t: Text) -> list[str]:
    """Return what was done to find out how sure a figure is, one line each."""
    params = UncertaintyParams()
    return [
        t("sure.how.interval", of_ten=round(10 * params.level)),
        t("sure.how.draws", draws=params.draws),
        t("sure.how.unknown"),
        t("sure.how.distances"),
    ]
