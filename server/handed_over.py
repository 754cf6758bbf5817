"""Takes over the two sockets that systemd hands to the server: one TCP listener, one UDP socket (sd_listen_fds(3))."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from server.connection_gate import ConnectionGate, GatedListener
from server.listening import CannotListenError

_FIRST = 3
_FIX = "start it by stoop-server.socket, or leave --handed-over out"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Both are bound already, and ours to close."""

    listening: socket.socket
    datagrams: socket.socket

    def listener(self, gate: ConnectionGate) -> GatedListener:
        """The TCP socket behind the gate; call once."""
        self.listening.setblocking(False)
        listener = GatedListener(self.listening, gate)
        listener.setblocking(False)
        return listener


def take_handed_over(environment: Mapping[str, str], pid: int, first: int = _FIRST) -> HandedOver:
    """The sockets that `environment` names for process `pid`, numbered from `first`.

    Raises CannotListenError when there are none, or other ones than a TCP listener and a UDP socket.
    """
    count = environment.get("LISTEN_FDS", "")
    if environment.get("LISTEN_PID") != str(pid) or not count.isdecimal():
        raise CannotListenError(f"no sockets were handed to this process: {_FIX}")
    found: dict[int, socket.socket] = {}
    for descriptor in range(first, first + int(count)):
        os.set_inheritable(descriptor, False)
        try:
            handed = socket.socket(fileno=descriptor)
        except OSError as error:
            raise CannotListenError(f"descriptor {descriptor} that was handed over is no socket: {_FIX}") from error
        found[handed.type] = handed
    wanted = {socket.SOCK_STREAM, socket.SOCK_DGRAM}
    is_internet = all(handed.family in (socket.AF_INET, socket.AF_INET6) for handed in found.values())
    if found.keys() != wanted or int(count) != len(wanted) or not is_internet:
        for handed in found.values():
            handed.close()
        raise CannotListenError(f"{count} sockets were handed over instead of one TCP and one UDP socket: {_FIX}")
    return HandedOver(found[socket.SOCK_STREAM], found[socket.SOCK_DGRAM])
