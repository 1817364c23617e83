"""Make the gallery anew: ``python -m tests.browser.screenshots [NAME …]`` (or `make screenshots`).

Takes every picture of `tests.browser.gallery`, or those whose view or file is named, and writes docs/gallery.md.
"""

from __future__ import annotations

import io
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.axe import settled
from tests.browser.conftest import FLAGS, PHONE_AGENT, ROOT, STREAMLIT, free_port
from tests.browser.gallery import GALLERY, IMAGES, Shot, page, shots
from tests.browser.maps import MapFrame

TALLEST = {1280: 1500, 390: 2200}
"""Pixels of a picture: further down is more of the same."""

SHEET = 2300
"""Pixels of a picture of a sheet to print, which is shown whole."""

QUALITY = 54
"""Of WebP: letters stay sharp, a picture stays below 150 kB."""


def main(only: Sequence[str] = ()) -> None:
    """Take the pictures and write the page about them."""
    port = free_port()
    server = subprocess.Popen(
        [*STREAMLIT, "streamlit_app.py", "--server.address", "127.0.0.1", "--server.port", str(port)], cwd=ROOT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium.find(), args=FLAGS)
            for shot in shots():
                if not only or shot.name in only or shot.file in only:
                    picture = take(browser, url, shot)
                    picture.save(IMAGES / shot.file, quality=QUALITY, method=6)
                    print(f"{shot.file} {(IMAGES / shot.file).stat().st_size / 1000:.0f} kB", flush=True)
            browser.close()
    finally:
        server.terminate()
    GALLERY.write_text(page(), encoding="utf-8")


def take(browser: Browser, url: str, shot: Shot) -> Image.Image:
    """Return the picture of a view, as tall as its page where that is not too tall."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        locale=f"{shot.lang}-NL",
        color_scheme=shot.colours,  # type: ignore[arg-type]
        reduced_motion="reduce",
        has_touch=shot.width < 600,
        user_agent=PHONE_AGENT if shot.width < 600 else None,
    )
    tab = context.new_page()
    tab.goto(url + shot.address)
    mapped = any(name == "map" for name, _ in settled(tab))
    if not shot.projector:
        # The page scrolls inside Streamlit's own frame, so a tall window shows all of it.
        content = int(tab.evaluate("document.querySelector('[data-testid=\"stMainBlockContainer\"]').scrollHeight"))
        most = SHEET if shot.view.page == "afdruk" else TALLEST[shot.width]
        tab.set_viewport_size({"width": shot.width, "height": max(shot.height, min(content + 20, most))})
    if mapped:
        MapFrame(tab).wait_background()
    tab.wait_for_timeout(700)
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    context.close()
    return picture


if __name__ == "__main__":
    main(sys.argv[1:])
