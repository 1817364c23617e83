"""Fetch from the public services that the live build reads: bounded, polite, checked, kept on disk.

One `Fetcher` serves all clients (`cbs_odata`, `pdok`, `overpass`). Where the services are is set in the environment by
whoever runs the build (`services_from_env`), never by a visitor of the explorer: nothing in `ui/` or `pages/` imports
this module.
"""

from __future__ import annotations

import json
import random
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import unquote

import httpx
import tenacity

from trefpunt.errors import SourceError
from trefpunt.sources.connection import retry_after, watched
from trefpunt.sources.download_cache import DownloadCache, Pending
from trefpunt.sources.services import Clock, Limits, Services, services_from_env, user_agent

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which trying again makes sense."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 3
_BLOCK = 1 << 16


class FetchError(SourceError):
    """A service could not be reached, or did not give what was asked. `tries` is how often it was asked."""

    def __init__(self, where: str, faults: str | list[str], remedy: str, tries: int = 0) -> None:
        self.tries = tries
        super().__init__(where, faults, remedy)


class UnusableAnswerError(Exception):
    """What a check raises on an answer that another try may mend: cut short, an HTML page, an Overpass remark."""


class _PassingError(Exception):
    """Worth another try; `after` is the pause that the service asked for."""

    def __init__(self, what: str, after: float | None = None, *, busy: bool = False) -> None:
        super().__init__(what)
        self.after, self.busy = after, busy


@dataclass
class _Task:
    """One thing asked for, and how it goes."""

    method: str
    url: str
    data: Mapping[str, str] | None
    ends: float
    max_bytes: int
    check: Callable[[Path], None] | None
    faults: list[str] = field(default_factory=list)


class Fetcher:
    """Asks services for files, at most `Limits.tries` times each, and keeps the answers.

    Parameters
    ----------
    cache
        Folder for the answers; made when absent. May be shared by several processes.
    services
        Base addresses; from the environment when left out.
    limits, clock
        Bounds, and the time.
    contact
        See `user_agent`.
    """

    def __init__(
        self,
        cache: Path,
        services: Services | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        contact: str | None = None,
    ) -> None:
        self.services = services or services_from_env()
        self.limits = limits or Limits()
        self.clock = clock or Clock()
        self.cache = DownloadCache(cache)
        self.cache.sweep(self.clock.wall())
        self._used: list[str] = []
        self._agent = user_agent(contact)

    def file(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        check: Callable[[Path], None] | None = None,
        version: str = "",
        fresh: bool = False,
        max_bytes: int | None = None,
    ) -> Path:
        """Return a file with the answer to a request: a stored one that is whole and recent, or a new one.

        Parameters
        ----------
        url, params
            What to get.
        data
            Form fields: the request is a POST.
        check
            Called with the file of a new answer before it is kept. Raises `UnusableAnswerError` when another try may
            help, any `TrefpuntError` when it will not.
        version
            Of the data behind the address, where known: answers of different versions are never mixed.
        fresh
            Do not use a stored answer.
        max_bytes
            Instead of the one of `Limits`.

        Raises
        ------
        FetchError
            Not reached in time, refused, cut short, too large, no data but an HTML page, sent to another host, no
            room on the disk: with what every try met and what to do about it.
        """
        address = str(httpx.URL(url, params=dict(params)) if params else httpx.URL(url))
        request = json.dumps(["POST" if data else "GET", address, sorted((data or {}).items()), version])
        self._used.append(request)
        if not fresh and (kept := self.cache.find(request, self.clock.wall() - self.limits.keep)):
            return kept
        task = _Task(
            "POST" if data else "GET",
            address,
            data,
            self.clock.now() + self.limits.deadline,
            max_bytes or self.limits.max_bytes,
            check,
        )
        try:
            return self._persist(task, request)
        except OSError as fault:
            raise FetchError(
                str(self.cache.folder),
                f"the answer of {_short(address)} cannot be stored: {fault.strerror or fault}",
                "Make room on the disk, or give another folder for downloads, and run the build again.",
            ) from fault

    def json(self, url: str, **options: Any) -> Any:
        """Like `file`, for an answer in JSON; `check` gets the parsed answer. Text that is no JSON is asked again."""
        check = options.pop("check", None)

        def parsed(path: Path) -> Any:
            return read_json(path.read_bytes())

        def checked(path: Path) -> None:
            answer = parsed(path)
            if check is not None:
                check(answer)

        return parsed(self.file(url, check=checked, **options))

    @contextmanager
    def doubting(self) -> Iterator[None]:
        """Forget all answers used in the block if they turn out to be no good together (`SourceError`).

        Else a page without some of its rows would be found on disk by every build of the next day. When a service
        fails (`FetchError`), what came before is kept.
        """
        before, self._used = self._used, []
        try:
            yield
        except FetchError:
            raise
        except SourceError:
            for request in self._used:
                self.cache.forget(request)
            raise
        finally:
            self._used = [*before, *self._used]

    def _persist(self, task: _Task, request: str) -> Path:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_PassingError),
            wait=lambda state: self._pause(task, state),
            stop=lambda state: self._enough(task, state),
            sleep=self.clock.sleep,
            reraise=True,
        )
        tries = 0
        try:
            for attempt in retrying:
                tries = attempt.retry_state.attempt_number
                with attempt, self._noted(task), self.cache.write(request, task.url) as pending:
                    self._once(task, pending)
        except _PassingError as last:
            raise FetchError(_short(task.url), _told(task.faults), self._remedy(task, last), tries) from last
        except FetchError as fault:
            fault.tries = tries
            raise
        return self.cache.stored(request)

    @contextmanager
    def _noted(self, task: _Task) -> Iterator[None]:
        """Turn everything that another try may mend into `_PassingError`, and remember it."""
        try:
            yield
        except (httpx.TransportError, UnusableAnswerError, _PassingError) as fault:
            words = str(fault) or type(fault).__name__
            late = self.clock.now() >= task.ends
            task.faults.append(f"not finished within {self.limits.deadline:g} s" if late else words)
            raise fault if isinstance(fault, _PassingError) else _PassingError(words) from fault
        except httpx.HTTPError as fault:
            raise FetchError(_short(task.url), f"the answer cannot be read: {fault}", _TRY_LATER) from fault

    def _pause(self, task: _Task, state: tenacity.RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        number = state.attempt_number
        chance = random.Random(f"{self.limits.seed} {task.url} {number}").random()  # noqa: S311 - no secret
        pause = min(self.limits.pause * 2.0 ** (number - 1), self.limits.pause_max) * (1 - chance / 2)
        if isinstance(fault, _PassingError):
            pause = max(pause, fault.after or 0.0, self.limits.pause_after_429 if fault.busy else 0.0)
        return pause

    def _enough(self, task: _Task, state: tenacity.RetryCallState) -> bool:
        fault = state.outcome.exception() if state.outcome else None
        asked = (fault.after or 0.0) if isinstance(fault, _PassingError) else 0.0
        late = self.clock.now() + state.upcoming_sleep >= task.ends
        return state.attempt_number >= self.limits.tries or asked > self.limits.retry_after_max or late

    def _remedy(self, task: _Task, last: _PassingError) -> str:
        if last.after and last.after > self.limits.retry_after_max:
            return f"The service asks to wait {last.after:g} s: run the build again after that."
        return _TRY_LATER

    def _once(self, task: _Task, pending: Pending) -> None:
        """One try: send, follow redirects on the same host, store, check."""
        left = task.ends - self.clock.now()
        if left <= 0:
            raise _PassingError(f"not finished within {self.limits.deadline:g} s")
        timeout = httpx.Timeout(min(self.limits.read, left), connect=min(self.limits.connect, left))
        method, url, data = task.method, task.url, task.data
        agent = {"User-Agent": self._agent}
        with (
            watched(left) as extensions,
            httpx.Client(timeout=timeout, headers=agent, verify=_certificates()) as client,
        ):
            for _ in range(_MAX_REDIRECTS + 1):
                request = client.build_request(method, url, data=data, extensions=extensions)
                answer = client.send(request, stream=True)
                try:
                    if answer.status_code not in _REDIRECTS:
                        self._store(task, answer, pending)
                        break
                    url = _redirected(answer)
                    if answer.status_code in (301, 302, 303):
                        method, data = "GET", None
                finally:
                    answer.close()
            else:
                raise FetchError(_short(task.url), f"more than {_MAX_REDIRECTS} redirects", _TRY_LATER)
        if task.check is not None:
            task.check(pending.path)

    def _store(self, task: _Task, answer: httpx.Response, pending: Pending) -> None:
        _refuse(task, answer)
        html = "html" in answer.headers.get("content-type", "").lower()
        too_large = FetchError(
            _short(task.url),
            f"the answer is larger than {task.max_bytes:,} bytes",
            "Ask for a smaller area, or see whether the address is right.",
        )
        announced = answer.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > task.max_bytes:
            raise too_large
        size = 0
        for block in answer.iter_bytes(_BLOCK):
            if size == 0 and (html or re.match(rb"\s*<(!doctype\s+html|html)", block[:200], re.IGNORECASE)):
                raise _PassingError("an HTML page came instead of data")
            size += len(block)
            if size > task.max_bytes:
                raise too_large
            if self.clock.now() >= task.ends:
                raise _PassingError(f"not finished within {self.limits.deadline:g} s")
            pending.write(block)
        if size == 0:
            raise _PassingError("an empty answer")
        pending.close()


P = ParamSpec("P")
T = TypeVar("T")


def forgets_unsound(function: Callable[Concatenate[Fetcher, P], T]) -> Callable[Concatenate[Fetcher, P], T]:
    """Make a function that fetches forget what it fetched where that is unsound: see `Fetcher.doubting`."""

    @wraps(function)
    def call(fetcher: Fetcher, /, *arguments: P.args, **named: P.kwargs) -> T:
        with fetcher.doubting():
            return function(fetcher, *arguments, **named)

    return call


_TRY_LATER = "Try again later; what was fetched already is kept. A mirror can be set in the environment (docs/data.md)."


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust (SSL_CERT_FILE is heeded); reading this takes longer than many an answer."""
    return httpx.create_ssl_context()


def read_json(text: bytes) -> Any:
    """Parse JSON strictly: NaN and Infinity are refused, and so is nesting without end.

    Raises
    ------
    UnusableAnswerError
        It is no JSON: cut short, most often.
    """

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON number")

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as fault:
        raise UnusableAnswerError(f"the answer is no whole JSON ({fault})") from fault


def _short(url: str) -> str:
    """An address as it may stand in a message: readable, its middle left out where it is long, nothing unprintable."""
    text = "".join(c if c.isprintable() else "?" for c in unquote(url))
    return text if len(text) <= 240 else f"{text[:140]}…{text[-90:]}"


def _told(faults: list[str]) -> list[str]:
    return [f"try {number}: {what}" for number, what in enumerate(faults, 1)]


def _refuse(task: _Task, answer: httpx.Response) -> None:
    """Raise for every status but 200."""
    status = answer.status_code
    if status == 200:
        return
    words = f"HTTP {status} {answer.reason_phrase}".strip()
    if status in _PASSING:
        raise _PassingError(words, retry_after(answer.headers), busy=status == 429)
    start = "".join(c for c in answer.read()[:300].decode("utf-8", "replace") if c.isprintable())
    remedy = {
        403: "The service refuses: set TREFPUNT_CONTACT to an address that its operators may write to.",
        406: "The service refuses: set TREFPUNT_CONTACT to an address that its operators may write to.",
        404: "The address may have changed: see docs/data.md for how to set it.",
    }.get(status, "The service may have changed: report this with the message above.")
    raise FetchError(_short(task.url), f"{words}: {start}" if start else words, remedy)


def _redirected(answer: httpx.Response) -> str:
    """Where a redirect leads, if that is the same host and no less safe.

    Raises
    ------
    FetchError
        It leads elsewhere, or from https to http.
    """
    here = answer.request.url
    try:
        there = here.join(answer.headers.get("location", ""))
    except httpx.InvalidURL as fault:
        raise FetchError(_short(str(here)), f"a redirect to no address: {fault}", _TRY_LATER) from fault
    safe = there.scheme == here.scheme or (here.scheme, there.scheme) == ("http", "https")
    if there.host != here.host or not safe:
        raise FetchError(
            _short(str(here)),
            f"redirects to another host, {there.scheme}://{_short(there.host)}, which is not followed",
            "If the service has moved, set its address in the environment (docs/data.md).",
        )
    return str(there)
