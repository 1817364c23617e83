"""From street segments to a routable network with addresses and places hung on it.

A point joins the network where it is nearest to a street, not at the nearest junction: the street is cut
there. A distance therefore runs along streets from foot to foot; the step from a door to the street is not
counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from trefpunt.network.graph import Network

MAX_SNAP_M = 150.0
"""Farther than this from every street of the main network, a point counts as unreachable."""

BORDER_GAP_M = 2.0
"""Loose street ends this close to a street of the neighbouring source are the same street, cut at the border."""

_END_TOLERANCE_M = 1.0
_SHORTEST_EDGE_M = 1e-3

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Snap:
    """Where points join a network.

    Attributes
    ----------
    node
        Per point, the node it joins at; −1 when it is unreachable.
    distance_m
        Per point, metres from the point to the nearest street of the main network, also when too far.
    on_island
        Per point, whether a street outside the main network lies nearer than one of the main network.
    """

    node: Ints
    distance_m: Floats
    on_island: NDArray[np.bool_]


@dataclass(frozen=True)
class Assembly:
    """A network and how it came about.

    Attributes
    ----------
    network
        Only the main component: everything in it reaches everything else.
    snap
        Where the points joined.
    border_links
        Number of loose ends connected across the border.
    island_nodes, island_length_m
        What was left out: nodes and street length outside the main component.
    """

    network: Network
    snap: Snap
    border_links: int
    island_nodes: int
    island_length_m: float


@dataclass(frozen=True)
class _Segments:
    """Lines with numbered ends: line i runs from node `first[i]` to `last[i]`."""

    lines: NDArray[np.object_]
    length_m: Floats
    first: Ints
    last: Ints
    coordinates: Floats


@dataclass(frozen=True)
class _Cuts:
    """Points on lines: which line, and how far along it (metres from its start)."""

    segment: Ints
    position_m: Floats


def _number(lines: NDArray[np.object_]) -> _Segments:
    """Give equal numbers to ends at the same place (to the centimetre)."""
    ends = [shapely.get_coordinates(shapely.get_point(lines, i)).round(2) for i in (0, -1)]
    coordinates, number = np.unique(np.vstack(ends), axis=0, return_inverse=True)
    number = number.reshape(-1).astype(np.int64)
    n = len(lines)
    return _Segments(lines, shapely.length(lines), number[:n], number[n:], coordinates)


def _border_cuts(segments: _Segments, is_outer: NDArray[np.bool_]) -> tuple[Ints, _Cuts, Floats]:
    """Loose ends of each source, the cut in the other source's line that each belongs to, and the gap."""
    degree = np.bincount(np.concatenate([segments.first, segments.last]), minlength=len(segments.coordinates))
    side = np.zeros(len(segments.coordinates), dtype=bool)
    side[segments.first[is_outer]] = side[segments.last[is_outer]] = True
    loose = np.flatnonzero(degree == 1)
    nodes, lines, gaps = [], [], []
    for outer in (False, True):
        ends = loose[side[loose] == outer]
        others = np.flatnonzero(is_outer != outer)
        tree = shapely.STRtree(segments.lines[others])
        found, gap = tree.query_nearest(
            shapely.points(segments.coordinates[ends]),
            max_distance=BORDER_GAP_M,
            return_distance=True,
            all_matches=False,
        )
        nodes.append(ends[found[0]])
        lines.append(others[found[1]])
        gaps.append(gap)
    node, line = np.concatenate(nodes), np.concatenate(lines)
    along = shapely.line_locate_point(segments.lines[line], shapely.points(segments.coordinates[node]))
    return node, _Cuts(line, along), np.concatenate(gaps)


def _main_component(segments: _Segments, link_node: Ints, link_segment: Ints) -> NDArray[np.bool_]:
    """Per node, whether it belongs to the component with the most nodes, border links included."""
    source = np.concatenate([segments.first, link_node])
    target = np.concatenate([segments.last, segments.first[link_segment]])
    n = len(segments.coordinates)
    links = sparse.coo_array((np.ones(len(source)), (source, target)), shape=(n, n))
    _, label = csgraph.connected_components(links, directed=False)
    return np.asarray(label == np.bincount(label).argmax())


def _snap_cuts(
    segments: _Segments, in_main: NDArray[np.bool_], points: NDArray[np.object_]
) -> tuple[_Cuts, Floats, NDArray[np.bool_]]:
    """Nearest foot of each point on a line of the main component, its distance, and whether an island is nearer."""
    main = np.flatnonzero(in_main)
    tree = shapely.STRtree(segments.lines[main])
    nearest = main[tree.query_nearest(points, all_matches=False)[1]]
    lines = segments.lines[nearest]
    distance = shapely.distance(lines, points)
    anywhere = shapely.STRtree(segments.lines).query_nearest(points, all_matches=False)[1]
    on_island = shapely.distance(segments.lines[anywhere], points) < distance - 1e-9
    return _Cuts(nearest, shapely.line_locate_point(lines, points)), distance, on_island


def _cut(segments: _Segments, cuts: _Cuts) -> tuple[Ints, Floats, pd.DataFrame]:
    """Cut lines at positions: the node of each cut, coordinates of all nodes, and the edges between them."""
    length = segments.length_m[cuts.segment]
    position = cuts.position_m.round(3)
    table = pd.DataFrame({"segment": cuts.segment, "position": position})
    at_start, at_end = position <= _END_TOLERANCE_M, position >= length - _END_TOLERANCE_M
    # Nearer to which end decides on lines shorter than twice the tolerance.
    at_start &= position <= length / 2
    at_end &= ~at_start
    node = np.where(at_start, segments.first[cuts.segment], segments.last[cuts.segment])
    inside = ~(at_start | at_end)
    fresh = table[inside].drop_duplicates().sort_values(["segment", "position"], ignore_index=True)
    fresh["node"] = len(segments.coordinates) + np.arange(len(fresh))
    node[inside] = table[inside].merge(fresh, on=["segment", "position"], how="left")["node"].to_numpy()
    feet = shapely.line_interpolate_point(segments.lines[fresh["segment"].to_numpy()], fresh["position"].to_numpy())
    coordinates = np.vstack([segments.coordinates, shapely.get_coordinates(feet).reshape(-1, 2).round(2)])

    number = np.arange(len(segments.lines))
    stops = pd.concat(
        [
            pd.DataFrame({"segment": number, "position": 0.0, "node": segments.first}),
            fresh,
            pd.DataFrame({"segment": number, "position": segments.length_m, "node": segments.last}),
        ]
    ).sort_values(["segment", "position"], kind="stable", ignore_index=True)
    following = stops.shift(-1)
    same = stops["segment"] == following["segment"]
    edges = pd.DataFrame(
        {
            "source": stops.loc[same, "node"].astype("int64"),
            "target": following.loc[same, "node"].astype("int64"),
            "length_m": following.loc[same, "position"] - stops.loc[same, "position"],
        }
    )
    return node.astype(np.int64), coordinates, edges


def assemble(
    streets: gpd.GeoDataFrame,
    points: gpd.GeoSeries,
    municipality: shapely.Geometry,
    across_border: gpd.GeoDataFrame | None = None,
) -> Assembly:
    """Build the network of one mode and hang points on it.

    Parameters
    ----------
    streets
        Segments (LineString, EPSG:28992) that this mode may use, meeting at shared ends.
    points
        Postcodes, places … (Point, EPSG:28992) to hang on the network.
    municipality
        Polygon, EPSG:28992; marks the nodes inside it.
    across_border
        Segments of another source to join where the two touch: a loose end of either within
        `BORDER_GAP_M` of a line of the other is connected to it.

    Returns
    -------
    Assembly
        Points farther than `MAX_SNAP_M` from the main component get node −1.
    """
    outer = streets.iloc[:0] if across_border is None else across_border
    lines = np.concatenate([streets.geometry.to_numpy(), outer.geometry.to_numpy()])
    segments = _number(lines)
    is_outer = np.arange(len(lines)) >= len(streets)
    link_node, link_cuts, gap = _border_cuts(segments, is_outer)
    node_in_main = _main_component(segments, link_node, link_cuts.segment)
    in_main = node_in_main[segments.first]

    snap_cuts, distance, on_island = _snap_cuts(segments, in_main, points.to_numpy())
    near = distance <= MAX_SNAP_M
    all_cuts = _Cuts(
        np.concatenate([link_cuts.segment, snap_cuts.segment[near]]),
        np.concatenate([link_cuts.position_m, snap_cuts.position_m[near]]),
    )
    cut_node, coordinates, pieces = _cut(segments, all_cuts)
    links = pd.DataFrame({"source": link_node, "target": cut_node[: len(link_node)], "length_m": gap})
    edges = pd.concat([pieces, links], ignore_index=True)
    edges = edges[edges["source"] != edges["target"]]
    edges["length_m"] = edges["length_m"].round(3).clip(lower=_SHORTEST_EDGE_M)

    # Cut nodes lie on lines of the main component, except where a link cuts an island's line.
    keep = np.concatenate([node_in_main, np.ones(len(coordinates) - len(node_in_main), dtype=bool)])
    edges = edges[keep[edges["source"]] & keep[edges["target"]]]
    used = np.unique(edges[["source", "target"]].to_numpy())
    order = used[np.lexsort((coordinates[used, 1], coordinates[used, 0]))]
    renumber = np.full(len(coordinates), -1, dtype=np.int64)
    renumber[order] = np.arange(len(order))
    low_high = np.sort(renumber[edges[["source", "target"]].to_numpy()], axis=1)
    edges = (
        pd.DataFrame({"source": low_high[:, 0], "target": low_high[:, 1], "length_m": edges["length_m"].to_numpy()})
        .sort_values(["source", "target", "length_m"])
        .drop_duplicates(["source", "target"])
        .reset_index(drop=True)
    )
    xy = coordinates[order]
    nodes = pd.DataFrame(
        {
            "x": xy[:, 0],
            "y": xy[:, 1],
            "in_municipality": shapely.contains_xy(municipality, xy[:, 0], xy[:, 1]),
        },
        index=pd.RangeIndex(len(order), name="node"),
    )
    snapped = np.full(len(points), -1, dtype=np.int64)
    snapped[near] = renumber[cut_node[len(link_node) :]]
    return Assembly(
        Network(nodes, edges),
        Snap(snapped, distance, on_island),
        border_links=len(link_node),
        island_nodes=int((~node_in_main).sum()),
        island_length_m=float(segments.length_m[~in_main].sum()),
    )
