"""What surrounds every page: start-up, the bar with page links and language, notes, and the foot."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import partial, wraps
from html import escape
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from trefpunt.errors import SnapshotError
from trefpunt.ui import controls, data, display, session, style, towns
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.state import MUNICIPALITY

PAGES = {"kaart": "🗺️", "plekken": "📋", "twee": "↔️", "stad": "🏙️", "ontbreekt": "🔎", "wat_als": "🏗️", "uitleg": "💡"}
"""The pages by file name, with the icon each is known by. Only emoji: Streamlit's own icons are fetched from
elsewhere."""

HIDDEN = {"afdruk": "🖨️"}
"""Pages that the bar does not show: other pages lead there."""

ICON = "🤝"
"""The app's own icon, in the browser's tab."""


_DRAWING = ContextVar("drawing", default=False)
"""Whether the page is being drawn as part of the whole app."""


def text() -> Text:
    """Return the texts in the visitor's language; the first thing that a page asks for.

    The first run of a new server does not go through the entry script when the address names a page: Streamlit
    finds the folder ``pages/`` before it hears of our navigation. Then the whole app is drawn from here.
    """
    if not _DRAWING.get():
        run()
        # Not `st.stop`: that throws away what a visitor clicked while all this was drawn.
        raise StopException
    return session.text()


def guarded(draw: Callable[[], None], *, settled: bool = True) -> Callable[[], None]:
    """Make `draw` show a plain page when the snapshot turns out to be missing or damaged.

    `settled`: which municipality the visitor looks at was read from the address before.
    """

    @wraps(draw)
    def run() -> None:
        try:
            with data.held(settled=settled):
                draw()
        except SnapshotError as error:
            t = _language()
            style.language(t)
            style.failure(t, error)
            if links := _elsewhere(t):
                style.html(links)
            st.stop()

    return run


@partial(guarded, settled=False)
def run() -> None:
    """Draw the whole app: the bar, the page that the address asks for, and the foot."""
    st.set_page_config(
        page_title=Text(LANGUAGES[0])("app.name"),
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    style.sheet()
    t = _language()
    pages = [
        st.Page(f"pages/{name}.py", title=t(f"page.{name}"), icon=icon, url_path=name, default=name == "kaart")
        for name, icon in (PAGES | HIDDEN).items()
    ]
    page = st.navigation(pages, position="hidden")
    session.start(towns.folders(), data.known, page.url_path)
    t = session.text()
    here = next(name for name, entry in zip(PAGES | HIDDEN, pages, strict=True) if entry.url_path == page.url_path)
    st.set_page_config(page_title=t("shell.title", page=t(f"page.{here}"), city=data.municipality()))
    style.shell(t, display.words(t, [entry.url_path for entry in pages]))
    if display.is_projector():
        style.projector()
        _projector_bar(t)
    else:
        _bar(t, pages[: len(PAGES)], page)
    style.note([t("unknown.note", parameter=t(f"unknown.{u.parameter}"), value=u.value) for u in session.unknown()])
    token = _DRAWING.set(True)
    try:
        page.run()
    finally:
        _DRAWING.reset(token)
    _foot(t)


def _language() -> Text:
    """Return the texts in the language that counts before the view has been read from the address."""
    if session.started():
        return session.text()
    asked = st.query_params.get("lang")
    return Text(asked if asked in LANGUAGES else LANGUAGES[0])


def _elsewhere(t: Text) -> str:
    """Return links to the municipalities that the visitor does not look at; empty when there are none."""
    found = towns.folders()
    asked = st.query_params.get(MUNICIPALITY) or next(iter(found), "")
    links = "".join(
        f'<li><a href="?{escape(urlencode({MUNICIPALITY: slug, "lang": t.lang}))}">{escape(name)}</a></li>'
        for slug, name in towns.names().items()
        if slug != asked
    )
    return f'<div class="tp-error"><p>{escape(t("failure.elsewhere"))}</p><ul>{links}</ul></div>' if links else ""


def _bar(t: Text, pages: list[st.Page], here: st.Page) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="shell_bar", gap="small"):
        style.skip(t("shell.skip"), style.CONTENT)
        style.html(f'<div class="tp-brand">{escape(t("app.name"))}<small>{escape(t("app.subtitle"))}</small></div>')
        controls.municipality(t)
        # On a phone the rest is behind this line, which closes again on the next page (see ``css/base.css``).
        menu = f'<details class="tp-menu" data-page="{here.url_path}"><summary>{escape(t("shell.menu"))}</summary>'
        style.html(f"{menu}</details>")
        with st.container(horizontal=True, vertical_alignment="center", key="shell_menu", gap="small"):
            with st.container(horizontal=True, vertical_alignment="center", key="shell_pages", gap=None):
                for (name, icon), page in zip(PAGES.items(), pages, strict=True):
                    where = "here" if page.url_path == here.url_path else "there"
                    with st.container(key=f"shell_{where}_{name}", width="content"):
                        st.page_link(page, label=t(f"page.{name}"), icon=icon)
            controls.language_switch(t)
            display.menu(t)


def _projector_bar(t: Text) -> None:
    with st.container(horizontal=True, horizontal_alignment="right", key="shell_projector_bar"):
        display.leave(t)


def _foot(t: Text) -> None:
    remark = f"<p>{escape(t('caveat.homes'))}</p>" if data.homes_estimated() else ""
    style.html(f'<footer class="tp-foot">{remark}{t("foot.text")}</footer>')
