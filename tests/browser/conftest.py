"""A real server and a real browser: what leaves for another host or fails in the console fails the test."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser import chromium

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
LOCAL = {"localhost", "127.0.0.1"}
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE_AGENT = (
    "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36"
)
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": PHONE_AGENT,
}
"""What makes a context that of a phone."""
GUESSED = re.compile(r"^/[a-z_]+/_stcore/(health|host-config)$")
START_SECONDS = 60
STREAMLIT = [sys.executable, "-m", "streamlit", "run"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


@dataclass
class Watch:
    """What a browser did that it should not have done.

    Attributes
    ----------
    foreign
        Addresses on other hosts that were asked for. They are stopped here, so none was reached.
    errors
        Errors in the console, and those that no code caught.
    """

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        """Watch all pages and frames of a context."""
        context.route(lambda url: not self._is_local(url), lambda route: route.abort())
        context.on("request", lambda request: self._ask(request.url))
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.errors.append(f"uncaught: {error.error}"))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._ask(socket.url)))

    def check(self) -> None:
        """Fail when there was anything."""
        faults = [f"asked another host: {url}" for url in self.foreign] + [f"error: {e}" for e in self.errors]
        assert not faults, "the browser did what it should not:\n  " + "\n  ".join(faults)

    @staticmethod
    def _is_local(url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme in {"data", "blob", "about", "chrome-error"} or parts.hostname in LOCAL

    def _ask(self, url: str) -> None:
        if not self._is_local(url):
            self.foreign.append(url)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        url = str(message.location.get("url", ""))
        # An address that names a page may be a folder that the app lives in: Streamlit's front end asks there first,
        # gets the 404 that its server is made to give, and then asks at the root. Nothing of ours can prevent it.
        if not GUESSED.search(urlsplit(url).path):
            self.errors.append(f"{message.text} ({url})")


_WATCHES = pytest.StashKey[list[Watch]]()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """After a test that passed, let each of its pages answer for what it asked and said."""
    result = yield
    for watch in pyfuncitem.stash.get(_WATCHES, []):
        watch.check()
    return result


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, headless."""
    program = chromium.find()
    if program is None:
        pytest.fail(chromium.ADVICE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open a watched page; keyword arguments as `Browser.new_context` (viewport, has_touch, locale, …)."""
    contexts: list[BrowserContext] = []
    watches = request.node.stash.setdefault(_WATCHES, [])

    def opened(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "nl-NL", **options})
        contexts.append(context)
        watch = Watch()
        watches.append(watch)
        watch.follow(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A watched page of 1,280 × 900 pixels."""
    return open_page()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server says that it is well; fail with its output when it does not."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Return a function that starts ``streamlit run SCRIPT`` once a script and gives its address.

    A script of the project's root runs where it is; another one in a folder of its own with copies of the static
    files and the settings, so that a test leaves nothing in the project.
    """
    running: dict[tuple[Path, str], tuple[subprocess.Popen[bytes], str]] = {}

    def start(script: Path, **environment: str) -> str:
        known = (script, repr(sorted(environment.items())))
        if known in running:
            return running[known][1]
        folder = tmp_path_factory.mktemp(script.stem)
        log = folder / "server.log"
        home = script.parent
        if home != ROOT:
            home = folder
            shutil.copy(script, home)
            shutil.copytree(ROOT / ".streamlit", home / ".streamlit")
            shutil.copytree(ROOT / "static", home / "static", ignore=shutil.ignore_patterns("snapshots"))
        port = free_port()
        with log.open("wb") as output:
            server = subprocess.Popen(
                [*STREAMLIT, script.name, "--server.address", "127.0.0.1", "--server.port", str(port)],
                cwd=home,
                env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        url = f"http://127.0.0.1:{port}"
        running[known] = (server, url)
        wait_for(url, server, log)
        return url

    yield start
    for server, _ in running.values():
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
