"""Kinds of places beside each other: how mixed the visitors would be if everybody went to the nearest one."""

from __future__ import annotations

from html import escape

import pandas as pd

from trefpunt.ui import city_parts as parts
from trefpunt.ui import markers, words
from trefpunt.ui.city_parts import Interval
from trefpunt.ui.data import categories
from trefpunt.ui.i18n import Text

FLOOR_STEP = 0.05
"""The scale begins at a multiple of this, below every figure: all kinds lie close to 1."""


def kinds(t: Text, table: pd.DataFrame) -> str:
    """Return the bridging index per category beside that of random places.

    Parameters
    ----------
    table
        Rows of `trefpunt.queries.category_table`, index category.
    """
    rows = table.reindex([c for c in categories() if c in table.index])
    known = rows[rows["bridging_index"].notna() & ~rows["by_construction"].fillna(False).astype(bool)]
    largest = 100 * known["excess_effective"].abs().max()
    floor = _floor(known)
    header = [t(f"city.kinds.{column}") for column in ("kind", "mixed", "index", "random", "rest")]
    keys = [
        ("tp-citydot-official", t("city.kinds.index")),
        ("tp-line", t("city.interval")),
        ("tp-tick", t("city.kinds.random_key")),
        ("tp-band", t("city.kinds.band")),
    ]
    return parts.page(
        [
            parts.title(t("city.kinds.title")),
            parts.paragraph(t("city.kinds.text")),
            parts.paragraph(t("city.kinds.hundred")),
            parts.note(t("city.kinds.caution_title"), [t("city.kinds.caution"), t("city.kinds.nearest")]),
            parts.paragraph(t("city.kinds.largest", x=t.number(largest, 1)), "tp-lead"),
            parts.key(keys),
            parts.table(
                t("city.kinds.caption"),
                header,
                [_kind(t, row, floor) for _, row in rows.iterrows()],
                "tp-cityareas tp-citykinds",
                t("city.kinds.scale", low=t.percent(floor), high=t.percent(1)),
                (t.percent(floor), t.percent((1 + floor) / 2), t.percent(1)),
            ),
            parts.paragraph(t("city.kinds.rest_text"), "tp-small"),
        ]
    )


def _floor(rows: pd.DataFrame) -> float:
    """Return where the scale begins: not at 0, where every kind would look alike."""
    least = rows[["bridging_index", "bridging_index_lower", "random_mean", "random_lower"]].min().min()
    return 0.0 if pd.isna(least) else max(0.0, FLOOR_STEP * (least // FLOOR_STEP))


def _kind(t: Text, row: pd.Series, floor: float) -> tuple[str, ...]:
    key = str(row.name)
    name = markers.badge(categories()[key]) + f"<span>{escape(words.category_plural(t, key))}</span>"
    count = 0 if pd.isna(row["places"]) else int(row["places"])
    # A kind that the source does not hold is unknown, which is not the same as none.
    many = t.plural("city.kinds.places", count) if count else t("explain.categories.absent")
    name = f"{name}<small>{escape(many)}</small>"
    if pd.isna(row["bridging_index"]) or bool(row["by_construction"]):
        why = t("city.kinds.one" if count == 1 else "city.kinds.no_figure")
        empty = '<div class="tp-track tp-hatch" aria-hidden="true"></div>'
        return name, empty, f'<span class="tp-none">{escape(why)}</span>', "–", "–"

    def at(value: float) -> float:
        return (float(value) - floor) / (1 - floor)

    picture = (
        '<div class="tp-track" aria-hidden="true">'
        + parts.line(Interval(at(row["random_lower"]), at(row["random_upper"]), "tp-band"))
        + f'<i class="tp-tick" style="left:{100 * at(row["random_mean"]):.2f}%"></i>'
        + parts.line(Interval(at(row["bridging_index_lower"]), at(row["bridging_index_upper"])))
        + parts.dot(at(row["bridging_index"]), "tp-citydot-official")
        + "</div>"
    )
    return name, picture, t.percent(row["bridging_index"], 1), t.percent(row["random_mean"], 1), _rest(t, row)


def _rest(t: Text, row: pd.Series) -> str:
    """Return what is left of the difference with random places that stand as close together."""
    if pd.isna(row["excess_effective"]):
        return "–"
    value, low, high = (
        t.number(100 * row[f"excess_effective{end}"], 1, signed=True) for end in ("", "_lower", "_upper")
    )
    return f"{value}<small>{escape(t('city.welfare.between', low=low, high=high))}</small>"
