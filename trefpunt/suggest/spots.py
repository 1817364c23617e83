"""The best spot for a new place, or for a few together: docs/method.md, 'Best spot'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from trefpunt.cache import cached
from trefpunt.categories import CUTOFF_HALF_DISTANCES
from trefpunt.errors import TrefpuntError
from trefpunt.metrics.closing import CategoryAccess, category_access
from trefpunt.metrics.decay import weights
from trefpunt.queries.base import DEFAULT_MINUTES
from trefpunt.scenarios.applying import rows_of
from trefpunt.scenarios.figures import category_rows
from trefpunt.scenarios.ground import Ground
from trefpunt.suggest.candidates import ANYWHERE, Candidates, candidates_of, thinned
from trefpunt.suggest.choosing import Choice, Problem, choose
from trefpunt.suggest.covering import Cover, cover_of, fewest, most
from trefpunt.suggest.demand import Demand, demand_of
from trefpunt.suggest.describing import describe, intervals
from trefpunt.suggest.evaluating import (
    STEADY_IN,
    added,
    best_share,
    blocks,
    evaluate,
    key_of,
    metres_to,
    newly_within,
)
from trefpunt.suggest.watching import UNWATCHED, Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OBJECTIVES = ("gain", "within", "cover")
MAX_PLACES = 5

APART_M = 400.0
"""Alternatives to the best spot lie at least this far from it and from one another, in a straight line."""

ALTERNATIVES = 4

MAX_ENTRIES = 5_000_000
"""Postcodes that gain, over all candidates: with more, several places are chosen from candidates farther apart."""

_SAMPLE = 256


@dataclass(frozen=True)
class Request:
    """What is asked.

    Attributes
    ----------
    category
        Of `trefpunt.categories`.
    places
        How many new ones, 1 to 5.
    where
        One of `trefpunt.suggest.WHERE`.
    minutes
        What counts as within reach.
    objective
        What is to be as large as possible. `gain`: the smaller of what access of the low and of the high group gains;
        `within`: the smaller of the parts of the two groups that newly have a place within the minutes; `cover`: the
        number of neighbourhoods that newly have one place within the minutes of half of their residents.
    mode
        `walk`, `cycle`, or None for the category's own. In the other one the half-distance is that of equal minutes.

    Raises
    ------
    TrefpuntError
        With everything that cannot be asked.
    """

    category: str
    places: int = 1
    where: str = ANYWHERE
    minutes: float = DEFAULT_MINUTES
    objective: str = "gain"
    mode: str | None = None

    def __post_init__(self) -> None:
        faults = []
        if isinstance(self.places, bool) or not isinstance(self.places, int) or not 1 <= self.places <= MAX_PLACES:
            faults.append(f"{self.places} places asked for")
        if self.objective not in OBJECTIVES:
            faults.append(f"'{self.objective}' is no objective, but {', '.join(OBJECTIVES)} are")
        if faults:
            raise TrefpuntError("suggestion", faults, f"Ask for 1 to {MAX_PLACES} places, by one of the objectives.")


@dataclass(frozen=True, eq=False)
class Suggestion:
    """What is suggested, and how sure that is.

    Attributes
    ----------
    request
        What was asked.
    mode
        How people travel to the category.
    spots
        Index `spot`, 1 … k: the columns of `trefpunt.suggest.describing.describe`. Figures of a spot are what it adds
        to the places there are and to the other spots.
    alternatives
        For one place: the next best spots, as `spots`, index 2 …; each at least `APART_M` from the better ones. Empty
        for several.
    value, bound
        The objective, and what no choice among the candidates exceeds. For `cover` the whole part counts
        neighbourhoods.
    gap
        Which part of the best there could be may be missing, 0–1; 0: proven the best of all candidates.
    candidates
        How many spots there were to choose from.
    apart_m
        For several places of a category that reaches far: candidates were thinned to one per square of so many metres;
        0 otherwise.
    before, after
        Access, bridge and encounter of the category as it is and with the spots. Before, all figures are missing where
        no place is known.
    together
        Of all spots together: `gain_low`, `gain_high`, `gain`, each with `_lower` and `_upper` (90 %), and persons
        `within_low`, `within_high`, `within_residents`.
    covered
        For `cover`: names of the neighbourhoods newly covered, alphabetical; still `uncovered`; and `impossible`,
        which no candidate would cover.
    uncovered, impossible
        See `covered`.
    needed
        For `cover`: how many spots cover every neighbourhood that can be: the least number proven, and the one found.
    """

    request: Request
    mode: str
    spots: pd.DataFrame
    alternatives: pd.DataFrame
    value: float
    bound: float
    gap: float
    candidates: int
    apart_m: float
    before: CategoryAccess
    after: CategoryAccess
    together: Mapping[str, float]
    covered: tuple[str, ...]
    uncovered: tuple[str, ...]
    impossible: tuple[str, ...]
    needed: tuple[int, int]


def gain_matrix(ground: Ground, demand: Demand, candidates: Candidates, objective: str, watch: Watch) -> Problem:
    """What each candidate adds to each postcode, sparse; `k` is 1."""
    farthest = CUTOFF_HALF_DISTANCES * demand.half_m if objective == "gain" else demand.limit_m
    found, order = [], []
    for rows, metres in blocks(ground.setting.networks[demand.mode], demand, candidates.node, farthest, watch):
        more = added(metres, demand) if objective == "gain" else newly_within(metres, demand).astype(float)
        found.append(sparse.csr_array(more * demand.on))
        order.append(rows)
    place = np.argsort(np.concatenate(order), kind="stable")
    parts = [np.divide(n, t, out=np.zeros_like(n), where=t > 0) for n, t in _ends(demand)]
    return Problem(sparse.vstack(found, format="csr")[place], parts[0], parts[1], 1)


def _ends(demand: Demand) -> list[tuple[Floats, Floats]]:
    return [(demand.by_group[:, g], demand.totals[g]) for g in (0, 2)]


def _sparse_enough(ground: Ground, demand: Demand, candidates: Candidates, objective: str) -> float:
    """How far apart candidates must be for `MAX_ENTRIES`, metres; 0 where they need not be thinned."""

    def compute() -> Floats:
        apart, kept = 0.0, candidates
        while True:
            sample = kept.at(np.unique(np.linspace(0, len(kept) - 1, min(_SAMPLE, len(kept))).astype(np.int64)))
            entries = gain_matrix(ground, demand, sample, objective, UNWATCHED).gain.nnz * len(kept) / len(sample)
            if entries <= MAX_ENTRIES or len(kept) <= _SAMPLE:
                return np.array([apart])
            apart = 2 * apart or 50.0
            kept = candidates.at(thinned(candidates, apart))

    key = [*key_of(ground.setting.networks[demand.mode], demand, candidates.node), objective, str(MAX_ENTRIES)]
    return float(cached("apart", key, (1,), compute)[0])


def _several(
    ground: Ground, demand: Demand, candidates: Candidates, request: Request, watch: Watch
) -> tuple[Choice, Floats]:
    """The best set of several, and of each of its spots the part of the draws in which it is among the best there."""
    k = request.places
    key = [*key_of(ground.setting.networks[demand.mode], demand, candidates.node), str(k), request.objective]

    def compute() -> Floats:
        problem = gain_matrix(ground, demand, candidates, request.objective, watch.stretch(0.0, 0.4))
        choice = choose(replace(problem, k=k), watch.stretch(0.4, 0.9))
        shares = []
        for spot in choice.rows:
            others = problem.covered([row for row in choice.rows if row != spot])
            more = problem.gain.copy()
            more.data = np.maximum(more.data - others[more.indices], 0.0)
            members = demand.members
            total, squares = np.asarray(more @ members), np.asarray(more.power(2) @ members)
            shares.append(best_share(total, squares, demand)[spot])
            watch.done(0.9 + 0.1 * len(shares) / k)
        return np.array([*choice.rows, choice.value, choice.bound, *shares])

    kept = cached("sets", key, (2 * k + 2,), compute)
    rows = tuple(int(row) for row in kept[:k])
    return Choice(rows, float(kept[k]), float(kept[k + 1])), kept[k + 2 :]


def _spread(xy: Floats, score: Floats, first: int, count: int) -> list[int]:
    """Rows of the best scores after the first, each at least `APART_M` from it and from the others."""
    taken = [first]
    for row in np.argsort(-score, kind="stable"):
        if len(taken) > count or score[row] <= 0:
            break
        if np.hypot(*(xy[taken] - xy[row]).T).min() >= APART_M:
            taken.append(int(row))
    return taken[1:]


def _one(
    ground: Ground, demand: Demand, candidates: Candidates, request: Request, cover: Cover | None, watch: Watch
) -> tuple[Choice, list[int], pd.DataFrame]:
    """The best spot, the alternatives to it, and what is known of all candidates."""
    table = evaluate(ground.setting, demand, candidates, watch)
    score = table[request.objective].to_numpy() if cover is None else cover.score
    # Of candidates that cover the same, the one that adds most access.
    first = int(np.lexsort((np.arange(len(score)), -table["gain"].to_numpy(), -score))[0])
    best = float(score[first])
    return Choice((first,), best, best), _spread(candidates.xy, score, first, ALTERNATIVES), table


def suggest(ground: Ground, request: Request, street_names: pd.DataFrame, watch: Watch = UNWATCHED) -> Suggestion:
    """Where a new place, or a few, would do most.

    One place: every candidate is evaluated, so the answer is the best of them (the first of equals). Several: see
    `trefpunt.suggest.choosing.choose`; `Suggestion.gap` says how far from the best possible they may be.

    It cannot know what a spot costs, whose it is, what may be built there, or what people want.

    Parameters
    ----------
    ground
        The municipality (`trefpunt.scenarios.ground_of`); for a scenario,
        `dataclasses.replace(ground, setting=apply(ground.setting, scenario))`.
    request
        What is asked.
    street_names
        `snapshot.derived["street_names"]`, to say where a spot is.
    watch
        Who looks on.

    Raises
    ------
    UnknownCodeError, TrefpuntError
        No such category, minutes out of range, no candidates, fewer of them than places.
    CancelledError
        If the watch says so.
    """
    setting, demand = ground.setting, demand_of(ground.setting, request.category, request.minutes, request.mode)
    candidates = candidates_of(setting, ground.waters, request.category, demand.mode, request.where)
    apart = 0.0
    if request.places > 1 and request.objective != "cover":
        apart = _sparse_enough(ground, demand, candidates, request.objective)
        candidates = candidates.at(thinned(candidates, apart)) if apart else candidates
    if len(candidates) < request.places:
        fault = f"{request.places} places asked for, but there are {len(candidates)} spots ({request.where})"
        raise TrefpuntError("suggestion", fault, "Ask for fewer, or for 'anywhere'.")
    cover = None
    if request.objective == "cover":
        cover = cover_of(setting, demand, candidates, watch.stretch(0.0, 0.4))
        watch = watch.stretch(0.4, 1.0)
    others: list[int] = []
    if request.places == 1:
        choice, others, table = _one(ground, demand, candidates, request, cover, watch)
        kind = "within" if request.objective == "within" else "gain"
        known = table[[f"best_share_{kind}", f"steady_{kind}"]].set_axis(["best_share", "steady"], axis=1)
    elif cover is not None:
        table = evaluate(setting, demand, candidates, watch)
        choice = most(cover, request.places, table["gain"].to_numpy())
        known = pd.DataFrame(index=table.index)
    else:
        choice, shares = _several(ground, demand, candidates, request, watch)
        known = pd.DataFrame({"best_share": shares}, index=list(choice.rows))
        known["steady"] = known["best_share"] >= STEADY_IN
    if cover is not None:
        # Who lives where by group plays no part in what covers a neighbourhood.
        known = known.assign(best_share=np.nan, steady=pd.array([pd.NA] * len(known), dtype="boolean"))
    network, chosen = setting.networks[demand.mode], np.array(choice.rows)
    rows_m = metres_to(network, demand, candidates.node[chosen], np.inf)
    spots = [
        describe(ground, demand, candidates, row, np.delete(rows_m, turn, axis=0), street_names)
        for turn, row in enumerate(choice.rows)
    ]
    none = rows_m[:0]
    next_best = [describe(ground, demand, candidates, row, none, street_names) for row in others]
    listed, listed_next = _table(spots, known, list(choice.rows), 1), _table(next_best, known, others, 2)
    return Suggestion(
        request,
        demand.mode,
        listed,
        listed_next.reindex(columns=listed.columns),
        choice.value,
        choice.bound,
        choice.gap,
        len(candidates),
        apart,
        demand.now,
        _after(ground, demand, rows_m),
        intervals(demand, rows_m, demand.nearest_m),
        *_covered(ground, cover, choice),
    )


def _table(spots: list[dict[str, object]], known: pd.DataFrame, rows: list[int], start: int) -> pd.DataFrame:
    index = pd.RangeIndex(start, start + len(spots), name="spot")
    table = pd.DataFrame(spots, index=index)
    table["best_share"] = known.loc[rows, "best_share"].to_numpy(dtype=float)
    table["steady"] = pd.array(known.loc[rows, "steady"].tolist(), dtype="boolean")
    return table


def _after(ground: Ground, demand: Demand, rows_m: Floats) -> CategoryAccess:
    there = rows_of(ground.setting.distance, demand.mode, category_rows(ground.setting, demand.category))
    # As in the distances of places, postcodes off the network are missing, not far.
    metres = np.vstack([there, np.where(demand.on, rows_m, np.nan)])
    return category_access(weights(metres, demand.half_m), demand.people.residents)


def _covered(
    ground: Ground, cover: Cover | None, choice: Choice
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[int, int]]:
    """Names of neighbourhoods newly covered, still uncovered, not to be covered; and the spots needed for all."""
    if cover is None:
        return (), (), (), (0, 0)
    names = ground.setting.neighbourhoods["name"].to_numpy()
    newly = cover.open & cover.covers[list(choice.rows)].any(axis=0)

    def listed(these: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(sorted((str(name) for name in names[these]), key=str.casefold))

    found, least = fewest(cover)
    return listed(newly), listed(cover.open & ~newly), listed(cover.open & ~cover.possible), (least, found)
