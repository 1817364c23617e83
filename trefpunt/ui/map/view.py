"""What the map is told and what it tells: plain data, no library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

LABELS = (
    *("lang", "title", "aria", "zoom_in", "zoom_out", "reset", "attribution", "hint_wheel", "hint_touch"),
    *("from_home_walk", "from_home_cycle"),
)
"""The texts that a view must bring along: the language's code; the frame's title; what a screen reader calls the map;
the titles of the three buttons (closer, farther, whole municipality); the sources; how to zoom with a wheel, and how
to move the map with fingers; how many minutes it is from home, with ``#`` for the number."""

Shape = Literal["circle", "square", "diamond", "triangle", "triangle_down", "hexagon", "star", "cross"]
SHAPES: tuple[str, ...] = get_args(Shape)


@dataclass(frozen=True)
class CategoryStyle:
    """How the places of one category look.

    Parameters
    ----------
    label
        The category's name in the visitor's language; plain text.
    colour
        ``#rrggbb``; white drawings must be legible on it.
    shape
        One of `SHAPES`: outline of a small marker, so that categories differ without colour too.
    icon
        Name of a drawing in ``static/vendor/maki-…`` (without ``.svg``): a marker that is large enough is a disc
        with this.
    letter
        One or two letters, in place of an icon that is not there.
    """

    label: str
    colour: str
    shape: str
    icon: str
    letter: str


@dataclass(frozen=True)
class Home:
    """The visitor's own neighbourhood.

    Parameters
    ----------
    code
        Of the neighbourhood, whatever level is drawn.
    minutes
        Place id → minutes from there; absent or NaN: not known.
    by_bike
        Categories whose minutes are by bike; the others are on foot.
    """

    code: str
    minutes: Mapping[str, float]
    by_bike: frozenset[str] = frozenset()


Kind = Literal["added", "closed", "moved"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Mark:
    """What would change about a place, drawn over all else: a new one with a dashed ring, a closed one crossed out.

    Parameters
    ----------
    kind
        One of `KINDS`.
    number
        Stands beside it, as in the list of changes.
    category
        Of the place: its colour and drawing.
    lat, lon
        Where it would be, or was when it is closed; degrees.
    origin
        Latitude and longitude of where a moved place was: a line leads from there.
    small
        Whether it is drawn smaller than the others.
    """

    kind: Kind
    number: int
    category: str
    lat: float
    lon: float
    origin: tuple[float, float] | None = None
    small: bool = False


@dataclass(frozen=True)
class Cells:
    """A surface of hexagons that stand on a corner, over the areas.

    The middle of the one in row r and column c lies at x = (c + ½ · (r mod 2)) · w, y = r · w · ½√3.

    Parameters
    ----------
    width_km
        w: between two opposite sides, and so from one middle to the next.
    rows
        Row, first column, and one character a cell: the number of its colour (0–9), or a dash where there is none.
    lat, lon
        Six numbers each that make degrees of x and y in km: those of 1, x, y, x², xy and y².
    colours
        ``#rrggbb``, lowest class first.
    line
        Colour of the outlines.
    figures
        Of each cell that is there, in the order of the rows: whole numbers.
    title, tip
        What to say of a cell; ``#1`` stands for the first of its numbers, and so on; a line break starts a new line.
    """

    width_km: float
    rows: tuple[tuple[int, int, str], ...]
    lat: tuple[float, ...]
    lon: tuple[float, ...]
    colours: tuple[str, ...]
    line: str
    figures: tuple[tuple[int, ...], ...]
    title: str
    tip: str


@dataclass(frozen=True)
class MapView:
    """All that an interaction can change on the map. Text is plain; the map escapes it.

    Parameters
    ----------
    level
        Which areas are drawn: one of the levels of `PublishedAssets.areas`.
    fills
        Area code → colour ``#rrggbb``. None, or a code that is absent: no figure, drawn with the pattern.
    dashed
        Codes whose figure is an estimate: a thin dashed outline; the others a firm one.
    dotted
        Codes whose figure is provisional: a dotted outline.
    area_tooltips
        Area code → what to say under the area's name; a line break starts a new line.
    categories
        The categories shown; None = all.
    place_sizes
        Place id → size class 1–5; 0 or absent: no figure, drawn small and hollow.
    labels
        The texts of `LABELS`, in the visitor's language.
    place_tooltips
        Place id → what to say under its name and category. Each one is sent at each interaction: keep them few.
    only
        Ids of the places to show, whatever their category; None = all.
    selected_place, selected_area
        Id and code; None = none.
    outlined
        Codes to outline (e.g. a pair of neighbourhoods).
    calm
        Whether places are small dots, all alike, until one comes near: a first sight of a whole municipality.
    home
        The visitor's own neighbourhood, or None.
    spot
        Latitude and longitude of a spot to mark and to look at, or None.
    origins
        Area code → share (0–1) of 'where they come from': replaces `fills` while it is there, in shades of one
        colour up to the largest share; areas that are absent are left nearly blank.
    marks
        Changes to draw.
    cells
        Hexagons to draw over the areas, or None.
    pick
        Whether a click means a spot (`Spot`), whatever is drawn there, and not a place or area.
    dark
        Whether the page is dark.
    """

    level: str
    fills: Mapping[str, str | None]
    dashed: frozenset[str]
    area_tooltips: Mapping[str, str]
    categories: tuple[str, ...] | None
    place_sizes: Mapping[str, int]
    labels: Mapping[str, str]
    dotted: frozenset[str] = frozenset()
    place_tooltips: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] | None = None
    selected_place: str | None = None
    selected_area: str | None = None
    outlined: tuple[str, ...] = ()
    calm: bool = False
    home: Home | None = None
    spot: tuple[float, float] | None = None
    origins: Mapping[str, float] | None = None
    marks: tuple[Mark, ...] = ()
    cells: Cells | None = None
    pick: bool = False
    dark: bool = False


@dataclass(frozen=True)
class MapEvent:
    """A click: `id` is a place id when `kind` is "place", an area code when it is "area"."""

    kind: Literal["place", "area"]
    id: str


@dataclass(frozen=True)
class Spot:
    """A click on a spot, while `MapView.pick` asks for one; degrees."""

    lon: float
    lat: float
