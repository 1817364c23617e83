"""The tables: everything that is on the map, to sort, to filter and to take away."""

import streamlit as st

from trefpunt.ui import controls, data, download, session, shell, style, tables

t = shell.text()
view = session.current()
style.heading(t("table.title"), t("table.intro"))
places, neighbourhoods, districts = st.tabs([t("table.places"), t("table.neighbourhoods"), t("table.districts")])

with places:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        controls.name_filter(t)
        controls.within(t)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        controls.mode(t)
        controls.minutes(t)
    controls.categories(t)
    rows = tables.filtered(data.measures(view.mode, view.minutes), view)
    st.caption(t.plural("table.count", len(rows)))
    chosen = tables.place_table(t, rows)
    with st.container(horizontal=True):
        if st.button(t("table.show"), disabled=chosen is None, help=t("table.show_help"), type="primary"):
            session.choose(view.selecting(place=chosen))
            st.switch_page("pages/kaart.py")
        download.places(t, rows)

for tab, level in ((neighbourhoods, "neighbourhood"), (districts, "district")):
    with tab:
        tables.area_table(t, level)
        download.areas(t, level)

style.note([t("caveat.potential"), t("caveat.score"), t("caveat.person")])
