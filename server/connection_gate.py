"""Caps connections an address and in all, from the moment of accepting, TLS handshakes included.

Whoever opens many connections and says nothing loses the oldest of them to newcomers: slow ones cannot keep the owner
out.
"""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from typing import Any

from server.rate_limit import address_group

MAX_TOTAL = 256
MAX_PER_ADDRESS = 32

Peer = tuple[str, int]


class ConnectionGate:
    """Knows every open connection, oldest first, and which ones have a whole request under way (busy).

    When an address has MAX_PER_ADDRESS, or all together MAX_TOTAL, a newcomer takes the place of the oldest idle
    connection: of that address, or of the address with most of them. Where all are busy the newcomer is refused.
    """

    def __init__(self, max_total: int = MAX_TOTAL, max_per_address: int = MAX_PER_ADDRESS) -> None:
        self._max_total = max_total
        self._max_per_address = max_per_address
        self._open: dict[Peer, GatedConnection] = {}
        self._busy: set[Peer] = set()

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, connection: GatedConnection) -> bool:
        """Count the connection in; False when it has to be closed at once."""
        counts = Counter(address_group(address) for address, _ in self._open)
        group = address_group(connection.peer[0])
        if counts[group] >= self._max_per_address:
            if not self._evict(group):
                return False
        elif len(self._open) >= self._max_total and not any(self._evict(most) for most, _ in counts.most_common()):
            return False
        self._open[connection.peer] = connection
        return True

    def begin(self, peer: Peer) -> None:
        """A whole request has come in on this connection; it keeps its place until `finish`."""
        if peer in self._open:
            self._busy.add(peer)

    def finish(self, peer: Peer) -> None:
        """The answer is out."""
        self._busy.discard(peer)

    def release(self, connection: GatedConnection) -> None:
        """The connection is closed."""
        if self._open.get(connection.peer) is connection:
            del self._open[connection.peer]
            self._busy.discard(connection.peer)

    def _evict(self, group: str) -> bool:
        for peer, connection in self._open.items():
            if peer not in self._busy and address_group(peer[0]) == group:
                self.release(connection)
                connection.cut()
                return True
        return False


class GatedConnection(socket.socket):
    """An accepted connection that tells the gate when it is closed."""

    def __init__(self, accepted: socket.socket, peer: Peer, gate: ConnectionGate) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        self.peer = peer
        self._gate = gate

    def close(self) -> None:
        """Close, and give the place back."""
        super().close()
        self._gate.release(self)

    def cut(self) -> None:
        """End it under the hands of whoever reads; they see its end and close it."""
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)


class GatedListener(socket.socket):
    """A listening socket that accepts only what the gate admits; asyncio's server uses it like any other."""

    def __init__(self, listening: socket.socket, gate: ConnectionGate) -> None:
        super().__init__(listening.family, listening.type, listening.proto, fileno=listening.detach())
        self._gate = gate

    def accept(self) -> tuple[socket.socket, Any]:  # Any: as in socket.socket
        """The next admitted connection. Raises BlockingIOError when none waits."""
        while True:
            accepted, address = super().accept()
            connection = GatedConnection(accepted, (address[0], address[1]), self._gate)
            if self._gate.admit(connection):
                # asyncio does so only where the socket's protocol is named, which accept(2) does not tell: an answer's
                # body would wait 40 ms for the browser's delayed acknowledgement of its head.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection, address
            connection.close()
