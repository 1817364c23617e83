"""Columns that the contracts of tables are made of."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa

TEXT = pd.StringDtype(na_value=float("nan"))


def number(low: float, high: float, *, missing: bool = False) -> pa.Column:
    """A floating-point column within a range."""
    return pa.Column(float, pa.Check.in_range(low, high), nullable=missing)


def text(*, missing: bool = False, **check: Any) -> pa.Column:
    """A text column; `among` a set of values, or one that `matches` a regular expression."""
    checks = [pa.Check.isin(check["among"])] if "among" in check else []
    checks += [pa.Check.str_matches(check["matches"])] if "matches" in check else []
    return pa.Column(TEXT, checks, nullable=missing)
