"""The map: where could neighbourhoods meet?"""

import streamlit as st

from trefpunt.ui import controls, explorer, frame, legend, session, shell, style

t = shell.text()
style.skip(t("map_skip.to"), frame.MAP)
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="map_head"):
    style.heading(t("map.title"), t("map.intro"))
    controls.search(t)


@st.fragment
@shell.guarded
def explore() -> None:
    """Controls, map and card: a click redraws these, not the page around them."""
    session.write_address()
    style.fold(t("controls.more"))
    with st.container(key="map_controls", gap="small"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            controls.home(t)
            controls.level(t)
            controls.year(t)
            controls.mode(t)
            controls.minutes(t)
        controls.categories(t)
    with st.container(key="explorer_columns"):
        left, right = st.columns([5, 3], gap="medium")
    with left:
        explorer.map_and_legend(t)
    with right:
        explorer.panel(t)


explore()
style.html(legend.kinds(t))
