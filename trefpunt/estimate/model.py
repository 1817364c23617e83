"""The model of the score: the mean of a monotone additive model and of monotone boosted trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from trefpunt.estimate.additive import AdditiveModel, Array, fit_additive
from trefpunt.estimate.predictors import DIRECTIONS, predictors


@dataclass(frozen=True)
class EstimateParams:
    """Settings of the estimate. The defaults were chosen by error on unseen wijken (docs/estimate.md).

    Attributes
    ----------
    year
        Of the official scores that the model learns from and is benchmarked to.
    min_households
        A neighbourhood with fewer is never estimated, as CBS publishes none.
    knots, smoothing
        Of the additive model (`fit_additive`).
    trees, depth, leaf, learning_rate
        Of the boosted trees; `leaf` is the least number of wijken in a leaf.
    student_excess
        An area is student-like when its share of households in the lowest 40 % exceeds what its low-income
        share makes one expect by more than this: CBS leaves students out of the latter, not out of the former.
    level
        Share of the official scores that an interval should contain.
    """

    year: int = 2019
    min_households: float = 100
    knots: tuple[float, ...] = (0.1, 0.3, 0.5, 0.7, 0.9)
    smoothing: float = 30.0
    trees: int = 200
    depth: int = 5
    leaf: int = 15
    learning_rate: float = 0.05
    student_excess: float = 0.15
    level: float = 0.90


@dataclass(frozen=True)
class ScoreModel:
    """A fitted model of the score of an area, from its key figures of 2017."""

    additive: AdditiveModel
    boosted: Any  # HistGradientBoostingRegressor: scikit-learn has no types
    student_line: tuple[float, float]
    student_excess: float

    def predict(self, areas: pd.DataFrame) -> pd.Series:
        """Return the score per area before benchmarking; missing where any predictor is."""
        table = predictors(areas)
        known = table.notna().all(axis=1)
        score = pd.Series(np.nan, index=areas.index, name="ses_woa", dtype="float64")
        if known.any():
            complete = table[known]
            with threadpool_limits(limits=1):
                boosted = self.boosted.predict(complete.to_numpy())
            score[known] = (self.additive.predict(complete) + boosted) / 2
        return score

    def student_like(self, areas: pd.DataFrame) -> pd.Series:
        """Return whether many low incomes of an area look like students' (False where unknown)."""
        table = predictors(areas)
        intercept, slope = self.student_line
        excess = table["share_low"] - (intercept + slope * table["low_income"])
        return excess.gt(self.student_excess).rename("student_like")


def household_weights(training: pd.DataFrame) -> Array:
    """Weight of a wijk in a fit: the square root of its households, between equal wijken and equal households."""
    weights: Array = np.sqrt(training["households"].to_numpy(dtype="float64"))
    return weights


def fit_boosted(table: pd.DataFrame, scores: Array, weights: Array, params: EstimateParams) -> Any:
    """Fit gradient-boosted trees that keep to `DIRECTIONS`. No randomness: every row and predictor is used.

    One thread: on 2,000 wijken, threads wait for each other longer than they work (0.5 s against up to 18 s on a
    busy machine), and sums come out the same on any number of cores.
    """
    trees = HistGradientBoostingRegressor(
        max_iter=params.trees,
        learning_rate=params.learning_rate,
        max_depth=params.depth,
        min_samples_leaf=params.leaf,
        monotonic_cst=[DIRECTIONS[str(c)] for c in table],
        early_stopping=False,
        random_state=0,
    )
    with threadpool_limits(limits=1):
        return trees.fit(table.to_numpy(), scores, sample_weight=weights)


def fit_model(training: pd.DataFrame, params: EstimateParams | None = None) -> ScoreModel:
    """Fit the model to wijken.

    Parameters
    ----------
    training
        As from `trefpunt.estimate.predictors.training_table`.
    params
        Settings; the defaults where None.
    """
    params = params or EstimateParams()
    table = predictors(training)
    scores = training["ses_woa"].to_numpy(dtype="float64")
    weights = household_weights(training)
    slope, intercept = np.polyfit(table["low_income"], table["share_low"], 1)
    return ScoreModel(
        additive=fit_additive(table, scores, weights, DIRECTIONS, quantiles=params.knots, smoothing=params.smoothing),
        boosted=fit_boosted(table, scores, weights, params),
        student_line=(float(intercept), float(slope)),
        student_excess=params.student_excess,
    )
