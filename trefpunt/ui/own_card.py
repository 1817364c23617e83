"""The card of an area of the municipality's own division: who lives there, which neighbourhoods and which places."""

from __future__ import annotations

from html import escape

import pandas as pd

from trefpunt.ui import card_parts as block
from trefpunt.ui import charts, data, links, nearby, own_words, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import ViewState


def card(t: Text, view: ViewState, row: pd.Series, places: pd.DataFrame) -> str:
    """Return the card of an area of the municipality's own division, as HTML.

    Parameters
    ----------
    row
        Its row of `trefpunt.ui.data.areas`; its name is the code.
    places
        The places in it, rows of the measures.
    """
    name = str(row["name"])
    parts = [
        block.head(t("own.kicker"), name),
        block.lead(f"{t.plural('own.people', round(float(row['residents'])))} {own_words.groups(t, row)}"),
        block.title(t("own.shares")),
        charts.share_bars(t, block.share_rows(t, name, row, data.city())),
        _about(t, row) if not pd.isna(row["share_low"]) else "",
        _neighbourhoods(t, view, str(row.name)),
        _places(t, view, places),
        charts.folded(t("caveat.title"), charts.bullets(t(f"caveat.{key}") for key in caveats())),
        block.source(t("own.source")),
    ]
    return block.card(parts)


def _about(t: Text, row: pd.Series) -> str:
    """Return of how many people the income group is not known, and where the shares come from."""
    share = float(row["residents_unknown"]) / float(row["residents"])
    return block.unknown(t, share) + block.small(own_words.computed(t))


def caveats() -> list[str]:
    """Return what has to be said of such an area, as keys under ``caveat``."""
    return ["own_area", "large", "person", "households", "osm", *(["homes"] if data.homes_estimated() else [])]


def _neighbourhoods(t: Text, view: ViewState, code: str) -> str:
    """Return the neighbourhoods that lie in the area, each a link to its own card."""
    rows = data.neighbourhoods_in(code)
    title = block.title(t("own.neighbourhoods.title"))
    if rows.empty:
        return title + block.text(t("own.neighbourhoods.none"))
    lines = []
    for key, row in rows.iterrows():
        address = links.address("kaart", view.selecting(area=str(key), level="neighbourhood"))
        part = own_words.part(t, float(row["share"]))
        link = f'<a href="{escape(address)}" data-tp-view="kaart">{escape(str(row["name"]))}</a>'
        lines.append(f"<li>{link}{escape(f' ({part})') if part else ''}</li>")
    return f'{title}<ul class="tp-inside tp-ownparts">{"".join(lines)}</ul>'


def _places(t: Text, view: ViewState, places: pd.DataFrame) -> str:
    """Return how many places of each kind there are, and behind each line which, as links."""
    title = block.title(t("own.places"))
    if places.empty:
        return title + block.text(t("area.places.none"))
    parts = []
    for kind in data.categories():
        rows = places[places["category"] == kind]
        if len(rows):
            named = sorted(
                (words.place_name(t, row["name"], kind).casefold(), str(key), nearby.link(t, view, str(key), row))
                for key, row in rows.iterrows()
            )
            lines = "".join(f"<li>{link}</li>" for _, _, link in named)
            label = t("own.kind", plural=words.category_plural(t, kind), n=len(rows))
            parts.append(charts.folded(label, f'<ul class="tp-inside">{lines}</ul>'))
    told = block.text(f"{t.plural('area.places.title', len(places))}. {t('own.open')}")
    return f'{title}{told}<div class="tp-ownkinds">{"".join(parts)}</div>'
