"""Parts of the build report: what was decided, what the map may miss, what people corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from trefpunt.build.markdown import markdown_table
from trefpunt.metrics.completeness import CATEGORY, MARGIN_M, RATIO
from trefpunt.tables.derived_schemas import SERVICES


def remarks(found: Sequence[str]) -> str:
    """What was decided on the way; nothing where nothing was."""
    return "## Decided on the way\n\n" + "\n".join(f"* {one}" for one in found) if found else ""


def completeness(tables: Mapping[str, pd.DataFrame]) -> str:
    """Where OpenStreetMap probably misses a supermarket or a school, in words and figures."""
    table = tables["completeness"]
    names = pd.concat([tables["neighbourhoods"]["name"], tables["districts"]["name"]])
    compared = {what: int(table[f"{what}_missing"].notna().sum()) for what in SERVICES}
    text = (
        "CBS publishes the mean distance by road to a large supermarket and a primary school. Where ours, on foot, is "
        f"more than {MARGIN_M:g} m and more than {RATIO - 1:.0%} longer, the map probably misses a place. "
        f"Compared: {compared['supermarket']} areas for supermarkets, {compared['school']} for schools, of "
        f"{len(table)}."
    )
    if not any(compared.values()):
        return f"## Is the map complete?\n\n{text} CBS's distances were not among the sources, so nothing is known."
    rows = []
    for what in SERVICES:
        marked = table[table[f"{what}_missing"].fillna(False).astype(bool)]
        for row in marked.itertuples():
            cbs, ours = getattr(row, f"{what}_cbs_m"), getattr(row, f"{what}_ours_m")
            rows.append((row.level, row.code, names.get(row.code, ""), CATEGORY[what], f"{cbs:,.0f}", f"{ours:,.0f}"))
    header = ["level", "code", "name", "missing?", "CBS, m", "ours, m"]
    told = markdown_table(header, rows) if rows else "Nowhere: no distance stands out."
    return "\n\n".join(["## Is the map complete?", text, told])


def corrections(told: pd.DataFrame) -> str:
    """What `corrections.toml` changed; nothing where there is none."""
    if told.empty:
        return ""
    applied = int(told["outcome"].eq("applied").sum())
    rows = [tuple(_cell(value) for value in row) for row in told.itertuples(index=False, name=None)]
    return "\n\n".join(
        [
            "## Corrections",
            f"`corrections.toml` holds {len(told)} correction(s) of the places; {applied} applied.",
            markdown_table(list(map(str, told.columns)), rows),
        ]
    )


def own_areas(table: pd.DataFrame, population: pd.DataFrame) -> str:
    """Residents per area of the municipality's own division; nothing where there is none."""
    if table.empty:
        return ""
    total, inside = population["residents"].sum(), table["residents"].sum()
    rows = [(row.area_code, _cell(row.name), f"{row.residents:,.0f}") for row in table.itertuples(index=False)]
    return "\n\n".join(
        [
            "## The municipality's own division",
            f"{len(table)} areas with {inside:,.0f} residents; {total - inside:,.0f} live in none of them. Groups are "
            "those of the neighbourhoods, weighted by residents; CBS publishes no score of such areas.",
            markdown_table(["code", "name", "residents"], rows),
        ]
    )


def _cell(text: object) -> str:
    """Text of others in a table of Markdown: no mark-up, no bars, one line."""
    plain = "".join(c if c.isprintable() else " " for c in str(text))
    for sign in "\\`*_{}[]<>#":
        plain = plain.replace(sign, f"\\{sign}")
    return plain
