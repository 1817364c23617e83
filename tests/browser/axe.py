"""Let axe-core look at a page, or at the frame of the map in it."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from tests.browser.maps import PATIENCE

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
"""The rules of WCAG 2.1, levels A and AA. Each document is asked by itself, so frames are left out here."""

_AXE = Axe()
_OPTIONS = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"], "iframes": False}
MAP = 'iframe[src*="streamlit_folium"]'


def settled(page: Page) -> list[tuple[str, Page | Frame]]:
    """Wait until a page is drawn, its map too; return what there is to look at, by name."""
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE)
    # The foot of the page is drawn last; on a large screen it is there, unseen.
    expect(page.locator("footer.tp-foot")).to_be_attached(timeout=PATIENCE)
    expect(page.locator('[data-testid="stApp"]')).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE
    )
    # What is computed in the background is drawn when it is there; nothing may have been computed before.
    expect(page.locator(".tp-wait")).to_have_count(0, timeout=3 * PATIENCE)
    documents: list[tuple[str, Page | Frame]] = [("page", page)]
    # Every map has a jump past it; its frame may come a moment later than the rest.
    if page.locator("a.tp-skip[href='#tp-beyond-map']").count():
        box = page.locator(MAP).content_frame.locator(".leaflet-container")
        expect(box).to_have_attribute("data-applied", re.compile(r"\d"), timeout=PATIENCE)
        frame = page.locator(MAP).element_handle().content_frame()
        assert frame is not None
        documents.append(("map", frame))
    return documents


def violations(document: Page | Frame, name: str = "page") -> list[str]:
    """Return what axe-core finds wrong: rule, element and advice, one line an element."""
    found = _AXE.run(document, options=_OPTIONS).response
    return [
        f"{name}: {rule['id']} at {' '.join(map(str, node['target']))}: {node['html'][:160]} · "
        + " ".join(str(node["failureSummary"]).split())
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def look(page: Page) -> list[str]:
    """Return what is wrong with a page as it stands, in all its documents."""
    return [line for name, document in settled(page) for line in violations(document, name)]
