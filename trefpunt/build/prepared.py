"""What every build starts from, wherever it was found: a folder of files or live services."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from trefpunt.build.origins import Origins
from trefpunt.build.scores import Scores
from trefpunt.sources.areas import Areas
from trefpunt.sources.corrections import Corrections

STREET_MARGIN_M = 3000.0
"""Streets up to this far around the municipality are kept: a shortest path may leave it and come back."""


@dataclass(frozen=True, eq=False)
class Population:
    """Where residents live.

    Attributes
    ----------
    table
        Index `pc6` (a postcode, a square, or a spot of a spread): `residents`, `households`, `age_15_25`, `age_known`,
        geometry (point, EPSG:28992).
    year
        Of the counts.
    unit
        What a row is, for the report: postcodes, squares, spots.
    code
        Index `pc6`: neighbourhood of each row where it is known; None: it is found from the point.
    is_spread
        The counts are those of whole neighbourhoods, spread over streets: an estimate of where people live.
    """

    table: gpd.GeoDataFrame
    year: int
    unit: str
    code: pd.Series | None = None
    is_spread: bool = False


@dataclass(frozen=True, eq=False)
class Streets:
    """Streets of a municipality and around it, EPSG:28992, with names, and the file that the background is drawn from.

    Attributes
    ----------
    here, abroad
        Segments: `walk`, `cycle` (bool), geometry. `abroad`: of another source, joined where the two touch.
    names
        Whole ways: `name`, geometry.
    background, background_abroad
        Files for `trefpunt.tables.basemap.write_basemap`.
    """

    here: gpd.GeoDataFrame
    abroad: gpd.GeoDataFrame
    names: gpd.GeoDataFrame
    background: Path
    background_abroad: Path | None = None


@dataclass(frozen=True, eq=False)
class Inputs:
    """Everything a build needs, read and checked, nothing joined yet.

    Attributes
    ----------
    areas
        Boundaries of neighbourhoods, districts and the municipality.
    key_figures
        Index `code`: `name`, `kind`, `residents`, `households`, `owner_occupied_pct`, `woz_keur`, `pc4` (text). Has
        every code of `areas`.
    key_figures_year
        Of `key_figures`.
    shares
        As `trefpunt.tables.areas.group_shares` gives them.
    scores
        Scores of neighbourhoods and districts, and the report's section about them.
    corporation_pct
        Index `code`, 0–100; known for few.
    population, streets
        See there.
    pois
        Features as `trefpunt.sources.osm_places.read_pois` gives them.
    osm_date
        Of features whose source is `osm` (ISO 8601 date); None where each names its year.
    origins
        Where all this comes from.
    distances
        Index `code`: `supermarket_km`, `school_km` as CBS publishes them; None where it does not.
    own_areas
        The municipality's own division (`trefpunt.sources.own_areas`); None where none was given.
    corrections
        Of the places.
    boundary_error_m
        How far boundaries may deviate: postcodes this close to one may have landed on the wrong side.
    remarks
        What was decided on the way, for the report.
    """

    areas: Areas
    key_figures: pd.DataFrame
    key_figures_year: int
    shares: pd.DataFrame
    scores: Scores
    corporation_pct: pd.Series
    population: Population
    streets: Streets
    pois: gpd.GeoDataFrame
    origins: Origins
    osm_date: str | None = None
    distances: pd.DataFrame | None = None
    own_areas: gpd.GeoDataFrame | None = None
    corrections: Corrections = field(default_factory=Corrections)
    boundary_error_m: float = 0.0
    remarks: tuple[str, ...] = ()
