"""What if: add, close or move places on the map, and see what that would change."""

import streamlit as st

from trefpunt.ui import scenario_view, session, shell, style

t = shell.text()
style.heading(t("scenario.title"), t("scenario.intro"))
scenario_view.begin()


@st.fragment
@shell.guarded
def explore() -> None:
    """A click on the map or a choice redraws this, not the page around it."""
    session.write_address()
    scenario_view.explore(t)


@st.fragment
@shell.guarded
def keep() -> None:
    """What a further change of the plan leaves as it is."""
    session.write_address()
    scenario_view.keep(t)


explore()
keep()
style.note([t("caveat.potential"), t("caveat.osm"), t("caveat.score"), t("caveat.person")])
