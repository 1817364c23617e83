"""The whole app, driven without a browser, on the snapshot that comes with the project."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
Open = Callable[..., AppTest]


@pytest.fixture
def open_app() -> Open:
    """Open the app at a page with parameters in its address: ``open_app("plekken", lang="en")``."""

    def open_page(page: str = "kaart", **params: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        for key, value in params.items():
            app.query_params[key] = value
        app.run()
        if page != "kaart":
            app.switch_page(f"pages/{page}.py")
            # A page link drops the parameters; an address that names both does not.
            for key, value in params.items():
                app.query_params[key] = value
            app.run()
        assert not app.exception
        return app

    return open_page


def html(app: AppTest) -> str:
    """Return everything that was drawn as HTML, but the style sheet."""
    bodies = (element.proto.body for element in app.get("html"))
    return "\n".join(body for body in bodies if not body.startswith("<style"))


def address(app: AppTest) -> dict[str, str]:
    """Return the query parameters of the address."""
    return {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}


def card(app: AppTest) -> str:
    """Return the words of the card, without tags."""
    found = re.search(r'<section class="tp-card">.*?</section>', html(app), re.DOTALL)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found.group()))


def map_state(app: AppTest) -> dict[str, Any]:
    """Return what the map was told."""
    drawn = json.loads(app.get("component_instance")[0].proto.json_args)["feature_group"]
    state: dict[str, Any] = json.JSONDecoder().raw_decode(drawn[drawn.index('{"level"') :])[0]
    return state
