"""Blank spots: where low and high live close together and no place of a category bridges them (docs/method.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from trefpunt.crs import RD
from trefpunt.errors import TrefpuntError
from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.mixing import GROUPS
from trefpunt.metrics.setting import Setting
from trefpunt.metrics.share_scenarios import carry
from trefpunt.queries.base import DEFAULT_MINUTES
from trefpunt.scenarios.applying import rows_of
from trefpunt.scenarios.figures import category_rows, people_of
from trefpunt.scenarios.ground import Ground
from trefpunt.suggest.candidates import ANYWHERE, candidates_of, to_degrees
from trefpunt.suggest.demand import Demand, demand_of, loading, minutes_to_nearest
from trefpunt.suggest.evaluating import STEADY_IN, evaluate
from trefpunt.suggest.watching import UNWATCHED, Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLUBS = ("association", "sports", "community_centre")
"""What the council's question 7 is about: clubs, associations and community centres."""

HEXAGON_M = 200.0
"""Between two opposite sides of a hexagon."""


def typical_bridge(setting: Setting, demand: Demand) -> float:
    """Median bridge (measure 4) of the places of the category; missing where there is none on the network."""
    metres = rows_of(setting.distance, demand.mode, category_rows(setting, demand.category))
    groups = mixing.catchment(weights(metres, demand.half_m), demand.people.residents.by_group)
    bridges = mixing.bridge(groups, demand.totals)
    return float(np.nanmedian(bridges)) if np.isfinite(bridges).any() else float("nan")


def surface(
    ground: Ground,
    category: str,
    minutes: float = DEFAULT_MINUTES,
    watch: Watch = UNWATCHED,
    mode: str | None = None,
) -> pd.DataFrame:
    """What a place of a category would be, and add, at every node of its network.

    Parameters
    ----------
    ground
        The municipality (`trefpunt.scenarios.ground_of`); for a scenario,
        `dataclasses.replace(ground, setting=apply(ground.setting, scenario))`.
    category
        Of `trefpunt.categories`.
    minutes
        What counts as within reach.
    watch
        Who looks on.
    mode
        `walk`, `cycle`, or None for the category's own. In the other one the half-distance is that of equal minutes.

    Returns
    -------
    pandas.DataFrame
        Index `node`: `x`, `y` (metres), `lon`, `lat`; the columns of `trefpunt.suggest.evaluating.evaluate`;
        `nearest_minutes` to the nearest place there is (∞: none); `blank`: no place within the minutes, though one
        would have a bridge of at least the median of the category's places (`attrs["typical_bridge"]`; of all nodes
        where there is no place).

    Raises
    ------
    UnknownCodeError, TrefpuntError
        No such category, no such mode; minutes out of range.
    CancelledError
        If the watch says so.
    """
    setting, demand = ground.setting, demand_of(ground.setting, category, minutes, mode)
    candidates = candidates_of(setting, ground.waters, category, demand.mode, ANYWHERE)
    table = evaluate(setting, demand, candidates, watch).set_index("node")
    at = to_degrees(candidates.xy)
    for number, (name, values) in enumerate(zip("x y lon lat".split(), [*candidates.xy.T, *at.T], strict=True)):
        table.insert(number, name, values)
    table["nearest_minutes"] = minutes_to_nearest(setting, demand, candidates.node)
    typical = typical_bridge(setting, demand)
    if np.isnan(typical):
        typical = float(table["bridge"].median())
    table["blank"] = (table["nearest_minutes"] > minutes) & (table["bridge"] >= typical)
    table.attrs["typical_bridge"] = typical
    return table


def hexagons(found: pd.DataFrame, width_m: float = HEXAGON_M) -> gpd.GeoDataFrame:
    """The surface in hexagons: of each, the node where a place would add most.

    Parameters
    ----------
    found
        From `surface`.
    width_m
        Between two opposite sides, metres.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:28992, one row a hexagon with a node, from west to east and south to north: `node` and all columns of the
        surface for that node (largest `gain`, the first of equals), `nodes` in the hexagon, geometry. The hexagons
        are those around the multiples of their width, the same for every category.
    """
    x, y = found["x"].to_numpy(), found["y"].to_numpy()
    height = width_m * np.sqrt(3) / 2
    # The nearest of two rectangular grids of middles, half a step apart both ways.
    near = []
    for shift in (0.0, 0.5):
        column, row = np.rint(x / width_m - shift), np.rint(y / (2 * height) - shift)
        near.append(np.stack([(column + shift) * width_m, (row + shift) * 2 * height], axis=1))
    off = [np.hypot(x - middle[:, 0], y - middle[:, 1]) for middle in near]
    middle = np.where((off[0] <= off[1])[:, None], *near)
    keyed = found.reset_index().assign(_x=middle[:, 0], _y=middle[:, 1])
    count = keyed.groupby(["_x", "_y"])["node"].transform("size")
    keyed = keyed.assign(nodes=count).sort_values(["_x", "_y", "gain", "node"], ascending=[True, True, False, True])
    best = keyed.drop_duplicates(["_x", "_y"]).reset_index(drop=True)
    angle = np.pi / 6 + np.arange(6) * np.pi / 3
    corner = np.stack([np.cos(angle), np.sin(angle)], axis=1) * width_m / np.sqrt(3)
    shapes = shapely.polygons(best[["_x", "_y"]].to_numpy()[:, None, :] + corner[None])
    return gpd.GeoDataFrame(best.drop(columns=["_x", "_y"]), geometry=shapes, crs=RD)


@dataclass(frozen=True, eq=False)
class Unserved:
    """Residents who reach no place, and none that bridges.

    Attributes
    ----------
    categories, minutes, mode
        What was asked; mode None is each category's own.
    pairs
        A place *bridges* when of 100 random pairs of those who could come there at least this many are one of low and
        one of high welfare (100 times measure 3).
    neighbourhoods
        Index `code`, all, alphabetical by name: `name`; `residents` (of the postcodes); `without_<category>`: residents
        who reach no place of that category within the minutes; `without_any`: of none of the
        categories; `without_bridging`: residents who reach none that bridges, so `without_any` among them, with
        `_lower` and `_upper`: if every place bridges that does in one draw of ten, and only those that do in nine
        of ten, however residents of unknown groups are counted; `unknown`: residents who cannot be judged, their
        postcode not being on all the networks. In persons; 0 is 0.
    city
        The sums.
    bridging
        Index `place_id`, the places of the categories: `name`, `category`, `pairs` (of 100; missing where nobody of
        known group could come), `bridges`, `bridges_possibly`, `bridges_surely` (boolean).
    """

    categories: tuple[str, ...]
    minutes: float
    mode: str | None
    pairs: float
    neighbourhoods: pd.DataFrame
    city: pd.Series
    bridging: pd.DataFrame


def municipal_pairs(setting: Setting) -> float:
    """Of 100 random pairs of the whole municipality, how many are one of low and one of high welfare."""
    return float(100 * mixing.encounter(people_of(setting).residents.city_shares))


def _bridging(demand: Demand, metres: Floats, pairs: float) -> NDArray[np.float64]:
    """(P, 4) encounter of places, of 100 pairs, and whether it is at least `pairs`: as it is, possibly, surely."""
    weight = np.nan_to_num(weights(metres, demand.half_m), nan=0.0)
    members, everybody = demand.members, demand.draws.per_area(np.ones(len(demand.on)))
    total = weight @ members
    load = loading(total, weight**2 @ members, everybody)
    found = 100 * mixing.encounter(mixing.shares(weight @ demand.by_group))
    bridges = found >= pairs
    possibly, surely = bridges.copy(), bridges.copy()
    for treatment in demand.draws.treatments:
        groups = carry(total * (1 - load), treatment.whole) + carry(total * load, treatment.part)
        often = (100 * mixing.encounter(mixing.shares(groups)) >= pairs).mean(axis=1)
        possibly |= often > 1 - STEADY_IN
        surely &= often >= STEADY_IN
    return np.column_stack([found, bridges, possibly, surely])


def unserved(
    setting: Setting,
    minutes: float = DEFAULT_MINUTES,
    categories: Sequence[str] = CLUBS,
    pairs: float | None = None,
    mode: str | None = None,
) -> Unserved:
    """Per neighbourhood the residents who reach no place of some categories, and none that bridges.

    Parameters
    ----------
    setting
        The municipality, changed by a scenario or not.
    minutes
        What counts as within reach.
    categories
        By default clubs, associations and community centres.
    pairs
        When a place bridges; by default as many as among random pairs of the whole municipality.
    mode
        `walk`, `cycle`, or None for each category's own.

    Raises
    ------
    UnknownCodeError, TrefpuntError
        No such category or none at all, no such mode; minutes or pairs out of range.
    """
    chosen = tuple(dict.fromkeys(categories))
    least = municipal_pairs(setting) if pairs is None else pairs
    faults = [] if chosen else ["no categories asked for"]
    faults += [] if 0 <= least <= 50 else [f"{least} of 100 pairs: two groups make at most 50"]
    if faults:
        raise TrefpuntError("unserved residents", faults, "Ask for at least one category, and 0 to 50 pairs.")
    people = people_of(setting)
    count = people.residents.count
    reached = {name: np.zeros(len(count), dtype=bool) for name in ("any", "bridging", "lower", "upper")}
    on = np.ones(len(count), dtype=bool)
    without, places = {}, []
    for category in chosen:
        demand = demand_of(setting, category, minutes, mode)
        rows = category_rows(setting, category)
        metres = rows_of(setting.distance, demand.mode, rows)
        within = np.where(np.isnan(metres), np.inf, metres) <= demand.limit_m
        judged = _bridging(demand, metres, least)
        bridges, possibly, surely = (judged[:, at] > 0 for at in (1, 2, 3))
        any_here = within.any(axis=0)
        without[f"without_{category}"] = demand.on & ~any_here
        reached["any"] |= any_here
        for name, these in (("bridging", bridges), ("lower", possibly), ("upper", surely)):
            reached[name] |= within[these].any(axis=0)
        on &= demand.on
        listed = pd.DataFrame(setting.places[["name", "category"]].iloc[rows])
        places.append(
            listed.assign(pairs=judged[:, 0], bridges=bridges, bridges_possibly=possibly, bridges_surely=surely)
        )
    columns = {"residents": count, **{name: count * who for name, who in without.items()}}
    columns["without_any"] = count * (on & ~reached["any"])
    for name, end in (("bridging", ""), ("lower", "_lower"), ("upper", "_upper")):
        columns[f"without_bridging{end}"] = count * (on & ~reached[name])
    columns["unknown"] = count * (~on & ~reached["any"])
    areas = setting.neighbourhoods
    table = pd.DataFrame({name: people.per_neighbourhood(who) for name, who in columns.items()}, index=areas.index)
    table.insert(0, "name", areas["name"])
    table = table.sort_values("name", key=lambda names: names.str.casefold(), kind="stable")
    return Unserved(chosen, minutes, mode, least, table, table.drop(columns="name").sum(), pd.concat(places))


def by_group(found: Unserved, setting: Setting, column: str = "without_any") -> pd.DataFrame:
    """A column of `Unserved.neighbourhoods` by welfare group: `low`, `middle`, `high`; missing where unknown."""
    shares = setting.neighbourhoods.reindex(found.neighbourhoods.index)
    return pd.DataFrame({g: found.neighbourhoods[column] * shares[f"share_{g}"].astype(float) for g in GROUPS})
