"""Where the map probably misses a supermarket or a school: CBS says that one is closer by than any on the map."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

from trefpunt.tables.derived_schemas import SERVICES
from trefpunt.ui import charts, data, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.keeping import kept


def doubts(t: Text, level: str) -> Mapping[str, tuple[str, ...]]:
    """Return code → what the map probably misses there, one sentence each; areas without a doubt are absent."""
    return _doubts(data.mark(), t, level)


@kept(6 * data.KEPT)
def _doubts(mark: str, t: Text, level: str) -> Mapping[str, tuple[str, ...]]:
    found = {}
    for code, row in data.completeness(level).iterrows():
        # What cannot be compared is missing, which is no doubt.
        missed = [what for what in SERVICES if row[f"{what}_missing"] is not pd.NA and bool(row[f"{what}_missing"])]
        if missed:
            found[str(code)] = tuple(t(f"completeness.{what}") for what in missed)
    return found


def card(t: Text, level: str, code: str) -> str:
    """Return what the card of an area says of it, with both distances; empty when there is no doubt."""
    table = data.completeness(level)
    said = doubts(t, level).get(code, ())
    if not said:
        return ""
    row = table.loc[[code]].iloc[0]
    lines = []
    for what in SERVICES:
        sentence = t(f"completeness.{what}")
        if sentence in said:
            metres = {
                "cbs": t.number(round(row[f"{what}_cbs_m"], -2)),
                "ours": t.number(round(row[f"{what}_ours_m"], -2)),
            }
            lines.append(f"<p>{escape(sentence)} {escape(t('completeness.metres', **metres))}</p>")
    return f'<div class="tp-doubt">{"".join(lines)}<p class="tp-small">{escape(t("completeness.why"))}</p></div>'


def legend(t: Text, level: str) -> str:
    """Return the list of the areas with a doubt, by name, behind a line that opens it; empty when there are none."""
    found = doubts(t, level)
    if not found:
        return ""
    lines = [f"{words.area_name(code)}: {' '.join(said)}" for code, said in found.items()]
    text = f"<p>{escape(t('completeness.why'))}</p>"
    title = t.plural(f"completeness.listed_{level}", len(found))
    return charts.folded(title, text + charts.bullets(sorted(lines, key=str.casefold)))
