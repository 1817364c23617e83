"""Read tables of CBS's OData service, version 3: pages put together, keys without padding, nothing missing.

What the figures mean is the business of `trefpunt.sources.cbs_odata`. Bulk service: https://opendata.cbs.nl/ODataFeed
(at most 10,000 rows a page, the next one by `odata.nextLink`).
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd

from trefpunt.errors import SourceError
from trefpunt.sources.http import Fetcher, UnusableAnswerError

REGION, PERIOD = "WijkenEnBuurten", "Perioden"
"""The dimensions of the tables per neighbourhood."""

DATA = "TypedDataSet"
"""The part of a table that holds its figures."""

_MAX_PAGES = 1000
_CHANGED = (
    "CBS has changed the table. See whether a newer Trefpunt knows it, or give a StatLine download instead "
    "(docs/data.md)."
)
_AGAIN = "Run the build again: the answer was not whole."


@dataclass(frozen=True)
class Column:
    """A column of a table, as the table describes itself.

    Attributes
    ----------
    key
        As in the rows: a name and a number (GemiddeldeScore_29).
    path
        Titles of the groups it stands in and its own, outermost first.
    datatype
        Long, Integer, Float, Double, String; empty for a dimension.
    """

    key: str
    path: tuple[str, ...]
    datatype: str

    @property
    def stem(self) -> str:
        """The name without the number, which changes from year to year."""
        return re.sub(r"_\d+$", "", self.key)

    @property
    def number(self) -> int:
        """The number at the end of the key; 0 where there is none."""
        found = re.search(r"_(\d+)$", self.key)
        return int(found[1]) if found else 0


@dataclass(frozen=True)
class Table:
    """A table and what it says of itself: `title`, when it was `modified` (ISO 8601 text) and its columns."""

    id: str
    title: str
    modified: str
    columns: tuple[Column, ...]

    def named(self, key: str) -> Column | None:
        """The column with this key."""
        return next((column for column in self.columns if column.key == key), None)

    def with_stem(self, stem: str) -> list[Column]:
        """The columns with this name, whatever their number, lowest number first."""
        return sorted((c for c in self.columns if c.stem == stem), key=lambda c: c.number)

    def missing(self, wanted: Sequence[str]) -> list[str]:
        """A fault for every key in `wanted` that the table lacks, with the keys that look like it."""
        have = [column.key for column in self.columns]
        faults = []
        for key in wanted:
            if key not in have:
                like = difflib.get_close_matches(key, have, n=3, cutoff=0.6)
                there = f"it has {', '.join(like)}" if like else f"it has {len(have)} others, none like it"
                faults.append(f"column '{key}' is missing; {there}")
        return faults


def _address(fetcher: Fetcher, table: str, part: str) -> str:
    if not re.fullmatch(r"\w+", table):
        raise SourceError(f"CBS table '{table[:40]}'", "is no table id", "Give an id such as 86296NED.")
    return f"{fetcher.services.cbs}/{table}/{part}"


def _values(answer: Any) -> list[dict[str, Any]]:
    """The rows of an answer."""
    rows = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnusableAnswerError("the answer holds no list of rows ('value')")
    return rows


def describe(fetcher: Fetcher, table: str) -> Table:
    """Read what a table says of itself; always anew, since the date it was modified decides what may be used again.

    Raises
    ------
    FetchError, SourceError
        The service cannot be reached, or the answer is not what OData says it is.
    """
    info_url = _address(fetcher, table, "TableInfos")
    infos = _values(fetcher.json(info_url, params={"$format": "json"}, check=_values, fresh=True))
    if len(infos) != 1:
        raise SourceError(info_url, f"describes {len(infos)} tables, one was asked for", _CHANGED)
    title, modified = (infos[0].get(name) for name in ("Title", "Modified"))
    if not isinstance(title, str) or not isinstance(modified, str):
        raise SourceError(info_url, "gives no title or no date ('Title', 'Modified')", _CHANGED)
    bare = Table(table, " ".join(title.split()), modified, ())
    found = read_rows(fetcher, bare, "DataProperties")
    return replace(bare, columns=_columns(found, _address(fetcher, table, "DataProperties")))


def _columns(properties: list[dict[str, Any]], url: str) -> tuple[Column, ...]:
    def text(entry: Mapping[str, Any], name: str) -> str:
        value = entry.get(name)
        return " ".join(value.split()) if isinstance(value, str) else ""

    groups = {entry["ID"]: entry for entry in properties if isinstance(entry.get("ID"), int) and not text(entry, "Key")}
    columns = []
    for entry in properties:
        if not (key := text(entry, "Key")):
            continue
        path, parent = [text(entry, "Title")], entry.get("ParentID")
        while isinstance(parent, int) and parent in groups and len(path) < 10:
            path.append(text(groups[parent], "Title"))
            parent = groups[parent].get("ParentID")
        columns.append(Column(key, tuple(reversed(path)), text(entry, "Datatype")))
    if not columns:
        raise SourceError(url, "describes no columns ('Key')", _CHANGED)
    return tuple(columns)


def of_municipality(digits: str, key: str = REGION) -> str:
    """A filter: the municipality with these four digits, its districts and its neighbourhoods."""
    if not re.fullmatch(r"\d{4}", digits):
        raise SourceError(f"municipality '{digits[:20]}'", "is no four digits", "Give the code as CBS has it (GM0935).")
    return " or ".join(f"startswith({key},'{kind}{digits}')" for kind in ("GM", "WK", "BU"))


def read_rows(
    fetcher: Fetcher, table: Table, part: str = DATA, *, select: Sequence[str] = (), where: str = ""
) -> list[dict[str, Any]]:
    """Read all rows of a part of a table, page by page; every whole page is kept on disk.

    Parameters
    ----------
    fetcher, table
        As `describe` gives it: the rows are those of its date.
    part
        TypedDataSet, or the name of a dimension.
    select
        Columns; all when left out.
    where
        An OData filter; all rows when left out.

    Raises
    ------
    FetchError, SourceError
        A page cannot be had; pages that do not go on; fewer or more figures than the service counts (only figures are
        counted: what the small parts lack is noticed where they are used).
    """
    url = _address(fetcher, table.id, part)
    params = {"$format": "json"} | ({"$select": ",".join(select)} if select else {})
    params |= {"$filter": where} if where else {}
    expected = _count(fetcher, table, where) if part == DATA else None
    rows: list[dict[str, Any]] = []
    further: dict[str, str] = {}
    for _ in range(_MAX_PAGES):
        page = fetcher.json(url, params=params | further, check=_values, version=table.modified)
        values = _values(page)
        rows += values
        link = page.get("odata.nextLink", page.get("@odata.nextLink"))
        if link is None:
            break
        following = _next(link, url)
        if not values or following == further:
            raise SourceError(url, "its pages do not go on: a next page is named that brings nothing new", _AGAIN)
        further = following
    if expected is not None and len(rows) != expected:
        raise SourceError(url, f"gave {len(rows):,} rows, its own count is {expected:,}: a page is missing", _AGAIN)
    return rows


def _next(link: Any, url: str) -> dict[str, str]:
    """Where the next page begins.

    Only that is taken from the link, not the address: a mirror may pass on links to the original host.
    """
    query = parse_qsl(urlsplit(link).query) if isinstance(link, str) else []
    further = {name: value for name, value in query if name in ("$skip", "$skiptoken")}
    if not further:
        raise SourceError(url, "names a next page without saying where it begins", _AGAIN)
    return further


def _count(fetcher: Fetcher, table: Table, where: str) -> int:
    url = _address(fetcher, table.id, f"{DATA}/$count")

    def number(file: Path) -> int:
        digits = file.read_bytes().decode("utf-8-sig", "replace").strip()
        if not re.fullmatch(r"[0-9]{1,9}", digits):
            raise UnusableAnswerError("the count of rows is no number")
        return int(digits)

    def check(file: Path) -> None:
        number(file)

    path = fetcher.file(
        url,
        params={"$filter": where} if where else None,
        check=check,
        version=table.modified,
    )
    return number(path)


def to_frame(rows: list[dict[str, Any]], table: Table, text: Sequence[str], numbers: Sequence[str]) -> pd.DataFrame:
    """Put rows into columns: text without padding, numbers as float64.

    A suppressed figure (null) is NaN. Numbers that come as text are a fault, not a guess.

    Raises
    ------
    SourceError
        With all faults: columns absent from the rows, values of another type.
    """
    faults: list[str] = []
    columns: dict[str, pd.Series] = {}
    absent: dict[int, list[str]] = {}
    for name in (*text, *numbers):
        values = [row.get(name) for row in rows]
        if lost := sum(name not in row for row in rows):
            absent.setdefault(lost, []).append(name)
            continue
        wanted, is_right = ("text", _is_text) if name in text else ("a number", _is_number)
        wrong = [value for value in values if not is_right(value)]
        if wrong:
            faults.append(f"column '{name}' has {len(wrong):,} value(s) that are not {wanted}, first: {wrong[0]!r:.60}")
            continue
        if name in text:
            columns[name] = pd.Series([str(value).strip() for value in values], dtype="str")
        else:
            columns[name] = pd.Series([math.nan if v is None else float(v) for v in values], dtype="float64")
    if absent:
        # One line for all columns that the same number of rows lack: a row that is something else lacks them all.
        there = sorted(rows[0])[:20]
        listed = [
            f"{', '.join(map(repr, names))} {'is' if len(names) == 1 else 'are'} missing in {n:,} of {len(rows):,} rows"
            for n, names in absent.items()
        ]
        faults = [*listed, f"the first row has {there}", *faults]
    if faults:
        raise SourceError(f"CBS table {table.id}", faults, _CHANGED)
    return pd.DataFrame(columns)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15
