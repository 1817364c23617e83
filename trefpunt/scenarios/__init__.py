"""What if: places added, closed or moved, and what that would change (docs/scenarios.md)."""

from trefpunt.scenarios.applying import SOURCE, apply
from trefpunt.scenarios.comparing import NOTICED_MIN, compare
from trefpunt.scenarios.ground import Ground, ground_of
from trefpunt.scenarios.model import MAX_CHANGES, MAX_TEXT, Add, Change, Close, Move, Scenario, to_json
from trefpunt.scenarios.outcome import LOSSES, WINS, Figures, Outcome, Row
from trefpunt.scenarios.reading import MAX_BYTES, check, parse, read, read_file
from trefpunt.scenarios.records import records
from trefpunt.scenarios.sheets import Sheet, remarks, sheets

__all__ = [
    "LOSSES",
    "MAX_BYTES",
    "MAX_CHANGES",
    "MAX_TEXT",
    "NOTICED_MIN",
    "SOURCE",
    "WINS",
    "Add",
    "Change",
    "Close",
    "Figures",
    "Ground",
    "Move",
    "Outcome",
    "Row",
    "Scenario",
    "Sheet",
    "apply",
    "check",
    "compare",
    "ground_of",
    "parse",
    "read",
    "read_file",
    "records",
    "remarks",
    "sheets",
    "to_json",
]
