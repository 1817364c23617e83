"""The errors Trefpunt raises on purpose. Each names the file or table, what is wrong with it, and the remedy."""

from __future__ import annotations

from collections.abc import Iterable


class TrefpuntError(Exception):
    """Base of every error that a user may see.

    Parameters
    ----------
    where
        File, table or setting that the fault is in.
    faults
        What is wrong, one sentence each; all faults found, not just the first.
    remedy
        What to do about it, as an instruction.
    """

    def __init__(self, where: str, faults: str | Iterable[str], remedy: str) -> None:
        self.where = where
        self.faults = (faults,) if isinstance(faults, str) else tuple(faults)
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        """Everything in one message: where, the faults as a list, the remedy."""
        lines = "; ".join(self.faults) if len(self.faults) == 1 else "\n  - " + "\n  - ".join(self.faults)
        return f"{self.where}: {lines}\n{self.remedy}"


class SourceError(TrefpuntError):
    """A source file is absent or does not hold what the build needs."""


class TableError(TrefpuntError):
    """A table breaks its contract (see `trefpunt.tables.schemas`)."""


class SnapshotError(TrefpuntError):
    """A snapshot in ``data/`` is missing, incomplete or altered."""


class UnknownCodeError(TrefpuntError):
    """A neighbourhood, district, place or category is asked for that the snapshot does not have."""


class ScenarioError(TrefpuntError):
    """A scenario is no scenario, or not one of this municipality (docs/scenarios.md)."""
