"""All text of the screen, in two languages, and numbers the way each language writes them.

The texts live in ``locale/nl/`` and ``locale/en/``, one file a page or subject; nested tables become keys with dots
(``[card] title`` is ``card.title``). A text may hold values: ``{n}`` for a whole number, ``{x:.1f}``
for one decimal, ``{share:.0%}`` for a percentage, ``{year:d}`` for a year; all in the language's own marks.
"""

from __future__ import annotations

import math
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("nl", "en")
"""Dutch first: it is what the app opens with."""

_LOCALE = Path(__file__).parent / "locale"
_MARKS = {"nl": (".", ","), "en": (",", ".")}
"""Per language: what stands between thousands, and before decimals."""


@cache
def texts(lang: str) -> Mapping[str, str]:
    """Every text of one language, by dotted key.

    Raises
    ------
    KeyError
        `lang` is none of `LANGUAGES`.
    ValueError
        Two files have the same key.
    """
    if lang not in LANGUAGES:
        raise KeyError(lang)
    found: dict[str, str] = {}
    for path in sorted((_LOCALE / lang).glob("*.toml")):
        flat = dict(_flatten(tomllib.loads(path.read_text(encoding="utf-8"))))
        if double := found.keys() & flat.keys():
            raise ValueError(f"{path.name} repeats {', '.join(sorted(double))}")
        found |= flat
    return found


def _flatten(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in table.items():
        flat += _flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value.strip())]
    return flat


class _Formatter(string.Formatter):
    """`str.format`, with numbers in the marks of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(super().format_field(value, format_spec))
        thousands, decimals = _MARKS[self.lang]
        written = format(value, format_spec if format_spec else ",").replace("-", "−")
        return written.translate({ord(","): thousands, ord("."): decimals})


@dataclass(frozen=True)
class Text:
    """The texts of one language: ``t = Text("nl"); t("map.title")``.

    Parameters
    ----------
    lang
        One of `LANGUAGES`.
    """

    lang: str

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of `key` with `values` filled in.

        Raises
        ------
        KeyError
            The key, or a value that the text asks for, is not there.
        """
        return _Formatter(self.lang).format(texts(self.lang)[key], **values)

    def plural(self, key: str, n: int, **values: Any) -> str:
        """Return ``key.one`` for exactly one, else ``key.other``; the text may use ``{n}``."""
        return self(f"{key}.one" if n == 1 else f"{key}.other", n=n, **values)

    def number(self, value: float, digits: int = 0, *, signed: bool = False) -> str:
        """Return a number with thousands separated and `digits` decimals; what is missing becomes a dash."""
        if value is None or math.isnan(value):
            return "–"
        # A value that rounds to zero would else read "−0".
        rounded = round(float(value), digits) + 0.0
        return _Formatter(self.lang).format_field(rounded, f"{'+' if signed and rounded else ''},.{digits}f")

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share (0–1) as a percentage; what is missing becomes a dash."""
        return "–" if share is None or math.isnan(share) else f"{self.number(100 * share, digits)}%"
