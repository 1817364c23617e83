"""The official scores of all years, one row an area and year."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

_OURS = {
    "ses_woa": "ses_woa",
    "ses_welfare": "financial",
    "ses_education": "education",
    "ses_labour": "employment",
    "spread": "spread",
}
COLUMNS = ("level", "code", "year", *_OURS.values(), "status", "division")


def make_score_years(rows: pd.DataFrame, levels: Mapping[str, pd.Index[str]], division: int) -> pd.DataFrame:
    """Put official scores in the form of the table `score_years`.

    Parameters
    ----------
    rows
        Index `code`, one row a code and year: `year`, `provisional` (bool), `ses_woa` (NaN: suppressed), `spread`, and
        where known `ses_welfare`, `ses_education`, `ses_labour`, the parts that add up to it.
    levels
        Name of the level → codes of the municipality's areas. Rows of other codes are left out: a code of another
        division may mean another area.
    division
        Year of the regional division that the codes of `rows` are of.

    Returns
    -------
    pandas.DataFrame
        One row an area and year, in the order of the levels, the codes and the years: `level`, `code`, `year`
        (Int16), `ses_woa`, `financial`, `education`, `employment`, `spread` (NaN: suppressed or not told), `status`
        (official, provisional, suppressed), `division` (Int16). No rows where nothing is official.
    """
    parts = []
    for level, codes in levels.items():
        part = rows[rows.index.isin(codes)]
        table = pd.DataFrame({"level": level, "code": part.index.to_numpy(dtype=str), "year": part["year"].to_numpy()})
        for theirs, ours in _OURS.items():
            table[ours] = part[theirs].to_numpy(dtype="float64") if theirs in part else np.nan
        told = np.where(part["provisional"].to_numpy(dtype=bool), "provisional", "official")
        table["status"] = np.where(table["ses_woa"].isna(), "suppressed", told)
        parts.append(table.sort_values(["code", "year"], kind="stable"))
    merged = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))
    merged["division"] = division
    kinds = dict.fromkeys(("level", "code", "status"), "str") | dict.fromkeys(("year", "division"), "Int16")
    kinds |= dict.fromkeys(_OURS.values(), "float64")
    return merged[list(COLUMNS)].astype(kinds)
