"""The courier process: hears from the camera what is open and what happens, and comes back by itself."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from camera.contract import (
    MAX_FROM_CAMERA_BYTES,
    MAX_FROM_SERVER_BYTES,
    FrameDecoder,
    FramingError,
    HoleReport,
    ToCourier,
    encode_message,
)
from server.courier.carrier import Surroundings
from server.courier.names import NAMES
from server.courier.office import Office

logger = logging.getLogger(__name__)
PATIENCE_S = 60.0
"""So long a camera process that is gone is waited for, while its absence is told; then there is nothing to do."""
_PAUSE_S = 0.5
_READ_BYTES = 64 * 1024


class CourierProcess:
    """`run` on the main thread; `stop` from a signal handler; reports from any thread, dropped while nobody listens."""

    def __init__(self, data: Path, socket_path: Path, names: Path) -> None:
        self._socket_path = socket_path
        self._office = Office(Surroundings(data, self._report, names=names))
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._peer: socket.socket | None = None

    def run(self) -> None:
        """Until `stop`, until nothing is open any more, or until the camera was away for a minute."""
        heard_at_s = time.monotonic()
        try:
            while not self._stopping.is_set() and not self._office.is_over:
                if self._connect():
                    self._office.link_changed(is_there=True)
                    self._listen()
                    self._office.link_changed(is_there=False)
                    heard_at_s = time.monotonic()
                elif time.monotonic() - heard_at_s > PATIENCE_S:
                    logger.info("no camera says what is open: nothing to do")
                    return
                self._stopping.wait(_PAUSE_S)
        finally:
            self._office.close()

    def stop(self) -> None:
        self._stopping.set()
        peer = self._peer
        if peer:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)

    def _connect(self) -> bool:
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            peer.connect(str(self._socket_path))
        except OSError:
            peer.close()
            return False
        with self._lock:
            self._peer = peer
        return True

    def _listen(self) -> None:
        """Until the connection or the need for it ends."""
        peer = self._peer
        assert peer is not None
        decoder: FrameDecoder[ToCourier] = FrameDecoder(ToCourier, MAX_FROM_CAMERA_BYTES)  # type: ignore[arg-type]  # a union is no type to mypy
        try:
            while not self._office.is_over and (data := peer.recv(_READ_BYTES)):
                for message in decoder.feed(data):
                    self._office.hear(message)
        except (OSError, FramingError) as error:
            logger.warning("the camera's connection broke: %s", error)
        with self._lock:
            self._peer = None
        peer.close()

    def _report(self, report: HoleReport) -> None:
        with self._lock:
            if self._peer is None:
                return
            try:
                self._peer.sendall(encode_message(report, MAX_FROM_SERVER_BYTES))
            except OSError as error:
                logger.debug("a report was not heard: %s", error)


def main(arguments: Sequence[str] | None = None) -> int:
    """`stoop courier`: 0 after a clean end, also when there was nothing to do."""
    parser = argparse.ArgumentParser(prog="stoop courier", description="Stoop's courier: calls where a hole is open.")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument(
        "--socket", type=Path, required=True, help="the camera's Unix socket; the courier's is beside it"
    )
    parser.add_argument(
        "--names", type=Path, help="where `stoop names` writes addresses (default: names.json beside the socket)"
    )
    options = parser.parse_args(arguments)
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="courier: %(levelname)s: %(message)s")
    names = options.names or options.socket.with_name(NAMES)
    process = CourierProcess(options.data, options.socket.with_name("courier.sock"), names)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.stop())
    process.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
