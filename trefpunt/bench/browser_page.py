"""A page of the explorer in Chromium, and what it tells of itself."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trefpunt.bench.browser_wire import Wire
from trefpunt.errors import TrefpuntError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Locator

WATCH = Path(__file__).with_name("browser_watch.js")
PATIENCE_S = 60.0
QUIET_S = 0.4
"""A page that has said nothing for so long has no more to say."""


class Visitor:
    """Somebody with an empty browser cache, and one page.

    Attributes
    ----------
    payload
        Bytes that came over the page's websockets so far, before compression.
    requests
        Files asked for over the wire so far; what came out of the browser's own cache is not among them.
    """

    def __init__(self, browser: Browser, wire: Wire) -> None:
        """Open the browser; no page yet."""
        self._wire = wire
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
        self.context.add_init_script(path=WATCH)
        self.page = self.context.new_page()
        self.payload = self.requests = 0
        network = self.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.on("Network.webSocketFrameReceived", self._hear)
        network.on("Network.responseReceived", self._answer)

    def _hear(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        binary = frame["opcode"] == 2
        self.payload += len(base64.b64decode(frame["payloadData"])) if binary else len(frame["payloadData"].encode())

    def _answer(self, event: dict[str, Any]) -> None:
        self.requests += not (event["response"].get("fromDiskCache") or event["type"] == "WebSocket")

    def close(self) -> None:
        """Go away."""
        self.context.close()

    def watched(self, name: str) -> float:
        """One of the figures of `WATCH`."""
        return float(self.page.evaluate(f"window.trefpuntWatch.{name}"))

    def wait(self, condition: str, argument: float | str = 0) -> None:
        """Wait for something in the page, as JavaScript of one `argument`.

        Raises
        ------
        TrefpuntError
            It does not come.
        """
        try:
            self.page.wait_for_function(condition, arg=argument, timeout=PATIENCE_S * 1000, polling=20)
        except Exception as fault:
            raise TrefpuntError(
                "bench --browser", f"waited in vain for {condition}", "Look at the explorer in a browser."
            ) from fault

    def settle(self) -> None:
        """Wait until Streamlit runs nothing and nothing more comes."""
        quiet_since, heard = time.perf_counter(), self._wire.count()
        while time.perf_counter() - quiet_since < QUIET_S:
            self.page.wait_for_timeout(50)
            state = self.page.locator('[data-testid="stApp"]').get_attribute("data-test-script-state")
            if state != "notRunning" or self._wire.count() != heard:
                quiet_since, heard = time.perf_counter(), self._wire.count()

    def first_map(self) -> float:
        """Go to the explorer; return the seconds until areas and places are seen."""
        started = time.time()
        self.page.goto(self._wire.url, wait_until="commit")
        self.wait("() => window.trefpuntWatch && window.trefpuntWatch.shown > 0")
        took = self.watched("shown") / 1000 - started
        self.settle()
        return took

    def map_frame(self) -> Frame:
        """The frame that the map lives in."""
        found = self.page.query_selector('iframe[src*="streamlit_folium"]')
        frame = found.content_frame() if found else None
        if frame is None:
            raise TrefpuntError("bench --browser", "the page has no map", "Look at the explorer in a browser.")
        return frame

    def spot(self, lat: float, lon: float, zoom: int) -> tuple[float, float]:
        """Bring a spot to the middle of the map; return where on the page it is, pixels."""
        frame = self.map_frame()
        x, y = frame.evaluate(
            """([lat, lon, zoom]) => {
              map.setView([lat, lon], zoom, { animate: false });
              const point = map.latLngToContainerPoint([lat, lon]);
              return [point.x, point.y];
            }""",
            [lat, lon, zoom],
        )
        iframe = self.page.locator('iframe[src*="streamlit_folium"]')
        iframe.scroll_into_view_if_needed()
        box = iframe.bounding_box() or {"x": 0.0, "y": 0.0}
        return box["x"] + x, box["y"] + y

    def keyed(self, key: str) -> Locator:
        """The element that the explorer gave this key."""
        return self.page.locator(f".st-key-{key}")

    def kind_of_place(self, number: int) -> Locator:
        """The button of a kind of place."""
        return self.keyed("control_categories").locator('[data-variant="pills"]').nth(number)
