"""Which two neighbourhoods would share more or fewer places."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st

from trefpunt.queries import MODES
from trefpunt.ui import data, scenario_answer, style
from trefpunt.ui.i18n import Text
from trefpunt.ui.scenario_data import Answer

FEW = 12
"""So many pairs are listed at once; of more, the visitor chooses a neighbourhood."""

_AREA = "scenario_pairs_area"


def draw(t: Text, answer: Answer) -> None:
    """Say how many pairs change, on foot and by bike, and list them: all, or those of one neighbourhood."""
    pairs = answer.outcome.pairs
    style.html(f'<h3 class="tp-subhead">{escape(t("scenario.pairs.title"))}</h3>')
    lines = []
    for mode in MODES:
        changes = _of(pairs, mode)["difference"].astype(int)
        more, fewer = int((changes > 0).sum()), int((changes < 0).sum())
        lines.append(t(f"scenario.pairs.{mode}", more=more, fewer=fewer, minutes=answer.minutes))
    style.html("".join(f"<p>{escape(line)}</p>" for line in lines))
    if not len(pairs):
        return
    if len(pairs) <= FEW:
        style.html(_tables(t, pairs))
        return
    names = data.areas("neighbourhood")["name"]
    touched = {str(code) for level in ("code_a", "code_b") for code in pairs.index.get_level_values(level)}
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
        side = [pairs.index.get_level_values(level) == chosen for level in ("code_a", "code_b")]
        style.html(_tables(t, pairs[side[0] | side[1]]))


def _of(pairs: pd.DataFrame, mode: str) -> pd.DataFrame:
    return pairs[pairs.index.get_level_values("mode") == mode]


def _tables(t: Text, pairs: pd.DataFrame) -> str:
    """Return the pairs of each mode, by name."""
    parts = []
    for mode in MODES:
        found = _of(pairs, mode)
        rows = sorted(
            [
                *sorted((str(row["name_a"]), str(row["name_b"])), key=str.casefold),
                str(row["shared_before"]),
                str(row["shared_after"]),
            ]
            for _, row in found.iterrows()
        )
        if rows:
            cells = [[escape(f"{a} – {b}"), escape(before), escape(after)] for a, b, before, after in rows]
            head = [t("scenario.pairs.pair"), t("scenario.column.before"), t("scenario.column.after")]
            parts.append(scenario_answer.table(t(f"scenario.pairs.caption_{mode}"), head, cells))
    return f'<div class="tp-outpairs">{"".join(parts)}</div>'
