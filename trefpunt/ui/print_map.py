"""The maps that are printed: one for each kind of sheet, drawn from the snapshot alone, with their legends.

Nothing here asks for the visitor's session: a map is made for a `ViewState`, in a language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from trefpunt.categories import Category
from trefpunt.ui import data, own_words, words
from trefpunt.ui.colours import SCALE, SHARE_BREAKS, SHARE_SCALE, luminance, score_colour, share_colour
from trefpunt.ui.i18n import Text
from trefpunt.ui.map import origin_colour
from trefpunt.ui.print_ground import ground
from trefpunt.ui.print_picture import (
    INK,
    At,
    Item,
    Label,
    Picture,
    Shape,
    Window,
    apart,
    fit,
    line,
    moved,
    sign,
)

WIDTH = 182.0
"""Of every map, mm: an A4 sheet within its margins."""

OUTLINE = "#55524c"
PLAIN = "#f0efeb"
"""The colour of an area that has no say on this map, and of what lies outside the municipality."""

SIGN = 2.3
"""Radius of a numbered sign, mm."""

DOT = 0.9
"""Radius of a sign without a number, mm."""

BARS = (100, 200, 500, 1000, 2000, 5000, 10000)
"""Lengths that the scale bar may have, metres."""

SHADES = 6


@dataclass(frozen=True)
class Entry:
    """A line of a legend."""

    picture: Picture
    text: str


@dataclass(frozen=True)
class Drawing:
    """A map with what belongs to it.

    Parameters
    ----------
    title
        What the map is of.
    picture
        The map.
    legend
        What its colours and signs mean.
    listed
        What the numbers on it stand for, from 1 on.
    alt
        What it shows, for who cannot see it.
    note
        What it does not say, for where it stands alone.
    """

    title: str
    picture: Picture
    legend: tuple[Entry, ...]
    listed: tuple[str, ...]
    alt: str
    note: str


@dataclass(frozen=True)
class Area:
    """How one area is drawn: its colour (None = the pattern), whether its figure is an estimate, or provisional."""

    fill: str | None
    dashed: bool = False
    dotted: bool = False


@dataclass(frozen=True)
class Spot:
    """A place on the map: where (metres), its category, and its number if it has one."""

    x: float
    y: float
    category: Category
    number: int | None = None


def draw(
    t: Text,
    table: gpd.GeoDataFrame,
    looks: Mapping[str, Area],
    window: Window,
    *,
    spots: Sequence[Spot] = (),
    outlined: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> Picture:
    """Return a map.

    Parameters
    ----------
    table
        The areas, with geometry.
    looks
        How each is drawn.
    window
        Which part.
    spots
        The places on it.
    outlined
        Areas with a thick outline.
    names
        What is written in each area, the most important one first.
    """
    seen = table[table.geometry.intersects(window.box)]
    rings = {str(code): window.rings(shape) for code, shape in seen.geometry.items()}
    items: list[Item] = [Shape((_frame(window),), fill="#fbfaf7")]
    for code, found in rings.items():
        items.append(Shape(found, fill=looks[code].fill, hatched=looks[code].fill is None))
    items += ground(window)
    for code, found in rings.items():
        items.append(Shape(found, stroke=OUTLINE, width=0.3, dashed=looks[code].dashed, dotted=looks[code].dotted))
    for code in outlined:
        if code in rings:
            items += [
                Shape(rings[code], stroke=colour, width=width) for colour, width in (("#ffffff", 1.8), (INK, 0.9))
            ]
    marks, taken = _signs(window, spots)
    items += _names(window, seen, names or {}, taken, spots)
    items += marks
    items += _scale_bar(t, window)
    items += _north(t, window)
    items.append(Shape((_frame(window),), stroke=OUTLINE, width=0.5))
    return Picture(window.width, window.height, tuple(items))


def _frame(window: Window) -> np.ndarray:
    return np.array([(0.0, 0.0), (window.width, 0.0), (window.width, window.height), (0.0, window.height)])


Box = tuple[float, float, float, float]


def _signs(window: Window, spots: Sequence[Spot]) -> tuple[list[Item], list[Box]]:
    """Return the signs of the places, those with a number last, and where on the sheet those with a number are."""
    items: list[Item] = []
    numbered = []
    for spot in spots:
        at = window.point(spot.x, spot.y)
        if not window.shows(at):
            continue
        if spot.number is None:
            items.append(sign(spot.category.shape, at, DOT, spot.category.colour))
        else:
            numbered.append((spot, at))
    placed = apart([at for _, at in numbered], 2.15 * SIGN, window)
    for (_, home), at in zip(numbered, placed, strict=True):
        if np.hypot(at[0] - home[0], at[1] - home[1]) > SIGN / 2:
            items += [line([home, at], width=0.3), moved(_disc(0.5), *home)]
    for (spot, _), at in zip(numbered, placed, strict=True):
        colour = spot.category.colour
        items.append(sign(spot.category.shape, at, SIGN, colour))
        ink = "#ffffff" if luminance(colour) < 0.4 else INK
        items.append(Label(str(spot.number), at, 2.7, bold=True, colour=ink, halo=colour))
    reach = 1.2 * SIGN
    return items, [(x - reach, y - reach, x + reach, y + reach) for x, y in placed]


def _disc(radius: float) -> Shape:
    return sign("circle", (0.0, 0.0), radius, INK)


def _names(
    window: Window, seen: gpd.GeoDataFrame, names: Mapping[str, str], taken: list[Box], spots: Sequence[Spot]
) -> list[Item]:
    """Return the names of areas where there is room: over no numbered sign and no other name, and few other signs."""
    items: list[Item] = []
    dots = [window.point(spot.x, spot.y) for spot in spots if spot.number is None]
    taken = [*taken, (0.0, window.height - 9, 52.0, window.height), (window.width - 9, 0.0, window.width, 13.0)]
    visible = window.box.buffer(-4 * window.scale)
    for code, name in names.items():
        if code not in seen.index:
            continue
        shape = shapely.intersection(seen.geometry[code], visible)
        if shape.is_empty:
            continue
        circle = shapely.maximum_inscribed_circle(shape, tolerance=window.scale)
        x, y = window.point(*shapely.get_coordinates(circle)[0])
        size = 2.6
        half = 0.28 * size * len(name)
        found = []
        for shift in (0.0, -2.2, 2.2, -4.4, 4.4, -8.0, 8.0):
            box = (x - half, y + shift - size * 0.7, x + half, y + shift + size * 0.7)
            inside = box[0] > 1 and box[2] < window.width - 1 and window.shows((x, y + shift), 2)
            if inside and not any(_overlap(box, other) for other in taken):
                hidden = sum(_overlap(box, (a - DOT, b - DOT, a + DOT, b + DOT)) for a, b in dots)
                found.append((hidden, abs(shift), shift, box))
        if found:
            _, _, shift, box = min(found)
            taken.append(box)
            items.append(Label(name, (x, y + shift), size, halo="#ffffff", bold=True))
    return items


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _scale_bar(t: Text, window: Window) -> list[Item]:
    metres = max((bar for bar in BARS if bar / window.scale <= 42), default=BARS[0])
    length, x, y = metres / window.scale, 3.0, window.height - 3.0
    far = t("print.kilometres", n=metres // 1000) if metres >= 1000 else t("print.metres", n=metres)
    plate = np.array([(0.0, y - 6), (length + 8, y - 6), (length + 8, window.height), (0.0, window.height)])
    return [
        Shape((plate,), fill="#ffffff"),
        line([(x, y - 1.2), (x, y), (x + length, y), (x + length, y - 1.2)], width=0.5),
        Label(far, (x + length / 2, y - 2.6), 2.6),
    ]


def _north(t: Text, window: Window) -> list[Item]:
    x, y = window.width - 5.0, 3.0
    arrow = np.array([(x, y), (x + 2, y + 5.5), (x, y + 4.2), (x - 2, y + 5.5)])
    return [
        Shape((arrow,), fill=INK, stroke="#ffffff", width=0.4),
        Label(t("print.north"), (x, y + 7.8), 3.0, bold=True, halo="#ffffff"),
    ]


def score_looks(table: pd.DataFrame) -> dict[str, Area]:
    """Return how areas are drawn by their score, as on the screen."""
    return {
        str(code): Area(
            score_colour(float(row["ses_woa"])), row["ses_status"] == "estimate", row["ses_status"] == "provisional"
        )
        for code, row in table.iterrows()
    }


def own_looks(table: pd.DataFrame) -> dict[str, Area]:
    """Return how the areas of the municipality's own division are drawn, as on the screen: by their lower incomes."""
    fills = {str(code): share_colour(float(share)) for code, share in table["share_low"].items()}
    return {code: Area(fill, dashed=fill is not None) for code, fill in fills.items()}


def own_legend(t: Text, seen: pd.DataFrame) -> list[Entry]:
    """Return the legend of the shares of people with a lower income."""
    ends = {"none": own_words.limits(t, 0), "many": own_words.limits(t, len(SHARE_BREAKS))}
    entries = [Entry(ramp(SHARE_SCALE), t("print.shades", title=t("legend.own_area"), **ends))]
    if seen["share_low"].notna().any():
        entries.append(Entry(swatch(SHARE_SCALE[1], dashed=True), t("print.estimate")))
    if seen["share_low"].isna().any():
        entries.append(Entry(swatch(None), t("print.missing")))
    return entries


def score_legend(t: Text, level: str, seen: pd.DataFrame, year: int | None = None) -> list[Entry]:
    """Return the legend of the score of a year; of the kinds of figures only those that the map shows."""
    ends = {key: t(f"scale.ends.{key}") for key in ("low", "mean", "high")}
    title = t(f"legend.score_{level}")
    if year is not None:
        title = t("legend.of_year", title=title, year=year)
    entries = [Entry(ramp(SCALE), t("print.ramp", title=title, **ends))]
    found = set(seen["ses_status"])
    if "official" in found:
        entries.append(Entry(swatch(SCALE[4]), t("print.official")))
    if "provisional" in found:
        entries.append(Entry(swatch(SCALE[4], dotted=True), t("print.provisional")))
    if "estimate" in found:
        entries.append(Entry(swatch(SCALE[4], dashed=True), t("print.estimate")))
    if found & {"missing", "suppressed"}:
        entries.append(Entry(swatch(None), t("print.missing")))
    return entries


def origin_looks(table: pd.DataFrame, shares: Mapping[str, float]) -> dict[str, Area]:
    """Return how areas are drawn by where people could come from, as on the screen."""
    most = max(shares.values(), default=0.0) or 1.0
    return {str(code): Area(origin_colour(shares.get(str(code), 0.0) / most)) for code in table.index}


def origin_legend(t: Text) -> list[Entry]:
    """Return the legend of where people could come from."""
    shades = [origin_colour(step / (SHADES - 1)) for step in range(SHADES)]
    ends = {"none": t("legend.none"), "many": t("legend.many")}
    return [Entry(ramp(shades), t("print.shades", title=t("legend.origins"), **ends))]


def sign_legend(t: Text, spots: Iterable[Spot]) -> list[Entry]:
    """Return the sign of every category on the map, in the catalogue's order."""
    shown = {spot.category.id for spot in spots}
    return [
        Entry(
            Picture(5.0, 4.0, (sign(category.shape, (2.5, 2.0), 1.3, category.colour),)), words.category_plural(t, key)
        )
        for key, category in data.categories().items()
        if key in shown
    ]


def swatch(fill: str | None, *, dashed: bool = False, dotted: bool = False, thick: bool = False) -> Picture:
    """Return the swatch of an area for a legend; `fill` None is the pattern."""
    box = np.array([(0.4, 0.4), (6.6, 0.4), (6.6, 3.6), (0.4, 3.6)])
    width, stroke = (0.8, INK) if thick else (0.35, OUTLINE)
    outline = Shape((box,), fill=fill, hatched=fill is None, stroke=stroke, width=width, dashed=dashed, dotted=dotted)
    return Picture(7.0, 4.0, (outline,))


def ramp(colours: Sequence[str]) -> Picture:
    """Return a row of colours for a legend."""
    step = 3.6
    items = [
        Shape((np.array([(i, 0.4), (i + step, 0.4), (i + step, 3.6), (i, 3.6)]),), fill=colour)
        for i, colour in zip(0.4 + np.arange(len(colours)) * step, colours, strict=True)
    ]
    long = step * len(colours)
    frame = np.array([(0.4, 0.4), (long + 0.4, 0.4), (long + 0.4, 3.6), (0.4, 3.6)])
    return Picture(long + 0.8, 4.0, (*items, Shape((frame,), stroke=OUTLINE, width=0.25)))


def spot(row: pd.Series, number: int | None = None) -> Spot:
    """Return a row of the snapshot's places as a spot."""
    return Spot(row.geometry.x, row.geometry.y, data.categories()[str(row["category"])], number)


def window(bounds: Sequence[float], height: float, margin: float = 0.08) -> Window:
    """Return the window of a map of `height` mm; `bounds` as for `print_picture.fit`."""
    return fit(bounds, WIDTH, height, margin)


def around(at: At, bounds: Sequence[float]) -> tuple[float, float, float, float]:
    """Return `bounds` made as wide as needed for `at` to lie in them."""
    west, south, east, north = bounds
    return min(west, at[0]), min(south, at[1]), max(east, at[0]), max(north, at[1])
