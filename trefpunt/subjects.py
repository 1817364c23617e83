"""What `export` writes: one table a subject, flat, in degrees, with licence and vintage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import mapping

from trefpunt import export, queries
from trefpunt.crs import WGS84
from trefpunt.snapshot import Snapshot

ATTRIBUTION = "© OpenStreetMap contributors; CBS; Kadaster"


@dataclass(frozen=True)
class Subject:
    """A table to take away: geometry in degrees (EPSG:4326), and what may be done with it."""

    table: gpd.GeoDataFrame
    licence: str
    vintage: str


def subject_table(snapshot: Snapshot, subject: str, mode: str | None, minutes: float) -> Subject:
    """The table of a subject (`neighbourhoods`, `districts`, `places`, `population`) with its measures."""
    if subject == "places":
        measured = queries.place_measures(snapshot, mode, minutes).join(queries.place_intervals(snapshot, mode))
        table = gpd.GeoDataFrame(measured, geometry=snapshot.places.geometry.reindex(measured.index))
    elif subject == "population":
        table = snapshot.population
    else:
        tables = {"neighbourhoods": queries.neighbourhood_table, "districts": queries.district_table}
        table = tables[subject](snapshot)
    resource = next(r for r in snapshot.manifest["resources"] if r["name"] == subject)
    # nearest_* are measured on OpenStreetMap: with them a CBS table falls under its licence.
    licence = "ODbL-1.0"
    degrees = table.to_crs(WGS84)
    if subject == "population":
        degrees = degrees.assign(lon=degrees.geometry.x.round(6), lat=degrees.geometry.y.round(6))
    return Subject(degrees, licence, resource["vintage"])


def to_text(subject: Subject, file_format: str) -> str:
    """The table as CSV (without geometry) or GeoJSON."""
    facts = pd.DataFrame(subject.table.drop(columns="geometry"))
    notes = {"licence": subject.licence, "vintage": subject.vintage, "attribution": ATTRIBUTION}
    if file_format == "csv":
        return export.to_csv(facts, **notes)
    shapes = {key: mapping(shape) for key, shape in subject.table.geometry.items()}
    return export.to_geojson(facts, shapes, **notes) + "\n"


def write_parquet(subject: Subject, path: Path) -> None:
    """The table as GeoParquet."""
    notes = {"licence": subject.licence, "vintage": subject.vintage, "attribution": ATTRIBUTION}
    subject.table.assign(**notes).to_parquet(path, compression="zstd")
