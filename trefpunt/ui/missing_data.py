"""What the page of what is missing computes, kept for all visitors."""

from __future__ import annotations

import secrets
from collections.abc import Hashable
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import streamlit as st

from trefpunt import scenarios, suggest
from trefpunt.errors import ScenarioError
from trefpunt.scenarios import MAX_CHANGES, Add, Ground, Scenario
from trefpunt.suggest import CLUBS, Request, Suggestion, Unserved, Watch
from trefpunt.ui import data, scenario_data, scenario_state, session
from trefpunt.ui.keeping import kept
from trefpunt.ui.missing_jobs import Desk, Job
from trefpunt.ui.state import ALL_CLUBS, ViewState

SURFACE, SPOTS = "surface", "spots"
"""What a visitor can wait for."""

OWN = ("lack", "wanted", "listed", "spots", "where", "objective", "find")
"""Fields of the view that are of this page alone."""

_VISITOR = "missing_visitor"


def kinds(view: ViewState) -> tuple[str, ...]:
    """Return the categories that are asked about."""
    return CLUBS if view.lack == ALL_CLUBS else (view.lack,)


def unserved(view: ViewState, mode: str) -> Unserved:
    """Return the residents who reach no place of the categories asked about, and none that bridges."""
    return _unserved(data.mark(), mode, view.minutes, kinds(view))


@kept(128)
def _unserved(mark: str, mode: str, minutes: int, categories: tuple[str, ...]) -> Unserved:
    return suggest.unserved(scenario_data.ground().setting, minutes, categories, mode=mode)


def by_group(view: ViewState, mode: str, column: str) -> pd.DataFrame:
    """Return a column of `unserved` by welfare group: an estimate; missing where the shares are."""
    return _by_group(data.mark(), mode, view.minutes, kinds(view), column)


@kept(256)
def _by_group(mark: str, mode: str, minutes: int, categories: tuple[str, ...], column: str) -> pd.DataFrame:
    return suggest.by_group(_unserved(mark, mode, minutes, categories), scenario_data.ground().setting, column)


def request(view: ViewState) -> Request:
    """Return what the visitor asks of the best spots."""
    return Request(view.new_kind, view.spots, view.where, view.minutes, view.objective, view.pair_mode)


def surface(view: ViewState) -> Job:
    """Return the job whose answer is `blanks` of the kind of place that the view is about."""
    kind, minutes, mode, ground = view.new_kind, view.minutes, view.pair_mode, scenario_data.ground()
    return _desk(data.mark()).ask(
        _visitor(), SURFACE, (SURFACE, kind, minutes, mode), lambda watch: blanks(ground, kind, minutes, mode, watch)
    )


def blanks(ground: Ground, kind: str, minutes: int, mode: str, watch: Watch) -> gpd.GeoDataFrame:
    """Return the hexagons in which a place is missing that could bridge.

    Returns
    -------
    geopandas.GeoDataFrame
        Those of `trefpunt.suggest.hexagons` that are `blank`, by the name of their neighbourhood, then the most persons
        of the smaller group first. Besides their columns: `neighbourhood_code`, `name` (missing just outside the
        municipality's neighbourhoods), and `both`: persons of low or of high welfare, whichever are fewer, who
        newly have a place within the minutes.
    """
    found = suggest.hexagons(suggest.surface(ground, kind, minutes, watch, mode))
    found = found[found["blank"]].reset_index(drop=True)
    areas = ground.setting.neighbourhoods
    at = gpd.GeoDataFrame(geometry=gpd.points_from_xy(found["x"], found["y"]), crs=found.crs)
    inside = at.sjoin(areas[["geometry"]], predicate="within", how="left")
    # A node on a border lies in both or neither: the first counts.
    code = inside[~inside.index.duplicated()].iloc[:, -1]
    found["neighbourhood_code"] = code
    found["name"] = code.map(areas["name"])
    found["both"] = found[["within_low", "within_high"]].min(axis=1)
    order = found["name"].str.casefold()
    return found.assign(_name=order).sort_values(["_name", "both"], ascending=[True, False]).drop(columns="_name")


def spots(view: ViewState) -> Job:
    """Return the job whose answer is the `trefpunt.suggest.Suggestion` that the visitor asks for."""
    asked, ground, streets = request(view), scenario_data.ground(), data.snapshot().derived["street_names"]

    def compute(watch: Watch) -> Suggestion:
        return suggest.suggest(ground, asked, streets, watch)

    return _desk(data.mark()).ask(_visitor(), SPOTS, asked, compute)


def stop() -> None:
    """Wait no more for the best spots; what nobody else waits for is not computed further."""
    _desk(data.mark()).leave(_visitor(), SPOTS)


def again(view: ViewState, what: str) -> None:
    """Begin anew what failed."""
    key: Hashable = request(view) if what == SPOTS else (SURFACE, view.new_kind, view.minutes, view.pair_mode)
    _desk(data.mark()).forget(key)


@kept(data.KEPT)
def _desk(mark: str) -> Desk:
    return Desk()


def _visitor() -> str:
    """Return what tells this visitor's session from others; it says nothing else about them."""
    if _VISITOR not in st.session_state:
        st.session_state[_VISITOR] = secrets.token_hex(8)
    return str(st.session_state[_VISITOR])


def trying(view: ViewState, spots_at: list[tuple[float, float]]) -> ViewState | None:
    """Return the view in which places come to some spots, besides what the visitor's scenario has.

    Parameters
    ----------
    view
        The visitor's.
    spots_at
        Longitudes and latitudes.

    Returns
    -------
    ViewState or None
        None where the scenario has no room for so many changes, or one of the spots cannot hold a place.
    """
    ground = scenario_data.ground()
    now = scenario_state.of(view.scenario)[0]
    changes = list(now.changes)
    there = {(c.category, c.lon, c.lat) for c in changes if isinstance(c, Add)}
    taken = {c.subject for c in changes} | data.known().places
    for lon, lat in ((round(a, scenario_data.DECIMALS), round(b, scenario_data.DECIMALS)) for a, b in spots_at):
        if (view.new_kind, lon, lat) in there:
            continue
        name = next(name for n in range(1, len(taken) + 2) if (name := f"new{n}") not in taken)
        taken.add(name)
        changes.append(Add(name, view.new_kind, lon, lat))
    if len(changes) > MAX_CHANGES:
        return None
    wanted = Scenario(now.municipality, tuple(changes), now.title)
    try:
        scenarios.check(wanted, ground)
    except ScenarioError:
        return None
    # The choices of this page mean nothing on the other one.
    default = ViewState()
    plain = {field: getattr(default, field) for field in OWN}
    return replace(view.selecting(), **plain, scenario=scenarios.to_json(wanted))


def update(**changes: object) -> None:
    """Change what is asked; the best spots are looked for when the visitor says so again."""
    session.update(find="off", **changes)
