"""What can be said of one suggested spot: where it is, what it would add, how sure that is."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from trefpunt.categories import BORDER_HALF_DISTANCES
from trefpunt.crs import RD, WGS84
from trefpunt.metrics import mixing
from trefpunt.metrics.decay import weights
from trefpunt.metrics.mixing import HIGH, LOW
from trefpunt.metrics.share_scenarios import interval
from trefpunt.scenarios.ground import Ground, neighbourhood_at
from trefpunt.scenarios.joining import Joint, way_out
from trefpunt.suggest.candidates import KINDS, Candidates, to_degrees
from trefpunt.suggest.demand import ENDS, Demand, loading, minutes_to_nearest
from trefpunt.suggest.evaluating import added, drawn_gains, metres_to, newly_within, part_of

Floats = NDArray[np.float64]

NEAR_M = 250.0
"""A building of public use this near, in a straight line, is named: it could hold the new place too."""


def intervals(demand: Demand, rows_m: Floats, nearest_m: Floats) -> dict[str, float]:
    """What places at some distances add together to places at others.

    Parameters
    ----------
    demand
        Who lives where.
    rows_m
        (n, B) metres from the new places; ∞ where not reached.
    nearest_m
        (B,) metres to the nearest of the others.

    Returns
    -------
    dict
        `gain_low`, `gain_high` (of access, 0–1) and `gain`, the smaller, each with `_lower` and `_upper` (90 %, over
        the draws of the group shares, however residents of unknown groups are counted); `within_low`, `within_high`,
        `within_residents`: persons who newly have a place within the minutes; `nearer_low`, `nearer_high`,
        `nearer_residents`: persons who are newly nearest to one of them, within the cut-off.
    """
    there = replace(demand, nearest_m=nearest_m)
    nearest = rows_m.min(axis=0, keepdims=True, initial=np.inf)
    gain, members = added(nearest, there), demand.members
    groups = part_of(gain @ demand.by_group, demand.totals)[0]
    total = gain @ members
    load = loading(total, gain**2 @ members, demand.draws.per_area(np.ones(len(demand.on))))
    drawn = [drawn_gains(total, load, treatment, demand) for treatment in demand.draws.treatments]
    values = {"gain_low": groups[LOW], "gain_high": groups[HIGH], "gain": groups[ENDS].min()}
    samples = {
        "gain_low": [one[..., LOW] for one in drawn],
        "gain_high": [one[..., HIGH] for one in drawn],
        "gain": [one[..., ENDS].min(axis=-1) for one in drawn],
    }
    found: dict[str, float] = {}
    for name, value in values.items():
        ends = interval(np.array([value]), samples[name], demand.draws.level)
        found |= {name: float(value), f"{name}_lower": float(ends[0, 0]), f"{name}_upper": float(ends[1, 0])}
    everyone = np.column_stack([demand.by_group[:, ENDS], demand.people.residents.count * demand.on])
    nearer = (nearest < nearest_m) & (weights(nearest, demand.half_m) > 0)
    for name, who in (("within", newly_within(nearest, there)), ("nearer", nearer)):
        persons = (who.astype(float) @ everyone)[0]
        found |= {f"{name}_{g}": float(n) for g, n in zip(("low", "high", "residents"), persons, strict=True)}
    return found


def _nearest_building(ground: Ground, category: str, point: shapely.Point, itself: int) -> dict[str, object]:
    places = ground.setting.places
    kinds = [kind for kind in KINDS["public"] if kind != category]
    rows = np.flatnonzero(places["category"].isin(kinds).to_numpy())
    rows = rows[rows != itself]
    metres = np.asarray(shapely.distance(places.geometry.to_numpy()[rows], point))
    if not len(rows) or metres.min() > NEAR_M:
        return {"near_place_id": None, "near_name": None, "near_category": None, "near_m": np.nan}
    nearest = rows[int(metres.argmin())]
    return {
        "near_place_id": places.index[nearest],
        "near_name": _text(places["name"].iloc[nearest]),
        "near_category": places["category"].iloc[nearest],
        "near_m": float(metres.min()),
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _street(streets: pd.DataFrame, point: shapely.Point) -> str | None:
    """Name of the street whose known point is nearest."""
    if streets.empty:
        return None
    at = gpd.GeoSeries(gpd.points_from_xy(streets["lon"], streets["lat"]), crs=WGS84).to_crs(RD)
    return str(streets["name"].iloc[int(at.distance(point).to_numpy().argmin())])


def describe(
    ground: Ground, demand: Demand, candidates: Candidates, row: int, others_m: Floats, street_names: pd.DataFrame
) -> dict[str, object]:
    """One spot, what it would add to the places there are and to other spots.

    Parameters
    ----------
    ground, demand, candidates
        What was asked about.
    row
        Which candidate.
    others_m
        (n, B) metres from the other spots; none: (0, B).
    street_names
        `name`, `lon`, `lat`: a point of each street.

    Returns
    -------
    dict
        `node`, `x`, `y`, `lon`, `lat`; `neighbourhood_code`, `neighbourhood` (missing just outside); `street`: the
        one whose known point is nearest, a hint for the reader; `place_id`, `place_name`, `place_category` of the
        place that is there already (missing `anywhere`); `near_place_id`, `near_name`, `near_category`, `near_m`: the
        nearest other building of public use within `NEAR_M` metres, for double use; `nearest_minutes` to the nearest
        place of the category there is (∞: none); `border_truncated`: whether people across the border of the
        municipality, who are not counted, live near; `reach`, `bridge`, `encounter` (measures 1, 3 and 4) of a place
        there; and all of `intervals`. Names come from OpenStreetMap: hostile until escaped.
    """
    setting, place = ground.setting, int(candidates.place[row])
    network, node = setting.networks[demand.mode], int(candidates.node[row])
    metres = metres_to(network, demand, np.array([node]), np.inf)
    point = shapely.Point(*candidates.xy[row])
    code, _ = neighbourhood_at(setting.neighbourhoods, point.x, point.y)
    lon, lat = to_degrees(candidates.xy[[row]])[0]
    groups = weights(metres, demand.half_m) @ demand.by_group
    there = setting.places.iloc[place] if place >= 0 else None
    nearest_m = np.vstack([demand.nearest_m[None], others_m]).min(axis=0)
    return {
        "node": node,
        "x": point.x,
        "y": point.y,
        "lon": float(lon),
        "lat": float(lat),
        "neighbourhood_code": code,
        "neighbourhood": None if code is None else setting.neighbourhoods["name"][code],
        "street": _street(street_names, point),
        "place_id": None if there is None else setting.places.index[place],
        "place_name": None if there is None else _text(there["name"]),
        "place_category": None if there is None else there["category"],
        **_nearest_building(ground, demand.category, point, place),
        "nearest_minutes": float(minutes_to_nearest(setting, demand, np.array([node]))[0]),
        "border_truncated": bool(
            way_out(network, Joint(node, node, 0.0, 0.0, 0.0)) <= BORDER_HALF_DISTANCES * demand.half_m
        ),
        "reach": float(weights(metres, demand.half_m)[0] @ (demand.people.residents.count * demand.on)),
        "bridge": float(mixing.bridge(groups, demand.totals)[0]),
        "encounter": float(mixing.encounter(mixing.shares(groups))[0]),
        **intervals(demand, metres, nearest_m),
    }
