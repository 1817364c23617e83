"""The start of the server: what the first page needs is made ready while the first visitor's browser is still loading.

Everything here is light to import: the server answers before the libraries and the snapshot are there.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from trefpunt.errors import TrefpuntError


@asynccontextmanager
async def warming(app: object) -> AsyncIterator[None]:
    """Make ready beside the server that is starting (`ready`): for `streamlit.App`, which passes itself."""
    threading.Thread(target=ready, name="trefpunt-start", daemon=True).start()
    yield


def ready() -> None:
    """Load what the opening view of the first municipality takes; a visitor who comes sooner waits for the same."""
    try:
        # By the way that the entry goes: two threads that import each other's beginnings would be in each other's way.
        import_module("trefpunt.ui.shell")
        import_module("trefpunt.ui.explorer").ready()
    except TrefpuntError:
        pass  # the page says what is wrong with the data
