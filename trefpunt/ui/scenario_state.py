"""The visitor's scenario: read from the view, changed one change at a time, never left half changed."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import count

import streamlit as st

from trefpunt import scenarios
from trefpunt.errors import ScenarioError
from trefpunt.scenarios import MAX_TEXT, Add, Change, Close, Move, Scenario
from trefpunt.ui import data, scenario_data, session
from trefpunt.ui.state import ViewState

_FAULTS = "scenario_faults"


def empty() -> Scenario:
    """Return the scenario that changes nothing."""
    return Scenario(scenario_data.ground().code)


def of(text: str) -> tuple[Scenario, ScenarioError | None]:
    """Return the scenario of a text; where it cannot be read an empty one, and why."""
    if not text:
        return empty(), None
    found, error = scenario_data.read(text)
    return (found or empty()), error


def current() -> tuple[Scenario, ScenarioError | None]:
    """Return the visitor's scenario, and what is wrong with the one in the address."""
    return of(session.current().scenario)


def written(scenario: Scenario) -> str:
    """Return a scenario as it stands in the view; nothing for one that is empty and has no title."""
    return scenarios.to_json(scenario) if scenario.changes or scenario.title else ""


def faults() -> tuple[str, tuple[str, ...]]:
    """Return what the visitor last tried in vain (``spot`` or ``file``; empty for nothing), and what was wrong."""
    found: tuple[str, tuple[str, ...]] = st.session_state.get(_FAULTS, ("", ()))
    return found


def refuse(tried: str, wrong: tuple[str, ...]) -> None:
    """Keep what was wrong with what the visitor tried, to be said; all else stays as it is."""
    st.session_state[_FAULTS] = (tried, wrong)


def settle() -> None:
    """Forget what was wrong."""
    st.session_state.pop(_FAULTS, None)


def put(scenario: Scenario) -> None:
    """Make `scenario`, which is known to be right, the visitor's; nothing is chosen any more."""
    settle()
    session.choose(replace(session.current().selecting(), scenario=written(scenario)))


def attempt(change: Change) -> bool:
    """Add a change to the visitor's scenario, in place of one about the same place; return whether that is possible."""
    now = current()[0]
    kept = tuple(c for c in now.changes if c.subject != change.subject)
    wanted = replace(now, changes=(*kept, change))
    try:
        scenarios.check(wanted, scenario_data.ground())
    except ScenarioError as error:
        refuse("spot", error.faults)
        return False
    put(wanted)
    return True


def add(category: str, lon: float, lat: float) -> None:
    """Put a new place at a spot, if one can be there."""
    taken = {change.subject for change in current()[0].changes} | data.known().places
    free = next(name for name in (f"new{n}" for n in count(1)) if name not in taken)
    attempt(Add(free, category, round(lon, scenario_data.DECIMALS), round(lat, scenario_data.DECIMALS)))


def close(place: str) -> None:
    """Close a place."""
    attempt(Close(place))


def move(place: str, lon: float, lat: float) -> bool:
    """Move a place to a spot, if one can be there; return whether it can."""
    return attempt(Move(place, round(lon, scenario_data.DECIMALS), round(lat, scenario_data.DECIMALS)))


def undo(subject: str) -> None:
    """Take all changes about one place back."""
    now = current()[0]
    put(replace(now, changes=tuple(c for c in now.changes if c.subject != subject)))


def clear() -> None:
    """Take everything back."""
    put(empty())


def entitle(title: str) -> None:
    """Give the scenario a name; what no text may hold is left out."""
    plain = "".join(c for c in title if not unicodedata.category(c).startswith("C")).strip()[:MAX_TEXT]
    settle()
    session.update(scenario=written(replace(current()[0], title=plain or None)))


def aside() -> None:
    """Keep the scenario as the one to compare with."""
    session.update(versus=session.current().scenario)


def swap() -> None:
    """Let the two scenarios change places."""
    view = session.current()
    session.choose(replace(view.selecting(), scenario=view.versus, versus=view.scenario))


def alone() -> None:
    """Compare with nothing."""
    session.update(versus="")


def closing(view: ViewState, place: str) -> ViewState:
    """Return the view in which a place is closed besides what the scenario has; as it is where that cannot be."""
    code = str(data.snapshot().manifest["municipality"]["code"])
    # A card is shown more often than this page: without a scenario it need not load the waters.
    now = of(view.scenario)[0] if view.scenario else Scenario(code)
    kept = tuple(c for c in now.changes if c.subject != place)
    if len(kept) >= scenarios.MAX_CHANGES:
        return view.selecting()
    return replace(view.selecting(), scenario=scenarios.to_json(replace(now, changes=(*kept, Close(place)))))
