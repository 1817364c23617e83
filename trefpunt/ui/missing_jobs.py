"""Long computations in the background: one at a time for all visitors, watched, and stopped when nobody waits for it.

Nothing here knows Streamlit, so a computation never waits for a visitor's page, nor a page for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from trefpunt.errors import TrefpuntError
from trefpunt.suggest import CancelledError, Watch

PATIENCE_S = 60.0
"""A job that no page has looked at for so long is stopped: its visitor has gone."""

KEPT = 64
"""Answers that are kept, those last asked for."""

_TURN_S = 0.2

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Job:
    """One computation.

    Attributes
    ----------
    part
        Which part is done, 0–1; 0 while others are before it.
    answer
        What it found; None until it is done.
    error
        Why it found nothing, if so.
    broken
        Whether it failed in a way that nobody foresaw.
    stopped
        Whether nobody wanted it any more.
    is_over
        Whether nothing more will come; `over` waits for that.
    """

    part: float = 0.0
    answer: Any = None
    error: TrefpuntError | None = None
    broken: bool = False
    stopped: bool = False
    askers: dict[str, float] = field(default_factory=dict)
    is_over: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def as_it_is(self) -> Job:
        """Return a copy that changes no more: one that is over has its answer."""
        over = self.is_over  # before the rest: what is read now was there when it ended
        return replace(self, is_over=over)


class Desk:
    """Where pages ask for computations."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._held: dict[tuple[str, str], Hashable] = {}

    def ask(self, visitor: str, slot: str, key: Hashable, compute: Callable[[Watch], Any]) -> Job:
        """Return the job of a key, begun now if it was not yet.

        Parameters
        ----------
        visitor
            Who asks.
        slot
            For what: a visitor waits for one job a slot, and gives up the one before.
        key
            What is computed; the same for all who want the same.
        compute
            Computes it. It must not use the visitor's session.
        """
        with self._lock:
            if self._held.get((visitor, slot), key) != key:
                self._leave(visitor, slot)
            job = self._jobs.get(key)
            if job is None or job.stopped:
                job = self._jobs[key] = Job()
                job.askers[visitor] = time.monotonic()
                threading.Thread(target=self._run, args=(job, compute), name="trefpunt job", daemon=True).start()
            self._jobs.move_to_end(key)
            if job.is_over:
                self._held.pop((visitor, slot), None)
            else:
                self._held[visitor, slot] = key
                job.askers[visitor] = time.monotonic()
            for old in [k for k, one in self._jobs.items() if one.is_over][: max(0, len(self._jobs) - KEPT)]:
                del self._jobs[old]
            return job

    def leave(self, visitor: str, slot: str) -> None:
        """Wait no more for the job of a slot."""
        with self._lock:
            self._leave(visitor, slot)

    def forget(self, key: Hashable) -> None:
        """Let a job that is over begin anew when it is asked for again."""
        with self._lock:
            if key in self._jobs and self._jobs[key].is_over:
                del self._jobs[key]

    def _leave(self, visitor: str, slot: str) -> None:
        key = self._held.pop((visitor, slot), None)
        still = any(who == visitor and one == key for (who, _), one in self._held.items())
        if key in self._jobs and not still:
            self._jobs[key].askers.pop(visitor, None)

    def _run(self, job: Job, compute: Callable[[Watch], Any]) -> None:
        def unwanted() -> bool:
            with self._lock:
                now = time.monotonic()
                # Marked here, so that who asks from now on begins a new one.
                job.stopped = job.stopped or not any(now - seen < PATIENCE_S for seen in job.askers.values())
                return job.stopped

        def heard(part: float) -> None:
            job.part = part

        try:
            while not self._turn.acquire(timeout=_TURN_S):
                if unwanted():
                    return
            try:
                job.answer = compute(Watch(heard, unwanted))
            finally:
                self._turn.release()
        except CancelledError:
            pass
        except TrefpuntError as error:
            job.error = error
        except Exception:
            _log.exception("a computation in the background failed")
            job.broken = True
        finally:
            job.is_over = True
            job.over.set()
            with self._lock:
                for holder in [h for h, key in self._held.items() if self._jobs.get(key) is job]:
                    del self._held[holder]
