"""The one-sidedness of the living environment, computed once for all visitors; what comes back must not be changed."""

from __future__ import annotations

import pandas as pd

from trefpunt import queries
from trefpunt.ui import data
from trefpunt.ui.keeping import kept


@kept(128)
def _one_sidedness(mark: str, level: str, environment: str, reference: str, factor: float) -> pd.DataFrame:
    return queries.one_sidedness(data.snapshot(), level, environment, reference, factor)


def one_sidedness(level: str, environment: str, reference: str, factor: float) -> pd.DataFrame:
    """Return the residents of every area by the one-sidedness of their environment."""
    return _one_sidedness(data.mark(), level, environment, reference, factor)


@kept(64)
def _one_sidedness_curve(mark: str, environment: str, reference: str, variant: str) -> pd.DataFrame:
    return queries.one_sidedness_curve(data.snapshot(), environment, reference, variant)


def one_sidedness_curve(environment: str, reference: str, variant: str) -> pd.DataFrame:
    """Return the residents of the municipality by the one-sidedness of their environment, over the factor."""
    return _one_sidedness_curve(data.mark(), environment, reference, variant)
