"""The interval of an estimate: the error that was measured on buurten with an official score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls
from sklearn.model_selection import GroupKFold

from trefpunt.estimate.additive import Array

_ROUNDS = 20
_FLOOR = 1e-6  # of a variance: a buurt alone in its wijk has no error but rounding after benchmarking


@dataclass(frozen=True)
class ErrorModel:
    """How large the error of an estimate is, before the benchmark takes its share of it.

    The variance of a buurt's own error is (common + student · student_like) / households. The benchmark subtracts
    the wijk's weighted mean error, so what is left of independent errors in a buurt with share w of the wijk's
    households is (1 − w)² of its own variance plus w² of each other buurt's. A buurt that is half of its wijk
    is therefore known better than one of the same size in a large wijk.

    Attributes
    ----------
    common, student
        Variance times households; `student` comes on top for student-like buurten. Neither is negative.
    factor
        Half the width of the interval in standard deviations, from the measured errors.
    level
        Share of official scores that the interval should contain.
    """

    common: float
    student: float
    factor: float
    level: float

    def half_width(self, areas: pd.DataFrame) -> pd.Series:
        """Return half the width of the interval per buurt, in points of the score.

        Parameters
        ----------
        areas
            Index `code`: the estimated buurten, whole wijken together: `households`, `district_code`,
            `student_like` (bool).
        """
        variance = _parts(areas) @ np.array([self.common, self.student])
        return pd.Series(self.factor * np.sqrt(np.maximum(variance, _FLOOR)), index=areas.index, name="half_width")


def _parts(areas: pd.DataFrame) -> Array:
    """What each part of the variance is multiplied by, per buurt, after benchmarking."""
    count = areas["households"].astype("float64")
    own = pd.DataFrame({"common": 1.0 / count, "student": areas["student_like"].astype("float64") / count})
    share = count / count.groupby(areas["district_code"]).transform("sum")
    mixed = own.mul(share**2, axis=0).groupby(areas["district_code"]).transform("sum")
    parts: Array = (own.mul(1.0 - 2.0 * share, axis=0) + mixed).to_numpy()
    return parts


def fit_error_model(areas: pd.DataFrame, level: float) -> ErrorModel:
    """Fit the variance to squared errors, then the factor to what is needed for `level`.

    The variance comes from non-negative least squares, repeated with each buurt weighted by its own precision
    (1 / variance²), so that a few large errors do not decide it. The factor is the quantile of |error| / spread,
    with the small-sample correction of split-conformal prediction: rank ⌈(n + 1) · level⌉ of n.

    Parameters
    ----------
    areas
        Index `code`: `error` (official − estimate), `households`, `district_code`, `student_like`; whole wijken,
        nothing missing. A buurt alone in its wijk teaches nothing about errors and is not used.
    level
        0–1.
    """
    areas = areas[shares_its_district(areas)]
    parts = _parts(areas)
    squared = areas["error"].to_numpy(dtype="float64") ** 2
    variance = np.full(len(squared), squared.mean())
    coefficients = np.zeros(parts.shape[1])
    for _ in range(_ROUNDS):
        coefficients, _ = nnls(parts / variance[:, None], squared / variance)
        variance = np.maximum(parts @ coefficients, _FLOOR)
    ratio = np.sort(np.sqrt(squared / variance))
    rank = min(int(np.ceil((len(ratio) + 1) * level)), len(ratio))
    common, student = (float(c) for c in coefficients)
    return ErrorModel(common, student, float(ratio[rank - 1]), level)


def shares_its_district(areas: pd.DataFrame) -> pd.Series:
    """Return whether a buurt shares its wijk with another one; alone, the benchmark gives its score away."""
    return areas.groupby("district_code")["households"].transform("size").gt(1)


def crossfit_covered(areas: pd.DataFrame, level: float, folds: int = 10) -> pd.Series:
    """Return per buurt whether its interval held its official score, the interval made from other wijken only.

    Buurten alone in their wijk are left out. Parameters as for `fit_error_model`.
    """
    areas = areas[shares_its_district(areas)]
    covered = pd.Series(False, index=areas.index)
    folding = GroupKFold(min(folds, areas["district_code"].nunique()))
    for rest, held in folding.split(areas, groups=areas["district_code"]):
        width = fit_error_model(areas.iloc[rest], level).half_width(areas.iloc[held])
        covered.iloc[held] = areas["error"].iloc[held].abs().le(width)
    return covered
