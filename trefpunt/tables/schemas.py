"""The contract of each table: types, units, keys, ranges and what may be missing.

Units: metres; persons; shares 0–1; `_pct` 0–100; `woz_keur` thousands of euros. Geometry in EPSG:28992.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa

from trefpunt.crs import RD
from trefpunt.errors import TableError
from trefpunt.tables.columns import TEXT, number, text
from trefpunt.tables.derived_schemas import DERIVED_SCHEMAS

SES_STATUSES = ("official", "estimate", "missing")
SHARES_STATUSES = ("official", "missing")
PLACE_SOURCES = ("osm", "osm_2021", "osm_2023", "osm_2021_2023", "correction")
LOCATION = r"^(\d{4}[A-Z]{2}|E\d{4}N\d{4}|BU\d{8}-\d{4})$"
"""Key of a place of residence: a postcode, a square of 100 m, or a spot of a neighbourhood's spread."""

SHARE_COLUMNS = ["share_low", "share_middle", "share_high"]


def _node() -> pa.Column:
    return pa.Column("Int32", pa.Check.ge(0), nullable=True)


def _shares_add_up(table: pd.DataFrame) -> pd.Series:
    total = table[SHARE_COLUMNS].sum(axis=1, skipna=False)
    return total.isna() | ((total - 1).abs() < 1e-6)


def _shares_all_or_none(table: pd.DataFrame) -> pd.Series:
    known = table[SHARE_COLUMNS].notna().sum(axis=1)
    return known.eq(0) & table["shares_status"].eq("missing") | known.eq(3) & table["shares_status"].eq("official")


def _interval_fits_status(table: pd.DataFrame) -> pd.Series:
    has_interval = table["ses_woa_lower"].notna() & table["ses_woa_upper"].notna()
    inside = (table["ses_woa_lower"] <= table["ses_woa"]) & (table["ses_woa"] <= table["ses_woa_upper"])
    is_estimate = table["ses_status"].eq("estimate")
    return (is_estimate & has_interval & inside) | (~is_estimate & ~has_interval)


def _score_fits_status(table: pd.DataFrame) -> pd.Series:
    return table["ses_woa"].notna() == table["ses_status"].ne("missing")


def _areas(code: str, extra: dict[str, pa.Column]) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "name": text(),
            **extra,
            "residents": number(0, 2e6),
            "households": number(0, 1e6),
            "residents_2021": number(0, 2e6),
            "ses_woa": number(-3, 3, missing=True),
            "ses_woa_lower": number(-4, 4, missing=True),
            "ses_woa_upper": number(-4, 4, missing=True),
            "ses_year": pa.Column("Int16", pa.Check.in_range(2014, 2100), nullable=True),
            "ses_status": text(among=SES_STATUSES),
            "ses_woa_estimate": number(-3, 3, missing=True),
            **{column: number(0, 1, missing=True) for column in SHARE_COLUMNS},
            "shares_year": pa.Column("Int16", pa.Check.in_range(2010, 2100), nullable=True),
            "shares_status": text(among=SHARES_STATUSES),
            "owner_occupied_pct": number(0, 100, missing=True),
            "corporation_pct": number(0, 100, missing=True),
            "woz_keur": number(10, 10_000, missing=True),
            "student_area": pa.Column(bool),
            "geometry": pa.Column("geometry"),
        },
        index=pa.Index(TEXT, pa.Check.str_matches(code), unique=True, name="code"),
        checks=[
            pa.Check(_shares_add_up, error="share_low, share_middle and share_high must add up to 1"),
            pa.Check(_shares_all_or_none, error="the three shares must fit shares_status"),
            pa.Check(_score_fits_status, error="ses_woa must be there unless ses_status is missing"),
            pa.Check(_interval_fits_status, error="an interval belongs to an estimate, around it, and to nothing else"),
        ],
        strict=True,
        ordered=False,
    )


SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "neighbourhoods": _areas(r"^BU\d{8}$", {"district_code": text(matches=r"^WK\d{6}$")}),
    "districts": _areas(r"^WK\d{6}$", {}),
    "population": pa.DataFrameSchema(
        {
            "residents": number(0, 100_000),
            "households": number(0, 100_000, missing=True),
            "neighbourhood_code": text(matches=r"^BU\d{8}$"),
            "walk_node": _node(),
            "cycle_node": _node(),
            "geometry": pa.Column("geometry"),
        },
        index=pa.Index(TEXT, pa.Check.str_matches(LOCATION), unique=True, name="pc6"),
        strict=True,
    ),
    "places": pa.DataFrameSchema(
        {
            "name": text(missing=True),
            "category": text(matches=r"^[a-z_]+$"),
            "source": text(among=PLACE_SOURCES),
            "osm_id": text(missing=True, matches=r"^(node|way|relation)/\d+$"),
            "vintage": text(matches=r"^\d{4}(/\d{4}|-\d{2}-\d{2})?$"),
            "neighbourhood_code": text(missing=True, matches=r"^BU\d{8}$"),
            "walk_node": _node(),
            "cycle_node": _node(),
            "border_truncated_walk": pa.Column(bool),
            "border_truncated_cycle": pa.Column(bool),
            "geometry": pa.Column("geometry"),
        },
        index=pa.Index(TEXT, pa.Check.str_matches(r"^[a-z][0-9a-z]+$"), unique=True, name="place_id"),
        strict=True,
    ),
}
_NODES = pa.DataFrameSchema(
    {"x": number(-50_000, 350_000), "y": number(250_000, 700_000), "in_municipality": pa.Column(bool)},
    index=pa.Index("int64", pa.Check.ge(0), unique=True, name="node"),
    strict=True,
)
_EDGES = pa.DataFrameSchema(
    {
        "source": pa.Column("int32", pa.Check.ge(0)),
        "target": pa.Column("int32", pa.Check.ge(0)),
        "length_m": number(1e-3, 50_000),
    },
    checks=pa.Check(lambda t: t["source"] < t["target"], error="source must be below target"),
    unique=["source", "target"],
    strict=True,
)
for _mode in ("walk", "cycle"):
    SCHEMAS[f"{_mode}_nodes"] = _NODES
    SCHEMAS[f"{_mode}_edges"] = _EDGES
SCHEMAS |= DERIVED_SCHEMAS


def check_table(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Hold a table against its contract.

    Parameters
    ----------
    name
        One of the keys of `SCHEMAS`.
    table
        The table, with its index.

    Returns
    -------
    pandas.DataFrame
        The same table.

    Raises
    ------
    TableError
        With every fault of the table: wrong or absent columns, types, ranges, keys, coordinate system.
    """
    faults: list[str] = []
    if "geometry" in SCHEMAS[name].columns:
        if not isinstance(table, gpd.GeoDataFrame) or table.crs != RD:
            faults.append(f"geometry must be in {RD}, it is in {getattr(table, 'crs', None)}")
        elif (bad := table.geometry.isna() | table.geometry.is_empty).any():
            faults.append(f"{int(bad.sum())} row(s) without geometry, first: {table.index[bad][0]}")
    try:
        SCHEMAS[name].validate(table, lazy=True)
    except pa.errors.SchemaErrors as broken:
        cases = broken.failure_cases
        for (column, check), rows in cases.groupby(["column", "check"], dropna=False, sort=True):
            examples = ", ".join(str(case) for case in rows["failure_case"].head(3))
            where = "table" if pd.isna(column) else f"column '{column}'"
            faults.append(f"{where}: {check} fails for {len(rows)} value(s), such as {examples}")
    if faults:
        raise TableError(f"table {name}", sorted(faults), "Run `python -m trefpunt build` on sound source files.")
    return table
