"""A map as a picture to put in a letter or a slide: with its title, legend, numbers, attribution and years.

Matplotlib draws it, without a screen and with the letters that come with it: it looks the same on every machine.
"""

from __future__ import annotations

import io
import textwrap
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from matplotlib import font_manager, patheffects
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from trefpunt.ui import data
from trefpunt.ui.i18n import Text
from trefpunt.ui.map.styles import HATCH
from trefpunt.ui.print_map import Drawing
from trefpunt.ui.print_parts import dates
from trefpunt.ui.print_picture import Item, Label, Picture, Points, Shape
from trefpunt.ui.print_svg import DASH, DOTS

DPI = 200
MARGIN = 8.0
GAP = 4.0
LINE = 4.6
"""From one line of small text to the next, mm."""

SMALL, LARGE = 2.7, 5.2
"""Sizes of letters, mm."""

FONT = "DejaVu Sans"
WIDE = 0.56
"""Mean width of its letters, of their size."""

POINTS = 72 / 25.4
"""Points in a millimetre."""

_LOCK = threading.Lock()
"""Matplotlib keeps fonts and settings that several visitors must not change at once."""


@dataclass(frozen=True)
class _Placed:
    """A picture at a place on the sheet; what lies outside its frame is not drawn."""

    picture: Picture
    x: float
    y: float


def png(t: Text, drawing: Drawing) -> bytes:
    """Return a map as a PNG of `DPI` dots an inch; the same bytes for the same map."""
    width = drawing.picture.width + 2 * MARGIN
    title = _lines(drawing.title, width - 2 * MARGIN, LARGE)
    placed = [_text(line, MARGIN, MARGIN + LARGE * (1.3 * i), LARGE, bold=True) for i, line in enumerate(title)]
    y = MARGIN + LARGE * 1.3 * len(title) + 1.0
    placed.append(_Placed(drawing.picture, MARGIN, y))
    y += drawing.picture.height + GAP
    legend, y = _columns([(entry.picture, entry.text) for entry in drawing.legend], y, width)
    # The one number of a place stands for the title.
    listed = drawing.listed
    numbers: list[_Placed] = []
    if len(listed) > 1:
        numbers, y = _columns([(_number(i), line) for i, line in enumerate(listed, start=1)], y + 1.0, width)
    y += 1.0
    credit = t("print.credit", city=data.municipality())
    for text in (drawing.note, f"{dates(t)} {credit}", t("print.attribution")):
        for line in _lines(text, width - 2 * MARGIN, SMALL * 0.92):
            placed.append(_text(line, MARGIN, y, SMALL * 0.92))
            y += LINE * 0.9
    with _LOCK:
        return _render([*placed, *legend, *numbers], width, y + MARGIN / 2)


def _lines(text: str, width: float, size: float) -> list[str]:
    """Return a text in lines that fit, without signs that the letters do not have."""
    return textwrap.wrap(_drawable(" ".join(text.split())), max(8, int(width / (size * WIDE)))) or [""]


def _drawable(text: str) -> str:
    """Return a text with a box for each sign that the font lacks, such as an emoji."""
    known = font_manager.get_font(font_manager.findfont(FONT)).get_charmap()
    return "".join(c if ord(c) in known and c.isprintable() else "\u25a1" for c in text)


def _text(line: str, x: float, y: float, size: float, *, bold: bool = False) -> _Placed:
    room = Picture(400.0, size * 1.6, (Label(line, (0.0, size * 0.7), size, anchor="start", bold=bold),))
    return _Placed(room, x, y)


def _number(number: int) -> Picture:
    return Picture(6.5, 4.0, (Label(str(number), (0.0, 2.0), SMALL, anchor="start", bold=True),))


def _columns(entries: Iterable[tuple[Picture, str]], y: float, width: float) -> tuple[list[_Placed], float]:
    """Return entries in two columns from `y` on, and where the longer one ends."""
    rows = list(entries)
    half = (width - 2 * MARGIN - GAP) / 2
    wrapped = [_lines(text, half - picture.width - 1.5, SMALL) for picture, text in rows]
    total, split, used = sum(map(len, wrapped)), 0, 0
    while split < len(rows) and used < total / 2:
        used += len(wrapped[split])
        split += 1
    placed, ends = [], [y]
    for column, chosen in enumerate((range(split), range(split, len(rows)))):
        x, at = MARGIN + column * (half + GAP), y
        for i in chosen:
            picture = rows[i][0]
            placed.append(_Placed(picture, x, at))
            for line in wrapped[i]:
                placed.append(_text(line, x + picture.width + 1.5, at + 0.1, SMALL))
                at += LINE
        ends.append(at)
    return placed, max(ends)


def _render(placed: Iterable[_Placed], width: float, height: float) -> bytes:
    figure = Figure(figsize=(width / 25.4, height / 25.4), dpi=DPI, facecolor="#ffffff")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    order = 1
    for one in placed:
        frame = Rectangle((one.x, one.y), one.picture.width, one.picture.height, transform=axes.transData)
        for item in one.picture.items:
            order += 1
            artist = _draw(axes, item, one, order)
            if artist is not None:
                artist.set_clip_path(frame)
    out = io.BytesIO()
    # No date and no version: the same map gives the same bytes.
    figure.savefig(out, format="png", dpi=DPI, metadata={"Software": None})
    return out.getvalue()


def _draw(axes, item: Item, one: _Placed, order: int):  # type: ignore[no-untyped-def]
    if isinstance(item, Label):
        return _label(axes, item, one, order)
    return _shape(axes, item, one, order)


def _label(axes, label: Label, one: _Placed, order: int):  # type: ignore[no-untyped-def]
    text = axes.text(
        one.x + label.at[0],
        one.y + label.at[1],
        _drawable(" ".join(label.text.split())),
        fontsize=label.size * POINTS,
        fontfamily=FONT,
        fontweight="bold" if label.bold else "normal",
        color=label.colour,
        ha={"start": "left", "middle": "center", "end": "right"}[label.anchor],
        va="center_baseline" if label.anchor == "start" else "center",
        zorder=order,
        # A name is no formula, whatever signs it holds.
        parse_math=False,
    )
    if label.halo:
        width = 0.28 * label.size * POINTS
        text.set_path_effects([patheffects.withStroke(linewidth=width, foreground=label.halo)])
    return text


def _shape(axes, shape: Shape, one: _Placed, order: int):  # type: ignore[no-untyped-def]
    if not shape.rings:
        return None
    path = Path.make_compound_path(*(_path(np.add(ring, (one.x, one.y)), closed=shape.closed) for ring in shape.rings))
    ground, stripe = HATCH
    patch = PathPatch(
        path,
        facecolor=ground if shape.hatched else (shape.fill or "none") if shape.closed else "none",
        edgecolor=stripe if shape.hatched else shape.stroke or "none",
        linewidth=0 if shape.hatched else shape.width * POINTS,
        hatch="////" if shape.hatched else None,
        joinstyle="round",
        zorder=order,
    )
    if shape.dashed or shape.dotted:
        pattern = DASH if shape.dashed else DOTS
        patch.set_linestyle((0, [length / max(shape.width, 0.01) for length in pattern]))
    axes.add_patch(patch)
    if shape.hatched and shape.stroke:
        outline = replace(shape, hatched=False, fill=None)
        _shape(axes, outline, one, order)
    return patch


def _path(ring: Points, *, closed: bool) -> Path:
    if closed and len(ring) and not np.array_equal(ring[0], ring[-1]):
        ring = np.vstack([ring, ring[:1]])
    codes = np.full(len(ring), Path.LINETO)
    codes[0] = Path.MOVETO
    if closed:
        codes[-1] = Path.CLOSEPOLY
    return Path(ring, codes)
