"""How colours look to people who see colours differently, and how far apart two colours then are.

The simulation is that of Machado, Oliveira and Fernandes (2009), 'A Physiologically-based Model for Simulation of Color
Vision Deficiency', IEEE TVCG 15(6): their matrices for severity 1.0, applied to linear RGB. The distance is CIEDE2000
(CIE 142-2001), after the equations in Sharma, Wu and Dalal (2005), whose test pairs `tests/unit/test_colour_vision.py`
holds it against.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

KINDS: dict[str, Vector] = {
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""No red cones, no green cones, no blue cones."""

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""sRGB (IEC 61966-2-1), D65."""

_WHITE = _TO_XYZ.sum(axis=1)


def rgb(colour: str) -> Vector:
    """Return ``#rrggbb`` as three numbers from 0 to 1."""
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def linear(colour: Vector) -> Vector:
    """Return sRGB without its gamma."""
    return np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)


def over(colour: str, ground: str, opacity: float) -> str:
    """Return what is seen of a colour that lies half through over a ground, as browsers mix them."""
    mixed = opacity * rgb(colour) + (1 - opacity) * rgb(ground)
    return "#" + "".join(f"{round(255 * part):02x}" for part in mixed)


def lab(colour: str, kind: str | None = None) -> Vector:
    """Return CIELAB of a colour, as someone of one of `KINDS` sees it; None = with all cones."""
    light = linear(rgb(colour))
    if kind is not None:
        light = np.clip(KINDS[kind] @ light, 0, 1)
    x, y, z = ((_TO_XYZ @ light) / _WHITE).tolist()
    fx, fy, fz = (f ** (1 / 3) if f > (6 / 29) ** 3 else f / (3 * (6 / 29) ** 2) + 4 / 29 for f in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def ciede2000(one: Vector, other: Vector) -> float:
    """Return the CIEDE2000 distance of two colours in CIELAB; about 1 is the least that an eye can see."""
    (l1, a1, b1), (l2, a2, b2) = one.tolist(), other.tolist()
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    # Halfway the shorter way round; where one has no hue, the sum, which then is the other's.
    h = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(h - 30))
        + 0.24 * np.cos(np.radians(2 * h))
        + 0.32 * np.cos(np.radians(3 * h + 6))
        - 0.20 * np.cos(np.radians(4 * h - 63))
    )
    sl = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    sc, sh = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    rotation = 60 * np.exp(-(((h - 275) / 25) ** 2))
    rt = -np.sin(np.radians(rotation)) * 2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    parts = dl / sl, dc / sc, dh / sh
    return float(np.sqrt(sum(part**2 for part in parts) + rt * parts[1] * parts[2]))


def distance(one: str, other: str, kind: str | None = None) -> float:
    """Return how far apart two colours are for someone of one of `KINDS`; None = with all cones."""
    return ciede2000(lab(one, kind), lab(other, kind))
