"""What a scenario changes: plain rows, which a page looks up one by one, and tables, made when they are asked for.

A table takes many times as long to make as its figures to compute, and a page needs none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

Row = Mapping[str, Any]
Figures = Mapping[str, Row]
"""Figure → column → value."""

WINS, LOSSES = ("gained", "nearer"), ("lost", "farther")
"""Columns of `Outcome.areas` of who gains and of who loses."""

FIGURE_COLUMNS = ("before", "after", "difference", "lower", "upper", "sign_sure")
_AREA_KEY = ("category", "code")
_PAIR_KEY = ("mode", "code_a", "code_b")
PAIR_COLUMNS = (*_PAIR_KEY, "name_a", "name_b", "shared_before", "shared_after", "difference")
AREA_COLUMNS = (
    "name",
    "residents",
    "within_before",
    "within_after",
    "within_difference",
    "minutes_before",
    "minutes_after",
    "minutes_difference",
    "gained",
    "lost",
    "nearer",
    "farther",
)


@dataclass(frozen=True)
class Changed:
    """A place that a scenario adds, closes or moves.

    Attributes
    ----------
    change
        `added`, `closed` or `moved`.
    name
        Missing (NaN) where it has none.
    category
        Of `trefpunt.categories`.
    """

    change: str
    name: str | float
    category: str


@dataclass(frozen=True, eq=False)
class Outcome:
    """What differs between two settings. Differences are after minus before; missing (NaN) where either is.

    Attributes
    ----------
    minutes
        What counted as within reach.
    categories
        Those with a place added, closed or moved, in alphabetical order, and those asked for.
    emptied
        Of them, those that had a place and have none any more: access, encounter and bridge are then missing, and
        nobody is served.
    by_category
        Category → figure → row. The figures are those of `trefpunt.scenarios.figures.CategoryFigures.city` and
        `residents_within` (`minutes`). Each has `before`, `after`, `difference`; `lower`, `upper`, the 90 % interval of
        the difference; and `sign_sure`: whether it has its sign in at least 90 % of the draws of the group shares,
        however residents of unknown groups are counted. None where nothing differs, and of counts, which hang on no
        shares.
    by_place
        Place concerned → measure (1–4 of docs/method.md) → the same columns.
    changed
        Place concerned, by id → what happens to it.
    areas
        Category → rows of all neighbourhoods, alphabetical by name: `code`, `name`; `residents`; `within_before`,
        `within_after`, `within_difference`: residents with a place of the category within `minutes`;
        `minutes_before`, `minutes_after`, `minutes_difference`: to the nearest, a mean over the residents who reach
        any; `gained`, `lost`: residents who now, or no longer, have one within `minutes`; `nearer`, `farther`:
        residents whose nearest is by `NOTICED_MIN` minutes or more. Missing where nobody was counted.
    shared
        Rows of the pairs of neighbourhoods that differ: `mode`, `code_a` < `code_b`, `name_a`, `name_b`;
        `shared_before`, `shared_after`, `difference`: places of all categories within `minutes` of both, as
        `queries.pair` counts them.
    """

    minutes: float
    categories: tuple[str, ...]
    emptied: tuple[str, ...]
    by_category: Mapping[str, Figures]
    by_place: Mapping[str, Figures]
    changed: Mapping[str, Changed]
    areas: Mapping[str, Sequence[Row]]
    shared: Sequence[Row]

    @cached_property
    def city(self) -> pd.DataFrame:
        """`by_category` as a table: index (`category`, `figure`); `sign_sure` is a nullable boolean."""
        return _figures_table(self.by_category, "category")

    @cached_property
    def places(self) -> pd.DataFrame:
        """`by_place` as a table: index (`place_id`, `figure`)."""
        return _figures_table(self.by_place, "place_id")

    @cached_property
    def place_facts(self) -> pd.DataFrame:
        """`changed` as a table: index `place_id`; `change`, `name`, `category`."""
        index = pd.Index(list(self.changed), name="place_id", dtype="str")
        names = ("change", "name", "category")
        values = {name: [getattr(one, name) for one in self.changed.values()] for name in names}
        return pd.DataFrame({name: pd.Series(column, index=index, dtype="str") for name, column in values.items()})

    @cached_property
    def neighbourhoods(self) -> pd.DataFrame:
        """`areas` as a table: index (`category`, `code`)."""
        rows = [(category, row) for category, found in self.areas.items() for row in found]
        keys = [[category for category, _ in rows], [row["code"] for _, row in rows]]
        table = pd.DataFrame({name: [row[name] for _, row in rows] for name in AREA_COLUMNS})
        types = dict.fromkeys(AREA_COLUMNS, "float64") | {"name": "str"}
        return table.astype(types).set_axis(pd.MultiIndex.from_arrays(keys, names=_AREA_KEY))

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """`shared` as a table: index (`mode`, `code_a`, `code_b`)."""
        return pd.DataFrame(self.shared, columns=pd.Index(PAIR_COLUMNS)).set_index(list(_PAIR_KEY))

    def winners(self, category: str) -> list[str]:
        """Neighbourhoods where anybody gains: `gained` or `nearer`. Alphabetical; some may be among the losers too."""
        return self._named(category, WINS)

    def losers(self, category: str) -> list[str]:
        """Neighbourhoods where anybody loses: `lost` or `farther`. Alphabetical."""
        return self._named(category, LOSSES)

    def _named(self, category: str, columns: tuple[str, ...]) -> list[str]:
        found = self.areas.get(category, ())
        return [str(row["name"]) for row in found if any(row[column] > 0 for column in columns)]


def _figures_table(found: Mapping[str, Figures], key: str) -> pd.DataFrame:
    names = [(one, figure) for one, figures in found.items() for figure in figures]
    rows = [found[one][figure] for one, figure in names]
    index = pd.MultiIndex.from_arrays([[one for one, _ in names], [figure for _, figure in names]])
    table = pd.DataFrame(
        {name: pd.Series([row[name] for row in rows], dtype="float64") for name in FIGURE_COLUMNS[:-1]}
    )
    table["sign_sure"] = pd.array([row["sign_sure"] for row in rows], dtype="boolean")
    return table.set_axis(index).rename_axis([key, "figure"])
