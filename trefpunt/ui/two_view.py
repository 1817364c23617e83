"""The page of two neighbourhoods: choose two, see what both can reach, and see them side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st

from trefpunt.queries import MODES
from trefpunt.ui import (
    controls,
    data,
    frame,
    legend,
    links,
    overlay,
    print_view,
    session,
    story_file,
    style,
    two_compare,
    two_files,
    two_places,
    words,
)
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import MINUTES, ViewState

HEIGHT = 480
"""Height of the map in pixels; the style sheet fits it to the screen."""

FEW = 4
"""How many places of a kind are listed before the visitor asks for all of that kind."""

_SAID = "two_said"

MOST_TOOLTIPS = 60
"""The map says the minutes of a place only while it shows this few: each one is sent at each interaction."""


def chosen(view: ViewState) -> tuple[str, str] | None:
    """Return the two neighbourhoods to show.

    The visitor's two; or the one that is chosen, or home, with the neighbour that differs most from it; else those of a
    story, or the neighbours that differ most of all.

    None where the municipality has fewer than two neighbourhoods.
    """
    if view.pair:
        return view.pair
    mine = view.area if view.area in data.known().neighbourhoods else view.home
    if view.home and mine and mine != view.home:
        return view.home, mine
    if mine and (other := data.most_different(mine)):
        return mine, other
    for story in story_file.written().stories:
        if story.kind == "pair":
            return story.areas[0], story.areas[1]
    for a, b in data.contrasting().index:
        return str(a), str(b)
    codes = [str(code) for code in data.areas("neighbourhood").index[:2]]
    return (codes[0], codes[1]) if len(codes) == 2 else None


def page(t: Text) -> None:
    """Draw the page: choices, answer, map, counts, places, the two side by side, suggestions."""
    pair = chosen(session.current())
    if pair is None:
        style.note([t("two.too_few")])
        return
    view = session.current().selecting(pair=pair, level="neighbourhood")
    _choice(t, pair)
    tables = {mode: _shared(view, mode) for mode in MODES}
    table = tables[view.pair_mode]
    _reach(t, tables)
    _answer(t, view, table)
    if table.empty:
        _advice(t, view, tables)
    kinds = view.categories or tuple(data.categories())
    with st.container(key="two_columns"):
        left, right = st.columns([5, 3], gap="medium")
    with left:
        _map(t, view, table)
    with right:
        known = two_places.kinds_known()
        style.html(two_places.counts(t, tables, [kind for kind in kinds if kind in known], view.minutes))
    style.html(f'<h2 class="tp-section">{escape(t("two.places.title"))}</h2>')
    with st.container(key="two_lists"):
        left, right = st.columns([5, 3], gap="medium")
    with left:
        _places(t, view, table, kinds)
    with right:
        there = frozenset(table["category"])
        none = [kind for kind in kinds if kind not in there]
        if none:
            farther = _shared(view, view.pair_mode, MINUTES[-1])
            style.html(two_places.absent(t, none, farther, tables["cycle"], view))
    style.html(two_compare.card(t, pair, data.between(*pair, "walk")))
    what_if = escape(links.address("wat_als", view))
    style.html(f'<p><a class="tp-more" data-tp-view="wat_als" href="{what_if}">{escape(t("gap.from_pair"))}</a></p>')
    print_view.open_button(t, view=view)
    _suggestions(t, pair)


def _shared(view: ViewState, mode: str, minutes: int | None = None) -> pd.DataFrame:
    """Return the places of the chosen kinds that both can reach."""
    assert view.pair is not None
    table = data.pair(*view.pair, mode, minutes or view.minutes)
    return table[table["category"].isin(view.categories)] if view.categories else table


def _take(pair: tuple[str, str]) -> None:
    session.choose(session.current().selecting(pair=pair))


def _choice(t: Text, pair: tuple[str, str]) -> None:
    """Let the visitor choose both neighbourhoods, and let them change places."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="two_choice"):
        _select(t, pair, 0)
        st.button(t("two.swap"), key="two_swap", help=t("two.swap_help"), on_click=_take, args=((pair[1], pair[0]),))
        _select(t, pair, 1)


def _select(t: Text, pair: tuple[str, str], side: int) -> None:
    names, key, other = data.areas("neighbourhood")["name"], f"two_{'ab'[side]}", pair[1 - side]

    def change() -> None:
        code = str(st.session_state[key])
        _take((code, other) if side == 0 else (other, code))

    st.session_state[key] = pair[side]
    st.selectbox(
        t(f"two.choose.{'ab'[side]}"),
        # The other one is not on the list: two are two different ones.
        [code for code in names.index if code != other],
        format_func=lambda code: names[code],
        placeholder=t("home.placeholder"),
        key=key,
        on_change=change,
    )


def _reach(t: Text, tables: dict[str, pd.DataFrame]) -> None:
    """Let the visitor choose how people travel, with the number of places each gives; how far; which kinds."""
    st.session_state["two_mode"] = session.current().pair_mode
    with st.container(key="two_reach", gap="small"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            st.segmented_control(
                t("controls.mode"),
                MODES,
                format_func=lambda mode: t.plural(f"two.mode.{mode}", len(tables[mode])),
                required=True,
                key="two_mode",
                on_change=lambda: session.update(mode=st.session_state["two_mode"]),
            )
            controls.minutes(t)
        controls.categories(t)


def _answer(t: Text, view: ViewState, table: pd.DataFrame) -> None:
    """Say how many places both reach, on the page and to a screen reader when it changes."""
    mode, (a, b) = view.pair_mode, (words.area_name(code) for code in view.pair or ())
    if table.empty:
        said = t(f"pair.none.{mode}" if view.categories else f"two.none.{mode}", minutes=view.minutes)
    else:
        row = table.iloc[0]
        said = t.plural(f"pair.lead.{mode}", len(table), minutes=view.minutes)
        said += " " + t("two.nearest", place=two_places.mention(t, row), minutes=two_places.minutes_needed(row))
    title = t("pair.title", a=a, b=b)
    head = f'<h2 class="tp-section">{escape(title)}</h2>'
    style.html(f'<div class="tp-twoanswer">{head}<p class="tp-lead">{escape(said)}</p></div>')
    before = session.swap(_SAID, f"{title}. {said}")
    style.announce(f"{title}. {said}" if before else "")


def _advice(t: Text, view: ViewState, tables: dict[str, pd.DataFrame]) -> None:
    """Say what would give them places in common, as buttons: more minutes, or the bike."""
    farther = {mode: _shared(view, mode, MINUTES[-1]) for mode in MODES}
    needed = {mode: _first_minutes(table) for mode, table in farther.items() if len(table)}
    mode = view.pair_mode
    if mode not in needed:
        style.html(f"<p>{escape(t(f'two.advice.none_{mode}', minutes=MINUTES[-1]))}</p>")
    with st.container(horizontal=True, gap="small", key="two_advice"):
        if mode in needed:
            n = needed[mode]
            st.button(t("two.advice.minutes", n=n), key="two_more", on_click=session.update, kwargs={"minutes": n})
        if mode == "walk" and "cycle" in needed:
            n = len(tables["cycle"])
            minutes = view.minutes if n else needed["cycle"]
            st.button(
                t.plural("two.advice.bike", n) if n else t("two.advice.bike_minutes", n=minutes),
                key="two_bike",
                on_click=session.update,
                kwargs={"mode": "cycle", "minutes": minutes},
            )


def _first_minutes(table: pd.DataFrame) -> int:
    """Return the fewest minutes to choose at which there is a place."""
    return max(MINUTES[0], two_places.minutes_needed(table.iloc[0]))


def _map(t: Text, view: ViewState, table: pd.DataFrame) -> None:
    dark = style.is_dark()
    view = replace(view, year=None)  # there is no choice of a year on this page
    drawn = overlay.map_view(t, view, dark=dark)
    if len(table) <= MOST_TOOLTIPS and view.pair:
        a, b = (words.area_name(code) for code in view.pair)
        tips = {
            str(key): t("two.tip", a=a, b=b, x=max(1, round(row["minutes_a"])), y=max(1, round(row["minutes_b"])))
            for key, row in table.iterrows()
        }
        drawn = replace(drawn, place_tooltips=tips)
    frame.draw(t, drawn, "map_two", HEIGHT)
    style.html(legend.legend(t, view, dark=dark))


def _places(t: Text, view: ViewState, table: pd.DataFrame, kinds: Sequence[str]) -> None:
    """Draw the places kind by kind, and the ways to see more of them and to take them along."""
    a, b = (words.area_name(code) for code in view.pair or ())
    few = FEW if len(kinds) > 1 else len(table)
    if table.empty:
        style.html(f"<p>{escape(t('two.places.none'))}</p>")
    else:
        style.html(f'<p class="tp-small">{escape(t("two.places.note"))}</p>')
        style.html(two_places.places(t, (a, b), table, view, kinds, few))
    numbers = table["category"].value_counts()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="two_take"):
        for kind in kinds:
            if (n := int(numbers.get(kind, 0))) > few:
                st.button(
                    t("two.all", n=n, plural=words.category_plural(t, kind)),
                    key=f"two_all_{kind}",
                    on_click=session.update,
                    kwargs={"categories": (kind,)},
                )
        if view.categories:
            st.button(t("two.every_kind"), key="two_every_kind", on_click=session.update, kwargs={"categories": ()})
    if len(table):
        two_files.button(t, table, view)


def _suggestions(t: Text, pair: tuple[str, str]) -> None:
    """Draw the neighbours whose scores differ most as buttons, by name."""
    found = data.contrasting()
    if found.empty:
        return
    with st.container(key="two_suggestions", gap="small"):
        style.html(
            f'<h2 class="tp-section">{escape(t("two.suggest.title"))}</h2>'
            f'<p class="tp-intro">{escape(t("two.suggest.note", n=len(found)))}</p>'
        )
        with st.container(horizontal=True, gap="small"):
            for codes, row in sorted(_by_name(found), key=lambda one: [words.area_name(c).casefold() for c in one[0]]):
                a, b = (words.area_name(code) for code in codes)
                status = "estimate" if row["ses_woa_estimated"] else "official"
                st.button(
                    t(f"two.suggest.{status}", a=a, b=b, x=t.number(row["ses_woa_difference"], 2)),
                    key=f"two_pair_{'_'.join(codes)}",
                    disabled=set(codes) == set(pair),
                    on_click=_take,
                    args=(codes,),
                )


def _by_name(found: pd.DataFrame) -> Iterator[tuple[tuple[str, str], pd.Series]]:
    """Yield each pair's codes, the first name of the alphabet first, with its row."""
    for (_, row), a, b in zip(
        found.iterrows(), found.index.get_level_values("code_a"), found.index.get_level_values("code_b"), strict=True
    ):
        codes = (str(a), str(b))
        yield codes if str(row["name_a"]).casefold() <= str(row["name_b"]).casefold() else codes[::-1], row
