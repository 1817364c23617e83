"""A snapshot: one folder that holds one municipality at one moment.

Parquet tables, a background for the map, and `datapackage.json` (a Frictionless data package) that says for
each file where it comes from, under which licence, how many rows it has and what its sha256 is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from trefpunt.errors import SnapshotError
from trefpunt.network.graph import Network
from trefpunt.tables.derived_schemas import DERIVED_SCHEMAS, EVERYWHERE
from trefpunt.tables.schemas import SCHEMAS, check_table

MANIFEST = "datapackage.json"
TABLES = tuple(SCHEMAS)
BASEMAP = "basemap.pmtiles"
KEPT_BY_HAND = ("stories.toml", "corrections.toml")
"""Files of a snapshot's folder that people write; a new build leaves them as they are."""

_LEFT_S = 86_400.0

_REBUILD = "Restore the folder from the repository (git checkout), or run `python -m trefpunt build`."


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One municipality in memory. Compared and hashed by identity, so that answers can be cached on it.

    Attributes
    ----------
    directory
        Where it was loaded from.
    manifest
        The parsed `datapackage.json`.
    neighbourhoods, districts, population, places
        The tables of docs/architecture.md, with their index.
    networks
        `walk` and `cycle`.
    derived
        What the build computed from these: tables by name (docs/architecture.md), flat.
    """

    directory: Path
    manifest: Mapping[str, Any]
    neighbourhoods: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    population: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    networks: Mapping[str, Network]
    derived: Mapping[str, pd.DataFrame]

    @property
    def name(self) -> str:
        """The municipality's name."""
        return str(self.manifest["municipality"]["name"])


def folders_in(data: Path) -> list[Path]:
    """Return the folders of the snapshots that lie side by side in `data`, by name; hidden ones do not count."""
    found = (file.parent for file in data.glob(f"*/{MANIFEST}"))
    return sorted(folder for folder in found if not folder.name.startswith("."))


def sha256_of(path: Path) -> str:
    """The sha256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(directory: Path) -> dict[str, Any]:
    """Parse `datapackage.json`.

    Raises
    ------
    SnapshotError
        It is absent, unreadable, or does not list the files of a snapshot.
    """
    path = directory / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        listed = {resource["name"]: (resource["path"], resource["hash"]) for resource in manifest["resources"]}
        municipality = manifest["municipality"]["code"], manifest["municipality"]["name"]
    except FileNotFoundError as fault:
        raise SnapshotError(str(path), "the file is not there", _REBUILD) from fault
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise SnapshotError(str(path), f"cannot be read as a data package ({fault!r})", _REBUILD) from fault
    del municipality
    if absent := [name for name in (*TABLES, "basemap") if name not in listed]:
        raise SnapshotError(str(path), [f"does not list '{name}'" for name in absent], _REBUILD)
    return dict(manifest)


def verify_files(directory: Path, manifest: Mapping[str, Any]) -> None:
    """Hold every file against the sha256 in the manifest.

    Raises
    ------
    SnapshotError
        Naming every file that is absent, cut short or altered.
    """
    faults = []
    for resource in manifest["resources"]:
        path = directory / Path(resource["path"]).name
        if not path.is_file():
            faults.append(f"{path.name} is not there")
        elif sha256_of(path) != str(resource["hash"]).removeprefix("sha256:"):
            size = path.stat().st_size
            how = "altered" if size == resource["bytes"] else f"{size:,} bytes instead of {resource['bytes']:,}"
            faults.append(f"{path.name} is not the file that was built ({how})")
    if faults:
        raise SnapshotError(str(directory), faults, _REBUILD)


def _read(directory: Path, name: str) -> pd.DataFrame:
    path = directory / f"{name}.parquet"
    try:
        return gpd.read_parquet(path) if "geometry" in SCHEMAS[name].columns else pd.read_parquet(path)
    except (OSError, ValueError, KeyError) as fault:
        raise SnapshotError(str(path), f"cannot be read ({fault})", _REBUILD) from fault


def load(directory: Path) -> Snapshot:
    """Load a snapshot, its files verified against the manifest.

    Raises
    ------
    SnapshotError
        Something is absent or altered; the message names each file and what to run.
    """
    recover(directory)
    manifest = read_manifest(directory)
    verify_files(directory, manifest)
    tables = {name: _read(directory, name) for name in TABLES}
    return Snapshot(
        directory,
        manifest,
        tables["neighbourhoods"],
        tables["districts"],
        tables["population"],
        tables["places"],
        {mode: Network(tables[f"{mode}_nodes"], tables[f"{mode}_edges"]) for mode in ("walk", "cycle")},
        {name: tables[name] for name in DERIVED_SCHEMAS},
    )


def check(directory: Path) -> Snapshot:
    """Load a snapshot and hold it against everything it promises: hashes, rows, contracts, references.

    Raises
    ------
    SnapshotError, TableError
        With all faults of the first kind found.
    """
    snapshot = load(directory)
    tables = {name: _read(directory, name) for name in TABLES}
    rows = {r["name"]: r.get("rows") for r in snapshot.manifest["resources"]}
    faults = [
        f"{name} has {len(table)} rows, the manifest says {rows[name]}"
        for name, table in tables.items()
        if rows[name] != len(table)
    ]
    for name, table in tables.items():
        check_table(name, table)
    codes = snapshot.neighbourhoods.index
    for name in ("population", "places"):
        lost = tables[name]["neighbourhood_code"].dropna()
        lost = lost[~lost.isin(codes)]
        faults += [f"{name}: {index} lies in unknown neighbourhood {code}" for index, code in lost.items()]
    for mode, network in snapshot.networks.items():
        last = len(network.nodes) - 1
        ends = {f"{mode}_edges": network.edges["target"]}
        ends |= {name: tables[name][f"{mode}_node"].dropna() for name in ("population", "places")}
        faults += [f"{name}: refers to {mode} nodes above {last}" for name, node in ends.items() if node.max() > last]
    unknown = snapshot.neighbourhoods["district_code"]
    unknown = unknown[~unknown.isin(snapshot.districts.index)]
    faults += [f"neighbourhood {code} lies in unknown district {district}" for code, district in unknown.items()]
    areas = codes.union(snapshot.districts.index).union([EVERYWHERE, str(snapshot.manifest["municipality"]["code"])])
    for name, table in snapshot.derived.items():
        keys = (("code", areas), ("neighbourhood_code", codes), ("place_id", snapshot.places.index))
        for column, allowed in keys:
            if column in table:
                faults += [f"{name}: unknown {column} {value}" for value in pd.Index(table[column]).difference(allowed)]
    if faults:
        raise SnapshotError(str(directory), faults, _REBUILD)
    return snapshot


def write_table(directory: Path, name: str, table: pd.DataFrame) -> None:
    """Check a table against its contract and write it as parquet, the same bytes for the same table."""
    check_table(name, table)
    path = directory / f"{name}.parquet"
    if isinstance(table, gpd.GeoDataFrame):
        table.to_parquet(path, compression="zstd", index=True, schema_version="1.1.0")
    else:
        table.to_parquet(path, compression="zstd", index=True, engine="pyarrow")


def write_manifest(directory: Path, manifest: dict[str, Any]) -> None:
    """Fill in bytes and sha256 of every resource and write `datapackage.json`."""
    for resource in manifest["resources"]:
        path = directory / resource["path"]
        resource["bytes"] = path.stat().st_size
        resource["hash"] = f"sha256:{sha256_of(path)}"
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (directory / MANIFEST).write_text(text + "\n", encoding="utf-8")


def recover(directory: Path) -> None:
    """Put the old snapshot back if a build was stopped in the one moment between taking it away and replacing it."""
    if not directory.exists():
        for old in sorted(directory.parent.glob(f".{directory.name}.old-*")):
            old.rename(directory)
            return


def _sweep(directory: Path) -> None:
    """Remove what builds left beside a snapshot when they were killed, a day ago or more."""
    for left in directory.parent.glob(f".{directory.name}.new-*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _LEFT_S:
                shutil.rmtree(left, ignore_errors=True)


def _refuse_others(shown: str, directory: Path) -> None:
    """Refuse a folder with anything else in it than a snapshot: it would be replaced, with all there is."""
    if not directory.exists():
        return
    remedy = "Give the snapshot a folder of its own, such as data/NAME."
    if not directory.is_dir():
        raise SnapshotError(shown, "is a file, and a snapshot is a folder", remedy)
    if (directory / MANIFEST).is_file():
        return
    if others := sorted(path.name for path in directory.iterdir() if path.name not in KEPT_BY_HAND):
        few = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
        raise SnapshotError(shown, f"is no snapshot and holds other files, which would be lost: {few}", remedy)


@contextmanager
def replacing(directory: Path) -> Iterator[Path]:
    """A folder to write a new snapshot in; it takes the place of `directory` only if all goes well.

    Until then, and if anything fails, the old snapshot stays as it was. Files people wrote come along. A link to a
    folder stays one: what it leads to is replaced.

    Raises
    ------
    SnapshotError
        There is something at `directory` that is no snapshot, and would be lost.
    """
    shown, directory = str(directory), directory.resolve()
    directory.parent.mkdir(parents=True, exist_ok=True)
    recover(directory)
    _refuse_others(shown, directory)
    _sweep(directory)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}.new-", dir=directory.parent))
    try:
        fresh.chmod(0o755)
        yield fresh
        for name in KEPT_BY_HAND:
            if (directory / name).is_file():
                shutil.copy2(directory / name, fresh / name)
        old = directory.with_name(f".{directory.name}.old-{os.getpid()}")
        if directory.exists():
            directory.rename(old)
        fresh.rename(directory)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
