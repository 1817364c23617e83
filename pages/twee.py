"""Two neighbourhoods: what can people of both reach, and how do the two differ?"""

import streamlit as st

from trefpunt.ui import session, shell, style, two_view

t = shell.text()
style.heading(t("two.title"), t("two.intro"))


@st.fragment
@shell.guarded
def explore() -> None:
    """A choice redraws this, not the page around it."""
    session.write_address()
    two_view.page(t)


explore()
style.note([t("caveat.potential"), t("caveat.mean"), t("caveat.osm"), t("caveat.score"), t("caveat.person")])
