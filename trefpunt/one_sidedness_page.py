"""The tables of docs/one-sidedness.md, filled in from a snapshot.

`python -m trefpunt.one_sidedness_page` writes them between the marks `<!-- table: … -->` and `<!-- end -->`; the text
around them is written by people and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from trefpunt import queries
from trefpunt import snapshot as snapshots
from trefpunt.errors import TrefpuntError
from trefpunt.snapshot import Snapshot
from trefpunt.tables.derived_schemas import ENVIRONMENTS, LEVELS, ONE_SIDED_VARIANTS, REFERENCES

PAGE = Path("docs/one-sidedness.md")
_BLOCK = re.compile(r"<!-- table: (?P<name>[a-z_ ]+) -->\n.*?<!-- end -->", re.DOTALL)
_VARIANTS = dict(
    zip(
        ONE_SIDED_VARIANTS,
        (
            "as described",
            "student neighbourhoods not counted",
            "half the half-distances",
            "1½ times the half-distances",
        ),
        strict=True,
    )
)


def page_tables(snapshot: Snapshot) -> dict[str, str]:
    """Every table of the page in Markdown, by the name in its mark."""
    tables = {}
    for reference in REFERENCES:
        for environment in ENVIRONMENTS:
            tables[f"curve {environment} {reference}"] = _curve(snapshot, environment, reference)
        for level in LEVELS:
            tables[f"{level} {reference}"] = _areas(snapshot, level, reference)
    return tables | {"variants": _sensitivity(snapshot), "most": _most(snapshot)}


def fill(text: str, tables: Mapping[str, str]) -> str:
    """Put tables into a page.

    Parameters
    ----------
    text
        The page, with a mark for each of the tables.
    tables
        Markdown by the name in its mark.

    Raises
    ------
    TrefpuntError
        Marks and tables do not go together; all that lack their counterpart are named.
    """
    marked = {match["name"] for match in _BLOCK.finditer(text)}
    faults = [f"there is no table '{name}'" for name in sorted(marked - tables.keys())]
    faults += [f"there is no mark for the table '{name}'" for name in sorted(tables.keys() - marked)]
    if faults:
        raise TrefpuntError("page of tables", faults, "Write '<!-- table: NAME -->' and '<!-- end -->' for each table.")
    return _BLOCK.sub(lambda match: f"<!-- table: {match['name']} -->\n{tables[match['name']]}\n<!-- end -->", text)


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _number(value: float, lower: float, upper: float) -> str:
    """Residents with their interval; without it where that has no width."""
    low, middle, high = (f"{one:,.0f}" for one in (lower, value, upper))
    return middle if low == high else f"{middle} ({low}–{high})"


def _percentage(value: float, lower: float, upper: float) -> str:
    low, middle, high = (f"{100 * one:.0f}" for one in (lower, value, upper))
    return f"{middle} %" if low == high else f"{middle} % ({low}–{high})"


def _of(row: pd.Series, side: str) -> str:
    """Number and share of residents on one side of one area."""
    if not row["residents"] > 0:
        return "–"
    ends = ("", "_lower", "_upper")
    number = _number(*(row[f"{side}{end}"] for end in ends))
    return number if number == "0" else f"{number}; {_percentage(*(row[f'share_{side}{end}'] for end in ends))}"


def _verdict(row: pd.Series) -> str:
    if pd.isna(row["most_one_sided"]):
        return "–"
    return ("yes" if row["most_one_sided"] else "no") + ("" if row["most_certain"] else ", not certain")


def _curve(snapshot: Snapshot, environment: str, reference: str) -> str:
    curve = queries.one_sidedness_curve(snapshot, environment, reference)
    rows = []
    for factor, row in curve.iterrows():
        cells = [f"{factor:g}"]
        for side in ("low", "high"):
            cells += [_of(row, side), f"{row[f'{side}_in_student_areas']:,.0f}"]
        rows.append([*cells, f"{row['unknown']:,.0f}"])
    of_whom = "of whom in student neighbourhoods"
    return _markdown(["factor", "one-sidedly low", of_whom, "one-sidedly high", of_whom, "cannot be told"], rows)


def _areas(snapshot: Snapshot, level: str, reference: str) -> str:
    found = {one: queries.one_sidedness(snapshot, level, one, reference) for one in ENVIRONMENTS}
    rows = []
    for of_area in zip(*([row for _, row in found[one].iterrows()] for one in ENVIRONMENTS), strict=True):
        first = of_area[0]
        name = f"{first['name']} (students)" if first["student_area"] else str(first["name"])
        sides = [_of(row, side) for row in of_area for side in ("low", "high")]
        rows.append([name, f"{first['residents']:,.0f}", *sides, *(_verdict(row) for row in of_area)])
    header = [f"{side}, by {one}" for one in ENVIRONMENTS for side in ("low", "high")]
    header += [f"most, by {one}?" for one in ENVIRONMENTS]
    return _markdown(["wijk" if level == "district" else "buurt", "residents", *header], rows)


def _sensitivity(snapshot: Snapshot) -> str:
    rows = []
    for environment in ENVIRONMENTS:
        for reference in REFERENCES:
            for variant, words in _VARIANTS.items():
                curve = queries.one_sidedness_curve(snapshot, environment, reference, variant)
                row = curve.loc[[queries.STANDARD_FACTOR]].iloc[0]
                rows.append([f"{environment}, {reference}: {words}", f"{row['residents']:,.0f}"])
                rows[-1] += [_of(row, "low"), _of(row, "high")]
    return _markdown(["how it is counted", "residents counted", "one-sidedly low", "one-sidedly high"], rows)


def _most(snapshot: Snapshot) -> str:
    rows = []
    for environment in ENVIRONMENTS:
        for reference in REFERENCES:
            cells = []
            for level in ("district", "neighbourhood"):
                found = queries.one_sidedness(snapshot, level, environment, reference)
                verdict = found["most_one_sided"].fillna(False).astype(bool)
                certain = found["most_certain"].fillna(False).astype(bool)
                cells += [f"{int((verdict & certain).sum())} of {len(found)}", f"{int((verdict & ~certain).sum())}"]
                cells.append(f"{int((~verdict & ~certain & found['most_one_sided'].notna()).sum())}")
            rows.append([f"{environment}, {reference}", *cells])
    marks = ("yes", "yes, not certain", "no, not certain")
    return _markdown(["", *(f"{level}: {mark}" for level in ("wijken", "buurten") for mark in marks)], rows)


def main(
    page: Annotated[Path, typer.Argument(help="The page to fill in.")] = PAGE,
    data: Annotated[Path, typer.Option(help="The folder of the snapshot.")] = Path("data/maastricht"),
) -> None:
    """Fill the tables of the page in from a snapshot."""
    tables = page_tables(snapshots.load(data))
    page.write_text(fill(page.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
