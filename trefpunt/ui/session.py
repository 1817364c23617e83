"""A visitor's view: kept in the session, written to the address, read from it when the visitor comes in by one.

The session is what counts while a visitor clicks: an address that is still on its way over a slow connection
cannot undo a choice. The address is followed when it changes without a click in the page: at the first visit
and with the browser's back and forward buttons.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from trefpunt.ui.i18n import Text
from trefpunt.ui.state import MUNICIPALITY, Known, Unknown, ViewState, from_params, to_params

_VIEW, _WRITTEN, _UNKNOWN, _CLICKED, _PAGE = "view", "view_written", "view_unknown", "view_clicked", "view_page"
_ENTERING = "view_entering"


def start(municipalities: Collection[str], known: Callable[[], Known], page: str) -> ViewState:
    """Return the view for this run of the script; call once, before anything is drawn.

    Parameters
    ----------
    municipalities
        Those that there are, by their names in an address.
    known
        Gives what exists in the municipality that `municipality` names at that moment.
    page
        Which page this run draws. A change of page without parameters keeps the view: Streamlit's own page
        links drop them from the address.
    """
    memory = st.session_state
    address = {key: st.query_params[key] for key in st.query_params}
    first = _VIEW not in memory
    changed_page = not first and memory[_PAGE] != page
    clicked = memory.pop(_CLICKED, False)
    if first or (address != memory[_WRITTEN] and not clicked and not (changed_page and not address)):
        # Which codes exist depends on the municipality: that one first.
        asked = address.get(MUNICIPALITY, "")
        memory[_ENTERING] = asked if asked in municipalities else ""
        try:
            memory[_VIEW], memory[_UNKNOWN] = from_params(address, known())
        finally:
            del memory[_ENTERING]
        memory[_WRITTEN] = address
    memory[_PAGE] = page
    write_address()
    return current()


def started() -> bool:
    """Return whether this visitor already has a view."""
    return _VIEW in st.session_state


def current() -> ViewState:
    """Return the view as it is now."""
    view: ViewState = st.session_state[_VIEW]
    return view


def municipality() -> str:
    """Return which municipality the visitor looks at, by its name in the address; empty: the first.

    Before there is a visitor (`trefpunt.ui.start`) it is the first.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return ""
    memory = st.session_state
    if _ENTERING in memory:
        return str(memory[_ENTERING])
    return current().municipality if _VIEW in memory else ""


def text() -> Text:
    """Return the texts in the visitor's language."""
    return Text(current().lang)


def unknown() -> tuple[Unknown, ...]:
    """Return what the address asked for that does not exist; empty after the visitor's next click."""
    found: tuple[Unknown, ...] = st.session_state.get(_UNKNOWN, ())
    return found


def update(**changes: Any) -> None:
    """Change the view; for the callbacks of controls, and before a rerun."""
    choose(replace(current(), **changes))


def choose(view: ViewState) -> None:
    """Make `view` the visitor's view."""
    st.session_state[_VIEW] = view
    st.session_state[_UNKNOWN] = ()
    st.session_state[_CLICKED] = True


def swap(key: str, value: str) -> str:
    """Keep a text for this visitor's next run of the script; return the one that was kept, empty at first."""
    before: str = st.session_state.get(key, "")
    st.session_state[key] = value
    return before


def write_address() -> None:
    """Bring the address in line with the view, when it differs."""
    st.session_state.pop(_CLICKED, None)
    wanted = to_params(current())
    if wanted != {key: st.query_params[key] for key in st.query_params}:
        st.query_params.from_dict(wanted)
    st.session_state[_WRITTEN] = wanted
