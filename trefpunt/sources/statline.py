"""The SES-WOA table as a user downloads it from StatLine (85163NED … 86296NED)."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from trefpunt.errors import SourceError
from trefpunt.sources.local import require_file, uneven_lines

_REMEDY = (
    "Download the SES-WOA table from StatLine as CSV (separator ';') with the columns Perioden, Regiocode, "
    "Particuliere huishoudens and SES-WOA/Totaalscore/Gemiddelde score."
)
_MISSING = (".", "", "x")
_PERIOD = re.compile(r"(\d{4})(?:JJ00)?(\**)")
_CODE = re.compile(r"NL\d{2}|GM\d{4}|WK\d{6}|BU\d{8}")


@dataclass(frozen=True)
class _Column:
    """One column of the download: how its header reads, in Dutch words or as a code, letters and digits only."""

    header: str
    low: float
    high: float
    required: bool = False


# The headers of both kinds of download, reduced to lower-case letters and digits (see `_reduced`).
_NUMBERS = {
    "households": _Column(r"particulierehuishoudens(aantal|2)?", 0, 1e8),
    "ses_woa": _Column(r".*totaalscore(gemiddeldescore)?(getal)?|gemiddeldescore29", -3, 3, required=True),
    "spread": _Column(r".*spreidingtotaal(waarde)?(getal)?|waarde37", 0, 10),
    "low_pct": _Column(r"(.*\D)?1e(tm|totenmet)40e.*", 0, 100),
    "middle_pct": _Column(r"(.*\D)?41e(tm|totenmet)80e.*", 0, 100),
    "high_pct": _Column(r"(.*\D)?81e(tm|totenmet)100e.*", 0, 100),
}


_GROUP_COLUMNS = ("low_pct", "middle_pct", "high_pct")


def _of_income(columns: list[str]) -> list[str]:
    """Of several columns of percentile groups the one that its header says to be of income; none if none says so.

    The whole table has three blocks of them: income, wealth, and the two together ('financiële welvaart'), whose
    titles stand before the column's own, the nearest last: what the last title says counts.
    """
    found = []
    for column in columns:
        titles = [part.casefold() for part in column.split("/")]
        told = [title for title in titles if any(word in title for word in ("inkomen", "vermogen", "welvaart"))]
        if told and "inkomen" in told[-1] and "welvaart" not in told[-1] and "vermogen" not in told[-1]:
            found.append(column)
    return found if len(found) == 1 else []


def _reduced(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", header.lower().replace("t/m", "tm").replace("ë", "e"))


def _find_header(columns: list[str], pattern: str) -> list[str]:
    return [c for c in columns if re.fullmatch(pattern, _reduced(c))]


def _read_cells(path: Path) -> pd.DataFrame:
    """All cells as stripped text, without the closing line in which StatLine names itself."""
    require_file(path)
    try:
        raw = pd.read_csv(
            path,
            sep=";",
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            quoting=csv.QUOTE_MINIMAL,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as fault:
        raise SourceError(str(path), f"cannot be read as a table: {fault}", _REMEDY) from fault
    raw.columns = [str(c).strip() for c in raw.columns]
    raw = raw.fillna("").apply(lambda cells: cells.str.strip())
    closing = raw.iloc[:, 0].str.match(r"Bron|©") & raw.iloc[:, 1:].eq("").all(axis=1)
    rows: pd.DataFrame = raw.loc[~closing]
    # The line in which StatLine names itself is the last one, and shorter.
    if cut := [number for number in uneven_lines(path, ";") if number < len(rows) + 2]:
        raise SourceError(
            str(path), f"{len(cut)} line(s) have another number of cells than the header, first line {cut[0]}", _REMEDY
        )
    return rows


def _code_column(raw: pd.DataFrame) -> str | None:
    """The column with region codes: 'Regiocode', or the region column where that holds codes, not names."""
    columns = list(raw.columns)
    if found := _find_header(columns, r"regiocode.*"):
        return found[0]
    regions = _find_header(columns, r"wijkenenbuurten")
    return next((c for c in regions if raw[c].str.fullmatch(_CODE).any()), None)


def _numbers(cells: pd.DataFrame, faults: list[str]) -> pd.DataFrame:
    """Numbers from text; the whole file uses one decimal sign, which is found from the file itself."""
    comma = [str(c) for c in cells if cells[c].str.contains(",", regex=False).any()]
    point = [str(c) for c in cells if cells[c].str.contains(r"\d\.\d", regex=True).any()]
    if comma and point:
        faults.append(f"decimal commas (column '{comma[0]}') and decimal points (column '{point[0]}') in one file")
    values = {}
    for column in cells:
        text = cells[column]
        missing = text.isin(_MISSING)
        number = pd.to_numeric(text.mask(missing).str.replace(",", ".", regex=False), errors="coerce")
        if (bad := number.isna() & ~missing).any():
            faults.append(
                f"column '{column}' has {int(bad.sum())} value(s) that are no number, first: '{text[bad].iloc[0]}'"
            )
        values[column] = number.astype("float64")
    return pd.DataFrame(values, index=cells.index)


def read_statline_ses(path: Path, known: Collection[str] | None = None) -> pd.DataFrame:
    """Read a StatLine download of the SES-WOA table.

    Separator ';', quotes and byte-order mark optional, codes padded or not, decimal point or decimal comma,
    one or several periods ('2019', '2021*', '2019JJ00'; the asterisk marks provisional figures), headers in
    Dutch words or as StatLine's codes. A dot, an x or nothing is a suppressed figure: NaN.

    Parameters
    ----------
    path
        The CSV file.
    known
        Codes of the areas that the scores are for. At least one must be in the file.

    Returns
    -------
    pandas.DataFrame
        Index `code`, one row a code and year, ordered by both: `year` (Int16), `provisional` (bool),
        `households`, `ses_woa`, `spread` (NaN throughout where the download leaves the column out), and, when
        the download has them and says that they are of income, `low_pct`, `middle_pct`, `high_pct`: households in
        the national percentile groups 1–40, 41–80, 81–100 of standardised income.

    Raises
    ------
    SourceError
        With all faults: wrong separator, absent or double columns, text where numbers belong, two decimal
        signs, double code and year, scores outside −3 to 3, percentages outside 0–100, no known code.
    """
    raw = _read_cells(path)
    columns = list(raw.columns)
    if len(columns) == 1:
        other = max((",", "\t", "|"), key=columns[0].count)
        known_sign = columns[0].count(other) > 0
        hint = f"the separator seems to be {other!r}, ';' is needed" if known_sign else "only one column, no ';'"
        raise SourceError(str(path), hint, _REMEDY)

    faults: list[str] = []
    period = _find_header(columns, r"perioden")
    code = _code_column(raw)
    if not period:
        faults.append("column 'Perioden' is missing")
    if code is None:
        faults.append("no column with region codes ('Regiocode …', or 'WijkenEnBuurten' with codes)")
    names: dict[str, str] = {}
    for ours, column in _NUMBERS.items():
        found = _find_header(columns, column.header)
        match _of_income(found) if ours in _GROUP_COLUMNS and len(found) > 1 else found:
            case [one]:
                names[one] = ours
            case [] if column.required:
                faults.append("column 'SES-WOA/Totaalscore/Gemiddelde score' (GemiddeldeScore_29) is missing")
            case [_, *_] as several:
                faults.append(f"{len(several)} columns could be {ours}: {', '.join(several)}")
    if faults or not period or code is None:
        raise SourceError(str(path), faults, _REMEDY)

    table = _numbers(raw[list(names)], faults).rename(columns=names)
    table = table.reindex(columns=[c for c in _NUMBERS if c in table or c in ("households", "spread")])
    stamp = raw[period[0]].str.extract(f"^{_PERIOD.pattern}$")
    if (bad := stamp[0].isna()).any():
        faults.append(f"{int(bad.sum())} period(s) that are no year, first: '{raw.loc[bad, period[0]].iloc[0]}'")
    if (bad := ~raw[code].str.fullmatch(_CODE)).any():
        faults.append(f"{int(bad.sum())} value(s) that are no region code, first: '{raw.loc[bad, code].iloc[0]}'")
    table.insert(0, "year", pd.to_numeric(stamp[0]).astype("Int16"))
    table.insert(1, "provisional", stamp[1].fillna("").str.len().gt(0))
    table.index = pd.Index(raw[code], name="code")

    if (double := pd.MultiIndex.from_arrays([table.index, table["year"]]).duplicated()).any():
        row = table[double].iloc[0]
        faults.append(f"{int(double.sum())} double line(s) for a code and year, first: {row.name} {row['year']}")
    for ours in names.values():
        low, high = _NUMBERS[ours].low, _NUMBERS[ours].high
        if (bad := table[ours].lt(low) | table[ours].gt(high)).any():
            row = table[bad].iloc[0]
            faults.append(
                f"{int(bad.sum())} value(s) of {ours} outside {low:g} to {high:g}, first: {row.name} {row[ours]:g}"
            )
    if known is not None and not table.index.isin(list(known)).any():
        faults.append(
            f"none of the {len(known)} areas asked for is in it; the file starts with {table.index[:1].tolist()}"
        )
    if faults:
        raise SourceError(str(path), faults, _REMEDY)
    return table.sort_values("year", kind="stable").sort_index(kind="stable")


def one_year(table: pd.DataFrame, year: int | None = None) -> pd.DataFrame:
    """Return the rows of one year of `read_statline_ses`: `year`, or the latest in the file.

    A score that is suppressed in that year stays missing: an older one is not put in its place.

    Raises
    ------
    SourceError
        The file does not have that year.
    """
    years = sorted(int(y) for y in table["year"].unique())
    wanted = years[-1] if year is None else year
    if wanted not in years:
        raise SourceError("SES-WOA download", f"no figures of {wanted}", f"Choose one of {', '.join(map(str, years))}.")
    return table[table["year"] == wanted]
