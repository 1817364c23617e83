"""The explorer as its visitors meet it: `python -m trefpunt bench --browser`.

Needs playwright and a Chromium; nothing else of Trefpunt does.
"""

from __future__ import annotations

import importlib.metadata
import os
import statistics
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from trefpunt import snapshot
from trefpunt.bench import browser_sessions, chromium
from trefpunt.bench.browser_page import Visitor
from trefpunt.bench.browser_report import BrowserRun, Change, Visit
from trefpunt.bench.browser_server import Server
from trefpunt.bench.browser_wire import Line, Wire
from trefpunt.bench.report import this_machine
from trefpunt.bench.timing import summary
from trefpunt.categories import load_categories
from trefpunt.crs import WGS84
from trefpunt.errors import TrefpuntError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SLOW = Line(bits_per_second=1.5e6, round_trip_s=0.15)
COLD_STARTS = 3
LIBRARIES = ("streamlit", "streamlit-folium", "folium", "pandas", "geopandas")
FIRST_PLACE = "click a place, the first click on one since the server started"
FREE_M = 150.0
"""A spot of a neighbourhood that is clicked is so far from all places."""

PLACE_ZOOM, AREA_ZOOM, CITY_ZOOM = 17, 15, 12
ROUNDS = 3
"""Of four actions each, that the sessions play back."""


class _Clicker:
    """Clicks, and notes what each costs."""

    def __init__(self, visitor: Visitor, server: Server, wire: Wire) -> None:
        self.visitor, self._server, self._wire = visitor, server, wire

    def change(
        self,
        what: str,
        acts: list[Callable[[], None]],
        *,
        draws: bool,
        is_map: bool = False,
        is_budgeted: bool = False,
        is_whole: bool = False,
    ) -> Change:
        """Do each of `acts`, which ends with a click or a key, and wait each time until the page shows it.

        `draws`: it shows when the map has drawn its new state; else when the run is over. `is_whole`: when both are so.
        `is_map`: the map is there before and after.
        """
        visitor = self.visitor
        took, payload, wired, blank, cpu = [], [], [], [], []
        for act in acts:
            visitor.settle()
            states, runs = visitor.watched("states"), visitor.runs
            heard, wire, busy = visitor.payload, self._wire.count(), self._server.cpu_s()
            act()
            if draws:
                visitor.wait("(n) => window.trefpuntWatch.states > n", states)
            seen = visitor.watched("changed") if draws else visitor.wait_run(runs)
            seen = max(seen, visitor.wait_run(runs)) if is_whole else seen
            visitor.settle()
            took.append((seen - visitor.watched("input")) / 1000)
            payload.append(visitor.payload - heard)
            wired.append(self._wire.count().since(wire).websocket)
            blank.append(visitor.watched("blank") / 1000)
            cpu.append(self._server.cpu_s() - busy)
        return Change(
            summary(what, took),
            statistics.median(payload),
            statistics.median(wired),
            max(blank) if is_map else None,
            statistics.median(cpu),
            is_budgeted,
        )


def _spots(loaded: snapshot.Snapshot, repeat: int) -> tuple[gpd.GeoSeries, gpd.GeoSeries]:
    """Places, one of each of the first `repeat` + 1 categories; neighbourhoods, by a spot away from places; degrees."""
    first = loaded.places.sort_index().drop_duplicates("category")
    places = first[first["category"].isin(list(load_categories())[: repeat + 1])].geometry
    inner = loaded.neighbourhoods.geometry.representative_point()
    distance = inner.map(lambda point: float(loaded.places.distance(point).min()))
    return places.to_crs(WGS84), inner[distance >= FREE_M].head(repeat).to_crs(WGS84)


class _Hand:
    """What a visitor does on the map; each ends with one click or key."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def kind(self, number: int) -> Callable[[], None]:
        """Choose a kind of place."""
        return self._visitor.kind_of_place(number).click

    def spot(self, where: shapely.Point, zoom: int) -> Callable[[], None]:
        """Click the map there, near enough to hit what is there."""
        return lambda: self._visitor.page.mouse.click(*self._visitor.spot(where.y, where.x, zoom))

    def later(self) -> None:
        """One minute more."""
        self._visitor.keyed("control_minutes").get_by_role("slider").focus()
        self._visitor.page.keyboard.press("ArrowRight")


def _map_changes(clicker: _Clicker, places: gpd.GeoSeries, areas: gpd.GeoSeries, repeat: int) -> list[Change]:
    hand = _Hand(clicker.visitor)
    return [
        clicker.change(
            "choose a kind of place",
            [hand.kind(i) for i in range(repeat + 1)],
            draws=True,
            is_map=True,
            is_budgeted=True,
        ),
        clicker.change(FIRST_PLACE, [hand.spot(places.iloc[0], PLACE_ZOOM)], draws=True, is_map=True),
        clicker.change(
            "click a place",
            [hand.spot(p, PLACE_ZOOM) for p in places.iloc[1:]],
            draws=True,
            is_map=True,
            is_budgeted=True,
        ),
        clicker.change(
            "click a neighbourhood", [hand.spot(p, AREA_ZOOM) for p in areas], draws=True, is_map=True, is_budgeted=True
        ),
        # What is coloured does not depend on the minutes, so the map is not drawn anew; the card is.
        clicker.change("more minutes", [hand.later] * repeat, draws=False, is_map=True, is_budgeted=True),
    ]


def _page_changes(clicker: _Clicker, repeat: int) -> list[Change]:
    visitor = clicker.visitor

    def page(name: str) -> Callable[[], None]:
        return lambda: visitor.keyed(f"shell_there_{name}").locator("a").click()

    def sort(number: int) -> Callable[[], None]:
        return lambda: visitor.keyed("places_sort").locator("label:has(input)").nth(number).click()

    found = [clicker.change("the page of places", [page("plekken")], draws=False)]
    found.append(clicker.change("sort the places", [sort(1 + i % 3) for i in range(repeat)], draws=False))
    found.append(clicker.change("back to the map", [page("kaart")], draws=True))
    others = {"twee": "two neighbourhoods", "stad": "the city", "uitleg": "the explanation", "wat_als": "what if"}
    found += [clicker.change(f"the page of {what}", [page(name)], draws=False) for name, what in others.items()]
    return found


def _scenario_changes(clicker: _Clicker, areas: gpd.GeoSeries) -> Change:
    """On the page of what if: put a place on the map, one after another, each time until map and figures are new."""
    hand = _Hand(clicker.visitor)
    acts = [hand.spot(point, CITY_ZOOM) for point in areas]
    # The first one also brings the answer's part of the page.
    clicker.change("", acts[:1], draws=True)
    what = "what if: one more place, map and figures"
    return clicker.change(what, acts[1:], draws=True, is_map=True, is_budgeted=True, is_whole=True)


def _visit(what: str, visitor: Visitor, wire: Wire) -> Visit:
    before, asked = wire.count(), visitor.requests
    took = visitor.first_map()
    came = wire.count().since(before)
    return Visit(summary(what, [took]), visitor.requests - asked, came.files, came.websocket)


def _several(visits: list[Visit]) -> Visit:
    """Several visits of a kind as one: all times, the bytes of the last."""
    timings = [visit.timing for visit in visits]
    return replace(visits[-1], timing=summary(timings[0].what, [one.median for one in timings]))


def _slow(browser: Browser, server: Server, repeat: int) -> tuple[list[Visit], list[Change]]:
    with Wire(server.port, SLOW) as wire:
        visitor = Visitor(browser, wire)
        visits = [
            _visit("first map at 1.5 Mbit/s, 150 ms there and back", visitor, wire),
            _visit("the same visitor again at 1.5 Mbit/s", visitor, wire),
        ]
        acts = [_Hand(visitor).kind(i) for i in range(repeat)]
        change = _Clicker(visitor, server, wire).change("choose a kind of place at 1.5 Mbit/s", acts, draws=True)
        visitor.close()
    return visits, [change]


def _with_browser(browser: Browser, data: Path, repeat: int, progress: Callable[[str], None]) -> BrowserRun:
    starts, cold, whole, visits = [], [], [], []
    progress("a new server, and the first map …")
    for run in range(min(repeat, COLD_STARTS)):
        last = run + 1 == min(repeat, COLD_STARTS)
        server = Server(data)
        try:
            with Wire(server.port) as wire:
                visitor = Visitor(browser, wire)
                cold.append(_visit("first map of the first visitor", visitor, wire))
                starts.append(server.start_s)
                whole.append(server.start_s + cold[-1].timing.median)
                visitor.close()
                if not last:
                    continue
                progress("other visitors …")
                for _ in range(repeat):
                    visitor = Visitor(browser, wire)
                    visits.append(_visit("first map of another visitor", visitor, wire))
                    again = _visit("the same visitor again", visitor, wire)
                    visitor.close()
                progress("clicks …")
                visitor = Visitor(browser, wire)
                visitor.first_map()
                places, areas = _spots(snapshot.load(data), repeat + 1)
                clicker = _Clicker(visitor, server, wire)
                changes = _map_changes(clicker, places.iloc[:-1], areas.iloc[:-1], repeat)
                changes += _page_changes(clicker, repeat)
                changes.append(_scenario_changes(clicker, areas))
                visitor.close()
            progress("the same over a slow line …")
            slow_visits, slow_changes = _slow(browser, server, repeat)
        finally:
            server.stop()
    found = [
        Visit(summary("start of the server, until it answers", starts)),
        _several(cold),
        replace(_several(cold), timing=summary("start to first map", whole), is_budgeted=True),
        replace(_several(visits), is_budgeted=True),
        again,
        *slow_visits,
    ]
    return BrowserRun("", {}, found, [*changes, *slow_changes], None)


def record(browser: Browser, server: Server, data: Path) -> browser_sessions.Recording:
    """Visit the map, and note what the browser says to the server for each action."""
    places, areas = _spots(snapshot.load(data), ROUNDS)
    with Wire(server.port) as wire:
        visitor = Visitor(browser, wire)

        def said(act: Callable[[], object]) -> list[bytes]:
            visitor.settle()
            before, runs = len(visitor.sent), visitor.runs
            act()
            visitor.wait_run(runs)
            visitor.settle()
            return [one for one in visitor.sent[before:] if browser_sessions.asks_for_a_run(one)]

        visitor.first_map()
        opening = [one for one in visitor.sent if browser_sessions.asks_for_a_run(one)]
        hand = _Hand(visitor)
        actions = []
        for i in range(ROUNDS):
            round_ = [
                hand.kind(i),
                hand.spot(places.iloc[i], PLACE_ZOOM),
                hand.later,
                hand.spot(areas.iloc[i], AREA_ZOOM),
            ]
            actions += [said(act) for act in round_]
        visitor.close()
    return browser_sessions.Recording(opening, actions)


def measure(data: Path, repeat: int, command: str, progress: Callable[[str], None]) -> BrowserRun:
    """Start the explorer on a snapshot, look at it with Chromium, and let many sessions act on it.

    Raises
    ------
    TrefpuntError
        playwright or Chromium is absent, or the explorer does not do what is expected of it.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as fault:
        raise TrefpuntError(
            "bench --browser", "playwright is not installed", "Run `pip install -r requirements-dev.txt`."
        ) from fault
    program = chromium.find()
    if program is None:
        raise TrefpuntError("bench --browser", "there is no Chromium", chromium.ADVICE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        version = browser.version
        run = _with_browser(browser, data, repeat, progress)
        progress("many sessions at once …")
        server = Server(data)
        try:
            recording = record(browser, server, data)
        except BaseException:
            server.stop()
            raise
        finally:
            browser.close()
    with server:
        load = browser_sessions.load(server, recording)
    machine = this_machine() | {name: importlib.metadata.version(name) for name in LIBRARIES}
    machine |= {"Chromium": version, "processors": str(os.cpu_count())}
    return replace(run, command=command, machine=machine, load=load)
