"""What became of every municipality: for the screen, and as JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

FORMAT = 1
DONE, SKIPPED, FAILED, WAITING = "done", "skipped", "failed", "waiting"


@dataclass(frozen=True)
class Row:
    """One municipality.

    Attributes
    ----------
    code, name, folder
        Which, and where its snapshot is (below the folder of all).
    state
        done; skipped (what is there is of the same sources, options and code); failed; waiting (the run was broken off
        before its turn).
    error, remedy
        Where it failed.
    seconds, peak_mib
        What its build took; where skipped, what it took then. Missing where nothing was built.
    process
        Host and number of the process that built it.
    """

    code: str
    name: str
    folder: str
    state: str = WAITING
    error: str | None = None
    remedy: str | None = None
    seconds: float | None = None
    peak_mib: float | None = None
    process: str | None = None


@dataclass(frozen=True)
class CountryReport:
    """All municipalities, by code, and how long the run took."""

    rows: tuple[Row, ...]
    seconds: float
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0: every snapshot is there; 1: some failed; 130: broken off, as for any program that Ctrl+C stops."""
        if self.interrupted:
            return 130
        return 0 if all(row.state in (DONE, SKIPPED) for row in self.rows) else 1

    def summary(self) -> str:
        """One line for all."""
        counts = Counter(row.state for row in self.rows)
        told = ", ".join(f"{counts[state]} {state}" for state in (DONE, SKIPPED, FAILED, WAITING) if counts[state])
        peak = max((row.peak_mib for row in self.rows if row.state == DONE and row.peak_mib), default=None)
        memory = "" if peak is None else f", at most {peak:,.0f} MiB a process"
        return f"{len(self.rows)} municipalities in {self.seconds:,.0f} s: {told or 'none'}{memory}."

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "format": FORMAT,
            "seconds": round(self.seconds, 2),
            "interrupted": self.interrupted,
            "municipalities": [
                asdict(row)
                | {
                    name: None if (value := getattr(row, name)) is None else round(value, 2)
                    for name in ("seconds", "peak_mib")
                }
                for row in self.rows
            ],
        }


def table_of(report: CountryReport) -> Table:
    """A row a municipality; what failed with why and what to do."""
    table = Table(title=report.summary(), title_justify="left")
    for name in ("code", "name", "state"):
        table.add_column(name, no_wrap=True)
    table.add_column("seconds", justify="right")
    table.add_column("MiB", justify="right")
    table.add_column("error, and what to do")
    for row in report.rows:
        table.add_row(
            row.code,
            row.name,
            row.state,
            "" if row.seconds is None else f"{row.seconds:,.1f}",
            "" if row.peak_mib is None else f"{row.peak_mib:,.0f}",
            _plain(" ".join(filter(None, (row.error, row.remedy)))),
        )
    return table


def _plain(text: str) -> str:
    """No rich markup, and no control characters that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text).replace("[", "\\[")
