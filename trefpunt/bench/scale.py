"""How time and memory grow with the city: tiled cities of 1, 10, 100 times Maastricht, each in a process of its own."""

from __future__ import annotations

import math
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trefpunt.bench.cities import City, city_of, tiled
from trefpunt.bench.timing import in_child
from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.places import minutes_to_metres
from trefpunt.network.blocks import catchment_blocks
from trefpunt.snapshot import load

Floats = NDArray[np.float64]

MINUTES = 15.0
"""What counts as within reach here, as in the explorer."""

NETHERLANDS_POSTCODES = 460_000
"""PC6 of the whole country, about."""

LARGE_TILES = 50
"""From this many tiles on one run is timed: a run then takes long enough not to be a matter of chance."""

_ONE_SIZE = """
from pathlib import Path
from trefpunt.bench.scale import time_size
facts.update(time_size(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
"""


@dataclass(frozen=True)
class Size:
    """What one city took.

    Attributes
    ----------
    tiles, places, postcodes, nodes, pairs
        How large it is; `pairs` are places × postcodes within a place's cut-off.
    distances_s, measures_s
        Seconds for all distances within the cut-offs, and for measures 1–4 of all places from them; medians.
    cpu_s
        Seconds of processor time of both: on a busy machine the steadier figure.
    runs
        How many runs there were.
    peak_mib
        The most memory the process used, making the city included.
    """

    tiles: int
    places: int
    postcodes: int
    nodes: int
    pairs: int
    distances_s: float
    measures_s: float
    cpu_s: float
    runs: int
    peak_mib: float

    @property
    def seconds(self) -> float:
        """Distances and measures together."""
        return self.distances_s + self.measures_s


@dataclass(frozen=True)
class Growth:
    """Least squares of log seconds on log places: seconds = e^`intercept` · places^`exponent`."""

    exponent: float
    intercept: float

    def seconds(self, places: float) -> float:
        """What a city of so many places would take."""
        return float(math.exp(self.intercept) * places**self.exponent)


def measures_by_block(city: City, mode: str) -> tuple[pd.DataFrame, dict[str, float]]:
    """Measures 1–4 of every place without a matrix of places × postcodes.

    Returns
    -------
    tuple
        `reach`, `residents_within`, `mixing`, `encounter`, `bridge` as `trefpunt.metrics.places.measure` gives them,
        in the order of the places; and seconds of `distances` and `measures`, and `pairs` within the cut-offs.
    """
    residents = city.residents
    by_group = residents.by_group
    count = len(city.places)
    groups, reach, within = np.full((count, 3), np.nan), np.full(count, np.nan), np.full(count, np.nan)
    near = minutes_to_metres(MINUTES, mode)
    spent = {"distances": 0.0, "measures": 0.0, "pairs": 0.0}
    clock = time.perf_counter()
    for block in catchment_blocks(city.network, city.places, city.postcodes, city.cutoff_m):
        now = time.perf_counter()
        spent["distances"] += now - clock
        weight = weights(block.distance_m, city.half_distance_m[block.rows, None])
        people = residents.count[block.columns]
        groups[block.rows] = mixing.catchment(weight, by_group[block.columns])
        reach[block.rows] = mixing.reach(weight, people)
        within[block.rows] = mixing.residents_within(block.distance_m, people, near)
        spent["pairs"] += float(np.isfinite(block.distance_m).sum())
        clock = time.perf_counter()
        spent["measures"] += clock - now
    now = time.perf_counter()
    spent["distances"] += now - clock
    share, whole = mixing.shares(groups), residents.city_shares
    table = pd.DataFrame(
        {
            "reach": reach,
            "residents_within": within,
            "mixing": mixing.mixing(share, whole),
            "encounter": mixing.encounter(share),
            "bridge": mixing.bridge(groups, residents.totals),
        },
        index=city.places.index,
    )
    spent["measures"] += time.perf_counter() - now
    return table, spent


def time_size(data: Path, mode: str, tiles: int, repeat: int) -> dict[str, float]:
    """Make a tiled city and time it, in this process: the fields of `Size` but the peak of memory."""
    one = city_of(load(data), mode)
    measures_by_block(one, mode)  # what is slow at first use alone must not count for small cities only
    city = tiled(one, tiles)
    _ = city.network.matrix
    runs = []
    for _ in range(1 if tiles >= LARGE_TILES else repeat):
        started = time.process_time()
        _, spent = measures_by_block(city, mode)
        runs.append(spent | {"cpu": time.process_time() - started})
    return {
        "tiles": tiles,
        "places": len(city.places),
        "postcodes": len(city.postcodes),
        "nodes": len(city.network.nodes),
        "pairs": int(runs[0]["pairs"]),
        **{f"{name}_s": statistics.median(run[name] for run in runs) for name in ("distances", "measures", "cpu")},
        "runs": len(runs),
    }


def time_sizes(data: Path, mode: str, tiles: list[int], repeat: int) -> list[Size]:
    """Time a city of each size, each in a fresh process."""
    sizes = []
    for number in sorted(set(tiles)):
        child = in_child(_ONE_SIZE, [str(data), mode, str(number), str(repeat)])
        sizes.append(Size(**child.facts, peak_mib=child.peak_mib))
    return sizes


def growth(places: list[int], seconds: list[float]) -> Growth | None:
    """Fit the growth of time with places; None with fewer than two sizes."""
    if len(set(places)) < 2:
        return None
    exponent, intercept = np.polyfit(np.log(places), np.log(seconds), 1)
    return Growth(float(exponent), float(intercept))


@dataclass(frozen=True)
class Country:
    """The whole Netherlands, reckoned from the tiled cities. Not measured.

    Attributes
    ----------
    postcodes, places
        PC6 of the country, and as many places a postcode as Maastricht has.
    seconds, peak_mib
        By the growth of time with places; by a straight line through the two largest cities.
    """

    postcodes: int
    places: int
    seconds: float
    peak_mib: float


def country(sizes: list[Size]) -> Country | None:
    """Extrapolate to the Netherlands; None with fewer than two sizes."""
    fit = growth([size.places for size in sizes], [size.seconds for size in sizes])
    if fit is None:
        return None
    *_, small, large = sorted(sizes, key=lambda size: size.places)
    places = round(NETHERLANDS_POSTCODES * large.places / large.postcodes)
    slope = (large.peak_mib - small.peak_mib) / (large.places - small.places)
    peak = large.peak_mib + slope * (places - large.places)
    return Country(NETHERLANDS_POSTCODES, places, fit.seconds(places), peak)
