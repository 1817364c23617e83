"""The contracts of the derived tables: flat, unique on their key. Units as in `trefpunt.tables.schemas`."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from trefpunt.tables.columns import number, text

LEVELS = ("neighbourhood", "district")
CLUSTERS = ("HH", "LH", "LL", "HL", "ns")
AREA_CODE = r"^(BU\d{8}|WK\d{6})$"
SCORE_STATUSES = ("official", "provisional", "suppressed")

SERVICES = ("supermarket", "school")
"""What CBS publishes the distance to, and the completeness of OpenStreetMap is judged by."""

EVERYWHERE = "all"
"""Code of the whole municipality, at the level `municipality`."""

ENVIRONMENTS = ("neighbours", "places")
REFERENCES = ("municipality", "national")
ONE_SIDED_VARIANTS = ("standard", "without_students", "shorter", "longer")
"""Ways to count: as meant; without residents of student neighbourhoods; at half, one and a half the half-distances."""


def _holds(name: str) -> pa.Check:
    """The interval of a column holds its value."""
    return pa.Check(
        lambda table: (table[f"{name}_lower"] <= table[name]) & (table[name] <= table[f"{name}_upper"]),
        name=f"the interval holds {name}",
    )


def _score_where_not_suppressed(table: pd.DataFrame) -> pd.Series:
    return table["ses_woa"].notna() == table["status"].ne("suppressed")


def _with_ends(low: float, high: float, *names: str) -> dict[str, pa.Column]:
    """Columns of figures, each with the ends of its interval."""
    return {f"{name}{end}": number(low, high, missing=True) for name in names for end in ("", "_lower", "_upper")}


DERIVED_SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "score_years": pa.DataFrameSchema(
        {
            "level": text(among=(*LEVELS, "municipality")),
            "code": text(matches=r"^(BU\d{8}|WK\d{6}|GM\d{4})$"),
            "year": pa.Column("Int16", pa.Check.in_range(2014, 2100)),
            **{name: number(-3, 3, missing=True) for name in ("ses_woa", "financial", "education", "employment")},
            "spread": number(0, 10, missing=True),
            "status": text(among=SCORE_STATUSES),
            "division": pa.Column("Int16", pa.Check.in_range(2014, 2100)),
        },
        checks=pa.Check(_score_where_not_suppressed, error="ses_woa must be there unless the status is suppressed"),
        unique=["level", "code", "year"],
        strict=True,
    ),
    "completeness": pa.DataFrameSchema(
        {
            "level": text(among=LEVELS),
            "code": text(matches=AREA_CODE),
            **{f"{what}_{whose}_m": number(0, 200_000, missing=True) for what in SERVICES for whose in ("cbs", "ours")},
            **{f"{what}_missing": pa.Column("boolean", nullable=True) for what in SERVICES},
        },
        unique=["level", "code"],
        strict=True,
    ),
    "own_areas": pa.DataFrameSchema(
        {
            "area_code": text(matches=r"^EA\d{3}$"),
            "name": text(matches=r"\S"),
            "residents": number(0, 2e6),
            "residents_unknown": number(0, 2e6),
            **{f"share_{group}": number(0, 1, missing=True) for group in ("low", "middle", "high")},
            "geometry": pa.Column("geometry"),
        },
        unique=["area_code"],
        strict=True,
    ),
    "street_names": pa.DataFrameSchema(
        {
            "name": text(matches=r"\S"),
            "neighbourhood_code": text(matches=r"^BU\d{8}$"),
            "lon": number(3.2, 7.3),
            "lat": number(50.7, 53.7),
        },
        unique=["name", "neighbourhood_code"],
        strict=True,
    ),
    "bridging": pa.DataFrameSchema(
        {
            "category": text(matches=r"^[a-z_]+$"),
            "mode": text(among=("walk", "cycle")),
            **{name: pa.Column("int64", pa.Check.ge(0)) for name in ("places", "places_off_network", "matched_places")},
            **{
                name: number(0, 1e9, missing=True)
                for name in ("residents", "residents_unserved", "residents_unknown", "residents_beyond_reach")
            },
            "effective_places": number(1 - 1e-9, 1e6, missing=True),
            **{
                name: number(0, 1 + 1e-9, missing=True)
                for name in ("random_mean", "random_lower", "random_upper", "random_below", "random_mean_effective")
            },
            "random_below_effective": number(0, 1, missing=True),
            **{name: number(0, 1, missing=True) for name in ("random_error", "random_error_effective")},
            "by_construction": pa.Column(bool),
            **_with_ends(0, 1 + 1e-9, "bridging_index", "access_low", "access_middle", "access_high", "bridge"),
            **_with_ends(0, 0.5, "encounter"),
            **_with_ends(-1, 1, "excess", "excess_effective"),
        },
        unique=["category"],
        strict=True,
    ),
    "closing": pa.DataFrameSchema(
        {
            "place_id": text(),
            **_with_ends(-1e-9, 1, "bridge_loss"),
            **_with_ends(-0.5, 0.5, "encounter_loss"),
            "residents_left": number(0, 1e9, missing=True),
        },
        unique=["place_id"],
        strict=True,
    ),
    "waters": pa.DataFrameSchema({"name": text(missing=True), "geometry": pa.Column("geometry")}, strict=True),
    "segregation": pa.DataFrameSchema(
        {
            "level": text(among=LEVELS),
            "index_name": text(matches=r"^[a-z_]+$"),
            "group": text(matches=r"^[a-z_]+$"),
            "value": number(-1, 1, missing=True),
            "p_value": number(0, 1, missing=True),
            "n_areas": pa.Column("int64", pa.Check.ge(0)),
        },
        unique=["level", "index_name", "group"],
        strict=True,
    ),
    "clusters": pa.DataFrameSchema(
        {
            "level": text(among=LEVELS),
            "code": text(matches=AREA_CODE),
            "variable": text(matches=r"^[a-z_]+$"),
            "cluster": text(among=CLUSTERS, missing=True),
            "local_i": number(-100, 100, missing=True),
            "p_value": number(0, 1, missing=True),
        },
        unique=["level", "code", "variable"],
        strict=True,
    ),
    "one_sidedness": pa.DataFrameSchema(
        {
            "level": text(among=(*LEVELS, "municipality")),
            "environment": text(among=ENVIRONMENTS),
            "reference": text(among=REFERENCES),
            "variant": text(among=ONE_SIDED_VARIANTS),
            "factor": number(1, 100),
            "code": text(matches=rf"{AREA_CODE}|^{EVERYWHERE}$"),
            **{name: number(0, 1e7) for name in ("residents", "low", "high", "neither", "none", "unknown")},
            **{f"{side}_{end}": number(0, 1e7) for side in ("low", "high") for end in ("lower", "upper")},
            **{
                f"share_{side}{end}": number(0, 1, missing=True)
                for side in ("low", "high")
                for end in ("", "_lower", "_upper")
            },
            "share_one_sided": number(0, 1, missing=True),
            "most_one_sided": pa.Column("boolean", nullable=True),
            "most_certain": pa.Column("boolean", nullable=True),
        },
        checks=[_holds("low"), _holds("high")],
        unique=["level", "environment", "reference", "variant", "factor", "code"],
        strict=True,
    ),
}
