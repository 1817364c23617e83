"""Handles on the map in a page, for the tests in the browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Frame, Page, expect

PATIENCE = 20_000
"""Milliseconds; a first answer on a busy machine with two cores takes its time."""

COLOURS_IN_VIEW = """() => {
  const canvas = document.querySelector('canvas.tp-places');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) painted += 1;
  return painted;
}"""


def at_least(page: Page, wanted: int, count: Callable[[], int]) -> int:
    """Count until there are as many as wanted, or patience is out; return the last count."""
    for _ in range(PATIENCE // 100):
        if (found := count()) >= wanted:
            return found
        page.wait_for_timeout(100)
    return count()


class MapFrame:
    """The map of a page: the frame it lives in, and what can be asked of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.iframe = page.locator('iframe[src*="streamlit_folium"]')
        # The map of the page before may still be there.
        expect(self.iframe).to_have_count(1, timeout=PATIENCE)
        self.box = self.iframe.content_frame.locator(".leaflet-container")
        expect(self.box).to_have_attribute("data-applied", "1", timeout=PATIENCE)
        found = page.query_selector('iframe[src*="streamlit_folium"]')
        assert found is not None
        frame = found.content_frame()
        assert frame is not None
        self.frame: Frame = frame

    @property
    def applied(self) -> int:
        """How many states were drawn."""
        return int(self.box.get_attribute("data-applied") or 0)

    def wait_applied(self, count: int) -> None:
        """Wait until that many states were drawn."""
        expect(self.box).to_have_attribute("data-applied", str(count), timeout=PATIENCE)

    def settle(self) -> None:
        """Wait until Streamlit has nothing more to do, so that a second run would have been seen."""
        expect(self.page.locator('[data-testid="stApp"]')).to_have_attribute(
            "data-test-script-state", "notRunning", timeout=PATIENCE
        )
        self.page.wait_for_timeout(600)

    def wait_background(self) -> None:
        """Wait until the tiles of the background are all there."""
        self.frame.wait_for_function(
            """() => {
              let tiled = false, busy = false;
              map.eachLayer((layer) => {
                if (layer.isLoading) { tiled = true; busy ||= layer.isLoading(); }
              });
              return tiled && !busy;
            }""",
            timeout=PATIENCE,
        )

    def point(self, lat: float, lon: float) -> tuple[float, float]:
        """Return where a place is on the page, in pixels."""
        at = self.frame.evaluate(
            "([lat, lon]) => { const p = map.latLngToContainerPoint([lat, lon]); return [p.x, p.y]; }", [lat, lon]
        )
        box = self.iframe.bounding_box()
        assert box is not None
        return box["x"] + at[0], box["y"] + at[1]

    def look_at(self, lat: float, lon: float, zoom: int) -> None:
        """Move the map there, at once, after the movement that may still be going on and would win."""
        self.frame.wait_for_function("() => !map._animatingZoom && !map._panAnim?._inProgress", timeout=PATIENCE)
        self.frame.evaluate(
            "([lat, lon, zoom]) => { map.setView([lat, lon], zoom, { animate: false }); }", [lat, lon, zoom]
        )

    def files(self, name: str) -> object:
        """Return one of the published files, as the browser gets it."""
        return self.frame.evaluate(
            """async (name) => {
              const entry = performance.getEntriesByType('resource').find((e) => e.name.includes('/snapshots/'));
              return (await fetch(new URL(name, entry.name))).json();
            }""",
            name,
        )

    def painted(self) -> int:
        """Return how many pixels of the layer of places are painted."""
        return int(self.frame.evaluate(COLOURS_IN_VIEW))
