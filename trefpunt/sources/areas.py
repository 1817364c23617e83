"""Boundaries of neighbourhoods, districts and the municipality, from a GeoPackage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pyogrio

from trefpunt.crs import RD
from trefpunt.errors import SourceError
from trefpunt.sources.local import require_file

_LAYERS = {
    "buurten": {"buurtcode": "code", "buurtnaam": "name", "wijkcode": "district_code"},
    "wijken": {"wijkcode": "code", "wijknaam": "name"},
    "gemeente": {"gemeentecode": "code", "gemeentenaam": "name"},
}
_NETHERLANDS_RD = (-7_000.0, 289_000.0, 300_000.0, 629_000.0)


@dataclass(frozen=True)
class Areas:
    """Boundaries, EPSG:28992: index `code`, columns `name` (and `district_code`), geometry (polygons)."""

    neighbourhoods: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    municipality: gpd.GeoDataFrame


def read_areas(path: Path) -> Areas:
    """Read the layers `buurten`, `wijken` and `gemeente`.

    Raises
    ------
    SourceError
        With all faults found: absent file, layer or column, no coordinate system, coordinates outside the
        Netherlands (swapped, for instance), broken polygons, double codes, a neighbourhood without its district.
    """
    require_file(path)
    faults: list[str] = []
    layers: dict[str, gpd.GeoDataFrame] = {}
    for layer, columns in _LAYERS.items():
        try:
            table = pyogrio.read_dataframe(path, layer=layer)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
            faults.append(f"layer '{layer}' cannot be read: {fault}")
            continue
        if absent := [c for c in columns if c not in table]:
            faults.extend(f"layer '{layer}' has no column '{c}'" for c in absent)
            continue
        if table.crs is None:
            faults.append(f"layer '{layer}' has no coordinate system")
            continue
        table = table[[*columns, "geometry"]].rename(columns=columns).to_crs(RD)
        west, south, east, north = table.total_bounds
        w, s, e, n = _NETHERLANDS_RD
        if not (w <= west <= east <= e and s <= south <= north <= n):
            faults.append(f"layer '{layer}' lies outside the Netherlands: are its coordinates swapped?")
        if (broken := ~table.geometry.is_valid | table.geometry.is_empty).any():
            faults.append(f"layer '{layer}' has {int(broken.sum())} broken or empty polygon(s)")
        if table["code"].duplicated().any():
            faults.append(
                f"layer '{layer}' has double codes, first: {table.loc[table['code'].duplicated(), 'code'].iloc[0]}"
            )
        layers[layer] = table.set_index("code").sort_index()
    if not faults:
        lost = ~layers["buurten"]["district_code"].isin(layers["wijken"].index)
        faults += [f"neighbourhood {code} belongs to no district of the file" for code in layers["buurten"].index[lost]]
        if len(layers["gemeente"]) != 1:
            faults.append(f"layer 'gemeente' must hold one municipality, it holds {len(layers['gemeente'])}")
    if faults:
        raise SourceError(str(path), faults, "Fetch the boundaries again (CBS/Kadaster wijken en buurten).")
    return Areas(layers["buurten"], layers["wijken"], layers["gemeente"])
