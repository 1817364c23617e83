"""The map of what is missing: hexagons where a place could bridge, the places there are, and the spots found."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from html import escape
from itertools import pairwise

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from trefpunt.crs import RD, WGS84
from trefpunt.suggest import HEXAGON_M, Suggestion
from trefpunt.ui import charts, data, frame, markers, missing_data, overlay, session, style, words
from trefpunt.ui.i18n import Text
from trefpunt.ui.keeping import kept
from trefpunt.ui.map import Cells, MapEvent, Mark
from trefpunt.ui.state import ViewState

HEIGHT = 520
"""Height of the map in pixels; the style sheet fits it to the screen."""

BREAKS = (250, 500, 1000, 2000)
"""Limits of the classes of hexagons: persons of the smaller of the two groups. The same for every kind of place, and so
are the colours."""

RAMP = {
    False: ("#dcf2ef", "#8ac7c6", "#4c9ca2", "#1f6d76", "#063c43"),
    True: ("#275257", "#34767c", "#4c9ea5", "#83cad0", "#d8f7f9"),
}
LINE = {False: "#0b4d55", True: "#0f2326"}
GROUND = {False: "#f1f0ec", True: "#3b4147"}
"""The neighbourhoods, all alike: what the page is about are the hexagons."""

PLACE_SIZE = 3
"""Of the places there are, all alike."""

TENS = 10
"""Figures on the map are rounded to so many: postcodes count to the nearest five."""


def classes(found: gpd.GeoDataFrame) -> list[int]:
    """Return the class of every hexagon."""
    return [bisect_right(BREAKS, float(both)) for both in found["both"]]


def cells(t: Text, kind: str, mode: str, minutes: int, found: gpd.GeoDataFrame, *, dark: bool) -> Cells | None:
    """Return the hexagons as the map takes them; None where there are none."""
    if found.empty:
        return None
    height = HEXAGON_M * np.sqrt(3) / 2
    middle = found.geometry.centroid
    rows = np.rint(middle.y.to_numpy() / height).astype(int)
    columns = np.rint(middle.x.to_numpy() / HEXAGON_M - 0.5 * (rows % 2)).astype(int)
    first_row, first_column = int(rows.min()) // 2 * 2, int(columns.min())
    order = np.lexsort((columns, rows))
    signs, lines = classes(found), []
    for row in np.unique(rows):
        here = [i for i in order if rows[i] == row]
        start, end = int(columns[here[0]]), int(columns[here[-1]])
        drawn = ["-"] * (end - start + 1)
        for i in here:
            drawn[int(columns[i]) - start] = str(signs[i])
        lines.append((int(row) - first_row, start - first_column, "".join(drawn)))
    people = found[["within_residents", "within_low", "within_high"]].to_numpy(dtype=float)
    rounded = (np.rint(people / TENS) * TENS).astype(int)
    lat, lon = _degrees(first_column * HEXAGON_M, first_row * height, found.total_bounds)
    return Cells(
        HEXAGON_M / 1000,
        tuple(lines),
        lat,
        lon,
        RAMP[dark],
        LINE[dark],
        tuple(tuple(map(int, rounded[i])) for i in order),
        t("gap.map.title", kind=words.category_name(t, kind)),
        t(f"gap.map.tip_{mode}", minutes=minutes),
    )


def _degrees(x: float, y: float, bounds: NDArray[np.float64]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return what makes degrees of kilometres east and north of a point: six numbers for lat, six for lon.

    Fitted to `bounds` (metres); over the width of a city it is right to a few centimetres.
    """
    west, south, east, north = bounds
    at = np.array([(a, b) for a in np.linspace(west, east, 7) for b in np.linspace(south, north, 7)])
    lon, lat = Transformer.from_crs(RD, WGS84, always_xy=True).transform(at[:, 0], at[:, 1])
    u, v = (at[:, 0] - x) / 1000, (at[:, 1] - y) / 1000
    terms = np.column_stack([np.ones_like(u), u, v, u * u, u * v, v * v])
    fits = [np.linalg.lstsq(terms, degrees, rcond=None)[0] for degrees in (lat, lon)]
    first, second = (tuple(float(f"{number:.9g}") for number in fit) for fit in fits)
    return first, second


@kept(32, follow=1)
def _cells(mark: str, t: Text, kind: str, mode: str, minutes: int, dark: bool, found: gpd.GeoDataFrame) -> Cells | None:
    return cells(t, kind, mode, minutes, found, dark=dark)


def marks(view: ViewState, suggested: Suggestion | None) -> tuple[Mark, ...]:
    """Return the spots found as numbered marks; alternatives are smaller."""
    if suggested is None or suggested.value <= 0:
        return ()
    found = []
    for table, small in ((suggested.spots, False), (suggested.alternatives, True)):
        for number, lat, lon in zip(table.index, table["lat"], table["lon"], strict=True):
            found.append(Mark("added", int(number), view.new_kind, float(lat), float(lon), small=small))
    return tuple(found)


def draw(t: Text, view: ViewState, found: gpd.GeoDataFrame | None, suggested: Suggestion | None) -> None:
    """Draw the map and its legend; a click on a neighbourhood chooses it."""
    dark, kind = style.is_dark(), view.new_kind
    area = view.area if view.area in data.known().neighbourhoods else None
    plain = replace(view.selecting(area=area, level="neighbourhood"), categories=(kind,), year=None)
    drawn = overlay.map_view(t, plain, dark=dark)
    surface = None
    if found is not None:
        surface = _cells(data.mark(), t, kind, view.pair_mode, view.minutes, dark, found)
    frame.draw(
        t,
        replace(
            drawn,
            fills=dict.fromkeys(drawn.fills, GROUND[dark]),
            dashed=frozenset(),
            dotted=frozenset(),
            area_tooltips=_tips(t, view),
            place_sizes=dict.fromkeys(drawn.place_sizes, PLACE_SIZE),
            calm=False,
            marks=marks(view, suggested),
            cells=surface,
        ),
        "map_missing",
        HEIGHT,
        on_event=hear,
    )
    style.html(legend(t, view, found, suggested, dark=dark))


def hear(event: MapEvent) -> None:
    """Choose the neighbourhood that was clicked; a browser may send anything."""
    if event.kind == "area" and event.id in data.known().neighbourhoods:
        session.choose(session.current().selecting(area=event.id, level="neighbourhood"))


def _tips(t: Text, view: ViewState) -> Mapping[str, str]:
    rows = missing_data.unserved(view, view.pair_mode).neighbourhoods
    without, everybody = rows["without_any"], rows["residents"]
    return {
        str(code): t(f"gap.map.area_{view.pair_mode}", n=int(n), everybody=int(all_), minutes=view.minutes)
        for code, n, all_ in zip(rows.index, without, everybody, strict=True)
    }


def legend(
    t: Text, view: ViewState, found: gpd.GeoDataFrame | None, suggested: Suggestion | None, *, dark: bool
) -> str:
    """Return what the colours and signs of the map mean, as HTML."""
    kind = words.category_name(t, view.new_kind)
    parts = []
    if found is not None and len(found):
        ends = [t("gap.legend.below", x=BREAKS[0])]
        ends += [t("gap.legend.between", a=a, b=b) for a, b in pairwise(BREAKS)]
        ends.append(t("gap.legend.above", x=BREAKS[-1]))
        lines = "".join(
            f'<li><i class="tp-hexkey" style="background:{colour}" aria-hidden="true"></i>{escape(text)}</li>'
            for colour, text in zip(RAMP[dark], ends, strict=True)
        )
        title = escape(t("gap.legend.title", kind=kind))
        parts.append(f'<p class="tp-legendtitle"><b>{title}</b></p>')
        parts.append(f'<ul class="tp-hexkeys">{lines}</ul>')
        note = t(f"gap.legend.note_{view.pair_mode}", minutes=view.minutes, kind=kind)
        parts.append(f'<p class="tp-small">{escape(note)}</p>')
    plural = words.category_plural(t, view.new_kind)
    signs = [markers.badge(data.categories()[view.new_kind]) + escape(t("gap.legend.places", plural=plural))]
    if marks(view, suggested):
        signs.append(f'<i class="tp-markkey tp-markkey-added" aria-hidden="true"></i>{escape(t("gap.legend.spot"))}')
    parts.append(f'<ul class="tp-statuses">{"".join(f"<li>{sign}</li>" for sign in signs)}</ul>')
    return (
        f'<section class="tp-legend tp-marklegend" aria-label="{escape(t("legend.title"))}">{"".join(parts)}</section>'
    )


def in_words(t: Text, view: ViewState, found: gpd.GeoDataFrame) -> str:
    """Return in a sentence or two what the hexagons show."""
    kind = words.category_name(t, view.new_kind)
    if found.empty:
        return t(f"gap.surface.none_{view.pair_mode}", kind=kind, minutes=view.minutes)
    named = found["name"].dropna()
    areas = sorted(set(map(str, named)), key=str.casefold)
    text = t.plural("gap.surface.found", len(found), kind=kind)
    return f"{text} {t.plural('gap.surface.areas', len(areas), areas=_listed(t, areas))}" if areas else text


def _listed(t: Text, names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return t("city.and", first=", ".join(names[:-1]), last=names[-1])


def explained(t: Text) -> str:
    """Return how the hexagons are made, behind a line that opens it, as HTML."""
    return charts.folded(t("gap.surface.how"), charts.bullets(t(f"gap.surface.how_{key}") for key in ("blank", "best")))
