"""What all measures are computed from: who lives where, which places there are, how far they are apart.

A snapshot gives one, the build step makes one, and a scenario is another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from trefpunt.metrics.places import Residents, residents_of
from trefpunt.network.graph import Network

MODES = ("walk", "cycle")


@dataclass(frozen=True, eq=False)
class Setting:
    """One municipality, ready to be measured; the tables are those of docs/architecture.md. Nothing in it is changed.

    Attributes
    ----------
    neighbourhoods, districts
        Index `code`.
    population
        Index `pc6`, B rows.
    places
        Index `place_id`, P rows.
    networks
        Per mode of `MODES`.
    distance
        Per mode (P, B) metres along the network; ∞ not reached, NaN where either end is not on the network.
    """

    neighbourhoods: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    population: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    networks: Mapping[str, Network]
    distance: Mapping[str, NDArray[np.float64]]

    @property
    def residents(self) -> Residents:
        """Residents per postcode with the group shares of their neighbourhood."""
        return residents_of(self.population, self.neighbourhoods)
