"""What is done for each municipality: look at its sources, then build it. Both can run in any process."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from trefpunt.build.live import LiveOptions, build_municipality, default_cache
from trefpunt.build.live_figures import fetch_division, official_distances
from trefpunt.country.fingerprint import digest_of, manifest_digest
from trefpunt.crs import WGS84
from trefpunt.errors import SnapshotError
from trefpunt.sources.http import Fetcher
from trefpunt.sources.municipalities import find_municipality
from trefpunt.sources.overpass import Bounds
from trefpunt.tables.basemap import MARGIN_M

BUFFER_M = MARGIN_M
"""Cut out of the country with this much around each municipality: as far as a build looks for streets, with the
background of the map beyond them."""


@dataclass(frozen=True)
class Survey:
    """What a municipality would be built of: a frame for OpenStreetMap, and the checksum of figures and boundaries."""

    bounds: Bounds
    digest: str


@dataclass(frozen=True)
class Order:
    """A municipality to build: its own extract, and the folder of the snapshot."""

    out: Path
    options: LiveOptions


def survey(code: str, options: LiveOptions) -> Survey:
    """Fetch the figures and boundaries of a municipality. They stay in the cache, where the build finds them.

    Raises
    ------
    FetchError, SourceError, TableError
        As the build would.
    """
    here = find_municipality(code)
    fetcher = Fetcher(options.cache or default_cache(), options.services, options.limits, contact=options.contact)
    division = fetch_division(fetcher, here, options.year)
    distances, origins, _ = official_distances(fetcher, here, division)
    areas = division.areas
    tables = [division.key_figures.table, division.ses.table]
    facts = [
        division.year,
        [[table.id, table.modified] for table in tables],
        [origin.listed() for origin in origins],
        [_sum_of(table) for table in (division.key_figures.rows, division.ses.rows, distances)],
        [_sum_of(table) for table in (areas.neighbourhoods, areas.districts, areas.municipality)],
    ]
    return Survey(_bounds(areas.municipality), digest_of(facts))


def _sum_of(table: pd.DataFrame | None) -> str:
    if table is None:
        return ""
    flat = pd.DataFrame(table)
    if isinstance(table, gpd.GeoDataFrame):
        flat = flat.assign(**{table.geometry.name: shapely.to_wkb(table.geometry.to_numpy(), hex=True)})
    return hashlib.sha256(flat.to_csv().encode()).hexdigest()


def _bounds(municipality: gpd.GeoDataFrame) -> Bounds:
    west, south, east, north = municipality.total_bounds
    frame = shapely.box(west - BUFFER_M, south - BUFFER_M, east + BUFFER_M, north + BUFFER_M)
    found = gpd.GeoSeries([frame], crs=municipality.crs).to_crs(WGS84).total_bounds
    return float(found[0]), float(found[1]), float(found[2]), float(found[3])


def construct(code: str, order: Order) -> str:
    """Build a municipality's snapshot.

    Returns
    -------
    str
        Checksum of its manifest.

    Raises
    ------
    FetchError, SourceError, TableError
        See `build_municipality`.
    """
    build_municipality(find_municipality(code), order.out, order.options)
    made = manifest_digest(order.out)
    if made is None:
        raise SnapshotError(str(order.out), "the snapshot is not there after the build", "Run the command again.")
    return made
