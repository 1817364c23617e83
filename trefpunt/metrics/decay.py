"""How the pull of a place fades with distance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trefpunt.categories import CUTOFF_HALF_DISTANCES


def weights(distance_m: ArrayLike, half_distance_m: ArrayLike) -> NDArray[np.float64]:
    """Exponential decay by half-distance: f(d) = 2^(−d/h) up to 4 h, 0 beyond.

    Parameters
    ----------
    distance_m
        Metres along the network; ∞ where not reached, NaN where unknown. Any shape.
    half_distance_m
        Metres at which the weight is one half; broadcasts against `distance_m`.

    Returns
    -------
    numpy.ndarray
        Between 0 and 1; NaN where the distance is NaN.
    """
    distance = np.asarray(distance_m, dtype=float)
    half = np.asarray(half_distance_m, dtype=float)
    weight = np.exp2(-distance / half)
    return np.where(distance > CUTOFF_HALF_DISTANCES * half, 0.0, weight)
