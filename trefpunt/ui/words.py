"""Short phrases that several parts of the screen share: names of places, of areas and of ways to travel."""

from __future__ import annotations

import pandas as pd

from trefpunt.ui import data
from trefpunt.ui.i18n import Text
from trefpunt.ui.keeping import kept

FEWEST_HOUSEHOLDS = 100
"""CBS publishes no score where there are fewer."""


def place_name(t: Text, name: object, category: str) -> str:
    """Return a place's name, or 'supermarket without a name'."""
    if isinstance(name, str) and name:
        return name
    return t("place.nameless", category=category_name(t, category))


def category_name(t: Text, key: str) -> str:
    """Return the name of one place of a category, in the visitor's language."""
    category = data.categories()[key]
    return category.name_nl if t.lang == "nl" else category.name_en


def category_plural(t: Text, key: str) -> str:
    """Return the name of several places of a category."""
    category = data.categories()[key]
    return category.plural_nl if t.lang == "nl" else category.plural_en


def area_labels(t: Text) -> dict[str, str]:
    """Return code → 'name (district)', 'name (neighbourhood)' and so on of every area, large ones first, by name."""
    return _area_labels(data.mark(), t)


@kept(2 * data.KEPT)
def _area_labels(mark: str, t: Text) -> dict[str, str]:
    return {
        str(code): f"{name} ({t(f'level.{level}')})"
        for level in reversed(data.known().levels)
        for code, name in data.areas(level)["name"].items()
    }


BEHIND_STREET = "@"
"""What stands between a street and its neighbourhood's code in a key of `search_labels`; no code holds it."""


def search_labels(t: Text) -> dict[str, str]:
    """Return key → label of everything that can be looked up: areas, large ones first, places, then streets.

    The key is a code, or 'street@code'.
    """
    return _search_labels(data.mark(), t)


@kept(4)
def _search_labels(mark: str, t: Text) -> dict[str, str]:
    areas = data.area_names()
    streets = {
        f"{name}{BEHIND_STREET}{code}": t("controls.street", name=name, area=areas.get(code, ""))
        for name, code in sorted(data.streets().index, key=lambda key: (key[0].casefold(), key))
    }
    return area_labels(t) | place_labels(t) | streets


def place_labels(t: Text) -> dict[str, str]:
    """Return place_id → 'name (category, neighbourhood)' of every place, by name; computed once a language."""
    return _place_labels(data.mark(), t)


@kept(4)
def _place_labels(mark: str, t: Text) -> dict[str, str]:
    labels = {str(key): place_label(t, row) for key, row in data.snapshot().places.iterrows()}
    return dict(sorted(labels.items(), key=lambda item: item[1].casefold()))


def place_label(t: Text, row: pd.Series) -> str:
    """Return 'name (category, neighbourhood)' of a row of the places."""
    name, kind = place_name(t, row["name"], row["category"]), category_name(t, row["category"])
    area = area_name(row["neighbourhood_code"])
    if not isinstance(row["name"], str):
        return f"{name} ({area})" if area else name
    return f"{name} ({kind}, {area})" if area else f"{name} ({kind})"


def beside(t: Text, row: pd.Series) -> str:
    """Return what tells a place of a list from the others: its category, or 'in AREA' where it has no name.

    Parameters
    ----------
    row
        A place with name and category, called by its place_id.
    """
    if isinstance(row["name"], str):
        return category_name(t, row["category"])
    area = area_name(data.snapshot().places.at[row.name, "neighbourhood_code"])
    return t("two.where", area=area) if area else ""


def area_name(code: object) -> str:
    """Return the name of an area of any level; empty for a place that lies in none."""
    return data.area_names().get(code, "") if isinstance(code, str) else ""


def missing_reason(t: Text, households: float) -> str:
    """Return why an area has no score: CBS publishes none where there are fewer than 100 households."""
    return t("missing.households" if households < FEWEST_HOUSEHOLDS else "missing.unpublished")


def score_status(t: Text, row: pd.Series) -> str:
    """Return where the score of an area comes from: official with its year, an estimate, or why there is none."""
    if row["ses_status"] == "suppressed":
        return t("missing.suppressed", year=int(row["ses_year"]))
    if row["ses_status"] == "missing":
        if not pd.isna(row["ses_year"]):
            return t("missing.year", year=int(row["ses_year"]))
        return missing_reason(t, row["households"])
    return t(f"status.{row['ses_status']}", year=int(row["ses_year"]))


def score_line(t: Text, row: pd.Series) -> str:
    """Return the score and status of an area in one line, for what the map says under its name."""
    if pd.isna(row["ses_woa"]):
        return f"{t('missing.score')}: {score_status(t, row)}"
    return f"{t.number(row['ses_woa'], 2, signed=True)}, {score_status(t, row)}"
