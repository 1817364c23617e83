"""The best k spots together: good sets by exchange, a bound for all sets, and a proof where few candidates are left.

Of what each place adds to each postcode the largest counts, and of the two groups' sums the smaller: a p-median problem
(Hakimi 1964, *Optimum locations of switching centers*, Operations Research 12:450–459) with the larger of two deficits
for objective. The bound is the Lagrangian one of Cornuéjols, Fisher & Nemhauser (1977), *Location of bank accounts to
optimize float*, Management Science 23:789–810: postcodes may be served twice at a price u_b, and the two groups are
weighed λ : 1 − λ. It holds for every u ≥ 0 and λ. Candidates that cannot be in a better set than the best one known
are left out on the way, which is exact. Of what is left, every two are tried, or HiGHS (Huangfu & Hall 2018,
*Parallelizing the dual revised simplex method*, Mathematical Programming Computation 10:119–142) solves the whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from trefpunt.suggest.watching import UNWATCHED, Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BALANCES = (0.5, 0.35, 0.65)
"""Weights of the low group in the sums that the searches for good sets begin with."""

ROUNDS = 300
"""Steps towards a lower bound, at most."""

STALL, SHRINK, SMALLEST_STEP, MOMENTUM = 8, 0.6, 2e-3, 0.6
FIX_EVERY = 20

SOLVER_ENTRIES = 10_000
"""Where the candidates left have no more entries, the solver settles which set of them is best."""

PAIR_STEPS = 1_000_000_000
"""Two places are settled by trying every two candidates left, if that takes no more additions than this."""

NODES, SECONDS = 1_000, 60.0
"""Where the solver stops; the second is for very slow machines, and the only thing here that a clock decides."""

TOLERANCE = 1e-6
"""Relative; what HiGHS calls feasible."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Choose k of C candidates.

    Attributes
    ----------
    gain
        (C, B) what a place adds to a postcode, > 0 where stored.
    low, high
        (B,) part of the low and of the high group that lives in a postcode.
    k
        How many places.
    """

    gain: sparse.csr_array
    low: Floats
    high: Floats
    k: int

    def covered(self, rows: Ints | list[int]) -> Floats:
        """(B,) what a set of candidates adds to each postcode."""
        if len(rows) == 0:
            return np.zeros(self.gain.shape[1])
        return np.asarray(self.gain[np.asarray(rows)].max(axis=0).toarray()).ravel()

    def value(self, rows: Ints | list[int]) -> float:
        """The smaller of the two groups' gains."""
        added = self.covered(rows)
        return float(min(added @ self.low, added @ self.high))

    def with_each(self, rows: list[int]) -> tuple[Floats, Floats]:
        """(C,) gains of low and of high if each candidate came beside a set."""
        there = self.covered(rows)
        more = sparse.csr_array(
            (np.maximum(self.gain.data - there[self.gain.indices], 0.0), self.gain.indices, self.gain.indptr),
            shape=self.gain.shape,
        )
        return there @ self.low + more @ self.low, there @ self.high + more @ self.high

    def at(self, rows: Ints) -> Problem:
        """The problem with some of the candidates."""
        return Problem(self.gain[rows], self.low, self.high, self.k)


@dataclass(frozen=True)
class Choice:
    """A set of candidates and how good it is.

    Attributes
    ----------
    rows
        The candidates chosen, ascending.
    value
        What is to be as large as possible.
    bound
        No set has more.
    """

    rows: tuple[int, ...]
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """Which part of the best there could be may be missing, 0–1; 0 where the set is proven the best."""
        return 0.0 if self.bound <= 0 else max(0.0, 1.0 - self.value / self.bound)

    @property
    def proven(self) -> bool:
        """Whether no set is better, but for rounding."""
        return self.gap <= 2 * TOLERANCE


def _exchange(problem: Problem, rows: list[int], worth: Callable[[Floats, Floats], Floats]) -> list[int]:
    """Replace one candidate at a time by the best for its place, until that helps no more."""
    best = -np.inf
    while True:
        before = best
        for turn in range(len(rows)):
            others = rows[:turn] + rows[turn + 1 :]
            worths = worth(*problem.with_each(others))
            worths[others] = -np.inf
            first = int(worths.argmax())
            if worths[first] > best * (1 + 1e-12):
                best, rows = float(worths[first]), [*others[:turn], first, *others[turn:]]
        if best <= before:
            return rows


def search(problem: Problem, watch: Watch = UNWATCHED) -> list[int]:
    """A good set: the best of several that no exchange of one place improves."""
    found: list[tuple[float, list[int]]] = []
    for number, balance in enumerate((None, *BALANCES)):

        def worth(low: Floats, high: Floats, balance: float | None = balance) -> Floats:
            return np.minimum(low, high) if balance is None else balance * low + (1 - balance) * high

        rows: list[int] = []
        for _ in range(problem.k):
            worths = worth(*problem.with_each(rows))
            worths[rows] = -np.inf
            rows.append(int(worths.argmax()))
        if balance is not None:
            rows = _exchange(problem, rows, worth)
        rows = sorted(_exchange(problem, rows, np.minimum))
        found.append((-problem.value(rows), rows))
        watch.done((number + 1) / (1 + len(BALANCES)))
    return min(found)[1]


@dataclass(frozen=True, eq=False)
class _Dual:
    """The best Lagrangian bound found.

    Attributes
    ----------
    bound
        No set of the candidates left has more.
    reduced
        (C left,) worth of each candidate at the prices of the bound.
    left
        Which candidates are left: no set with another one beats the one known.
    """

    bound: float
    reduced: Floats
    left: Ints


def _row_sums(values: Floats, start: NDArray[np.integer]) -> Floats:
    summed = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray(summed[start[1:]] - summed[start[:-1]])


def lower_the_bound(problem: Problem, known: list[int], watch: Watch = UNWATCHED) -> _Dual:
    """Subgradient steps on the prices, of the length of Polyak (1969) and with momentum."""
    value, k = problem.value(known), problem.k
    left, gain = np.arange(problem.gain.shape[0]), problem.gain
    low, high = problem.low, problem.high
    scale = ((low + high) / 2) ** 2
    price, balance = 0.25 * (low + high) * problem.covered(known), 0.5
    best = (np.inf, balance, price, np.zeros(len(left)))
    heading, turning, length, stalled = np.zeros(len(price)), 0.0, 1.0, 0
    for step in range(ROUNDS):
        worth = balance * low + (1 - balance) * high
        surplus = np.maximum(worth[gain.indices] * gain.data - price[gain.indices], 0.0)
        reduced = _row_sums(surplus, gain.indptr)
        top = np.argsort(-reduced, kind="stable")[:k]
        bound = float(price.sum() + reduced[top].sum())
        stalled = 0 if bound < best[0] * (1 - 1e-4) else stalled + 1
        if bound < best[0]:
            best = (bound, balance, price, reduced)
        if best[0] <= value * (1 + TOLERANCE / 10):
            break
        if step % FIX_EVERY == FIX_EVERY - 1:
            watch.done(step / ROUNDS)
            stays = best[0] - np.sort(best[3])[-k] + best[3] >= value
            if stays.mean() < 0.7 and stays.sum() >= k:
                best = (*best[:3], best[3][stays])
                left, gain = left[stays], gain[np.flatnonzero(stays)]
                continue
        if stalled >= STALL:
            length, stalled = length * SHRINK, 0
            balance, price = best[1], best[2]
            heading, turning = np.zeros(len(price)), 0.0
            if length < SMALLEST_STEP:
                break
            continue
        slope, tilt = np.ones(len(price)), 0.0
        for row in top:
            cells = slice(gain.indptr[row], gain.indptr[row + 1])
            served = gain.indices[cells][surplus[cells] > 0]
            slope[served] -= 1.0
            tilt += float(((low - high)[served] * gain.data[cells][surplus[cells] > 0]).sum())
        slope[(price <= 0) & (slope > 0)] = 0.0
        heading = MOMENTUM * heading + (1 - MOMENTUM) * slope
        turning = MOMENTUM * turning + (1 - MOMENTUM) * tilt
        size = float((heading**2 * scale).sum() + turning**2)
        if size == 0:
            break
        stride = length * (bound - value) / size
        price = np.maximum(price - stride * heading * scale, 0.0)
        balance = min(max(balance - stride * turning, 0.0), 1.0)
    watch.done(1.0)
    return _Dual(best[0], best[3], left)


def solve(problem: Problem) -> tuple[list[int] | None, float]:
    """Give the whole problem to HiGHS: a set (None if it found none in time), and a bound."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # takes a fifth of a second; pages open without

    count, k = problem.gain.shape[0], problem.k
    dense = problem.gain.toarray()
    patterns, member = np.unique(dense.T, axis=0, return_inverse=True)
    member = member.reshape(-1)
    served = sparse.csr_array(patterns.T)
    low, high = (np.bincount(member, part, minlength=len(patterns)) for part in (problem.low, problem.high))
    entries = served.tocoo()
    cells, scale = len(entries.data), max(problem.value(np.arange(count)), 1e-12)
    # Variables: a place or not for each candidate; which part of a postcode goes to it; the smaller gain.
    parts = sparse.eye_array(cells)
    to_place = sparse.csr_array((np.ones(cells), (np.arange(cells), entries.row)), shape=(cells, count))
    per_postcode = sparse.csr_array((np.ones(cells), (entries.col, np.arange(cells))), shape=(len(patterns), cells))
    gains = sparse.csr_array(np.stack([entries.data * part[entries.col] / scale for part in (low, high)]))
    rows = sparse.block_array(
        [
            [sparse.csr_array(np.ones((1, count))), None, None],
            [-to_place, parts, None],
            [None, per_postcode, None],
            [None, -gains, sparse.csr_array(np.ones((2, 1)))],
        ],
        format="csr",
    )
    upper = np.concatenate([[k], np.zeros(cells), np.ones(len(patterns)), np.zeros(2)])
    lower = np.concatenate([[k], np.full(len(upper) - 1, -np.inf)])
    cost = np.zeros(count + cells + 1)
    cost[-1] = -1.0
    whole = np.zeros(len(cost))
    whole[:count] = 1
    bounds = Bounds(0, np.concatenate([np.ones(count + cells), [np.inf]]))
    options = {"node_limit": NODES, "time_limit": SECONDS, "mip_rel_gap": 0.0}
    found = milp(
        cost, constraints=LinearConstraint(rows, lower, upper), bounds=bounds, integrality=whole, options=options
    )
    bound = -float(found.mip_dual_bound) * scale if found.mip_dual_bound is not None else np.inf
    if found.x is None:
        return None, bound
    return [int(row) for row in np.argsort(-found.x[:count], kind="stable")[:k]], bound


def _best_pair(problem: Problem, watch: Watch) -> tuple[list[int], float]:
    """Try every two candidates."""
    best, pair = -np.inf, [0, 1]
    for first in range(problem.gain.shape[0]):
        worths = np.minimum(*problem.with_each([first]))
        worths[first] = -np.inf
        second = int(worths.argmax())
        if worths[second] > best:
            best, pair = float(worths[second]), [first, second]
        if first % 100 == 0:
            watch.done(first / problem.gain.shape[0])
    return pair, best


def choose(problem: Problem, watch: Watch = UNWATCHED) -> Choice:
    """The best set that is found, and a bound that no set of all candidates exceeds.

    Parameters
    ----------
    problem
        At least `k` candidates.
    watch
        Who looks on.

    Returns
    -------
    Choice
        The same for the same problem, unless the machine is so slow that the solver runs out of `SECONDS`.
    """
    best = search(problem, watch.stretch(0.0, 0.3))
    value = problem.value(best)
    everywhere = problem.value(np.arange(problem.gain.shape[0]))
    if value >= everywhere * (1 - TOLERANCE):
        return Choice(tuple(best), value, everywhere)
    dual = lower_the_bound(problem, best, watch.stretch(0.3, 0.7))
    bound = min(dual.bound, everywhere)
    if bound <= value * (1 + TOLERANCE):
        return Choice(tuple(best), value, max(value, bound))
    remaining = problem.at(dual.left)
    watch.done(0.7)
    if len(dual.left) * remaining.gain.nnz <= PAIR_STEPS and problem.k == 2:
        rows, best_left = _best_pair(remaining, watch.stretch(0.7, 1.0))
    elif remaining.gain.nnz <= SOLVER_ENTRIES:
        solved, best_left = solve(remaining)
        rows, best_left = solved or [], best_left * (1 + TOLERANCE)
    else:
        rows, best_left = [int(row) for row in np.argsort(-dual.reduced, kind="stable")[: problem.k]], np.inf
    rows = [int(row) for row in dual.left[_exchange(remaining, rows, np.minimum)]] if rows else best
    if problem.value(rows) > value:
        best, value = sorted(rows), problem.value(rows)
    watch.done(1.0)
    return Choice(tuple(best), value, max(value, min(bound, best_left)))
