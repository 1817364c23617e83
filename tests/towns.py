"""Snapshots for tests, made of the bundled one: a second municipality under other codes; one with its own division."""

from __future__ import annotations

import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from trefpunt import snapshot as snapshots
from trefpunt.tables.own_areas import make_own_areas
from trefpunt.tables.schemas import SCHEMAS

NAME, SLUG, CODE = "Voorbeeldstad", "voorbeeldstad", "GM9999"
YEARS = (2014, 2018, 2021, 2022, 2023)
STEP = 0.02
"""Every score is this much higher than the one of the year before in `YEARS`."""
MOVED = 2021
"""From this year on the codes are of a later regional division, for `OTHER_BORDERS`."""
SUPPRESSED, OTHER_BORDERS, NOT_YET = "BU99990203", "BU99990403", "BU99990104"
"""Neighbourhoods: without a score in 2018; with other borders before `MOVED`; without a row in 2014."""
ESTIMATED = "BU99990201"
"""A neighbourhood without official scores: it keeps its estimate."""
OWN = "De Westkant"
"""An area of the municipality's own division."""
DOUBTFUL = "BU99990204"
"""A neighbourhood where the map probably misses a supermarket: CBS 400 m, ours 900 m."""


def code(text: str) -> str:
    """Return the code that an area of the bundled municipality has here."""
    return text.replace("0935", CODE.removeprefix("GM"), 1)


def second_town(bundled: Path, data: Path) -> Path:
    """Write the second municipality into a folder of its own in `data`; return that folder."""
    folder = data / SLUG
    shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns("stories.toml"))
    tables = {}
    for name in SCHEMAS:
        path = folder / f"{name}.parquet"
        spatial = "geometry" in SCHEMAS[name].columns
        table = gpd.read_parquet(path) if spatial else pd.read_parquet(path)
        renamed = _renamed(table)
        if renamed is not None:
            tables[name] = renamed
    tables["score_years"] = _scores(tables)
    for name in ("neighbourhoods", "districts"):
        tables[name] = _official(tables[name])
    table = tables["completeness"].astype({"supermarket_missing": "boolean"})
    row = table["code"] == DOUBTFUL
    table.loc[row, ["supermarket_cbs_m", "supermarket_ours_m"]] = 400.0, 900.0
    table.loc[row, "supermarket_missing"] = True
    tables["completeness"] = table
    tables["own_areas"] = _own(tables)
    for name, changed in tables.items():
        snapshots.write_table(folder, name, changed)
    manifest = snapshots.read_manifest(folder)
    manifest["municipality"] = {"code": CODE, "name": NAME}
    manifest["population"]["is_estimate"] = True
    for resource in manifest["resources"]:
        if resource["name"] in tables:
            resource["rows"] = len(tables[resource["name"]])
    snapshots.write_manifest(folder, manifest)
    return folder


def _own(tables: dict[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Return a division of the municipality's own: its districts, those of the west together."""
    districts = gpd.GeoDataFrame(tables["districts"])
    name = districts["name"].where(~districts["name"].str.contains("west", case=False), OWN)
    parts = districts[["geometry"]].assign(name=name).dissolve("name").reset_index()
    parts.index = pd.Index([f"EA{i:03d}" for i in range(len(parts))], name="area_code", dtype="str")
    return make_own_areas(parts, tables["population"], tables["neighbourhoods"])


OWN_AREAS = ("Bedrijven", "Hart van de stad", "Jeker Noord", "Jeker Zuid & <Berg>", "Maas Oost", "Maas West")
"""The areas of `own_division`, by their codes EA001 and so on."""


def own_division(bundled: Path, folder: Path) -> Path:
    """Write the bundled municipality with a division of its own (`OWN_AREAS`) into `folder`; return that folder.

    The second and the last two are districts, dissolved; the third and fourth are the two halves of a district, cut by
    a line through neighbourhoods; the first is a neighbourhood whose incomes are not known. The rest of the district
    that it lies in is in no area.
    """
    shutil.copytree(bundled, folder)
    snapshot = snapshots.load(bundled)
    districts, neighbourhoods = snapshot.districts.geometry, snapshot.neighbourhoods
    cut = districts["WK093501"]
    west, south, east, north = cut.bounds
    upper = shapely.box(west, (south + north) / 2, east, north)
    shapes = [
        neighbourhoods.geometry["BU09350500"],
        districts["WK093500"],
        cut.intersection(upper),
        cut.difference(upper),
        districts[["WK093504", "WK093506"]].union_all(),
        districts[["WK093502", "WK093503"]].union_all(),
    ]
    codes = pd.Index([f"EA{i:03d}" for i in range(1, 7)], name="area_code", dtype="str")
    parts = gpd.GeoDataFrame({"name": OWN_AREAS}, index=codes, geometry=shapes, crs=districts.crs)
    snapshots.write_table(folder, "own_areas", make_own_areas(parts, snapshot.population, neighbourhoods))
    manifest = snapshots.read_manifest(folder)
    next(r for r in manifest["resources"] if r["name"] == "own_areas")["rows"] = len(OWN_AREAS)
    snapshots.write_manifest(folder, manifest)
    return folder


def _renamed(table: pd.DataFrame) -> pd.DataFrame | None:
    """Return the table with our codes; None when it holds none."""
    columns = [c for c in ("code", "neighbourhood_code", "district_code") if c in table]
    keyed = table.index.name == "code"
    if not columns and not keyed:
        return None
    table = table.assign(**{c: table[c].str.replace("0935", CODE.removeprefix("GM"), n=1) for c in columns})
    if keyed:
        table.index = table.index.str.replace("0935", CODE.removeprefix("GM"), n=1)
    return table


def _official(areas: pd.DataFrame) -> pd.DataFrame:
    """Return areas whose score is the official one of the last year, but for `ESTIMATED`."""
    told = areas["ses_woa"].notna() & (areas.index != ESTIMATED)
    areas = areas.assign(ses_woa=areas["ses_woa"].mask(told, areas["ses_woa"].round(3)))
    for column, value in (("ses_status", "official"), ("ses_year", YEARS[-1])):
        areas.loc[told, column] = value
    areas.loc[told, ["ses_woa_lower", "ses_woa_upper"]] = float("nan")
    return areas


def _scores(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return official scores: of every area with a score the one it has now, less `STEP` for each year before.

    The last year is provisional.
    """
    rows = []
    for level, name in (("neighbourhood", "neighbourhoods"), ("district", "districts")):
        known = tables[name]["ses_woa"].dropna().drop(ESTIMATED, errors="ignore")
        rows += [_row(level, str(c), year, float(score)) for c, score in known.items() for year in YEARS]
    rows += [_row("municipality", CODE, year, -0.2) for year in YEARS]
    table = pd.DataFrame([row for row in rows if (row["code"], row["year"]) != (NOT_YET, 2014)])
    gone = (table["code"] == SUPPRESSED) & (table["year"] == 2018)
    table.loc[gone, "ses_woa"] = float("nan")
    table.loc[gone, "status"] = "suppressed"
    old = (table["code"] == OTHER_BORDERS) & (table["year"] < MOVED)
    table.loc[old, "division"] = 2014
    return table.astype({"year": "Int16", "division": "Int16"} | dict.fromkeys(("level", "code", "status"), "str"))


def _row(level: str, area: str, year: int, score: float) -> dict[str, object]:
    parts = dict.fromkeys(("financial", "education", "employment", "spread"), float("nan"))
    status = "provisional" if year == YEARS[-1] else "official"
    value = round(score - STEP * (len(YEARS) - 1 - YEARS.index(year)), 3)
    return {"level": level, "code": area, "year": year, "ses_woa": value, **parts, "status": status, "division": 2023}
