"""From the key figures of 2017 to predictors of the score, and the table a model learns from."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from trefpunt.errors import TableError

DIRECTIONS = {
    "share_low": -1,
    "share_high": 1,
    "low_income": -1,
    "social_minimum": -1,
    "persons_low": -1,
    "persons_high": 1,
    "log_woz": 1,
    "log_income_recipient": 1,
    "log_income_resident": 1,
    "log_density": 0,
    "share_65_plus": 0,
}
"""The predictors, and which way the score may go when one rises and the others stay: −1 down, 1 up, 0 either."""

_SHARES = {
    "share_low": "low_pct",
    "share_high": "high_pct",
    "low_income": "low_income_pct",
    "social_minimum": "social_minimum_pct",
    "persons_low": "persons_low_pct",
    "persons_high": "persons_high_pct",
}
_LOGS = {
    "log_woz": "woz_keur",
    "log_income_recipient": "income_recipient_keur",
    "log_income_resident": "income_resident_keur",
}
KEY_FIGURES = [*_SHARES.values(), *_LOGS.values(), "density_km2", "residents", "residents_65_plus"]
"""The columns of `trefpunt.sources.cbs_files.read_kwb_2017` that the predictors are made from."""

STABLE_RATIO = (0.85, 1.15)
"""A wijk code stands for one place when its residents of 2020 and of 2017 have a ratio within these bounds."""


def predictors(areas: pd.DataFrame) -> pd.DataFrame:
    """Return the predictors of each area.

    Parameters
    ----------
    areas
        Index `code`; the columns `KEY_FIGURES`. `_pct` 0–100, `_keur` thousands of euros.

    Returns
    -------
    pandas.DataFrame
        The same index, columns in the order of `DIRECTIONS`, all float64. Shares 0–1, natural logarithms.
        Missing where the key figure is suppressed, or where a logarithm has no value.

    Raises
    ------
    TableError
        Columns are absent.
    """
    if absent := [c for c in KEY_FIGURES if c not in areas]:
        raise TableError("areas", f"columns missing: {', '.join(absent)}", "Join the key figures of 2017 first.")
    table = pd.DataFrame(index=areas.index)
    for ours, column in _SHARES.items():
        table[ours] = areas[column] / 100
    for ours, column in _LOGS.items():
        table[ours] = np.log(areas[column].where(areas[column] > 0))
    table["log_density"] = np.log1p(areas["density_km2"])
    table["share_65_plus"] = areas["residents_65_plus"] / areas["residents"].where(areas["residents"] > 0)
    return table[list(DIRECTIONS)].astype("float64")


def training_table(
    scores: pd.DataFrame,
    kwb_2017: pd.DataFrame,
    kwb_2020: pd.DataFrame,
    *,
    exclude: Collection[str] = (),
    stable: tuple[float, float] | None = STABLE_RATIO,
) -> pd.DataFrame:
    """Return the wijken with an official score and all predictors: what a model learns from.

    Wijken are redrawn between 2017 and 2019, and a code may come back for another place. Such a pair of
    score and predictors belongs to two places and teaches nothing; it shows in the residents.

    Parameters
    ----------
    scores
        Official scores per wijk (`read_ses_districts`): `municipality_code`, `ses_woa`.
    kwb_2017, kwb_2020
        Key figures (`read_kwb_2017`, `read_kwb_2020`).
    exclude
        Municipality codes (GM…) to leave out: those that the model is tested on or applied to.
    stable
        Bounds of residents 2020 / residents 2017; None keeps every wijk.

    Returns
    -------
    pandas.DataFrame
        Index `code`: `municipality_code`, `households` (2020), `ses_woa` and the columns `KEY_FIGURES`; nothing
        missing.
    """
    table = scores[["municipality_code", "ses_woa"]].join(kwb_2017[KEY_FIGURES], how="inner")
    table = table.join(kwb_2020[["households", "residents"]].rename(columns={"residents": "residents_2020"}))
    keep = ~table["municipality_code"].isin(list(exclude)) & table["households"].gt(0) & table["ses_woa"].notna()
    if stable is not None:
        keep &= (table["residents_2020"] / table["residents"]).between(*stable)
    keep &= predictors(table).notna().all(axis=1)
    return table.loc[keep, ["municipality_code", "households", "ses_woa", *KEY_FIGURES]].sort_index()
