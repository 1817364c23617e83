"""The sheet about an area of the municipality's own division."""

from __future__ import annotations

from html import escape

from trefpunt.ui import charts, data, own_card, own_words, print_sheets, words
from trefpunt.ui import print_drawings as drawings
from trefpunt.ui import print_parts as parts
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import OWN_AREA, ViewState


def area(t: Text, view: ViewState) -> str:
    """Return the sheet of the area of the municipality's own division that is selected."""
    row = data.areas(OWN_AREA).loc[[view.area]].iloc[0]
    name = str(row["name"])
    left = parts.section(
        t("own.shares"),
        print_sheets.bars(t, [(name, print_sheets.shares(row))]),
        parts.paragraph(own_words.computed(t), "tp-sheetnote"),
    )
    facts = [
        (t("area.facts.residents"), t.number(row["residents"])),
        (t("own.not_known"), t.number(row["residents_unknown"])),
    ]
    right = parts.section(t("area.facts.title"), charts.facts(facts)) + parts.section(
        t("own.places"), charts.facts(_kinds(t, view))
    )
    keys = [key for key in own_card.caveats() if key != "homes"]  # the sheet says that of all figures
    return parts.sheet(
        t,
        "area",
        [
            parts.head(t, t("own.kicker"), name, "kaart", view),
            parts.lead(f"{t.plural('own.people', round(float(row['residents'])))} {own_words.groups(t, row)}"),
            parts.figure(drawings.drawing(t, view), numbered=False),
            parts.columns(left + parts.section(t("own.neighbourhoods.title"), _neighbourhoods(t, view)), right),
            print_sheets.places_inside(t, view),
            parts.caveats(t, keys),
            parts.foot(t),
        ],
    )


def _kinds(t: Text, view: ViewState) -> list[tuple[str, str]]:
    """Return how many places of each kind there are in the area."""
    places = data.snapshot().places
    inside = places[places.index.isin(data.places_in(str(view.area)))]
    count = inside["category"].value_counts()
    return [(words.category_plural(t, kind), t.number(count[kind])) for kind in data.categories() if kind in count]


def _neighbourhoods(t: Text, view: ViewState) -> str:
    """Return the neighbourhoods that lie in the area, in one line."""
    rows = data.neighbourhoods_in(str(view.area))
    if rows.empty:
        return parts.paragraph(t("own.neighbourhoods.none"))
    told = []
    for _, row in rows.iterrows():
        part = own_words.part(t, float(row["share"]))
        told.append(f"{row['name']} ({part})" if part else str(row["name"]))
    return f"<p>{escape(', '.join(told))}.</p>"
