"""The official scores of all years: which years there are, the scores of one of them, and those of one area."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from trefpunt.snapshot import Snapshot

TABLE = "score_years"


def score_years(snapshot: Snapshot, level: str) -> tuple[int, ...]:
    """The years of which some area has an official score, oldest first.

    Parameters
    ----------
    level
        ``neighbourhood``, ``district`` or ``municipality``.

    Returns
    -------
    tuple of int
        Empty where the build found no series.
    """
    rows = snapshot.derived[TABLE]
    rows = rows[(rows["level"] == level) & rows["ses_woa"].notna()]
    return tuple(sorted(int(year) for year in rows["year"].unique()))


def score_history(snapshot: Snapshot, code: str) -> pd.DataFrame:
    """The official scores of an area over the years.

    Returns
    -------
    pandas.DataFrame
        Index `year`, oldest first: `ses_woa` (NaN: suppressed), `financial`, `education`, `employment`, `spread`
        (NaN: not told), `status` (official, provisional, suppressed), `division`, and `comparable`: whether the codes
        of that year are of the same regional division as those of the last one. Figures of two divisions may be of two
        different areas, whatever their code. No rows where nothing is official.
    """
    found, none = _histories(snapshot)
    return found.get(code, none)


@lru_cache(maxsize=4)
def _histories(snapshot: Snapshot) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Code → `score_history`, and that of an area without one."""

    def ordered(rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows.drop(columns=["level", "code"]).set_index("year").sort_index()
        last = rows["division"].iloc[-1] if len(rows) else 0
        return rows.assign(comparable=(rows["division"] == last).astype(bool))

    rows = snapshot.derived[TABLE]
    return {str(code): ordered(part) for code, part in rows.groupby("code")}, ordered(rows.head(0))


def scores_at(snapshot: Snapshot, areas: pd.DataFrame, year: int | None) -> pd.DataFrame:
    """The areas with their scores of one year, or the newest of each.

    Parameters
    ----------
    areas
        `neighbourhood_table` or `district_table` of the snapshot.
    year
        None: the newest of each, which may be an estimate where nothing is official.

    Returns
    -------
    pandas.DataFrame
        `areas` with `ses_woa`, `ses_woa_lower`, `ses_woa_upper`, `ses_year` and `ses_status` of the year. The status is
        ``official``, ``provisional``, ``suppressed`` (CBS withholds the score), ``missing`` (nothing is published), or,
        for the newest only, ``estimate``. The score is there for ``official``, ``provisional`` and ``estimate``. A year
        never holds an estimate. `division` is that of the year's codes (missing where there is no official score).
    """
    rows = snapshot.derived[TABLE]
    rows = rows[rows["code"].isin(areas.index)]
    if year is None:
        newest = areas["ses_year"].where(areas["ses_status"] == "official")
        keys = pd.MultiIndex.from_arrays([areas.index, newest.astype("Int64").fillna(-1)])
        told = rows.set_index(["code", "year"])[["status", "division"]].reindex(keys)
        told.index = areas.index
        provisional = (areas["ses_status"] == "official") & (told["status"] == "provisional")
        return areas.assign(
            ses_status=areas["ses_status"].mask(provisional, "provisional"),
            division=told["division"].astype("Int16"),
        )
    found = rows[rows["year"] == year].set_index("code").reindex(areas.index)
    return areas.assign(
        ses_woa=found["ses_woa"].astype("float64"),
        ses_woa_lower=float("nan"),
        ses_woa_upper=float("nan"),
        ses_year=pd.array([year] * len(areas), dtype="Int16"),
        ses_status=found["status"].astype(object).where(found["status"].notna(), "missing"),
        division=found["division"].astype("Int16"),
    )
