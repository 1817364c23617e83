"""How separated the groups live, by neighbourhood and by district, and where the like live near the like."""

from __future__ import annotations

from html import escape

import pandas as pd

from trefpunt.queries import City
from trefpunt.ui import charts
from trefpunt.ui import city_parts as parts
from trefpunt.ui.i18n import Text

SIDES = ("low", "high")
LEVELS = ("neighbourhood", "district")
ROWS = (
    ("dissimilarity", "low"),
    ("dissimilarity", "high"),
    ("isolation", "low"),
    ("isolation", "high"),
    ("exposure", "low_to_high"),
    ("exposure", "high_to_low"),
)
"""What the table holds, all of it as so many of 100 people."""
VARIABLES = ("share_low", "share_high", "ses_woa")
CHANCE = 0.05
"""What counts as more than chance; the local clusters in the snapshot hold it over all areas together."""


def separation(t: Text, table: pd.DataFrame, city: City, name: str) -> str:
    """Return how separated the groups live, in words, pictures and a table.

    Parameters
    ----------
    table
        The derived table ``segregation``.
    """
    value = table.set_index(["level", "index_name", "group"])["value"]
    used = table.groupby("level")["n_areas"].max()
    moves = "".join(_moves(t, value, level, side) for side in SIDES for level in LEVELS)
    finer = all(
        value["neighbourhood", "dissimilarity", side] > value["district", "dissimilarity", side] for side in SIDES
    )
    alone = "".join(
        parts.paragraph(
            t(
                f"city.separation.own_{side}",
                n=round(100 * value["neighbourhood", "isolation", side]),
                all=round(100 * (city.low if side == "low" else city.high)),
                city=name,
            )
        )
        for side in SIDES
    )
    rows = [
        (
            escape(t(f"city.separation.{index}_{group}")),
            *(t.number(100 * value[level, index, group], 1) for level in LEVELS),
        )
        for index, group in ROWS
    ]
    header = [t("city.separation.of"), *(t(f"city.{level}s") for level in LEVELS)]
    return parts.page(
        [
            parts.title(t("city.separation.title")),
            parts.title(t("city.separation.move_title"), 3),
            parts.paragraph(t("city.separation.move_text")),
            f'<div class="tp-citymoves">{moves}</div>',
            parts.two(
                [
                    parts.title(t("city.separation.level_title"), 3),
                    parts.paragraph(t("city.separation.finer" if finer else "city.separation.same")),
                    parts.paragraph(t("city.separation.neither_true")),
                    parts.title(t("city.separation.own_title"), 3),
                    alone,
                    parts.note(t("city.students.title"), [t("caveat.students")]),
                ],
                [
                    parts.table(t("city.separation.table"), header, rows, "tp-cityplain"),
                    parts.paragraph(
                        t("city.separation.used", n=int(used["neighbourhood"]), districts=int(used["district"])),
                        "tp-small",
                    ),
                ],
            ),
        ]
    )


def _moves(t: Text, value: pd.Series, level: str, side: str) -> str:
    n = round(100 * value[level, "dissimilarity", side])
    text = t(f"city.separation.move_{level}_{side}", n=n)
    return f'<figure class="tp-side tp-dots-{side}">{charts.dots(n)}<figcaption>{escape(text)}</figcaption></figure>'


def clusters(t: Text, table: pd.DataFrame, indices: pd.DataFrame, names: pd.Series) -> str:
    """Return whether like areas lie near each other, over the whole municipality and area by area.

    Parameters
    ----------
    table
        The derived table ``clusters``.
    indices
        The derived table ``segregation``, for Moran's I.
    names
        Name per code.
    """
    near = indices[indices["index_name"] == "moran_i"].set_index(["level", "group"])
    tested = table[(table["level"] == "neighbourhood") & table["p_value"].notna()]
    marked = tested[tested["cluster"].ne("ns") & tested["cluster"].notna()]
    lines = [
        parts.title(t("city.clusters.title")),
        *(_alike(t, near.loc[[("neighbourhood", variable)]].iloc[0], variable) for variable in VARIABLES),
        parts.title(t("city.clusters.local_title"), 3),
    ]
    if marked.empty:
        lines.append(parts.paragraph(t("city.clusters.nobody"), "tp-lead"))
    else:
        lines.append(
            charts.bullets(
                t(f"city.clusters.{str(row['cluster']).lower()}_{row['variable']}", name=str(names[row["code"]]))
                for _, row in marked.assign(name=marked["code"].map(names)).sort_values(["name", "variable"]).iterrows()
            )
        )
    below = int((tested["p_value"] < CHANCE).sum())
    lines.append(
        parts.paragraph(
            t("city.clusters.tests", tests=len(tested), below=below, chance=round(CHANCE * len(tested))), "tp-small"
        )
    )
    per = {variable: tested[tested["variable"] == variable] for variable in VARIABLES}
    facts = {
        "areas": [t.number(of["code"].nunique()) for of in per.values()],
        "marked": [t.number((marked["variable"] == variable).sum()) for variable in VARIABLES],
        "below": [t.number((of["p_value"] < CHANCE).sum()) for of in per.values()],
        "chance": [t.number(CHANCE * len(of), 1) for of in per.values()],
    }
    rows = [(escape(t(f"city.clusters.row_{fact}")), *figures) for fact, figures in facts.items()]
    header = [t("city.clusters.row"), *(t(f"city.clusters.{variable}") for variable in VARIABLES)]
    return parts.page([parts.two(lines, [parts.table(t("city.clusters.table"), header, rows, "tp-cityplain")])])


def _alike(t: Text, row: pd.Series, variable: str) -> str:
    kind = "alike" if row["value"] > 0 else "unlike"
    if not row["p_value"] < CHANCE:
        kind = "unclear"
    figure = t("city.clusters.moran", i=t.number(row["value"], 2, signed=True), p=t.number(row["p_value"], 3))
    text = t(f"city.clusters.{kind}", what=t(f"city.clusters.{variable}"))
    return f"<p>{escape(text)} <small>{escape(figure)}</small></p>"
