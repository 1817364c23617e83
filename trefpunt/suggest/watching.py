"""How a long computation says how far it is, and is told to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trefpunt.errors import TrefpuntError


class CancelledError(TrefpuntError):
    """Whoever asked for a computation wants it no more."""

    def __init__(self) -> None:
        super().__init__("suggestion", "stopped before it was done", "Ask again to start anew.")


def _silent(part: float) -> None:
    del part


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Watch:
    """Who looks on.

    Attributes
    ----------
    progress
        Called with the part that is done, 0–1, never falling.
    cancelled
        Asked between blocks of work; True stops it.
    start, end
        Which stretch of the whole this watch reports on.
    """

    progress: Callable[[float], None] = _silent
    cancelled: Callable[[], bool] = _never
    start: float = 0.0
    end: float = 1.0

    def done(self, part: float) -> None:
        """Report that a part (0–1) of this stretch is done.

        Raises
        ------
        CancelledError
            If it should go no further.
        """
        if self.cancelled():
            raise CancelledError
        self.progress(self.start + (self.end - self.start) * part)

    def stretch(self, start: float, end: float) -> Watch:
        """A watch over the part of this stretch from `start` to `end` (0–1)."""
        width = self.end - self.start
        return Watch(self.progress, self.cancelled, self.start + width * start, self.start + width * end)


UNWATCHED = Watch()
"""Nobody looks on."""
