"""Where residents live when only their number per neighbourhood is known: spread over its streets. An estimate."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from trefpunt.crs import RD

STEP_M = 20.0
CELL_M = 100.0
"""Points along streets are taken together per square of this size."""


def spread_residents(
    key_figures: pd.DataFrame, neighbourhoods: gpd.GeoDataFrame, streets: gpd.GeoSeries
) -> tuple[gpd.GeoDataFrame, pd.Series]:
    """Spread the residents of each neighbourhood evenly over the length of its residential streets.

    Rougher than counts per postcode: flats and villas get the same number of people a metre. Whole people, whose sum
    per neighbourhood is the published one.

    Parameters
    ----------
    key_figures
        Index `code`: `residents`, `households`, and where known `residents_15_25`.
    neighbourhoods
        Index `code`, polygons, EPSG:28992.
    streets
        Lines that people live along, EPSG:28992.

    Returns
    -------
    spots : geopandas.GeoDataFrame
        Index `pc6` (BU01234567-0001 …): `residents`, `households`, `age_15_25`, `age_known`, geometry (point on
        average of the street points of a square of 100 m). A neighbourhood without any such street has one spot, on
        its surface; one without residents has none.
    code : pandas.Series
        Neighbourhood of each spot.
    """
    points = _points_along(streets)
    hit = gpd.sjoin(points, neighbourhoods[["geometry"]], how="inner", predicate="within")
    hit = hit[~hit.index.duplicated()]
    x, y = hit.geometry.x, hit.geometry.y
    cells = pd.DataFrame(
        {
            "code": hit["code"],
            "column": np.floor(x / CELL_M).astype(int),
            "row": np.floor(y / CELL_M).astype(int),
            "x": x * hit["metres"],
            "y": y * hit["metres"],
            "metres": hit["metres"],
        }
    )
    total = cells.groupby(["code", "column", "row"])[["x", "y", "metres"]].sum().reset_index()
    populated = neighbourhoods.index[key_figures["residents"].reindex(neighbourhoods.index).gt(0)]
    total = total[total["code"].isin(populated)]
    bare = populated.difference(pd.Index(total["code"]))
    if len(bare):
        middle = neighbourhoods.geometry[bare].representative_point()
        alone = pd.DataFrame({"code": bare, "column": 0, "row": 0, "x": middle.x, "y": middle.y, "metres": 1.0})
        total = pd.concat([total, alone], ignore_index=True)
    total = total.sort_values(["code", "column", "row"], ignore_index=True)
    number = total.groupby("code").cumcount() + 1
    index = pd.Index([f"{c}-{n:04d}" for c, n in zip(total["code"], number, strict=True)], name="pc6", dtype="str")
    share = (total["metres"] / total.groupby("code")["metres"].transform("sum")).to_numpy()

    codes = total["code"].to_numpy(dtype=str)
    residents = _apportioned(key_figures["residents"], codes, share)
    young = np.full(len(total), np.nan)
    if "residents_15_25" in key_figures:
        aged = (key_figures["residents_15_25"] / key_figures["residents"]).reindex(codes).to_numpy(dtype="float64")
        young = residents * aged
    spots = gpd.GeoDataFrame(
        {
            "residents": residents,
            "households": _apportioned(key_figures["households"], codes, share),
            "age_15_25": young,
            "age_known": np.where(np.isnan(young), np.nan, residents),
        },
        index=index,
        geometry=shapely.points(
            (total["x"] / total["metres"]).round(2).to_numpy(), (total["y"] / total["metres"]).round(2).to_numpy()
        ),
        crs=RD,
    )
    lived_in = residents > 0
    return spots[lived_in], pd.Series(codes, index=index, name="neighbourhood_code", dtype="str")[lived_in]


def _apportioned(count: pd.Series, codes: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Whole people per spot that add up to the count of each neighbourhood: largest remainders, first spots first."""
    exact = pd.Series(share * count.reindex(codes).to_numpy(dtype="float64"))
    whole = exact.map(np.floor)
    lacking = (exact - whole).groupby(codes).transform("sum").round()
    order = (whole - exact).round(9).groupby(codes).rank(method="first")  # largest remainder first
    return np.asarray((whole + (order <= lacking)).where(exact.notna()), dtype="float64")


def _points_along(streets: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Points every `STEP_M` or so along lines, each with the metres that it stands for."""
    lines = streets.to_numpy()
    length = shapely.length(lines)
    times = np.maximum(1, np.rint(length / STEP_M)).astype(int)
    line = np.repeat(np.arange(len(lines)), times)
    first = np.cumsum(times) - times
    middle = (np.arange(len(line)) - first[line] + 0.5) / times[line]
    points = shapely.line_interpolate_point(lines[line], middle * length[line])
    return gpd.GeoDataFrame({"metres": (length / times)[line]}, geometry=points, crs=RD)
