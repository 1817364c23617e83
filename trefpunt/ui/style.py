"""Everything that goes to the page as HTML goes through here: the style sheet, headings, notes and errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from trefpunt.errors import TrefpuntError
from trefpunt.ui.i18n import Text

SHEETS = Path(__file__).with_name("css")
"""The looks, one file a page or subject: ``base`` first; ``dark`` last, and on a dark page only; ``projector`` after
all others, and in that mode only."""

SCRIPT = Path(__file__).with_name("js") / "shell.js"
_ALONE = ("base", "dark", "projector")
CONTENT = "tp-content"
"""Where the link 'to the content' leads: the title of the page."""


@cache
def _looks(dark: bool) -> str:
    names = sorted(path.stem for path in SHEETS.glob("*.css"))
    names = ["base", *(n for n in names if n not in _ALONE), *(["dark"] if dark else [])]
    rules = "\n".join((SHEETS / f"{name}.css").read_text(encoding="utf-8") for name in names)
    return f"<style>{rules}</style>"


def sheet() -> None:
    """Load the style sheets."""
    st.html(_looks(is_dark()))


def html(markup: str) -> None:
    """Draw HTML in which every text from outside has been escaped."""
    st.html(markup)


def words(key: str, name: str, text: str) -> None:
    """Give the style sheet the text ``var(--tp-NAME)`` within the container `key`, for what only it can replace."""
    # A string of CSS: backslash and quotation mark end it, and no tag may.
    quoted = text.replace("\\", "\\5c ").replace('"', "\\22 ").replace("<", "\\3c ")
    rule = f'.st-key-{key} {{ --tp-{name}: "{quoted}"; }}'
    st.html(f"<style>{rule}</style>")


def projector() -> None:
    """Load what makes every page large and plain, on top of the other style sheets."""
    st.html(f"<style>{(SHEETS / 'projector.css').read_text(encoding='utf-8')}</style>")


def shell(t: Text, words: Mapping[str, Any]) -> None:
    """Tell browsers and screen readers the language of the page, and start what ``js/shell.js`` does with `words`."""
    _run(f"document.documentElement.lang={t.lang!r};{_script()}({_json(words)})")


def language(t: Text) -> None:
    """Tell browsers and screen readers which language the page is in; Streamlit itself always says English."""
    _run(f"document.documentElement.lang={t.lang!r}")


def announce(text: str) -> None:
    """Let a screen reader say `text`, which may come from outside, when it differs from the last; nothing is seen."""
    say = _json(text)
    _run(f"((s)=>s.say?s.say({say}):(s.unsaid=[{say}]))(window.trefpuntShell=window.trefpuntShell||{{}})")


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8").strip()


def _json(value: Any) -> str:
    """Return `value` for use in a script: no text in it can end the script or open a tag."""
    text = json.dumps(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _run(script: str) -> None:
    st.html(f'<i class="tp-quiet"></i><script>{script}</script>', unsafe_allow_javascript=True)


def heading(title: str, intro: str) -> None:
    """Draw the title of a page and a sentence that explains it."""
    st.html(f'<div id="{CONTENT}" tabindex="-1"><h1>{escape(title)}</h1><p class="tp-intro">{escape(intro)}</p></div>')


def printer(label: str) -> None:
    """Draw the button that opens the browser's own window for printing.

    While it is open the page is called after the sheet: that is what a PDF is then called.
    """
    script = (
        "document.querySelectorAll('.tp-print').forEach((b)=>{b.onclick=()=>{const was=document.title,"
        "h=document.querySelector('.tp-sheet h1');if(h)document.title=h.textContent;"
        "window.print();document.title=was}})"
    )
    button = f'<button type="button" class="tp-print">{escape(label)}</button>'
    st.html(f"{button}<script>{script}</script>", unsafe_allow_javascript=True)


def skip(label: str, target: str) -> None:
    """Draw a link that is seen by keyboard only and leads past something, to `landing(target)`."""
    st.html(past(label, target))


def past(label: str, target: str) -> str:
    """Return the link of `skip`, as HTML."""
    return f'<a class="tp-skip" href="#{target}">{escape(label)}</a>'


def jump(label: str, target: str) -> str:
    """Return a line that a phone shows, as HTML, and that leads down to the element `target`, which takes the focus."""
    return f'<p class="tp-jumpline"><a class="tp-skip" href="#{target}">{escape(label)}</a></p>'


def landing(target: str, after: str = "") -> None:
    """Draw, unseen, where a link of `skip` leads, and the HTML that comes `after` it."""
    st.html(f'<div class="tp-landing" id="{target}" tabindex="-1"></div>{after}')


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


def is_phone() -> bool:
    """Return whether the browser calls itself one of a phone; only for what no style sheet reaches: a drawn table."""
    return "Mobi" in st.context.headers.get("User-Agent", "")


def is_dark() -> bool:
    """Return whether the visitor's theme is dark; light when it is not known yet."""
    return st.context.theme.type == "dark"
