"""SES-WOA per buurt: official where there is one, else an estimate with its interval, else missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trefpunt.errors import TableError
from trefpunt.estimate.benchmark import benchmark
from trefpunt.estimate.interval import ErrorModel
from trefpunt.estimate.model import EstimateParams, ScoreModel, fit_model


def benchmarked_scores(
    model: ScoreModel, targets: pd.DataFrame, district_scores: pd.Series, params: EstimateParams
) -> pd.Series:
    """Return the estimate of every buurt that may have one, benchmarked to the official score of its wijk.

    Missing with fewer households than `params.min_households`, without predictors, or without a wijk score.
    Official scores of buurten do not enter: see `estimate_scores`.
    """
    large_enough = targets["households"].ge(params.min_households)
    raw = model.predict(targets).where(large_enough)
    return benchmark(raw, targets["households"], targets["district_code"], district_scores)


def _check(targets: pd.DataFrame, official: pd.DataFrame | None) -> None:
    faults = [f"targets: column '{c}' is missing" for c in ("households", "district_code") if c not in targets]
    if targets.index.has_duplicates:
        faults.append(f"targets: double code {targets.index[targets.index.duplicated()][0]}")
    if official is not None:
        faults += [f"official: column '{c}' is missing" for c in ("ses_woa", "year") if c not in official]
        if official.index.has_duplicates:
            double = official.index[official.index.duplicated()][0]
            faults.append(f"official: double code {double}; choose one year a code")
    if faults:
        raise TableError("estimate of SES-WOA", faults, "Correct the tables that are handed over.")


def estimate_scores(
    training: pd.DataFrame,
    targets: pd.DataFrame,
    district_scores: pd.Series,
    official: pd.DataFrame | None = None,
    params: EstimateParams | None = None,
    *,
    error: ErrorModel,
    official_complete: bool = False,
) -> pd.DataFrame:
    """Return the score of every buurt with its status.

    An official score always replaces an estimate. It never enters the model nor the benchmark: the official
    points at hand are of 2021, the wijk scores of 2019, and to hold the one fixed inside the mean of the other
    would push the change of two years onto the neighbours. So the wijk's mean equals its official score for the
    column `ses_woa_estimate`, not for a column with figures of two years in it.

    Parameters
    ----------
    training
        Wijken to learn from (`training_table`), the municipality of the targets left out.
    targets
        Index `code` (BU…): `households` (weights of the benchmark), `district_code`, and the `KEY_FIGURES` of
        2017, missing where suppressed.
    district_scores
        Index wijk code: official scores of `params.year`.
    official
        Index `code`: `ses_woa`, `year`; missing score = suppressed. Other codes than the targets' are ignored.
    params
        Settings; the defaults where None.
    error
        Measured error (`Validation.error`), for the interval.
    official_complete
        True when `official` covers the municipality (a StatLine table): a buurt that it suppresses or does not
        have is missing, none is estimated. False when it holds single figures: the rest is estimated.

    Returns
    -------
    pandas.DataFrame
        Index `code`, in the order of the targets: `ses_woa`, `ses_woa_lower`, `ses_woa_upper` (missing unless
        an estimate), `ses_year` (Int16), `ses_status` (official, estimate, missing), `ses_woa_estimate` (also
        beside an official score, where one can be made; missing where the status is).

    Raises
    ------
    TableError
        Columns are absent or codes double.
    """
    params = params or EstimateParams()
    _check(targets, official)
    model = fit_model(training, params)
    estimate = benchmarked_scores(model, targets, district_scores, params)
    estimated = targets.assign(student_like=model.student_like(targets))[estimate.notna()]
    width = error.half_width(estimated).reindex(targets.index)

    given = pd.DataFrame(index=targets.index, columns=["ses_woa", "year"], dtype="float64")
    if official is not None:
        given = official[["ses_woa", "year"]].astype("float64").reindex(targets.index)
    is_official = given["ses_woa"].notna()
    is_estimate = ~is_official & estimate.notna() & (not official_complete)
    year = given["year"].where(is_official).mask(is_estimate, params.year)
    return pd.DataFrame(
        {
            "ses_woa": given["ses_woa"].mask(is_estimate, estimate),
            "ses_woa_lower": (estimate - width).where(is_estimate),
            "ses_woa_upper": (estimate + width).where(is_estimate),
            "ses_year": year.astype("Int16"),
            "ses_status": np.select([is_official, is_estimate], ["official", "estimate"], "missing"),
            "ses_woa_estimate": estimate.where(is_official | is_estimate),
        },
        index=targets.index.rename("code"),
    )
