"""The only sockets of the camera process: Unix ones, for the one server and the one courier; never any other."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from camera.contract import (
    MAX_FROM_CAMERA_BYTES,
    MAX_FROM_SERVER_BYTES,
    AccessUnit,
    CameraMessage,
    FrameDecoder,
    FramingError,
    HoleReport,
    HolesNow,
    ServerMessage,
    Sound,
    State,
    ToCourier,
    encode_message,
)
from camera.errors import CameraError

logger = logging.getLogger(__name__)

MAX_QUEUED_UNITS = 90
"""Three seconds at 30/s. Full: all queued units are dropped up to the next key picture."""
MAX_QUEUED_SOUNDS = 25
"""Half a second. Full: all queued sound is dropped; it also goes before any picture does."""
MAX_QUEUED_MESSAGES = 2000
"""Replies and events. Full: the server reads nothing any more and is disconnected."""
MESSAGES_PER_S, MESSAGES_AT_ONCE = 200, 400
"""What is read of one server; what comes faster waits in the socket, so that a flood cannot take the camera's time."""
ACCEPT_PAUSE_S = 0.05
SOCKET_PATH_LIMIT_BYTES = 107
_READ_BYTES = 64 * 1024


Heard = TypeVar("Heard", ServerMessage, HoleReport)
Heard_contra = TypeVar("Heard_contra", contravariant=True)


class SocketPort(Protocol[Heard_contra]):
    """What a publisher asks of the camera: what to say first, and whom to tell what was heard."""

    def state(self) -> State | HolesNow: ...
    def on_message(self, message: Heard_contra, reply: Callable[[CameraMessage], None]) -> None: ...
    def on_server_gone(self) -> None: ...


class Outbox:
    """What waits to be sent on one connection; `put` never blocks.

    Invariant: after a dropped unit nothing of the stream is sent until a key picture, so a decoder never sees a gap.
    """

    def __init__(self) -> None:
        self._queue: deque[CameraMessage | ToCourier] = deque()
        self._ready = threading.Condition()
        self._units = self._sounds = 0
        self._waits_for_key = True
        self._is_closed = False

    def put(self, message: CameraMessage | ToCourier) -> bool:
        """False when too much waits that may not be dropped: disconnect."""
        with self._ready:
            if isinstance(message, AccessUnit) and not self._takes_unit(message):
                return True
            if isinstance(message, Sound):
                self._make_room_for_sound()
            if len(self._queue) - self._units - self._sounds >= MAX_QUEUED_MESSAGES:
                return False
            self._queue.append(message)
            self._ready.notify()
            return True

    def restart_stream(self) -> None:
        """The next unit sent will be a key picture."""
        with self._ready:
            self._waits_for_key = True

    def drop_units(self) -> None:
        """Forget the units that wait; the next one sent will be a key picture."""
        with self._ready:
            self._drop_units()

    def drop_sound(self) -> None:
        """Forget the sound that waits."""
        with self._ready:
            self._drop_sound()

    def get(self) -> CameraMessage | ToCourier | None:
        """The next message; waits for one; None once closed."""
        with self._ready:
            self._ready.wait_for(lambda: self._queue or self._is_closed)
            if self._is_closed:
                return None
            message = self._queue.popleft()
            self._units -= isinstance(message, AccessUnit)
            self._sounds -= isinstance(message, Sound)
            return message

    def close(self) -> None:
        with self._ready:
            self._is_closed = True
            self._ready.notify_all()

    def _takes_unit(self, unit: AccessUnit) -> bool:
        if self._units >= MAX_QUEUED_UNITS:
            self._drop_sound()
            self._drop_units()
        if self._waits_for_key and not unit.is_key:
            return False
        self._waits_for_key = False
        self._units += 1
        return True

    def _make_room_for_sound(self) -> None:
        if self._sounds >= MAX_QUEUED_SOUNDS:
            self._drop_sound()
        self._sounds += 1

    def _drop_sound(self) -> None:
        self._queue = deque(m for m in self._queue if not isinstance(m, Sound))
        self._sounds = 0

    def _drop_units(self) -> None:
        self._queue = deque(m for m in self._queue if not isinstance(m, AccessUnit))
        self._units, self._waits_for_key = 0, True


class Pace:
    """How long a message has to wait so that there are `at_once` in a burst and `per_s` in the long run; no clock."""

    def __init__(self, per_s: float, at_once: int) -> None:
        self._step_s, self._burst_s = 1 / per_s, at_once / per_s
        self._due_s = float("-inf")

    def wait_s(self, now_s: float) -> float:
        """Seconds until the message that came at `now_s` may be heard; 0 for at once."""
        self._due_s = max(self._due_s, now_s - self._burst_s) + self._step_s
        return max(0.0, self._due_s - now_s)


class _Connection(Generic[Heard]):
    """One peer: a thread that reads and one that writes; either's end, whatever ended it, closes both."""

    def __init__(
        self,
        peer: socket.socket,
        port: SocketPort[Heard],
        on_end: Callable[[_Connection[Heard]], None],
        decoder: FrameDecoder[Heard],
    ) -> None:
        self._peer = peer
        self._port: SocketPort[Heard] = port
        self._on_end: Callable[[_Connection[Heard]], None] = on_end
        self._decoder: FrameDecoder[Heard] = decoder
        self.outbox = Outbox()
        self._closed = threading.Event()
        self._pace = Pace(MESSAGES_PER_S, MESSAGES_AT_ONCE)
        self._threads = [
            threading.Thread(target=target, name=f"publisher-{target.__name__}", daemon=True)
            for target in (self._write, self._read)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def send(self, message: CameraMessage | ToCourier) -> None:
        if not self.outbox.put(message):
            logger.warning("the server stopped reading: disconnected")
            self.close()

    def close(self) -> None:
        self._closed.set()
        self.outbox.close()
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_RDWR)

    def _write(self) -> None:
        try:
            while (message := self.outbox.get()) is not None:
                self._peer.sendall(encode_message(message, MAX_FROM_CAMERA_BYTES))
        except (OSError, FramingError) as error:
            logger.info("sending to the server ended: %s", error)
        except Exception:  # outermost loop of this thread
            logger.exception("sending to the server failed")
        self.close()

    def _read(self) -> None:
        try:
            while data := self._peer.recv(_READ_BYTES):
                for message in self._decoder.feed(data):
                    if self._closed.wait(self._pace.wait_s(time.monotonic())):
                        break  # replaced, or disconnected by us: what it still wanted counts no more
                    self._port.on_message(message, self.send)
        except FramingError as error:
            logger.warning("the server sent a bad message, disconnected: %s", error)
        except OSError as error:
            logger.info("reading from the server ended: %s", error)
        except Exception:  # outermost loop of this thread
            logger.exception("a message of the server failed, disconnected")
        self.close()
        self._peer.close()
        self._on_end(self)


class Publisher(Generic[Heard]):
    """Listens on the socket; a newer connection replaces the older. All methods may be called from any thread."""

    def __init__(
        self,
        path: Path,
        port: SocketPort[Heard],
        hears: Any = ServerMessage,  # Any: a union is no type[M] to mypy
        may_connect: Callable[[int], bool] = lambda _: True,
    ) -> None:
        """`may_connect` is asked with the peer's user id, as the kernel gives it.

        Raises CameraError when the socket cannot be made there.
        """
        self._path, self._hears, self._may_connect = path, hears, may_connect
        self._port: SocketPort[Heard] = port
        self._connection: _Connection[Heard] | None = None
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._listener = _listen(path)
        self._thread = threading.Thread(target=self._accept, name="publisher-accept", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    def send(self, message: CameraMessage | ToCourier) -> None:
        """To the server, if one is connected."""
        with self._lock:
            connection = self._connection
        if connection:
            connection.send(message)

    def restart_stream(self) -> None:
        """The next unit that goes out will be a key picture."""
        with self._lock:
            connection = self._connection
        if connection:
            connection.outbox.restart_stream()

    def drop_units(self) -> None:
        """Forget the units that wait for a slow server; the next one that goes out will be a key picture."""
        with self._lock:
            connection = self._connection
        if connection:
            connection.outbox.drop_units()

    def drop_sound(self) -> None:
        """Forget the sound that waits for a slow server: its conversation is over."""
        with self._lock:
            connection = self._connection
        if connection:
            connection.outbox.drop_sound()

    def close(self) -> None:
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._path.unlink(missing_ok=True)
        with self._lock:
            connection, self._connection = self._connection, None
        if connection:
            connection.close()

    def _accept(self) -> None:
        """Until `close`; whatever goes wrong with one connection, the next is accepted."""
        while not self._closed.is_set():
            try:
                peer, _ = self._listener.accept()
                if not self._may_connect(_user_of(peer)):
                    logger.warning("a process of a user who may not connect here was turned away")
                    peer.close()
                    continue
                decoder = FrameDecoder[Heard](self._hears, MAX_FROM_SERVER_BYTES)
                self._welcome(_Connection(peer, self._port, self._on_end, decoder))
            except OSError as error:  # closed, or no more file descriptors
                if not self._closed.is_set():
                    logger.warning("a connection could not be accepted: %s", error)
            except Exception:  # outermost loop of this thread
                logger.exception("a connection could not be served")
            self._closed.wait(ACCEPT_PAUSE_S)

    def _welcome(self, connection: _Connection[Heard]) -> None:
        with self._lock:  # so that no change of state falls between
            connection.send(self._port.state())
            older, self._connection = self._connection, connection
        if older:
            older.close()
            self._port.on_server_gone()
        connection.start()

    def _on_end(self, connection: _Connection[Heard]) -> None:
        with self._lock:
            is_current = self._connection is connection
            if is_current:
                self._connection = None
        if is_current:
            self._port.on_server_gone()


def _user_of(peer: socket.socket) -> int:
    """The user id of the process at the other end (unix(7), SO_PEERCRED)."""
    found: tuple[int, int, int] = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return found[1]


def tell_manager(address: str, word: bytes) -> None:
    """One datagram to a Unix socket of this machine, systemd's; without waiting, and lost when nobody listens."""
    name = "\0" + address[1:] if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.setblocking(False)
        to.sendto(word, name)


def _listen(path: Path) -> socket.socket:
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT_BYTES:
        raise CameraError(f"the path {path} is too long for a socket: choose a shorter one with --socket")
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    if _answers(path):
        raise CameraError(
            f"another camera process already serves {path}: stop it first, or choose another --data folder"
        )
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o660)
        listener.listen(4)
    except OSError as error:
        listener.close()
        raise CameraError(
            f"the socket {path} cannot be made ({error.strerror}): check that the folder can be written"
        ) from error
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
