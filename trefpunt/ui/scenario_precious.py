"""The places of a kind whose closing would cost the most access, with how sure that is."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from trefpunt.ui import scenario_answer, scenario_data, scenario_state, scenario_tool, style, words
from trefpunt.ui.i18n import Text

MOST = 5

_CLOSE = "scenario_precious"


def draw(t: Text) -> None:
    """Draw the list for the kind of place in use, and let the visitor close one of them."""
    kind = scenario_tool.kind()
    plural = words.category_plural(t, kind)
    title = f'<h2 class="tp-section">{escape(t("scenario.precious.title", plural=plural))}</h2>'
    found = scenario_data.precious(kind).head(MOST)
    if found.empty:
        style.html(f"{title}<p>{escape(t('scenario.precious.none', plural=plural))}</p>")
        return
    columns = (t(f"scenario.precious.{column}") for column in ("bridge", "encounter", "left"))
    rows = [
        [_name(t, row), _loss(t, row, "bridge"), _loss(t, row, "encounter"), t.number(row["residents_left"])]
        for _, row in found.iterrows()
    ]
    intro = f'<p class="tp-intro">{escape(t("scenario.precious.intro", plural=plural))}</p>'
    note = f'<p class="tp-small">{escape(t("scenario.precious.note"))}</p>'
    caption = t("scenario.precious.caption", n=len(rows))
    table = scenario_answer.table(caption, [t("scenario.precious.place"), *columns], rows)
    style.html(f'<section class="tp-precious">{title}{intro}{table}{note}</section>')
    _close(t, found)


def _close(t: Text, found: pd.DataFrame) -> None:
    # A list and not links in the table: these would hold the whole plan and be sent anew at each change.
    names = {str(key): words.place_name(t, row["name"], str(row["category"])) for key, row in found.iterrows()}

    def close() -> None:
        place = st.session_state[_CLOSE]
        if place in names:
            scenario_state.close(place)
        st.session_state[_CLOSE] = None

    st.selectbox(
        t("scenario.precious.close"),
        tuple(names),
        index=None,
        format_func=lambda key: names[key],
        placeholder=t("scenario.precious.choose"),
        key=_CLOSE,
        on_change=close,
    )


def _name(t: Text, row: pd.Series) -> str:
    name, area = words.place_name(t, row["name"], str(row["category"])), words.area_name(row["neighbourhood_code"])
    return f"{escape(name)} <small>{escape(area)}</small>"


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
