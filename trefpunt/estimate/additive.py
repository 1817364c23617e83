"""A monotone additive model: one bent line per predictor, each allowed to go one way only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

Array = NDArray[np.float64]


@dataclass(frozen=True)
class AdditiveModel:
    """A fitted model: score = intercept + Σ over predictors of a piecewise-linear function.

    Beyond the outermost knots the lines go straight on, so that areas more extreme than any wijk the model
    learned from are extrapolated by the last slope, not held at the last value.
    """

    centre: dict[str, float]
    scale: dict[str, float]
    knots: dict[str, tuple[float, ...]]
    slopes: Array
    intercept: float

    def predict(self, table: pd.DataFrame) -> Array:
        """Return the score per row of a table of predictors without missing values."""
        result: Array = self.intercept + _basis(table, self.centre, self.scale, self.knots) @ self.slopes
        return result


def _segments(values: Array, knots: tuple[float, ...]) -> Array:
    """Split each value into the parts that lie between the knots; the parts of a row add up to the value."""
    edges = [-np.inf, *knots, np.inf]
    parts = [np.clip(values, a, b) - np.clip(0.0, a, b) for a, b in pairwise(edges)]
    return np.column_stack(parts)


def _basis(
    table: pd.DataFrame, centre: Mapping[str, float], scale: Mapping[str, float], knots: Mapping[str, tuple[float, ...]]
) -> Array:
    return np.hstack([_segments((table[c].to_numpy() - centre[c]) / scale[c], knots[c]) for c in knots])


def fit_additive(
    table: pd.DataFrame,
    scores: Array,
    weights: Array,
    directions: Mapping[str, int],
    *,
    quantiles: tuple[float, ...],
    smoothing: float,
) -> AdditiveModel:
    """Fit by weighted least squares with signs: a predictor of direction 1 has no falling piece, −1 no rising one.

    Parameters
    ----------
    table
        Predictors, one row an area, nothing missing.
    scores, weights
        Per row; weights are scaled to mean 1.
    directions
        Predictor → −1, 0 (either way) or 1. These predictors are used, in this order.
    quantiles
        Of each predictor, where its line may bend.
    smoothing
        Penalty on the squared change of slope at a bend, per standard deviation of the predictor.
    """
    columns = list(directions)
    centre = {c: float(table[c].mean()) for c in columns}
    scale = {c: float(table[c].std()) or 1.0 for c in columns}
    knots = {
        c: tuple(float(q) for q in np.unique(np.quantile((table[c] - centre[c]) / scale[c], quantiles)))
        for c in columns
    }
    basis = _basis(table, centre, scale, knots)
    weights = weights / weights.mean()
    mean_basis = np.average(basis, axis=0, weights=weights)
    mean_score = float(np.average(scores, weights=weights))

    pieces = [len(knots[c]) + 1 for c in columns]
    sign = np.repeat([directions[c] for c in columns], pieces)
    starts = np.cumsum([0, *pieces[:-1]])
    inner = np.setdiff1d(np.arange(len(sign)), starts)
    bends = np.zeros((len(inner), len(sign)))
    bends[np.arange(len(inner)), inner] = np.sqrt(smoothing)
    bends[np.arange(len(inner)), inner - 1] = -np.sqrt(smoothing)

    root = np.sqrt(weights)
    matrix = np.vstack([(basis - mean_basis) * root[:, None], bends])
    target = np.concatenate([(scores - mean_score) * root, np.zeros(len(inner))])
    bounds = (np.where(sign > 0, 0.0, -np.inf), np.where(sign < 0, 0.0, np.inf))
    slopes: Array = lsq_linear(matrix, target, bounds).x
    return AdditiveModel(centre, scale, knots, slopes, mean_score - float(mean_basis @ slopes))
