"""Names of places: what is shown, and what is compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

import pandas as pd

_SHAPING = "\u200c\u200d"
"""Joiners: invisible, but part of how some scripts and emoji are written."""

_APOSTROPHES = str.maketrans("\u2019\u2018\u00b4\u0060\u02bc", "'''''")


def clean_name(name: object) -> str | None:
    """Return a name as it is shown, or None where there is none.

    Soft hyphens and other invisible characters (Unicode categories Cc, Cf, Cs, Co) go, line breaks and runs of
    space become one space, composed letters are used (NFC). Everything else stays as it is, mark-up included:
    escaping is the business of who shows it.
    """
    if not isinstance(name, str):
        return None
    spaced = re.sub(r"\s+", " ", name)
    kept = (c for c in spaced if c in _SHAPING or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    # Dropping a character may leave two spaces side by side.
    cleaned = re.sub(r" +", " ", unicodedata.normalize("NFC", "".join(kept))).strip(" " + _SHAPING)
    return cleaned or None


def comparable_name(name: str | None, ignored: Collection[str] = ()) -> str:
    """Return a name without accents, case, punctuation, spaces and ignored words: equal for one and the same place.

    Parameters
    ----------
    name
        A name, or None.
    ignored
        Lower-case words without accents that tell nothing ('basisschool'); ignored unless nothing else is left.

    Returns
    -------
    str
        Lower-case letters and digits; empty where there is no name or it has neither letter nor digit.
    """
    if not name:
        return ""
    plain = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES)).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in _SHAPING)
    words = re.findall(r"[^\W_]+", plain)
    return "".join(w for w in words if w not in ignored) or "".join(words)


def names_matching(names: pd.Series, pattern: re.Pattern[str]) -> pd.Series:
    """Tell per name whether a pattern is found in it; false where there is no name."""
    found = [isinstance(name, str) and pattern.search(name) is not None for name in names]
    return pd.Series(found, index=names.index, dtype=bool)
