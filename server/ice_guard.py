"""Decides which UDP datagrams reach ICE, DTLS and SRTP; sans I/O.

aiortc 1.16 dies of one empty datagram and aioice 0.13 hands DTLS whatever arrives from anywhere. Here, until an
address has proven by a STUN request with the connection's own password that it has read our answer, only STUN gets
through. **Who can forge the proven address and port can still inject**; DTLS and SRTP authenticate what comes after
the handshake.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

MAX_PROVEN_ADDRESSES = 16
MAX_QUEUED = 256
MAX_DATAGRAM_BYTES = 2048

Address = tuple[str, int]


class Stun(Enum):
    """What a datagram that looks like STUN turned out to be."""

    BROKEN = "no STUN message, or one that lacks what ICE needs"
    FOREIGN = "a request without our password"
    REQUEST = "a binding request made with our password"
    RESPONSE = "a response or error; ICE checks it against what it asked"


class IceGuard:
    """One per UDP socket of a connection.

    Remembers at most MAX_PROVEN_ADDRESSES, further ones are refused; lets nothing more in while MAX_QUEUED datagrams
    wait to be read (real-time media is better lost than late).
    """

    def __init__(self, read_stun: Callable[[bytes], Stun], queued: Callable[[], int]) -> None:
        self._read_stun = read_stun
        self._queued = queued
        self._proven: set[Address] = set()
        self.dropped = 0

    def admits(self, data: bytes, address: Address) -> bool:
        """Whether the datagram may go on to aioice."""
        is_admitted = bool(data) and len(data) <= MAX_DATAGRAM_BYTES and self._admits(data, address)
        self.dropped += not is_admitted
        return is_admitted

    def has_proven(self, address: Address) -> bool:
        """Whether a request with our password came from there."""
        return address in self._proven

    def _admits(self, data: bytes, address: Address) -> bool:
        first = data[0]  # RFC 7983 section 7: 0-3 STUN, 20-63 DTLS, 128-191 RTP and RTCP
        if first <= 3:
            return self._admits_stun(data, address)
        is_ours = 20 <= first <= 63 or 128 <= first <= 191
        return is_ours and address in self._proven and self._queued() < MAX_QUEUED

    def _admits_stun(self, data: bytes, address: Address) -> bool:
        match self._read_stun(data):
            case Stun.RESPONSE:
                return True
            case Stun.REQUEST:
                if address not in self._proven and len(self._proven) >= MAX_PROVEN_ADDRESSES:
                    return False
                self._proven.add(address)
                return True
            case _:
                return False
