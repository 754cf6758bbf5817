"""Tries to get out before the server answers anybody, and again while it does: rules that fail open must not go unseen.

Sends nothing off this machine: the one datagram that may leave the process goes to an unused loopback address.
"""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

_LOOPBACK = "127.0.0.99"
_DISCARD_PORT = 9
_OUTSIDE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses for documentation (RFC 5737, RFC 3849). Connecting a UDP socket looks up the way and sends nothing."""
_HELD = {errno.EPERM, errno.EACCES}
_SOCKETS = Path("/run")
_MOST_TOLD = 3
_OURS = frozenset({"stoop/camera.sock", "stoop/courier.sock", "systemd/notify"})
"""The camera's, of which the courier's answers nobody else, and where systemd hears that we live."""


def ways_out(datagrams: socket.socket) -> list[str]:
    """Each way out that the kernel leaves to this process, as a clause; none where the units and the firewall hold.

    `datagrams`: the UDP socket that was handed over; it is left as it was.
    """
    found = [
        f"this process has a network of its own with a way to {address}"
        for family, address in _OUTSIDE
        if has_way(family, address)
    ]
    if (fault := _unheld(datagrams)) is not None:
        found.append(fault)
    found.extend(f"this process could ask another program at {path}" for path in foreign_sockets(_SOCKETS))
    return found


def foreign_sockets(folder: Path) -> Iterator[Path]:
    """Unix sockets in there that are neither the camera's nor systemd's ear, the first few.

    Behind one, a resolver or a bus would ask the network for us.
    """
    left = _MOST_TOLD
    for where, _, names in os.walk(folder):
        for path in (Path(where, name) for name in names):
            if path.relative_to(folder).as_posix() not in _OURS and _is_socket(path):
                yield path
                left -= 1
                if not left:
                    return


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.lstat().st_mode)
    except OSError:
        return False


def has_way(family: int, address: str) -> bool:
    """Whether a socket of this process's own could be opened and knows a way there."""
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, _DISCARD_PORT))
    except OSError:
        return False
    return True


def _unheld(datagrams: socket.socket) -> str | None:
    """A first datagram from the socket that was handed over must be refused: it may only answer."""
    prefix = "::ffff:" if datagrams.family == socket.AF_INET6 else ""
    try:
        datagrams.sendto(b"", (prefix + _LOOPBACK, _DISCARD_PORT))
    except OSError as error:
        if error.errno in _HELD:
            return None
        return f"whether the firewall holds cannot be told ({error.strerror})"
    return "the firewall does not hold the UDP socket that was handed over"
