"""Where a new place could be: junctions of the street network, or buildings and parks that are there already."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from trefpunt.crs import RD, WGS84
from trefpunt.errors import TrefpuntError
from trefpunt.metrics.setting import Setting

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ANYWHERE = "anywhere"

KINDS = MappingProxyType(
    {
        "public": (
            "primary_school",
            "secondary_school",
            "sports",
            "association",
            "community_centre",
            "library",
            "place_of_worship",
            "culture",
            "swimming_pool",
        ),
        "schools": ("primary_school", "secondary_school"),
        "parks": ("park",),
    }
)
"""Categories whose places could hold another one too. Shops and cafés are no buildings of public use."""

WHERE = (ANYWHERE, *KINDS)


@dataclass(frozen=True, eq=False)
class Candidates:
    """C spots where a place could be.

    Attributes
    ----------
    where
        One of `WHERE`.
    node
        (C,) node of the network of the mode.
    xy
        (C, 2) where it is, metres (EPSG:28992): of the node, or of the place that is there.
    place
        (C,) row of the place that is there already, in the table of places; −1 where there is none.
    """

    where: str
    node: Ints
    xy: Floats
    place: Ints

    def __len__(self) -> int:
        """Number of candidates."""
        return len(self.node)

    def at(self, rows: Ints) -> Candidates:
        """Some of them."""
        return Candidates(self.where, self.node[rows], self.xy[rows], self.place[rows])


def candidates_of(setting: Setting, waters: gpd.GeoDataFrame, category: str, mode: str, where: str) -> Candidates:
    """Find the spots where a place of a category could be.

    Parameters
    ----------
    setting
        The municipality.
    waters
        Larger waters, EPSG:28992: a bridge is no spot.
    category
        Places of this category are not candidates: one is there already.
    mode
        Whose network.
    where
        `anywhere`: all nodes of the network within the municipality and on land. `public`, `schools`, `parks`: the
        places of the categories in `KINDS` that are on the network.

    Returns
    -------
    Candidates
        In the order of nodes, or of the table of places.

    Raises
    ------
    TrefpuntError
        `where` is something else, or there is no such spot.
    """
    if where not in WHERE:
        raise TrefpuntError("candidates", f"'{where}' is no kind of spot", f"Use one of {', '.join(WHERE)}.")
    nodes, places = setting.networks[mode].nodes, setting.places
    if where == ANYWHERE:
        node = np.flatnonzero(nodes["in_municipality"].to_numpy())
        xy = nodes[["x", "y"]].to_numpy(dtype=float)[node]
        wet = waters.sindex.query(shapely.points(xy), predicate="within")[0]
        dry = np.setdiff1d(np.arange(len(node)), wet)
        found = Candidates(where, node[dry], xy[dry], np.full(len(dry), -1))
    else:
        kinds = [kind for kind in KINDS[where] if kind != category]
        usable = places["category"].isin(kinds) & places[f"{mode}_node"].notna()
        rows = np.flatnonzero(usable.to_numpy())
        node = places[f"{mode}_node"].iloc[rows].to_numpy(dtype=np.int64)
        at = places.geometry.iloc[rows]
        found = Candidates(where, node, np.column_stack([at.x, at.y]).reshape(-1, 2), rows)
    if not len(found):
        raise TrefpuntError("candidates", f"there is no spot to choose from ({where})", "Ask for 'anywhere'.")
    return found


@lru_cache(maxsize=1)
def _to_wgs84() -> Transformer:
    return Transformer.from_crs(RD, WGS84, always_xy=True)


def to_degrees(xy: Floats) -> Floats:
    """(n, 2) longitudes and latitudes of points in metres, to six decimals."""
    found = _to_wgs84().transform(xy[:, 0], xy[:, 1])
    return np.column_stack(found).round(6)


def thinned(candidates: Candidates, apart_m: float) -> Ints:
    """Rows of one candidate per square of `apart_m` metres: the one nearest to its middle, the first of equals."""
    square = np.floor(candidates.xy / apart_m)
    off = np.hypot(*(candidates.xy - (square + 0.5) * apart_m).T)
    order = np.lexsort((np.arange(len(off)), off, square[:, 1], square[:, 0]))
    _, first = np.unique(square[order], axis=0, return_index=True)
    return np.sort(order[first])
