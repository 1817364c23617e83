"""The outcome of a scenario as plain records: what the command line writes as JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from trefpunt.scenarios.model import Scenario, to_json
from trefpunt.scenarios.outcome import Outcome

DECIMALS = 6

CAVEATS = (
    "Potential, not visits: who could meet is not who does.",
    "A scenario knows nothing of price, ownership, zoning or wishes.",
    "Figures of neighbourhoods say nothing about a person.",
    "OpenStreetMap is not complete.",
)


def _listed(table: pd.DataFrame) -> list[dict[str, Any]]:
    flat = table.reset_index()
    numbers = flat.select_dtypes(include="float64").columns
    # Adding 0 turns −0 into 0.
    flat[numbers] = flat[numbers].round(DECIMALS) + 0.0
    flat = flat.astype(object).where(flat.notna(), None)
    return [{str(key): _plain(value) for key, value in row.items()} for row in flat.to_dict(orient="records")]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def records(scenario: Scenario, outcome: Outcome) -> dict[str, Any]:
    """Everything an outcome holds, ready for JSON: missing is null, numbers to six decimals, licence and caveats.

    Parameters
    ----------
    scenario
        What was asked.
    outcome
        What `compare` answered.
    """
    return {
        "scenario": json.loads(to_json(scenario)),
        "minutes": outcome.minutes,
        "categories": list(outcome.categories),
        "emptied": list(outcome.emptied),
        "city": _listed(outcome.city),
        "changed_places": _listed(outcome.place_facts),
        "places": _listed(outcome.places),
        "neighbourhoods": _listed(outcome.neighbourhoods),
        "winners": {category: outcome.winners(category) for category in outcome.categories},
        "losers": {category: outcome.losers(category) for category in outcome.categories},
        "pairs": _listed(outcome.pairs),
        "caveats": list(CAVEATS),
        "licence": "ODbL-1.0",
    }
