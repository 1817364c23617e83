"""Questions about the one-sidedness of the living environment (measure 7 of docs/method.md).

The answer depends on the factor and on whether students count. Whoever shows `one_sidedness` shows
`one_sidedness_curve` beside it, and says which areas are `student_area`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from trefpunt.errors import TrefpuntError
from trefpunt.metrics.one_sidedness import FACTOR
from trefpunt.snapshot import Snapshot
from trefpunt.tables.derived_schemas import ENVIRONMENTS, EVERYWHERE, LEVELS, ONE_SIDED_VARIANTS, REFERENCES

STANDARD_FACTOR = FACTOR
STANDARD = ONE_SIDED_VARIANTS[0]

_KEY = ["level", "environment", "reference", "variant", "factor", "code"]


def one_sidedness(
    snapshot: Snapshot,
    level: str,
    environment: str,
    reference: str = REFERENCES[0],
    factor: float = STANDARD_FACTOR,
    variant: str = STANDARD,
) -> pd.DataFrame:
    """Residents of every area by the one-sidedness of their living environment.

    Parameters
    ----------
    snapshot
        The municipality.
    level
        `neighbourhood` or `district`.
    environment
        `neighbours`, or `places` within reach.
    reference
        Compared with the shares of the `municipality`, or the `national` ones.
    factor
        One of `trefpunt.metrics.one_sidedness.FACTORS`.
    variant
        `standard`; `without_students`: residents of student neighbourhoods not counted, as neighbours neither;
        `shorter`, `longer`: half, and one and a half times the half-distances.

    Returns
    -------
    pandas.DataFrame
        Index `code`, all areas, alphabetical by `name`; `student_area`; `residents` counted, and of these `low`,
        `high`, `neither`, `none` (nothing within reach), `unknown`; `low`, `high`, `share_low` and `share_high` with
        `_lower` and `_upper` (90 %); `share_one_sided` (of residents whose location can be judged), `most_one_sided`
        (above one half), `most_certain`. Shares and verdict are missing where nobody is counted.

    Raises
    ------
    TrefpuntError
        With everything asked for that the snapshot does not have.
    """
    asked = {"level": level, "environment": environment, "reference": reference, "variant": variant, "factor": factor}
    chosen = _choose(snapshot, asked, {"level": LEVELS})
    areas = snapshot.neighbourhoods if level == "neighbourhood" else snapshot.districts
    table = pd.DataFrame(areas[["name", "student_area"]]).join(chosen.set_index("code").drop(columns=_KEY[:-1]))
    return table.sort_values("name", key=lambda names: names.str.casefold(), kind="stable")


def one_sidedness_curve(
    snapshot: Snapshot, environment: str, reference: str = REFERENCES[0], variant: str = STANDARD
) -> pd.DataFrame:
    """Residents of the municipality by the one-sidedness of their living environment, over the factor.

    Parameters
    ----------
    snapshot, environment, reference, variant
        As for `one_sidedness`.

    Returns
    -------
    pandas.DataFrame
        Index `factor`, ascending: the counts, intervals and shares of `one_sidedness`, and `low_in_student_areas`,
        `high_in_student_areas`: those of `low` and `high` who live in student neighbourhoods.

    Raises
    ------
    TrefpuntError
        With everything asked for that the snapshot does not have.
    """
    asked = {"environment": environment, "reference": reference, "variant": variant}
    chosen = _choose(snapshot, asked, {})
    whole = chosen[chosen["code"] == EVERYWHERE].set_index("factor").drop(columns=[*_KEY[:-2], "code"])
    student = snapshot.neighbourhoods.index[snapshot.neighbourhoods["student_area"]]
    of_students = chosen[chosen["code"].isin(student)].groupby("factor")[["low", "high"]].sum()
    of_students = of_students.reindex(whole.index, fill_value=0.0).add_suffix("_in_student_areas")
    return whole.join(of_students).sort_index()


def one_sided_shares(snapshot: Snapshot, level: str) -> pd.DataFrame:
    """Shares of residents in a one-sided environment, as `export` has them.

    Against the municipality, at a factor of 2, students counted.

    Parameters
    ----------
    snapshot, level
        As for `one_sidedness`.

    Returns
    -------
    pandas.DataFrame
        Index `code`: `one_sided_low_neighbours`, `one_sided_high_neighbours`, `one_sided_low_places`,
        `one_sided_high_places`, each with `_lower` and `_upper`; missing where nobody is counted.
    """
    columns = {}
    for environment in ENVIRONMENTS:
        found = one_sidedness(snapshot, level, environment)
        for side in ("low", "high"):
            for end in ("", "_lower", "_upper"):
                columns[f"one_sided_{side}_{environment}{end}"] = found[f"share_{side}{end}"]
    return pd.DataFrame(columns)


def _choose(snapshot: Snapshot, asked: Mapping[str, object], only: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """The rows asked for; `only` narrows what may be asked below what the table holds."""
    table = snapshot.derived["one_sidedness"]
    faults = []
    for column, value in asked.items():
        there = only.get(column) or tuple(sorted(table[column].unique()))
        if value not in there:
            listed = ", ".join(f"{one:g}" if column == "factor" else str(one) for one in there)
            faults.append(f"there is no {column} {value!r}; there is {listed}")
    if faults:
        raise TrefpuntError("one-sidedness", faults, "Choose from what there is.")
    rows = pd.Series(True, index=table.index)
    for column, value in asked.items():
        rows &= table[column] == value
    return pd.DataFrame(table[rows])
