"""Times of the engine beside its peers, in one run on the same graph. On this machine, now; never part of the tests.

The peers are asked what ours is asked: the network distance from every place to every postcode. Their answers are held
against ours before any time is shown.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.sparse import csgraph

from trefpunt import queries, snapshot
from trefpunt.categories import load_categories
from trefpunt.network import catchments
from trefpunt.network.graph import Network

Floats = NDArray[np.float64]
TOLERANCE_M = 1e-6
PANDANA_TOLERANCE_M = 0.05
"""pandana keeps lengths as whole millimetres, and a path adds up many of them."""


@dataclass(frozen=True)
class Timing:
    """Seconds of one case: median, fastest and slowest of the runs, and how many there were."""

    what: str
    median: float
    fastest: float
    slowest: float
    runs: int


@dataclass(frozen=True)
class Case:
    """The question of the benchmark: places and postcodes on one network, with each place's cut-off (metres)."""

    network: Network
    places: pd.Series
    postcodes: pd.Series
    cutoff: Floats

    @property
    def sources(self) -> NDArray[np.int64]:
        """Node of each place."""
        return self.places.to_numpy(dtype=np.int64)

    @property
    def targets(self) -> NDArray[np.int64]:
        """Node of each postcode."""
        return self.postcodes.to_numpy(dtype=np.int64)


def make_case(loaded: snapshot.Snapshot, mode: str) -> Case:
    """All places and postcodes that are on the network of a mode."""
    node = f"{mode}_node"
    places = loaded.places[loaded.places[node].notna()]
    categories = load_categories()
    cutoff = np.array([categories[name].cutoff(mode) for name in places["category"]], dtype=float)
    return Case(loaded.networks[mode], places[node], loaded.population[node].dropna(), cutoff)


def ours(case: Case, cut: bool) -> Floats:
    """The engine of the project: contraction, then scipy's Dijkstra."""
    return catchments.distances(case.network, case.places, case.postcodes, case.cutoff if cut else np.inf)


def by_scipy(case: Case, cut: bool) -> Floats:
    """A plain call of scipy.sparse.csgraph, once a cut-off."""
    if not cut:
        return np.asarray(csgraph.dijkstra(case.network.matrix, indices=case.sources)[:, case.targets])
    found = np.empty((len(case.sources), len(case.targets)))
    for limit in np.unique(case.cutoff):
        rows = case.cutoff == limit
        reached = csgraph.dijkstra(case.network.matrix, indices=case.sources[rows], limit=limit)
        found[rows] = reached[:, case.targets]
    return found


def by_igraph(case: Case) -> Callable[[bool], Floats]:
    """python-igraph; it knows no cut-off for weighted distances, so it always answers uncut."""
    import igraph

    edges = case.network.edges
    graph = igraph.Graph(n=len(case.network.nodes), edges=edges[["source", "target"]].to_numpy())
    weights = edges["length_m"].to_list()
    sources, row = np.unique(case.sources, return_inverse=True)
    targets, column = np.unique(case.targets, return_inverse=True)

    def answer(cut: bool) -> Floats:
        found = np.asarray(graph.distances(source=sources.tolist(), target=targets.tolist(), weights=weights))
        return _cut(found[np.ix_(row, column)], case, cut)

    return answer


def by_pandana(case: Case) -> Callable[[bool], Floats]:
    """Pandana's contraction hierarchies, asked pair by pair; the preparation is not counted."""
    import pandana

    nodes, edges = case.network.nodes, case.network.edges
    network = pandana.Network(nodes["x"], nodes["y"], edges["source"], edges["target"], edges[["length_m"]])
    n, m = len(case.sources), len(case.targets)

    def answer(cut: bool) -> Floats:
        lengths = network.shortest_path_lengths(np.repeat(case.sources, m), np.tile(case.targets, n))
        return _cut(np.asarray(lengths, dtype=float).reshape(n, m), case, cut)

    return answer


def by_networkx(case: Case) -> Callable[[bool], Floats]:
    """networkx, the naive baseline: one Dijkstra a place, with its cut-off."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(
        case.network.edges[["source", "target", "length_m"]].itertuples(index=False, name=None)
    )

    def answer(cut: bool) -> Floats:
        found = np.full((len(case.sources), len(case.targets)), np.inf)
        for i, (source, limit) in enumerate(zip(case.sources, case.cutoff, strict=True)):
            reached = nx.single_source_dijkstra_path_length(graph, source, cutoff=limit if cut else None)
            found[i] = [reached.get(target, np.inf) for target in case.targets]
        return found

    return answer


def _cut(distance: Floats, case: Case, cut: bool) -> Floats:
    return np.where(distance > case.cutoff[:, None], np.inf, distance) if cut else distance


def assert_same(found: Floats, truth: Floats, who: str, tolerance_m: float) -> None:
    """Hold a peer's answer against another.

    Distances within the tolerance of a cut-off may be in for the one and out for the other.

    Raises
    ------
    AssertionError
        They differ.
    """
    both = np.isfinite(found) & np.isfinite(truth)
    gap = np.abs(found[both] - truth[both]).max(initial=0.0)
    odd = (np.isfinite(found) != np.isfinite(truth)).mean()
    assert gap <= tolerance_m and odd <= (0.0 if tolerance_m <= TOLERANCE_M else 1e-3), f"{who}: {gap} m, {odd:.2%}"


def timing(what: str, call: Callable[[], object], repeat: int) -> Timing:
    """Time `repeat` runs."""
    seconds = []
    for _ in range(repeat):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return Timing(what, statistics.median(seconds), min(seconds), max(seconds), repeat)


def compare(case: Case, repeat: int, slow_repeat: int) -> list[Timing]:
    """Ours and the peers that are installed, cut and uncut, after holding their answers against ours."""
    peers: dict[str, Callable[[bool], Floats]] = {
        "Trefpunt": lambda cut: ours(case, cut),
        "scipy": lambda cut: by_scipy(case, cut),
    }
    makers = {"igraph": by_igraph, "pandana": by_pandana, "networkx": by_networkx}
    peers |= {name: make(case) for name, make in makers.items() if importlib.util.find_spec(name)}
    timings = []
    for cut in (True, False):
        truth = peers["scipy"](cut)
        for name, call in peers.items():
            tolerance = PANDANA_TOLERANCE_M if name == "pandana" else TOLERANCE_M
            assert_same(call(cut), truth, name, tolerance)
            runs = slow_repeat if name in ("pandana", "networkx") else repeat
            label = f"{name}, {'cut off' if cut else 'uncut'}"
            timings.append(timing(label, lambda call=call, cut=cut: call(cut), runs))  # type: ignore[misc]
    return timings


def run(data: Path, repeat: int, quick: bool, out: Path | None) -> None:
    """Print the tables; write the figures as JSON where `out` says."""
    loaded = snapshot.load(data)
    result: dict[str, list[Timing]] = {}
    for mode in ("walk",) if quick else queries.MODES:
        case = make_case(loaded, mode)
        title = f"{len(case.sources)} places × {len(case.targets):,} postcodes, {mode}"
        result[title] = compare(case, repeat, 1 if quick else repeat)
    for mode in queries.MODES:
        queries.distances(loaded, mode)
    one = make_case(loaded, "walk")
    result["the rest"] = [
        timing("load the snapshot, hashes checked", lambda: snapshot.load(data), repeat),
        timing("measures 1–4 of all places, distances known", lambda: queries.place_measures(loaded), repeat),
        timing(
            "distances of one place, uncut",
            lambda: catchments.distances(one.network, one.places.iloc[:1], one.postcodes),
            repeat,
        ),
        timing("neighbourhoods with the nearest places", lambda: queries.neighbourhood_table(loaded), repeat),
    ]
    for title, timings in result.items():
        table = Table(title=title, title_justify="left")
        for column in ("what", "median ms", "fastest", "slowest", "runs"):
            table.add_column(column, justify="left" if column == "what" else "right")
        for row in timings:
            milliseconds = (f"{1000 * s:,.0f}" for s in (row.median, row.fastest, row.slowest))
            table.add_row(row.what, *milliseconds, str(row.runs))
        Console().print(table)
    if out is not None:
        text = json.dumps({title: [asdict(t) for t in timings] for title, timings in result.items()}, indent=2)
        out.write_text(text + "\n", encoding="utf-8")
