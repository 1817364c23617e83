"""Which two neighbourhoods would share more or fewer places."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from trefpunt.queries import MODES
from trefpunt.scenarios import Outcome, Row
from trefpunt.ui import data, scenario_answer, style
from trefpunt.ui.i18n import Text

FEW = 12
"""So many pairs are listed at once; of more, the visitor chooses a neighbourhood."""

_AREA = "scenario_pairs_area"
_SIDES = ("code_a", "code_b")


def draw(t: Text, answer: Outcome) -> None:
    """Say how many pairs change, on foot and by bike, and list them: all, or those of one neighbourhood."""
    pairs = answer.shared
    html = f'<h3 class="tp-subhead">{escape(t("scenario.pairs.title"))}</h3>'
    for mode in MODES:
        changes = [row["difference"] for row in pairs if row["mode"] == mode]
        more, fewer = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
        html += f"<p>{escape(t(f'scenario.pairs.{mode}', more=more, fewer=fewer, minutes=answer.minutes))}</p>"
    style.html(html + (_tables(t, pairs) if 0 < len(pairs) <= FEW else ""))
    if len(pairs) <= FEW:
        return
    names = data.areas("neighbourhood")["name"]
    touched = {row[side] for row in pairs for side in _SIDES}
    if st.session_state.get(_AREA) not in touched:
        st.session_state[_AREA] = None
    chosen = st.selectbox(
        t("scenario.pairs.choose"),
        [str(code) for code in names.index if code in touched],
        index=None,
        format_func=lambda code: names[code],
        placeholder=t("scenario.pairs.placeholder"),
        key=_AREA,
    )
    if chosen:
        style.html(_tables(t, [row for row in pairs if chosen in (row[side] for side in _SIDES)]))


def _tables(t: Text, pairs: Sequence[Row]) -> str:
    """Return the pairs of each mode, by name."""
    parts = []
    for mode in MODES:
        rows = sorted(
            [
                *sorted((str(row["name_a"]), str(row["name_b"])), key=str.casefold),
                str(row["shared_before"]),
                str(row["shared_after"]),
            ]
            for row in pairs
            if row["mode"] == mode
        )
        if rows:
            cells = [[escape(f"{a} – {b}"), escape(before), escape(after)] for a, b, before, after in rows]
            head = [t("scenario.pairs.pair"), t("scenario.column.before"), t("scenario.column.after")]
            parts.append(scenario_answer.table(t(f"scenario.pairs.caption_{mode}"), head, cells))
    return f'<div class="tp-outpairs">{"".join(parts)}</div>'
