"""The map: where could neighbourhoods meet?"""

import streamlit as st

from trefpunt.ui import controls, explorer, legend, session, shell, style

t = shell.text()
style.heading(t("map.title"), t("map.intro"))
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="find"):
    controls.search(t)
    controls.stories(t)


@st.fragment
@shell.guarded
def explore() -> None:
    """Controls, map and card: a click redraws these, not the page around them."""
    session.write_address()
    style.fold(t("controls.more"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="map_controls"):
        controls.level(t)
        controls.mode(t)
        controls.minutes(t)
    controls.categories(t)
    with st.container(key="explorer_columns"):
        left, right = st.columns([5, 3], gap="medium")
    with left:
        explorer.map_and_legend(t)
    with right:
        controls.clear_selection(t)
        explorer.card(t)


explore()
style.html(legend.kinds(t))
