"""Read delimited source files from disk, and say everything that is wrong with one in a single message."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from trefpunt.errors import SourceError

MISSING_MARKS = (".", "", "NA", "nan")
"""How CBS and the other sources write a suppressed or absent figure."""


def require_file(path: Path) -> Path:
    """Return `path` if it is a readable, non-empty file.

    Raises
    ------
    SourceError
        The file is absent or empty.
    """
    if not path.is_file():
        raise SourceError(str(path), "the file is not there", "Give the folder with the source files as --sources.")
    if path.stat().st_size == 0:
        raise SourceError(str(path), "the file is empty", "Fetch the file again from its publisher.")
    return path


def uneven_lines(path: Path, separator: str) -> list[int]:
    """Numbers of the rows (1 is the header) with another number of cells than the header.

    pandas takes what a row lacks for empty, and where all rows have one more, the first for a label: all would shift.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig") as file:
        rows = csv.reader(file, delimiter=separator, skipinitialspace=True)
        try:
            wanted = len(next(rows, []))
            return [number for number, row in enumerate(rows, 2) if row and len(row) != wanted]
        except csv.Error:
            return []


def read_table(
    path: Path,
    *,
    text: Sequence[str] = (),
    numbers: Sequence[str] = (),
    key: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    separator: str = ",",
    decimal: str = ".",
) -> pd.DataFrame:
    """Read the named columns of a delimited file (plain or gzipped), with types checked.

    Parameters
    ----------
    path
        The file.
    text, numbers
        Columns that must be there, in the file's own names; all others are dropped. Text is stripped
        of the padding CBS puts around its keys. Numbers become float64, NaN where suppressed.
    key
        Columns (among `text`) that together must be unique and never empty.
    rename
        From the file's names to ours, applied last.
    separator, decimal
        As the file uses them.

    Returns
    -------
    pandas.DataFrame
        One row per line, default index, columns in the order `text`, `numbers`.

    Raises
    ------
    SourceError
        With all faults found: unreadable file, absent columns, text where numbers belong, double or empty keys.
    """
    require_file(path)
    try:
        raw = pd.read_csv(
            path,
            sep=separator,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            skipinitialspace=True,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, EOFError, gzip.BadGzipFile) as fault:
        raise SourceError(
            str(path), f"cannot be read as a table: {fault}", "Fetch the file again from its publisher."
        ) from fault
    raw.columns = [str(c).strip() for c in raw.columns]
    wanted = [*text, *numbers]
    if absent := [c for c in wanted if c not in raw.columns]:
        faults = [f"column '{c}' is missing" for c in absent]
        if len(raw.columns) == 1 and len(wanted) > 1:
            faults.append(f"only one column found: is the separator really '{separator}'?")
        raise SourceError(str(path), faults, f"The file has the columns {', '.join(raw.columns[:30])}.")

    faults = []
    if short := uneven_lines(path, separator):
        faults.append(f"{len(short)} line(s) have another number of cells than the header, first line {short[0]}")
    table = raw[wanted].copy()
    for column in text:
        table[column] = table[column].str.strip()
    for column in numbers:
        stripped = table[column].str.strip()
        missing = stripped.isin(MISSING_MARKS)
        values = pd.to_numeric(stripped.mask(missing).str.replace(decimal, ".", regex=False), errors="coerce")
        if (bad := values.isna() & ~missing).any():
            line = int(bad.to_numpy().argmax())
            faults.append(
                f"column '{column}' has {int(bad.sum())} value(s) that are no number, first on line {line + 2}: "
                f"'{stripped.iloc[line]}'"
            )
        table[column] = values.astype("float64")
    if key:
        keys = list(key)
        if (empty := (table[keys] == "").any(axis=1)).any():
            faults.append(f"{int(empty.sum())} line(s) without a value in {' + '.join(keys)}")
        if (double := table.duplicated(keys)).any():
            first = ", ".join(table.loc[double, keys].iloc[0])
            faults.append(f"{int(double.sum())} double key(s) in {' + '.join(keys)}, first: {first}")
    if faults:
        raise SourceError(str(path), faults, "Correct the file or fetch it again from its publisher.")
    return table.rename(columns=dict(rename or {}))
