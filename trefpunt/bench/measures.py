"""What a user waits for: one place added or moved, all measures of the city, the build."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trefpunt import scenarios
from trefpunt.bench.timing import ChildRun, Timing, in_child, timing
from trefpunt.categories import load_categories
from trefpunt.crs import WGS84
from trefpunt.metrics.bridging import bridging_index
from trefpunt.metrics.closing import CategoryAccess, category_access
from trefpunt.metrics.decay import weights
from trefpunt.metrics.nearest import nearest_place
from trefpunt.metrics.places import measure, minutes_to_metres
from trefpunt.metrics.setting import Setting
from trefpunt.network import catchments

Floats = NDArray[np.float64]

MINUTES = 15.0
MOVED_M = 300.0
"""How far east the moved place goes, to the nearest junction there."""


@dataclass(frozen=True)
class Change:
    """One place added or moved: its own measures, and its category before and after.

    Attributes
    ----------
    place
        One row of `trefpunt.metrics.places.measure`.
    before, after
        Access, bridge and encounter of the category.
    index_before, index_after
        Bridging index of the category. (What random places would give is not computed anew: it does not depend on
        where the places are.)
    """

    place: pd.DataFrame
    before: CategoryAccess
    after: CategoryAccess
    index_before: float
    index_after: float


def one_place(setting: Setting, category: str, node: int, instead_of: str | None = None) -> Change:
    """All that changes when a place comes to a node, in its category's own mode.

    Its row of distances; measures 1–4 and the bridge of the place; access, encounter and bridging index of the
    category as it was and as it becomes. No other place's measures change.

    Parameters
    ----------
    setting
        The municipality as it is.
    category
        Of the new or moved place.
    node
        Where it comes, in the network of the category's mode.
    instead_of
        The place that moves there; none: one is added.
    """
    kind = load_categories()[category]
    network, half = setting.networks[kind.mode], kind.half_distance_m
    residents = setting.residents
    row = catchments.distances(network, pd.Series([node], dtype="Int64"), setting.population[f"{kind.mode}_node"])
    place = measure(
        row, np.array([half]), residents, minutes_to_metres(MINUTES, kind.mode), pd.Index([instead_of or "new"])
    )
    member = (setting.places["category"] == category).to_numpy()
    was = setting.distance[kind.mode][member]
    stays = setting.places.index[member] != instead_of
    becomes = np.vstack([was[stays], row])
    return Change(
        place,
        category_access(weights(was, half), residents),
        category_access(weights(becomes, half), residents),
        bridging_index(residents.by_group, nearest_place(was)),
        bridging_index(residents.by_group, nearest_place(becomes)),
    )


def nearest_node(setting: Setting, mode: str, x: float, y: float) -> int:
    """Number of the node nearest to a point (metres, EPSG:28992)."""
    nodes = setting.networks[mode].nodes
    return int(np.hypot(nodes["x"].to_numpy() - x, nodes["y"].to_numpy() - y).argmin())


def time_one_place(setting: Setting, repeat: int) -> list[Timing]:
    """Add and move a place of the largest category of each mode: those with the most to compute."""
    categories = load_categories()
    sizes = setting.places["category"].value_counts()
    timings = []
    for mode in setting.networks:
        name = max((n for n in sizes.index if categories[n].mode == mode), key=lambda n: (sizes[n], n))
        place_id = setting.places.index[setting.places["category"] == name][0]
        at = setting.places.geometry[place_id]

        def moved(
            instead_of: str | None, name: str = name, mode: str = mode, x: float = at.x + MOVED_M, y: float = at.y
        ) -> Change:
            return one_place(setting, name, nearest_node(setting, mode, x, y), instead_of)

        label = f"one of {sizes[name]} {categories[name].plural_en} ({mode}), all measures"
        timings.append(timing(f"added: {label}", lambda moved=moved: moved(None), repeat))  # type: ignore[misc]
        timings.append(
            timing(f"moved: {label}", lambda moved=moved, place_id=place_id: moved(place_id), repeat)  # type: ignore[misc]
        )
        timings.append(_time_scenario(setting, name, repeat))
    return timings


def _time_scenario(setting: Setting, category: str, repeat: int) -> Timing:
    """A scenario of one place added, with all it answers: city, neighbourhoods, pairs, and what the draws make of them.

    Each run adds it elsewhere, on a postcode, since what one point needs is kept; the side before is asked for once.
    """
    people = setting.population.geometry.sample(repeat + 1, random_state=0).to_crs(WGS84)
    points = iter(zip(people.x, people.y, strict=True))

    def answer() -> scenarios.Outcome:
        scenario = scenarios.Scenario("", (scenarios.Add("new1", category, *next(points)),))
        return scenarios.compare(setting, scenarios.apply(setting, scenario), MINUTES)

    answer()
    kind = load_categories()[category]
    return timing(f"scenario: one of the {kind.plural_en} added ({kind.mode}), before and after", answer, repeat)


# Derived tables are made by the build step, which nothing but the command line may import: hence in a process of its
# own, which has clean memory too.
_FULL = """
from pathlib import Path
from trefpunt import queries, snapshot
step("start of Python and imports")
loaded = snapshot.load(Path(sys.argv[2]))
step("load the snapshot, hashes checked")
for mode in queries.MODES:
    queries.distances(loaded, mode)
    step(f"all distances, {mode}, uncut")
queries.place_measures(loaded)
step("measures 1–4 of all places")
queries.place_intervals(loaded)
step("their intervals and ranks")
from trefpunt.build.derived import derived_tables
step("imports of the build step")
derived_tables(queries.setting(loaded))
step("derived tables: measures of categories and of the city")
"""

_BUILD = """
from trefpunt.cli import app
app(["build", "--sources", sys.argv[2], "--out", sys.argv[3]], standalone_mode=False)
step("build")
"""


def full_measures(data: Path) -> ChildRun:
    """All measures of a snapshot from its files, nothing cached: seconds per step, peak of memory."""
    return in_child(_FULL, [str(data)])


SUGGESTED = "community_centre"
"""The category that a best spot is looked for: what the council asks about."""

BEST_SPOT = "best spot for one {kind}, every junction evaluated"
BEST_THREE = "best spots for three together, with a bound"
_SUGGEST = """
from pathlib import Path
from trefpunt import queries, scenarios, snapshot, suggest
loaded = snapshot.load(Path(sys.argv[2]))
ground, streets = scenarios.ground_of(loaded), loaded.derived["street_names"]
ground.setting.distance, [network.hierarchy for network in ground.setting.networks.values()]
step("load the snapshot, all distances")
suggest.suggest(ground, suggest.Request(sys.argv[3]), streets)
step(sys.argv[4])
found = suggest.suggest(ground, suggest.Request(sys.argv[3], 3), streets)
step(sys.argv[5])
facts["gap"] = found.gap
suggest.surface(ground, sys.argv[3])
step("blank spots, what was evaluated for the best spot being kept")
"""


def suggestions(data: Path) -> ChildRun:
    """The best spot and the best three; `facts["gap"]`: which part of the best there could be these may miss."""
    name = load_categories()[SUGGESTED].name_en
    return in_child(_SUGGEST, [str(data), SUGGESTED, BEST_SPOT.format(kind=name), BEST_THREE])


def build(sources: Path, out: Path) -> ChildRun:
    """The build of a snapshot from its source files."""
    return in_child(_BUILD, [str(sources), str(out)])
