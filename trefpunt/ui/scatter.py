"""The figure of all places: how many people could come, against how mixed they are. Its table stands under it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from trefpunt.ui import certainty, data, words
from trefpunt.ui.i18n import Text

if TYPE_CHECKING:
    import altair as alt

GROUPS: Mapping[str, tuple[str, ...]] = {
    "shops": ("supermarket", "market"),
    "schools": ("primary_school", "secondary_school"),
    "sport": ("sports", "swimming_pool", "playground"),
    "green": ("park", "allotments"),
    "culture": ("association", "community_centre", "library", "culture", "place_of_worship"),
    "cafes": ("cafe",),
}
"""Fifteen colours cannot be told apart: kinds of places that are alike share a colour and a shape."""

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
LIGHT = ("#2f7fd6", "#a02c00", "#006d4f", "#8f4a7b", "#b08d00", "#2a2a2a")
DARK = ("#3f8fd8", "#f07f35", "#5fe0b8", "#f0b5de", "#f0e442", "#ffffff")
"""After Okabe and Ito, darker or lighter until each stands out against the page, and from each other for everybody."""

TICKS = (0, 1_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
LEAST = 0.1
"""The scale of mixing runs from a multiple of this to 1: the real spread is narrow, and from 0 it would be a line."""
WIDE = 0.25
"""Above this the lines of the scale of mixing are a tenth apart, else half of that."""

HEIGHT = 520
CLICK = "chosen"


def points(t: Text, rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the figure draws of the measures: one row a place with a known mixing, in words and numbers."""
    known = rows[rows["mixing"].notna()]
    group = {category: key for key, members in GROUPS.items() for category in members}
    names = zip(known["name"], known["category"], strict=True)
    return pd.DataFrame(
        {
            "place_id": known.index.astype(str),
            "name": [words.place_name(t, name, category) for name, category in names],
            "kind": [words.category_name(t, key) for key in known["category"]],
            "group": [t(f"figure.group.{group[key]}") for key in known["category"]],
            "people": known["residents_within"].astype(int).to_numpy(),
            "mixing": known["mixing"].round(4).to_numpy(),
            "lower": known["mixing_lower"].round(4).to_numpy(),
            "upper": known["mixing_upper"].round(4).to_numpy(),
            "people_text": [t.number(n) for n in known["residents_within"]],
            "mixing_text": [certainty.written(t, "mixing", x) for x in known["mixing"]],
            "between": certainty.betweens(t, "mixing", known),
        }
    )


def figure(t: Text, drawn: pd.DataFrame, chosen: str | None, minutes: int, *, dark: bool) -> alt.LayerChart:
    """Return the figure; the chosen place gets a ring, its name and the interval of its mixing.

    Parameters
    ----------
    drawn
        `points` of the places.
    chosen
        A place_id, or None.
    """
    import altair as alt  # takes most of a second, and few visitors open the figure

    ink, paper = ("#f2f2f2", "#171614") if dark else ("#1f1f1f", "#ffffff")
    one = drawn[drawn["place_id"] == chosen]
    least = min([float(drawn["mixing"].min()), *one["lower"].dropna()])
    bottom = round(min(LEAST * (least // LEAST), 1 - LEAST), 6)
    wide = 1.0 - bottom > WIDE
    step = 0.1 if wide else 0.05
    lines = [round(1.0 - step * n, 2) for n in range(round((1.0 - bottom) / step) + 1)]
    # Set here and not for the whole figure, where Streamlit's own looks, in grey, would go before.
    letters: dict[str, Any] = {"labelColor": ink, "labelFontSize": 13}
    looks = letters | {"titleColor": ink, "titleFontSize": 14}
    most = max(float(drawn["people"].max()), 1.0)
    ticks = [n for n in TICKS if n <= most]
    tooltip = [
        alt.Tooltip("name:N", title=t("figure.place")),
        alt.Tooltip("kind:N", title=t("figure.kind")),
        alt.Tooltip("people_text:N", title=t("figure.x", minutes=minutes)),
        alt.Tooltip("mixing_text:N", title=t("figure.y")),
        alt.Tooltip("between:N", title=t("figure.interval")),
    ]
    x = alt.X(
        "people:Q",
        title=t("figure.x", minutes=minutes),
        scale=alt.Scale(type="sqrt", domain=[0, most * 1.05], nice=False),
        axis=alt.Axis(values=ticks, format=",d", **looks),
    )
    y = alt.Y(
        "mixing:Q",
        title=t("figure.y"),
        scale=alt.Scale(domain=[bottom, 1.0], nice=False),
        axis=alt.Axis(values=lines, format=".1f" if wide else ".2f", **looks),
    )
    names = [t(f"figure.group.{key}") for key in GROUPS]
    present = [i for i, name in enumerate(names) if name in set(drawn["group"])]
    domain = [names[i] for i in present]
    colours = DARK if dark else LIGHT
    legend = alt.Legend(title=None, orient="bottom", columns=2, labelLimit=180, symbolSize=90, **letters)
    every = (
        alt.Chart(drawn)
        .mark_point(filled=True, size=58, opacity=0.8, aria=False)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "group:N", scale=alt.Scale(domain=domain, range=[colours[i] for i in present]), legend=legend
            ),
            shape=alt.Shape("group:N", scale=alt.Scale(domain=domain, range=[SHAPES[i] for i in present])),
            tooltip=tooltip,
        )
        .add_params(alt.selection_point(name=CLICK, fields=["place_id"], on="click"))
    )
    base = alt.Chart(one).encode(x=x)
    layers: list[Any] = [every]
    if len(one):
        # A name near the right edge is written to the left of its place.
        right = float(one["people"].iloc[0]) > most * 0.4
        text: dict[str, Any] = {"fontSize": 14, "fontWeight": "bold", "aria": False}
        text |= {"align": "right", "dx": -14} if right else {"align": "left", "dx": 14}
        label = base.encode(y=y, text="name:N")
        layers += [
            base.mark_rule(color=ink, strokeWidth=3, aria=False).encode(y="lower:Q", y2="upper:Q"),
            base.mark_point(shape="circle", size=260, color=ink, strokeWidth=2.5, filled=False, aria=False).encode(y=y),
            label.mark_text(stroke=paper, strokeWidth=5, strokeJoin="round", **text),
            label.mark_text(color=ink, **text),
        ]
    marks = (".", ",") if t.lang == "nl" else (",", ".")
    number = alt.NumberLocale(thousands=marks[0], decimal=marks[1], grouping=[3], currency=["€", ""])
    return alt.layer(*layers).properties(height=HEIGHT).configure(locale=alt.Locale(number=number))


def clicked(state: Any) -> str | None:
    """Return the place_id that a click on the figure chose; None for a click beside the places, or for nonsense."""
    try:
        code = state["selection"][CLICK][0]["place_id"]
    except (KeyError, IndexError, TypeError):
        return None
    return str(code) if str(code) in data.known().places else None
