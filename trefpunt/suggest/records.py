"""Suggestions and gaps as plain records: what the command line writes as JSON."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from trefpunt.suggest.blank import Unserved
from trefpunt.suggest.spots import Suggestion

DECIMALS = 6

CAVEATS = (
    "Potential, not visits: who could meet is not who does.",
    "Price, ownership, zoning and wishes are not known.",
    "OpenStreetMap is not complete: a place that is not mapped leaves a gap here that is none.",
    "Shares of welfare groups are those of neighbourhoods; nothing is known below.",
)


def plain(value: Any) -> Any:
    """A value for JSON: missing and infinite are null, numbers to six decimals."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return round(value, DECIMALS) + 0.0 if isinstance(value, float) else value


def listed(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table, its index among the columns."""
    flat = table.reset_index().astype(object)
    return [{str(key): plain(value) for key, value in row.items()} for row in flat.to_dict(orient="records")]


def records(found: Suggestion) -> dict[str, Any]:
    """A suggestion, ready for JSON."""
    return {
        "request": asdict(found.request),
        "mode": found.mode,
        "spots": listed(found.spots),
        "alternatives": listed(found.alternatives),
        "value": plain(found.value),
        "bound": plain(found.bound),
        "gap": plain(found.gap),
        "candidates": found.candidates,
        "apart_m": found.apart_m,
        "before": {key: plain(value) for key, value in asdict(found.before).items()},
        "after": {key: plain(value) for key, value in asdict(found.after).items()},
        "together": {key: plain(value) for key, value in found.together.items()},
        "covered": list(found.covered),
        "uncovered": list(found.uncovered),
        "impossible": list(found.impossible),
        "needed": {"at_least": found.needed[0], "found": found.needed[1]},
        "caveats": list(CAVEATS),
        "licence": "ODbL-1.0",
    }


def gap_records(found: Unserved) -> dict[str, Any]:
    """Residents without a place, ready for JSON."""
    return {
        "categories": list(found.categories),
        "minutes": found.minutes,
        "mode": found.mode,
        "pairs": plain(found.pairs),
        "city": {str(key): plain(value) for key, value in found.city.items()},
        "neighbourhoods": listed(found.neighbourhoods),
        "places": listed(found.bridging),
        "caveats": list(CAVEATS),
        "licence": "ODbL-1.0",
    }
