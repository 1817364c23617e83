"""The routable network of one travel mode, as tables and as a sparse matrix."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from trefpunt.network.hierarchy import Hierarchy, prepare


@dataclass(frozen=True, eq=False)
class Network:
    """One mode's street network, undirected and connected.

    Attributes
    ----------
    nodes
        Index `node` (0 … n−1): `x`, `y` in metres (EPSG:28992), `in_municipality` (bool).
    edges
        One row an edge, each pair of nodes once, `source` < `target`; `length_m` in metres, > 0.
    """

    nodes: pd.DataFrame
    edges: pd.DataFrame

    @cached_property
    def matrix(self) -> sparse.csr_array:
        """Symmetric adjacency, nodes × nodes, lengths in metres."""
        source, target, length = (self.edges[c].to_numpy() for c in ("source", "target", "length_m"))
        n = len(self.nodes)
        return sparse.coo_array(
            (np.tile(length, 2), (np.concatenate([source, target]), np.concatenate([target, source]))), shape=(n, n)
        ).tocsr()

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """What fast distances between many nodes need; takes a moment at the first use, then is kept."""
        return prepare(self.matrix)
