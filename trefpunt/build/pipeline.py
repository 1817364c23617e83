"""From inputs to a snapshot: clean, join to the networks, measure, check, write."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from trefpunt import snapshot as snapshots
from trefpunt.build import manifest
from trefpunt.build.derived import derived_tables
from trefpunt.build.inputs import find_sources
from trefpunt.build.local import inputs_from_files
from trefpunt.build.prepared import Inputs
from trefpunt.build.report import BuildFacts, write_report
from trefpunt.categories import BORDER_HALF_DISTANCES, load_categories
from trefpunt.errors import SourceError, TableError
from trefpunt.metrics.completeness import completeness
from trefpunt.metrics.setting import MODES, Setting
from trefpunt.network.assembly import Assembly, assemble
from trefpunt.network.catchments import distance_to_outside, distances
from trefpunt.network.graph import Network
from trefpunt.sources.corrections import FILE_NAME as CORRECTIONS
from trefpunt.tables.areas import make_areas
from trefpunt.tables.basemap import write_basemap
from trefpunt.tables.corrections import apply_corrections
from trefpunt.tables.own_areas import make_own_areas
from trefpunt.tables.places import make_places
from trefpunt.tables.places_rules import load_rules
from trefpunt.tables.population import Assignment, assign_neighbourhoods, assigned
from trefpunt.tables.streets import make_street_names
from trefpunt.tables.waters import make_waters, read_waters

Step = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """What a build took: wall time and the most memory the process has used."""

    seconds: float
    peak_mib: float


def build_snapshot(
    sources: Path, out: Path, ses_file: Path | None = None, *, own_areas: Path | None = None, progress: bool = False
) -> Built:
    """Build the snapshot of one municipality from a folder of source files.

    Parameters
    ----------
    sources
        Folder of source files, as docs/data.md lists them.
    out
        Folder of the snapshot; replaced only if all goes well. A `corrections.toml` in it is applied.
    ses_file
        A StatLine download of the official scores, instead of estimates.
    own_areas
        A GeoJSON file with the municipality's own division.
    progress
        Show a progress bar on standard error.

    Raises
    ------
    SourceError, TableError
        With all faults of the file or table in question; the old snapshot is untouched.
    """

    def prepare(step: Step) -> Inputs:
        step("source files")
        return inputs_from_files(find_sources(sources), ses_file, own_areas, out / CORRECTIONS)

    return build(prepare, out, progress=progress)


def build(prepare: Callable[[Step], Inputs], out: Path, *, progress: bool = False) -> Built:
    """Build a snapshot of inputs, wherever they are from; the one way to a snapshot.

    Parameters
    ----------
    prepare
        Reads the inputs; gets a function that tells what it is doing.
    out, progress
        As for `build_snapshot`.

    Raises
    ------
    SourceError, TableError
        See `build_snapshot`.
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
    with bar, _room(out), snapshots.replacing(out) as folder:
        task = bar.add_task("starting", total=None)

        def step(what: str) -> None:
            bar.update(task, advance=1, description=what)

        write_snapshot(prepare(step), folder, step)
        step("done")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Built(time.perf_counter() - started, peak)


def write_snapshot(inputs: Inputs, folder: Path, step: Step = lambda what: None) -> None:
    """Clean, join to the networks, measure, and write everything into an empty folder.

    Raises
    ------
    SourceError, TableError
        See `build_snapshot`.
    """
    areas, postcodes = inputs.areas, inputs.population.table
    municipality = areas.municipality.geometry.union_all()
    if not (postcodes["residents"] > 0).any():
        raise TableError("residents", f"nobody lives in {areas.municipality['name'].iloc[0]}", "See docs/data.md.")
    assignment = _assign(inputs)
    neighbourhoods, districts = _area_tables(inputs, assignment)

    step("places")
    places, places_report = make_places(inputs.pois, areas.neighbourhoods, load_rules(), inputs.osm_date)
    places, corrected = apply_corrections(places, inputs.corrections, areas.neighbourhoods)
    if places.empty:
        raise TableError("table places", "there is not one meeting place", "Give OpenStreetMap data of the area.")

    step("networks")
    points = pd.concat([postcodes.geometry, places.geometry])
    here, abroad = inputs.streets.here, inputs.streets.abroad
    networks = {mode: assemble(here[here[mode]], points, municipality, abroad[abroad[mode]]) for mode in MODES}
    population = _population(postcodes, assignment, networks)
    places = _places(places, networks, skip=len(postcodes))

    step("background of the map")
    background = inputs.streets.background
    write_basemap(
        background,
        areas.municipality,
        folder / snapshots.BASEMAP,
        foreign_streets=inputs.streets.background_abroad,
    )

    step("tables")
    tables: dict[str, pd.DataFrame] = {
        "neighbourhoods": neighbourhoods,
        "districts": districts,
        "population": population,
        "places": places,
        "waters": make_waters(*read_waters(background), municipality),
    }
    for mode, built in networks.items():
        tables[f"{mode}_nodes"] = built.network.nodes
        tables[f"{mode}_edges"] = built.network.edges.astype({"source": "int32", "target": "int32"})
    tables["score_years"] = inputs.scores.years
    tables["own_areas"] = make_own_areas(inputs.own_areas, population, neighbourhoods)
    step("measures")
    setting = _setting(tables)
    tables |= derived_tables(setting)
    tables["completeness"] = completeness(setting, inputs.distances)
    tables["street_names"] = make_street_names(inputs.streets.names, areas.neighbourhoods)
    _write_tables(folder, tables)
    code, name = areas.municipality.index[0], areas.municipality["name"].iloc[0]
    counted = inputs.population
    people = {"year": counted.year, "unit": counted.unit, "is_estimate": counted.is_spread}
    facts = BuildFacts(name, tables, inputs, assignment, networks, places_report, corrected)
    snapshots.write_manifest(folder, manifest.describe({"code": code, "name": name}, tables, inputs.origins, people))
    write_report(folder / "REPORT.md", facts)


@contextmanager
def _room(out: Path) -> Iterator[None]:
    """Name what goes wrong when files are written along the way: a full disk, most often."""
    gdal = pyogrio.errors
    try:
        yield
    except (OSError, gdal.DataSourceError, gdal.DataLayerError, gdal.FeatureError, gdal.FieldError) as fault:
        told = getattr(fault, "strerror", None) or str(fault)
        remedy = "Make room on the disk, and see whether the folders may be written; then build again."
        raise SourceError(str(out), f"a file of the build cannot be written: {told[:300]}", remedy) from fault


def _assign(inputs: Inputs) -> Assignment:
    population = inputs.population
    if population.code is not None:
        return assigned(population.code)
    buurten = inputs.key_figures[inputs.key_figures["kind"] == "buurt"]
    return assign_neighbourhoods(population.table, inputs.areas.neighbourhoods, buurten, inputs.boundary_error_m)


def _setting(tables: Mapping[str, Any]) -> Setting:
    networks = {mode: Network(tables[f"{mode}_nodes"], tables[f"{mode}_edges"]) for mode in MODES}
    population, places = tables["population"], tables["places"]
    costs = {
        mode: distances(network, places[f"{mode}_node"], population[f"{mode}_node"])
        for mode, network in networks.items()
    }
    return Setting(tables["neighbourhoods"], tables["districts"], population, places, networks, costs)


def _area_tables(inputs: Inputs, assignment: Assignment) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    areas, scores = inputs.areas, inputs.scores
    counts = inputs.population.table[["residents", "age_15_25", "age_known"]]
    district = assignment.code.map(areas.neighbourhoods["district_code"])
    levels = (
        (areas.neighbourhoods, scores.neighbourhoods, assignment.code),
        (areas.districts, scores.districts, district),
    )
    neighbourhoods, districts = (
        make_areas(
            boundaries,
            inputs.key_figures,
            inputs.shares,
            score,
            counts.groupby(member).sum(),
            inputs.corporation_pct,
        )
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
