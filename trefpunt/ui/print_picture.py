"""A drawing in millimetres, before it becomes SVG (`print_svg`) or PNG (`print_png`): what is drawn, and where.

The origin is the top left corner; x runs to the right and y down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Points = NDArray[np.float64]
At = tuple[float, float]

PRECISION_MM = 0.1
"""Corners that move a line by less than this are left out: nobody sees them on paper."""

INK = "#1c1b19"


@dataclass(frozen=True, eq=False)
class Shape:
    """Rings or lines with one look.

    Parameters
    ----------
    rings
        Each n × 2, mm. Holes are rings as well: what lies inside an odd number of rings is filled.
    closed
        Whether each is closed and filled.
    fill, stroke
        ``#rrggbb``, or None for nothing.
    width
        Of the line, mm.
    dashed
        An estimate, on this map.
    dotted
        A provisional figure, on this map.
    hatched
        Fill with the pattern for 'no figure' instead of `fill`.
    """

    rings: tuple[Points, ...]
    closed: bool = True
    fill: str | None = None
    stroke: str | None = None
    width: float = 0.0
    dashed: bool = False
    dotted: bool = False
    hatched: bool = False


@dataclass(frozen=True)
class Label:
    """A line of text.

    Parameters
    ----------
    text
        As somebody wrote it; each way of drawing escapes it itself.
    at
        The middle of its height, at the end that `anchor` says.
    size
        Of the letters, mm.
    halo
        Colour of a band around the letters, or None.
    """

    text: str
    at: At
    size: float
    anchor: str = "middle"
    bold: bool = False
    colour: str = INK
    halo: str | None = None


Item = Shape | Label


@dataclass(frozen=True)
class Picture:
    """What is drawn on a sheet of `width` × `height` mm, the first item first; nothing shows outside it."""

    width: float
    height: float
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Window:
    """A part of the country on a sheet.

    Parameters
    ----------
    west, north
        Its top left corner, metres (EPSG:28992).
    scale
        Metres a millimetre.
    width, height
        Of the sheet, mm.
    """

    west: float
    north: float
    scale: float
    width: float
    height: float

    @property
    def box(self) -> shapely.Polygon:
        """The part of the country, 2 mm wider on all sides: lines along the edge of the sheet do not show."""
        east, south = self.west + self.width * self.scale, self.north - self.height * self.scale
        more = 2 * self.scale
        return shapely.box(self.west - more, south - more, east + more, self.north + more)

    def points(self, metres: Points) -> Points:
        """Return coordinates (n × 2, metres) as places on the sheet, mm."""
        return (metres - (self.west, self.north)) * (1.0, -1.0) / self.scale

    def point(self, x: float, y: float) -> At:
        """Return one coordinate as a place on the sheet."""
        across, down = self.points(np.array([[x, y]]))[0]
        return float(across), float(down)

    def shows(self, at: At, margin: float = 0.0) -> bool:
        """Return whether a place lies on the sheet, at least `margin` mm from its edge."""
        return margin <= at[0] <= self.width - margin and margin <= at[1] <= self.height - margin

    def rings(self, shapes: Any) -> tuple[Points, ...]:
        """Return what shows of polygons and lines (one, or an array), as rings on the sheet."""
        shapes = np.atleast_1d(np.asarray(shapes, dtype=object))
        lines = np.isin(shapely.get_dimensions(shapes), (0, 1))
        # Clipping is far quicker than intersecting, but may leave a polygon that crosses itself.
        seen = np.concatenate(
            [
                shapely.clip_by_rect(shapes[lines], *self.box.bounds),
                shapely.intersection(shapes[~lines], self.box),
            ]
        )
        parts = shapely.get_parts(shapely.simplify(seen, PRECISION_MM * self.scale))
        parts = parts[(shapely.get_dimensions(parts) > 0) & ~shapely.is_empty(parts)]
        flat = shapely.get_dimensions(parts) == 2
        found = np.concatenate([shapely.get_rings(parts[flat]), shapely.get_parts(parts[~flat])])
        return tuple(self.points(shapely.get_coordinates(line)) for line in found)


def fit(bounds: Sequence[float], width: float, height: float, margin: float = 0.08) -> Window:
    """Return the smallest window of `width` × `height` mm that shows `bounds` with a margin around it.

    Parameters
    ----------
    bounds
        West, south, east, north, metres.
    margin
        Share of the sheet on each side.
    """
    west, south, east, north = bounds
    room = 1 - 2 * margin
    scale = max((east - west) / (room * width), (north - south) / (room * height), 1.0)
    middle = (west + east) / 2, (south + north) / 2
    return Window(middle[0] - scale * width / 2, middle[1] + scale * height / 2, scale, width, height)


def corners(n: int, radius: float, inner: float | None = None, turn: float = 0.0) -> Points:
    """Return a regular figure around the origin, its first corner on top; with `inner`, a star.

    Parameters
    ----------
    n
        Corners; of a star, those inside count too.
    radius, inner
        Of the corners, and of every second one.
    turn
        Clockwise, in parts of a full turn.
    """
    angle = 2 * math.pi * (np.arange(n) / n + turn)
    far = np.where(np.arange(n) % 2, radius if inner is None else inner, radius)
    return np.column_stack([far * np.sin(angle), -far * np.cos(angle)])


_ARM = np.array([(-0.42, -0.42), (-0.42, -1.0), (0.42, -1.0)])
_PLUS = np.concatenate([_ARM, _ARM[:, ::-1] * (-1, 1), -_ARM, _ARM[:, ::-1] * (1, -1)])
_SIGNS = {
    "circle": corners(24, 1.0),
    "square": corners(4, 1.3, turn=1 / 8),
    "diamond": corners(4, 1.35),
    "triangle": np.add(corners(3, 1.5), (0.0, 0.2)),
    "triangle_down": np.subtract(corners(3, 1.5, turn=1 / 2), (0.0, 0.2)),
    "hexagon": corners(6, 1.15),
    "star": corners(10, 1.5, 0.85),
    "cross": 1.15 * _PLUS,
}
"""`trefpunt.categories.SHAPES`, about as large as a circle of radius 1."""


def sign(shape: str, at: At, radius: float, colour: str, outline: str = "#ffffff") -> Shape:
    """Return the sign of a place; `shape` is one of `trefpunt.categories.SHAPES`."""
    return Shape((_SIGNS[shape] * radius + at,), fill=colour, stroke=outline, width=0.25)


def line(points: Iterable[At], colour: str = INK, width: float = 0.25) -> Shape:
    """Return a plain line."""
    return Shape((np.array(list(points)),), closed=False, stroke=colour, width=width)


def moved(item: Item, x: float, y: float) -> Item:
    """Return the item elsewhere."""
    if isinstance(item, Label):
        return replace(item, at=(item.at[0] + x, item.at[1] + y))
    return replace(item, rings=tuple(np.add(ring, (x, y)) for ring in item.rings))


def apart(spots: Sequence[At], distance: float, window: Window, rounds: int = 200) -> list[At]:
    """Return places for numbered signs near their spots, no two nearer than `distance` mm where there is room.

    Signs that are too near push each other away, the same way each time; what would leave the sheet is held inside.
    """
    if not spots:
        return []
    at = np.array(spots, dtype=float)
    number = np.arange(len(at))
    # Equal spots have no direction to be pushed in: each two of them get one, opposite for the one and the other.
    turn = 2.4 * (number[:, None] + number[None, :])
    way = np.sign(number[:, None] - number[None, :])[..., None] * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    low, high = np.array([distance, distance]), np.array([window.width - distance, window.height - distance])
    for _ in range(rounds):
        gap = at[:, None, :] - at[None, :, :]
        far = np.hypot(gap[..., 0], gap[..., 1])
        np.fill_diagonal(far, np.inf)
        near = far < distance
        if not near.any():
            break
        ahead = np.where(far[..., None] < 0.01, way, gap / np.maximum(far, 0.01)[..., None])
        push = np.where(near, (distance - far) / 2 + 0.02, 0.0)
        at = np.clip(at + (ahead * push[..., None]).sum(axis=1), low, high)
    return [(float(x), float(y)) for x, y in at]
