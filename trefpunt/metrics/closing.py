"""How precious a place is: what its closing would cost its category. Part of measure 5 of docs/method.md.

Two things are asked of a category: how near its best place is to low- and to high-welfare residents (access, bridge),
and how often the two would meet if residents spread over its places as they are near (encounter). A place is worth what
these lose when it is gone and the other places stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from trefpunt.metrics.mixing import GROUPS, HIGH, LOW
from trefpunt.metrics.places import Residents

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CategoryAccess:
    """What a category of places offers to the residents of a municipality.

    Attributes
    ----------
    places
        Places on the network.
    access_low, access_middle, access_high
        Mean over the group's residents of the weight of their nearest place, 0–1.
    bridge
        min(`access_low`, `access_high`): the access of whichever of the two is served worse. It does not say that they
        come to the same place; `encounter` does.
    encounter
        Chance that a random resident's visit finds a pair of one low and one high, 0–½; residents without a place
        within reach count 0.
    residents
        Residents of known group on the network: those these figures are about.
    residents_unserved
        Of them, those with no place within reach.
    residents_off_network
        Residents whose postcode is not on the network; left out.
    """

    places: int
    access_low: float
    access_middle: float
    access_high: float
    bridge: float
    encounter: float
    residents: float
    residents_unserved: float
    residents_off_network: float


@dataclass(frozen=True)
class Catchments:
    """A category's weights without gaps, and who lives where.

    Attributes
    ----------
    weight
        (P on the network, B), 0 where not reached.
    by_group
        (B, 3) residents per group; nobody where unknown or off the network.
    count
        (B,) residents, of known group or not.
    on_network
        (B,) whether the postcode is on the network.
    """

    weight: Floats
    by_group: Floats
    count: Floats
    on_network: NDArray[np.bool_]

    @property
    def totals(self) -> Floats:
        """(3,) residents per group."""
        return np.asarray(self.by_group.sum(axis=0))


def prepare(weight: Floats, residents: Residents) -> tuple[Catchments, NDArray[np.bool_]]:
    """Leave out the places off the network: catchments, and (P,) which places are in them."""
    place_on: NDArray[np.bool_] = np.asarray(~np.isnan(weight).all(axis=1))
    used = weight[place_on]
    postcode_on: NDArray[np.bool_] = np.asarray(~np.isnan(used).all(axis=0))
    by_group = np.nan_to_num(residents.by_group, nan=0.0) * postcode_on[:, None]
    return Catchments(np.nan_to_num(used, nan=0.0), by_group, residents.count, postcode_on), place_on


def two_best(weight: Floats) -> tuple[Floats, Floats]:
    """Per postcode the largest and the second largest weight, 0 where there is none."""
    padded = np.vstack([weight, np.zeros((2, weight.shape[1]))])
    top = np.partition(padded, len(padded) - 2, axis=0)
    return top[-1], top[-2]


def _ratio(part: Floats, whole: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan))


def visit_rate(weight: Floats) -> Floats:
    """(B,) 1 / Σ_q w_qb: times w_pb, the part of a resident's one visit that goes to p; 0 where no place is reached."""
    total = weight.sum(axis=0)
    return np.asarray(np.divide(1.0, total, out=np.zeros_like(total), where=total > 0))


def rate_change(weight: Floats) -> Floats:
    """(P, B) by how much `visit_rate` grows when place q is closed: 1 / (W_b − w_qb) − 1 / W_b for who reached q."""
    total = weight.sum(axis=0)
    # Counted, not subtracted: a place that alone serves a postcode leaves exactly nothing.
    left = (weight > 0).sum(axis=0) - (weight > 0) > 0
    rest = np.divide(1.0, total - weight, out=np.zeros_like(weight), where=left)
    return np.asarray(np.where(weight > 0, rest - visit_rate(weight), 0.0))


def _visits(c: Catchments) -> Floats:
    """(P, 3) visits V_pg = Σ_b n_bg w_pb / Σ_q w_qb: each resident one visit, spread as the places are near."""
    return np.asarray(c.weight @ (c.by_group * visit_rate(c.weight)[:, None]))


def pairs(visits: Floats) -> Floats:
    """Low–high pairs V_p · 2 s_pL s_pH = 2 V_pL V_pH / V_p over the last axis; 0 where nobody comes."""
    total = visits.sum(axis=-1)
    product = 2.0 * visits[..., LOW] * visits[..., HIGH]
    return np.asarray(np.divide(product, total, out=np.zeros_like(total), where=total > 0))


def category_access(weight: Floats, residents: Residents) -> CategoryAccess:
    """Access, bridge and encounter of a category as it is.

    access_g = Σ_b n_bg max_p f(d_bp) / N_g; bridge = min(access_low, access_high).
    encounter = Σ_p V_p · 2 s_pL s_pH / N, with the visits V_pg = Σ_b n_bg f(d_bp) / Σ_q f(d_bq) of the model of Huff
    (1964), *Defining and estimating a trading area*, Journal of Marketing 28(3):34–38: here the places of a category
    are equally attractive but for their distance.

    Parameters
    ----------
    weight
        (P, B) decay weights in the category's own mode, from `trefpunt.metrics.decay.weights`; NaN where place or
        postcode is not on the network.
    residents
        Who lives where (B).

    Returns
    -------
    CategoryAccess
        All figures missing where the category has no place on the network: that none is known is not that none is
        there. A group without residents has no access, and then there is no bridge.
    """
    c, place_on = prepare(weight, residents)
    if not place_on.any():
        nan = float("nan")
        return CategoryAccess(0, nan, nan, nan, nan, nan, nan, nan, nan)
    best, _ = two_best(c.weight)
    access = _ratio(best @ c.by_group, c.totals)
    everybody = c.totals.sum()
    encounter = _ratio(pairs(_visits(c)).sum(), everybody)
    return CategoryAccess(
        places=int(place_on.sum()),
        **{f"access_{name}": float(access[g]) for g, name in enumerate(GROUPS)},
        bridge=float(access[[LOW, HIGH]].min()),
        encounter=float(encounter),
        residents=float(everybody),
        residents_unserved=float(c.by_group[best == 0].sum()),
        residents_off_network=float(c.count[~c.on_network].sum()),
    )


def _encounter_without(c: Catchments) -> Floats:
    """(P,) encounter of the category without each of its places in turn, times N.

    With q closed, a resident's visits go to the rest in proportion to their weights, so place p gains
    Σ_b n_bg w_pb (1 / (W_b − w_qb) − 1 / W_b), W_b being the sum of all weights. For all p and q at once that is one
    product of matrices a group. Exact: no approximation is made.
    """
    change = rate_change(c.weight)
    visits = np.stack([(change * c.by_group[:, g]) @ c.weight.T for g in range(len(GROUPS))], axis=-1)
    visits += _visits(c)[None]
    met = pairs(visits)
    np.fill_diagonal(met, 0.0)
    return np.asarray(met.sum(axis=1))


def closing(weight: Floats, residents: Residents, index: pd.Index[str]) -> pd.DataFrame:
    """What the closing of each place of a category would cost, the others staying open.

    Parameters
    ----------
    weight
        (P, B) decay weights as in `category_access`: 0, or not below the weight at the cut-off.
    residents
        Who lives where (B).
    index
        (P,) place ids.

    Returns
    -------
    pandas.DataFrame
        `bridge_loss` (≥ 0), `encounter_loss` (negative where the meeting of low and high would gain, because residents
        go on to better mixed places) and `residents_left`: residents, of known group or not, who would have no place
        of the category within reach any more. All missing for a place that is not on the network.
        The same as `category_access` with and without the place, computed for all places in one go.
    """
    c, place_on = prepare(weight, residents)
    table = pd.DataFrame(
        np.full((len(index), 3), np.nan), index=index, columns=["bridge_loss", "encounter_loss", "residents_left"]
    )
    if not place_on.any():
        return table
    best, second = two_best(c.weight)
    nearest = c.weight.argmax(axis=0)
    places = len(c.weight)
    drop = c.by_group * (best - second)[:, None]
    lost = np.stack([np.bincount(nearest, drop[:, g], minlength=places) for g in range(len(GROUPS))], axis=1)
    access = best @ c.by_group
    # These products are too small to share: on a busy machine threads that wait for one another take ten times as long.
    with threadpool_limits(limits=1):
        pairs_lost = pairs(_visits(c)).sum() - _encounter_without(c)
    now, without = _ratio(access, c.totals), _ratio(access - lost, c.totals)
    bridge_loss = now[[LOW, HIGH]].min() - without[:, [LOW, HIGH]].min(axis=1)
    encounter_loss = _ratio(pairs_lost, c.totals.sum())
    only = (best > 0) & (second == 0)
    left = np.bincount(nearest, np.where(only, c.count, 0.0), minlength=places)
    table.loc[place_on] = np.column_stack([bridge_loss, encounter_loss, left])
    return table
