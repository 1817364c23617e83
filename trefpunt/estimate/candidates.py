"""The models that were compared before one was chosen. Used by the validation command alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct
from sklearn.linear_model import LinearRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, SplineTransformer, StandardScaler

from trefpunt.estimate.additive import Array, fit_additive
from trefpunt.estimate.model import EstimateParams, fit_boosted, fit_model, household_weights
from trefpunt.estimate.predictors import DIRECTIONS, predictors
from trefpunt.estimate.validation import Fit

FOUR = ["share_low", "share_high", "low_income", "log_woz"]
ALL = list(DIRECTIONS)
_PENALTIES = np.logspace(-4, 3, 25)


@dataclass(frozen=True)
class Candidate:
    """A model to compare; `monotone` when more low incomes can never raise its score."""

    name: str
    fit: Fit
    monotone: bool = False


def _scores(training: pd.DataFrame) -> Array:
    scores: Array = training["ses_woa"].to_numpy(dtype="float64")
    return scores


def _pipeline(columns: list[str], steps: Callable[[], list[Any]], *, weighted: bool = False) -> Fit:
    def fit(training: pd.DataFrame) -> Callable[[pd.DataFrame], Array]:
        model = make_pipeline(*steps())
        weights = {f"{model.steps[-1][0]}__sample_weight": household_weights(training)} if weighted else {}
        model.fit(predictors(training)[columns], _scores(training), **weights)
        return lambda areas: model.predict(predictors(areas)[columns])

    return fit


def _gaussian_process(training: pd.DataFrame) -> Callable[[pd.DataFrame], Array]:
    """A plane plus a smooth surface; noise variance falls with the square root of the households."""
    scaler = StandardScaler().fit(predictors(training))
    centre = float(training["ses_woa"].mean())
    noise = 0.05**2 * np.sqrt(1500 / training["households"].to_numpy(dtype="float64"))
    kernel = ConstantKernel(0.1) * DotProduct(1.0) + ConstantKernel(0.05) * RBF(8.0)
    model = GaussianProcessRegressor(kernel, alpha=np.clip(noise, 6e-4, 2e-2), optimizer=None)
    model.fit(scaler.transform(predictors(training)), _scores(training) - centre)
    return lambda areas: centre + model.predict(scaler.transform(predictors(areas)))


def _boosted(training: pd.DataFrame) -> Callable[[pd.DataFrame], Array]:
    table = predictors(training)
    model = fit_boosted(table, _scores(training), household_weights(training), EstimateParams())
    return lambda areas: model.predict(predictors(areas).to_numpy())


def chosen(training: pd.DataFrame) -> Callable[[pd.DataFrame], Array]:
    """Fit the model that is used: the mean of the two monotone ones."""
    model = fit_model(training)

    def predict(areas: pd.DataFrame) -> Array:
        scores: Array = model.predict(areas).to_numpy()
        return scores

    return predict


def additive(directions: Mapping[str, int] = DIRECTIONS, extra: Sequence[str] = ()) -> Fit:
    """Return the additive model; `extra` are further predictors that the training table must bring, free of sign."""
    directions = {**directions, **dict.fromkeys(extra, 0)}
    params = EstimateParams()

    def fit(training: pd.DataFrame) -> Callable[[pd.DataFrame], Array]:
        model = fit_additive(
            predictors(training).join(training[list(extra)]),
            _scores(training),
            household_weights(training),
            directions,
            quantiles=params.knots,
            smoothing=params.smoothing,
        )
        return lambda areas: model.predict(predictors(areas).join(areas[list(extra)]))

    return fit


def candidates() -> list[Candidate]:
    """Return the compared models, simplest first."""
    return [
        Candidate("probe: OLS, 4 predictors", _pipeline(FOUR, lambda: [LinearRegression()])),
        Candidate("OLS, all 11 predictors", _pipeline(ALL, lambda: [LinearRegression()])),
        Candidate(
            "cubic splines, ridge",
            _pipeline(
                ALL,
                lambda: [StandardScaler(), SplineTransformer(4, extrapolation="linear"), RidgeCV(_PENALTIES)],
                weighted=True,
            ),
        ),
        Candidate(
            "quadratic with all interactions, ridge",
            _pipeline(
                ALL,
                lambda: [StandardScaler(), PolynomialFeatures(2), StandardScaler(), RidgeCV(_PENALTIES)],
                weighted=True,
            ),
        ),
        Candidate("Gaussian process (plane + smooth surface)", _gaussian_process),
        Candidate("additive, bent lines, free", additive(dict.fromkeys(ALL, 0))),
        Candidate("additive, bent lines, monotone (A)", additive(), monotone=True),
        Candidate("boosted trees, monotone (B)", _boosted, monotone=True),
        Candidate("mean of A and B (chosen)", chosen, monotone=True),
    ]
