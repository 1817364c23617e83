"""The stories of the opening view: a sentence or two with figures of today's data, and a button that shows them.

Two kinds are about neighbourhoods that somebody chose (`trefpunt.ui.story_file`); the last is found in the data, so
that every municipality has one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import pandas as pd
import streamlit as st

from trefpunt.categories import SPEED_M_PER_MIN
from trefpunt.queries import SteadyBridge
from trefpunt.ui import charts, data, session, style, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ViewState
from trefpunt.ui.story_file import Story, written

MINUTES = ViewState.minutes
"""What the stories count as near: as the map opens."""

MODE = "walk"
"""Stories are told on foot: what a child or somebody without a bike can reach."""


@dataclass(frozen=True)
class Told:
    """A story in the visitor's language.

    Parameters
    ----------
    source
        Where it comes from.
    title
        Its heading.
    lines
        Its sentences.
    button
        What the button says.
    view
        What the button shows.
    """

    source: str
    title: str
    lines: tuple[str, ...]
    button: str
    view: ViewState


def stories(t: Text) -> None:
    """Draw every story of this municipality, each with its button."""
    told = [_TELL[story.kind](t, story) for story in written().stories]
    if (found := data.steadiest_bridge()) is not None:
        told.append(_found(t, found))
    with st.container(key="stories", gap="small"):
        style.html(f'<h2 class="tp-stories">{escape(t("story.title"))}</h2>')
        with st.container(key="story_cards", gap="small"):
            for number, story in enumerate(told):
                _draw(number, story)


def _draw(number: int, story: Told) -> None:
    lines = escape(" ".join(story.lines))
    with st.container(key=f"story_card_{number}", gap="small"):
        style.html(
            f'<div class="tp-story"><p class="tp-kicker">{escape(story.source)}</p><h3>{escape(story.title)}</h3>'
            f"<p>{lines}</p></div>"
        )
        st.button(story.button, key=f"story_{number}", on_click=session.choose, args=(story.view,))


def _opening(t: Text) -> ViewState:
    """Return the map as a story starts from it: nothing filtered, but the visitor's own neighbourhood kept."""
    now = session.current()
    return ViewState(lang=t.lang, municipality=now.municipality, home=now.home, minutes=MINUTES)


def _pair(t: Text, story: Story) -> Told:
    a, b = (words.area_name(code) for code in story.areas)
    shared = data.pair(story.areas[0], story.areas[1], MODE, MINUTES)
    lines = [_welfare(t, story.areas)] if _known_scores(story.areas) else []
    if shared.empty:
        lines.append(t("story.pair.none", a=a, b=b, minutes=MINUTES))
    else:
        first = shared.iloc[0]
        lines.append(t.plural("story.pair.shared", len(shared), minutes=MINUTES))
        nearest, minutes = _mention(t, first), round(max(first["minutes_a"], first["minutes_b"]))
        lines.append(t("story.pair.nearest", place=nearest, minutes=minutes))
    view = _opening(t).selecting(pair=(story.areas[0], story.areas[1]))
    return Told(story.source[t.lang], t("pair.title", a=a, b=b), tuple(lines), t("story.pair.button"), view)


def _known_scores(codes: Iterable[str]) -> bool:
    return bool(data.areas("neighbourhood").loc[list(codes), "ses_woa"].notna().all())


def _welfare(t: Text, codes: tuple[str, ...]) -> str:
    """Return the scores of two neighbourhoods; says so where one is an estimate."""
    rows = data.areas("neighbourhood").loc[list(codes)]
    a, b = (t.number(float(score), 2, signed=True) for score in rows["ses_woa"])
    in_words = dict(
        zip(("words_a", "words_b"), (charts.score_words(t, float(s)) for s in rows["ses_woa"]), strict=True)
    )
    estimated = (rows["ses_status"] == "estimate").any()
    return t("story.pair.welfare_estimate" if estimated else "story.pair.welfare", a=a, b=b, **in_words)


def _housing(t: Text, story: Story) -> Told:
    code = story.areas[0]
    row = data.areas("neighbourhood").loc[[code]].iloc[0]
    name, share, metres = (row[column] for column in ("name", "corporation_pct", "nearest_supermarket_m"))
    known = not pd.isna(share)
    lines = [t("story.housing.owned", n=round(float(share))) if known else t("story.housing.unknown")]
    near = data.snapshot().places[data.minutes_from(code, MODE) <= MINUTES]
    lines.append(t.plural("story.housing.reach", len(near), minutes=MINUTES, kinds=near["category"].nunique()))
    if not pd.isna(metres):
        lines.append(t("story.housing.supermarket", minutes=round(float(metres) / SPEED_M_PER_MIN[MODE])))
    view = _opening(t).selecting(area=code)
    title = t("story.housing.title", name=str(name))
    return Told(story.source[t.lang], title, tuple(lines), t("story.housing.button"), view)


_TELL = {"pair": _pair, "housing": _housing}


def _found(t: Text, found: SteadyBridge) -> Told:
    row = data.measures("own", MINUTES).loc[[found.place_id]].iloc[0]
    plural = words.category_plural(t, found.category)
    name, area = str(row["name"]), words.area_name(row["neighbourhood_code"])
    first = found.worst_rank == 1
    lines = (
        t("story.found.first", n=found.candidates, plural=plural)
        if first
        else t("story.found.steady", rank=found.worst_rank, n=found.candidates, plural=plural),
        t("story.found.why"),
        t.plural(f"place.within.{row['mode']}", int(row["residents_within"]), minutes=MINUTES),
    )
    title = t("story.found.title", name=name, area=area) if area else name
    view = _opening(t).selecting(place=found.place_id)
    return Told(t("story.found.source"), title, lines, t("story.found.button"), view)


def _mention(t: Text, row: pd.Series) -> str:
    """Return a place's name with its kind; where it has no name, its kind and where it lies."""
    kind = words.category_name(t, row["category"])
    if isinstance(row["name"], str):
        return f"{row['name']} ({kind})"
    # Where it lies says more of a place than that it has no name.
    where = words.area_name(data.snapshot().places.at[row.name, "neighbourhood_code"])
    return f"{kind} {t('two.where', area=where)}" if where else words.place_name(t, row["name"], row["category"])
