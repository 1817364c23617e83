"""From a setting and a scenario to the setting as it would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from trefpunt.categories import BORDER_HALF_DISTANCES, load_categories
from trefpunt.errors import ScenarioError
from trefpunt.metrics.setting import MODES, Setting
from trefpunt.scenarios import joining
from trefpunt.scenarios.ground import neighbourhood_at
from trefpunt.scenarios.model import WHERE, Add, Change, Close, Move, Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SOURCE = "scenario"
"""`source` of a place that was added or moved."""


class Distances(Mapping[str, Floats]):
    """Distances of another setting, with a few rows of its own: nothing is copied until a whole mode is asked for.

    Parameters
    ----------
    base
        Per mode (P, B) metres.
    at
        (P′,) per place its row in `base`, or −1 − k for the k-th of `fresh`.
    fresh
        Per mode (K, B) metres.
    """

    def __init__(self, base: Mapping[str, Floats], at: Ints, fresh: Mapping[str, Floats]) -> None:
        self._base, self._at, self._fresh = base, at, fresh

    def rows(self, mode: str, wanted: Ints) -> Floats:
        """Rows of some places, (n, B) metres."""
        at = self._at[wanted]
        old = at >= 0
        result = np.empty((len(at), self._fresh[mode].shape[1]))
        result[old] = rows_of(self._base, mode, at[old])
        result[~old] = self._fresh[mode][-1 - at[~old]]
        return result

    def __getitem__(self, mode: str) -> Floats:
        """All rows of a mode, (P′, B) metres; put together at every call."""
        if mode not in self._base:
            raise KeyError(mode)
        return self.rows(mode, np.arange(len(self._at)))

    def __iter__(self) -> Iterator[str]:
        return iter(self._base)

    def __len__(self) -> int:
        return len(self._base)


def rows_of(distance: Mapping[str, Floats], mode: str, wanted: Ints) -> Floats:
    """Rows `wanted` of the distances of a setting, (n, B) metres, changed by a scenario or not."""
    if isinstance(distance, Distances):
        return distance.rows(mode, wanted)
    return np.asarray(distance[mode][wanted])


@lru_cache(maxsize=256)
def _joined(setting: Setting, mode: str, lon: float, lat: float) -> tuple[joining.Joint, Floats, float]:
    """Foot of a point, its row of distances, and its way out of the municipality."""
    network = setting.networks[mode]
    joint = joining.join(network, *joining.to_metres(lon, lat))
    row = joining.row(setting, mode, joint)
    row.setflags(write=False)
    return joint, row, joining.way_out(network, joint)


@lru_cache(maxsize=256)
def _at_point(setting: Setting, lon: float, lat: float, category: str) -> dict[str, Any]:
    """The columns of a place that its point decides."""
    x, y = joining.to_metres(lon, lat)
    columns: dict[str, Any] = {"source": SOURCE, "geometry": shapely.Point(x, y)}
    columns["neighbourhood_code"] = neighbourhood_at(setting.neighbourhoods, x, y)[0]
    kind = load_categories()[category]
    for mode in MODES:
        joint, _, out = _joined(setting, mode, lon, lat)
        columns[f"{mode}_node"] = joint.node if joint.reachable else pd.NA
        near_edge = out <= BORDER_HALF_DISTANCES * kind.half_distance(mode)
        columns[f"border_truncated_{mode}"] = joint.reachable and near_edge
    return columns


def _faults(setting: Setting, changes: tuple[Change, ...]) -> list[str]:
    """What makes a scenario impossible to apply, whoever made it; `reading.read` asks more."""
    places, categories = setting.places.index, load_categories()
    subjects = [change.subject for change in changes]
    faults = [f"{place} is changed more than once" for place in sorted(set(subjects)) if subjects.count(place) > 1]
    for change in changes:
        match change:
            case Add() if change.id in places:
                faults.append(f"there is a place {change.id} already")
            case Add() if change.category not in categories:
                faults.append(f"there is no category {change.category}")
            case Close() | Move() if change.place not in places:
                faults.append(f"there is no place {change.place}")
            case _:
                pass
    return faults


def _fresh_rows(setting: Setting, put: list[Add | Move], categories: list[str]) -> gpd.GeoDataFrame:
    """Rows of the table of places for what is added or moved; what a move does not touch stays as it was."""
    old = setting.places
    rows = []
    for change, category in zip(put, categories, strict=True):
        known = (
            {"name": change.name, "category": category}
            if isinstance(change, Add)
            else dict(old.drop(columns="geometry").loc[change.place])
        )
        rows.append(known | _at_point(setting, change.lon, change.lat, category))
    index = pd.Index([c.subject for c in put], name=old.index.name)
    # Column by column with its type: a table of mixed rows that is cast afterwards takes five times as long.
    columns = {
        name: pd.array([row.get(name) for row in rows], dtype=kind)
        for name, kind in old.dtypes.items()
        if name != "geometry"
    }
    shapes = gpd.GeoSeries([row["geometry"] for row in rows], index=index, crs=old.crs)
    return gpd.GeoDataFrame(columns, index=index, geometry=shapes)[list(old.columns)]


def apply(setting: Setting, scenario: Scenario) -> Setting:
    """The setting as a scenario would make it.

    Only what changes is computed: rows of distance of places that stay are those of `setting`, to the last bit, and
    those of a point are kept for the next time it is asked for.

    Parameters
    ----------
    setting
        The municipality as it is, or as another scenario made it.
    scenario
        Checked: by `reading.read` or `reading.check`.

    Returns
    -------
    Setting
        Places in the order they had, moved ones where they were, added ones last by id. Added and moved places have
        `source` 'scenario'; their `walk_node` and `cycle_node` are the nearer end of the street they join, while
        their distances run from the foot on that street. An added place has no `osm_id` and no `vintage`. With nothing
        that changes, `setting` itself.

    Raises
    ------
    ScenarioError
        A place is unknown, added twice or changed twice, or there is no such category.
    """
    changes = scenario.effective
    if not changes:
        return setting
    if faults := _faults(setting, changes):
        raise ScenarioError(WHERE, faults, "Read the scenario with `trefpunt.scenarios.read` first.")
    old = setting.places
    put = [change for change in changes if not isinstance(change, Close)]
    categories = [c.category if isinstance(c, Add) else str(old["category"][c.place]) for c in put]
    number = {change.subject: -1 - k for k, change in enumerate(put)}
    closed = {change.place for change in changes if isinstance(change, Close)}
    stays = [(place, number.get(place, row)) for row, place in enumerate(old.index) if place not in closed]
    added = [(change.id, number[change.id]) for change in put if isinstance(change, Add)]
    at = np.array([row for _, row in (*stays, *added)], dtype=np.int64)
    places = old
    if put:
        fresh = _fresh_rows(setting, put, categories)
        places = pd.concat([old, fresh])
        at_table = np.where(at >= 0, at, len(old) - 1 - at)
    else:
        at_table = at
    rows = {
        mode: np.array([_joined(setting, mode, c.lon, c.lat)[1] for c in put]).reshape(
            len(put), len(setting.population)
        )
        for mode in MODES
    }
    return Setting(
        setting.neighbourhoods,
        setting.districts,
        setting.population,
        places.iloc[at_table],
        setting.networks,
        Distances(setting.distance, at, rows),
    )
