"""Make the pictures of docs/images anew: ``python -m tests.browser.screenshots`` (or `make screenshots`)."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.browser.conftest import FLAGS, ROOT, STREAMLIT, free_port
from tests.browser.maps import MapFrame

OUT = ROOT / "docs" / "images"
PAGES = {
    "kaart": "/?place={place}&category=supermarket,primary_school,park,sports&lang={lang}",
    "kaart_begin": "/?lang={lang}",
    "buurt": "/?area=BU09350201&lang={lang}",
    "paar": "/?pair=BU09350203,BU09350208&minutes=20&lang={lang}",
    "plekken": "/plekken?lang={lang}",
    "twee": "/twee?minutes=20&lang={lang}",
    "stad": "/stad?lang={lang}",
    "wat_als": "/wat_als?lang={lang}",
    "afdruk": "/afdruk?pair=BU09350203,BU09350208&lang={lang}",
    "uitleg": "/uitleg?lang={lang}",
}
SIZES = {1280: 900, 390: 844}


def main(only: Sequence[str] = ()) -> None:
    """Take every page, or those named, at both widths and in both languages."""
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
            for name, path in ((n, p) for n, p in PAGES.items() if not only or n in only):
                for width, height in SIZES.items():
                    for lang in ("nl", "en"):
                        _take(browser, url + path.format(place="n34046157", lang=lang), name, width, height, lang)
            browser.close()
    finally:
        server.terminate()


def _take(browser: object, url: str, name: str, width: int, height: int, lang: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, locale=f"{lang}-NL")  # type: ignore[attr-defined]
    page.goto(url)
    if name in ("plekken", "stad", "afdruk", "uitleg"):
        page.get_by_role("heading", level=1).wait_for(timeout=30_000)
        page.wait_for_timeout(2500)
    else:
        MapFrame(page).settle()
        page.wait_for_timeout(1200)
    # The page scrolls inside Streamlit's own frame, so a tall window shows all of it.
    content = page.evaluate("document.querySelector('[data-testid=\"stMainBlockContainer\"]').scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, min(int(content) + 20, 3200))})
    page.wait_for_timeout(1000)
    target = Path(OUT) / f"{name}_{width}_{lang}.png"
    page.screenshot(path=target)
    page.close()
    with Image.open(target) as picture:
        picture.convert("RGB").save(target, optimize=True)
    print(target.name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
