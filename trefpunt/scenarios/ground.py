"""Where a place can be: within the municipality, on land, near a street."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import shapely

from trefpunt import queries
from trefpunt.categories import load_categories
from trefpunt.errors import SnapshotError
from trefpunt.metrics.setting import Setting
from trefpunt.network.assembly import MAX_SNAP_M
from trefpunt.scenarios.joining import join, to_metres
from trefpunt.scenarios.model import Add, Change, Close, Move
from trefpunt.snapshot import Snapshot

EDGE_M = 1.0
"""A point this little outside every neighbourhood lies in the nearest: boundaries need not fit exactly."""

_ON = {"walk": "for walking", "cycle": "for cycling"}


@dataclass(frozen=True, eq=False)
class Ground:
    """What a scenario is held against.

    Attributes
    ----------
    code, name
        Of the municipality.
    setting
        It, unchanged.
    waters
        Larger waters (`trefpunt.tables.waters`): `name`, geometry, EPSG:28992.
    """

    code: str
    name: str
    setting: Setting
    waters: gpd.GeoDataFrame


@lru_cache(maxsize=4)
def ground_of(snapshot: Snapshot) -> Ground:
    """What the scenarios of a snapshot are held against.

    Raises
    ------
    SnapshotError
        It was built before waters were part of it.
    """
    waters = snapshot.derived.get("waters")
    if not isinstance(waters, gpd.GeoDataFrame):
        raise SnapshotError(
            str(snapshot.directory), "there is no table 'waters'", "Run `python -m trefpunt build` once more."
        )
    return Ground(str(snapshot.manifest["municipality"]["code"]), snapshot.name, queries.setting(snapshot), waters)


def neighbourhood_at(neighbourhoods: gpd.GeoDataFrame, x: float, y: float) -> tuple[str | None, float]:
    """Code of the neighbourhood at a point (metres), None outside all of them, and the metres to the nearest."""
    point = shapely.Point(x, y)
    nearest = int(neighbourhoods.sindex.nearest(point, return_all=True)[1].min())
    distance = float(shapely.distance(neighbourhoods.geometry.iloc[nearest], point))
    return (str(neighbourhoods.index[nearest]) if distance <= EDGE_M else None), distance


def _how_far(metres: float) -> str:
    return f"{metres / 1000:,.1f} km" if metres >= 1000 else f"{math.ceil(metres)} m"


def _outside(change: Add | Move, ground: Ground) -> str | None:
    """Why a point lies outside the municipality; None if it lies inside."""
    areas = ground.setting.neighbourhoods
    x, y = to_metres(change.lon, change.lat)
    if not (math.isfinite(x) and math.isfinite(y)):
        return f"the point lies far outside {ground.name}"
    code, metres = neighbourhood_at(areas, x, y)
    if code is not None:
        return None
    fault = f"the point lies outside {ground.name}, {_how_far(metres)} from its edge"
    turned = to_metres(change.lat, change.lon) if abs(change.lon) <= 90 else (math.inf, math.inf)
    if all(map(math.isfinite, turned)) and neighbourhood_at(areas, *turned)[0] is not None:
        return f"{fault}; lon and lat are the wrong way round"
    return fault


@lru_cache(maxsize=1024)
def _point_faults(change: Add | Move, category: str, ground: Ground) -> tuple[str, ...]:
    """What is wrong with a point; kept, as a scenario that grows is read again at each change."""
    if fault := _outside(change, ground):
        return (fault,)
    faults = []
    x, y = to_metres(change.lon, change.lat)
    point = shapely.Point(x, y)
    if len(wet := ground.waters.sindex.query(point, predicate="within")):
        water = ground.waters.iloc[int(wet.min())]
        name = water["name"] if isinstance(water["name"], str) else "a pond or lake"
        bank = shapely.distance(shapely.boundary(water.geometry), point)
        faults.append(f"the point lies in water ({name}), {_how_far(float(bank))} from the bank")
    mode = load_categories()[category].mode
    joint = join(ground.setting.networks[mode], x, y)
    if not joint.reachable:
        faults.append(
            f"the nearest street {_ON[mode]} is {_how_far(joint.distance_m)} away, at most {MAX_SNAP_M:.0f} m is right"
        )
    return tuple(faults)


def ground_faults(numbered: list[tuple[int, Change]], ground: Ground) -> list[str]:
    """What the municipality has against changes that are right in form.

    Parameters
    ----------
    numbered
        Each change with its number, for the messages.
    ground
        The municipality.
    """
    categories = ground.setting.places["category"]
    added = {change.id for _, change in numbered if isinstance(change, Add)}
    faults = []
    for number, change in numbered:
        found: list[str] = []
        match change:
            case Add():
                if change.id in categories.index:
                    found.append(f"there is a place {change.id} already; choose another id")
                found += _point_faults(change, change.category, ground)
            case Close() if change.place not in added and change.place not in categories.index:
                found.append(f"there is no place {change.place}; `export places` lists them")
            case Move() if change.place in categories.index:
                found += _point_faults(change, str(categories[change.place]), ground)
            case Move() if change.place not in added:
                found.append(f"there is no place {change.place}; `export places` lists them")
        faults += [f"change {number}: {fault}" for fault in found]
    return faults
