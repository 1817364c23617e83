"""Times of the engine on a snapshot: medians of several runs, on this machine, now. Never part of the tests."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from trefpunt import queries, snapshot
from trefpunt.network import catchments


def _times(call: Callable[[], object], repeat: int) -> list[float]:
    seconds = []
    for _ in range(repeat):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return seconds


def run(data: Path, repeat: int) -> None:
    """Print a table of medians and the spread (fastest and slowest) of `repeat` runs each."""
    loaded = snapshot.load(data)
    for mode in queries.MODES:
        queries.distances(loaded, mode)

    def catchment(mode: str) -> Callable[[], object]:
        node = f"{mode}_node"
        places, people = loaded.places[node], loaded.population[node]
        return lambda: catchments.distances(loaded.networks[mode], places, people)

    cases: dict[str, Callable[[], object]] = {
        "load the snapshot, hashes checked": lambda: snapshot.load(data),
        "all places × all postcodes on foot, uncut": catchment("walk"),
        "all places × all postcodes by bike, uncut": catchment("cycle"),
        "measures 1–4 of all places, distances known": lambda: queries.place_measures(loaded),
        "neighbourhoods with nearest supermarket and school": lambda: queries.neighbourhood_table(loaded),
    }
    table = Table(title=f"{len(loaded.places)} places, {len(loaded.population):,} postcodes; {repeat} runs each")
    for column in ("what", "median ms", "fastest", "slowest"):
        table.add_column(column, justify="left" if column == "what" else "right")
    for what, call in cases.items():
        times = [1000 * t for t in _times(call, repeat)]
        table.add_row(what, *(f"{value:,.0f}" for value in (statistics.median(times), min(times), max(times))))
    Console().print(table)
