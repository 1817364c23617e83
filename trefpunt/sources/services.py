"""Where the services of the live build are, how much is asked of them, and who asks."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from trefpunt import __version__
from trefpunt.errors import SourceError


@dataclass(frozen=True)
class Services:
    """Base addresses, without a closing slash. Each can be set to a mirror: see `services_from_env`."""

    cbs: str = "https://opendata.cbs.nl/ODataFeed/odata"
    pdok: str = "https://api.pdok.nl"
    pdok_wfs: str = "https://service.pdok.nl"
    overpass: str = "https://overpass-api.de/api"
    extract: str = "https://download.geofabrik.de"


def services_from_env(environment: Mapping[str, str] | None = None) -> Services:
    """Read `TREFPUNT_CBS_URL`, `TREFPUNT_PDOK_URL`, `TREFPUNT_PDOK_WFS_URL`, `TREFPUNT_OVERPASS_URL`, … .

    One variable for every field of `Services`; what is not set keeps its default.

    Raises
    ------
    SourceError
        With every variable that is no http(s) address, or holds a user name, a query or a fragment.
    """
    environment = os.environ if environment is None else environment
    given, faults = {}, []
    for service in fields(Services):
        name = f"TREFPUNT_{service.name.upper()}_URL"
        if value := environment.get(name, "").strip().rstrip("/"):
            given[service.name] = value
            parts = urlsplit(value)
            odd = parts.username or parts.query or parts.fragment or re.search(r"\s", value)
            if parts.scheme not in ("http", "https") or not parts.hostname or odd:
                faults.append(f"{name} is no plain http(s) address")
    if faults:
        raise SourceError("environment", faults, "Give an address such as https://mirror.example.nl/odata.")
    return Services(**given)


@dataclass(frozen=True)
class Limits:
    """Bounds of every request. Times in seconds.

    Attributes
    ----------
    tries
        How often at most one thing is asked for.
    connect, read
        For a connection, and between two pieces of an answer.
    deadline
        For one answer, all tries and pauses included.
    pause, pause_max
        The pause after the first failure, doubled each time up to the second; up to half of it is left off at random
        (seeded), so that many builds do not come back at the same moment.
    pause_after_429
        Least pause after "too many requests"; the operators of Overpass ask for 30 s.
    retry_after_max
        A service that asks for a longer pause than this is not asked again.
    max_bytes
        Of one answer, unpacked.
    keep
        How long a stored answer is used again. A build that was broken off goes on from what it has.
    """

    tries: int = 5
    connect: float = 10.0
    read: float = 90.0
    deadline: float = 900.0
    pause: float = 1.0
    pause_max: float = 60.0
    pause_after_429: float = 30.0
    retry_after_max: float = 180.0
    max_bytes: int = 1 << 29
    keep: float = 86_400.0
    seed: int = 0


@dataclass(frozen=True)
class Clock:
    """Time as the fetcher sees it; tests put their own in its place. `wall` dates what is stored."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    wall: Callable[[], float] = time.time


def user_agent(contact: str | None = None) -> str:
    """Name of the program and, from `TREFPUNT_CONTACT` unless given, whom the operators may write to.

    Raises
    ------
    SourceError
        The contact is not one line of at most 200 plain characters.
    """
    contact = (os.environ.get("TREFPUNT_CONTACT", "") if contact is None else contact).strip()
    if not re.fullmatch(r"[\x20-\x7e]{0,200}", contact) or set(contact) & set("()"):
        raise SourceError(
            "TREFPUNT_CONTACT", "must be one line of at most 200 plain characters", "Give an e-mail or web address."
        )
    return f"Trefpunt/{__version__}" + (f" ({contact})" if contact else "")
