"""A real HTTP server in a thread, with faults that can be switched on."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True)
class Request:
    """What was asked: `form` are the fields of a POST."""

    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """What is answered; `how` sends the body in another way than whole."""

    body: bytes
    status: int = 200
    kind: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    how: Callable[[BaseHTTPRequestHandler, bytes], None] | None = None
    announced: bool = True

    @classmethod
    def json(cls, value: Any, **more: Any) -> Answer:
        return cls(json.dumps(value).encode(), **more)


Fault = Callable[[Answer], Answer]


def status(code: int, **headers: str) -> Fault:
    """Another status instead of the answer."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda answer: Answer(b"{}", code, headers=given)


def html(answer: Answer) -> Answer:
    """An HTML page with status 200: a notice of maintenance."""
    return Answer(b"<!DOCTYPE html><html><body>Even geduld</body></html>", kind="text/html")


def redirect(location: str, code: int = 302) -> Fault:
    return lambda answer: Answer(b"", code, headers={"Location": location})


def cut(answer: Answer) -> Answer:
    """Half of the body, and no word of how much it should have been."""
    return replace(answer, body=answer.body[: len(answer.body) // 2], announced=False)


def short(answer: Answer) -> Answer:
    """Half of the body where all of it was announced."""

    def send(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.wfile.write(body[: len(body) // 2])

    return replace(answer, how=send)


def reset(answer: Answer) -> Answer:
    """Half of the body, then the connection is reset."""

    def send(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    return replace(answer, how=send)


def drip(answer: Answer) -> Answer:
    """A byte at a time, never done."""

    def send(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        _slowly(handler, body)

    return replace(answer, how=send)


def drip_headers(answer: Answer) -> Answer:
    """A header that never ends: no read time-out ever strikes."""

    def send(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        _slowly(handler, b"X-Slow: " + b"x" * 10_000)

    return replace(answer, how=send, status=-1)


def _slowly(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    for byte in data:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(0.02)


def changed(change: Callable[[Any], Any]) -> Fault:
    """The answer's JSON, changed."""

    def fault(answer: Answer) -> Answer:
        value = json.loads(answer.body)
        return replace(answer, body=json.dumps(change(value)).encode())

    return fault


class Server:
    """Answers by path; `faults` strike.

    Attributes
    ----------
    routes
        By the beginning of the path: what answers.
    faults
        (part of the path, fault, how often): the first that fits strikes; −1 = always.
    asked
        Every request so far.
    """

    def __init__(self, routes: dict[str, Callable[[Request], Answer]], delay: float = 0.0) -> None:
        self.routes, self.delay = routes, delay
        self.faults: list[list[Any]] = []
        self.asked: list[Request] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words: object) -> None:
                pass

            def do_GET(self) -> None:
                outer.answer(self, {})

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                outer.answer(self, dict(parse_qsl(self.rfile.read(length).decode())))

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def fail(self, where: str, fault: Fault, times: int = -1) -> None:
        """Let a fault strike at requests whose address holds `where`."""
        self.faults.append([where, fault, times])

    def heal(self) -> None:
        self.faults.clear()

    def count(self, where: str = "") -> int:
        return sum(where in one.path for one in self.asked)

    def answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        handler.close_connection = True
        parts = urlsplit(handler.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(unquote(parts.path), query, form, dict(handler.headers))
        route = next((answer for start, answer in self.routes.items() if request.path.startswith(start)), None)
        answer = route(request) if route else Answer(b'{"error": "no such address"}', 404)
        with self._lock:
            self.asked.append(request)
            for entry in self.faults:
                where, fault, times = entry
                if where in request.path + "?" + unquote(parts.query) and times:
                    entry[2] = times - 1
                    answer = fault(answer)
                    break
        if self.delay:
            time.sleep(self.delay)
        try:
            self._send(handler, answer)
        except OSError:
            return  # the other side has gone

    def _send(self, handler: BaseHTTPRequestHandler, answer: Answer) -> None:
        if answer.status == -1:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        else:
            handler.send_response(answer.status)
            handler.send_header("Content-Type", answer.kind)
            if answer.announced:
                handler.send_header("Content-Length", str(len(answer.body)))
            handler.send_header("Connection", "close")
            for name, value in answer.headers.items():
                handler.send_header(name, value)
            handler.end_headers()
        (answer.how or (lambda h, body: h.wfile.write(body)))(handler, answer.body)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
