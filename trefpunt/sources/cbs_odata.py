"""Official figures per neighbourhood straight from CBS, in the shapes that the readers of files give.

`fetch_ses` is as `trefpunt.sources.statline.read_statline_ses`, `fetch_key_figures` as
`trefpunt.sources.cbs_files.read_kwb_2024`, each with some columns more. Source: CBS StatLine, CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from trefpunt.errors import SourceError
from trefpunt.sources.http import Fetcher, forgets_unsound
from trefpunt.sources.municipalities import Municipality
from trefpunt.sources.odata import PERIOD, REGION, Column, Table, describe, of_municipality, read_rows, to_frame

SES_TABLES: Mapping[int, str] = MappingProxyType(
    {2021: "85163NED", 2022: "85539NED", 2023: "85900NED", 2024: "86092NED", 2025: "86296NED"}
)
"""SES-WOA, by the year of the regional division. Codes of two divisions may mean different areas: never join them."""

KEY_FIGURE_TABLES: Mapping[int, str] = MappingProxyType(
    {
        2019: "84583NED",
        2020: "84799NED",
        2021: "85039NED",
        2022: "85318NED",
        2023: "85618NED",
        2024: "85984NED",
        2025: "86165NED",
    }
)
"""Kerncijfers wijken en buurten, by year (the same year of the division)."""

PROXIMITY_TABLES: Mapping[int, str] = MappingProxyType({2024: "86134NED", 2025: "86270NED"})
"""Nabijheid voorzieningen: distances to facilities, by year."""

SES_SCORES: Mapping[str, str] = MappingProxyType(
    {
        "GemiddeldeScore_29": "ses_woa",
        "GemiddeldeScore_31": "ses_welfare",
        "GemiddeldeScore_33": "ses_education",
        "GemiddeldeScore_35": "ses_labour",
    }
)
"""The total score and its three parts, which add up to it; numbered alike in all five tables."""

_HOUSEHOLDS, _SPREAD = "ParticuliereHuishoudens_2", "Waarde_37"
_EDUCATION = {"Waarde_16": "educated_low_pct", "Waarde_19": "educated_middle_pct", "Waarde_22": "educated_high_pct"}
_GROUPS = {
    "k_1eTotEnMet40ePercentielgroep": "low_pct",
    "k_41eTotEnMet80ePercentielgroep": "middle_pct",
    "k_81eTotEnMet100ePercentielgroep": "high_pct",
    "GemiddeldePercentielgroep": "percentile",
}
# Three blocks of percentile groups stand in the table; which is which is read from the titles above them.
_GROUP_WORDS = {"vermogen": "wealth_", "inkomen": "", "welvaart": "welfare_"}
_PARTS_DIFFER = 0.005
"""Three rounded parts and a rounded total may differ by 0.002; beyond this they are not what they were."""

_KEY_FIGURES = {
    "AantalInwoners": "residents",
    "HuishoudensTotaal": "households",
    "Koopwoningen": "owner_occupied_pct",
    "GemiddeldeWOZWaardeVanWoningen": "woz_keur",
    "GemiddeldInkomenPerInwoner": "income_resident_keur",
    "MeestVoorkomendePostcode": "pc4",
}
_MORE_KEY_FIGURES = {
    "InBezitWoningcorporatie": "corporation_pct",
    "k_40HuishoudensMetLaagsteInkomen": "low_pct",
    "k_20HuishoudensMetHoogsteInkomen": "high_pct",
    "k_15Tot25Jaar": "residents_15_25",
    "k_65JaarOfOuder": "residents_65_plus",
}
_SAME = {"GemiddeldeWOZWaardeVanWoningen": ("GemiddeldeWoningwaarde",)}
_DISTANCES = {"AfstandTotGroteSupermarkt": "supermarket_km", "AfstandTotSchool": "school_km"}
_CHANGED = "See whether a newer Trefpunt knows this table, or give a download of it instead (docs/data.md)."


@dataclass(frozen=True)
class Figures:
    """Figures of one table.

    Attributes
    ----------
    table
        What it says of itself: id, title, when modified.
    division
        Year of the regional division that its codes belong to.
    rows
        As the function that made it says.
    """

    table: Table
    division: int
    rows: pd.DataFrame


def latest(tables: Mapping[int, str]) -> int:
    """The newest year of `SES_TABLES`, `KEY_FIGURE_TABLES` or `PROXIMITY_TABLES`."""
    return max(tables)


def _table(fetcher: Fetcher, tables: Mapping[int, str], year: int) -> Table:
    if year not in tables:
        years = ", ".join(map(str, sorted(tables)))
        raise SourceError("CBS", f"no table of {year} is known", f"Choose one of {years}.")
    return describe(fetcher, tables[year])


@forgets_unsound
def fetch_ses(fetcher: Fetcher, municipality: Municipality | None = None, division: int | None = None) -> Figures:
    """Fetch official SES-WOA of all years, for one municipality with its districts and neighbourhoods, or for all.

    Parameters
    ----------
    fetcher
        See `trefpunt.sources.http.Fetcher`.
    municipality
        The country when left out (some 200,000 rows).
    division
        Year of the regional division, a key of `SES_TABLES`; the newest when left out.

    Returns
    -------
    Figures
        `rows`: index `code`, one row a code and year, ordered by both: `year` (Int16), `provisional` (bool),
        `households`, `ses_woa`, `spread` (NaN: suppressed), `ses_welfare`, `ses_education`, `ses_labour`,
        `educated_low_pct`, `educated_middle_pct`, `educated_high_pct`; and, where the table's own titles tell which
        they are, `low_pct`, `middle_pct`, `high_pct`, `percentile` (income) and the same beginning with `wealth_` and
        `welfare_`: per cent of the households in the national percentile groups 1–40, 41–80, 81–100, and the mean.

    Raises
    ------
    FetchError, SourceError
        With all faults: service, columns, types, keys, ranges, parts that do not add up to the total.
    """
    division = latest(SES_TABLES) if division is None else division
    table = _table(fetcher, SES_TABLES, division)
    groups = _percentile_groups(table)
    optional = {key: ours for key, ours in _EDUCATION.items() if table.named(key)}
    numbers = {_HOUSEHOLDS: "households", **SES_SCORES, _SPREAD: "spread", **optional, **groups}
    if faults := table.missing([REGION, PERIOD, *numbers]):
        raise SourceError(f"CBS table {table.id}", faults, _CHANGED)
    where = of_municipality(municipality.digits) if municipality else ""
    raw = read_rows(fetcher, table, select=[REGION, PERIOD, *numbers], where=where)
    rows = to_frame(raw, table, [REGION, PERIOD], list(numbers)).rename(columns=numbers)
    known, provisional = _periods(fetcher, table)

    stamp = rows[PERIOD].str.extract(r"^(\d{4})JJ00$")[0]
    faults = _code_faults(rows[REGION], municipality)
    if (bad := stamp.isna()).any():
        faults.append(f"{int(bad.sum())} period(s) that are no year, first: {rows.loc[bad, PERIOD].iloc[0]!r:.40}")
    if (bad := ~rows[PERIOD].isin(known)).any():
        faults.append(f"period {rows.loc[bad, PERIOD].iloc[0]!r:.40} is not in the table's own list of periods")
    rows.insert(0, "year", pd.to_numeric(stamp).astype("Int16"))
    rows.insert(1, "provisional", rows[PERIOD].isin(provisional))
    rows = rows.set_index(pd.Index(rows[REGION], name="code")).drop(columns=[REGION, PERIOD])
    order = ["year", "provisional", "households", "ses_woa", "spread"]
    rows = rows[[*order, *(c for c in rows if c not in order)]]
    if (double := pd.MultiIndex.from_arrays([rows.index, rows["year"]]).duplicated()).any():
        faults.append(f"{int(double.sum())} double row(s) for a code and year, first: {rows.index[double][0]}")
    faults += _range_faults(rows) + _sum_faults(rows)
    if faults:
        raise SourceError(f"CBS table {table.id}", faults, _CHANGED)
    return Figures(table, division, rows.sort_values("year", kind="stable").sort_index(kind="stable"))


def _percentile_groups(table: Table) -> dict[str, str]:
    """Keys of the percentile groups and our names, from the titles of the groups that they stand in."""
    names: dict[str, str] = {}
    for column in table.columns:
        if column.stem in _GROUPS:
            titles = reversed([title.casefold() for title in column.path[:-1]])
            start = next((start for title in titles if (start := _group_of(title)) is not None), None)
            if start is not None:
                names[column.key] = start + _GROUPS[column.stem]
    twice = {ours for ours in names.values() if list(names.values()).count(ours) > 1}
    return {key: ours for key, ours in names.items() if ours not in twice}


def _group_of(title: str) -> str | None:
    """What a title says of the percentile groups below it; None if nothing, or more than one thing."""
    words = [word for word in _GROUP_WORDS if word in title]
    # Financial welfare is income and wealth together, so its title may name these too.
    word = "welvaart" if "welvaart" in words else words[0] if len(words) == 1 else None
    return None if word is None else _GROUP_WORDS[word]


def _periods(fetcher: Fetcher, table: Table) -> tuple[set[str], set[str]]:
    """Keys of all periods, and of those whose figures may still change: an asterisk, or 'voorlopig' as status."""
    raw = read_rows(fetcher, table, PERIOD)
    periods = to_frame(raw, table, ["Key", "Title"], [])
    marked = [
        title.endswith("*") or "voorlopig" in str(row.get("Status", "")).casefold()
        for title, row in zip(periods["Title"], raw, strict=True)
    ]
    return set(periods["Key"]), set(periods.loc[marked, "Key"])


@forgets_unsound
def fetch_key_figures(fetcher: Fetcher, municipality: Municipality | None = None, year: int | None = None) -> Figures:
    """Fetch the key figures (Kerncijfers wijken en buurten) of a year.

    Returns
    -------
    Figures
        `rows`: index `code` (GM…, WK…, BU…): `name`, `kind` (gemeente, wijk, buurt), `residents`, `households`,
        `owner_occupied_pct`, `woz_keur`, `income_resident_keur`, `pc4` (number); and, NaN throughout where the table
        has no such column, `corporation_pct`, `low_pct` and `high_pct` (households in the national lowest 40 % and
        highest 20 % of income), `residents_15_25`, `residents_65_plus`, `supermarket_km`, `school_km`. NaN: suppressed.

    Raises
    ------
    FetchError, SourceError
        As `fetch_ses`.
    """
    year = latest(KEY_FIGURE_TABLES) if year is None else year
    table = _table(fetcher, KEY_FIGURE_TABLES, year)
    found, faults = _by_stem(table, _KEY_FIGURES)
    more, _ = _by_stem(table, _MORE_KEY_FIGURES | _DISTANCES)
    kind, _ = _by_stem(table, {"SoortRegio": "kind"})
    faults += table.missing([REGION]) + ([] if kind else ["no column 'SoortRegio'"])
    if faults:
        raise SourceError(f"CBS table {table.id}", faults, _CHANGED)
    postcode = next(key for key, ours in found.items() if ours == "pc4")
    numbers = {key: ours for key, ours in (found | more).items() if ours != "pc4"}
    where = of_municipality(municipality.digits) if municipality else ""
    raw = read_rows(fetcher, table, select=[REGION, *kind, *numbers, postcode], where=where)
    # The postcode is text, a dot where there is none; in some years it is null.
    raw = [row | {postcode: "" if row.get(postcode, "") is None else row.get(postcode, 0)} for row in raw]
    rows = to_frame(raw, table, [REGION, *kind, postcode], list(numbers))
    rows = rows.rename(columns=numbers | {postcode: "pc4"} | kind)
    pc4 = rows["pc4"].mask(rows["pc4"].isin(["", "."]))
    rows["pc4"] = pd.to_numeric(pc4, errors="coerce").astype("float64")
    faults = _code_faults(rows[REGION], municipality)
    if (bad := pc4.notna() & rows["pc4"].isna()).any():
        faults.append(f"{int(bad.sum())} postcode(s) that are none, first: {pc4[bad].iloc[0]!r:.40}")
    rows["kind"] = rows["kind"].str.lower()
    rows = rows.set_index(pd.Index(rows[REGION], name="code")).drop(columns=REGION)
    rows.insert(0, "name", region_names(fetcher, table, municipality).reindex(rows.index))
    if rows["name"].isna().any():
        faults.append(
            f"{int(rows['name'].isna().sum())} code(s) without a name, first: {rows.index[rows['name'].isna()][0]}"
        )
    if rows.index.has_duplicates:
        faults.append(f"double code(s), first: {rows.index[rows.index.duplicated()][0]}")
    faults += _range_faults(rows)
    if faults:
        raise SourceError(f"CBS table {table.id}", faults, _CHANGED)
    order = ["name", "kind", *_KEY_FIGURES.values(), *_MORE_KEY_FIGURES.values(), *_DISTANCES.values()]
    return Figures(table, year, rows.reindex(columns=order).sort_index())


def region_names(fetcher: Fetcher, table: Table, municipality: Municipality | None = None) -> pd.Series:
    """Names of the areas of a table, index `code`."""
    where = of_municipality(municipality.digits, "Key") if municipality else ""
    regions = to_frame(read_rows(fetcher, table, REGION, where=where), table, ["Key", "Title"], [])
    names = regions["Title"].set_axis(pd.Index(regions["Key"], name="code")).rename("name")
    return names[~names.index.duplicated()]


@forgets_unsound
def fetch_distances(fetcher: Fetcher, municipality: Municipality | None = None, year: int | None = None) -> Figures:
    """Fetch the mean distance by road from the homes of an area to a large supermarket and a primary school.

    Returns
    -------
    Figures
        `rows`: index `code`: `supermarket_km`, `school_km` (kilometres; NaN: suppressed or nobody lives there).

    Raises
    ------
    FetchError, SourceError
        As `fetch_ses`.
    """
    year = latest(PROXIMITY_TABLES) if year is None else year
    table = _table(fetcher, PROXIMITY_TABLES, year)
    found, faults = _by_stem(table, _DISTANCES)
    if faults := faults + table.missing([REGION]):
        raise SourceError(f"CBS table {table.id}", faults, _CHANGED)
    where = of_municipality(municipality.digits) if municipality else ""
    raw = read_rows(fetcher, table, select=[REGION, *found], where=where)
    rows = to_frame(raw, table, [REGION], list(found)).rename(columns=found)
    faults = _code_faults(rows[REGION], municipality)
    rows = rows.set_index(pd.Index(rows[REGION], name="code")).drop(columns=REGION)
    if rows.index.has_duplicates:
        faults.append(f"double code(s), first: {rows.index[rows.index.duplicated()][0]}")
    if faults := faults + _range_faults(rows):
        raise SourceError(f"CBS table {table.id}", faults, _CHANGED)
    return Figures(table, year, rows[list(_DISTANCES.values())].sort_index())


def _by_stem(table: Table, wanted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Keys of columns that are known by their name alone, with ours; and a fault for each that is not there.

    Nabijheid has several distances to a school: the primary school's is told by the title of its group, and else is
    the first.
    """
    found, faults = {}, []
    for stem, ours in wanted.items():
        columns: Sequence[Column] = table.with_stem(stem)
        for other in _SAME.get(stem, ()):
            columns = columns or table.with_stem(other)
        if len(columns) > 1 and ours == "school_km":
            primary = [c for c in columns if any("basis" in title.casefold() for title in c.path[:-1])]
            columns = (primary or columns)[:1]
        if len(columns) == 1:
            found[columns[0].key] = ours
        elif columns:
            faults.append(f"{len(columns)} columns could be '{stem}': {', '.join(c.key for c in columns)}")
        else:
            faults += table.missing([stem])
    return found, faults


def _code_faults(codes: pd.Series, municipality: Municipality | None) -> list[str]:
    if codes.empty:
        whom = f"{municipality.name} ({municipality.code})" if municipality else "any area"
        return [f"has no rows for {whom}: the municipality may not exist in this division"]
    pattern = (
        rf"(GM|WK|BU){municipality.digits}\d*" if municipality else r"NL\d{2}|(GM\d{4}|WK\d{6}|BU\d{8}|LD\d{2}|PV\d{2})"
    )
    if (bad := ~codes.str.fullmatch(pattern)).any():
        return [f"{int(bad.sum())} row(s) that were not asked for, first: {codes[bad].iloc[0]!r:.40}"]
    return []


def _range_faults(rows: pd.DataFrame) -> list[str]:
    faults = []
    for name in map(str, rows.select_dtypes("float64").columns):
        if name.startswith("ses_"):
            low, high = -3.0, 3.0
        elif name.endswith("_pct") or name.endswith("percentile"):
            low, high = 0.0, 100.0
        else:
            low, high = 0.0, {"spread": 10.0, "supermarket_km": 200.0, "school_km": 200.0}.get(name, 1e9)
        if (bad := rows[name].lt(low) | rows[name].gt(high)).any():
            faults.append(
                f"{int(bad.sum())} value(s) of {name} outside {low:g} to {high:g}, first: "
                f"{rows.index[bad][0]} {rows.loc[bad, name].iloc[0]:g}"
            )
    return faults


def _sum_faults(rows: pd.DataFrame) -> list[str]:
    """Parts that add up to something else than their whole: the columns are no longer what they were."""
    faults = []
    parts = rows[["ses_welfare", "ses_education", "ses_labour"]].sum(axis=1, skipna=False)
    if (bad := (parts - rows["ses_woa"]).abs() > _PARTS_DIFFER).any():
        faults.append(
            f"{int(bad.sum())} row(s) whose part scores do not add up to the total, first: {rows.index[bad][0]}"
        )
    for start in ("", "wealth_", "welfare_"):
        names = [f"{start}{group}_pct" for group in ("low", "middle", "high")]
        if set(names) <= set(rows):
            total = rows[names].sum(axis=1, skipna=False)
            if (bad := (total - 100).abs() > 0.5).any():
                faults.append(
                    f"{int(bad.sum())} row(s) whose {names} do not add up to 100, first: {rows.index[bad][0]}"
                )
    return faults


def is_newer(table: Table, modified: Any) -> bool:
    """Whether CBS has modified a table since `modified` (as kept with a snapshot)."""
    return not isinstance(modified, str) or table.modified > modified
