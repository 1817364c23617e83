"""Shift estimates so that every wijk's household-weighted mean equals its official score."""

from __future__ import annotations

import pandas as pd


def _weighted_mean(values: pd.Series, weights: pd.Series, groups: pd.Series) -> pd.Series:
    """Weighted mean of the known values of a row's group, repeated on every row."""
    weight = weights.where(values.notna(), 0.0)
    total = (values * weight).groupby(groups).transform("sum")
    return total / weight.groupby(groups).transform("sum")


def benchmark(scores: pd.Series, households: pd.Series, district: pd.Series, district_scores: pd.Series) -> pd.Series:
    """Return the scores, shifted by one constant per wijk so that each wijk has its official mean.

    A score of an area is the mean over its households, so a wijk's score is the household-weighted mean of its
    buurten's. Buurten without a score are left out of the mean: the wijk's score is taken to hold for the rest.
    Ratio-free: a shift, because scores have no natural zero point.

    Parameters
    ----------
    scores
        Index `code`: the model's scores; missing where there are none.
    households
        The same index: weights.
    district
        The same index: the code of the wijk.
    district_scores
        Index wijk code: official scores.

    Returns
    -------
    pandas.Series
        The same index; missing where the score is, or where the wijk has no official score.
    """
    official = district.map(district_scores)
    return scores + (official - _weighted_mean(scores, households, district))


def known_households(scores: pd.Series, households: pd.Series, district: pd.Series) -> pd.Series:
    """Return per wijk the share (0–1) of its households that live in a buurt with a score."""
    known = households.where(scores.notna(), 0.0).groupby(district).sum()
    return (known / households.groupby(district).sum()).rename("known_households")
