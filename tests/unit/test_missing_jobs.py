"""Computations in the background: shared, one at a time, stopped when nobody waits; a failure is told."""

import threading

import pytest

from trefpunt.errors import TrefpuntError
from trefpunt.ui import missing_jobs
from trefpunt.ui.missing_jobs import KEPT, Desk

LONG = 30.0
"""Seconds after which a test gives up; nothing here takes them."""


class Work:
    """A computation that waits for the test between its steps."""

    def __init__(self):
        self.runs = 0
        self.began, self.go = threading.Event(), threading.Event()

    def __call__(self, watch):
        self.runs += 1
        watch.done(0.5)
        self.began.set()
        assert self.go.wait(LONG)
        watch.done(1.0)
        return "found"


@pytest.fixture
def work():
    made = Work()
    yield made
    made.go.set()


def test_who_asks_the_same_shares_one_computation(work):
    desk = Desk()
    one, two = desk.ask("ann", "spots", "key", work), desk.ask("ben", "spots", "key", work)
    assert one is two
    assert work.began.wait(LONG)
    assert (one.part, one.is_over, one.answer) == (0.5, False, None)
    work.go.set()
    assert one.over.wait(LONG)
    assert (one.answer, one.part, work.runs) == ("found", 1.0, 1)
    # And later on it is there at once.
    assert desk.ask("cor", "spots", "key", work) is one


def test_who_leaves_stops_it_unless_another_waits(work):
    desk = Desk()
    job = desk.ask("ann", "spots", "key", work)
    desk.ask("ben", "spots", "key", work)
    assert work.began.wait(LONG)
    desk.leave("ann", "spots")
    work.go.set()
    assert job.over.wait(LONG)
    assert job.answer == "found"

    alone, other = Work(), Desk()
    job = other.ask("ann", "spots", "key", alone)
    assert alone.began.wait(LONG)
    other.leave("ann", "spots")
    alone.go.set()
    assert job.over.wait(LONG)
    assert (job.stopped, job.answer, job.error) == (True, None, None)
    # Asked for again it begins anew.
    again = other.ask("ann", "spots", "key", alone)
    assert again is not job
    assert again.over.wait(LONG)
    assert (again.answer, alone.runs) == ("found", 2)


def test_another_question_gives_up_the_one_before(work):
    desk = Desk()
    first = desk.ask("ann", "surface", "15 minutes", work)
    assert work.began.wait(LONG)
    second = desk.ask("ann", "surface", "16 minutes", lambda watch: "sixteen")
    assert not second.is_over, "one at a time: the first has not been told to stop yet"
    work.go.set()
    assert second.over.wait(LONG)
    assert first.over.wait(LONG)
    assert (first.stopped, second.answer) == (True, "sixteen")


def test_two_slots_of_a_visitor_wait_side_by_side(work):
    desk = Desk()
    first = desk.ask("ann", "surface", "one", work)
    second = desk.ask("ann", "spots", "two", lambda watch: 2)
    work.go.set()
    assert first.over.wait(LONG)
    assert second.over.wait(LONG)
    assert (first.answer, second.answer) == ("found", 2)


def test_one_that_waits_for_its_turn_can_be_given_up(work):
    desk = Desk()
    desk.ask("ann", "spots", "first", work)
    assert work.began.wait(LONG)
    second = desk.ask("ben", "spots", "second", lambda watch: pytest.fail("nobody wants it"))
    desk.leave("ben", "spots")
    assert second.over.wait(LONG)
    assert second.stopped


def test_a_visitor_who_is_gone_waits_for_nothing(work, monkeypatch):
    """Nobody has looked for longer than the patience, which is none here."""
    monkeypatch.setattr(missing_jobs, "PATIENCE_S", 0.0)
    job = Desk().ask("ann", "spots", "key", work)
    assert job.over.wait(LONG)
    assert job.stopped


def test_failures_are_told_apart():
    def refused(watch):
        raise TrefpuntError("suggestion", "too few", "Ask for fewer.")

    def broken(watch):
        raise ZeroDivisionError

    desk = Desk()
    few, failed = desk.ask("ann", "a", "few", refused), desk.ask("ann", "b", "failed", broken)
    assert few.over.wait(LONG)
    assert failed.over.wait(LONG)
    assert "too few" in str(few.error)
    assert (failed.error, failed.broken, failed.answer) == (None, True, None)
    # It stays as it is until somebody says that it should be tried again.
    assert desk.ask("ben", "b", "failed", lambda watch: 1) is failed
    desk.forget("failed")
    again = desk.ask("ben", "b", "failed", lambda watch: 1)
    assert again.over.wait(LONG)
    assert again.answer == 1


def test_old_answers_go(work):
    desk = Desk()
    first = desk.ask("ann", "slot", 0, lambda watch: 0)
    assert first.over.wait(LONG)
    for number in range(1, KEPT + 1):
        assert desk.ask("ann", "slot", number, lambda watch, n=number: n).over.wait(LONG)
    desk.ask("ann", "slot", KEPT, lambda watch: pytest.fail("it is there"))
    assert desk.ask("ann", "slot", 0, lambda watch: 0) is not first
