"""The municipality as a whole: the council's question, segregation, housing, welfare, kinds of places."""

import streamlit as st

from trefpunt.ui import city_view, session, shell, style

t = shell.text()
style.heading(t("city.title"), t("city.intro"))


@st.fragment
@shell.guarded
def explore() -> None:
    """A choice redraws this, not the page around it."""
    session.write_address()
    city_view.draw(t)


explore()
style.note([t("caveat.score"), t("caveat.person"), t("caveat.potential")])
