"""Where a place is missing, and where a new one would do most (docs/method.md, 'Blank spots' and 'Best spot')."""

from trefpunt.suggest.blank import (
    CLUBS,
    HEXAGON_M,
    Unserved,
    by_group,
    hexagons,
    municipal_pairs,
    surface,
    typical_bridge,
    unserved,
)
from trefpunt.suggest.candidates import ANYWHERE, KINDS, WHERE
from trefpunt.suggest.demand import MAX_MINUTES, demand_of
from trefpunt.suggest.precious import LOSSES, precious_places
from trefpunt.suggest.records import CAVEATS, gap_records, records
from trefpunt.suggest.sheets import gap_remarks, gap_sheets, remarks, sheets
from trefpunt.suggest.spots import ALTERNATIVES, APART_M, MAX_PLACES, OBJECTIVES, Request, Suggestion, suggest
from trefpunt.suggest.watching import UNWATCHED, CancelledError, Watch

__all__ = [
    "ALTERNATIVES",
    "ANYWHERE",
    "APART_M",
    "CAVEATS",
    "CLUBS",
    "HEXAGON_M",
    "KINDS",
    "LOSSES",
    "MAX_MINUTES",
    "MAX_PLACES",
    "OBJECTIVES",
    "UNWATCHED",
    "WHERE",
    "CancelledError",
    "Request",
    "Suggestion",
    "Unserved",
    "Watch",
    "by_group",
    "demand_of",
    "gap_records",
    "gap_remarks",
    "gap_sheets",
    "hexagons",
    "municipal_pairs",
    "precious_places",
    "records",
    "remarks",
    "sheets",
    "suggest",
    "surface",
    "typical_bridge",
    "unserved",
]
