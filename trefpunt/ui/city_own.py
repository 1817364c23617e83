"""The municipality's own division, such as stadsdelen: the incomes of the people who live in each part."""

from __future__ import annotations

from html import escape

import pandas as pd

from trefpunt.ui import charts
from trefpunt.ui import city_parts as parts
from trefpunt.ui.colours import GROUPS
from trefpunt.ui.i18n import Text


def section(t: Text, own: pd.DataFrame, city: dict[str, float], name: str) -> str:
    """Return the incomes per area of the municipality's own division; empty when the snapshot has none.

    Parameters
    ----------
    own
        The derived table `own_areas`.
    city, name
        The shares of the whole municipality, and what it is called.
    """
    if own.empty:
        return ""
    ordered = own.sort_values("name", key=lambda names: names.str.casefold(), kind="stable")
    rows = [(str(row["name"]), {g: float(row[f"share_{g}"]) for g in GROUPS}) for _, row in ordered.iterrows()]
    body = [
        (
            escape(str(row["name"])),
            *(t.percent(float(row[f"share_{g}"])) for g in GROUPS),
            t.number(float(row["residents"])),
            t.number(float(row["residents_unknown"])),
        )
        for _, row in ordered.iterrows()
    ]
    columns = [t("city.own.area"), *(t(f"group.{g}") for g in GROUPS), t("city.own.people"), t("city.own.unknown")]
    return parts.page(
        [
            parts.title(t("city.own.title")),
            parts.paragraph(t("city.own.text", n=len(own))),
            parts.paragraph(t("city.own.no_score")),
            charts.share_bars(t, [*rows, (name, city)]),
            charts.folded(t("city.table"), parts.table(t("city.own.caption"), columns, body, "tp-cityplain")),
        ]
    )
