"""What `export` writes: one table a subject, flat, in degrees, with licence and vintage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import mapping

from trefpunt import export, queries
from trefpunt.crs import WGS84
from trefpunt.errors import TrefpuntError
from trefpunt.snapshot import Snapshot

ATTRIBUTION = "© OpenStreetMap contributors; CBS; Kadaster"


@dataclass(frozen=True)
class Subject:
    """A table to take away: geometry in degrees (EPSG:4326) if it has any, and what may be done with it."""

    table: pd.DataFrame
    licence: str
    vintage: str


def subject_table(snapshot: Snapshot, subject: str, mode: str | None, minutes: float) -> Subject:
    """The table of a subject with its measures.

    Subjects are `neighbourhoods`, `districts`, `places`, `population`, `categories`, `pairs`, `own_areas` and
    `score_years`. `mode` and `minutes` are for places and pairs (pairs: walking if None).
    """
    if subject == "own_areas":
        own = queries.own_area_table(snapshot)
        return Subject(own.to_crs(WGS84), "CC-BY-4.0", _vintage(snapshot, "own_areas"))
    if subject == "score_years":
        scores = snapshot.derived["score_years"].set_index("code")
        return Subject(scores, "CC-BY-4.0", _vintage(snapshot, "score_years"))
    if subject == "categories":
        return Subject(queries.category_table(snapshot), "ODbL-1.0", _vintage(snapshot, "bridging"))
    if subject == "pairs":
        table = queries.all_pairs(snapshot, mode or "walk", minutes)
        vintage = f"{_vintage(snapshot, 'neighbourhoods')}; places {_vintage(snapshot, 'places')}"
        return Subject(table, "ODbL-1.0", vintage)
    if subject == "places":
        measured = queries.place_measures(snapshot, mode, minutes).join(queries.place_intervals(snapshot, mode))
        measured = measured.join(queries.places_without_students(snapshot, mode))
        # The cost of closing is known in each category's own mode only.
        own = measured["mode"] == queries.category_modes(snapshot)
        measured = measured.join(queries.closing(snapshot).where(own))
        table = gpd.GeoDataFrame(measured, geometry=snapshot.places.geometry.reindex(measured.index))
    elif subject == "population":
        table = snapshot.population
    else:
        tables = {"neighbourhoods": queries.neighbourhood_table, "districts": queries.district_table}
        one_sided = queries.one_sided_shares(snapshot, subject.removesuffix("s"))
        table = tables[subject](snapshot).join(one_sided)
    resource = next(r for r in snapshot.manifest["resources"] if r["name"] == subject)
    # nearest_* and one_sided_* are measured on OpenStreetMap: with them a CBS table falls under its licence.
    licence = "ODbL-1.0"
    degrees = table.to_crs(WGS84)
    if subject == "population":
        degrees = degrees.assign(lon=degrees.geometry.x.round(6), lat=degrees.geometry.y.round(6))
    return Subject(degrees, licence, resource["vintage"])


def _vintage(snapshot: Snapshot, resource: str) -> str:
    return str(next(r for r in snapshot.manifest["resources"] if r["name"] == resource)["vintage"])


def to_text(subject: Subject, file_format: str) -> str:
    """The table as CSV (without geometry) or GeoJSON.

    Raises
    ------
    TrefpuntError
        GeoJSON of a table without geometry.
    """
    if file_format == "geojson" and not isinstance(subject.table, gpd.GeoDataFrame):
        raise TrefpuntError("export", "this table has no geometry", "Ask for csv or parquet.")
    facts = pd.DataFrame(subject.table.drop(columns="geometry", errors="ignore"))
    if isinstance(facts.index, pd.MultiIndex):
        facts = facts.reset_index().set_index(str(facts.index.names[0]))
    notes = {"licence": subject.licence, "vintage": subject.vintage, "attribution": ATTRIBUTION}
    if file_format == "csv":
        return export.to_csv(facts, **notes)
    shapes = {key: mapping(shape) for key, shape in subject.table.geometry.items()}
    return export.to_geojson(facts, shapes, **notes) + "\n"


def write_parquet(subject: Subject, path: Path) -> None:
    """The table as GeoParquet, or as plain Parquet if it has no geometry."""
    notes = {"licence": subject.licence, "vintage": subject.vintage, "attribution": ATTRIBUTION}
    subject.table.assign(**notes).to_parquet(path, compression="zstd")
