"""What if: add, close or move places on the map, and see what that would change."""

import streamlit as st

from trefpunt.ui import scenario_view, session, shell, style

t = shell.text()
style.heading(t("scenario.title"), t("scenario.intro"))


@st.fragment
@shell.guarded
def explore() -> None:
    """A click on the map or a choice redraws this, not the page around it."""
    session.write_address()
    scenario_view.page(t)


explore()
style.note([t("caveat.potential"), t("caveat.osm"), t("caveat.score"), t("caveat.person")])
