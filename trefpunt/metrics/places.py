"""The measures of every place, as one table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trefpunt.categories import SPEED_M_PER_MIN
from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights

Floats = NDArray[np.float64]

NATIONAL_SHARES = (0.4, 0.4, 0.2)
"""Low, middle and high in the Netherlands: by definition the percentile groups 1–40, 41–80, 81–100."""


@dataclass(frozen=True)
class Residents:
    """Who lives where: residents per postcode and the group shares of their neighbourhood.

    Attributes
    ----------
    count
        (B,) residents per postcode.
    shares
        (B, 3) low, middle, high; NaN where unknown. A neighbourhood's shares are applied to each of its
        postcodes, and shares of households to residents: assumptions (docs/method.md).
    """

    count: Floats
    shares: Floats

    @property
    def by_group(self) -> Floats:
        """(B, 3) residents per group; NaN where unknown."""
        return mixing.group_residents(self.count, self.shares)

    @property
    def totals(self) -> Floats:
        """(3,) residents of the municipality per group, over known neighbourhoods."""
        return np.asarray(np.nansum(self.by_group, axis=0))

    @property
    def city_shares(self) -> Floats:
        """(3,) the municipality's shares P_g."""
        return mixing.shares(self.totals)


def residents_of(population: pd.DataFrame, neighbourhoods: pd.DataFrame) -> Residents:
    """Residents per postcode, each with the shares of its neighbourhood.

    Parameters
    ----------
    population
        Index `pc6`: `residents`, `neighbourhood_code`.
    neighbourhoods
        Index `code`: `share_low`, `share_middle`, `share_high` (missing where not published).
    """
    columns = [f"share_{group}" for group in mixing.GROUPS]
    shares = neighbourhoods.reindex(population["neighbourhood_code"])[columns].to_numpy(dtype=float)
    return Residents(population["residents"].to_numpy(dtype=float), shares)


def measure(
    distance_m: Floats,
    half_distance_m: Floats,
    residents: Residents,
    limit_m: float,
    index: pd.Index[str],
) -> pd.DataFrame:
    """Measures 1–4 for places that share a travel mode.

    Parameters
    ----------
    distance_m
        (P, B) metres along the network; ∞ not reached, NaN not on the network.
    half_distance_m
        (P,) half-distance of each place's category in this mode, metres.
    residents
        Who lives where.
    limit_m
        What counts as within reach for `residents_within`, metres.
    index
        (P,) the place ids.

    Returns
    -------
    pandas.DataFrame
        `reach`, `residents_within`, `share_low`, `share_middle`, `share_high`, `share_unknown` (of reach),
        `mixing`, `encounter`, `encounter_ratio` (against random pairs of the whole municipality), `bridge`.
        Nobody within the cut-off: reach 0, the rest missing. Not on the network: all missing.
    """
    weight = weights(distance_m, half_distance_m[:, None])
    reached = mixing.reach(weight, residents.count)
    groups = mixing.catchment(weight, residents.by_group)
    place_shares = mixing.shares(groups)
    city = residents.city_shares
    encounter = mixing.encounter(place_shares)
    unknown = mixing.reach(weight, np.where(np.isnan(residents.shares).any(axis=1), residents.count, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        unknown = np.where(reached > 0, unknown / reached, np.nan)
    return pd.DataFrame(
        {
            "reach": reached,
            "residents_within": mixing.residents_within(distance_m, residents.count, limit_m),
            **{f"share_{name}": place_shares[:, g] for g, name in enumerate(mixing.GROUPS)},
            "share_unknown": unknown,
            "mixing": mixing.mixing(place_shares, city),
            "encounter": encounter,
            "encounter_ratio": encounter / mixing.encounter(city),
            "bridge": mixing.bridge(groups, residents.totals),
        },
        index=index,
    )


def origins(distance_m: Floats, half_distance_m: float, population: pd.DataFrame, limit_m: float) -> pd.DataFrame:
    """From which neighbourhoods one place draws.

    Parameters
    ----------
    distance_m
        (B,) metres from the place to every postcode.
    half_distance_m
        Of the place's category in this mode.
    population
        Index `pc6`: `residents`, `neighbourhood_code`.
    limit_m
        For `residents_within`, metres.

    Returns
    -------
    pandas.DataFrame
        Index `code` (neighbourhoods with any weight or anyone within the limit): `residents_within`,
        `share_of_reach` (sums to 1), `distance_m` (resident-weighted mean over all its postcodes on the
        network). Largest share first.
    """
    count = population["residents"].to_numpy(dtype=float)
    known = np.isfinite(distance_m)
    distance = np.where(known, distance_m, 0.0)
    table = pd.DataFrame(
        {
            "code": population["neighbourhood_code"].to_numpy(),
            "residents_within": count * (known & (distance_m <= limit_m)),
            "reach": count * np.where(known, weights(distance, half_distance_m), 0.0),
            "metres": count * distance,
            "on_network": count * known,
        }
    )
    total = table.groupby("code").sum()
    total = total[(total["reach"] > 0) | (total["residents_within"] > 0)]
    with np.errstate(divide="ignore", invalid="ignore"):
        result = pd.DataFrame(
            {
                "residents_within": total["residents_within"],
                "share_of_reach": total["reach"] / total["reach"].sum(),
                "distance_m": total["metres"] / total["on_network"],
            }
        )
    return result.sort_values(["share_of_reach", "residents_within"], ascending=False, kind="stable")


def minutes_to_metres(minutes: float, mode: str) -> float:
    """Metres covered in `minutes` on foot (75 m/min) or by bike (250 m/min)."""
    return minutes * SPEED_M_PER_MIN[mode]
