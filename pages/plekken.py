"""The places: which could bring people together, as a table and as a figure; with neighbourhoods and districts."""

import streamlit as st

from trefpunt.ui import places_view, session, shell, style

t = shell.text()
style.heading(t("table.title"), t("table.intro"))


@st.fragment
@shell.guarded
def explore() -> None:
    """Choices, figure and table: a choice redraws these, not the page around them."""
    session.write_address()
    places_view.page(t)


explore()
style.note([t("caveat.potential"), t("caveat.score"), t("caveat.person")])
