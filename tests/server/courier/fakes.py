"""A server of the owner's on loopback that takes POSTs, and surroundings of a carrier."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from camera.contract import HoleReport
from server.courier.carrier import Surroundings


@dataclass(frozen=True, slots=True)
class Taken:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """`status` is what the next answers say; `has_taken` is set with each request."""

    port: int
    taken: list[Taken] = field(default_factory=list)
    status: int = 200
    location: str = ""
    has_taken: threading.Event = field(default_factory=threading.Event)


@contextmanager
def receiver(port: int = 0) -> Iterator[Receiver]:
    """Listens on 127.0.0.1 until the block ends."""
    found: list[Receiver] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            found[0].taken.append(Taken("POST", self.path, dict(self.headers.items()), body))
            self.send_response(found[0].status)
            if found[0].location:
                self.send_header("Location", found[0].location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            found[0].has_taken.set()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    found.append(Receiver(server.server_address[1]))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield found[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(slots=True)
class Reports:
    """What a carrier said; `wait_for` a word of it."""

    said: list[HoleReport] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, report: HoleReport) -> None:
        with self._changed:
            self.said.append(report)
            self._changed.notify_all()

    def wait_for(self, word: str, limit_s: float = 30) -> HoleReport:
        with self._changed:
            assert self._changed.wait_for(lambda: any(each.word == word for each in self.said), limit_s), self.said
            return next(each for each in self.said if each.word == word)


def surroundings(data: Path, reports: Reports) -> Surroundings:
    return Surroundings(data, reports)
