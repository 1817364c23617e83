"""Whose residents and which places lie in the areas of a municipality's own division."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from trefpunt import queries
from trefpunt.crs import RD

AREAS = gpd.GeoDataFrame(
    {"area_code": ["EA001", "EA002"], "name": ["West", "Oost"]},
    geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10)],
    crs=RD,
)


def points(index: str, at: dict[str, tuple[float, float]], **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        columns, index=pd.Index(list(at), name=index), geometry=[Point(xy) for xy in at.values()], crs=RD
    )


def town(areas: gpd.GeoDataFrame = AREAS) -> SimpleNamespace:
    """Neighbourhood BU1 has 30 residents in the west and 10 in the east, BU2 has 60 in the east and 40 in neither."""
    people = {"a": (1, 1), "b": (9, 9), "c": (11, 1), "d": (15, 5), "e": (30, 5), "f": (2, 2)}
    return SimpleNamespace(
        derived={"own_areas": areas},
        population=points(
            "pc6",
            people,
            residents=[20.0, 10.0, 10.0, 60.0, 40.0, 0.0],
            neighbourhood_code=["BU1", "BU1", "BU1", "BU2", "BU2", "BU3"],
        ),
        places=points("place_id", {"n1": (5, 5), "n2": (19, 9), "n3": (25, 5)}),
    )


def test_a_neighbourhood_is_shared_out_by_where_its_residents_live() -> None:
    found = queries.own_area_neighbourhoods(town())
    expected = {("EA001", "BU1"): (30, 30 / 40), ("EA002", "BU1"): (10, 10 / 40), ("EA002", "BU2"): (60, 60 / 100)}
    assert {key: tuple(row) for key, row in zip(found.index, found.to_numpy(), strict=True)} == {
        key: pytest.approx(row) for key, row in expected.items()
    }


def test_a_place_lies_in_one_area_or_in_none() -> None:
    found = queries.own_area_of_places(town())
    assert found.dropna().to_dict() == {"n1": "EA001", "n2": "EA002"}
    assert found.index.tolist() == ["n1", "n2", "n3"]


def test_without_a_division_nothing_lies_in_it() -> None:
    none = town(AREAS.iloc[:0])
    assert queries.own_area_neighbourhoods(none).empty
    assert queries.own_area_of_places(none).isna().all()
    assert queries.own_area_table(none).empty
