"""Addresses within the app, as links in HTML: a page with a view, relative to wherever the app is served."""

from __future__ import annotations

from urllib.parse import urlencode

from trefpunt.ui.state import ViewState, to_params

OPENING = "kaart"
"""The page at the root of the app."""


def address(page: str, view: ViewState) -> str:
    """Return the address of a page that shows `view`, not yet escaped for HTML.

    Parameters
    ----------
    page
        A page by its file name, such as ``twee``.
    view
        What it shows.
    """
    query = urlencode(to_params(view), safe=",")
    path = "./" if page == OPENING else page
    return f"{path}?{query}" if query else path
