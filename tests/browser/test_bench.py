"""The benchmark still knows the explorer: it finds what it clicks, and what it plays back has an effect."""

import pytest

from tests.conftest import ROOT
from trefpunt.bench.browser import ROUNDS, record
from trefpunt.bench.browser_server import Server
from trefpunt.bench.browser_sessions import KINDS, load

DATA = ROOT / "data" / "maastricht"


@pytest.fixture(scope="module")
def server():
    with Server(DATA) as started:
        yield started


def test_sessions_play_back_what_a_browser_did(server, browser):
    """Every action changes the address, in the browser and played back; else this fails with an error."""
    recording = record(browser, server, DATA)
    assert len(recording.opening) >= 1 and len(recording.actions) == KINDS * ROUNDS and all(recording.actions)
    found = load(server, recording, sessions=2, every_s=0.05, times=6)
    assert found.actions == 12 and 0 < found.median_s <= found.p95_s <= found.slowest_s
    assert server.cpu_s() > 0 and server.memory_mib() > 0
