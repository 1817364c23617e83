"""What the page of what if computes, kept for all visitors: the municipality, outcomes, spots, the cost of closing."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from trefpunt import queries, scenarios
from trefpunt.crs import RD, WGS84
from trefpunt.errors import ScenarioError
from trefpunt.metrics.setting import Setting
from trefpunt.scenarios import Ground, Outcome, Scenario
from trefpunt.scenarios.ground import neighbourhood_at
from trefpunt.scenarios.joining import to_metres
from trefpunt.suggest import precious_places
from trefpunt.ui import data, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.keeping import kept

DECIMALS = 5
"""Of a degree, for a new spot: about a metre, and short in the address."""

Read = tuple[Scenario | None, ScenarioError | None]


def ground() -> Ground:
    """Return what scenarios are held against.

    Raises
    ------
    SnapshotError
        The snapshot was built before waters were part of it.
    """
    return scenarios.ground_of(data.snapshot())


def read(text: str) -> Read:
    """Return the scenario that a text of an address holds, or else what is wrong with it."""
    return _read(data.mark(), text)


@kept(256)
def _read(mark: str, text: str) -> Read:
    try:
        return scenarios.read(text, ground()), None
    except ScenarioError as error:
        return None, error


def answer(scenario: Scenario, minutes: int, categories: tuple[str, ...] = ()) -> Outcome:
    """Return what a checked scenario changes; `categories` are listed although none of their places is concerned."""
    # Neither title nor order changes anything.
    return _answer(data.mark(), Scenario(scenario.municipality, scenario.effective), minutes, categories)


@kept(128)
def _answer(mark: str, scenario: Scenario, minutes: int, categories: tuple[str, ...]) -> Outcome:
    return scenarios.compare(ground().setting, _after(mark, scenario), minutes, categories)


@kept(32)
def _after(mark: str, scenario: Scenario) -> Setting:
    """One setting for all minutes: the figures of its categories are kept with it."""
    return scenarios.apply(ground().setting, scenario)


@kept(data.KEPT)
def warm(mark: str) -> bool:
    """Compute once what every scenario needs, so that the first change of the first visitor is as fast as any."""
    place = next(iter(data.snapshot().places.index), None)
    if place is not None:
        closed = Scenario(ground().code, (scenarios.Close(str(place)),))
        setting = ground().setting
        scenarios.compare(setting, scenarios.apply(setting, closed), queries.DEFAULT_MINUTES)
        lon, lat = place_spot(str(place))
        moved = Scenario(ground().code, (scenarios.Move(str(place), lon, lat),))
        scenarios.apply(setting, moved)
        area_at(lon, lat)
    return True


def place_spot(place_id: str) -> tuple[float, float]:
    """Return the longitude and latitude of a place."""
    row = data.measures("own").loc[[place_id]].iloc[0]
    return float(row["lon"]), float(row["lat"])


def area_spot(code: str) -> tuple[float, float]:
    """Return the spot in the middle of a neighbourhood: of the postcodes there, the nearest to the mean resident."""
    return _area_spot(data.mark(), code)


@kept(512)
def _area_spot(mark: str, code: str) -> tuple[float, float]:
    loaded = data.snapshot()
    people = loaded.population[loaded.population["neighbourhood_code"] == code]
    if people.empty:
        point = loaded.neighbourhoods.geometry[code].representative_point()
        x, y = float(point.x), float(point.y)
    else:
        xy = shapely.get_coordinates(people.geometry.to_numpy())
        weight = people["residents"].to_numpy(dtype=float)
        middle = np.average(xy, axis=0, weights=weight if weight.sum() > 0 else None)
        x, y = map(float, xy[int(np.argmin(((xy - middle) ** 2).sum(axis=1)))])
    lon, lat = Transformer.from_crs(RD, WGS84, always_xy=True).transform(x, y)
    return round(float(lon), DECIMALS), round(float(lat), DECIMALS)


def spots(t: Text) -> dict[str, str]:
    """Return key → label of every spot that can be named: neighbourhoods, places and streets (`spot` finds them)."""
    return _spots(data.mark(), t)


@kept(4)
def _spots(mark: str, t: Text) -> dict[str, str]:
    districts = data.known().districts
    return {key: label for key, label in words.search_labels(t).items() if key not in districts}


def spot(key: str) -> tuple[float, float]:
    """Return the longitude and latitude of one of `spots`."""
    street, _, code = key.rpartition(words.BEHIND_STREET)
    if street:
        row = data.streets().loc[[(street, code)]].iloc[0]
        return float(row["lon"]), float(row["lat"])
    return place_spot(code) if code in data.known().places else area_spot(code)


def area_at(lon: float, lat: float) -> str:
    """Return the name of the neighbourhood at a spot; empty outside all of them."""
    return _area_at(data.mark(), lon, lat)


@lru_cache(maxsize=1024)
def _area_at(mark: str, lon: float, lat: float) -> str:
    return words.area_name(neighbourhood_at(data.snapshot().neighbourhoods, *to_metres(lon, lat))[0])


def precious(category: str) -> pd.DataFrame:
    """Return the places of a category whose closing surely takes from its bridge, the largest loss first.

    Returns
    -------
    pandas.DataFrame
        As `trefpunt.suggest.precious_places`, only those with `loss_sure`: the interval of the loss lies above 0.
    """
    return _precious(data.mark(), category)


@kept(64)
def _precious(mark: str, category: str) -> pd.DataFrame:
    snapshot = data.snapshot()
    found = precious_places(snapshot, len(snapshot.places), category=category)
    return found[found["loss_sure"]]
