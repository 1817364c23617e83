"""The engine beside its peers, in one run on the same graph.

The peers are asked what ours is asked: the network distance from every place to every postcode, with each place's
cut-off and without. Their answers are held against a plain call of scipy before any time is shown.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csgraph

from trefpunt.bench.cities import City
from trefpunt.bench.timing import Timing, timing
from trefpunt.errors import TrefpuntError
from trefpunt.network import catchments
from trefpunt.network.graph import Network

Floats = NDArray[np.float64]
Answer = Callable[[bool], Floats]
"""Asked with each place's cut-off (True) or without: (P, B) metres, ∞ beyond."""

TOLERANCE_M = 1e-6
PANDANA_TOLERANCE_M = 0.05
"""pandana keeps lengths as whole millimetres, and a path adds up many of them."""

SLOW = ("pandana", "networkx")
"""Peers that take seconds: a quick run asks them once."""

KNOWS_NO_CUTOFF = ("igraph", "pandana")
"""Peers whose answer with cut-offs is their whole answer with the rest taken out."""


def ours(city: City) -> Answer:
    """The engine of the project."""
    network = Network(city.network.nodes, city.network.edges)
    _ = network.hierarchy

    def answer(cut: bool) -> Floats:
        return catchments.distances(network, city.places, city.postcodes, city.cutoff_m if cut else np.inf)

    return answer


def by_scipy(city: City) -> Answer:
    """A plain call of scipy.sparse.csgraph, once a cut-off."""
    matrix = city.network.matrix

    def answer(cut: bool) -> Floats:
        if not cut:
            return np.asarray(csgraph.dijkstra(matrix, indices=city.sources)[:, city.targets])
        found = np.empty((len(city.sources), len(city.targets)))
        for limit in np.unique(city.cutoff_m):
            rows = city.cutoff_m == limit
            found[rows] = csgraph.dijkstra(matrix, indices=city.sources[rows], limit=limit)[:, city.targets]
        return found

    return answer


def by_igraph(city: City) -> Answer:
    """python-igraph; it knows no cut-off for weighted distances, so it always answers uncut."""
    import igraph

    edges = city.network.edges
    graph = igraph.Graph(n=len(city.network.nodes), edges=edges[["source", "target"]].to_numpy())
    weights = edges["length_m"].to_list()
    sources, row = np.unique(city.sources, return_inverse=True)
    targets, column = np.unique(city.targets, return_inverse=True)

    def answer(cut: bool) -> Floats:
        found = np.asarray(graph.distances(source=sources.tolist(), target=targets.tolist(), weights=weights))
        return _cut(found[np.ix_(row, column)], city, cut)

    return answer


def by_pandana(city: City) -> Answer:
    """Pandana's contraction hierarchies, asked pair by pair."""
    import pandana

    nodes, edges = city.network.nodes, city.network.edges
    network = pandana.Network(nodes["x"], nodes["y"], edges["source"], edges["target"], edges[["length_m"]])
    n, m = len(city.sources), len(city.targets)

    def answer(cut: bool) -> Floats:
        lengths = network.shortest_path_lengths(np.repeat(city.sources, m), np.tile(city.targets, n))
        return _cut(np.asarray(lengths, dtype=float).reshape(n, m), city, cut)

    return answer


def by_networkx(city: City) -> Answer:
    """networkx, the naive baseline: one Dijkstra a place, with its cut-off."""
    import networkx as nx

    graph = nx.Graph()
    graph.add_weighted_edges_from(
        city.network.edges[["source", "target", "length_m"]].itertuples(index=False, name=None)
    )

    def answer(cut: bool) -> Floats:
        found = np.full((len(city.sources), len(city.targets)), np.inf)
        for i, (source, limit) in enumerate(zip(city.sources, city.cutoff_m, strict=True)):
            reached = nx.single_source_dijkstra_path_length(graph, source, cutoff=limit if cut else None)
            found[i] = [reached.get(target, np.inf) for target in city.targets]
        return found

    return answer


def _cut(distance: Floats, city: City, cut: bool) -> Floats:
    return np.where(distance > city.cutoff_m[:, None], np.inf, distance) if cut else distance


PEERS: dict[str, Callable[[City], Answer]] = {
    "Trefpunt": ours,
    "scipy": by_scipy,
    "igraph": by_igraph,
    "pandana": by_pandana,
    "networkx": by_networkx,
}


def installed() -> list[str]:
    """Peers there are, and ours."""
    return [name for name in PEERS if name == "Trefpunt" or importlib.util.find_spec(name)]


def require_same(found: Floats, truth: Floats, limit_m: Floats, who: str, tolerance_m: float = TOLERANCE_M) -> None:
    """Hold one answer against another.

    Parameters
    ----------
    found, truth
        (P, B) metres; ∞ beyond the limit.
    limit_m
        (P,) metres. A distance within the tolerance of it may be in for the one and out for the other.
    who
        Whose answer it is.
    tolerance_m
        How far they may lie apart.

    Raises
    ------
    TrefpuntError
        They differ.
    """
    a, b = np.isfinite(found), np.isfinite(truth)
    gap = float(np.abs(found[a & b] - truth[a & b]).max(initial=0.0))
    either = np.where(a, found, truth)
    odd = int(((a != b) & ~(np.abs(either - limit_m[:, None]) <= tolerance_m)).sum())
    if gap > tolerance_m or odd:
        raise TrefpuntError(
            f"bench: {who}", f"its distances differ by up to {gap:g} m, {odd} are there for one only", "Report this."
        )


def compare(city: City, repeat: int, slow_repeat: int) -> dict[str, list[Timing]]:
    """Time ours and the peers that are installed, and hold their answers against scipy's.

    Returns
    -------
    dict
        `preparation` (of the network, once), `cut` and `uncut`: a timing per peer.
    """
    answers: dict[str, Answer] = {}
    times: dict[str, list[Timing]] = {"preparation": [], "cut": [], "uncut": []}
    for name in installed():

        def prepare(name: str = name) -> None:
            answers[name] = PEERS[name](city)

        times["preparation"].append(timing(name, prepare, 1))
    for part, cut in (("cut", True), ("uncut", False)):
        truth = answers["scipy"](cut)
        limit = city.cutoff_m if cut else np.full(len(city.places), np.inf)
        for name, answer in answers.items():
            tolerance = PANDANA_TOLERANCE_M if name == "pandana" else TOLERANCE_M
            found: list[Floats] = []

            def ask(answer: Answer = answer, cut: bool = cut, found: list[Floats] = found) -> None:
                found[:] = [answer(cut)]

            times[part].append(timing(name, ask, slow_repeat if name in SLOW else repeat))
            require_same(found[0], truth, limit, name, tolerance)
    return times
