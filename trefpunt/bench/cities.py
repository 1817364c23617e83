"""Cities to time: Maastricht as it is, and larger ones tiled from it.

A tiled city is no city that exists. It has the density, the streets and the detours of the real one, and as many times
its places and postcodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from trefpunt.categories import CUTOFF_HALF_DISTANCES, load_categories
from trefpunt.metrics.places import Residents, residents_of
from trefpunt.network.graph import Network
from trefpunt.snapshot import Snapshot

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LINKS = 5
"""Streets between neighbouring tiles: enough to make one network, too few to change its density."""


@dataclass(frozen=True, eq=False)
class City:
    """Places and residents on the network of one mode.

    Attributes
    ----------
    network
        Of the mode.
    places, postcodes
        (P,) and (B,) nodes; none missing.
    half_distance_m
        (P,) of each place's category in this mode.
    residents
        Who lives where (B).
    """

    network: Network
    places: pd.Series
    postcodes: pd.Series
    half_distance_m: Floats
    residents: Residents

    @property
    def sources(self) -> Ints:
        """(P,) node of each place."""
        return self.places.to_numpy(dtype=np.int64)

    @property
    def targets(self) -> Ints:
        """(B,) node of each postcode."""
        return self.postcodes.to_numpy(dtype=np.int64)

    @property
    def cutoff_m(self) -> Floats:
        """(P,) metres beyond which a place no longer counts."""
        return CUTOFF_HALF_DISTANCES * self.half_distance_m


def city_of(loaded: Snapshot, mode: str) -> City:
    """All places and postcodes of a snapshot that are on the network of a mode."""
    node = f"{mode}_node"
    places = loaded.places[loaded.places[node].notna()]
    people = loaded.population[loaded.population[node].notna()]
    categories = load_categories()
    half = np.array([categories[name].half_distance(mode) for name in places["category"]], dtype=float)
    return City(
        loaded.networks[mode],
        places[node].astype("int64"),
        people[node].astype("int64"),
        half,
        residents_of(people, loaded.neighbourhoods),
    )


def grid_shape(tiles: int) -> tuple[int, int]:
    """Rows and columns of a full grid of `tiles`, as square as it can be."""
    rows = max(n for n in range(1, int(tiles**0.5) + 1) if tiles % n == 0)
    return rows, tiles // rows


def _links(xy: Floats, shift: Floats) -> pd.DataFrame:
    """Short streets from a tile to the same tile moved by `shift`: each node used once, the nearest pairs first."""
    gap, nearest = cKDTree(xy + shift).query(xy)
    table = pd.DataFrame({"source": np.arange(len(xy)), "target": nearest, "length_m": np.maximum(gap, 1.0)})
    table = table.sort_values(["length_m", "source"], kind="stable").drop_duplicates("target")
    return table.head(LINKS)


def tiled(city: City, tiles: int) -> City:
    """A city of `tiles` copies side by side on a grid, each joined to its neighbours by at most `LINKS` streets.

    The tiles do not overlap: each takes the extent of the network, with the streets around the municipality in it.
    Postcodes and places stay where they are in each copy.

    Returns
    -------
    City
        The same city for one tile. Nodes, places and postcodes are numbered tile by tile.
    """
    rows, columns = grid_shape(tiles)
    nodes, edges = city.network.nodes, city.network.edges
    xy = nodes[["x", "y"]].to_numpy(dtype=float)
    # Two neighbouring tiles must not share a point: 1 m between them.
    extent = np.ptp(xy, axis=0) + 1.0
    row, column = np.divmod(np.arange(tiles), columns)
    moved = (xy[None] + (np.column_stack([column, row]) * extent)[:, None]).reshape(-1, 2)
    first = np.arange(tiles) * len(xy)

    def repeated(values: Ints) -> Ints:
        return (values[None] + first[:, None]).reshape(-1)

    parts = [
        pd.DataFrame(
            {
                "source": repeated(edges["source"].to_numpy(dtype=np.int64)),
                "target": repeated(edges["target"].to_numpy(dtype=np.int64)),
                "length_m": np.tile(edges["length_m"].to_numpy(), tiles),
            }
        )
    ]
    for has_next, step, shift in (
        (column + 1 < columns, 1, extent * (1, 0)),
        (row + 1 < rows, columns, extent * (0, 1)),
    ):
        link = _links(xy, shift)
        for tile in np.flatnonzero(has_next):
            parts.append(link.assign(source=link["source"] + first[tile], target=link["target"] + first[tile + step]))
    all_nodes = pd.DataFrame(
        {"x": moved[:, 0], "y": moved[:, 1], "in_municipality": np.tile(nodes["in_municipality"].to_numpy(), tiles)},
        index=pd.RangeIndex(len(moved), name="node"),
    )
    people = city.residents
    return City(
        Network(all_nodes, pd.concat(parts, ignore_index=True)),
        pd.Series(repeated(city.sources)),
        pd.Series(repeated(city.targets)),
        np.tile(city.half_distance_m, tiles),
        Residents(np.tile(people.count, tiles), np.tile(people.shares, (tiles, 1))),
    )
