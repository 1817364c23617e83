"""A picture as SVG: crisp on paper at any size, and small. As an image it cannot run anything, whatever it says."""

from __future__ import annotations

import base64
import re
from html import escape

import numpy as np

from trefpunt.ui.map.styles import HATCH
from trefpunt.ui.print_picture import Item, Label, Picture, Points, Shape

FONTS = "system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
DASH = (1.2, 0.7)
DOTS = (0.35, 0.6)
"""Length of a dash and of the gap behind it, in widths of 0.5 mm."""

HATCH_MM = 1.3
"""From one stripe of the pattern for 'no figure' to the next."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold; one such sign in one name would leave the whole map out."""


def svg(picture: Picture) -> str:
    """Return a picture as an SVG document; it refers to nothing outside itself."""
    hatched = any(isinstance(item, Shape) and item.hatched for item in picture.items)
    ground, stripe = HATCH
    pattern = (
        f'<defs><pattern id="h" width="{HATCH_MM}" height="{HATCH_MM}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><path d="M0 0h{HATCH_MM}v{HATCH_MM}h-{HATCH_MM}z" fill="{ground}"/>'
        f'<path d="M0 0v{HATCH_MM}" stroke="{stripe}" stroke-width="0.7"/></pattern></defs>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(picture.width)} {_n(picture.height)}" '
        f'width="{_n(picture.width)}mm" height="{_n(picture.height)}mm" stroke-linejoin="round" '
        f'font-family="{escape(FONTS)}">{pattern if hatched else ""}{"".join(map(_item, picture.items))}</svg>'
    )


def address(picture: Picture) -> str:
    """Return a picture as the address of an image (``data:``), safe inside an attribute."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg(picture).encode()).decode()


def _item(item: Item) -> str:
    return _label(item) if isinstance(item, Label) else _shape(item)


def _shape(shape: Shape) -> str:
    path = "".join(_ring(ring, closed=shape.closed) for ring in shape.rings)
    if not path:
        return ""
    fill = "url(#h)" if shape.hatched else (shape.fill or "none")
    looks = f'fill="{fill}" fill-rule="evenodd"' if shape.closed else 'fill="none" stroke-linecap="round"'
    if shape.stroke:
        looks += f' stroke="{shape.stroke}" stroke-width="{_n(shape.width)}"'
        if shape.dashed or shape.dotted:
            drawn, left = DASH if shape.dashed else DOTS
            looks += f' stroke-dasharray="{_n(drawn)} {_n(left)}"'
    return f'<path d="{path}" {looks}/>'


def _ring(ring: Points, *, closed: bool) -> str:
    """Return a ring as a path in steps of a hundredth of a millimetre, each relative to the last: half the bytes."""
    steps = np.round(ring * 100).astype(int)
    if closed and len(steps) > 1 and (steps[0] == steps[-1]).all():
        steps = steps[:-1]
    moves = np.vstack([steps[:1], np.diff(steps, axis=0)]) / 100
    first, *rest = (f"{_n(x)} {_n(y)}" for x, y in moves)
    return f"M{first}" + (f"l{' '.join(rest)}" if rest else "") + ("z" if closed else "")


def _label(label: Label) -> str:
    text = escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", " ".join(label.text.split())))
    looks = f'fill="{label.colour}" text-anchor="{label.anchor}"' + (' font-weight="700"' if label.bold else "")
    if label.halo:
        looks += f' stroke="{label.halo}" stroke-width="{_n(0.28 * label.size)}" paint-order="stroke"'
    # Not `dominant-baseline`: what reads SVG outside a browser seldom knows it. A third of the letters' size is near.
    x, y = label.at[0], label.at[1] + 0.35 * label.size
    return f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(label.size)}" {looks}>{text}</text>'


def _n(value: float) -> str:
    """Return a number in its shortest form with two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-0.", "-.").removeprefix("0") or "0"
