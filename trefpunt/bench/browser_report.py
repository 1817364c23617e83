"""What a browser benchmark finds: as data, and held against the budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trefpunt.bench.timing import Timing

FIRST_MAP_S, CHANGE_S, CHANGE_KB, BLANK_S, CPU_S, RERUN_S, SESSION_MIB = 3.0, 0.3, 10.0, 0.0, 0.03, 1.0, 1.0


@dataclass(frozen=True)
class Visit:
    """How long until the map is seen.

    Attributes
    ----------
    timing
        From the start of the server, or from the moment that the browser is given the address.
    requests
        Files that the browser asked for over the wire.
    file_bytes, socket_bytes
        What came for it over the wire, compressed as it was, headers included; 0 where no wire was in between.
    is_budgeted
        Whether the budget of the first map is about this one.
    """

    timing: Timing
    requests: int = 0
    file_bytes: int = 0
    socket_bytes: int = 0
    is_budgeted: bool = False


@dataclass(frozen=True)
class Change:
    """What one click costs.

    Attributes
    ----------
    timing
        From the click to the frame that shows it.
    payload_bytes
        Median of what the server said for it, before compression.
    wire_bytes
        Median of the same over the wire: compressed, with headers.
    blank_s
        The longest that there was no map to see; None where the change is not of the map.
    cpu_s
        Processor time of the server, median.
    is_budgeted
        Whether the budgets of a click are about this one.
    """

    timing: Timing
    payload_bytes: float
    wire_bytes: float
    blank_s: float | None
    cpu_s: float
    is_budgeted: bool = False


@dataclass(frozen=True)
class Load:
    """Many sessions at once.

    Attributes
    ----------
    sessions, every_s, actions
        How many, how often each acts, and how often they did in all.
    reruns
        From the moment that an action was due to the end of its run, seconds: median, 95th percentile, slowest.
    cpu
        Processors that the server kept busy.
    mib
        Memory of the server that each session adds, MiB.
    """

    sessions: int
    every_s: float
    actions: int
    median_s: float
    p95_s: float
    slowest_s: float
    cpu: float
    mib: float


@dataclass(frozen=True)
class BrowserRun:
    """One run of the browser benchmark."""

    command: str
    machine: dict[str, str]
    visits: list[Visit]
    changes: list[Change]
    load: Load | None

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> BrowserRun:
        """Read what `dataclasses.asdict` made of one."""
        return cls(
            command=found["command"],
            machine=found["machine"],
            visits=[Visit(**one | {"timing": Timing(**one["timing"])}) for one in found["visits"]],
            changes=[Change(**one | {"timing": Timing(**one["timing"])}) for one in found["changes"]],
            load=Load(**found["load"]) if found["load"] else None,
        )


def limits(run: BrowserRun) -> list[tuple[str, float, float, str]]:
    """What is limited: (what, the limit, what was measured, its unit: s, kB, MiB)."""
    found = [(one.timing.what, FIRST_MAP_S, one.timing.median, "s") for one in run.visits if one.is_budgeted]
    for one in run.changes:
        if one.blank_s is None or not one.is_budgeted:
            continue
        found += [
            (f"{one.timing.what}: until it is seen", CHANGE_S, one.timing.median, "s"),
            (f"{one.timing.what}: sent, compressed", CHANGE_KB, one.wire_bytes / 1000, "kB"),
            (f"{one.timing.what}: no map to see", BLANK_S, one.blank_s, "s"),
            (f"{one.timing.what}: processor time of the server", CPU_S, one.cpu_s, "s"),
        ]
    if run.load is not None:
        many = f"{run.load.sessions} sessions acting every {run.load.every_s:.0f} s"
        found.append((f"{many}: 95 % of the runs within", RERUN_S, run.load.p95_s, "s"))
        found.append((f"{many}: memory of each", SESSION_MIB, run.load.mib, "MiB"))
    return found
