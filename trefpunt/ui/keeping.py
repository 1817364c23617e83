"""Keep what was computed for all visitors of this server.

Streamlit's own cache of resources looks at the signature of a function and hashes its arguments at every call, which
here took longer than most of what a click asks for. All that tells answers apart is hashable, so a plain cache does.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition
from typing import ParamSpec, TypeVar

from cachetools import LRUCache, cached
from cachetools.keys import hashkey

_P = ParamSpec("_P")
_T = TypeVar("_T")


def kept(entries: int, follow: int = 0) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Return a decorator that keeps a function's last answers, for all visitors.

    What comes back is shared and must not be changed. Two visitors who ask the same at the same moment wait for one
    answer; an error is not kept.

    Parameters
    ----------
    entries
        How many answers, those asked for last.
    follow
        So many arguments, the last ones, follow from those before them, and need not be hashable.
    """

    def key(*arguments: object) -> tuple[object, ...]:
        return hashkey(*arguments[: len(arguments) - follow])

    def decorate(function: Callable[_P, _T]) -> Callable[_P, _T]:
        keeper: Callable[_P, _T] = cached(LRUCache(entries), key=key, condition=Condition())(function)
        return keeper

    return decorate


def forget(function: Callable[..., object]) -> None:
    """Drop what `kept` keeps of a function."""
    function.cache_clear()  # type: ignore[attr-defined]  # what `cached` makes of it has one
