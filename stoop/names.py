"""Looks up the push services that are listed, and writes their addresses down; no other name is ever looked up."""

from __future__ import annotations

import signal
import socket
import threading
from pathlib import Path

import msgspec

from camera.atomic_file import replace_file
from camera.contract import PUSH_PORT, PUSH_SERVICES
from server.courier.names import public
from server.plain_file import read_plain
from stoop.holes_firewall import MOST_BYTES, BadListError, names_in, read_list

EVERY_S = 600.0
RETRY_S = 15.0


def wanted(listed: Path) -> tuple[str, ...]:
    """Which names the camera's list asks for; none where it is not to be believed."""
    try:
        return names_in(read_list(read_plain(listed, MOST_BYTES)))
    except (OSError, BadListError):
        return ()


def look_up(name: str) -> tuple[str, ...]:
    """Its public addresses by the house's resolver. **Only one of PUSH_SERVICES: a name can carry data out.**"""
    if name not in PUSH_SERVICES:
        raise ValueError(f"{name!r} is no push service")
    try:
        found = socket.getaddrinfo(name, PUSH_PORT, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return public([str(each[4][0]) for each in found])


def follow(listed: Path, out: Path, stop: threading.Event) -> None:
    """Until `stop`, or until Web Push is closed; then the file goes.

    A name that is not found keeps the addresses that it had.
    """
    known: dict[str, tuple[str, ...]] = {}
    written: bytes | None = None
    while names := wanted(listed):
        found = {name: look_up(name) or known.get(name, ()) for name in names}
        text = msgspec.json.encode(found)
        if text != written:
            replace_file(out, text, 0o644)
            known, written = found, text
        if _waits(listed, names, EVERY_S if all(found.values()) else RETRY_S, stop):
            break
    out.unlink(missing_ok=True)


def _waits(listed: Path, names: tuple[str, ...], seconds: float, stop: threading.Event) -> bool:
    """Until the time is up or other names are asked for; True when it is to end."""
    for _ in range(round(seconds)):
        if stop.wait(1.0):
            return True
        if wanted(listed) != names:
            return False
    return False


def names_command(listed: Path, out: Path) -> int:
    """0 when Web Push is closed, or was never open."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    follow(listed, out, stop)
    return 0
