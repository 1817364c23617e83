"""How the pages are shown: light or dark, and the large plain view for a room full of people."""

from __future__ import annotations

from html import escape
from typing import Any

import streamlit as st

from trefpunt.ui import session, style
from trefpunt.ui.i18n import Text
from trefpunt.ui.state import SCREENS

THEMES = ("System", "Light", "Dark")
"""Streamlit's own names, which ``js/shell.js`` hands to it."""

NORMAL, PROJECTOR = SCREENS

_LABELS = {
    "Help for ": "help",
    "Open": "open",
    "Clear value": "clear",
    "Clear all": "clear",
    "Close": "close",
}
"""What Streamlit calls its own buttons in English, and the key of our word for it. One that ends in a space goes before
a text of ours."""


_DIALOGS = {"Page not found": "lost", "Connection error": "offline", "Bad message format": "garbled"}
"""How Streamlit heads what it tells over the page, and the key of our words for it."""


def is_projector() -> bool:
    """Return whether the visitor chose the view for a room full of people."""
    return session.current().screen == PROJECTOR


def words(t: Text, paths: list[str]) -> dict[str, Any]:
    """Return what ``js/shell.js`` needs: Streamlit's words in the visitor's language and the pages' addresses."""
    return {
        "labels": {
            english: t(f"shell.label.{key}") + (" " if english.endswith(" ") else "")
            for english, key in _LABELS.items()
        },
        "dialogs": {
            english: (t(f"shell.dialog.{key}.title"), t(f"shell.dialog.{key}.text"))
            for english, key in _DIALOGS.items()
        },
        "pages": t("shell.pages"),
        "paths": paths,
    }


def menu(t: Text) -> None:
    """Draw the menu with light or dark and the view for a room.

    Streamlit's own pop-up stands at the end of the page for who comes by keyboard; this one comes right after its name
    (``css/base.css`` shows it while the fold is open).
    """
    with st.container(key="shell_display", width="content"):
        style.html(f'<details class="tp-display"><summary>{escape(t("shell.display.title"))}</summary></details>')
        with st.container(key="shell_options", gap="small"):
            buttons = "".join(
                f'<button type="button" data-tp-theme="{theme}">{escape(t(f"shell.theme.{theme.lower()}"))}</button>'
                for theme in THEMES
            )
            title, about = escape(t("shell.theme.title")), escape(t("shell.theme.about"))
            style.html(
                f'<div class="tp-theme" role="group" aria-labelledby="tp-theme-title">'
                f'<p class="tp-label" id="tp-theme-title">{title}</p>{buttons}<p class="tp-small">{about}</p></div>'
            )
            st.button(
                t("shell.projector.enter"),
                key="shell_projector",
                width="stretch",
                on_click=lambda: session.update(screen=PROJECTOR),
            )
            style.html(f'<p class="tp-small">{escape(t("shell.projector.about"))}</p>')


def leave(t: Text) -> None:
    """Draw the way back from the view for a room."""
    st.button(
        t("shell.projector.leave"),
        key="shell_leave",
        type="tertiary",
        on_click=lambda: session.update(screen=NORMAL),
    )
