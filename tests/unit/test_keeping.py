"""What is computed once for all visitors."""

from __future__ import annotations

import threading
import time

import pytest

from trefpunt.ui.keeping import forget, kept


def test_it_is_computed_once_and_again_when_forgotten() -> None:
    asked: list[int] = []

    @kept(4)
    def double(n: int) -> int:
        asked.append(n)
        return 2 * n

    assert [double(1), double(2), double(1)] == [2, 4, 2]
    assert asked == [1, 2]
    forget(double)
    assert double(1) == 2
    assert asked == [1, 2, 1]


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    asked: list[int] = []

    @kept(2)
    def same(n: int) -> int:
        asked.append(n)
        return n

    for n in (1, 2, 1, 3, 1, 2):
        same(n)
    assert asked == [1, 2, 3, 2]


def test_arguments_that_follow_from_others_tell_nothing_apart() -> None:
    @kept(2, follow=1)
    def first(name: str, numbers: list[int]) -> int:
        return numbers[0]

    assert first("a", [1]) == 1
    assert first("a", [2]) == 1
    assert first("b", [2]) == 2


def test_an_error_is_not_kept() -> None:
    left = [True]

    @kept(2)
    def once_wrong() -> str:
        if left.pop() if left else False:
            raise ValueError("not yet")
        return "right"

    with pytest.raises(ValueError, match="not yet"):
        once_wrong()
    assert once_wrong() == "right"


def test_who_asks_at_the_same_moment_waits_for_one_answer() -> None:
    asked, found = [], []
    begun = threading.Event()

    @kept(2)
    def slow() -> object:
        asked.append(1)
        begun.set()
        time.sleep(0.2)
        return object()

    threads = [threading.Thread(target=lambda: found.append(slow())) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert begun.wait(5)
    for thread in threads:
        thread.join(5)
    assert len(asked) == 1
    assert len(set(map(id, found))) == 1
