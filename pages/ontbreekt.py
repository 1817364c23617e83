"""What is missing: where could a place bring people together, and where would a new one do most?"""

import streamlit as st

from trefpunt.ui import missing_view, session, shell, style

t = shell.text()
style.heading(t("gap.title"), t("gap.intro"))


@st.fragment
@shell.guarded
def explore() -> None:
    """A choice redraws this, not the page around it."""
    session.write_address()
    missing_view.page(t)


explore()
style.note([t("caveat.potential"), t("caveat.osm"), t("caveat.households"), t("caveat.score"), t("caveat.person")])
