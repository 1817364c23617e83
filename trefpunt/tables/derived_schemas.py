"""The contracts of the derived tables: flat, unique on their key. Units as in `trefpunt.tables.schemas`."""

from __future__ import annotations

import pandera.pandas as pa

from trefpunt.tables.columns import number, text

LEVELS = ("neighbourhood", "district")
CLUSTERS = ("HH", "LH", "LL", "HL", "ns")
AREA_CODE = r"^(BU\d{8}|WK\d{6})$"

DERIVED_SCHEMAS: dict[str, pa.DataFrameSchema] = {
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
}
