"""Readers of the CBS files that the score and its estimate need. Suppressed figures are NaN, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from trefpunt.errors import SourceError
from trefpunt.sources.local import read_table

KWB_2017_COLUMNS = {
    "AantalInwoners_5": "residents",
    "k_65JaarOfOuder_12": "residents_65_plus",
    "Bevolkingsdichtheid_33": "density_km2",
    "GemiddeldeWoningwaarde_35": "woz_keur",
    "GemiddeldInkomenPerInkomensontvanger_65": "income_recipient_keur",
    "GemiddeldInkomenPerInwoner_66": "income_resident_keur",
    "k_40PersonenMetLaagsteInkomen_67": "persons_low_pct",
    "k_20PersonenMetHoogsteInkomen_68": "persons_high_pct",
    "k_40HuishoudensMetLaagsteInkomen_70": "low_pct",
    "k_20HuishoudensMetHoogsteInkomen_71": "high_pct",
    "HuishoudensMetEenLaagInkomen_72": "low_income_pct",
    "HuishOnderOfRondSociaalMinimum_73": "social_minimum_pct",
}
KWB_2020_COLUMNS = {
    "AantalInwoners_5": "residents",
    "HuishoudensTotaal_28": "households",
    "Koopwoningen_40": "owner_occupied_pct",
    "InBezitWoningcorporatie_42": "corporation_pct",
    "OpleidingsniveauLaag_64": "educated_low",
    "OpleidingsniveauMiddelbaar_65": "educated_middle",
    "OpleidingsniveauHoog_66": "educated_high",
}
KWB_2024_COLUMNS = {
    "inwoners": "residents",
    "huishoudens": "households",
    "koopwoningen": "owner_occupied_pct",
    "wozWaarde": "woz_keur",
    "inkomenPerInwoner": "income_resident_keur",
    "postcode": "pc4",
}


def _range(column: str) -> tuple[float, float]:
    """What values a column may have."""
    if column.startswith("ses_woa"):
        return -3.0, 3.0
    if column == "year":
        return 2000.0, 2100.0
    return 0.0, 100.0 if column.endswith("_pct") else 1e9


def _read(
    path: Path, key: str, numbers: Mapping[str, str], text: Mapping[str, str] | None = None, *, index: str = "code"
) -> pd.DataFrame:
    """Read columns under our names, indexed on `key`, with shares, counts and scores inside their range."""
    names = {key: index, **(text or {}), **numbers}
    table = read_table(path, text=[key, *(text or {})], numbers=list(numbers), key=[key], rename=names)
    table = table.set_index(index).sort_index()
    faults = []
    if "year" in table and (bad := table["year"].notna() & (table["year"].mod(1).ne(0))).any():
        faults.append(f"{int(bad.sum())} value(s) in 'year' that are no year, first for {table.index[bad][0]}")
    for column in numbers.values():
        low, high = _range(column)
        if (bad := table[column].lt(low) | table[column].gt(high)).any():
            first = str(table.index[bad][0])
            faults.append(
                f"column '{column}' has {int(bad.sum())} value(s) outside {low:g} to {high:g}, "
                f"first for {first}: {table[column][bad].iloc[0]:g}"
            )
    if faults:
        raise SourceError(str(path), faults, "Correct the file or fetch it again from its publisher.")
    return table


def read_kwb_2017(path: Path) -> pd.DataFrame:
    """Read the key figures of 2017 (83765NED) of every municipality, wijk and buurt.

    The file's own line number and `Codering_3` are not used: that column is empty for one region which
    CBS never filled (Nuenen, 14 lines); `WijkenEnBuurten` is complete.

    Returns
    -------
    pandas.DataFrame
        Index `code` (GM…, WK…, BU…, NL00): `municipality` (name), `kind` (Gemeente, Wijk, Buurt, Land; empty
        where unfilled) and the columns of `KWB_2017_COLUMNS`: `_pct` 0–100, `_keur` thousands of euros,
        `density_km2` residents per km².

    Raises
    ------
    SourceError
        With all faults of the file.
    """
    text = {"Gemeentenaam_1": "municipality", "SoortRegio_2": "kind"}
    return _read(path, "WijkenEnBuurten", KWB_2017_COLUMNS, text)


def read_kwb_2020(path: Path) -> pd.DataFrame:
    """Read the key figures of 2020 (84799NED) of every wijk: only the columns of `KWB_2020_COLUMNS`.

    Returns
    -------
    pandas.DataFrame
        Index `code` (WK…): counts of persons and households, `_pct` 0–100 of the dwellings.
    """
    return _read(path, "WK_CODE", KWB_2020_COLUMNS)


def read_kwb_2024(path: Path) -> pd.DataFrame:
    """Read the key figures of 2024 (85984NED) of one municipality.

    Returns
    -------
    pandas.DataFrame
        Index `code` (GM…, WK…, BU…): `name`, `kind` (gemeente, wijk, buurt) and the columns of
        `KWB_2024_COLUMNS`; `pc4` the most frequent postcode, as a number.
    """
    return _read(path, "code", KWB_2024_COLUMNS, {"naam": "name", "type": "kind"})


def read_ses_districts(path: Path) -> pd.DataFrame:
    """Read the official SES-WOA of every wijk (85163NED, division of 2021).

    Returns
    -------
    pandas.DataFrame
        Index `code` (WK…): `name`, `municipality_code`, `municipality`, `year` (Int16), `ses_woa`, `spread`,
        `ses_woa_change` (2014 → 2019). All missing where CBS gives no score.
    """
    text = {"wijknaam": "name", "gemeentecode": "municipality_code", "gemeentenaam": "municipality"}
    numbers = {
        "year": "year",
        "ses_woa_total": "ses_woa",
        "spread_total": "spread",
        "ses_woa_change_2014_2019": "ses_woa_change",
    }
    table = _read(path, "wijkcode", numbers, text)
    return table.assign(year=table["year"].astype("Int16"))


def read_ses_points(path: Path) -> pd.DataFrame:
    """Read official SES-WOA scores of single buurten, quoted by others than CBS itself.

    Returns
    -------
    pandas.DataFrame
        Index `code` (BU…): `name`, `source`, `year` (Int16), `ses_woa`.
    """
    numbers = {"year": "year", "ses_woa_total": "ses_woa"}
    table = _read(path, "buurtcode", numbers, {"buurtnaam": "name", "source": "source"})
    return table.assign(year=table["year"].astype("Int16"))


def read_ses_pc4(path: Path) -> pd.DataFrame:
    """Read the official SES-WOA per four-digit postcode (maatwerk; student households included).

    Returns
    -------
    pandas.DataFrame
        Index `pc4` (text): `year` (Int16), `ses_woa`, `households` (rounded to 100 by CBS).
    """
    numbers = {"year": "year", "ses_woa_total": "ses_woa", "n_households": "households"}
    table = _read(path, "pc4", numbers, index="pc4")
    return table.assign(year=table["year"].astype("Int16"))


def read_education(path: Path) -> pd.DataFrame:
    """Read residents of 15–75 by highest education, per area and year.

    Returns
    -------
    pandas.DataFrame
        Index `code`, `year` (int): `educated_low`, `educated_middle`, `educated_high` (persons).
    """
    numbers = {"opl_laag": "educated_low", "opl_middelbaar": "educated_middle", "opl_hoog": "educated_high"}
    table = read_table(
        path, text=["code", "jaar"], numbers=list(numbers), key=["code", "jaar"], rename={**numbers, "jaar": "year"}
    )
    return table.assign(year=table["year"].astype(int)).set_index(["code", "year"]).sort_index()
