"""How far the residents of two neighbourhoods live from each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trefpunt.errors import UnknownCodeError
from trefpunt.network import catchments
from trefpunt.snapshot import Snapshot


def distance_between(snapshot: Snapshot, a: str, b: str, mode: str) -> float:
    """Mean network distance from a resident of one neighbourhood to a resident of the other.

    Σ n_i n_j d_ij / Σ n_i n_j over the postcodes i of `a` and j of `b` that the network connects, n the residents: the
    expected distance between two residents picked at random, one from each, both at their postcode's point.

    Parameters
    ----------
    snapshot
        The municipality.
    a, b
        Codes of neighbourhoods; their order does not matter.
    mode
        ``walk`` or ``cycle``.

    Returns
    -------
    float
        Metres; NaN where nobody was counted in either, or the network connects none of them.

    Raises
    ------
    UnknownCodeError
        A code that is no neighbourhood of this snapshot.
    """
    if unknown := [code for code in (a, b) if code not in snapshot.neighbourhoods.index]:
        raise UnknownCodeError(
            ", ".join(unknown), "no such neighbourhood in this snapshot", "See `export neighbourhoods` for the codes."
        )
    people = pd.DataFrame(snapshot.population.drop(columns="geometry"))
    # In one order, so that a–b and b–a add up to the same digits.
    first, second = (people[people["neighbourhood_code"] == code] for code in sorted((a, b)))
    node = f"{mode}_node"
    metres = catchments.distances(snapshot.networks[mode], first[node], second[node])
    weight = np.outer(first["residents"].to_numpy(dtype=float), second["residents"].to_numpy(dtype=float))
    weight[~np.isfinite(metres)] = 0.0
    total = float(weight.sum())
    return float((weight * np.where(weight > 0, metres, 0.0)).sum() / total) if total > 0 else float("nan")
