"""The parts of the page that explains: what this shows, how it is computed, and what it does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import streamlit as st

from trefpunt.categories import SPEED_M_PER_MIN
from trefpunt.ui import ages, data, markers, style, words
from trefpunt.ui.charts import bullets
from trefpunt.ui.i18n import Text

MEASURES = ("reach", "encounter", "mixing", "bridge", "score")
CAVEATS = ("potential", "score", "person", "households", "students", "osm", "border", "mean")


def shows(t: Text) -> None:
    """Explain the map and the income groups."""
    city = data.city()
    _title(t("explain.shows.title"))
    kind = "estimated" if _has_estimates() else "official"
    st.markdown(t("explain.shows.text", city=data.municipality(), scores=t(f"explain.shows.{kind}")))
    _title(t("explain.groups.title"))
    shares = {"low": t.percent(city.low), "middle": t.percent(city.middle), "high": t.percent(city.high)}
    st.markdown(t("explain.groups.text", city=data.municipality(), **shares))


def _has_estimates() -> bool:
    """Return whether a score of an area is our estimate."""
    return any((data.areas(level)["ses_status"] == "estimate").any() for level in ("neighbourhood", "district"))


def measures(t: Text) -> None:
    """Explain each measure, with its formula in words."""
    _title(t("explain.measures.title"))
    told = MEASURES if _has_estimates() else tuple(key for key in MEASURES if key != "score")
    lines = (
        f"<h3>{escape(t(f'explain.measures.{key}'))}</h3><p>{escape(t(f'explain.measures.{key}_text'))}</p>"
        for key in told
    )
    style.html(f'<div class="tp-page">{"".join(lines)}</div>')


def limits(t: Text) -> None:
    """Say what the figures do not say."""
    _title(t("explain.limits.title"))
    style.html(f'<div class="tp-page">{bullets(t(f"caveat.{key}") for key in CAVEATS)}</div>')


def categories(t: Text) -> None:
    """List the categories with their assumed distances and how many places there are of each."""
    counts = data.snapshot().places["category"].value_counts()
    rows = []
    for key, category in data.categories().items():
        metres = category.half_distance_m
        half = t(
            "explain.categories.half_value",
            x=t.number(metres),
            minutes=t.number(metres / SPEED_M_PER_MIN[category.mode]),
        )
        name = markers.badge(category) + escape(words.category_name(t, key))
        # A category that the source does not hold is unknown, which is not the same as none.
        count = t.number(int(counts[key])) if key in counts else escape(t("explain.categories.absent"))
        rows.append((name, escape(t(f"mode.{category.mode}")), escape(half), count))
    _title(t("explain.categories.title"))
    header = [t(f"explain.categories.{column}") for column in ("name", "mode", "half", "count")]
    style.html(f'<div class="tp-page"><p>{escape(t("explain.categories.text"))}</p>{_table(header, rows)}</div>')


def sources(t: Text) -> None:
    """List the tables of the snapshot with sources, vintages, ages, licences; those that share all stand together."""
    manifest, now = data.snapshot().manifest, ages.today()
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    dated = []
    for resource in manifest["resources"]:
        if resource.get("rows") == 0:
            continue
        name, vintage = t(f"tables.{resource['name']}"), str(resource.get("vintage", ""))
        dated.append((name, vintage))
        about = "".join(f"<li>{_source(t, source)}</li>" for source in resource.get("sources", ()))
        licences = ", ".join(escape(str(licence["name"])) for licence in resource.get("licenses", ()))
        age = escape(ages.words(t, vintage, now))
        key = (f"<ul>{about}</ul>", escape(_own(t, resource, "vintage")), age, licences)
        groups.setdefault(key, []).append(escape(name))
    rows = [(", ".join(names), *about) for about, names in groups.items()]
    _title(t("explain.sources.title"))
    header = [t(f"explain.sources.{column}") for column in ("table", "source", "vintage", "age", "licence")]
    lines = (t("explain.sources.text"), ages.built(t, manifest), ages.oldest(t, dated, now), _series(t))
    text = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    style.html(f'<div class="tp-page">{text}{_table(header, rows)}<p>{escape(t("explain.sources.more"))}</p></div>')


def _series(t: Text) -> str:
    """Return of which years there are official scores per neighbourhood, or that there is no series."""
    found = data.years("neighbourhood")
    if len(found) < 2:
        return t("ages.no_series")
    return t("ages.series", first=found[0], last=found[-1], n=len(found))


def _own(t: Text, entry: Mapping[str, Any], field: str) -> str:
    """Return a text of the manifest in the visitor's language, where it has one (``title_nl`` beside ``title``)."""
    return str(entry.get(f"{field}_{t.lang}", entry.get(field, "")))


def _source(t: Text, source: Mapping[str, Any]) -> str:
    title, path = escape(_own(t, source, "title")), str(source.get("path", ""))
    return f'<a href="{escape(path)}">{title}</a>' if path.startswith("https://") else title


def projector(t: Text) -> None:
    """Say how to show this in a room full of people."""
    _title(t("projector_hint.title"))
    st.markdown(t("projector_hint.text"))


def access(t: Text) -> None:
    """Say what was done so that everyone can use this, what does not work yet, and whom to tell."""
    _title(t("access.title"))
    st.markdown(t("access.text"))
    if whom := data.contact():
        style.html(f"<p>{escape(t('access.contact', contact=whom))}</p>")


def privacy(t: Text) -> None:
    """Say what happens with a visitor's data: nothing."""
    _title(t("explain.privacy.title"))
    st.markdown(t("explain.privacy.text"))


def contact(t: Text) -> None:
    """Say whom to write to, when that has been set."""
    if whom := data.contact():
        _title(t("explain.contact.title"))
        style.html(f"<p>{escape(t('explain.contact.text', contact=whom))}</p>")


def _title(text: str) -> None:
    style.html(f'<h2 class="tp-section">{escape(text)}</h2>')


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; the cells of `rows` are HTML."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="tp-scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
