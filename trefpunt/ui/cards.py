"""The card beside the map: what is known of a place, of an area, or of what two areas can both reach."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import pandas as pd

from trefpunt.categories import SPEED_M_PER_MIN
from trefpunt.queries import City
from trefpunt.ui import card_parts as block
from trefpunt.ui import certainty, charts, data, display, markers, words
from trefpunt.ui.i18n import Text

TOP = 6
"""How many neighbourhoods of origin are shown before the rest is folded away."""


def place_card(
    t: Text,
    row: pd.Series,
    measures: pd.DataFrame,
    origins: pd.DataFrame,
    minutes: int,
    from_home: str | None = None,
    what_if: str | None = None,
) -> str:
    """Return the card of one place, as HTML.

    Parameters
    ----------
    row
        The place's row of `measures`; its name is the place_id.
    measures
        All places, for the range within the category.
    origins
        `trefpunt.queries.place_origins` of the place.
    minutes
        What counts as within reach.
    from_home
        How far it is from the visitor's own neighbourhood, as a sentence; None without one.
    what_if
        Address of the page of what if on which this place closes; None without a link.
    """
    city = data.city()
    kind, area = words.category_name(t, row["category"]), words.area_name(row["neighbourhood_code"])
    kicker = " · ".join(filter(None, (kind, area)))
    marker = markers.badge(data.categories()[row["category"]])
    parts = [
        block.head(kicker, words.place_name(t, row["name"], row["category"]), marker),
        block.lead(t.plural(f"place.within.{row['mode']}", int(row["residents_within"]), minutes=minutes)),
    ]
    if from_home:
        parts.append(block.text(from_home))
    if pd.isna(row["mixing"]):
        parts.append(block.text(t("place.nobody")))
    else:
        sure = certainty.of_place(row)
        parts += [
            block.title(t("place.who.title")),
            block.small(t("place.who.far", minutes=minutes)),
            charts.share_bars(t, block.share_rows(t, t("place.who.here"), row, city)),
            block.unknown(t, float(row["share_unknown"])),
            block.title(t("place.encounter.title")),
            _encounter(t, float(row["encounter"]), city),
            block.title(t("place.mixing.title")),
            _mixing(t, row, measures),
            block.text(certainty.interval(t, "mixing", sure)),
            block.title(t("place.bridge.title")),
            block.text(t("place.bridge.text", share=float(row["bridge"]), city=data.municipality())),
            block.text(certainty.interval(t, "bridge", sure)),
            block.title(t("sure.rank.title", plural=words.category_plural(t, str(row["category"])))),
            block.text(certainty.rank(t, str(row["category"]), sure)),
            charts.folded(t("sure.how.title"), charts.bullets(certainty.explained(t))),
        ]
    if len(origins):
        parts += [block.title(t("place.origins.title")), _origins(t, origins, str(row["mode"]))]
    if what_if:
        parts.append(
            f'<p><a class="tp-more" data-tp-view="wat_als" href="{escape(what_if)}">'
            f"{escape(t('scenario.from_card'))}</a></p>"
        )
    parts.append(charts.folded(t("caveat.title"), charts.bullets(_place_caveats(t, row))))
    parts.append(block.source(t("place.source", vintage=row["vintage"])))
    return block.card(parts)


def _encounter(t: Text, encounter: float, city: City) -> str:
    here, everywhere = round(100 * encounter), round(200 * city.low * city.high)
    text = t("place.encounter.text", n=here, city=data.municipality(), everywhere=everywhere)
    return f'<div class="tp-side">{charts.dots(here)}<p>{escape(text)}</p></div>'


def _mixing(t: Text, row: pd.Series, measures: pd.DataFrame) -> str:
    peers = measures.loc[measures["category"] == row["category"], "mixing"].dropna()
    lines = t("place.mixing.text", value=float(row["mixing"]), city=data.municipality())
    if len(peers) > 1:
        plural = words.category_plural(t, str(row["category"]))
        lines += " " + t("place.mixing.spread", plural=plural, low=float(peers.min()), high=float(peers.max()))
    return block.text(lines)


def _origins(t: Text, origins: pd.DataFrame, mode: str) -> str:
    most = float(origins["share_of_reach"].max()) or 1.0
    rows = [
        (
            str(row["name"]),
            float(row["share_of_reach"]) / most,
            t(
                "place.origins.line",
                share=t.percent(row["share_of_reach"]),
                minutes=t.number(row["distance_m"] / SPEED_M_PER_MIN[mode]),
            ),
        )
        for _, row in origins.iterrows()
    ]
    folded = charts.folded(t.plural("place.origins.more", len(rows) - TOP), charts.ranked_bars(rows[TOP:]))
    bars = charts.ranked_bars(rows[:TOP]) + (folded if len(rows) > TOP else "")
    return block.small(t("place.origins.explain")) + bars


def _place_caveats(t: Text, row: pd.Series) -> list[str]:
    keys = ["potential", "person", "osm", "households"]
    if bool(row["border_truncated"]):
        keys.insert(1, "border")
    if data.homes_estimated():
        keys.append("homes")
    return [t(f"caveat.{key}") for key in keys]


def area_card(
    t: Text,
    row: pd.Series,
    level: str,
    places: pd.DataFrame,
    history: str = "",
    doubt: str = "",
    missing: str | None = None,
    near: str = "",
    link: Callable[[str, pd.Series], str] | None = None,
) -> str:
    """Return the card of a neighbourhood or district, as HTML.

    Parameters
    ----------
    row
        Its row of the table; its name is the code.
    level
        ``neighbourhood`` or ``district``.
    places
        The places in it, rows of the measures.
    history, doubt
        HTML: how its score went over the years (`trefpunt.ui.years`), and what the map probably misses there
        (`trefpunt.ui.completeness`); empty = nothing to say.
    missing
        Address of the page of what is missing, about this area; None without a link.
    near
        HTML: which places are near (`trefpunt.ui.nearby`); empty = nothing to say.
    link
        Returns the name of a place, by its place_id and row, as a link in HTML; None: the name alone.
    """
    kicker = t(f"level.{level}")
    if level == "neighbourhood":
        kicker += f" · {words.area_name(row['district_code'])}"
    parts = [block.head(kicker, str(row["name"])), near, block.title(t("area.score.title")), _score(t, row), history]
    parts.append(block.title(t("area.shares.title")))
    parts.append(charts.share_bars(t, block.share_rows(t, str(row["name"]), row, data.city())))
    if not pd.isna(row["shares_year"]):
        parts.append(block.small(t("area.shares.source", year=int(row["shares_year"]))))
    parts += [block.title(t("area.facts.title")), charts.facts(_facts(t, row)), doubt, _area_places(t, places, link)]
    if missing:
        parts.append(
            f'<p><a class="tp-more" data-tp-view="ontbreekt" href="{escape(missing)}">'
            f"{escape(t('gap.from_card'))}</a></p>"
        )
    keys = ["score", "person", "households", "students"] if row["student_area"] else ["score", "person", "households"]
    parts.append(charts.folded(t("caveat.title"), charts.bullets(t(f"caveat.{key}") for key in keys)))
    parts.append(block.source(t("area.source")))
    return block.card(parts)


def _score(t: Text, row: pd.Series) -> str:
    status = words.score_status(t, row)
    if pd.isna(row["ses_woa"]):
        return f'<p class="tp-none">{escape(t("missing.score"))}: {escape(status)}</p>'
    score, lower, upper = (float(row[c]) for c in ("ses_woa", "ses_woa_lower", "ses_woa_upper"))
    badge = f'<span class="tp-badge tp-{escape(str(row["ses_status"]))}">{escape(status)}</span>'
    figure = f'<span class="tp-figure">{escape(t.number(score, 2, signed=True))}</span>'
    html = f'<p class="tp-score">{figure} {badge}</p>'
    html += block.text(t("area.score.words", words=charts.score_words(t, score)))
    html += charts.score_strip(t, score, lower, upper)
    if not pd.isna(lower):
        low, high = t.number(lower, 2, signed=True), t.number(upper, 2, signed=True)
        html += block.small(t("area.score.interval", low=low, high=high))
    return html + block.small(t("area.score.about"))


def _facts(t: Text, row: pd.Series) -> list[tuple[str, str]]:
    """Return the figures of an area; what is missing says so instead of being left out."""
    gone = t("missing.figure")

    def show(column: str, key: str, divide: float = 1.0) -> tuple[str, str]:
        value = row.get(column)
        label = t(f"area.facts.{key}")
        return label, gone if pd.isna(value) else t(f"area.figures.{key}", x=t.number(float(value) / divide))

    rows = [show("residents", "residents"), show("households", "households")]
    rows.append(show("owner_occupied_pct", "owned"))
    if not pd.isna(row.get("corporation_pct")):
        rows.append(show("corporation_pct", "corporation"))
    rows.append(show("woz_keur", "woz"))
    rows.append(show("nearest_supermarket_m", "supermarket", SPEED_M_PER_MIN["walk"]))
    rows.append(show("nearest_school_m", "school", SPEED_M_PER_MIN["walk"]))
    return rows


def _area_places(t: Text, places: pd.DataFrame, link: Callable[[str, pd.Series], str] | None) -> str:
    """Return every place in an area, by name."""
    if places.empty:
        return block.text(t("area.places.none"))
    named = []
    for key, row in places.iterrows():
        name = words.place_name(t, row["name"], row["category"])
        kind = f" ({words.category_name(t, row['category'])})" if isinstance(row["name"], str) else ""
        shown = link(str(key), row) if link else escape(name)
        named.append((f"{name}{kind}".casefold(), f"<li>{shown}{escape(kind)}</li>"))
    lines = "".join(line for _, line in sorted(named))
    return charts.folded(t.plural("area.places.title", len(named)), f'<ul class="tp-inside">{lines}</ul>')


def pair_card(
    t: Text, pair: tuple[str, str], table: pd.DataFrame, mode: str, minutes: int, more: str | None = None
) -> str:
    """Return the card with the places that two neighbourhoods can both reach, as HTML.

    Parameters
    ----------
    pair
        The two codes.
    table
        `trefpunt.queries.pair` of them, in its order.
    mode, minutes
        How and how far.
    more
        Address of the page about these two; None without a link.
    """
    a, b = (words.area_name(code) for code in pair)
    head = block.head(t("pair.kicker"), t("pair.title", a=a, b=b))
    if table.empty:
        told = block.text(t(f"pair.none.{mode}", minutes=minutes)) + block.text(t("pair.advice"))
        return block.card([head, told, _more(t, more)])
    parts = [head, block.lead(t.plural(f"pair.lead.{mode}", len(table), minutes=minutes)), _more(t, more)]
    rows = "".join(
        f"<tr><td>{escape(words.place_name(t, row['name'], row['category']))}"
        f"{_kind(t, row)}</td>"
        f"<td>{t.number(row['minutes_a'])}</td><td>{t.number(row['minutes_b'])}</td></tr>"
        for _, row in table.iterrows()
    )
    header = f"<tr><th>{escape(t('pair.place'))}</th><th>{escape(a)}</th><th>{escape(b)}</th></tr>"
    parts.append(f'<div class="tp-scroll"><table><thead>{header}</thead><tbody>{rows}</tbody></table></div>')
    parts.append(block.small(t("pair.explain")))
    caveats = charts.bullets(t(f"caveat.{key}") for key in ("potential", "mean", "osm"))
    parts.append(charts.folded(t("caveat.title"), caveats))
    return block.card(parts)


def _more(t: Text, address: str | None) -> str:
    """Return the link to the page about two neighbourhoods."""
    return (
        f'<p><a class="tp-more" data-tp-view="twee" href="{escape(address)}">{escape(t("pair.more"))}</a></p>'
        if address
        else ""
    )


def _kind(t: Text, row: pd.Series) -> str:
    """Return what goes under a place's name: its category, or, where it is called by that already, where it lies."""
    return f"<small>{escape(words.beside(t, row))}</small>"


def empty_card(t: Text) -> str:
    """Return what stands in the card's place while nothing is selected, as HTML."""
    # A room full of people sees no controls.
    told = ("one", "two") if display.is_projector() else ("one", "two", "three")
    steps = "".join(f"<li>{escape(t(f'empty.{step}'))}</li>" for step in told)
    caveats = charts.bullets(t(f"caveat.{key}") for key in ("potential", "score", "osm"))
    return block.card([block.title(t("empty.title")), f"<ol>{steps}</ol>", block.title(t("caveat.title")), caveats])
