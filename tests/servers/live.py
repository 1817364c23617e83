"""All services on one local server, and a fetcher that looks there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.base import Server
from tests.servers.cbs import cbs
from tests.servers.osm import extract, overpass
from tests.servers.pdok import ogc, wfs
from trefpunt.sources.http import Fetcher
from trefpunt.sources.services import Clock, Limits, Services


@contextmanager
def serving(
    *,
    cbs_page: int = 10_000,
    pdok_page: int = 1000,
    host: str | None = None,
    delay: float = 0.0,
    file: Path | None = None,
) -> Iterator[Server]:
    """CBS below /cbs, PDOK below /pdok and /wfs, Overpass below /overpass, extracts below /extract."""
    routes = {
        "/cbs": cbs(cbs_page, host),
        "/pdok": ogc(pdok_page, host),
        "/wfs": wfs(pdok_page),
        "/overpass": overpass(),
    }
    if file is not None:
        routes["/extract"] = extract(file)
    server = Server(routes, delay)
    try:
        yield server
    finally:
        server.close()


def services(url: str) -> Services:
    return Services(f"{url}/cbs", f"{url}/pdok", f"{url}/wfs", f"{url}/overpass", f"{url}/extract")


def environment(url: str) -> dict[str, str]:
    """What the environment of a build holds that is to look at a local server."""
    names = ("CBS", "PDOK", "PDOK_WFS", "OVERPASS", "EXTRACT")
    paths = ("cbs", "pdok", "wfs", "overpass", "extract")
    return {f"TREFPUNT_{name}_URL": f"{url}/{path}" for name, path in zip(names, paths, strict=True)}


@dataclass
class Skipping:
    """A clock that runs as it does, but leaps over pauses and notes how long they were."""

    pauses: list[float] = field(default_factory=list)

    def now(self) -> float:
        return time.monotonic() + sum(self.pauses)

    def clock(self) -> Clock:
        return Clock(now=self.now, sleep=self.pauses.append)


QUICK = Limits(connect=2, read=1.0, deadline=1.5)
"""Bounds for tests in which nothing may take long."""


def fetcher(url: str, cache: Path, limits: Limits | None = None, clock: Clock | None = None) -> Fetcher:
    """A fetcher for a local server; pauses are leapt over unless a clock is given."""
    return Fetcher(
        cache, services(url), limits or Limits(read=60), clock or Skipping().clock(), contact="test@example.nl"
    )
