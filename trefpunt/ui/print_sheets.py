"""The sheets about a place, a neighbourhood or district, two neighbourhoods, and the map: one or two sides of A4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from trefpunt.categories import SPEED_M_PER_MIN
from trefpunt.metrics.one_sidedness import FACTORS
from trefpunt.queries import NATIONAL_SHARES
from trefpunt.tables.derived_schemas import ENVIRONMENTS
from trefpunt.ui import certainty, charts, data, environment_data, nearby, words
from trefpunt.ui import print_drawings as drawings
from trefpunt.ui import print_parts as parts
from trefpunt.ui.city_answer import SIDES, factor_text
from trefpunt.ui.colours import GROUPS
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import OWN_AREA, ViewState

ORIGINS = 8
"""How many neighbourhoods of origin are listed; the others are taken together."""


def place(t: Text, view: ViewState) -> str:
    """Return the sheet of the place that is selected."""
    measures = data.measures(view.mode, view.minutes)
    row = measures.loc[[view.place]].iloc[0]
    category = str(row["category"])
    name = words.place_name(t, row["name"], category)
    kicker = " · ".join(filter(None, (words.category_name(t, category), words.area_name(row["neighbourhood_code"]))))
    body = [
        parts.head(t, kicker, name, "kaart", view),
        parts.lead(t.plural(f"place.within.{row['mode']}", int(row["residents_within"]), minutes=view.minutes)),
        parts.figure(drawings.drawing(t, view), numbered=False),
    ]
    if pd.isna(row["mixing"]):
        body.append(parts.paragraph(t("place.nobody")))
    else:
        body.append(_who(t, row, view.minutes))
    origins = data.origins(str(view.place), str(row["mode"]), view.minutes)
    if len(origins):
        body.append(parts.section(t("place.origins.title"), _origins(t, origins, str(row["mode"]), view.minutes)))
    keys = ["potential", *(["border"] if row["border_truncated"] else []), "person", "osm", "households"]
    return parts.sheet(t, "place", [*body, parts.caveats(t, keys), parts.foot(t)])


def shares(row: pd.Series) -> dict[str, float]:
    """Return the shares of the income groups in a row."""
    return {group: float(row[f"share_{group}"]) for group in GROUPS}


def _compared() -> dict[str, float]:
    city = data.city()
    return {"low": city.low, "middle": city.middle, "high": city.high}


def bars(t: Text, rows: Sequence[tuple[str, Mapping[str, float]]]) -> str:
    """Return the income groups of rows, and of the municipality and the country below them."""
    more = [(data.municipality(), _compared()), (t("nation"), dict(zip(GROUPS, NATIONAL_SHARES, strict=True)))]
    return charts.share_bars(t, [*rows, *more])


def _who(t: Text, row: pd.Series, minutes: int) -> str:
    city, sure = data.city(), certainty.of_place(row)
    hundred = {group: round(100 * float(row[f"share_{group}"])) for group in GROUPS}
    encounter = t(
        "place.encounter.text",
        n=round(100 * float(row["encounter"])),
        city=data.municipality(),
        everywhere=round(200 * city.low * city.high),
    )
    between = [sure["encounter_lower"], sure["encounter_upper"]]
    likely = "" if pd.isna(between).any() else t("print.likely", low=_of(between[0]), high=_of(between[1]))
    left = parts.section(
        t("place.who.title"),
        parts.paragraph(t("print.place.hundred", **hundred)),
        parts.paragraph(t("place.who.far", minutes=minutes), "tp-sheetnote"),
        bars(t, [(t("place.who.here"), shares(row))]),
    ) + parts.section(t("place.encounter.title"), parts.paragraph(f"{encounter} {likely}"))
    right = parts.section(
        t("place.mixing.title"),
        parts.paragraph(t("place.mixing.text", value=float(row["mixing"]), city=data.municipality())),
        parts.paragraph(certainty.interval(t, "mixing", sure)),
    ) + parts.section(
        t("place.bridge.title"),
        parts.paragraph(t("place.bridge.text", share=float(row["bridge"]), city=data.municipality())),
        parts.paragraph(certainty.interval(t, "bridge", sure)),
        parts.paragraph(certainty.rank(t, str(row["category"]), sure)),
    )
    return parts.columns(left, right)


def _of(share: float) -> int:
    """Return how many of a hundred a share is."""
    return round(100 * float(share))


def _origins(t: Text, origins: pd.DataFrame, mode: str, minutes: int) -> str:
    rows = [
        (
            escape(str(row["name"])),
            t.percent(row["share_of_reach"]),
            t.number(row["residents_within"]),
            t.number(row["distance_m"] / SPEED_M_PER_MIN[mode]),
        )
        for _, row in origins.head(ORIGINS).iterrows()
    ]
    if len(rest := origins.iloc[ORIGINS:]):
        shares, people = float(rest["share_of_reach"].sum()), float(rest["residents_within"].sum())
        label = escape(t.plural("print.place.others", len(rest)))
        rows.append((label, t.percent(shares), t.number(people), ""))
    within = t("print.column.people", minutes=minutes)
    header = [t("print.column.area"), t("print.column.share"), within, t(f"print.column.{mode}")]
    return parts.table(t("place.origins.explain"), header, rows)


def area(t: Text, view: ViewState) -> str:
    """Return the sheet of the neighbourhood or district that is selected."""
    code = str(view.area)
    row = data.scores(view.level, view.year).loc[[code]].iloc[0]
    name = str(row["name"])
    kicker = t(f"level.{view.level}")
    if view.level == "neighbourhood":
        kicker += f" · {words.area_name(row['district_code'])}"
    left = parts.section(t("area.score.title"), *_score(t, row)) + parts.section(
        t("area.shares.title"), bars(t, [(name, shares(row))]), _shares_year(t, row)
    )
    right = parts.section(t("area.facts.title"), charts.facts(_facts(t, row)))
    keys = ["score", "person", "households", *(["students"] if row["student_area"] else []), "potential", "osm"]
    return parts.sheet(
        t,
        "area",
        [
            parts.head(t, kicker, name, "kaart", view),
            parts.figure(drawings.drawing(t, view), numbered=False),
            parts.columns(left, right),
            _near(t, view, code),
            places_inside(t, view),
            _one_sided(t, view, code),
            parts.caveats(t, keys),
            parts.foot(t),
        ],
    )


def _score(t: Text, row: pd.Series) -> list[str]:
    if pd.isna(row["ses_woa"]):
        return [parts.paragraph(f"{t('missing.score')}: {words.score_status(t, row)}")]
    score, lower, upper = (float(row[column]) for column in ("ses_woa", "ses_woa_lower", "ses_woa_upper"))
    lines = [
        f"{t.number(score, 2, signed=True)}: {words.score_status(t, row)}.",
        t("area.score.words", words=charts.score_words(t, score)),
    ]
    if not pd.isna(lower):
        ends = {"low": t.number(lower, 2, signed=True), "high": t.number(upper, 2, signed=True)}
        lines.append(t("area.score.interval", **ends))
    return [parts.paragraph(" ".join(lines)), charts.score_strip(t, score, lower, upper)]


def _shares_year(t: Text, row: pd.Series) -> str:
    known = not pd.isna(row["shares_year"])
    return parts.paragraph(t("area.shares.source", year=int(row["shares_year"])), "tp-sheetnote") if known else ""


def _facts(t: Text, row: pd.Series) -> list[tuple[str, str]]:
    """Return the figures of an area; what is not known says so."""
    gone, minute = t("missing.figure"), SPEED_M_PER_MIN["walk"]

    def show(key: str, value: float, divide: float = 1.0) -> tuple[str, str]:
        written = gone if pd.isna(value) else t(f"area.figures.{key}", x=t.number(float(value) / divide))
        return t(f"area.facts.{key}"), written

    owned, corporation = row["owner_occupied_pct"], row["corporation_pct"]
    other = gone if pd.isna(owned) or pd.isna(corporation) else f"{t.number(100 - owned - corporation)}%"
    return [
        show("residents", row["residents"]),
        show("households", row["households"]),
        show("owned", owned),
        show("corporation", corporation),
        (t("print.area.other_rent"), other),
        show("woz", row["woz_keur"]),
        show("supermarket", row["nearest_supermarket_m"], minute),
        show("school", row["nearest_school_m"], minute),
    ]


def _near(t: Text, view: ViewState, code: str) -> str:
    """Return which places are near a neighbourhood; nothing for a district, within which that differs too much."""
    if view.level != "neighbourhood":
        return ""
    return parts.section(
        t("near.title"), *(parts.paragraph(line, "tp-sheetnote") for line in nearby.printed(t, view, code))
    )


def places_inside(t: Text, view: ViewState) -> str:
    """Return the places in the selected area that most people can reach, as the map numbers them."""
    top = drawings.top_places(view)
    if top.empty:
        return parts.section(t("print.area.places"), parts.paragraph(t("area.places.none")))
    rows = [
        (
            str(number),
            escape(words.place_name(t, row["name"], row["category"])),
            escape(words.category_name(t, row["category"])),
            escape(t(f"mode.{row['mode']}")),
            t.number(row["residents_within"]),
        )
        for number, (_, row) in enumerate(top.iterrows(), start=1)
    ]
    header = [t(f"print.column.{key}") for key in ("number", "place", "kind", "mode")]
    header.append(t("print.column.people", minutes=view.minutes))
    caption = t("print.area.places_caption", minutes=view.minutes)
    return parts.section(
        t("print.area.places"), parts.table(caption, header, rows, "tp-sheetkeyed tp-sheetplaces", named=1)
    )


def _one_sided(t: Text, view: ViewState, code: str) -> str:
    """Return how many of a hundred residents live one-sidedly, among neighbours and among places."""
    title = t("print.area.one_sided")

    def at(environment: str, factor: float) -> pd.Series:
        found = environment_data.one_sidedness(view.level, environment, view.reference, factor)
        return found.loc[[code]].iloc[0]

    rows = []
    for environment in ENVIRONMENTS:
        row = at(environment, view.factor)
        rows.append((escape(t(f"print.around.{environment}")), *(hundred(t, row, side) for side in SIDES)))
    header = [t("print.column.around"), t("city.answer.low"), t("city.answer.high")]
    remark = [
        t("print.area.strict", factor=factor_text(t, factor), **_both(t, at("neighbours", factor)))
        for factor in (FACTORS[0], FACTORS[-1])
        if factor != view.factor
    ]
    caption = t("print.area.one_sided_caption", factor=factor_text(t, view.factor))
    remark = [t("print.area.depends"), *remark, t("city.answer.own")]
    return parts.section(title, parts.table(caption, header, rows), parts.paragraph(" ".join(remark), "tp-sheetnote"))


def _both(t: Text, row: pd.Series) -> dict[str, str]:
    return {side: t.number(100 * row[f"share_{side}"]) for side in SIDES}


def hundred(t: Text, row: pd.Series, side: str) -> str:
    """Return of how many of a hundred residents the environment is one-sided, with the interval, as HTML."""
    value, lower, upper = (float(row[f"share_{side}{end}"]) for end in ("", "_lower", "_upper"))
    if not row["residents"] > 0 or pd.isna(row["share_one_sided"]):
        return escape(t("city.answer.cannot"))
    ends = round(100 * lower), round(100 * upper)
    likely = f" <small>({ends[0]}–{ends[1]})</small>" if ends[0] != ends[1] else ""
    return f"{t.number(100 * value)}{likely}"


def pair(t: Text, view: ViewState) -> str:
    """Return the sheet of the two neighbourhoods that are compared."""
    codes = view.pair or ("", "")
    a, b = (words.area_name(code) for code in codes)
    rows = drawings.shared(view)
    counts = []
    for mode in ("walk", "cycle"):
        n = int(rows[mode].sum())
        key = f"pair.lead.{mode}"
        counts.append(
            t.plural(key, n, minutes=view.minutes) if n else t(f"print.pair.none_{mode}", minutes=view.minutes)
        )
    table = _shared(t, view, rows, a, b) if len(rows) else parts.paragraph(t("pair.advice"))
    both = data.areas("neighbourhood").loc[list(codes)]
    scores = [
        t("print.pair.score", name=str(row["name"]), score=words.score_line(t, row)) for _, row in both.iterrows()
    ]
    compared = [(str(row["name"]), shares(row)) for _, row in both.iterrows()]
    return parts.sheet(
        t,
        "pair",
        [
            parts.head(t, t("pair.kicker"), t("pair.title", a=a, b=b), "twee", view),
            parts.lead(*counts),
            parts.figure(drawings.drawing(t, view), numbered=False),
            parts.section(t("print.pair.which"), table),
            parts.columns(
                parts.section(t("area.shares.title"), bars(t, compared)),
                parts.section(t("area.score.title"), parts.bullets(scores)),
            ),
            parts.caveats(t, ["potential", "mean", "person", "score", "osm"]),
            parts.foot(t),
        ],
    )


def _shared(t: Text, view: ViewState, rows: pd.DataFrame, a: str, b: str) -> str:
    """Return the shared places with the minutes from both, on foot and by bike."""
    top = rows.head(drawings.TOP_PAIR)
    cells = [
        (
            str(number),
            f"{escape(words.place_name(t, row['name'], row['category']))}{_kind(t, row)}",
            *(t.number(row[f"{mode}_{side}"]) for mode in ("walk", "cycle") for side in ("a", "b")),
        )
        for number, (_, row) in enumerate(top.iterrows(), start=1)
    ]
    header = [t("print.column.number"), t("pair.place")]
    header += [t(f"print.pair.from_{mode}", name=name) for mode in ("walk", "cycle") for name in (a, b)]
    caption = t("print.pair.caption", minutes=view.minutes)
    more = len(rows) - len(top)
    note = t.plural("print.pair.more", more) if more else ""
    return parts.table(caption, header, cells, "tp-sheetkeyed tp-sheetpair", named=1) + parts.paragraph(
        note, "tp-sheetnote"
    )


def _kind(t: Text, row: pd.Series) -> str:
    return f" <small>{escape(words.beside(t, row))}</small>"


def overview(t: Text, view: ViewState) -> str:
    """Return the sheet with the map of the whole municipality."""
    drawing = drawings.drawing(t, view)
    return parts.sheet(
        t,
        "map",
        [
            parts.head(t, t("app.name"), drawing.title, "kaart", view),
            parts.figure(drawing),
            parts.caveats(t, ["potential", "own_area" if view.level == OWN_AREA else "score", "person", "osm"]),
            parts.foot(t),
        ],
    )
