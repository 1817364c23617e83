"""What stands around every page: the menu, the large screen, what is read aloud."""

from __future__ import annotations

import json
import re

import pytest

from tests.app.conftest import Open, address, html
from trefpunt.ui import style
from trefpunt.ui.i18n import LANGUAGES, Text
from trefpunt.ui.shell import PAGES

POTTENBERG, NAZARETH = "BU09350203", "BU09350403"


def spoken(app) -> str:
    """What the page told a screen reader last."""
    found = re.findall(r's\.say\?s\.say\(("(?:[^"\\]|\\.)*")\)', html(app))
    return str(json.loads(found[-1]))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_the_large_screen_works_on_every_page(open_app: Open, page: str, lang: str) -> None:
    t = Text(lang)
    app = open_app(page, lang=lang, screen="projector")
    assert "font-size: 22px" in "".join(element.proto.body for element in app.get("html"))
    assert t("shell.skip") not in html(app)  # no bar
    app.button(key="shell_leave").click().run()
    assert not app.exception
    assert address(app) == ({} if lang == "nl" else {"lang": "en"})
    assert t("shell.skip") in html(app)


def test_it_is_entered_from_the_menu_and_keeps_the_view(open_app: Open) -> None:
    app = open_app(area=POTTENBERG)
    app.button(key="shell_projector").click().run()
    assert address(app) == {"area": POTTENBERG, "screen": "projector"}


def test_an_unknown_screen_is_said(open_app: Open) -> None:
    app = open_app(screen="cinema")
    assert "cinema" in html(app)
    assert Text("nl")("unknown.screen") in html(app)


def test_a_choice_is_read_aloud_and_so_is_its_end(open_app: Open) -> None:
    t = Text("nl")
    app = open_app()
    assert spoken(app) == ""
    app.query_params["area"] = NAZARETH
    app.run()
    assert spoken(app) == t("live.area", name="Nazareth (buurt)")
    app.button(key="control_clear").click().run()
    assert spoken(app) == t("live.none")


def test_the_number_of_places_is_read_aloud(open_app: Open, bundled) -> None:
    app = open_app("plekken", category="supermarket")
    n = int((bundled.places["category"] == "supermarket").sum())
    assert spoken(app) == Text("nl").plural("table.count", n)


def test_a_hostile_name_stays_inside_the_script_s_text() -> None:
    hostile = "</script><img src=x onerror=alert(1)>\"'`${1}\u2028&lt;"
    written = style._json(hostile)
    assert not set("<>&") & set(written)
    assert "\u2028" not in written
    assert json.loads(written) == hostile


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_that_explains_has_the_statement(open_app: Open, lang: str, monkeypatch) -> None:
    monkeypatch.setenv("TREFPUNT_CONTACT", "wijkteam@example.org")
    t = Text(lang)
    app = open_app("uitleg", lang=lang)
    said = html(app) + "".join(element.value for element in app.markdown)
    assert t("access.title") in said and "WCAG 2.1" in said
    assert t("projector_hint.title") in said
    assert t("access.contact", contact="wijkteam@example.org") in said
