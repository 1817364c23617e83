"""Which places are near a neighbourhood, those first that most people of both income groups can reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import pandas as pd

from trefpunt.ui import charts, data, display, links, markers, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ViewState

FIRST = 5
"""How many lines stand open; the others are behind a line that opens them."""


def places(view: ViewState, code: str) -> pd.DataFrame:
    """Return the places within reach of the average resident of a neighbourhood, largest bridge first.

    Parameters
    ----------
    view
        How people travel, how far, and which categories.
    code
        The neighbourhood.

    Returns
    -------
    pandas.DataFrame
        Rows of `trefpunt.ui.data.by_bridge`, in its order, with the column ``minutes``: from the neighbourhood, on
        average over its residents. None where nobody was counted.
    """
    rows = data.by_bridge(view.mode)
    minutes = data.minutes_from(code, view.mode).reindex(rows.index)
    inside = minutes <= view.minutes
    near = rows[inside].assign(minutes=minutes[inside])
    return near[near["category"].isin(view.categories)] if view.categories else near


def leading(rows: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """Return the first of `rows` of each kind, in the order of `kinds`: kinds are not held against each other.

    How far people go differs by kind, and so does how many people a place can have at all.
    """
    first = rows.drop_duplicates("category")
    return first.assign(order=first["category"].map(list(kinds).index)).sort_values("order").drop(columns="order")


def card(t: Text, view: ViewState, code: str, name: str) -> str:
    """Return the part of a neighbourhood's card that says which places are near, each a link to its own card.

    Of several kinds it names the first place of each; of one kind all places.
    """
    rows = places(view, code)
    head = f"<h3>{escape(t('near.title'))}</h3>"
    if rows.empty:
        return f"{head}<p>{escape(t(f'near.none.{view.mode}', minutes=view.minutes, name=name))}</p>"
    told = [t.plural(f"near.count.{view.mode}", len(rows), minutes=view.minutes)]
    one_kind = rows["category"].nunique() == 1
    if len(rows) > 1:
        told += [t("near.order")] if one_kind else [t("near.kinds")]
        # A room full of people sees no controls.
        told += [] if one_kind or display.is_projector() else [t("near.choose")]
    shown = rows if one_kind else leading(rows, tuple(data.categories()))
    lines = [_line(t, view, str(key), row) for key, row in shown.iterrows()]
    more = len(lines) - FIRST
    label = t.plural("near.more_places", more) if one_kind else t.plural("near.more_kinds", more)
    folded = charts.folded(label, _listed(lines[FIRST:])) if more > 0 else ""
    return f"{head}<p>{escape(' '.join(told))}</p>{_listed(lines[:FIRST])}{folded}"


def printed(t: Text, view: ViewState, code: str) -> list[str]:
    """Return what a sheet of paper says of the places near a neighbourhood: a sentence, and the first of each kind."""
    rows = places(view, code)
    if rows.empty:
        return [t(f"near.none.{view.mode}", minutes=view.minutes, name=words.area_name(code))]
    told = f"{t.plural(f'near.count.{view.mode}', len(rows), minutes=view.minutes)} {t('near.kinds')}"
    first = leading(rows, tuple(data.categories()))
    return [told, "; ".join(t("near.printed", name=_name(t, row), said=_said(t, row)) for _, row in first.iterrows())]


def link(t: Text, view: ViewState, place_id: str, row: pd.Series) -> str:
    """Return a place's name as a link to its card on the map."""
    address = escape(links.address("kaart", view.selecting(place=place_id)))
    return f'<a href="{address}" data-tp-view="kaart">{escape(_name(t, row))}</a>'


def _listed(lines: Iterable[str]) -> str:
    return f'<ul class="tp-near">{"".join(f"<li>{line}</li>" for line in lines)}</ul>'


def _line(t: Text, view: ViewState, place_id: str, row: pd.Series) -> str:
    where = words.area_name(row["neighbourhood_code"])
    said = " · ".join(filter(None, (_said(t, row), where)))
    badge = markers.badge(data.categories()[row["category"]])
    return f"{badge}<span>{link(t, view, place_id, row)}<small>{escape(said)}</small></span>"


def _name(t: Text, row: pd.Series) -> str:
    return words.place_name(t, row["name"], row["category"])


def _said(t: Text, row: pd.Series) -> str:
    """Return what kind of place it is, where the name does not say it, and how far."""
    kind = words.category_name(t, str(row["category"])) if isinstance(row["name"], str) else ""
    # Someone who lives across the street is not 'at 0 minutes'.
    minutes = t(f"near.minutes.{row['mode']}", n=max(1, round(float(row["minutes"]))))
    return ", ".join(filter(None, (kind, minutes)))
