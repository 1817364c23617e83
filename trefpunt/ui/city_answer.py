"""The council's question: where do most residents have a one-sided living environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from trefpunt.queries import NATIONAL_SHARES, City
from trefpunt.tables.derived_schemas import ONE_SIDED_VARIANTS
from trefpunt.ui import city_parts as parts
from trefpunt.ui.city_parts import Interval, Part
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ViewState
from trefpunt.ui.story_file import written

SIDES = ("low", "high")
LEVELS = ("neighbourhood", "district")
VERDICTS = ("yes", "maybe", "hardly", "no", "cannot")
"""Whether most residents have a one-sided environment: certain, on balance yes, on balance no, certain, not known."""


@dataclass(frozen=True)
class Found:
    """What is known of the one-sidedness that the reader asks for.

    Parameters
    ----------
    areas
        Per level, `trefpunt.queries.one_sidedness`.
    curves
        Per variant (`trefpunt.tables.derived_schemas.ONE_SIDED_VARIANTS`), `trefpunt.queries.one_sidedness_curve`.
    city
        The municipality's residents and group shares.
    name
        The municipality's name.
    """

    areas: Mapping[str, pd.DataFrame]
    curves: Mapping[str, pd.DataFrame]
    city: City
    name: str

    @property
    def curve(self) -> pd.DataFrame:
        """The curve with everybody counted, at the half-distances as they are meant."""
        return self.curves[ONE_SIDED_VARIANTS[0]]


def verdicts(rows: pd.DataFrame) -> pd.Series:
    """Return for each area of `trefpunt.queries.one_sidedness` one of `VERDICTS`."""
    most = rows["most_one_sided"].fillna(False).astype(bool)
    certain = rows["most_certain"].fillna(False).astype(bool)
    found = pd.Series("no", index=rows.index).mask(~certain, "hardly").mask(most, "maybe").mask(most & certain, "yes")
    return found.mask(rows["share_one_sided"].isna(), "cannot")


def share_limits(expected: Sequence[float], factor: float) -> dict[str, tuple[float, float]]:
    """Return where an environment begins to be one-sided, as shares: `trefpunt.metrics.one_sidedness` solved for s.

    Parameters
    ----------
    expected
        Shares of low, middle and high to compare with.
    factor
        k.

    Returns
    -------
    dict
        Per side: the least share of that side's group (odds k times the expected), and the largest of the other's.
    """

    def times(share: float, k: float) -> float:
        return k * share / (1 - share + k * share)

    low, _, high = expected
    return {
        "low": (times(low, factor), times(high, 1 / factor)),
        "high": (times(high, factor), times(low, 1 / factor)),
    }


def question(t: Text) -> str:
    """Return the question and where it comes from."""
    return parts.page([parts.title(t("city.answer.question")), parts.paragraph(asked(t), "tp-small")])


def asked(t: Text) -> str:
    """Return who asked this, where somebody did, and that what follows is an estimate."""
    who = (written().asked or {}).get(t.lang, "")
    return f"{who} {t('city.answer.estimated')}".strip()


def answer(t: Text, view: ViewState, found: Found) -> str:
    """Return the answer in words and numbers, with that for every other factor beside it."""
    row = _at(found.curve, view)
    left = [
        parts.paragraph(_short(t, found), "tp-lead"),
        *(_said(t, view, found, row, side) for side in SIDES),
        parts.paragraph(_rest(t, row)),
        parts.title(t("city.answer.meaning"), 3),
        parts.paragraph(t(f"city.answer.around_{view.environment}")),
        *_limits(t, view, found),
        _verdicts(t, found),
    ]
    students = parts.note(t("city.students.title"), _students(t, view, found))
    own = parts.note(t("city.answer.own_title"), [t("city.answer.own"), t(f"city.answer.own_{view.environment}")])
    return (
        f'<section class="tp-page tp-citypage">{parts.two(left, [_curve(t, view, found), _variants(t, view, found)])}'
        f'<div class="tp-citytwo tp-citynotes">{students}{own}</div></section>'
    )


def _at(curve: pd.DataFrame, view: ViewState) -> pd.Series:
    """Return the row of the factor that the reader chose."""
    return curve.loc[[view.factor]].iloc[0]


def _said(t: Text, view: ViewState, found: Found, row: pd.Series, side: str) -> str:
    n, total = round(row[side]), round(row["residents"])
    text = t(f"city.answer.said_{view.environment}_{side}", city=found.name, n=n, total=total)
    lower, upper = round(row[f"{side}_lower"]), round(row[f"{side}_upper"])
    likely = f" <small>{escape(t('city.answer.likely', lower=lower, upper=upper))}</small>" if upper > lower else ""
    return (
        f'<p class="tp-cityfigure"><i class="tp-citykey tp-{side}" aria-hidden="true"></i>'
        f"<span>{escape(text)}{likely}</span></p>"
    )


def _rest(t: Text, row: pd.Series) -> str:
    """Return what is said of the others: neither, nothing within reach, not known."""
    lines = [t("city.answer.neither", n=round(row["neither"]))]
    lines += [t(f"city.answer.{status}", n=round(row[status])) for status in ("none", "unknown") if row[status] > 0]
    return " ".join(lines)


def _short(t: Text, found: Found) -> str:
    """Return the answer in one line a level."""
    lines = []
    for level in LEVELS:
        given = verdicts(found.areas[level])
        yes, maybe = (int((given == verdict).sum()) for verdict in ("yes", "maybe"))
        lines.append(t(f"city.answer.short_{'some' if yes else 'none'}_{level}", n=yes, total=len(given)))
        if maybe:
            lines.append(t(f"city.answer.short_maybe_{level}", n=maybe))
    return " ".join(lines)


def _verdicts(t: Text, found: Found) -> str:
    """Return in how many areas more than half of the residents have a one-sided environment, and in which."""
    per_level = {level: verdicts(found.areas[level]) for level in LEVELS}
    rows = []
    for verdict in VERDICTS:
        if not any((given == verdict).any() for given in per_level.values()):
            continue
        cells = [
            _in(t, found.areas[level][given == verdict], verdict, len(given)) for level, given in per_level.items()
        ]
        words = t(f"city.answer.{verdict}")
        rows.append((f"{escape(words[:1].upper() + words[1:])}", *cells))
    header = [t("city.answer.verdict"), *(t(f"city.{level}s") for level in LEVELS)]
    caption, note = t("city.answer.verdict_caption"), t("city.answer.verdict_note")
    return parts.table(caption, header, rows, "tp-cityverdicts", note)


def _in(t: Text, rows: pd.DataFrame, verdict: str, total: int) -> str:
    count = f"<b>{escape(t('city.answer.of', n=len(rows), total=total))}</b>"
    if verdict == "no" or rows.empty:
        return count
    names = [str(name) for name in rows["name"]]
    if verdict in ("yes", "maybe"):
        names = [
            t("city.answer.side", name=name, side=t(f"city.answer.side_{_side(row)}"))
            for name, (_, row) in zip(names, rows.iterrows(), strict=True)
        ]
    return f"{count}<small>{escape(parts.listing(t, names))}</small>"


def _side(row: pd.Series) -> str:
    """Return to which side an area's environments lean, where it is not both."""
    if row["low"] > 0 and row["high"] > 0:
        return "both"
    return "low" if row["low"] > 0 else "high"


def _limits(t: Text, view: ViewState, found: Found) -> list[str]:
    """Return from how many of 100 people on an environment counts as one-sided."""
    city = found.city
    local = view.reference == "municipality"
    expected = (city.low, city.middle, city.high) if local else NATIONAL_SHARES
    limits = share_limits(expected, view.factor)
    compared = found.name if local else t("nation")
    return [
        parts.paragraph(
            t(
                f"city.answer.limit_{side}",
                least=t.number(100 * limits[side][0]),
                most=t.number(100 * limits[side][1]),
            )
        )
        for side in SIDES
    ] + [
        parts.paragraph(
            t("city.answer.compared", area=compared, low=round(100 * expected[0]), high=round(100 * expected[2])),
            "tp-small",
        )
    ]


def _students(t: Text, view: ViewState, found: Found) -> list[str]:
    rows = found.areas["neighbourhood"]
    names = [str(name) for name in rows.loc[rows["student_area"].astype(bool), "name"]]
    if not names:
        return [t("city.students.none")]
    lines = [t("city.students.text", names=parts.listing(t, names))]
    row = _at(found.curve, view)
    if row["low"] > 0:
        lines.append(t("city.students.count", n=round(row["low_in_student_areas"]), total=round(row["low"])))
    without = _at(found.curves["without_students"], view)
    lines.append(t("city.students.without", low=round(without["low"]), high=round(without["high"])))
    if view.reference == "municipality":
        lines[-1] += " " + t("city.students.mean")
    return lines


def _curve(t: Text, view: ViewState, found: Found) -> str:
    """Return the answer at every factor: bars on one scale, with the numbers."""
    rows = [
        (_factor(t, factor, chosen=factor == view.factor), *_counts(t, found.curve.loc[[factor]].iloc[0], _most(found)))
        for factor in found.curve.index.astype(float)
    ]
    header = [t("city.answer.strict"), t("city.answer.people"), t("city.answer.low"), t("city.answer.high")]
    note = t("city.answer.curve_note", total=round(found.curve["residents"].iloc[0]))
    return parts.table(t("city.answer.curve"), header, rows, "tp-citycurve", note)


def _factor(t: Text, factor: float, *, chosen: bool) -> str:
    label = escape(factor_text(t, factor))
    return f"<b>{label}</b><small>{escape(t('city.answer.chosen'))}</small>" if chosen else label


def _most(found: Found) -> float:
    """Return how many residents the longest bar stands for; the same scale for all factors."""
    return max(float(found.curve[[f"{side}_upper" for side in SIDES]].max().max()), 1.0)


def _variants(t: Text, view: ViewState, found: Found) -> str:
    """Return the answer at the chosen factor under the other assumptions."""
    rows = [
        (escape(t(f"city.answer.{variant}")), *_counts(t, _at(curve, view), _most(found)))
        for variant, curve in found.curves.items()
    ]
    header = [t("city.answer.assumption"), t("city.answer.people"), t("city.answer.low"), t("city.answer.high")]
    return parts.table(t("city.answer.other"), header, rows, "tp-citycurve", t("city.answer.other_note"))


def _counts(t: Text, row: pd.Series, most: float) -> tuple[str, ...]:
    """Return bars of both sides, then their numbers with the intervals."""
    bars = "".join(
        parts.stacked(
            [Part(f"tp-{side}", min(1.0, row[side] / most))],
            [Interval(row[f"{side}_lower"] / most, row[f"{side}_upper"] / most)],
        )
        for side in SIDES
    )
    return bars, *(_number(t, row, side) for side in SIDES)


def _number(t: Text, row: pd.Series, side: str) -> str:
    lower, upper = (t.number(row[f"{side}_{end}"]) for end in ("lower", "upper"))
    return t.number(row[side]) + (f"<small>({lower}–<wbr>{upper})</small>" if upper != lower else "")


def factor_text(t: Text, factor: float) -> str:
    """Return a factor with as many decimals as it has: '2', '1,25'."""
    return t.number(factor, len(f"{factor:g}".partition(".")[2]))


def areas(t: Text, view: ViewState, found: Found) -> str:
    """Return every area of the chosen level: which part of its residents has a one-sided environment."""
    rows = parts.ordered(found.areas[view.level], view.order, "share_low", "share_high", most=True)
    rows = rows.assign(verdict=verdicts(rows))
    keys = [(f"tp-{side}", t(f"city.answer.{side}")) for side in SIDES]
    keys += [
        ("tp-rest", t("city.answer.rest")),
        ("tp-hatch", t("city.answer.cannot")),
        ("tp-line", t("city.interval")),
    ]
    header = [t(f"city.{view.level}"), t("city.answer.residents"), t("city.answer.low"), t("city.answer.high")]
    return parts.page(
        [
            parts.title(t(f"city.answer.list_{view.level}", n=len(rows))),
            parts.paragraph(t("city.answer.list_text")),
            parts.key(keys),
            parts.table(
                t("city.answer.list_caption"), header, [_area(t, row) for _, row in rows.iterrows()], "tp-cityareas"
            ),
        ]
    )


def _area(t: Text, row: pd.Series) -> tuple[str, ...]:
    if not row["residents"] > 0 or pd.isna(row["share_one_sided"]):
        bar = parts.stacked([Part("tp-hatch", 1.0)])
        unknown = f'<span class="tp-none">{escape(t("city.answer.cannot"))}</span>'
        return parts.name(t, row), bar, unknown, unknown
    bar = parts.stacked(
        [
            Part("tp-low", row["share_low"]),
            Part("tp-rest", (row["neither"] + row["none"]) / row["residents"]),
            Part("tp-hatch", row["unknown"] / row["residents"]),
            Part("tp-high", row["share_high"]),
        ],
        [
            Interval(row["share_low_lower"], row["share_low_upper"], "tp-whisker-low"),
            # The high part ends at the right edge, and so does its interval.
            Interval(1 - row["share_high_upper"], 1 - row["share_high_lower"], "tp-whisker-high"),
        ],
    )
    mark = t(f"city.answer.{row['verdict']}_mark") if row["verdict"] in ("yes", "maybe", "hardly") else ""
    return parts.name(t, row, mark), bar, *(_share(t, row, side) for side in SIDES)


def _share(t: Text, row: pd.Series, side: str) -> str:
    text = parts.between(t, row[f"share_{side}"], row[f"share_{side}_lower"], row[f"share_{side}_upper"])
    if not row[f"{side}_upper"] > 0:
        return f'<span class="tp-nobody">{escape(text)}</span>'
    people = t.plural("city.answer.count", round(row[side]))
    return f"{escape(text)}<small>{escape(people)}</small>"
