"""The snapshot and what is computed from it, loaded once for all visitors.

What comes back is shared between visitors and must not be changed. The tables are read-only by agreement, so
they are kept as resources and not as copies: a copy of 1,000 places at every click is what a slow page is made of.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from trefpunt import queries
from trefpunt.categories import Category, load_categories
from trefpunt.snapshot import Snapshot, load
from trefpunt.ui import towns
from trefpunt.ui.keeping import forget, kept
from trefpunt.ui.map import PublishedAssets, publish
from trefpunt.ui.state import OWN_AREA, Known
from trefpunt.ui.towns import KEPT, directory, held, mark

__all__ = ["KEPT", "directory", "held", "mark"]


ALSO_PUBLISHED = 3
"""So many published snapshots stay besides one a municipality: a visitor may still have the map of one before."""


def categories() -> Mapping[str, Category]:
    """Return the categories, in the order in which they are shown."""
    return load_categories()


def municipality() -> str:
    """Return the municipality's name."""
    return snapshot().name


def contact() -> str | None:
    """Return whom a reader may write to: ``TREFPUNT_CONTACT``, or None when it is not set."""
    return os.environ.get("TREFPUNT_CONTACT") or None


def snapshot() -> Snapshot:
    """Return the snapshot.

    Raises
    ------
    SnapshotError
        It is missing, incomplete or altered.
    """
    return _snapshot(str(directory()), mark())


@kept(KEPT)
def _snapshot(folder: str, mark: str) -> Snapshot:
    loaded = load(Path(folder))
    # Streamlit collects garbage after every run; what never goes away need not be looked through each time.
    gc.collect()
    gc.freeze()
    return loaded


def known() -> Known:
    """Return what an address may name."""
    return replace(_known(mark()), municipalities=tuple(towns.folders()))


@kept(KEPT)
def _known(mark: str) -> Known:
    loaded = snapshot()
    return Known(
        categories=tuple(categories()),
        places=frozenset(loaded.places.index),
        neighbourhoods=frozenset(loaded.neighbourhoods.index),
        districts=frozenset(loaded.districts.index),
        streets=frozenset(streets().index),
        years=tuple(sorted({*years("neighbourhood"), *years("district")})),
        own_areas=frozenset(loaded.derived["own_areas"]["area_code"]),
    )


def streets() -> pd.DataFrame:
    """Return the streets by name: index (name, neighbourhood_code); lon, lat (degrees)."""
    return _streets(mark())


@kept(KEPT)
def _streets(mark: str) -> pd.DataFrame:
    return snapshot().derived["street_names"].set_index(["name", "neighbourhood_code"])


def areas(level: str) -> pd.DataFrame:
    """Return the areas of a level, one row a code, by name; neighbourhoods and districts with their newest score.

    `ses_status` is as in `trefpunt.queries.scores_at`: it tells a provisional score from an official one. The areas of
    the municipality's own division have no columns about a score.
    """
    return _areas(mark(), level)


@kept(3 * KEPT)
def _areas(mark: str, level: str) -> pd.DataFrame:
    if level == OWN_AREA:
        return pd.DataFrame(queries.own_area_table(snapshot())).sort_values("name")
    table = queries.neighbourhood_table if level == "neighbourhood" else queries.district_table
    rows = pd.DataFrame(table(snapshot())).sort_values("name")
    return queries.scores_at(snapshot(), rows, None)


def years(level: str) -> tuple[int, ...]:
    """Return the years of which an area of a level has an official score, oldest first."""
    return _years(mark(), level)


@kept(3 * KEPT)
def _years(mark: str, level: str) -> tuple[int, ...]:
    return queries.score_years(snapshot(), level)


def scores(level: str, year: int | None) -> pd.DataFrame:
    """Return `areas` with the scores of a year (`trefpunt.queries.scores_at`); None, or a year without: the newest."""
    shown = shown_year(level, year)
    return areas(level) if shown is None else _scores(mark(), level, shown)


@kept(16 * KEPT)
def _scores(mark: str, level: str, year: int) -> pd.DataFrame:
    return queries.scores_at(snapshot(), areas(level), year)


def shown_year(level: str, year: int | None) -> int | None:
    """Return the year that a map of a level shows when a visitor asks for `year`; None for the newest scores."""
    return year if year in years(level) else None


def moved_borders(level: str, year: int) -> bool:
    """Return whether some codes of a year are of another regional division than those of the last year."""
    then, now = (scores(level, one)["division"].dropna() for one in (year, years(level)[-1]))
    return not set(then) <= set(now)


def history(code: str) -> pd.DataFrame:
    """Return the official scores of an area or of the municipality over the years: `queries.score_history`."""
    return _history(mark(), code)


@kept(512)
def _history(mark: str, code: str) -> pd.DataFrame:
    return queries.score_history(snapshot(), code)


def municipality_code() -> str:
    """Return the municipality's code (GM…)."""
    return str(snapshot().manifest["municipality"]["code"])


def completeness(level: str) -> pd.DataFrame:
    """Return whether the map probably misses a supermarket or school, index code: the derived table of that name."""
    return _completeness(mark(), level)


@kept(3 * KEPT)
def _completeness(mark: str, level: str) -> pd.DataFrame:
    table = snapshot().derived["completeness"]
    return table[table["level"] == level].set_index("code")


def area_names() -> Mapping[str, str]:
    """Return code → name of every area of every level."""
    return _area_names(mark())


@kept(KEPT)
def _area_names(mark: str) -> Mapping[str, str]:
    return {str(code): str(name) for level in known().levels for code, name in areas(level)["name"].items()}


def places_in(code: str) -> frozenset[str]:
    """Return the places in an area of any level."""
    return _places_in(mark(), code)


@kept(512)
def _places_in(mark: str, code: str) -> frozenset[str]:
    level, where = known().level_of(code), snapshot().places["neighbourhood_code"]
    if level == OWN_AREA:
        where = _own_area_of_places(mark)
    elif level == "district":
        where = where.map(snapshot().neighbourhoods["district_code"])
    return frozenset(where.index[where == code])


@kept(KEPT)
def _own_area_of_places(mark: str) -> pd.Series:
    return queries.own_area_of_places(snapshot())


def neighbourhoods_in(code: str) -> pd.DataFrame:
    """Return the neighbourhoods whose residents live in an area of the municipality's own division, by name.

    Index code; name, and `residents` and `share` as in `trefpunt.queries.own_area_neighbourhoods`.
    """
    found = _own_area_neighbourhoods(mark())
    rows = found[found.index.get_level_values("area_code") == code].droplevel("area_code")
    return rows.assign(name=areas("neighbourhood")["name"].reindex(rows.index)).sort_values("name")


@kept(KEPT)
def _own_area_neighbourhoods(mark: str) -> pd.DataFrame:
    return queries.own_area_neighbourhoods(snapshot())


def vintage(table: str) -> str:
    """Return the moments that a table of the snapshot describes, as its manifest says: '2021, 2023'."""
    found = (r.get("vintage", "") for r in snapshot().manifest["resources"] if r["name"] == table)
    return str(next(found, ""))


def homes_estimated() -> bool:
    """Return whether it is an estimate where in a neighbourhood people live: spread over its streets, not counted."""
    return bool(snapshot().manifest.get("population", {}).get("is_estimate"))


def published() -> PublishedAssets:
    """Return the snapshot's files for the browser, written on first use and again when they were removed."""
    found = _published(mark())
    if not found.directory.is_dir():
        forget(_published)
        found = _published(mark())
    return found


@kept(KEPT)
def _published(mark: str) -> PublishedAssets:
    own = queries.own_area_table(snapshot())
    return publish(snapshot(), own_areas=own, kept=len(towns.folders()) + ALSO_PUBLISHED)


MINUTES = int(queries.DEFAULT_MINUTES)
"""What `measures` counts as within reach where nobody asks who is."""


def measures(mode: str, minutes: int = MINUTES) -> pd.DataFrame:
    """Return every place with its measures, `mode` as in `trefpunt.ui.state.MODES`.

    `minutes` is for `residents_within`; the other measures do not hang on it.
    """
    return _measures(mark(), mode, minutes)


@kept(96)
def _measures(mark: str, mode: str, minutes: int) -> pd.DataFrame:
    return queries.place_measures(snapshot(), None if mode == "own" else mode, minutes)


def place(place_id: str, mode: str, minutes: int) -> pd.Series:
    """Return the row of one place of `measures`, without computing those of the others."""
    row = measures(mode).loc[[place_id]].iloc[0].copy()
    row["residents_within"] = queries.residents_within_of(snapshot(), place_id, str(row["mode"]), minutes)
    return row


@kept(6)
def _by_bridge(mark: str, mode: str) -> pd.DataFrame:
    return queries.by_bridge(measures(mode))


def by_bridge(mode: str) -> pd.DataFrame:
    """Return `measures` in the order of `trefpunt.queries.by_bridge`."""
    return _by_bridge(mark(), mode)


@kept(512)
def _measures_in(mark: str, code: str, mode: str) -> pd.DataFrame:
    rows = measures(mode)
    return rows[rows.index.isin(places_in(code))]


def measures_in(code: str, mode: str) -> pd.DataFrame:
    """Return the rows of `measures` of the places in an area of any level."""
    return _measures_in(mark(), code, mode)


def certainty(mode: str) -> pd.DataFrame:
    """Return per place how sure its figures are: `trefpunt.queries.place_intervals` with `bridge_third`.

    `mode` as in `trefpunt.ui.state.MODES`.
    """
    return _certainty(mark(), mode)


@kept(6)
def _certainty(mark: str, mode: str) -> pd.DataFrame:
    found = queries.place_intervals(snapshot(), None if mode == "own" else mode)
    return found.join(queries.bridge_thirds(measures(mode)))


@kept(512)
def _origins(mark: str, place_id: str, mode: str, minutes: int) -> pd.DataFrame:
    return queries.place_origins(snapshot(), place_id, mode, minutes)


def origins(place_id: str, mode: str, minutes: int) -> pd.DataFrame:
    """Return from which neighbourhoods a place can be reached; `mode` is ``walk`` or ``cycle``."""
    return _origins(mark(), place_id, mode, minutes)


@kept(128)
def _pair(mark: str, a: str, b: str, mode: str, minutes: int) -> pd.DataFrame:
    return queries.pair(snapshot(), a, b, mode, minutes)


def pair(a: str, b: str, mode: str, minutes: int) -> pd.DataFrame:
    """Return the places that both neighbourhoods can reach."""
    return _pair(mark(), a, b, mode, minutes)


SUGGESTED = 6
"""How many neighbours that differ in score are suggested to look at."""


def contrasting() -> pd.DataFrame:
    """Return the neighbours whose scores differ most (`trefpunt.queries.contrasting_neighbours`)."""
    return _contrasting(mark())


@kept(KEPT)
def _contrasting(mark: str) -> pd.DataFrame:
    return queries.contrasting_neighbours(snapshot(), SUGGESTED)


@kept(256)
def _most_different(mark: str, code: str) -> str | None:
    return queries.most_different_neighbour(snapshot(), code)


def most_different(code: str) -> str | None:
    """Return the neighbour that differs most from a neighbourhood (`trefpunt.queries.most_different_neighbour`)."""
    return _most_different(mark(), code)


def between(a: str, b: str, mode: str) -> float:
    """Return how far residents of two neighbourhoods live from each other, metres; NaN when it is not known."""
    return _between(mark(), a, b, mode)


@kept(1024)
def _between(mark: str, a: str, b: str, mode: str) -> float:
    return queries.distance_between(snapshot(), a, b, mode)


@kept(256)
def _minutes_from(mark: str, code: str, mode: str) -> pd.Series:
    return queries.minutes_from(snapshot(), code, None if mode == "own" else mode)


def minutes_from(code: str, mode: str) -> pd.Series:
    """Return how many minutes it is from a neighbourhood to every place, `mode` as in `trefpunt.ui.state.MODES`."""
    return _minutes_from(mark(), code, mode)


@kept(KEPT)
def _steadiest_bridge(mark: str) -> queries.SteadyBridge | None:
    return queries.steadiest_bridge(snapshot())


def steadiest_bridge() -> queries.SteadyBridge | None:
    """Return the place that bridges most surely, for the opening view."""
    return _steadiest_bridge(mark())


@kept(KEPT)
def _city(mark: str) -> queries.City:
    return queries.city(snapshot())


def city() -> queries.City:
    """Return the municipality's residents and group shares."""
    return _city(mark())


def category_table() -> pd.DataFrame:
    """Return what the categories of places bring together, index category."""
    return queries.category_table(snapshot())
