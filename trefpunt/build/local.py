"""The inputs of a build from a folder of source files (docs/data.md)."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from trefpunt.build.inputs import SourceFiles
from trefpunt.build.origins import OSM_COPYRIGHT, Origin
from trefpunt.build.prepared import STREET_MARGIN_M, Inputs, Population, Streets
from trefpunt.build.scores import Scores, make_scores
from trefpunt.categories import load_categories
from trefpunt.errors import TableError
from trefpunt.sources import cbs_files, osm_places, osm_streets
from trefpunt.sources.areas import Areas, read_areas
from trefpunt.sources.corrections import Corrections, read_corrections
from trefpunt.sources.local import require_file
from trefpunt.sources.own_areas import read_own_areas
from trefpunt.sources.postcodes import read_corporation_dwellings, read_postcodes
from trefpunt.tables.areas import group_shares
from trefpunt.tables.population import BOUNDARY_ERROR_M

INCOME_YEAR = 2017
POPULATION_YEAR = 2021

_CBS = "CBS (Statistics Netherlands)"
_STATLINE = "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/"
_OSM_2021 = Origin(
    "OpenStreetMap contributors, extract of August 2021 (Geofabrik Limburg, by way of vector tiles; "
    "tile schema © OpenMapTiles, CC BY 4.0)",
    "OpenStreetMap-bijdragers, uittreksel van augustus 2021 (Geofabrik Limburg, via vectortegels; "
    "tegelschema © OpenMapTiles, CC BY 4.0)",
    "2021",
    OSM_COPYRIGHT,
)
_OSM_2023 = Origin(
    "OpenStreetMap contributors, Overpass extract of 3 July 2023",
    "OpenStreetMap-bijdragers, Overpass-uittreksel van 3 juli 2023",
    "2023",
    OSM_COPYRIGHT,
)
_OSM_BELGIUM = Origin(
    "OpenStreetMap contributors, streets of Lanaken (Belgium), 2026",
    "OpenStreetMap-bijdragers, straten van Lanaken (België), 2026",
    "2026",
    OSM_COPYRIGHT,
    abroad=("Belgium", "België"),
)
_KEY_FIGURES = Origin(
    f"{_CBS}, Kerncijfers wijken en buurten 2024, table 85984NED",
    "CBS, Kerncijfers wijken en buurten 2024, tabel 85984NED",
    "2024",
    f"{_STATLINE}85984NED",
    table="85984NED",
)
_INCOME = Origin(
    f"{_CBS}, Kerncijfers wijken en buurten 2017, table 83765NED",
    "CBS, Kerncijfers wijken en buurten 2017, tabel 83765NED",
    "2017",
    f"{_STATLINE}83765NED",
    table="83765NED",
)
_SES = Origin(
    f"{_CBS}, SES-WOA 2019 per wijk, table 85163NED",
    "CBS, SES-WOA 2019 per wijk, tabel 85163NED",
    "2019",
    f"{_STATLINE}85163NED",
    table="85163NED",
)
_LETTER = Origin(
    "Municipal executive of Maastricht, letter to the council of 6 June 2024, quoting CBS: SES-WOA 2021 "
    "of two neighbourhoods, dwellings of housing corporations 2023 of two",
    "Brief van burgemeester en wethouders van Maastricht aan de raad, 6 juni 2024, met cijfers van "
    "het CBS: SES-WOA 2021 van twee buurten, woningen van woningcorporaties 2023 van twee buurten",
    "2021, 2023",
)
_BOUNDARIES = Origin(
    "CBS / Kadaster, Wijk- en buurtkaart 2024, boundaries rebuilt from simplified publications",
    "CBS / Kadaster, Wijk- en buurtkaart 2024, grenzen hersteld uit vereenvoudigde uitgaven",
    "2024",
    "https://www.cbs.nl/nl-nl/dossier/nederland-regionaal/geografische-data",
)
_PC6 = Origin(
    f"{_CBS}, statistics per six-character postcode 2021",
    "CBS, cijfers per postcode van zes tekens 2021",
    "2021",
    "https://www.cbs.nl/nl-nl/dossier/nederland-regionaal/geografische-data/gegevens-per-postcode",
)
_ORIGINS = {
    "key_figures": (_KEY_FIGURES,),
    "shares": (_INCOME,),
    "scores": (_SES,),
    "score_years": (_SES,),
    "quoted": (_LETTER,),
    "population": (_PC6,),
    "boundaries": (_BOUNDARIES,),
    "streets": (_OSM_2021,),
    "places": (_OSM_2021, _OSM_2023),
    "background": (_OSM_2021,),
    "streets_abroad": (_OSM_BELGIUM,),
}


def inputs_from_files(
    files: SourceFiles, ses_file: Path | None = None, own_areas: Path | None = None, corrections: Path | None = None
) -> Inputs:
    """Read all source files.

    Parameters
    ----------
    files
        From `trefpunt.build.inputs.find_sources`.
    ses_file
        A StatLine download of the official scores, instead of estimates.
    own_areas
        A GeoJSON file with the municipality's own division.
    corrections
        `corrections.toml` of the municipality, if there is one.

    Raises
    ------
    SourceError, TableError
        With all faults of the file in question.
    """
    if ses_file is not None:
        require_file(ses_file)
    areas = read_areas(files.areas)
    municipality = areas.municipality.geometry.union_all()
    key_figures = _key_figures(files, areas)
    income = cbs_files.read_kwb_2017(files.income)
    scores = make_scores(files, areas, key_figures, income, ses_file)
    shares = group_shares(income, INCOME_YEAR)
    origins = dict(_ORIGINS)
    if scores.official is not None and ses_file is not None:
        given = _statline_origin(ses_file, scores)
        origins |= {"scores": (*origins["scores"], given), "score_years": (given,)}
    if own_areas is not None:
        origins |= {"own_areas": (own_areas_origin(own_areas, areas),)}
    frame = areas.municipality.geometry
    return Inputs(
        areas=areas,
        key_figures=key_figures,
        key_figures_year=2024,
        shares=shares,
        scores=scores,
        corporation_pct=read_corporation_dwellings(files.corporation),
        population=Population(
            read_postcodes(files.postcodes, files.postcode_points), POPULATION_YEAR, unit="postcodes"
        ),
        streets=Streets(
            osm_streets.clip_streets(osm_streets.read_streets(files.streets), frame, STREET_MARGIN_M),
            osm_streets.clip_streets(osm_streets.read_osmnx_edges(files.streets_abroad), frame, STREET_MARGIN_M),
            osm_streets.read_street_names(files.streets),
            files.buildings,
            files.streets_abroad,
        ),
        pois=osm_places.read_places(files.points_of_interest, files.streets, areas.municipality),
        origins=origins,
        own_areas=None if own_areas is None else read_own_areas(own_areas, municipality),
        corrections=known_better(corrections),
        boundary_error_m=BOUNDARY_ERROR_M,
    )


def known_better(path: Path | None) -> Corrections:
    """Corrections from a file, if there is one."""
    return Corrections() if path is None else read_corrections(path, frozenset(load_categories()))


def own_areas_origin(path: Path, areas: Areas) -> Origin:
    """Source of a municipality's own division, from its file's name."""
    name = areas.municipality["name"].iloc[0]
    shown = "".join(c for c in path.name[:80] if c.isprintable())
    found = re.search(r"20\d\d", path.name)
    year = found[0] if found else ""
    return Origin(f"Municipality of {name}: own division ({shown})", f"Gemeente {name}: eigen indeling ({shown})", year)


def _statline_origin(path: Path, scores: Scores) -> Origin:
    shown = "".join(c for c in path.name[:80] if c.isprintable())
    return Origin(
        f"CBS, StatLine download of SES-WOA ({shown}), {scores.year}",
        f"CBS, StatLine-download van SES-WOA ({shown}), {scores.year}",
        str(scores.year),
        "https://opendata.cbs.nl/statline/",
    )


def _key_figures(files: SourceFiles, areas: Areas) -> pd.DataFrame:
    table = cbs_files.read_kwb_2024(files.key_figures)
    table["pc4"] = table["pc4"].astype("Int64").astype("string")
    require_codes(table, areas, str(files.key_figures), files.areas.name)
    return table


def require_codes(table: pd.DataFrame, areas: Areas, where: str, boundaries: str) -> None:
    """See that key figures have every area of the boundaries.

    Raises
    ------
    TableError
        With every code that is not there: another regional division.
    """
    wanted = pd.Index([*areas.neighbourhoods.index, *areas.districts.index])
    if len(lost := wanted.difference(table.index)):
        raise TableError(
            where,
            [f"has no row for {code}, which {boundaries} has" for code in lost],
            "Take key figures and boundaries of one regional division.",
        )
