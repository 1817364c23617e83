"""How wrong the estimate is: on unseen wijken, and on buurten that have an official score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from trefpunt.estimate.additive import Array
from trefpunt.estimate.benchmark import benchmark
from trefpunt.estimate.interval import ErrorModel, crossfit_covered, fit_error_model
from trefpunt.estimate.model import EstimateParams, fit_model
from trefpunt.estimate.ses_woa import benchmarked_scores

Fit = Callable[[pd.DataFrame], Callable[[pd.DataFrame], Array]]
"""From a training table to a function that gives the score of each row of such a table."""

SIZES = (0, 250, 500, 1000, 1500, np.inf)
"""Upper bounds of the size classes of a buurt, in households."""


@dataclass(frozen=True)
class Validation:
    """Error of the estimate on buurten with an official score; error = official − estimate.

    Attributes
    ----------
    n
        Number of buurten compared.
    r, rmse, bias
        Pearson correlation, root mean square error, mean error.
    slope
        Of official on estimate: above 1 means that the estimates are compressed towards the mean.
    lowest_bias, lowest_rmse
        Of the tenth of the buurten with the lowest official scores. Chosen by the official score, so some
        regression to the mean is always in it.
    by_size, by_student
        Index class: `n`, `rmse`, `bias`, `p90` (90 % of the absolute errors are below), `covered`.
    coverage
        Share of the official scores inside an interval that was made from other wijken only.
    error
        The error model, from all of the buurten.
    buurten
        Index `code`: `official`, `estimate`, `error`, `households`, `district_code`, `student_like`, `covered`.
    """

    n: int
    r: float
    rmse: float
    bias: float
    slope: float
    lowest_bias: float
    lowest_rmse: float
    by_size: pd.DataFrame
    by_student: pd.DataFrame
    coverage: float
    error: ErrorModel
    buurten: pd.DataFrame


def rms(errors: pd.Series) -> float:
    """Root mean square."""
    return float(np.sqrt((errors**2).mean()))


def _by(table: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    grouped = table.groupby(groups, observed=True)
    return pd.DataFrame(
        {
            "n": grouped.size(),
            "rmse": np.sqrt((table["error"] ** 2).groupby(groups, observed=True).mean()),
            "bias": grouped["error"].mean(),
            "p90": table["error"].abs().groupby(groups, observed=True).quantile(0.9),
            "covered": grouped["covered"].mean(),
        }
    )


def validate(
    training: pd.DataFrame,
    buurten: pd.DataFrame,
    district_scores: pd.Series,
    params: EstimateParams | None = None,
) -> Validation:
    """Measure the error of the estimate on buurten with official scores.

    The buurten are estimated as those of a municipality without any: the model has not seen their municipality,
    and their scores are benchmarked to the official scores of their wijken. The interval is measured on buurten
    that share their wijk with another one, since alone in a wijk the benchmark gives the score away.

    Parameters
    ----------
    training
        As for `estimate_scores`; without the municipality of `buurten`.
    buurten
        Index `code`: `ses_woa` (official, missing where suppressed), `households`, `district_code` and the
        `KEY_FIGURES` of 2017.
    district_scores
        Index wijk code: official scores.
    params
        Settings; the defaults where None.
    """
    params = params or EstimateParams()
    model = fit_model(training, params)
    compared = buurten[buurten["ses_woa"].notna()]
    table = pd.DataFrame(
        {
            "official": compared["ses_woa"],
            "estimate": benchmarked_scores(model, compared, district_scores, params),
            "households": compared["households"],
            "student_like": model.student_like(compared),
            "district_code": compared["district_code"],
        }
    ).dropna(subset=["estimate"])
    table["error"] = table["official"] - table["estimate"]

    covered = crossfit_covered(table, params.level)
    table["covered"] = covered.astype("float64").reindex(table.index)
    lowest = table["error"][table["official"] <= table["official"].quantile(0.1)]
    labels = [f"{low + 1:g}–{high:g}" for low, high in pairwise(SIZES[:-1])]
    size = pd.cut(table["households"], SIZES, labels=[*labels, f"more than {SIZES[-2]:g}"])
    return Validation(
        n=len(table),
        r=float(table["official"].corr(table["estimate"])),
        rmse=rms(table["error"]),
        bias=float(table["error"].mean()),
        slope=float(np.polyfit(table["estimate"], table["official"], 1)[0]),
        lowest_bias=float(lowest.mean()),
        lowest_rmse=rms(lowest),
        by_size=_by(table, size.rename("households")),
        by_student=_by(table, table["student_like"]),
        coverage=float(covered.mean()),
        error=fit_error_model(table, params.level),
        buurten=table,
    )


@dataclass(frozen=True)
class CrossValidation:
    """Error on unseen wijken.

    Attributes
    ----------
    rmse
        As predicted.
    rmse_benchmarked
        After the wijken of each municipality are shifted to its mean, as buurten are to their wijk's: the error
        that matters here. Municipalities of three wijken or more.
    """

    rmse: float
    rmse_benchmarked: float


def cross_validate(training: pd.DataFrame, fit: Fit, folds: int = 10, seed: int = 0) -> CrossValidation:
    """Predict every wijk by a model that has seen no wijk of its municipality, and measure the error."""
    scores = np.full(len(training), np.nan)
    folding = GroupKFold(folds, shuffle=True, random_state=seed)
    for rest, held in folding.split(training, groups=training["municipality_code"]):
        scores[held] = fit(training.iloc[rest])(training.iloc[held])
    predicted = pd.Series(scores, index=training.index)
    municipality = training["municipality_code"]
    weight = training["households"]
    means = (training["ses_woa"] * weight).groupby(municipality).sum() / weight.groupby(municipality).sum()
    shifted = benchmark(predicted, weight, municipality, means)
    several = municipality.groupby(municipality).transform("size").ge(3)
    return CrossValidation(
        rmse=rms(training["ses_woa"] - predicted),
        rmse_benchmarked=rms((training["ses_woa"] - shifted)[several]),
    )


def compare_postcodes(estimate: pd.Series, cells: pd.DataFrame, official: pd.Series) -> pd.DataFrame:
    """Set buurt estimates, averaged per PC4, beside official scores per PC4.

    Parameters
    ----------
    estimate
        Index buurt code; missing where there is none.
    cells
        One row a PC6: `pc4`, `neighbourhood_code`, `households` (weight). A cell whose buurt has no estimate is
        left out of the mean.
    official
        Index `pc4`.

    Returns
    -------
    pandas.DataFrame
        Index `pc4`: `official`, `estimate`, `households` (that carry the mean), `error` (official − estimate).
    """
    scores = cells["neighbourhood_code"].map(estimate)
    weight = cells["households"].where(scores.notna(), 0.0)
    total = weight.groupby(cells["pc4"]).sum()
    mean = (scores * weight).groupby(cells["pc4"]).sum() / total.where(total > 0)
    table = pd.DataFrame({"official": official, "estimate": mean.reindex(official.index)})
    table["households"] = total.reindex(official.index)
    return table.assign(error=table["official"] - table["estimate"])
