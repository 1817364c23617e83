"""Where a new place joins the network, and how far everybody then is from it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy import sparse
from scipy.sparse import csgraph

from trefpunt.crs import RD, WGS84
from trefpunt.metrics.setting import Setting
from trefpunt.network.assembly import MAX_SNAP_M
from trefpunt.network.catchments import distance_to_outside
from trefpunt.network.graph import Network

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Joint:
    """The foot of a point on a network.

    Attributes
    ----------
    source, target
        Ends of the street it is on.
    along_m, rest_m
        Along the street from the foot to either end, metres.
    distance_m
        From the point to its foot, metres; not part of any distance along the network.
    """

    source: int
    target: int
    along_m: float
    rest_m: float
    distance_m: float

    @property
    def reachable(self) -> bool:
        """Whether the point is near enough to a street to be on the network."""
        return self.distance_m <= MAX_SNAP_M

    @property
    def node(self) -> int:
        """The nearer end of the street."""
        return self.source if self.along_m <= self.rest_m else self.target


@dataclass(frozen=True, eq=False)
class Streets:
    """A network's streets, ready to look up the nearest."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    length_m: Floats
    lines: NDArray[np.object_]
    tree: shapely.STRtree


@lru_cache(maxsize=8)
def streets_of(network: Network) -> Streets:
    """The streets of a network as straight lines between their nodes; made once for each network."""
    xy = network.nodes[["x", "y"]].to_numpy()
    source, target = (network.edges[end].to_numpy(dtype=np.int64) for end in ("source", "target"))
    lines = np.asarray(shapely.linestrings(np.stack([xy[source], xy[target]], axis=1)), dtype=object)
    return Streets(source, target, network.edges["length_m"].to_numpy(), lines, shapely.STRtree(lines))


def join(network: Network, x: float, y: float) -> Joint:
    """Join a point to the nearest street.

    A street is drawn as the straight line between its nodes, which is what a network keeps of it; the foot divides the
    street's true length as it divides that line. Of streets equally near, the first one counts.

    Parameters
    ----------
    network
        Of one mode.
    x, y
        Metres (EPSG:28992).
    """
    streets, point = streets_of(network), shapely.Point(x, y)
    edge = int(streets.tree.query_nearest(point, all_matches=True).min())
    line, length = streets.lines[edge], float(streets.length_m[edge])
    along = length * float(shapely.line_locate_point(line, point, normalized=True))
    distance = float(shapely.distance(line, point))
    return Joint(int(streets.source[edge]), int(streets.target[edge]), along, length - along, distance)


def row(setting: Setting, mode: str, joint: Joint) -> Floats:
    """Distance from a foot to every postcode, (B,) metres, as in `Setting.distance`.

    The foot is put in front of its street's two ends as one more node, from which one search starts: postcodes are
    nodes, so every way from the foot leads by one of these ends.
    """
    people = setting.population[f"{mode}_node"]
    found = np.full(len(people), np.nan)
    if not joint.reachable:
        return found
    matrix = setting.networks[mode].matrix
    foot = matrix.shape[0]
    with_foot = sparse.csr_array(
        (
            np.append(matrix.data, [joint.along_m, joint.rest_m]),
            np.append(matrix.indices, np.array([joint.source, joint.target], dtype=matrix.indices.dtype)),
            np.append(matrix.indptr, matrix.indptr[-1:] + 2),
        ),
        shape=(foot + 1, foot + 1),
    )
    on = people.notna().to_numpy()
    found[on] = csgraph.dijkstra(with_foot, indices=foot)[people[on].to_numpy(dtype=np.int64)]
    return found


@lru_cache(maxsize=8)
def _way_out(network: Network) -> Floats:
    return distance_to_outside(network)


def way_out(network: Network, joint: Joint) -> float:
    """Metres along the network from a foot to the nearest node outside the municipality."""
    out = _way_out(network)
    return float(min(out[joint.source] + joint.along_m, out[joint.target] + joint.rest_m))


@lru_cache(maxsize=1)
def _to_rd() -> Transformer:
    return Transformer.from_crs(WGS84, RD, always_xy=True)


@lru_cache(maxsize=1024)
def to_metres(lon: float, lat: float) -> tuple[float, float]:
    """A point in metres (EPSG:28992); ∞ where the projection has no answer."""
    return _projector().submit(_project, lon, lat).result()


def _project(lon: float, lat: float) -> tuple[float, float]:
    x, y = _to_rd().transform(lon, lat)
    return float(x), float(y)


@lru_cache(maxsize=1)
def _projector() -> ThreadPoolExecutor:
    """One thread that projects.

    PROJ is set up anew in each thread, which takes 30 ms, and a server may use a new thread for every request.
    """
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="projector")
