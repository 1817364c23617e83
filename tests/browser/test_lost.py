"""What a visitor reads when a page is not there, and when the connection is gone and comes back."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, STREAMLIT, free_port, wait_for
from tests.browser.maps import PATIENCE, MapFrame
from trefpunt.ui.i18n import Text

POTTENBERG = "BU09350203"
RETRY = 3 * PATIENCE
"""Milliseconds: the browser asks less often, the longer the server is away."""


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_a_page_that_is_not_there(browser: Browser, app_server, lang):
    """Streamlit writes it to the console as an error: this page is not watched."""
    t, page = Text(lang), browser.new_context(locale="nl-NL").new_page()
    page.goto(f"{app_server(ROOT / 'streamlit_app.py')}/nergens?lang={lang}")
    told = page.get_by_role("dialog")
    expect(told).to_contain_text(t("shell.dialog.lost.text"), timeout=PATIENCE)
    assert told.get_by_role("heading").inner_text() == t("shell.dialog.lost.title")
    assert "Page not found" not in told.inner_text()
    page.keyboard.press("Escape")
    expect(told).to_have_count(0)
    MapFrame(page)
    page.context.close()


def _serve(port: int, log: Path) -> subprocess.Popen[bytes]:
    command = [*STREAMLIT, "streamlit_app.py", "--server.address", "127.0.0.1", "--server.port", str(port)]
    with log.open("ab") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=output, stderr=subprocess.STDOUT)
    wait_for(f"http://127.0.0.1:{port}", server, log)
    return server


def test_a_connection_that_is_lost_and_comes_back(browser: Browser, tmp_path: Path):
    """A page that cannot reach its server has errors in its console: this one is not watched."""
    t, port = Text("nl"), free_port()
    server = _serve(port, tmp_path / "server.log")
    page = browser.new_context(locale="nl-NL").new_page()
    try:
        page.goto(f"http://127.0.0.1:{port}/?area={POTTENBERG}")
        MapFrame(page).settle()
        server.terminate()
        server.wait(20)
        told = page.get_by_role("dialog")
        expect(told).to_contain_text(t("shell.dialog.offline.text"), timeout=RETRY)
        assert "Streamlit" not in told.inner_text()
        expect(page.locator(".tp-card")).to_contain_text("Pottenberg")

        server = _serve(port, tmp_path / "server.log")
        expect(told).to_have_count(0, timeout=RETRY)
        # The server knows nothing of before: the browser asks for the page anew first.
        shown = MapFrame(page)
        page.wait_for_timeout(2000)
        shown.settle()
        page.get_by_role("button", name=t("controls.clear")).click()
        expect(page.locator(".tp-story")).to_have_count(3, timeout=PATIENCE)
    finally:
        page.context.close()
        server.terminate()
        server.wait(20)
