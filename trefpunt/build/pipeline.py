"""From a folder of source files to a snapshot: read, clean, join to the networks, check, write."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from trefpunt import snapshot as snapshots
from trefpunt.build import manifest
from trefpunt.build.derived import derived_tables
from trefpunt.build.inputs import SourceFiles, find_sources
from trefpunt.build.report import BuildFacts, write_report
from trefpunt.build.scores import Scores, make_scores
from trefpunt.categories import BORDER_HALF_DISTANCES, load_categories
from trefpunt.errors import TableError
from trefpunt.metrics.setting import MODES, Setting
from trefpunt.network.assembly import Assembly, assemble
from trefpunt.network.catchments import distance_to_outside, distances
from trefpunt.network.graph import Network
from trefpunt.sources import cbs_files, osm_places, osm_streets
from trefpunt.sources.areas import Areas, read_areas
from trefpunt.sources.local import require_file
from trefpunt.sources.postcodes import read_corporation_dwellings, read_postcodes
from trefpunt.tables.areas import group_shares, make_areas
from trefpunt.tables.basemap import write_basemap
from trefpunt.tables.places import make_places
from trefpunt.tables.places_rules import load_rules
from trefpunt.tables.population import Assignment, assign_neighbourhoods
from trefpunt.tables.streets import make_street_names
from trefpunt.tables.waters import make_waters, read_waters

INCOME_YEAR = 2017
STREET_MARGIN_M = 3000.0
"""Streets up to this far around the municipality are kept: a shortest path may leave it and come back."""


@dataclass(frozen=True)
class Built:
    """What a build took: wall time and the most memory the process has used."""

    seconds: float
    peak_mib: float


def build_snapshot(sources: Path, out: Path, ses_file: Path | None = None, *, progress: bool = False) -> Built:
    """Build the snapshot of one municipality.

    Parameters
    ----------
    sources
        Folder of source files, as docs/data.md lists them.
    out
        Folder of the snapshot; replaced only if all goes well.
    ses_file
        A StatLine download of the official scores, instead of estimates.
    progress
        Show a progress bar on standard error.

    Raises
    ------
    SourceError, TableError
        With all faults of the file or table in question; the old snapshot is untouched.
    """
    started = time.perf_counter()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        disable=not progress,
    )
    with bar, snapshots.replacing(out) as folder:
        task = bar.add_task("source files", total=8)

        def step(what: str) -> None:
            bar.update(task, advance=1, description=what)

        _build(find_sources(sources), folder, ses_file, step)
        step("done")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Built(time.perf_counter() - started, peak)


def _build(files: SourceFiles, folder: Path, ses_file: Path | None, step: Callable[[str], None]) -> None:
    if ses_file is not None:
        require_file(ses_file)
    areas = read_areas(files.areas)
    key_figures = _key_figures(files, areas)
    postcodes = read_postcodes(files.postcodes, files.postcode_points)
    buurten = key_figures[key_figures["kind"] == "buurt"]
    assignment = assign_neighbourhoods(postcodes, areas.neighbourhoods, buurten)

    step("scores")
    income = cbs_files.read_kwb_2017(files.income)
    scores = make_scores(files, areas, key_figures, income, ses_file)
    neighbourhoods, districts = _area_tables(files, areas, key_figures, income, scores, postcodes, assignment)

    step("places")
    municipality = areas.municipality.geometry.union_all()
    pois = osm_places.read_places(files.points_of_interest, files.streets, areas.municipality)
    places, places_report = make_places(pois, areas.neighbourhoods, load_rules())

    step("streets")
    streets = osm_streets.clip_streets(
        osm_streets.read_streets(files.streets), areas.municipality.geometry, STREET_MARGIN_M
    )
    abroad = osm_streets.clip_streets(
        osm_streets.read_osmnx_edges(files.streets_abroad), areas.municipality.geometry, STREET_MARGIN_M
    )

    step("networks")
    points = pd.concat([postcodes.geometry, places.geometry])
    networks = {mode: assemble(streets[streets[mode]], points, municipality, abroad[abroad[mode]]) for mode in MODES}
    population = _population(postcodes, assignment, networks)
    places = _places(places, networks, skip=len(postcodes))

    step("background of the map")
    write_basemap(files.buildings, areas.municipality, folder / snapshots.BASEMAP, foreign_streets=files.streets_abroad)

    step("tables")
    tables: dict[str, pd.DataFrame] = {
        "neighbourhoods": neighbourhoods,
        "districts": districts,
        "population": population,
        "places": places,
        "waters": make_waters(*read_waters(files.buildings), municipality),
    }
    for mode, built in networks.items():
        tables[f"{mode}_nodes"] = built.network.nodes
        tables[f"{mode}_edges"] = built.network.edges.astype({"source": "int32", "target": "int32"})
    step("measures")
    tables |= derived_tables(_setting(tables))
    tables["street_names"] = make_street_names(osm_streets.read_street_names(files.streets), areas.neighbourhoods)
    _write_tables(folder, tables)
    code, name = areas.municipality.index[0], areas.municipality["name"].iloc[0]
    descriptor = manifest.describe({"code": code, "name": name}, tables, scores.file_title)
    snapshots.write_manifest(folder, descriptor)
    facts = BuildFacts(name, tables, key_figures, assignment, networks, places_report, scores)
    write_report(folder / "REPORT.md", facts)


def _setting(tables: Mapping[str, Any]) -> Setting:
    networks = {mode: Network(tables[f"{mode}_nodes"], tables[f"{mode}_edges"]) for mode in MODES}
    population, places = tables["population"], tables["places"]
    costs = {
        mode: distances(network, places[f"{mode}_node"], population[f"{mode}_node"])
        for mode, network in networks.items()
    }
    return Setting(tables["neighbourhoods"], tables["districts"], population, places, networks, costs)


def _key_figures(files: SourceFiles, areas: Areas) -> pd.DataFrame:
    table = cbs_files.read_kwb_2024(files.key_figures)
    table["pc4"] = table["pc4"].astype("Int64").astype("string")
    wanted = pd.Index([*areas.neighbourhoods.index, *areas.districts.index])
    if len(lost := wanted.difference(table.index)):
        raise TableError(
            str(files.key_figures),
            [f"has no row for {code}, which {files.areas.name} has" for code in lost],
            "Take key figures and boundaries of one regional division.",
        )
    return table


def _area_tables(
    files: SourceFiles,
    areas: Areas,
    key_figures: pd.DataFrame,
    income: pd.DataFrame,
    scores: Scores,
    postcodes: gpd.GeoDataFrame,
    assignment: Assignment,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    shares = group_shares(income, INCOME_YEAR)
    corporation = read_corporation_dwellings(files.corporation)
    counts = postcodes[["residents", "age_15_25", "age_known"]]
    district = assignment.code.map(areas.neighbourhoods["district_code"])
    levels = (
        (areas.neighbourhoods, scores.neighbourhoods, assignment.code),
        (areas.districts, scores.districts, district),
    )
    neighbourhoods, districts = (
        make_areas(boundaries, key_figures, shares, score, counts.groupby(member).sum(), corporation)
        for boundaries, score, member in levels
    )
    return neighbourhoods, districts


def _node_columns(networks: dict[str, Assembly], rows: slice, index: pd.Index[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            f"{mode}_node": pd.Series(built.snap.node[rows], index=index, dtype="Int32").where(
                built.snap.node[rows] >= 0
            )
            for mode, built in networks.items()
        }
    )


def _population(postcodes: gpd.GeoDataFrame, assignment: Assignment, networks: dict[str, Assembly]) -> gpd.GeoDataFrame:
    nodes = _node_columns(networks, slice(0, len(postcodes)), postcodes.index)
    table = postcodes[["residents", "households"]].join(assignment.code).join(nodes)
    return gpd.GeoDataFrame(table, geometry=postcodes.geometry)


def _places(places: gpd.GeoDataFrame, networks: dict[str, Assembly], skip: int) -> gpd.GeoDataFrame:
    nodes = _node_columns(networks, slice(skip, None), places.index)
    table = pd.DataFrame(places.drop(columns="geometry")).join(nodes)
    categories = load_categories()
    for mode, built in networks.items():
        way_out = pd.Series(distance_to_outside(built.network))
        half = places["category"].map({name: c.half_distance(mode) for name, c in categories.items()})
        to_edge = nodes[f"{mode}_node"].map(way_out)
        table[f"border_truncated_{mode}"] = (to_edge <= BORDER_HALF_DISTANCES * half).fillna(False).astype(bool)
    return gpd.GeoDataFrame(table, geometry=places.geometry)


def _write_tables(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write all tables; faults of several tables come in one message."""
    faults = []
    for name, table in tables.items():
        try:
            snapshots.write_table(folder, name, table)
        except TableError as fault:
            faults += [f"{name}: {one}" for one in fault.faults]
    if faults:
        raise TableError("the tables of the snapshot", faults, "See which source file these come from, and correct it.")
