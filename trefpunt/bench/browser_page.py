"""A page of the explorer in Chromium, and what it tells of itself."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trefpunt.bench.browser_sessions import is_over
from trefpunt.bench.browser_wire import Wire
from trefpunt.errors import TrefpuntError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Locator

WATCH = Path(__file__).with_name("browser_watch.js")
PATIENCE_S = 60.0
STILL_S = 0.15
"""What has not moved for so long stands still."""
TWO_FRAMES = """() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(
  () => resolve(performance.timeOrigin + performance.now()))))"""
"""What was said before is drawn by then."""
BROKEN = '[data-testid="stException"], .tp-error'
QUIET_S = 0.4
"""A page that has said nothing for so long has no more to say."""


def _fault(text: str) -> TrefpuntError:
    return TrefpuntError("bench --browser", text, "Look at the explorer in a browser.")


def _content(event: dict[str, Any]) -> bytes:
    """What a websocket carried, before compression."""
    frame = event["response"]
    text: str = frame["payloadData"]
    return base64.b64decode(text) if frame["opcode"] == 2 else text.encode()


class Visitor:
    """Somebody with an empty browser cache, and one page.

    Attributes
    ----------
    sent
        What the page said over its websockets so far.
    payload
        Bytes that came over the page's websockets so far, before compression.
    runs
        Runs of the script that the page heard the end of so far.
    requests
        Files asked for over the wire so far; what came out of the browser's own cache is not among them.
    """

    def __init__(self, browser: Browser, wire: Wire) -> None:
        """Open the browser; no page yet."""
        self._wire = wire
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL")
        self.context.add_init_script(path=WATCH)
        self.page = self.context.new_page()
        self.payload = self.requests = self.runs = 0
        self.sent: list[bytes] = []
        network = self.context.new_cdp_session(self.page)
        network.send("Network.enable")
        network.on("Network.webSocketFrameReceived", self._hear)
        network.on("Network.webSocketFrameSent", self._say)
        network.on("Network.responseReceived", self._answer)

    def _hear(self, event: dict[str, Any]) -> None:
        said = _content(event)
        self.payload += len(said)
        self.runs += is_over(said)

    def _say(self, event: dict[str, Any]) -> None:
        self.sent.append(_content(event))

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
            It does not come, or the page shows an error instead.
        """
        from playwright.sync_api import Error

        either = f"(it) => ({condition})(it) || document.querySelector(`{BROKEN}`) !== null"
        try:
            self.page.wait_for_function(either, arg=argument, timeout=PATIENCE_S * 1000, polling=20)
        except Error as fault:
            raise _fault(f"waited in vain for {condition}") from fault
        if broken := self.page.query_selector(BROKEN):
            raise _fault(f"the page says: {' '.join(broken.inner_text().split())}")

    def wait_run(self, runs: int) -> float:
        """Wait until more than `runs` are over; return when the page had drawn it, milliseconds.

        Raises
        ------
        TrefpuntError
            None is, or the page shows an error.
        """
        until = time.perf_counter() + PATIENCE_S
        while self.runs <= runs:
            if time.perf_counter() > until:
                raise _fault("nothing came of a click")
            self.page.wait_for_timeout(5)
        self.wait("() => true")
        return float(self.page.evaluate(TWO_FRAMES))

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
            raise _fault("the page has no map")
        return frame

    def spot(self, lat: float, lon: float, zoom: int) -> tuple[float, float]:
        """Bring a spot to the middle of the map; return where on the page it is, pixels."""
        frame = self.map_frame()
        iframe = self.page.locator('iframe[src*="streamlit_folium"]')
        iframe.scroll_into_view_if_needed()
        frame.evaluate("([lat, lon, zoom]) => { map.setView([lat, lon], zoom, { animate: false }); }", [lat, lon, zoom])

        def here() -> tuple[float, float]:
            x, y = frame.evaluate(
                "(spot) => { const p = map.latLngToContainerPoint(spot); return [p.x, p.y]; }", [lat, lon]
            )
            box = iframe.bounding_box() or {"x": 0.0, "y": 0.0}
            return box["x"] + x, box["y"] + y

        # A page that still moves would be clicked beside it.
        before, now = None, here()
        while now != before:
            self.page.wait_for_timeout(STILL_S * 1000)
            before, now = now, here()
        return now

    def keyed(self, key: str) -> Locator:
        """The element that the explorer gave this key."""
        return self.page.locator(f".st-key-{key}")

    def kind_of_place(self, number: int) -> Locator:
        """The button of a kind of place."""
        return self.keyed("control_categories").locator('[data-variant="pills"]').nth(number)
