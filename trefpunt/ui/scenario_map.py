"""The map of what if: the places of the kind in use and of the kinds that change, with the changes over them."""

from __future__ import annotations

from dataclasses import replace
from html import escape

from trefpunt.scenarios import Outcome, Scenario
from trefpunt.ui import data, frame, overlay, scenario_tool, scenario_words, session, style, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.map import KINDS

HEIGHT = 520
"""Height of the map in pixels; the style sheet fits it to the screen."""


def draw(t: Text, scenario: Scenario, answer: Outcome | None) -> None:
    """Draw the map; a click on it is heard before anything is drawn."""
    view, dark = session.current(), style.is_dark()
    plain = replace(view.selecting(level="neighbourhood"), categories=(), year=None)
    concerned = {scenario_tool.kind(), *(answer.categories if answer else ())}
    drawn = overlay.map_view(t, plain, dark=dark)
    frame.draw(
        t,
        replace(
            drawn,
            categories=tuple(key for key in data.categories() if key in concerned),
            area_tooltips={**drawn.area_tooltips, **_tips(t, answer)},
            selected_place=view.place,
            calm=False,
            marks=scenario_words.marks(scenario),
            pick=scenario_tool.picking(),
        ),
        "map_scenario",
        HEIGHT,
        on_event=scenario_tool.hear_event,
        on_spot=scenario_tool.hear_spot,
    )
    style.html(_legend(t))


def _tips(t: Text, answer: Outcome | None) -> dict[str, str]:
    """Return what the map says of the neighbourhoods where somebody gains or loses a place within reach."""
    found: dict[str, str] = {}
    if answer is None:
        return found
    for category in answer.categories:
        for row in answer.areas[category]:
            code = row["code"]
            for side in ("gained", "lost"):
                if row[side] > 0:
                    said = t(f"scenario.tip.{side}", n=int(row[side]), kind=words.category_name(t, category))
                    found[code] = f"{found[code]}\n{said}" if code in found else said
    return found


def _legend(t: Text) -> str:
    keys = "".join(
        f'<li><i class="tp-markkey tp-markkey-{kind}" aria-hidden="true"></i>{escape(name)}</li>'
        for kind, name in ((kind, t(f"scenario.legend.{kind}")) for kind in KINDS)
    )
    return (
        f'<section class="tp-legend tp-marklegend" aria-label="{escape(t("legend.title"))}">'
        f'<ul class="tp-statuses">{keys}</ul><p class="tp-small">{escape(t("scenario.legend.colours"))}</p></section>'
    )
