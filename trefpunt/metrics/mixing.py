"""Reach, mixing, encounter and bridge of places: measures 1–4 of docs/method.md.

All functions are pure and work on arrays: P places, B postcodes (PC6), three groups in the order low,
middle, high. Residents whose group shares are unknown count in reach, and in no share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GROUPS = ("low", "middle", "high")
LOW, MIDDLE, HIGH = 0, 1, 2


def group_residents(residents: Floats, shares: Floats) -> Floats:
    """Residents per group, n_b π_bg.

    Parameters
    ----------
    residents
        (B,) residents per postcode.
    shares
        (B, 3) shares per group, 0–1; NaN where the neighbourhood has no published shares.

    Returns
    -------
    numpy.ndarray
        (B, 3); NaN where unknown.
    """
    return np.asarray(residents[:, None] * shares)


def reach(weight: Floats, residents: Floats) -> Floats:
    """Decay-weighted residents C_p = Σ_b n_b f(d_pb), known and unknown groups alike.

    Parameters
    ----------
    weight
        (P, B) decay weights; NaN where place or postcode is not on the network.
    residents
        (B,).

    Returns
    -------
    numpy.ndarray
        (P,); 0 when nobody lives within the cut-off, NaN when the place is not on the network at all.
    """
    return _weighted_sum(weight, residents[:, None])[:, 0]


def residents_within(distance_m: Floats, residents: Floats, limit_m: Floats | float) -> Floats:
    """Plain count of residents within a distance (limits in metres, one for all or one a place: (P, 1)).

    Returns
    -------
    numpy.ndarray
        (P,); NaN when the place is not on the network at all.
    """
    inside: Floats = np.where(np.isnan(distance_m), np.nan, distance_m <= limit_m)
    return _weighted_sum(inside, residents[:, None])[:, 0]


def catchment(weight: Floats, by_group: Floats) -> Floats:
    """Decay-weighted residents per group C_pg, of those whose group shares are known.

    Parameters
    ----------
    weight
        (P, B) decay weights.
    by_group
        (B, 3) residents per group; rows of NaN are unknown and left out.

    Returns
    -------
    numpy.ndarray
        (P, 3); NaN when the place is not on the network at all.
    """
    return _weighted_sum(weight, np.nan_to_num(by_group, nan=0.0))


def _weighted_sum(weight: Floats, values: Floats) -> Floats:
    """(P, B) @ (B, k), a postcode off the network left out; a place off the network (a row of NaN) is NaN."""
    total: Floats = np.nan_to_num(weight, nan=0.0) @ values
    total[np.isnan(weight).all(axis=1)] = np.nan
    return total


def shares(group_totals: Floats) -> Floats:
    """Shares s_pg = C_pg / Σ_g C_pg over the last axis; NaN where the total is 0 or missing."""
    total = group_totals.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, group_totals / total, np.nan)


def mixing(place_shares: Floats, city_shares: Floats) -> Floats:
    """Mixing M_p = 1 − Σ_g max(0, s_pg − P_g) / (1 − P_g).

    1 = the mix of the whole municipality; 0 = one group only, whichever. For equal quarters it equals one
    minus the segregation of Moro et al. (2021, Nature Communications 12:4633).

    Parameters
    ----------
    place_shares
        (P, G) shares at each place.
    city_shares
        (G,) shares of the municipality, each below 1.

    Returns
    -------
    numpy.ndarray
        (P,), 0–1; NaN where the shares are missing.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum(0.0, place_shares - city_shares) / (1.0 - city_shares)
    return np.asarray(1.0 - excess.sum(axis=-1))


def encounter(place_shares: Floats, a: int = LOW, b: int = HIGH) -> Floats:
    """Chance that two random visitors belong to groups `a` and `b`: E_p = 2 s_pa s_pb (a ≠ b)."""
    return np.asarray(2.0 * place_shares[..., a] * place_shares[..., b])


def bridge(group_totals: Floats, city_totals: Floats) -> Floats:
    """Bridge R_p = min(C_pL / N_L, C_pH / N_H).

    The decay-weighted share of the city's low-welfare and of its high-welfare residents that the place
    reaches; the smaller of the two.

    Parameters
    ----------
    group_totals
        (P, 3) catchment per group.
    city_totals
        (3,) residents of the municipality per group.

    Returns
    -------
    numpy.ndarray
        (P,), 0–1; NaN where nobody of known group is reached (mixing is missing there too).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = group_totals[:, [LOW, HIGH]] / city_totals[[LOW, HIGH]]
    nobody = ~(group_totals.sum(axis=1) > 0)
    return np.where(nobody, np.nan, share.min(axis=1))
