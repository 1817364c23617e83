"""What lies under and over the neighbourhoods on a printed map: water and streets, as faint as they can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from trefpunt.crs import RD
from trefpunt.snapshot import BASEMAP
from trefpunt.ui import data
from trefpunt.ui.keeping import kept
from trefpunt.ui.print_picture import Shape, Window

ZOOM = 12
"""Of the background map: all streets that one can drive through, and no more detail than paper shows."""

WATER = "#c4dcea"
STREETS: Mapping[str, tuple[float, str, float]] = {
    "minor": (16.0, "#ffffff", 0.18),
    "tertiary": (30.0, "#ffffff", 0.3),
    "secondary": (40.0, "#ffffff", 0.4),
    "major": (np.inf, "#ffffff", 0.5),
    "motorway": (np.inf, "#ffffff", 0.6),
}
"""Kind of street → up to how many metres a millimetre it is drawn, its colour, and its width (mm)."""

STREAMS = ("river", "canal")


@dataclass(frozen=True)
class _Layer:
    """Shapes with a tree to find those in a window."""

    shapes: Any
    tree: shapely.STRtree

    def rings(self, window: Window) -> tuple[Any, ...]:
        found = self.shapes[np.sort(self.tree.query(window.box))]
        return window.rings(found) if len(found) else ()


def _layer(shapes: Any) -> _Layer:
    return _Layer(shapes, shapely.STRtree(shapes))


@kept(data.KEPT)
def _layers(mark: str) -> Mapping[str, _Layer]:
    file = data.snapshot().directory / BASEMAP

    there = set(pyogrio.list_layers(file)[:, 0])

    def read(layer: str) -> Any:
        if layer not in there:  # a municipality without water has no such layer
            return gpd.GeoDataFrame({"kind": []}, geometry=[], crs=RD)
        return pyogrio.read_dataframe(file, layer=layer, columns=["kind"], ZOOM_LEVEL=ZOOM).to_crs(RD)

    water, roads = read("water"), read("roads")
    flat = water.geom_type.isin(["Polygon", "MultiPolygon"])
    layers = {
        # In one: the tiles of the map overlap, and what overlaps would be left out as a hole is.
        "water": _layer(shapely.get_parts(shapely.union_all(shapely.make_valid(water.geometry[flat].to_numpy())))),
        "stream": _layer(water.geometry[~flat & water["kind"].isin(STREAMS)].to_numpy()),
    }
    return layers | {kind: _layer(roads.geometry[roads["kind"] == kind].to_numpy()) for kind in STREETS}


def ground(window: Window) -> list[Shape]:
    """Return the water and the streets of a window, to be drawn over the neighbourhoods and under their outlines."""
    layers = _layers(data.mark())
    items = [
        Shape(layers["water"].rings(window), fill=WATER),
        Shape(layers["stream"].rings(window), closed=False, stroke=WATER, width=0.7),
    ]
    for kind, (most, colour, width) in STREETS.items():
        if window.scale <= most:
            items.append(Shape(layers[kind].rings(window), closed=False, stroke=colour, width=width))
    return [item for item in items if item.rings]
