"""The municipalities of the Netherlands, and which of them somebody means."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from trefpunt.errors import SourceError

FILE = Path(__file__).with_name("municipalities.csv")
"""Code and name of all 342, with their source; the same in the divisions of 2023, 2024 and 2025."""

_ALSO_CALLED = {
    "den haag": "GM0518",
    "the hague": "GM0518",
    "den bosch": "GM0796",
    "nuenen": "GM0820",
    "friese meren": "GM1940",
    "zuidwest friesland": "GM1900",
    "noordoost friesland": "GM1970",
}
_SUGGESTIONS = 5


@dataclass(frozen=True)
class Municipality:
    """A municipality: `code` (GM and four digits) and `name` as CBS writes it."""

    code: str
    name: str

    @property
    def digits(self) -> str:
        """The four digits that codes of its districts and neighbourhoods begin with (WK0935…, BU0935…)."""
        return self.code[2:]


@cache
def municipalities() -> tuple[Municipality, ...]:
    """All municipalities, by code.

    Raises
    ------
    SourceError
        The bundled list is absent or damaged.
    """
    try:
        lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    except OSError as fault:
        raise SourceError(str(FILE), f"cannot be read: {fault.strerror}", "Install Trefpunt again.") from fault
    rows = list(csv.DictReader(lines))
    if not rows or any(not re.fullmatch(r"GM\d{4}", row.get("code") or "") or not row.get("name") for row in rows):
        raise SourceError(str(FILE), "is no list of codes and names", "Install Trefpunt again.")
    return tuple(sorted((Municipality(row["code"], row["name"]) for row in rows), key=lambda one: one.code))


def plain(text: str) -> str:
    """Fold to compare: lower case, no accents or apostrophes, other signs as one space.

    "'s-Gravenhage" is "s gravenhage".
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’‘`")
    return " ".join(re.findall(r"[a-z0-9]+", kept))


def find_municipality(text: str) -> Municipality:
    """Find a municipality by its code (GM0935, gm935, 935) or name.

    Case, accents, hyphens and a leading "gemeente" do not matter.

    Raises
    ------
    SourceError
        None or several have that name; the message says which are meant, perhaps.
    """
    every = {one.code: one for one in municipalities()}
    asked = plain(text)[:100]
    if number := re.fullmatch(r"(?:gm)? ?0*(\d{1,4})", asked):
        if one := every.get(f"GM{int(number[1]):04d}"):
            return one
        raise _unknown(text, [])
    asked = re.sub(r"^gemeente ", "", asked)
    if code := _ALSO_CALLED.get(asked):
        return every[code]
    names = [(plain(one.name), one) for one in every.values()]
    if len(same := [one for name, one in names if name == asked]) == 1:
        return same[0]
    # "Bergen" without its province, or "Fryske Marren" without its article.
    short = [one for name, one in names if re.sub(r" (l|nh|o|z|zh)$|^(de|den|het) ", "", name) == asked]
    if len(short) == 1:
        return short[0]
    if short:
        raise SourceError(
            _quoted(text),
            f"is the name of {len(short)} municipalities",
            f"Give one of: {', '.join(f'{one.name} ({one.code})' for one in short)}.",
        )
    begins = [one for name, one in names if asked and name.startswith(asked)]
    alike = difflib.get_close_matches(
        asked, [name for name, _ in names] + list(_ALSO_CALLED), n=_SUGGESTIONS, cutoff=0.6
    )
    near = [every[_ALSO_CALLED[a]] if a in _ALSO_CALLED else dict(names)[a] for a in alike]
    raise _unknown(text, list(dict.fromkeys([*near, *begins]))[:_SUGGESTIONS])


def _quoted(text: str) -> str:
    printable = "".join(c for c in text[:100] if c.isprintable())
    return f"municipality '{printable}'"


def _unknown(text: str, near: list[Municipality]) -> SourceError:
    meant = ", ".join(f"{one.name} ({one.code})" for one in near)
    remedy = f"Did you mean {meant}?" if near else "Give the name, or the code as CBS has it (GM0935)."
    return SourceError(_quoted(text), "there is no such municipality", remedy)
