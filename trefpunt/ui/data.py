"""The snapshot and what is computed from it, loaded once for all visitors.

What comes back is shared between visitors and must not be changed. The tables are read-only by agreement, so
they are kept as resources and not as copies: a copy of 1,000 places at every click is what a slow page is made of.
"""

from __future__ import annotations

import gc
import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from trefpunt import queries
from trefpunt.categories import Category, load_categories
from trefpunt.errors import SnapshotError
from trefpunt.snapshot import MANIFEST, Snapshot, load
from trefpunt.ui.i18n import LANGUAGES
from trefpunt.ui.map import PublishedAssets, publish
from trefpunt.ui.state import Known

DATA = Path(__file__).parents[2] / "data"
STORIES = "stories.toml"
_STORIES_REMEDY = "Correct the file, or take it away: the other pages do without. docs/data.md shows its form."


def directory() -> Path:
    """Return the folder of the snapshot to show.

    ``TREFPUNT_SNAPSHOT`` names one; without it the first folder in ``data/``, by name, that has a manifest.

    Raises
    ------
    SnapshotError
        None is named and none is there.
    """
    if named := os.environ.get("TREFPUNT_SNAPSHOT"):
        return Path(named)
    found = sorted(file for file in DATA.glob(f"*/{MANIFEST}") if not file.parent.name.startswith("."))
    if not found:
        raise SnapshotError(
            str(DATA),
            f"no folder in it has a {MANIFEST}",
            f"Run: python -m trefpunt build --sources DIR --out {DATA / 'NAME'}",
        )
    return found[0].parent


def categories() -> Mapping[str, Category]:
    """Return the categories, in the order in which they are shown."""
    return load_categories()


def municipality() -> str:
    """Return the municipality's name."""
    return snapshot().name


def contact() -> str | None:
    """Return whom a reader may write to: ``TREFPUNT_CONTACT``, or None when it is not set."""
    return os.environ.get("TREFPUNT_CONTACT") or None


_HELD: ContextVar[str | None] = ContextVar("held", default=None)
"""The mark that counts for the run of the script that is going on."""


def mark() -> str:
    """Return a text that changes when a file of the snapshot does, so that it is read anew."""
    return _HELD.get() or _look()


@contextmanager
def held() -> Iterator[None]:
    """Look at the files once for all that is asked within: a look takes longer than most of what is asked."""
    token = _HELD.set(mark())
    try:
        yield
    finally:
        _HELD.reset(token)


def _look() -> str:
    folder = directory()
    files = sorted(f for f in folder.glob("*") if f.is_file())
    return repr([str(folder), *((f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in files)])


def snapshot() -> Snapshot:
    """Return the snapshot.

    Raises
    ------
    SnapshotError
        It is missing, incomplete or altered.
    """
    return _snapshot(str(directory()), mark())


@st.cache_resource(show_spinner=False, max_entries=2)
def _snapshot(folder: str, mark: str) -> Snapshot:
    loaded = load(Path(folder))
    # Streamlit collects garbage after every run; what never goes away need not be looked through each time.
    gc.collect()
    gc.freeze()
    return loaded


def known() -> Known:
    """Return the codes that an address may name."""
    return _known(mark())


@st.cache_resource(show_spinner=False, max_entries=2)
def _known(mark: str) -> Known:
    loaded = snapshot()
    return Known(
        categories=tuple(categories()),
        places=frozenset(loaded.places.index),
        neighbourhoods=frozenset(loaded.neighbourhoods.index),
        districts=frozenset(loaded.districts.index),
        streets=frozenset(streets().index),
    )


def streets() -> pd.DataFrame:
    """Return the streets by name: index (name, neighbourhood_code); lon, lat (degrees)."""
    return _streets(mark())


@st.cache_resource(show_spinner=False, max_entries=2)
def _streets(mark: str) -> pd.DataFrame:
    return snapshot().derived["street_names"].set_index(["name", "neighbourhood_code"])


def areas(level: str) -> pd.DataFrame:
    """Return the neighbourhoods or districts (`level`), one row a code, by name."""
    return _areas(mark(), level)


@st.cache_resource(show_spinner=False, max_entries=4)
def _areas(mark: str, level: str) -> pd.DataFrame:
    table = queries.neighbourhood_table if level == "neighbourhood" else queries.district_table
    return pd.DataFrame(table(snapshot())).sort_values("name")


def area_names() -> Mapping[str, str]:
    """Return code → name of every neighbourhood and district."""
    return _area_names(mark())


@st.cache_resource(show_spinner=False, max_entries=2)
def _area_names(mark: str) -> Mapping[str, str]:
    return {
        str(code): str(name) for level in ("district", "neighbourhood") for code, name in areas(level)["name"].items()
    }


def inside(code: str) -> frozenset[str]:
    """Return the neighbourhoods of a district; for a neighbourhood, itself."""
    table = areas("neighbourhood")
    found = table.index[table["district_code"] == code]
    return frozenset(found) or frozenset((code,))


def vintage(table: str) -> str:
    """Return the moments that a table of the snapshot describes, as its manifest says: '2021, 2023'."""
    found = (r.get("vintage", "") for r in snapshot().manifest["resources"] if r["name"] == table)
    return str(next(found, ""))


def published() -> PublishedAssets:
    """Return the snapshot's files for the browser, written on first use."""
    return _published(mark())


@st.cache_resource(show_spinner=False, max_entries=2)
def _published(mark: str) -> PublishedAssets:
    return publish(snapshot())


def measures(mode: str, minutes: int) -> pd.DataFrame:
    """Return every place with its measures, `mode` as in `trefpunt.ui.state.MODES`."""
    return _measures(mark(), mode, minutes)


@st.cache_resource(show_spinner=False, max_entries=96)
def _measures(mark: str, mode: str, minutes: int) -> pd.DataFrame:
    return queries.place_measures(snapshot(), None if mode == "own" else mode, minutes)


def certainty(mode: str) -> pd.DataFrame:
    """Return per place how sure its figures are: `trefpunt.queries.place_intervals` with `bridge_third`.

    `mode` as in `trefpunt.ui.state.MODES`.
    """
    return _certainty(mark(), mode)


@st.cache_resource(show_spinner=False, max_entries=6)
def _certainty(mark: str, mode: str) -> pd.DataFrame:
    found = queries.place_intervals(snapshot(), None if mode == "own" else mode)
    return found.join(queries.bridge_thirds(measures(mode, int(queries.DEFAULT_MINUTES))))


@st.cache_resource(show_spinner=False, max_entries=512)
def _origins(mark: str, place_id: str, mode: str, minutes: int) -> pd.DataFrame:
    return queries.place_origins(snapshot(), place_id, mode, minutes)


def origins(place_id: str, mode: str, minutes: int) -> pd.DataFrame:
    """Return from which neighbourhoods a place can be reached; `mode` is ``walk`` or ``cycle``."""
    return _origins(mark(), place_id, mode, minutes)


@st.cache_resource(show_spinner=False, max_entries=128)
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


@st.cache_resource(show_spinner=False, max_entries=2)
def _contrasting(mark: str) -> pd.DataFrame:
    return queries.contrasting_neighbours(snapshot(), SUGGESTED)


def between(a: str, b: str, mode: str) -> float:
    """Return how far residents of two neighbourhoods live from each other, metres; NaN when it is not known."""
    return _between(mark(), a, b, mode)


@st.cache_resource(show_spinner=False, max_entries=1024)
def _between(mark: str, a: str, b: str, mode: str) -> float:
    return queries.distance_between(snapshot(), a, b, mode)


@st.cache_resource(show_spinner=False, max_entries=256)
def _minutes_from(mark: str, code: str, mode: str) -> pd.Series:
    return queries.minutes_from(snapshot(), code, None if mode == "own" else mode)


def minutes_from(code: str, mode: str) -> pd.Series:
    """Return how many minutes it is from a neighbourhood to every place, `mode` as in `trefpunt.ui.state.MODES`."""
    return _minutes_from(mark(), code, mode)


@st.cache_resource(show_spinner=False, max_entries=2)
def _steadiest_bridge(mark: str) -> queries.SteadyBridge | None:
    return queries.steadiest_bridge(snapshot())


def steadiest_bridge() -> queries.SteadyBridge | None:
    """Return the place that bridges most surely, for the opening view."""
    return _steadiest_bridge(mark())


@st.cache_resource(show_spinner=False, max_entries=2)
def _city(mark: str) -> queries.City:
    return queries.city(snapshot())


def city() -> queries.City:
    """Return the municipality's residents and group shares."""
    return _city(mark())


@st.cache_resource(show_spinner=False, max_entries=128)
def _one_sidedness(mark: str, level: str, environment: str, reference: str, factor: float) -> pd.DataFrame:
    return queries.one_sidedness(snapshot(), level, environment, reference, factor)


def one_sidedness(level: str, environment: str, reference: str, factor: float) -> pd.DataFrame:
    """Return the residents of every area by the one-sidedness of their environment."""
    return _one_sidedness(mark(), level, environment, reference, factor)


@st.cache_resource(show_spinner=False, max_entries=64)
def _one_sidedness_curve(mark: str, environment: str, reference: str, variant: str) -> pd.DataFrame:
    return queries.one_sidedness_curve(snapshot(), environment, reference, variant)


def one_sidedness_curve(environment: str, reference: str, variant: str) -> pd.DataFrame:
    """Return the residents of the municipality by the one-sidedness of their environment, over the factor."""
    return _one_sidedness_curve(mark(), environment, reference, variant)


def category_table() -> pd.DataFrame:
    """Return what the categories of places bring together, index category."""
    return queries.category_table(snapshot())


STORY_AREAS = {"pair": 2, "housing": 1}
"""The kinds of stories that a municipality may write down, and how many neighbourhoods each is about."""


@dataclass(frozen=True)
class Story:
    """A story about neighbourhoods that somebody chose; its figures are computed, its words are in the locale files.

    Parameters
    ----------
    kind
        ``pair``: what two neighbourhoods share. ``housing``: who owns the dwellings, and what one can reach.
    areas
        Codes of the neighbourhoods: two for a pair, else one.
    source
        Where these neighbourhoods come from, per language.
    """

    kind: str
    areas: tuple[str, ...]
    source: Mapping[str, str]


def stories() -> tuple[Story, ...]:
    """Return the stories of this municipality: ``stories.toml`` in the snapshot's folder, if it is there.

    Raises
    ------
    SnapshotError
        The file names kinds or neighbourhoods that do not exist, or lacks something; with all faults.
    """
    return _stories(mark())


@st.cache_resource(show_spinner=False, max_entries=2)
def _stories(mark: str) -> tuple[Story, ...]:
    file = directory() / STORIES
    if not file.is_file():
        return ()
    codes, told, faults = known().neighbourhoods, [], []
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("story", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SnapshotError(str(file), f"cannot be read as TOML: {fault}", _STORIES_REMEDY) from fault
    for number, entry in enumerate(entries, start=1):
        kind, areas, source = str(entry.get("kind")), tuple(entry.get("areas", ())), entry.get("source", {})
        if kind not in STORY_AREAS:
            faults.append(f"story {number}: '{kind}' is no kind; the kinds are {', '.join(STORY_AREAS)}")
        elif len(set(areas)) != len(areas) or len(areas) != STORY_AREAS[kind]:
            faults.append(f"story {number}: '{kind}' is about {STORY_AREAS[kind]} different neighbourhood(s)")
        faults += [f"story {number}: there is no neighbourhood '{code}'" for code in areas if code not in codes]
        faults += [f"story {number}: 'source.{lang}' is missing" for lang in LANGUAGES if lang not in source]
        told.append(Story(kind, areas, source))
    if faults:
        raise SnapshotError(str(file), faults, _STORIES_REMEDY)
    return tuple(told)
