"""What the local servers know: Maastricht from the bundled snapshot, a copy of it under another name, and a small one.

Boundaries, names, streets and places are real (CBS/Kadaster, CC BY 4.0; © OpenStreetMap contributors, ODbL 1.0);
the copy lies 40 km to the north under the codes of another municipality, one district of it 80 km to the north under
those of a third, and the figures are made up by a formula.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.affinity import translate

ROOT = Path(__file__).resolve().parents[2]
COPY = "0938"
COPY_NORTH_M = 40_000.0
SMALL = "0981"
SMALL_NORTH_M = 80_000.0
SMALL_DISTRICT = "WK093502"
"""The third municipality is this district alone: builds of it take seconds."""

YEARS = tuple(range(2014, 2025))


@dataclass(frozen=True)
class Place:
    """One municipality: its tables in EPSG:28992, as the snapshot has them."""

    digits: str
    name: str
    neighbourhoods: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame

    @property
    def code(self) -> str:
        return f"GM{self.digits}"

    @property
    def names(self) -> dict[str, str]:
        """Names by code: municipality, districts, neighbourhoods, as CBS orders them."""
        return {
            self.code: self.name,
            **self.districts["name"].to_dict(),
            **self.neighbourhoods["name"].to_dict(),
        }


@cache
def world() -> dict[str, Place]:
    """By the four digits of the code."""
    folder = ROOT / "data" / "maastricht"
    neighbourhoods = gpd.read_parquet(folder / "neighbourhoods.parquet", columns=["name", "district_code", "geometry"])
    districts = gpd.read_parquet(folder / "districts.parquet", columns=["name", "geometry"])
    here = Place("0935", "Maastricht", neighbourhoods, districts)
    copy = Place(COPY, "Meerssen", *(_moved(table, COPY, COPY_NORTH_M) for table in (neighbourhoods, districts)))
    part = neighbourhoods[neighbourhoods["district_code"] == SMALL_DISTRICT], districts.loc[[SMALL_DISTRICT]]
    small = Place(SMALL, "Vaals", *(_moved(table, SMALL, SMALL_NORTH_M) for table in part))
    return {"0935": here, COPY: copy, SMALL: small}


def _moved(table: gpd.GeoDataFrame, digits: str, north_m: float) -> gpd.GeoDataFrame:
    """A table of areas under the codes of another municipality, so much to the north."""
    other = table.copy()
    other.index = other.index.str.replace("0935", digits, n=1)
    if "district_code" in other:
        other["district_code"] = other["district_code"].str.replace("0935", digits, n=1)
    other.geometry = [translate(shape, 0, north_m) for shape in other.geometry]
    return other


def chance(*what: object) -> float:
    """A number from 0 to 1 that depends on nothing but `what`."""
    return zlib.crc32("|".join(map(str, what)).encode()) / 0xFFFFFFFF


def is_suppressed(code: str) -> bool:
    """About one neighbourhood in seven has no figures."""
    return code.startswith("BU") and chance(code, "small") < 0.15


def scores(code: str, year: int) -> dict[str, float | None]:
    """Part scores to three decimals, and their total."""
    if is_suppressed(code):
        return dict.fromkeys(("total", "welfare", "education", "labour", "spread"))
    base = chance(code) - 0.5
    welfare, education, labour = (round(base * w + 0.01 * (year - 2019) * chance(code, w), 3) for w in (0.7, 0.4, 0.2))
    total = round(welfare + education + labour, 3)
    return {
        "total": total,
        "welfare": welfare,
        "education": education,
        "labour": labour,
        "spread": round(0.7 + 0.3 * chance(code, "s"), 3),
    }


def shares(code: str, year: int, kind: str) -> list[float | None]:
    """Per cent in three groups, adding up to 100, and the mean percentile."""
    if is_suppressed(code):
        return [None] * 4
    low = round(20 + 50 * chance(code, year, kind), 1)
    high = round((100 - low) * 0.4, 1)
    return [low, round(100 - low - high, 1), high, round(75 - low / 2, 1)]


def residents(code: str) -> int:
    return 50 * round(4 + 60 * chance(code, "n"))


def table_of(digits: str | None = None) -> pd.Series:
    """Names by code of one municipality, or of all."""
    places = [world()[digits]] if digits else list(world().values())
    return pd.Series({code: name for place in places for code, name in place.names.items()})
