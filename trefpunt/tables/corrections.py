"""Apply corrections to the table of meeting places."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import pandas as pd
import shapely

from trefpunt.crs import RD, WGS84
from trefpunt.errors import TableError
from trefpunt.sources.corrections import Correction, Corrections
from trefpunt.tables.places_names import clean_name

SOURCE = "correction"
"""What the column `source` says of a place that a correction has added."""


def apply_corrections(
    places: gpd.GeoDataFrame, corrections: Corrections, neighbourhoods: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Add, drop and recategorise places.

    Parameters
    ----------
    places
        As `trefpunt.tables.places.make_places` gives them.
    corrections
        From `trefpunt.sources.corrections.read_corrections`.
    neighbourhoods
        Index `code`, polygons in EPSG:28992.

    Returns
    -------
    places : geopandas.GeoDataFrame
        The same columns, ordered by place_id.
    told : pandas.DataFrame
        One row a correction, in the order of the file: `kind`, `place`, `what` (name and category), `outcome`
        (`applied`, or why it was not needed: OpenStreetMap may have been corrected since), `reason`, `source`.

    Raises
    ------
    TableError
        Places that are added outside the municipality, all of them.
    """
    rows, faults = [], []
    for one in corrections.entries:
        if one.kind == "add":
            point = gpd.GeoSeries([shapely.Point(one.lon, one.lat)], crs=WGS84).to_crs(RD).iloc[0]
            inside = neighbourhoods.index[neighbourhoods.contains(point)]
            if len(inside):
                added = _row(one, point, str(inside[0]))
                places = gpd.GeoDataFrame(pd.concat([places, added.astype(places.dtypes.to_dict())]), crs=places.crs)
                outcome, place_id = "applied", str(added.index[0])
            else:
                faults.append(f"{one.name} lies outside the municipality ({one.lon}, {one.lat})")
                continue
            what = f"{one.name} ({one.category})"
        elif one.place_id not in places.index:
            place_id, what, outcome = one.place, "", "not needed: there is no such place (any more)"
        else:
            place_id = one.place_id
            name, category = places.at[place_id, "name"], str(places.at[place_id, "category"])
            what, outcome = f"{name if isinstance(name, str) else 'no name'} ({category})", "applied"
            if one.kind == "drop":
                places = places.drop(index=place_id)
            elif category == one.category:
                outcome = "not needed: it has that category"
            else:
                places = places.copy()
                places.loc[place_id, "category"] = one.category
                what += f" → {one.category}"
        rows.append((one.kind, place_id, what, outcome, one.reason, one.source))
    if faults:
        raise TableError("corrections.toml", faults, "Correct the coordinates, or leave the place out.")
    if places.index.has_duplicates:
        double = places.index[places.index.duplicated()][0]
        raise TableError("corrections.toml", f"one place is added twice ({double})", "Leave one of them out.")
    told = pd.DataFrame(rows, columns=["kind", "place", "what", "outcome", "reason", "source"])
    return places.sort_index(), told


def _row(one: Correction, point: shapely.Point, code: str) -> gpd.GeoDataFrame:
    digest = hashlib.sha256(f"{one.category}|{one.name}|{one.lon}|{one.lat}".encode()).hexdigest()[:10]
    columns = {
        "name": clean_name(one.name),
        "category": one.category,
        "source": SOURCE,
        "osm_id": None,
        "vintage": one.date,
        "neighbourhood_code": code,
    }
    index = pd.Index([f"c{digest}"], name="place_id", dtype="str")
    return gpd.GeoDataFrame({name: [value] for name, value in columns.items()}, index=index, geometry=[point], crs=RD)
