"""Settings of the live build, who asks, and the store of answers."""

import os
import time
from dataclasses import fields

import pytest

from tests.servers.base import Answer, Server, redirect, status
from tests.servers.live import Skipping, environment, fetcher, services
from trefpunt import __version__
from trefpunt.errors import SourceError
from trefpunt.sources.connection import retry_after
from trefpunt.sources.download_cache import DownloadCache
from trefpunt.sources.http import FetchError, UnusableAnswerError, read_json
from trefpunt.sources.services import Limits, Services, services_from_env, user_agent


@pytest.fixture
def server():
    running = Server({"/": lambda request: Answer.json({"path": request.path, "form": request.form})})
    yield running
    running.close()


def test_every_address_can_be_set():
    assert services_from_env({}) == Services()
    assert services_from_env(environment("http://localhost:9")) == services("http://localhost:9")
    assert len(environment("x")) == len(fields(Services))
    assert (
        services_from_env({"TREFPUNT_CBS_URL": " https://mirror.example/odata/ "}).cbs == "https://mirror.example/odata"
    )


def test_all_wrong_addresses_are_named():
    wrong = {
        "TREFPUNT_CBS_URL": "ftp://x.example",
        "TREFPUNT_PDOK_URL": "https://a:b@x.example",
        "TREFPUNT_EXTRACT_URL": "x",
    }
    with pytest.raises(SourceError) as fault:
        services_from_env(wrong)
    assert all(name in str(fault.value) for name in wrong)


def test_who_asks(server, tmp_path, monkeypatch):
    fetcher(server.url, tmp_path).json(f"{server.url}/x")
    assert server.asked[0].headers["User-Agent"] == f"Trefpunt/{__version__} (test@example.nl)"
    monkeypatch.setenv("TREFPUNT_CONTACT", "https://gemeente.example")
    assert user_agent() == f"Trefpunt/{__version__} (https://gemeente.example)"
    assert user_agent("") == f"Trefpunt/{__version__}"
    for wrong in ("a\nHost: b", "é", "x" * 201, "a)b"):
        with pytest.raises(SourceError, match="TREFPUNT_CONTACT"):
            user_agent(wrong)


def test_an_answer_is_kept_and_asked_again_when_it_is_old(server, tmp_path):
    client = fetcher(server.url, tmp_path, Limits(keep=1000))
    path = client.file(f"{server.url}/x")
    assert client.file(f"{server.url}/x") == path and server.count() == 1
    for record in (tmp_path / "requests").iterdir():
        os.utime(record, (time.time() - 1001,) * 2)
    assert client.file(f"{server.url}/x").read_bytes() and server.count() == 2
    client.file(f"{server.url}/x", fresh=True)
    client.file(f"{server.url}/x", version="2")
    client.file(f"{server.url}/x", params={"a": "1"})
    client.file(f"{server.url}/x", data={"a": "1"})
    assert server.count() == 6
    client.file(f"{server.url}/x", data={"a": "1"})
    assert server.count() == 6


def test_one_content_is_stored_once(server, tmp_path):
    client = fetcher(server.url, tmp_path)
    assert client.file(f"{server.url}/x", version="1") == client.file(f"{server.url}/x", version="2")
    assert len(list((tmp_path / "objects").iterdir())) == 1 and server.count() == 2


def test_what_turns_out_unsound_is_forgotten_what_a_service_refuses_is_not(server, tmp_path):
    client = fetcher(server.url, tmp_path)
    with pytest.raises(SourceError), client.doubting():
        client.file(f"{server.url}/x")
        raise SourceError("x", "does not add up", "Again.")
    client.file(f"{server.url}/x")
    assert server.count() == 2
    server.fail("/y", status(404))
    with pytest.raises(FetchError), client.doubting():
        client.file(f"{server.url}/x")
        client.file(f"{server.url}/y")
    client.file(f"{server.url}/x")
    assert server.count("/x") == 2


def test_a_form_is_not_sent_along_a_redirect_that_says_get(server, tmp_path):
    server.fail("/post", redirect("/seen", 303))
    answer = fetcher(server.url, tmp_path).json(f"{server.url}/post", data={"a": "1"})
    assert answer == {"path": "/seen", "form": {}}
    server.heal()
    server.fail("/post", redirect("/seen", 307))
    answer = fetcher(server.url, tmp_path).json(f"{server.url}/post", data={"a": "2"})
    assert answer == {"path": "/seen", "form": {"a": "2"}}


def test_the_same_pauses_each_time_others_for_another_address(server, tmp_path):
    server.fail("/", status(503))
    taken = []
    for address in ("/a", "/a", "/b"):
        clock = Skipping()
        with pytest.raises(FetchError):
            fetcher(server.url, tmp_path, clock=clock.clock()).file(f"{server.url}{address}")
        taken.append(clock.pauses)
    assert taken[0] == taken[1] != taken[2]


def test_old_parts_are_swept_young_ones_left(tmp_path):
    (tmp_path / "objects").mkdir()
    for name, age in ((".part-old", 90_000), (".part-new", 10)):
        (tmp_path / "objects" / name).write_bytes(b"x")
        os.utime(tmp_path / "objects" / name, (time.time() - age,) * 2)
    assert DownloadCache(tmp_path).sweep(time.time()) == 1
    assert [path.name for path in (tmp_path / "objects").iterdir()] == [".part-new"]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), (" 120 ", 120), ("", None), ("-1", None), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("1e9", None)],
)
def test_retry_after(value, seconds):
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize("text", [b"", b"{", b'{"a": NaN}', b"[1,]", b"\xff", b"[" * 100_000])
def test_no_json(text):
    with pytest.raises(UnusableAnswerError):
        read_json(text)
