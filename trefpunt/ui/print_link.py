"""The address of a view as it stands on paper: written, and as a QR code."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

import segno
import streamlit as st

from trefpunt.ui.links import address
from trefpunt.ui.state import SCREENS, SHEETS, ViewState

PAGE = "afdruk"
"""The page that prints, at the end of its own address."""


def base(url: str | None) -> str | None:
    """Return the address of the app from that of its page for printing; None when there is none to go by.

    Parameters
    ----------
    url
        What the visitor's browser says it has open: not to be trusted, so all but a plain web address is refused.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and not (parts.username or parts.password)
    except ValueError:
        return None
    if not known or any(c.isspace() or not c.isprintable() for c in url):
        return None
    path = parts.path.rstrip("/").removesuffix(f"/{PAGE}").rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/", "", ""))


def link(page: str, view: ViewState) -> str | None:
    """Return the absolute address of a page that shows `view`; None when the visitor's own address is not known."""
    root = base(st.context.url)
    # How the page itself looked, and where who printed it lives, is nothing to a reader of the paper.
    plain = replace(view, sheet=SHEETS[0], screen=SCREENS[0], home=None)
    return None if root is None else root + address(page, plain).removeprefix("./")


def is_only_here(url: str) -> bool:
    """Return whether an address leads nowhere from another device: it names the computer that it is opened on."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or host.endswith(".localhost") or host == "::1" or host.startswith("127.")


def qr(url: str) -> str:
    """Return the QR code of an address as the address of an image; a quarter of it may be lost on a worn sheet."""
    return str(segno.make_qr(url, error="q").svg_data_uri(scale=4, border=2, light="#ffffff"))
