"""Everything that goes to the page as HTML goes through here: the style sheet, headings, notes and errors."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from trefpunt.errors import TrefpuntError
from trefpunt.ui.i18n import Text

SHEETS = Path(__file__).with_name("css")
"""The looks, one file a page or subject: ``base`` first; ``dark`` last, and on a dark page only."""


@cache
def _looks(dark: bool) -> str:
    names = sorted(path.stem for path in SHEETS.glob("*.css"))
    names = ["base", *(n for n in names if n not in ("base", "dark")), *(["dark"] if dark else [])]
    rules = "\n".join((SHEETS / f"{name}.css").read_text(encoding="utf-8") for name in names)
    return f"<style>{rules}</style>"


def sheet() -> None:
    """Load the style sheets."""
    st.html(_looks(is_dark()))


def html(markup: str) -> None:
    """Draw HTML in which every text from outside has been escaped."""
    st.html(markup)


def language(t: Text) -> None:
    """Tell browsers and screen readers which language the page is in; Streamlit itself always says English."""
    script = f"<script>document.documentElement.lang={t.lang!r}</script>"
    st.html(script, unsafe_allow_javascript=True)


def heading(title: str, intro: str) -> None:
    """Draw the title of a page and a sentence that explains it."""
    st.html(f'<h1>{escape(title)}</h1><p class="tp-intro">{escape(intro)}</p>')


def fold(label: str) -> None:
    """Draw a line that, on a phone only, opens and closes the controls after it (see ``css/base.css``)."""
    st.html(f'<details class="tp-fold"><summary>{escape(label)}</summary></details>')


def note(lines: list[str]) -> None:
    """Draw a calm remark; nothing when there are no lines."""
    if lines:
        inner = "".join(f"<p>{escape(line)}</p>" for line in lines)
        st.html(f'<div class="tp-note" role="status">{inner}</div>')


def failure(t: Text, error: TrefpuntError) -> None:
    """Draw a plain page that says what is wrong with the data and what to do."""
    st.html(
        f'<div class="tp-error" role="alert"><h1>{escape(t("failure.title"))}</h1>'
        f"<p>{escape(t('failure.text'))}</p><pre>{escape(str(error))}</pre>"
        f"<p>{escape(t('failure.check'))}</p></div>"
    )


def is_dark() -> bool:
    """Return whether the visitor's theme is dark; light when it is not known yet."""
    return st.context.theme.type == "dark"
