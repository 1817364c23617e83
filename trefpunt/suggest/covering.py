"""A place for every neighbourhood: which spots cover the most of those that have none, and how many it takes for all.

A neighbourhood is *covered* by a place that is within the minutes of at least half of its residents: one and the same
place, so that they can find one another there. Choosing k spots that cover the most is the maximal covering problem of
Church & ReVelle (1974), *The maximal covering location problem*, Papers in Regional Science 32:101–118; the fewest that
cover all is the set covering problem of Toregas, Swain, ReVelle & Bergman (1971), *The location of emergency service
facilities*, Operations Research 19:1363–1373. Both are solved by HiGHS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trefpunt.cache import cached
from trefpunt.metrics.setting import Setting
from trefpunt.scenarios.applying import rows_of
from trefpunt.scenarios.figures import category_rows
from trefpunt.suggest.candidates import Candidates
from trefpunt.suggest.choosing import TOLERANCE, Choice
from trefpunt.suggest.demand import Demand
from trefpunt.suggest.evaluating import blocks, digest, key_of
from trefpunt.suggest.watching import UNWATCHED, Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HALF = 0.5
"""Part of a neighbourhood's residents that must have the place within the minutes."""

SECONDS = 60.0


@dataclass(frozen=True, eq=False)
class Cover:
    """Which candidate would cover which neighbourhood, K of them.

    Attributes
    ----------
    covers
        (C, K).
    already
        (K,) covered by a place there is.
    residents
        (K,) on the network; neighbourhoods without are nobody's concern.
    """

    covers: Bools
    already: Bools
    residents: Floats

    @property
    def open(self) -> Bools:
        """(K,) neighbourhoods with residents that no place covers."""
        return np.asarray((self.residents > 0) & ~self.already)

    @property
    def possible(self) -> Bools:
        """(K,) those of them that some candidate would cover."""
        return np.asarray(self.open & self.covers.any(axis=0))

    @property
    def worth(self) -> Floats:
        """(K,) 1 for each open neighbourhood and, below 1 for all together, the part of their residents in it."""
        return np.where(self.open, 1.0 + self.residents / (self.residents.sum() + 1.0), 0.0)

    @property
    def score(self) -> Floats:
        """(C,) worth of the neighbourhoods that each candidate alone would newly cover."""
        return np.asarray(self.covers @ self.worth)


def cover_of(setting: Setting, demand: Demand, candidates: Candidates, watch: Watch = UNWATCHED) -> Cover:
    """Which neighbourhoods each candidate would cover, and which the category covers already; kept on disk.

    Parameters
    ----------
    setting, demand
        The municipality and what its category offers.
    candidates
        Where a place could be.
    watch
        Who looks on.
    """
    people = demand.people
    count = people.residents.count * demand.on
    belongs = np.zeros((len(count), people.areas))
    belongs[np.arange(len(count)), people.member] = count
    residents = belongs.sum(axis=0)

    def half(metres: Floats) -> Bools:
        return np.asarray((metres <= demand.limit_m).astype(float) @ belongs >= HALF * residents)

    network = setting.networks[demand.mode]

    def compute() -> Floats:
        found = np.zeros((len(candidates), people.areas))
        for rows, metres in blocks(network, demand, candidates.node, demand.limit_m, watch):
            found[rows] = half(metres)
        return found

    key = [*key_of(network, demand, candidates.node), digest(people.member), str(HALF)]
    covers = cached("cover", key, (len(candidates), people.areas), compute) > 0
    watch.done(1.0)
    there = rows_of(setting.distance, demand.mode, category_rows(setting, demand.category))
    already = half(np.where(np.isnan(there), np.inf, there)).any(axis=0)
    some = residents > 0
    return Cover(covers & some, already & some, residents)


def _solve(covers: Floats, worth: Floats, k: int | None) -> tuple[list[int], float]:
    """Rows that cover the most worth with k, or the fewest that cover all where k is None; and the solver's bound."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # takes a fifth of a second; pages open without

    rows, columns = covers.shape
    cost = np.concatenate([np.full(rows, 0.0 if k else 1.0), -worth if k else np.zeros(columns)])
    matrix = np.hstack([-covers.T, np.eye(columns)])
    constraints = [LinearConstraint(matrix, -np.inf, 0.0)]
    least = np.zeros(rows + columns)
    if k:
        constraints.append(LinearConstraint(np.concatenate([np.ones(rows), np.zeros(columns)])[None], 0, k))
    else:
        least[rows:] = 1.0
    whole = np.concatenate([np.ones(rows), np.zeros(columns)])
    options = {"time_limit": SECONDS, "mip_rel_gap": 0.0}
    found = milp(cost, constraints=constraints, bounds=Bounds(least, 1.0), integrality=whole, options=options)
    if found.x is None:
        return [], np.inf if k else 0.0
    return [int(row) for row in np.flatnonzero(found.x[:rows] > HALF)], float(abs(found.mip_dual_bound))


def _patterns(cover: Cover, prefer: Floats) -> tuple[Floats, Ints]:
    """Different sets of open neighbourhoods that candidates cover, and the candidate for each that is preferred."""
    order = np.lexsort((np.arange(len(prefer)), -prefer))
    patterns, first = np.unique(cover.covers[order][:, cover.possible], axis=0, return_index=True)
    return patterns.astype(float), order[first]


def most(cover: Cover, k: int, prefer: Floats) -> Choice:
    """The k candidates that newly cover the most neighbourhoods; of equal numbers, those with the most residents.

    Parameters
    ----------
    cover
        From `cover_of`.
    k
        How many, at most the number of candidates.
    prefer
        (C,) which of the candidates that cover the same is taken: the one with the most, then the first.

    Returns
    -------
    Choice
        Its value is a sum of `Cover.worth`: the whole part counts the neighbourhoods.
    """
    patterns, candidate = _patterns(cover, prefer)
    rows, bound = _solve(patterns, cover.worth[cover.possible], k) if patterns.size else ([], 0.0)
    chosen = [int(candidate[row]) for row in rows]
    # Fewer may do: fill up with those that are preferred.
    for row in np.lexsort((np.arange(len(prefer)), -prefer)):
        if len(chosen) >= k:
            break
        if int(row) not in chosen:
            chosen.append(int(row))
    value = float(cover.worth[cover.covers[chosen].any(axis=0)].sum())
    return Choice(tuple(sorted(chosen)), value, max(value, bound * (1 + TOLERANCE)))


def fewest(cover: Cover) -> tuple[int, int]:
    """How many candidates it takes to cover every open neighbourhood that can be: the number found, and a bound.

    Equal where it is proven; (0, 0) where none is open.
    """
    patterns, _ = _patterns(cover, np.zeros(len(cover.covers)))
    if not patterns.size:
        return 0, 0
    rows, bound = _solve(patterns, np.ones(patterns.shape[1]), None)
    least = int(np.ceil(bound - TOLERANCE))
    return (len(rows) or patterns.shape[1]), least
