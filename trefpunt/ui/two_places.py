"""What two neighbourhoods share, as HTML: counts per kind of place, and the places with the minutes from both.

Text from outside is escaped here; the looks are in ``css/two.css``. Pictures are hidden from screen readers: the
numbers beside them say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from trefpunt.queries import MODES
from trefpunt.ui import data, links, markers, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ViewState

DOTS = {"a": "tp-twodot-a", "b": "tp-twodot-b"}
"""The marks of the first and the second neighbourhood: a filled disc and a ring around it, apart without colour."""


def counts(t: Text, tables: Mapping[str, pd.DataFrame], kinds: Sequence[str], minutes: int) -> str:
    """Return a table of how many places of each kind both neighbourhoods reach, per way of travelling.

    Parameters
    ----------
    tables
        Travel mode → `trefpunt.queries.pair`.
    kinds
        The categories to list, in that order.
    minutes
        What counts as within reach.
    """
    found = {mode: table["category"].value_counts() for mode, table in tables.items()}
    head = "".join(f'<th scope="col">{escape(t(f"mode.{mode}"))}</th>' for mode in MODES)
    body = "".join(
        f'<tr><th scope="row"><span class="tp-twoname">{_badge(kind)}<b>{escape(_plural(t, kind))}</b></span></th>'
        + "".join(f"<td>{_count(t, int(found[mode].get(kind, 0)))}</td>" for mode in MODES)
        + "</tr>"
        for kind in kinds
    )
    total = "".join(f"<td>{_count(t, int(found[mode].reindex(list(kinds)).sum()))}</td>" for mode in MODES)
    return (
        f'<section class="tp-card tp-two"><table class="tp-twocounts"><caption><h2>{escape(t("two.counts.title"))}</h2>'
        f"<span>{escape(t('two.counts.note', minutes=minutes))}</span></caption>"
        f'<thead><tr><th scope="col">{escape(t("two.kind"))}</th>{head}</tr></thead><tbody>{body}</tbody>'
        f'<tfoot><tr><th scope="row">{escape(t("two.counts.total"))}</th>{total}</tr></tfoot></table></section>'
    )


def _count(t: Text, n: int) -> str:
    return t.number(n) if n else f'<span class="tp-none">{escape(t("two.counts.none"))}</span>'


def places(
    t: Text, names: tuple[str, str], table: pd.DataFrame, view: ViewState, kinds: Sequence[str], most: int
) -> str:
    """Return the places with the minutes from both neighbourhoods as one table, kind by kind.

    Parameters
    ----------
    names
        Of the two neighbourhoods.
    table
        `trefpunt.queries.pair`, in its order: nearest for both first.
    view
        The visitor's view, with the pair.
    kinds
        The categories, in that order; what none of them is goes unsaid.
    most
        How many places of a kind to list.
    """
    marks = [
        f'<i class="tp-twodot {DOTS[side]}" aria-hidden="true"></i> <span>{escape(name)}</span>'
        for side, name in zip("ab", names, strict=True)
    ]
    heads = "".join(f'<th scope="col">{mark}</th>' for mark in marks)
    axis = f"<span>{escape(t('two.axis.near'))}</span><span>{escape(t('two.axis.far', minutes=view.minutes))}</span>"
    groups = {str(kind): rows for kind, rows in table.groupby("category")}
    where = data.snapshot().places["neighbourhood_code"].reindex(table.index).map(data.areas("neighbourhood")["name"])
    bodies = "".join(_group(t, groups[kind], view, most, where) for kind in kinds if kind in groups)
    return (
        f'<section class="tp-two tp-twolist"><div class="tp-twokey" aria-hidden="true">'
        f"{''.join(f'<span>{mark}</span>' for mark in marks)}</div>"
        f'<table><caption class="tp-unseen">{escape(t("two.places.title"))}</caption>'
        f'<thead><tr><th scope="col"><span class="tp-unseen">{escape(t("pair.place"))}</span>'
        f'<div class="tp-twoaxis" aria-hidden="true">{axis}</div></th>{heads}</tr></thead>{bodies}</table></section>'
    )


def _group(t: Text, rows: pd.DataFrame, view: ViewState, most: int, where: pd.Series) -> str:
    kind = str(rows["category"].iloc[0])
    lines = "".join(_place(t, str(key), row, view, where[str(key)]) for key, row in rows.head(most).iterrows())
    number = t.plural("two.count", len(rows)) if len(rows) <= most else t("two.count_some", n=len(rows), most=most)
    return (
        f'<tbody><tr><th scope="rowgroup" colspan="3"><h3>{_badge(kind)}{escape(_plural(t, kind))} '
        f"<small>{escape(number)}</small></h3></th></tr>{lines}</tbody>"
    )


def _place(t: Text, place_id: str, row: pd.Series, view: ViewState, area: object) -> str:
    name = escape(words.place_name(t, row["name"], row["category"]))
    address = escape(links.address("kaart", view.selecting(place=place_id)))
    # A place outside the municipality lies in no neighbourhood of ours.
    where = f"<small>{escape(t('two.where', area=area))}</small>" if isinstance(area, str) else ""
    cells = "".join(f"<td>{_minutes(t, row[f'minutes_{side}'])}</td>" for side in "ab")
    link = f'<a href="{address}" data-tp-view="kaart">{name}</a>'
    return f'<tr><th scope="row">{link}{where}{_line(row, view.minutes)}</th>{cells}</tr>'


def _plural(t: Text, kind: str) -> str:
    """Return the name of a kind as it begins a line."""
    plural = words.category_plural(t, kind)
    return plural[:1].upper() + plural[1:]


def _minutes(t: Text, minutes: float) -> str:
    # Someone who lives across the street is not 'at 0 minutes'.
    return escape(t("two.minutes", n=max(1, round(minutes))))


def _line(row: pd.Series, far: int) -> str:
    """Return the line from 0 to `far` minutes with the two marks, and what lies between them."""
    at = {side: min(100.0, 100 * float(row[f"minutes_{side}"]) / far) for side in "ab"}
    low, high = sorted(at.values())
    dots = "".join(f'<i class="tp-twodot {DOTS[side]}" style="left:{at[side]:.1f}%"></i>' for side in "ba")
    span = f'<i class="tp-twospan" style="left:{low:.1f}%;width:{high - low:.1f}%"></i>'
    return f'<div class="tp-twoline" aria-hidden="true">{span}{dots}</div>'


def kinds_known() -> frozenset[str]:
    """Return the kinds of places that the snapshot holds any of; of the others it cannot say that there is none."""
    return frozenset(map(str, data.snapshot().places["category"].unique()))


def absent(t: Text, kinds: Sequence[str], farther: pd.DataFrame, other: pd.DataFrame, view: ViewState) -> str:
    """Return a line for each kind of place of which there is none within reach of both.

    Parameters
    ----------
    kinds
        Those kinds, at least one.
    farther
        `trefpunt.queries.pair` for the most minutes that can be chosen: where the first one is.
    other
        The same as shown, by the other way of travelling.
    view
        The visitor's view.
    """
    known = kinds_known()
    lines = "".join(
        f"<li>{_badge(kind)}<span>{_none(t, kind, farther, other, view, known)}</span></li>" for kind in kinds
    )
    return f'<section class="tp-two tp-twoabsent"><h3>{escape(t("two.absent.title"))}</h3><ul>{lines}</ul></section>'


def _none(
    t: Text, kind: str, farther: pd.DataFrame, other: pd.DataFrame, view: ViewState, known: frozenset[str]
) -> str:
    mode, name = view.pair_mode, words.category_name(t, kind)
    if kind not in known:
        return escape(t("two.absent.unknown", plural=words.category_plural(t, kind)))
    said = [t(f"two.absent.{mode}", name=name, minutes=view.minutes)]
    first = farther[farther["category"] == kind]
    if len(first):
        row = first.iloc[0]
        needed = minutes_needed(row)
        where = row["name"] if isinstance(row["name"], str) else ""
        said.append(t("two.absent.first" if where else "two.absent.first_nameless", n=needed, place=where))
    if mode == "walk" and (n := int((other["category"] == kind).sum())):
        said.append(t.plural("two.absent.bike", n))
    return f"<b>{escape(said[0])}</b> {escape(' '.join(said[1:]))}".rstrip()


def mention(t: Text, row: pd.Series) -> str:
    """Return a place's name with its kind; the kind alone where it has no name."""
    kind = words.category_name(t, row["category"])
    return (
        f"{row['name']} ({kind})" if isinstance(row["name"], str) else words.place_name(t, None, str(row["category"]))
    )


def minutes_needed(row: pd.Series) -> int:
    """Return the fewest whole minutes at which both neighbourhoods reach a place."""
    return int(-(-max(row["minutes_a"], row["minutes_b"]) // 1))


def _badge(kind: str) -> str:
    return markers.badge(data.categories()[kind])
