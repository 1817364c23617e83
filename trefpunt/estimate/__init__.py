"""Small-area estimate of SES-WOA for buurten without an official score (docs/estimate.md)."""

from trefpunt.estimate.benchmark import known_households
from trefpunt.estimate.interval import ErrorModel
from trefpunt.estimate.model import EstimateParams, ScoreModel, fit_model
from trefpunt.estimate.predictors import KEY_FIGURES, training_table
from trefpunt.estimate.ses_woa import estimate_scores
from trefpunt.estimate.validation import Validation, compare_postcodes

__all__ = [
    "KEY_FIGURES",
    "ErrorModel",
    "EstimateParams",
    "ScoreModel",
    "Validation",
    "compare_postcodes",
    "estimate_scores",
    "fit_model",
    "known_households",
    "training_table",
]
