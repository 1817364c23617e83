"""The sheet for the council: the answer to its question 2, by neighbourhood and by district, in numbers and shares."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pandas as pd

from trefpunt.queries import NATIONAL_SHARES
from trefpunt.tables.derived_schemas import ENVIRONMENTS
from trefpunt.ui import city_answer, city_parts, data, environment_data
from trefpunt.ui import print_drawings as drawings
from trefpunt.ui import print_parts as parts
from trefpunt.ui.city_answer import LEVELS, SIDES, VERDICTS, factor_text
from trefpunt.ui.i18n import Text
from trefpunt.ui.print_sheets import hundred
from trefpunt.ui.state import ViewState

Areas = dict[str, pd.DataFrame]
"""Per environment, `trefpunt.queries.one_sidedness` of one level."""


def city(t: Text, view: ViewState) -> str:
    """Return the sheet with the answer for the whole municipality."""
    head = parts.head(
        t,
        t("print.city.kicker", city=data.municipality()),
        t("city.answer.question"),
        "stad",
        replace(view, topic="answer"),
    )
    drawing = drawings.drawing(t, view)
    found = {level: _areas(view, level) for level in LEVELS}
    curves = {key: environment_data.one_sidedness_curve(key, view.reference, "standard") for key in ENVIRONMENTS}
    return parts.sheet(
        t,
        "city",
        [
            head,
            parts.paragraph(city_answer.asked(t), "tp-sheetnote"),
            *(_answer(t, level, found[level]) for level in LEVELS),
            _people(t, view, curves),
            parts.section(t("print.city.strict"), _strict(t, view, curves), _students(t, view, found, curves)),
            parts.figure(drawing, numbered=False),
            parts.section(t("city.answer.own_title"), parts.bullets(_own(t, view)), looks="tp-sheetsmall"),
            parts.caveats(t, ["score", "person", "households", "potential", "osm"]),
            _list(t, "neighbourhood", found["neighbourhood"]),
            _list(t, "district", found["district"]),
            parts.foot(t),
        ],
    )


def _areas(view: ViewState, level: str) -> Areas:
    return {key: environment_data.one_sidedness(level, key, view.reference, view.factor) for key in ENVIRONMENTS}


def _answer(t: Text, level: str, found: Areas) -> str:
    """Return in how many areas most residents live one-sidedly, in words first, then which."""
    given = {key: city_answer.verdicts(rows) for key, rows in found.items()}
    near = given["neighbours"]
    yes, maybe = (int((near == verdict).sum()) for verdict in ("yes", "maybe"))
    text = [t(f"city.answer.short_{'some' if yes else 'none'}_{level}", n=yes, total=len(near))]
    if maybe:
        text.append(t(f"city.answer.short_maybe_{level}", n=maybe))
    rows = []
    for verdict in VERDICTS:
        if any((one == verdict).any() for one in given.values()):
            cells = [_in(t, found[key][one == verdict], verdict, len(one)) for key, one in given.items()]
            label = t(f"city.answer.{verdict}")
            rows.append((escape(label[:1].upper() + label[1:]), *cells))
    header = [t("city.answer.verdict"), *(t(f"print.around.{key}") for key in given)]
    table = parts.table(t(f"print.city.caption_{level}"), header, rows, "tp-sheetverdicts")
    return parts.section(t(f"print.city.question_{level}"), parts.lead(" ".join(text)), table)


def _in(t: Text, rows: pd.DataFrame, verdict: str, total: int) -> str:
    """Return how many areas have a verdict, their share, and their names where they are the answer or in doubt."""
    count = t("print.city.of", n=len(rows), total=total, share=t.percent(len(rows) / total))
    if rows.empty or verdict == "no":
        return escape(count)
    names = [str(name) for name in rows["name"]]
    if verdict in ("yes", "maybe"):
        sides = [t(f"city.answer.side_{drawings.side(row)}") for _, row in rows.iterrows()]
        names = [t("city.answer.side", name=name, side=side) for name, side in zip(names, sides, strict=True)]
    return f"<b>{escape(count)}</b>: {escape(city_parts.listing(t, names))}"


def _at(curve: pd.DataFrame, factor: float) -> pd.Series:
    return curve.loc[[factor]].iloc[0]


def _people(t: Text, view: ViewState, curves: dict[str, pd.DataFrame]) -> str:
    lines = []
    for key, curve in curves.items():
        row = _at(curve, view.factor)
        total = row["residents"]
        for side in SIDES:
            ends = {end: round(row[f"{side}_{end}"]) for end in ("lower", "upper")}
            text = t(
                f"print.city.people_{key}_{side}",
                n=round(row[side]),
                share=t.percent(row[side] / total, 1 if row[side] > 0 else 0),
                total=round(total),
            )
            likely = t("city.answer.likely", **ends) if ends["upper"] > ends["lower"] else ""
            lines.append(f"{text} {likely}".strip())
    return parts.section(t("print.city.people"), parts.bullets(lines))


def _strict(t: Text, view: ViewState, curves: dict[str, pd.DataFrame]) -> str:
    """Return the residents at every factor: the answer hangs on it."""
    rows = []
    for factor in next(iter(curves.values())).index.astype(float):
        label = escape(factor_text(t, factor))
        if factor == view.factor:
            label = f"<b>{label}</b> <small>{escape(t('print.city.used'))}</small>"
        cells = [_people_cell(t, _at(curve, factor), side) for curve in curves.values() for side in SIDES]
        rows.append((label, *cells))
    header = [t("city.answer.strict")]
    header += [t(f"print.city.{key}_{side}") for key in curves for side in SIDES]
    return parts.table(t("print.city.strict_caption"), header, rows)


def _people_cell(t: Text, row: pd.Series, side: str) -> str:
    ends = [t.percent(row[f"{side}_{end}"] / row["residents"]) for end in ("lower", "upper")]
    likely = f" <small>({ends[0].rstrip('%')}–{ends[1]})</small>" if ends[0] != ends[1] else ""
    return f"{t.percent(row[side] / row['residents'])}{likely}"


def _students(t: Text, view: ViewState, found: dict[str, Areas], curves: dict[str, pd.DataFrame]) -> str:
    rows = found["neighbourhood"]["neighbours"]
    names = [str(name) for name in rows.loc[rows["student_area"].astype(bool), "name"]]
    if not names:
        return parts.paragraph(t("city.students.none"), "tp-sheetnote")
    lines = [t("city.students.text", names=city_parts.listing(t, names))]
    row = _at(curves["neighbours"], view.factor)
    if row["low"] > 0:
        lines.append(t("city.students.count", n=round(row["low_in_student_areas"]), total=round(row["low"])))
    without = _at(environment_data.one_sidedness_curve("neighbours", view.reference, "without_students"), view.factor)
    lines.append(t("city.students.without", low=round(without["low"]), high=round(without["high"])))
    return parts.paragraph(" ".join(lines), "tp-sheetnote")


def _own(t: Text, view: ViewState) -> list[str]:
    """Return what the measure is, and what it is not."""
    whole = data.city()
    local = view.reference == "municipality"
    expected = (whole.low, whole.middle, whole.high) if local else NATIONAL_SHARES
    limits = city_answer.share_limits(expected, view.factor)
    lines = [
        t(f"city.answer.limit_{side}", least=t.number(100 * limits[side][0]), most=t.number(100 * limits[side][1]))
        for side in SIDES
    ]
    compared = data.municipality() if local else t("nation")
    lines.append(t("city.answer.compared", area=compared, low=round(100 * expected[0]), high=round(100 * expected[2])))
    return [
        t("city.answer.own"),
        *(t(f"city.answer.around_{key}") for key in ENVIRONMENTS),
        *lines,
        t("city.answer.own_neighbours"),
        t("city.answer.own_places"),
    ]


def _list(t: Text, level: str, found: Areas) -> str:
    """Return every area of a level, alphabetical: of a hundred residents how many, and how sure."""
    near, places = (found[key] for key in ENVIRONMENTS)
    header = [t(f"city.{level}"), t("city.answer.residents")]
    header += [t(f"print.city.{key}_{side}") for key in ENVIRONMENTS for side in SIDES]
    rows = [
        (
            _named(t, row),
            t.number(row["residents"]),
            *(hundred(t, table.loc[code], side) for table in (near, places) for side in SIDES),
        )
        for code, (_, row) in zip(near.index, near.iterrows(), strict=True)
    ]
    title, caption = t(f"city.answer.list_{level}", n=len(near)), t("print.city.list_caption")
    if level == "district":
        return parts.section(title, parts.table(caption, header, rows, "tp-sheetlong"))
    # These have the numbers that the map shows, and a side of their own.
    header = [t("print.column.number"), *header]
    numbered = [(str(number), *cells) for number, cells in enumerate(rows, start=1)]
    table = parts.table(caption, header, numbered, "tp-sheetkeyed tp-sheetlong", named=1)
    return parts.section(title, table, looks="tp-sheetnew")


def _named(t: Text, row: pd.Series) -> str:
    students = f" <small>{escape(t('city.students.mark'))}</small>" if bool(row["student_area"]) else ""
    return f"{escape(str(row['name']))}{students}"
