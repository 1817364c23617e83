"""Turn a `MapView` into the few kilobytes that an interaction sends, all text escaped."""

from __future__ import annotations

import json
import math
import re
import string
from collections.abc import Iterable, Mapping
from typing import Any

from trefpunt.errors import TrefpuntError, UnknownCodeError
from trefpunt.ui.escape import escape_map_text
from trefpunt.ui.map.assets import PublishedAssets
from trefpunt.ui.map.view import KINDS, LABELS, SHAPES, CategoryStyle, Cells, Home, MapView, Mark

_DIGITS = string.digits + string.ascii_lowercase
"""How minutes are written; what is farther than these can say is not said."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_ORIGIN_RAMP = {False: ("#f3f5f4", "#08535b"), True: ("#2a2f33", "#7fdbe4")}
"""Lowest and highest shade of 'where they come from': a hue of its own, so that nobody reads it as welfare."""


def origin_colour(share: float, *, dark: bool = False) -> str:
    """Return the colour of 'where they come from' for 0 (nobody) to 1 (the neighbourhood that sends most).

    The square root sets the shade: most neighbourhoods send few, and few should still be seen. For the legend too.
    """
    low, high = (tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in _ORIGIN_RAMP[dark])
    weight = min(max(share, 0.0), 1.0) ** 0.5
    return "#" + "".join(f"{round(a + (b - a) * weight):02x}" for a, b in zip(low, high, strict=True))


def encode_state(published: PublishedAssets, styles: Mapping[str, CategoryStyle], view: MapView) -> str:
    """Return the state as JSON that is safe inside a script: by position, in the order of the published files.

    Raises
    ------
    UnknownCodeError
        The view names areas or places that are not in the snapshot.
    TrefpuntError
        A colour is no ``#rrggbb``, a size no class, a shape unknown, or a label is absent.
    """
    _check(published, styles, view)
    codes = published.areas[view.level]
    fills = view.fills
    if view.origins is not None:
        most = max(view.origins.values(), default=0.0) or 1.0
        fills = {code: origin_colour(view.origins.get(code, 0.0) / most, dark=view.dark) for code in codes}
    place = {place_id: i for i, place_id in enumerate(published.place_ids)}
    area = {code: i for i, code in enumerate(codes)}
    state: dict[str, Any] = {
        "level": view.level,
        "dark": view.dark,
        "fills": [fills.get(code) for code in codes],
        "dashed": [1 if code in view.dashed else 2 if code in view.dotted else 0 for code in codes],
        "tips": [escape_map_text(view.area_tooltips.get(code, "")) for code in codes],
        "categories": None if view.categories is None else _escaped(view.categories),
        "sizes": _sizes(view, published.place_ids),
        "placeTips": {escape_map_text(k): escape_map_text(v) for k, v in view.place_tooltips.items()},
        "styles": {
            escape_map_text(category): {
                "colour": style.colour,
                "shape": style.shape,
                "icon": escape_map_text(style.icon),
                "letter": escape_map_text(style.letter),
                "label": escape_map_text(style.label),
            }
            for category, style in styles.items()
        },
        "place": None if view.selected_place is None else place[view.selected_place],
        "area": None if view.selected_area is None else area[view.selected_area],
        "outlined": [area[code] for code in view.outlined],
        "calm": view.calm,
        "home": view.home and _home(view.home, published),
        "spot": view.spot and [float(degrees) for degrees in view.spot],
        "marks": [_mark(mark) for mark in view.marks],
        "cells": view.cells and _cells(view.cells),
        "pick": view.pick,
        "labels": {name: escape_map_text(view.labels[name]) for name in LABELS},
    }
    return json.dumps(state, separators=(",", ":"), allow_nan=False)


def _sizes(view: MapView, place_ids: Iterable[str]) -> str:
    """One character a place: its size class, or a dash when only others are shown."""
    shown = view.only
    return "".join(str(view.place_sizes.get(p, 0)) if shown is None or p in shown else "-" for p in place_ids)


def _home(home: Home, published: PublishedAssets) -> dict[str, Any]:
    """The neighbourhood by position, and one character a place: its minutes to base 36, or a dash."""
    minutes = (home.minutes.get(p, math.nan) for p in published.place_ids)
    return {
        "area": published.areas["neighbourhood"].index(home.code),
        "minutes": "".join(_DIGITS[round(m)] if 0 <= m < len(_DIGITS) - 0.5 else "-" for m in minutes),
        "bike": _escaped(sorted(home.by_bike)),
    }


def _mark(mark: Mark) -> list[Any]:
    at = [float(mark.lat), float(mark.lon)]
    origin = mark.origin and [float(degrees) for degrees in mark.origin]
    return [mark.kind, int(mark.number), escape_map_text(mark.category), at, origin, *([1] if mark.small else [])]


def _cells(cells: Cells) -> dict[str, Any]:
    return {
        "width": float(cells.width_km),
        "rows": [[int(row), int(column), classes] for row, column, classes in cells.rows],
        "lat": [float(number) for number in cells.lat],
        "lon": [float(number) for number in cells.lon],
        "colours": list(cells.colours),
        "line": cells.line,
        "figures": [[int(number) for number in one] for one in cells.figures],
        "title": escape_map_text(cells.title),
        "tip": escape_map_text(cells.tip),
    }


def _cell_faults(cells: Cells) -> list[str]:
    drawn = "".join(classes for _, _, classes in cells.rows)
    allowed = {"-", *string.digits[: len(cells.colours)]}
    faults = [f"'{sign}' is no class of a cell" for sign in sorted(set(drawn) - allowed)]
    if len(cells.figures) != (there := len(drawn.replace("-", ""))):
        faults.append(f"there are {there} cells, but figures of {len(cells.figures)}")
    if [len(cells.lat), len(cells.lon)] != [6, 6] or not all(map(math.isfinite, (*cells.lat, *cells.lon))):
        faults.append("where the cells are takes six numbers for each of lat and lon")
    return faults


def _escaped(texts: Iterable[str]) -> list[str]:
    return [escape_map_text(text) for text in texts]


def _check(published: PublishedAssets, styles: Mapping[str, CategoryStyle], view: MapView) -> None:
    if view.level not in published.areas:
        levels = ", ".join(published.areas)
        raise UnknownCodeError("map", f"there is no level '{view.level}'", f"The levels are {levels}.")
    areas, places = set(published.areas[view.level]), set(published.place_ids)
    named = {*view.outlined, *([view.selected_area] if view.selected_area else [])}
    unknown = [f"there is no area '{code}' at the level {view.level}" for code in sorted(named - areas)]
    if view.home is not None and view.home.code not in published.areas["neighbourhood"]:
        unknown.append(f"there is no neighbourhood '{view.home.code}' to be home")
    if view.selected_place is not None and view.selected_place not in places:
        unknown.append(f"there is no place '{view.selected_place}'")
    if unknown:
        raise UnknownCodeError("map", unknown, "Select only what the snapshot has.")
    colours = {*view.fills.values(), *(style.colour for style in styles.values())} - {None}
    colours |= {*view.cells.colours, view.cells.line} if view.cells else set()
    faults = [f"'{c}' is no colour" for c in sorted(map(str, colours)) if not _COLOUR.fullmatch(c)]
    faults += [f"{k}: {v} is no size class" for k, v in view.place_sizes.items() if v not in range(6)]
    faults += [f"{k}: '{s.shape}' is no shape" for k, s in styles.items() if s.shape not in SHAPES]
    faults += [f"'{m.kind}' is no change" for m in view.marks if m.kind not in KINDS]
    faults += [f"there is no category '{m.category}'" for m in view.marks if m.category not in styles]
    spots = [degrees for m in view.marks for degrees in (m.lat, m.lon, *(m.origin or ()))]
    faults += [f"{degrees} is no number of degrees" for degrees in spots if not math.isfinite(degrees)]
    faults += _cell_faults(view.cells) if view.cells else []
    faults += [f"the label '{name}' is missing" for name in LABELS if name not in view.labels]
    if faults:
        raise TrefpuntError("map", faults, "Give colours as #rrggbb, sizes from 0 to 5, known shapes, and every label.")
