"""Random draws of the group shares of neighbourhoods: what they may be by now, and in a part of the neighbourhood.

Shares are drawn on the additive-log-ratio scale against the middle group (logistic-normal; Aitchison 1986, *The
Statistical Analysis of Compositional Data*), with the mean kept at the published share. docs/uncertainty.md says
where the constants come from; `python -m trefpunt.build.share_drift` measures them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trefpunt.metrics.mixing import HIGH, LOW, MIDDLE

Floats = NDArray[np.float64]

MIN_SHARE = 0.005
MIN_RESIDENTS = 100.0
"""Smaller shares and neighbourhoods count as these in the size of the drift: below, nothing was measured."""

PART_CV = 2.0
"""Unevenness at which `ShareDraws.part` is drawn: a fifth of the residents counts, the rest does not."""

_NODES = 15
_ROUNDS = 200
_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Drift:
    """How far the shares of an area move in `years`.

    The variance of log(low / middle) in an area of n residents is `common_low` + `turnover` (1/π_L + 1/π_M) / n, and
    likewise for high; their covariance `turnover` / (π_M n): turnover acts as if a number of residents were drawn
    anew. All of it grows linearly with time, as a random walk does.

    Attributes
    ----------
    years
        Between the two measurements.
    common_low, common_high
        Variances that do not depend on the size of the area.
    turnover
        Residents: variance times n / (1/π_g + 1/π_M).
    shared_low, shared_high
        What part of the common variance all areas of one municipality share.
    """

    years: float
    common_low: float
    common_high: float
    turnover: float
    shared_low: float
    shared_high: float


@dataclass(frozen=True)
class Parts:
    """How far a part of an area lies from its mean: standard deviations of the log-ratios per unit of unevenness.

    Unevenness is the coefficient of variation of the weights that the residents of the area get.

    Attributes
    ----------
    low, high
        Standard deviation of log(low / middle) and log(high / middle) at unevenness 1.
    correlation
        Between the two.
    """

    low: float
    high: float
    correlation: float


DRIFT = Drift(years=3.0, common_low=0.0016, common_high=0.0015, turnover=2.57, shared_low=0.00056, shared_high=0.00049)
PARTS = Parts(low=0.28, high=0.24, correlation=-0.51)
"""Measured on the wijken and buurten of the Netherlands, KWB 2017 and 2020."""


@dataclass(frozen=True)
class ShareDraws:
    """Draws of group shares: D draws, K neighbourhoods, three groups.

    Attributes
    ----------
    whole
        (D, K, 3) shares of each neighbourhood as a whole.
    part
        (D, K, 3) shares of a part of it, at unevenness `PART_CV`. One part per neighbourhood and draw: places that
        draw on the same neighbourhood are off in the same direction.
    """

    whole: Floats
    part: Floats


def draw_shares(
    shares: Floats, residents: Floats, years: Floats, draws: int, seed: int, drift: Drift, parts: Parts
) -> ShareDraws:
    """Draw group shares of neighbourhoods.

    Parameters
    ----------
    shares
        (K, 3) published shares, nothing missing.
    residents
        (K,) residents of each neighbourhood.
    years
        (K,) age of the shares, years.
    draws, seed
        How many, and of which series. More draws of one seed begin with the same draws.
    drift, parts
        Sizes of the deviations; zeros give the published shares back.

    Returns
    -------
    ShareDraws
        With mean `shares` (over all possible draws). A share of 0 stays 0.
    """
    count = len(shares)
    normal = np.random.default_rng(seed).standard_normal((draws, 2 + 4 * count))
    elapsed = years / drift.years
    n = np.maximum(residents, MIN_RESIDENTS)
    inverse = 1.0 / np.maximum(shares, MIN_SHARE) / n[:, None]
    shared = np.sqrt(
        elapsed[:, None] * [min(drift.shared_low, drift.common_low), min(drift.shared_high, drift.common_high)]
    )
    own = _covariance(
        elapsed * (drift.common_low + drift.turnover * (inverse[:, LOW] + inverse[:, MIDDLE])) - shared[:, 0] ** 2,
        elapsed * (drift.common_high + drift.turnover * (inverse[:, HIGH] + inverse[:, MIDDLE])) - shared[:, 1] ** 2,
        elapsed * drift.turnover * inverse[:, MIDDLE],
    )
    low, high = PART_CV * parts.low, PART_CV * parts.high
    within = _covariance(*(np.full(count, v) for v in (low**2, high**2, parts.correlation * low * high)))

    def noise(covariance: Floats, columns: Floats) -> Floats:
        return np.asarray(np.einsum("kij,dkj->dki", _root(covariance), columns.reshape(draws, count, 2)))

    moved = shared * normal[:, None, :2] + noise(own, normal[:, 2 : 2 + 2 * count])
    aside = noise(within, normal[:, 2 + 2 * count :])
    total = own + shared[:, :, None] ** 2 * np.eye(2)
    return ShareDraws(
        whole=_compositions(shares, moved, total), part=_compositions(shares, moved + aside, total + within)
    )


def _covariance(low: Floats, high: Floats, both: Floats) -> Floats:
    """(K, 2, 2) from (K,) variances and covariance."""
    return np.stack([np.stack([low, both], axis=-1), np.stack([both, high], axis=-1)], axis=-2)


def _root(covariance: Floats) -> Floats:
    """Lower triangular root of (K, 2, 2) covariances, also where a variance is 0."""
    first = np.sqrt(np.maximum(covariance[:, 0, 0], 0.0))
    across = np.divide(covariance[:, 1, 0], first, out=np.zeros_like(first), where=first > 0)
    second = np.sqrt(np.maximum(covariance[:, 1, 1] - across**2, 0.0))
    zero = np.zeros_like(first)
    return np.stack([np.stack([first, zero], axis=-1), np.stack([across, second], axis=-1)], axis=-2)


def _closed(base: Floats, noise: Floats) -> Floats:
    """Compositions base · (e^x, 1, e^y) over their sum; noise holds x and y in its last axis."""
    factor = np.ones((*noise.shape[:-1], 3))
    factor[..., LOW], factor[..., HIGH] = np.exp(noise[..., 0]), np.exp(noise[..., 1])
    weighted = base * factor
    return np.asarray(weighted / weighted.sum(axis=-1, keepdims=True))


def _compositions(shares: Floats, noise: Floats, covariance: Floats) -> Floats:
    """Compositions (D, K, 3) disturbed by `noise` (D, K, 2) around a base that makes their mean equal `shares`.

    The base is found by proportional fitting; the mean comes from Gauss–Hermite quadrature, so that it does not depend
    on how many draws are made.
    """
    node, weight = np.polynomial.hermite_e.hermegauss(_NODES)
    grid = np.stack(np.meshgrid(node, node), axis=-1).reshape(-1, 2)
    chance = np.outer(weight, weight).ravel() / weight.sum() ** 2
    at = np.einsum("kij,qj->qki", _root(covariance), grid)
    base = shares.copy()
    for _ in range(_ROUNDS):
        mean = np.einsum("q,qkg->kg", chance, _closed(base, at))
        if np.abs(mean - shares).max(initial=0.0) < _TOLERANCE:
            break
        base = base * np.divide(shares, mean, out=np.ones_like(mean), where=mean > 0)
        base /= base.sum(axis=1, keepdims=True)
    return _closed(base, noise)
