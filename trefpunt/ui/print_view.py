"""The page for printing: a sheet of A4 about what the visitor looks at, and buttons that paper does not show."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import streamlit as st

from trefpunt.ui import data, print_city, print_drawings, print_own, print_sheets, session, style
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import OWN_AREA, SHEETS, ViewState

PAGE = "pages/afdruk.py"
BACK = {"city": "pages/stad.py", "pair": "pages/twee.py"}
"""Where each kind of sheet comes from; the others from the map."""

MAP = "pages/kaart.py"
LONGEST_NAME = 60

SHEET = {
    "place": print_sheets.place,
    "area": print_sheets.area,
    "pair": print_sheets.pair,
    "city": print_city.city,
    "map": print_sheets.overview,
}
"""What writes each of `trefpunt.ui.print_drawings.KINDS`."""


def open_button(t: Text, sheet: str = SHEETS[0], view: ViewState | None = None) -> None:
    """Draw the button that leads to the page for printing.

    Parameters
    ----------
    sheet
        One of `trefpunt.ui.state.SHEETS`.
    view
        What to print; the visitor's own view when it is not given.
    """
    if st.button(t("print.open"), key=f"print_open_{sheet}"):
        session.choose(replace(view or session.current(), sheet=sheet))
        st.switch_page(PAGE)


def page(t: Text) -> None:
    """Draw the buttons and the sheet."""
    view = session.current()
    kind = print_drawings.kind(view)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="print_tools"):
        style.printer(t("print.now"))
        st.download_button(
            t("print.picture"),
            # Nothing in it asks for the visitor's session, which is elsewhere by then.
            lambda: _picture(t, view),
            file_name=file_name(t, print_drawings.drawing(t, view).title),
            mime="image/png",
            key="print_picture",
            on_click="ignore",
        )
        if st.button(t("print.back"), key="print_back"):
            st.switch_page(BACK.get(kind, MAP))
        st.caption(t("print.help"))
    write = print_own.area if kind == "area" and view.level == OWN_AREA else SHEET[kind]
    style.html(write(t, view))


def _picture(t: Text, view: ViewState) -> bytes:
    # It takes a second to load, and most visitors do not ask for a picture.
    from trefpunt.ui import print_png

    return print_png.png(t, print_drawings.drawing(t, view))


def file_name(t: Text, title: str) -> str:
    """Return what the picture is called: municipality and what it shows, in plain letters; never the day of today."""
    words = []
    for text in (t("app.name"), data.municipality(), t("print.file"), title):
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        words.append(re.sub(r"[^a-z0-9]+", "-", plain).strip("-"))
    return "-".join(filter(None, words))[:LONGEST_NAME].rstrip("-") + ".png"
