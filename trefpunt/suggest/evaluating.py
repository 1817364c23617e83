"""What a new place would add, at every candidate, exactly: docs/method.md, 'Blank spots' and 'Best spot'.

Candidates × postcodes do not fit in memory, so distances come in blocks and are summed per area at once; draws of the
group shares then cost products of small matrices. Names: C candidates, B postcodes, A areas, D draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from trefpunt.cache import cached
from trefpunt.categories import CUTOFF_HALF_DISTANCES
from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.mixing import GROUPS
from trefpunt.metrics.setting import Setting
from trefpunt.metrics.share_scenarios import Treatment, UncertaintyParams, carry
from trefpunt.network.catchments import distances
from trefpunt.network.graph import Network
from trefpunt.suggest.candidates import Candidates
from trefpunt.suggest.demand import ENDS, Demand, loading
from trefpunt.suggest.watching import UNWATCHED, Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK = 512
"""Candidates at once: B × this many distances, 11 MB for Maastricht."""

BEST = 0.05
"""A spot is among the best when it is in this part of the candidates …"""

FEWEST_BEST = 3
"""… or one of the first this many."""

STEADY_IN = UncertaintyParams().stable_in
FACTORS = UncertaintyParams().stable_factors
"""Half-distances are assumptions: a steady spot is among the best at these factors of them too."""

_PLAIN = (
    *(f"reach_{group}" for group in GROUPS),
    "reach",
    *(f"gain_{group}" for group in GROUPS),
    *(f"within_{group}" for group in GROUPS),
    "within_residents",
    *(f"nearer_{group}" for group in GROUPS),
    "nearer_residents",
    "gain_shorter",
    "gain_longer",
)
_SHARES = ("best_share_gain", "best_share_within")
_VERSION = "1"
"""Raised when the same inputs give other figures: older files in the cache are then no longer found."""


def metres_to(network: Network, demand: Demand, nodes: Ints, limit_m: float) -> Floats:
    """(n, B) metres from nodes to postcodes; ∞ beyond the limit and off the network."""
    found = distances(network, pd.Series(nodes, dtype="Int64"), demand.nodes, limit_m)
    return np.asarray(np.where(np.isnan(found), np.inf, found))


def blocks(
    network: Network, demand: Demand, nodes: Ints, limit_m: float, watch: Watch
) -> Iterator[tuple[Ints, Floats]]:
    """Rows of `nodes` with their distances, block by block, those close on the map together."""
    order = np.argsort(network.hierarchy.rank[nodes], kind="stable")
    for at in range(0, len(order), BLOCK):
        watch.done(at / len(order))
        rows = order[at : at + BLOCK]
        yield rows, metres_to(network, demand, nodes[rows], limit_m)
    watch.done(1.0)


def added(metres: Floats, demand: Demand, factor: float = 1.0) -> Floats:
    """Per postcode what a place adds to the weight of the nearest: max(0, f(d) − f(d now)), (n, B)."""
    return np.maximum(weights(metres, factor * demand.half_m) - demand.weight_now(factor), 0.0)


def newly_within(metres: Floats, demand: Demand) -> NDArray[np.bool_]:
    """(n, B) whether a place is within the minutes of a postcode that has none so near."""
    return np.asarray((metres <= demand.limit_m) & (demand.nearest_m > demand.limit_m))


def drawn_gains(total: Floats, load: Floats, treatment: Treatment, demand: Demand) -> Floats:
    """(n, D, 3) part of each group in every draw, from (n, A) sums and their loading."""
    gains = carry(total * (1.0 - load), treatment.whole) + carry(total * load, treatment.part)
    totals = demand.group_totals(treatment)
    return np.asarray(np.divide(np.minimum(gains, totals), totals, out=np.zeros_like(gains), where=totals > 0))


def best_count(candidates: int) -> int:
    """How many of the candidates are among the best."""
    return min(candidates, max(FEWEST_BEST, int(np.ceil(BEST * candidates))))


def among_best(score: Floats) -> NDArray[np.bool_]:
    """Per column of (C, …) scores, whether each candidate is among the best, equals included."""
    count = best_count(len(score))
    return np.asarray(score >= np.partition(score, len(score) - count, axis=0)[len(score) - count])


def best_share(total: Floats, squares: Floats, demand: Demand) -> Floats:
    """(C,) in which part of the draws each candidate is among the best by the smaller of the two gains.

    The smallest part over the ways to count residents of unknown groups.

    Parameters
    ----------
    total, squares
        (C, A) sums over residents of what a place adds, and of its squares.
    demand
        What there is.
    """
    everybody = demand.draws.per_area(np.ones(len(demand.on)))
    load = loading(total, squares, everybody)
    found = np.ones(len(total))
    for treatment in demand.draws.treatments:
        score = np.concatenate(
            [
                drawn_gains(total[at : at + BLOCK], load[at : at + BLOCK], treatment, demand)[..., ENDS].min(axis=-1)
                for at in range(0, len(total), BLOCK)
            ]
        )
        found = np.minimum(found, among_best(score).mean(axis=1))
    return found


def _summed(network: Network, demand: Demand, nodes: Ints, watch: Watch) -> Floats:
    """(C, columns) `_PLAIN` and `_SHARES` of every node."""
    members, groups, totals = demand.members, demand.by_group, demand.totals
    everyone = np.column_stack([groups, demand.people.residents.count * demand.on])
    table = np.zeros((len(nodes), len(_PLAIN)))
    sums = np.zeros((4, len(nodes), members.shape[1]))
    farthest = max(CUTOFF_HALF_DISTANCES * demand.half_m * max(1.0, *FACTORS), demand.limit_m)
    for rows, metres in blocks(network, demand, nodes, farthest, watch.stretch(0.0, 0.9)):
        weight, gain = weights(metres, demand.half_m), added(metres, demand)
        within = newly_within(metres, demand).astype(float)
        # One that is no nearer than the cut-off adds nothing, however far the others.
        nearer = ((metres < demand.nearest_m) & (weight > 0)).astype(float)
        at_factors = np.column_stack(
            [part_of(added(metres, demand, factor) @ groups, totals)[:, ENDS].min(axis=1) for factor in FACTORS]
        )
        parts = [weight @ everyone, part_of(gain @ groups, totals), within @ everyone, nearer @ everyone, at_factors]
        table[rows] = np.column_stack(parts)
        sums[:, rows] = gain @ members, gain**2 @ members, within @ members, within @ members
    shares = []
    for number, (total, squares) in enumerate((sums[:2], sums[2:])):
        # On a busy machine threads that wait for one another take ten times as long.
        with threadpool_limits(limits=1):
            shares.append(best_share(total, squares, demand))
        watch.done(0.95 + 0.05 * number)
    return np.column_stack([table, *shares])


def part_of(part: Floats, whole: Floats) -> Floats:
    """Parts of the groups; 0 of a group without residents."""
    return np.asarray(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0))


@lru_cache(maxsize=8)
def _network_key(network: Network) -> str:
    parts = (network.nodes[["x", "y"]].to_numpy(), *(network.edges[c].to_numpy() for c in network.edges.columns))
    return digest(*parts)


def digest(*arrays: NDArray[np.generic]) -> str:
    """Hash of the contents of arrays."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(f"{array.shape}{array.dtype}".encode())
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def key_of(network: Network, demand: Demand, nodes: Ints) -> list[str]:
    """Hashes of all that the figures depend on."""
    treatments = [array for t in demand.draws.treatments for array in (t.whole, t.part)]
    where = demand.nodes.fillna(-1).to_numpy(dtype=np.int64)
    residents = demand.people.residents
    people = digest(where, residents.count, residents.shares, demand.draws.area, *treatments)
    settings = np.array([demand.half_m, demand.limit_m, CUTOFF_HALF_DISTANCES, BEST, FEWEST_BEST, *FACTORS])
    return [_VERSION, _network_key(network), people, digest(nodes, demand.nearest_m, settings)]


def evaluate(setting: Setting, demand: Demand, candidates: Candidates, watch: Watch = UNWATCHED) -> pd.DataFrame:
    """What one new place would add, at each candidate; nothing is sampled or rounded.

    Kept on disk (`trefpunt.cache`) for the same streets, people, places of the category and candidates.

    Parameters
    ----------
    setting, demand
        The municipality and what its category offers, from `demand_of` for the same setting.
    candidates
        From `candidates_of`.
    watch
        Who looks on.

    Returns
    -------
    pandas.DataFrame
        One row a candidate, in their order. `node`.
        Of a place there: `reach` and `reach_low`, `reach_middle`, `reach_high` (decay-weighted residents), `bridge`
        and `encounter` (measures 3 and 4; missing where nobody of known group is reached).
        What it would add to what there is: `gain_low`, `gain_middle`, `gain_high` (of `access`, 0–1), `gain` (the
        smaller of low and high), `bridge_gain` (to the category's bridge); `within_low` …, `within_residents`
        (persons newly within the minutes) and `within` (0–1, the smaller part of low and high); `nearer_low` …,
        `nearer_residents` (persons whose nearest place it would be, within its cut-off).
        `gain_shorter`, `gain_longer`: `gain` at half and one and a half times the half-distance.
        `best_share_gain`, `best_share_within`: in which part of the draws it is among the best `BEST` of these
        candidates by `gain`, by `within`. `steady_gain`: in at least 90 % of them, and at both other half-distances;
        `steady_within`: in at least 90 %. What gains nothing is not steady.

    Raises
    ------
    CancelledError
        If the watch says so.
    """
    network, columns = setting.networks[demand.mode], [*_PLAIN, *_SHARES]
    values = cached(
        "spots",
        key_of(network, demand, candidates.node),
        (len(candidates), len(columns)),
        lambda: _summed(network, demand, candidates.node, watch.stretch(0.0, 0.99)),
    )
    watch.done(1.0)
    table = pd.DataFrame(values, columns=columns)
    table.insert(0, "node", candidates.node)
    groups = table[[f"reach_{group}" for group in GROUPS]].to_numpy()
    table["bridge"] = mixing.bridge(groups, demand.totals)
    table["encounter"] = mixing.encounter(mixing.shares(groups))
    gains = table[[f"gain_{group}" for group in GROUPS]].to_numpy()
    table["gain"] = gains[:, ENDS].min(axis=1)
    now = access_now(demand)
    table["bridge_gain"] = (now + gains)[:, ENDS].min(axis=1) - now[ENDS].min()
    within = table[["within_low", "within_high"]].to_numpy()
    table["within"] = part_of(within, demand.totals[ENDS]).min(axis=1)
    at_factors = np.asarray(among_best(table[["gain_shorter", "gain_longer"]].to_numpy()).all(axis=1), dtype=bool)
    in_draws = (table[["best_share_gain", "best_share_within"]] >= STEADY_IN).to_numpy()
    table["steady_gain"] = in_draws[:, 0] & at_factors & (table["gain"] > 0).to_numpy()
    table["steady_within"] = in_draws[:, 1] & (table["within"] > 0).to_numpy()
    return table


def access_now(demand: Demand) -> Floats:
    """(3,) access per group as it is; 0 where no place of the category is known."""
    return np.asarray(part_of(demand.weight_now() @ demand.by_group, demand.totals))
