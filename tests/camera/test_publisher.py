"""The socket: bounded both ways, never a gap in the stream, and either end survives the other."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.contract import (
    MAX_FROM_CAMERA_BYTES,
    MAX_FROM_SERVER_BYTES,
    AccessUnit,
    CameraMessage,
    Event,
    FrameDecoder,
    FramingError,
    KeyPictureWanted,
    NonceIssued,
    NonceWanted,
    ServerMessage,
    State,
    ViewerLeft,
    encode_message,
)
from camera.errors import CameraError
from camera.publisher import MAX_QUEUED_MESSAGES, MAX_QUEUED_UNITS, Outbox, Pace, Publisher

STATE = State("ab" * 16, "0", "Door", True, True, True, "demo", 1280, 720, 15.0, None, False, None, 0, 0, None)


class FakePort:
    """Answers each nonce request with its number."""

    def __init__(self) -> None:
        self.got: list[ServerMessage] = []
        self.has_got = threading.Event()
        self.gone = threading.Event()

    def state(self) -> State:
        return STATE

    def on_message(self, message: ServerMessage, reply: Callable[[CameraMessage], None]) -> None:
        self.got.append(message)
        self.has_got.set()
        if isinstance(message, NonceWanted):
            reply(NonceIssued(message.request_id, "n"))

    def on_server_gone(self) -> None:
        self.gone.set()


class Server:
    """The server's end, blocking."""

    def __init__(self, path: Path) -> None:
        self.peer = socket.socket(socket.AF_UNIX)
        self.peer.settimeout(10)
        self.peer.connect(str(path))
        self._decoder: FrameDecoder[CameraMessage] = FrameDecoder(CameraMessage, MAX_FROM_CAMERA_BYTES)  # type: ignore[arg-type]  # a union is no type[M] for mypy
        self._inbox: list[CameraMessage] = []

    def send(self, message: ServerMessage) -> None:
        self.peer.sendall(encode_message(message, MAX_FROM_SERVER_BYTES))

    def next(self) -> CameraMessage | None:
        while not self._inbox:
            data = self.peer.recv(65536)
            if not data:
                return None
            self._inbox += self._decoder.feed(data)
        return self._inbox.pop(0)


@pytest.fixture
def port() -> FakePort:
    return FakePort()


@pytest.fixture
def publisher(tmp_path: Path, port: FakePort) -> Iterator[Publisher[ServerMessage]]:
    made = Publisher(tmp_path / "run" / "camera.sock", port)
    made.start()
    yield made
    made.close()


@pytest.fixture
def server(tmp_path: Path, publisher: Publisher[ServerMessage]) -> Iterator[Server]:
    made = Server(tmp_path / "run" / "camera.sock")
    yield made
    made.peer.close()


def unit(number: int, *, is_key: bool) -> AccessUnit:
    return AccessUnit(b"\0\0\0\1" + bytes(64), number * 3000, is_key, number)


def test_the_state_comes_first(server: Server) -> None:
    assert server.next() == STATE


def test_a_request_is_answered(server: Server) -> None:
    server.next()
    server.send(NonceWanted(5))

    assert server.next() == NonceIssued(5, "n")


def test_units_begin_with_a_key_picture(server: Server, publisher: Publisher[ServerMessage]) -> None:
    server.next()
    for message in (unit(1, is_key=False), unit(2, is_key=True), unit(3, is_key=False)):
        publisher.send(message)

    assert [server.next(), server.next()] == [unit(2, is_key=True), unit(3, is_key=False)]


@pytest.mark.parametrize(
    "garbage",
    [b"\xff\xff\xff\xff", (5).to_bytes(4, "big") + b"hello", (2).to_bytes(4, "big") + b"\x81\xa1"],
    ids=["too long", "no msgpack", "cut map"],
)
def test_a_malformed_message_closes_the_connection(server: Server, port: FakePort, garbage: bytes) -> None:
    server.next()
    server.peer.sendall(garbage)

    assert server.next() is None
    assert port.gone.wait(10)
    assert port.got == []


def test_the_camera_outlives_the_server(tmp_path: Path, server: Server, port: FakePort) -> None:
    server.next()
    server.peer.close()
    assert port.gone.wait(10)

    again = Server(tmp_path / "run" / "camera.sock")
    assert again.next() == STATE
    again.peer.close()


def test_a_newer_connection_replaces_the_older(tmp_path: Path, server: Server, port: FakePort) -> None:
    server.next()
    newer = Server(tmp_path / "run" / "camera.sock")

    assert newer.next() == STATE
    assert server.next() is None
    assert port.gone.is_set()
    newer.peer.close()


def test_a_message_that_came_before_the_hang_up_counts(server: Server, port: FakePort) -> None:
    server.send(ViewerLeft("00" * 8))
    server.send(KeyPictureWanted())
    server.peer.shutdown(socket.SHUT_WR)

    assert port.gone.wait(10)
    assert port.got == [ViewerLeft("00" * 8), KeyPictureWanted()]


def test_two_cameras_do_not_share_a_socket(tmp_path: Path, publisher: Publisher[ServerMessage], port: FakePort) -> None:
    with pytest.raises(CameraError, match="another camera process"):
        Publisher(tmp_path / "run" / "camera.sock", port)


def test_a_socket_left_by_a_crash_is_replaced(tmp_path: Path, port: FakePort) -> None:
    path = tmp_path / "camera.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    made = Publisher(path, port)
    made.start()
    server = Server(path)
    assert server.next() == STATE
    server.peer.close()
    made.close()


def test_a_path_too_long_for_a_socket_is_named(tmp_path: Path, port: FakePort) -> None:
    with pytest.raises(CameraError, match="too long"):
        Publisher(tmp_path / ("x" * 120) / "camera.sock", port)


def test_a_full_outbox_drops_units_up_to_the_next_key_picture() -> None:
    outbox = Outbox()
    outbox.put(unit(0, is_key=True))
    for number in range(1, MAX_QUEUED_UNITS + 10):
        outbox.put(unit(number, is_key=False))
    outbox.put(Event("motion.started", 1))
    outbox.put(unit(500, is_key=True))

    assert [outbox.get(), outbox.get()] == [Event("motion.started", 1), unit(500, is_key=True)]


def test_an_outbox_never_drops_an_event() -> None:
    outbox = Outbox()
    answers = [outbox.put(Event("motion.started", number)) for number in range(MAX_QUEUED_MESSAGES + 1)]

    assert answers == [True] * MAX_QUEUED_MESSAGES + [False]


@given(st.lists(st.booleans(), max_size=400), st.data())
def test_what_an_outbox_gives_can_always_be_decoded(keys: list[bool], data: st.DataObject) -> None:
    outbox, out = Outbox(), []
    for number, is_key in enumerate(keys):
        outbox.put(unit(number, is_key=is_key))
        if data.draw(st.integers(0, 9)) == 0:
            outbox.put(Event("motion.ended", number))
            while not isinstance(message := outbox.get(), Event):
                out.append(message)

    numbers = [m.captured_at_ns for m in out if isinstance(m, AccessUnit)]
    for before, after in pairwise(numbers):
        assert after == before + 1 or keys[after]
    assert not numbers or keys[numbers[0]]


@given(st.binary(max_size=400), st.integers(1, 50))
def test_no_bytes_make_the_decoder_raise_anything_else(data: bytes, step: int) -> None:
    decoder: FrameDecoder[ServerMessage] = FrameDecoder(ServerMessage, MAX_FROM_SERVER_BYTES)  # type: ignore[arg-type]  # as above
    try:
        for start in range(0, len(data), step):
            list(decoder.feed(data[start : start + step]))
    except FramingError:
        pass


def test_a_burst_is_heard_at_once_and_a_flood_at_a_pace() -> None:
    pace = Pace(per_s=200, at_once=400)
    waits = [pace.wait_s(10.0) for _ in range(1000)]

    assert all(wait == pytest.approx(0) for wait in waits[:400])
    assert waits[-1] == pytest.approx(600 / 200, abs=0.02)
    assert pace.wait_s(1000.0) == 0


def test_every_message_of_the_server_is_paced(
    server: Server, publisher: Publisher[ServerMessage], port: FakePort, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = list[float]()

    def wait_s(_: Pace, now_s: float) -> float:
        heard.append(now_s)
        return 0 if len(heard) <= 3 else 1e6

    monkeypatch.setattr(Pace, "wait_s", wait_s)
    for number in range(10):
        server.send(NonceWanted(number))
    assert [server.next() for _ in range(4)] == [STATE, *(NonceIssued(number, "n") for number in range(3))]

    publisher.close()  # ends the wait
    assert server.next() is None
    assert len(port.got) == 3


def test_units_that_wait_are_dropped_when_nobody_may_see_them_any_more() -> None:
    outbox = Outbox()
    outbox.put(unit(0, is_key=True))
    outbox.put(Event("viewers.changed", 1))
    outbox.drop_units()
    outbox.put(unit(1, is_key=False))
    outbox.put(unit(2, is_key=True))

    assert [outbox.get(), outbox.get()] == [Event("viewers.changed", 1), unit(2, is_key=True)]


def test_a_fault_of_ours_while_hearing_ends_the_connection_and_not_the_camera(
    tmp_path: Path, server: Server, port: FakePort, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.next()
    with monkeypatch.context() as broken:
        broken.setattr(port, "on_message", fail)
        server.send(KeyPictureWanted())
        assert server.next() is None
        assert port.gone.wait(10)

    again = Server(tmp_path / "run" / "camera.sock")
    assert again.next() == STATE
    again.peer.close()


def test_an_answer_that_cannot_be_sent_ends_the_connection(server: Server, publisher: Publisher[ServerMessage]) -> None:
    server.next()
    publisher.send(Event("motion.started\ud800", 1))

    assert server.next() is None


def test_connections_are_accepted_again_after_one_that_failed(
    tmp_path: Path, port: FakePort, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = socket.socket.accept, [OSError(24, "too many open files"), ZeroDivisionError()]

    def accept(self: socket.socket) -> tuple[socket.socket, object]:
        if failures:
            raise failures.pop()
        return real(self)

    monkeypatch.setattr(socket.socket, "accept", accept)
    made = Publisher(tmp_path / "camera.sock", port)
    made.start()
    server = Server(tmp_path / "camera.sock")

    assert server.next() == STATE
    assert failures == []
    server.peer.close()
    made.close()


def fail(*_: object) -> None:
    raise ZeroDivisionError
