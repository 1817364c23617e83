"""The inputs of a build straight from CBS, PDOK and OpenStreetMap: any municipality of the Netherlands."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from trefpunt.build.live_figures import (
    Division,
    fetch_division,
    official_distances,
    official_scores,
    official_shares,
    origin_of,
)
from trefpunt.build.local import known_better, own_areas_origin
from trefpunt.build.origins import OSM_COPYRIGHT, Origin
from trefpunt.build.pipeline import Built, Step, build
from trefpunt.build.prepared import STREET_MARGIN_M, Inputs, Population, Streets
from trefpunt.cache import folder as cache_folder
from trefpunt.crs import WGS84
from trefpunt.errors import SourceError
from trefpunt.sources import osm_extract, osm_streets, overpass
from trefpunt.sources.areas import Areas
from trefpunt.sources.corrections import FILE_NAME as CORRECTIONS
from trefpunt.sources.http import Fetcher
from trefpunt.sources.local import require_file
from trefpunt.sources.municipalities import Municipality, plain
from trefpunt.sources.own_areas import read_own_areas
from trefpunt.sources.population_file import read_population
from trefpunt.sources.services import Limits, Services
from trefpunt.tables.basemap import MARGIN_M
from trefpunt.tables.spread import spread_residents

POPULATION_RATIO = (0.8, 1.2)
"""Residents of the population file against the key figures: outside of this the report says so."""

_WORK_KEPT_S = 86_400.0
_PC6 = "https://www.cbs.nl/nl-nl/dossier/nederland-regionaal/geografische-data/gegevens-per-postcode"
_SQUARES = "https://www.cbs.nl/nl-nl/dossier/nederland-regionaal/geografische-data/kaart-van-100-meter-bij-100-meter-met-statistieken"


def default_cache() -> Path:
    """Folder for downloads: ``downloads`` in ``TREFPUNT_CACHE``, or in the user's own folder for caches."""
    return cache_folder() / "downloads"


@dataclass(frozen=True)
class LiveOptions:
    """What a live build may be told; can be sent to another process.

    Attributes
    ----------
    osm
        An OpenStreetMap extract with the municipality in it (.osm.pbf); Overpass is asked where None.
    population
        A file of CBS with residents per postcode or square (`trefpunt.sources.population_file`); where None, residents
        are spread over the streets of their neighbourhood, and the snapshot says so.
    areas
        GeoJSON with the municipality's own division.
    year
        Regional division; the newest where None.
    cache
        Folder for downloads, may be shared; `default_cache()` where None.
    limits, services, contact
        As for `trefpunt.sources.http.Fetcher`.
    """

    osm: Path | None = None
    population: Path | None = None
    areas: Path | None = None
    year: int | None = None
    cache: Path | None = None
    limits: Limits = field(default_factory=Limits)
    services: Services | None = None
    contact: str | None = None


def slug(municipality: Municipality) -> str:
    """Name of a municipality's folder in ``data/``: s-gravenhage, maastricht."""
    return plain(municipality.name).replace(" ", "-")


def build_municipality(
    municipality: Municipality, out: Path, options: LiveOptions | None = None, *, progress: bool = False
) -> Built:
    """Build the snapshot of one municipality from services.

    Parameters
    ----------
    municipality
        From `trefpunt.sources.municipalities.find_municipality`.
    out
        Folder of the snapshot; replaced only if all goes well. A `corrections.toml` in it is applied.
    options
        See there.
    progress
        Show a progress bar on standard error.

    Raises
    ------
    FetchError, SourceError, TableError
        A service that fails, a file or a table with all its faults; the old snapshot is untouched, and what was
        fetched is kept, so that the next build goes on from there.
    """
    options = options or LiveOptions()
    for path in (options.osm, options.population, options.areas):
        if path is not None:
            _require(path)
    cache = options.cache or default_cache()
    fetcher = Fetcher(cache, options.services, options.limits, contact=options.contact)
    with _work_folder(cache) as work:
        return build(
            lambda step: fetch_inputs(fetcher, municipality, options, Path(work), out / CORRECTIONS, step),
            out,
            progress=progress,
        )


def _require(path: Path) -> None:
    try:
        require_file(path)
    except SourceError as fault:
        raise SourceError(fault.where, fault.faults, "Give the path of a file that is there (docs/data.md).") from None


def _work_folder(cache: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder for files between download and snapshot; those that killed builds left a day ago are removed."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        for left in cache.glob("build-*"):
            if left.stat().st_mtime < time.time() - _WORK_KEPT_S:
                shutil.rmtree(left, ignore_errors=True)
        return tempfile.TemporaryDirectory(prefix="build-", dir=cache)
    except OSError as fault:
        raise SourceError(
            str(cache), f"cannot be written: {fault.strerror or fault}", "Set TREFPUNT_CACHE to a folder that can."
        ) from fault


def fetch_inputs(
    fetcher: Fetcher, municipality: Municipality, options: LiveOptions, work: Path, corrections: Path, step: Step
) -> Inputs:
    """Fetch everything a build needs.

    Parameters
    ----------
    fetcher, municipality, options
        See there.
    work
        Folder for the cut-out of OpenStreetMap; must stay until the snapshot is written.
    corrections
        `corrections.toml`, if there is one.
    step
        Told what is being done.

    Raises
    ------
    FetchError, SourceError, TableError
        See `build_municipality`.
    """
    better = known_better(corrections)
    step("figures and boundaries")
    division = fetch_division(fetcher, municipality, options.year)
    areas = division.areas
    outline = areas.municipality.geometry.union_all()
    own_areas = None if options.areas is None else read_own_areas(options.areas, outline)
    scores, score_origins = official_scores(division)
    shares, share_origins, told = official_shares(division)
    distances, distance_origins, more = official_distances(fetcher, municipality, division)
    remarks = [*division.remarks, told, *more]
    key_figures = _key_figures(division)
    population, population_origins, notes = _counted(division, options.population, key_figures)

    step("OpenStreetMap")
    osm_file, osm = _osm(fetcher, areas, options, work)
    step("streets")
    here = osm_streets.clip_streets(osm_streets.read_streets(osm_file), areas.municipality.geometry, STREET_MARGIN_M)
    streets = Streets(here, here.iloc[:0], osm_streets.read_street_names(osm_file), osm_file)
    if population is None:
        population, population_origins, notes = _spread(division, osm_file, key_figures)
    within = areas.municipality.to_crs(WGS84).geometry.union_all()
    origins = {
        "key_figures": (
            origin_of(
                division.key_figures,
                ("Kerncijfers wijken en buurten", "Kerncijfers wijken en buurten"),
                str(division.year),
            ),
        ),
        "shares": share_origins,
        "scores": score_origins,
        "score_years": score_origins,
        "population": population_origins,
        "boundaries": (_boundaries(division.year),),
        "distances": distance_origins,
        **dict.fromkeys(("streets", "places", "background"), (osm,)),
    }
    if options.areas is not None:
        origins["own_areas"] = (own_areas_origin(options.areas, areas),)
    return Inputs(
        areas=areas,
        key_figures=key_figures,
        key_figures_year=division.year,
        shares=shares,
        scores=scores,
        corporation_pct=division.key_figures.rows["corporation_pct"],
        population=population,
        streets=streets,
        pois=osm_extract.read_places(osm_file, within, "osm"),
        osm_date=osm.vintage,
        origins={role: found for role, found in origins.items() if found},
        distances=distances,
        own_areas=own_areas,
        corrections=better,
        remarks=(*remarks, *notes),
    )


def _osm(fetcher: Fetcher, areas: Areas, options: LiveOptions, work: Path) -> tuple[Path, Origin]:
    """OpenStreetMap around the municipality as one file, and its date."""
    west, south, east, north = (
        gpd.GeoSeries.from_xy(*_corners(areas), crs=areas.municipality.crs).to_crs(WGS84).total_bounds
    )
    bounds = (float(west), float(south), float(east), float(north))
    out = work / "municipality.osm.pbf"
    if options.osm is None:
        stamp = overpass.fetch_osm(fetcher, bounds, out)
        title = "OpenStreetMap contributors, by way of Overpass", "OpenStreetMap-bijdragers, via Overpass"
    else:
        stamp = osm_extract.timestamp_of_file(options.osm) or ""
        if not stamp:
            raise SourceError(
                str(options.osm),
                "does not say of when its data are",
                "Give an extract as its server offers it, with the date in its header (Geofabrik's have it).",
            )
        osm_extract.cut_extract(options.osm, bounds, out)
        shown = "".join(c for c in options.osm.name[:80] if c.isprintable())
        title = f"OpenStreetMap contributors, extract {shown}", f"OpenStreetMap-bijdragers, uittreksel {shown}"
    date = stamp[:10]
    return out, Origin(f"{title[0]}, {date}", f"{title[1]}, {date}", date, OSM_COPYRIGHT, modified=stamp)


def _corners(areas: Areas) -> tuple[list[float], list[float]]:
    """The corners of the area that streets and background are needed of, EPSG:28992."""
    west, south, east, north = areas.municipality.total_bounds
    x, y = (west - MARGIN_M, east + MARGIN_M), (south - MARGIN_M, north + MARGIN_M)
    return [x[0], x[1], x[1], x[0]], [y[0], y[0], y[1], y[1]]


def _key_figures(division: Division) -> pd.DataFrame:
    table = division.key_figures.rows.copy()
    table["pc4"] = table["pc4"].astype("Int64").astype("string")
    return table


def _boundaries(year: int) -> Origin:
    return Origin(
        f"CBS / Kadaster, Wijk- en buurtkaart {year} (PDOK)",
        f"CBS / Kadaster, Wijk- en buurtkaart {year} (PDOK)",
        str(year),
        "https://www.pdok.nl/introductie/-/article/cbs-wijken-en-buurten",
    )


Placed = tuple[Population, tuple[Origin, ...], tuple[str, ...]]
"""Where residents live, the sources, and remarks for the report."""


def _spread(division: Division, osm_file: Path, key_figures: pd.DataFrame) -> Placed:
    """Residents spread over the streets of their neighbourhood."""
    areas = division.areas
    lines = osm_streets.clip_streets(
        gpd.GeoDataFrame(geometry=osm_streets.read_lived_along(osm_file)), areas.municipality.geometry, 0.0
    )
    table, code = spread_residents(key_figures, areas.neighbourhoods, lines.geometry)
    number = division.key_figures.table.id
    source = Origin(
        f"Estimate: residents of neighbourhoods in {division.year} (CBS, table {number}), spread over residential "
        "streets (OpenStreetMap)",
        f"Schatting: inwoners van buurten in {division.year} (CBS, tabel {number}), verdeeld over woonstraten "
        "(OpenStreetMap)",
        str(division.year),
        table=number,
        modified=division.key_figures.table.modified,
    )
    note = (
        "**Where residents live is a rough estimate**: their number per neighbourhood is published, and it was "
        "spread evenly over the streets. Give a file with residents per postcode or square for better distances "
        "(`--population`, docs/data.md)."
    )
    return Population(table, division.year, "spots", code, is_spread=True), (source,), (note,)


def _counted(
    division: Division, path: Path | None, key_figures: pd.DataFrame
) -> Placed | tuple[None, tuple[Origin, ...], tuple[str, ...]]:
    """Residents from a file; None where none is given."""
    if path is None:
        return None, (), ()
    areas = division.areas
    published = key_figures["residents"].reindex(areas.neighbourhoods.index).sum()
    found = read_population(path, areas.municipality.geometry.union_all())
    what = {"postcodes": ("six-character postcode", "postcode van zes tekens", _PC6)}.get(
        found.unit, ("square of 100 metres", "vierkant van 100 meter", _SQUARES)
    )
    source = Origin(
        f"CBS (Statistics Netherlands), statistics per {what[0]} {found.year}",
        f"CBS, cijfers per {what[1]} {found.year}",
        str(found.year),
        what[2],
    )
    notes = []
    if found.suppressed:
        notes.append(
            f"{found.suppressed:,} {found.unit} have so few residents that CBS does not publish how many: left out."
        )
    counted = found.table["residents"].sum()
    if published and not POPULATION_RATIO[0] <= counted / published <= POPULATION_RATIO[1]:
        notes.append(
            f"The population file counts {counted:,.0f} residents, the key figures {published:,.0f}: see whether it is "
            "the right file and year."
        )
    return Population(found.table, found.year, found.unit), (source,), tuple(notes)
