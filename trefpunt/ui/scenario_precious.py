"""The places of a kind whose closing would cost the most access, with how sure that is."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import pandas as pd

from trefpunt.ui import data, links, scenario_answer, scenario_data, scenario_state, scenario_tool, session, words
from trefpunt.ui.i18n import Text

MOST = 5


def listed(t: Text) -> str:
    """Return the list for the kind of place in use, as HTML."""
    kind = scenario_tool.kind()
    plural = words.category_plural(t, kind)
    title = f'<h2 class="tp-section">{escape(t("scenario.precious.title", plural=plural))}</h2>'
    if not data.has("closing"):
        return f"{title}<p>{escape(t('scenario.precious.absent'))}</p>"
    found = scenario_data.precious(kind)
    if found.empty:
        return f"{title}<p>{escape(t('scenario.precious.none', plural=plural))}</p>"
    head = [
        t("scenario.precious.place"),
        *(t(f"scenario.precious.{column}") for column in ("bridge", "encounter", "left")),
    ]
    rows = [
        [_name(t, str(key), row), _loss(t, row, "bridge"), _loss(t, row, "encounter"), t.number(row["residents_left"])]
        for key, row in found.head(MOST).iterrows()
    ]
    intro = f'<p class="tp-intro">{escape(t("scenario.precious.intro", plural=plural))}</p>'
    note = f'<p class="tp-small">{escape(t("scenario.precious.note"))}</p>'
    caption = t("scenario.precious.caption", n=len(rows))
    return f'<section class="tp-precious">{title}{intro}{scenario_answer.table(caption, head, rows)}{note}</section>'


def _name(t: Text, key: str, row: pd.Series) -> str:
    view = scenario_state.closing(session.current(), key)
    name, area = words.place_name(t, row["name"], str(row["category"])), words.area_name(row["neighbourhood_code"])
    address = links.address("wat_als", replace(view, street=None))
    link = f'<a data-tp-view="wat_als" href="{escape(address)}">{escape(t("scenario.precious.close"))}</a>'
    return f"{escape(name)} <small>{escape(area)}</small> {link}"


def _loss(t: Text, row: pd.Series, what: str) -> str:
    """Return what is lost, times 100, with its interval; a gain is written as one."""
    # What is lost is what the figure falls by: minus the loss is the change.
    change, low, high = (
        t.number(-100 * float(row[name]), 1, signed=True)
        for name in (f"{what}_loss", f"{what}_loss_upper", f"{what}_loss_lower")
    )
    between = escape(scenario_answer.between(t, low, high))
    unsure = float(row[f"{what}_loss_lower"]) <= 0 <= float(row[f"{what}_loss_upper"])
    html = f"<b>{escape(change)}</b><small>{between}</small>"
    return f'{html}<em class="tp-unsure">{escape(t("scenario.unsure"))}</em>' if unsure else html
