"""The snapshot and what is computed from it, loaded once for all visitors.

What comes back is shared between visitors and must not be changed. The tables are read-only by agreement, so
they are kept as resources and not as copies: a copy of 1,000 places at every click is what a slow page is made of.
"""

from __future__ import annotations

import gc
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from trefpunt import queries
from trefpunt.categories import Category, load_categories
from trefpunt.errors import SnapshotError
from trefpunt.snapshot import MANIFEST, Snapshot, load
from trefpunt.ui.map import PublishedAssets, publish
from trefpunt.ui.state import Known

DATA = Path(__file__).parents[2] / "data"
STORIES = "stories.toml"


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


def mark() -> str:
    """Return a text that changes when a file of the snapshot does, so that it is read anew."""
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
    )


def areas(level: str) -> pd.DataFrame:
    """Return the neighbourhoods or districts (`level`), one row a code, by name."""
    return _areas(mark(), level)


@st.cache_resource(show_spinner=False, max_entries=4)
def _areas(mark: str, level: str) -> pd.DataFrame:
    table = queries.neighbourhood_table if level == "neighbourhood" else queries.district_table
    return pd.DataFrame(table(snapshot())).sort_values("name")


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


@st.cache_resource(show_spinner=False, max_entries=2)
def _city(mark: str) -> queries.City:
    return queries.city(snapshot())


def city() -> queries.City:
    """Return the municipality's residents and group shares."""
    return _city(mark())


@dataclass(frozen=True)
class Story:
    """A text outside the app that names neighbourhoods, which the map puts one click away.

    Parameters
    ----------
    title
        Per language.
    areas
        Codes of the neighbourhoods, in the order of the text.
    pair
        Two of them that the text compares, or None.
    """

    title: dict[str, str]
    areas: tuple[str, ...]
    pair: tuple[str, str] | None


def stories() -> tuple[Story, ...]:
    """Return the stories of this municipality: ``stories.toml`` in the snapshot's folder, if it is there.

    Codes that the snapshot does not have are left out.
    """
    file = directory() / STORIES
    if not file.is_file():
        return ()
    codes = known().neighbourhoods
    told = []
    for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("story", []):
        pair = tuple(entry.get("pair", ()))
        told.append(
            Story(
                title=entry["title"],
                areas=tuple(code for code in entry["areas"] if code in codes),
                pair=(pair[0], pair[1]) if len(pair) == 2 and codes.issuperset(pair) else None,
            )
        )
    return tuple(told)
