"""One UDP socket for all viewers: each datagram goes to the connection that it belongs to, or nowhere.

On the Pi the server has no network and cannot open a socket: systemd hands it this one.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from typing import Any, Protocol, cast

Address = tuple[str, int]
SockAddress = tuple[Any, ...]  # Any: what asyncio and the kernel give, of two or four members

logger = logging.getLogger(__name__)

_STUN_HEADER = 20
_BINDING_REQUEST = 0x0001
_USERNAME = 0x0006


class Receiver(Protocol):
    """One connection's end of the shared socket."""

    def take(self, data: bytes, address: Address) -> bool:
        """Handle a datagram; True when `address` has proven itself to this connection."""


class SharedDatagrams(asyncio.DatagramProtocol):
    """Demultiplexes by the address that a datagram came from, or by the name in a STUN request (RFC 8445, RFC 5764).

    Knows at most what its receivers know: an address stays while its receiver does. Sends only to addresses that a
    datagram came from: what was never heard of is never called. Runs on the event loop.
    """

    def __init__(self) -> None:
        self._transport: asyncio.DatagramTransport | None = None
        self._by_name: dict[str, Receiver] = {}
        self._by_address: dict[Address, tuple[Receiver, SockAddress]] = {}
        self._now: tuple[Address, SockAddress] | None = None
        self.dropped = 0

    @classmethod
    async def on(cls, handed: socket.socket) -> SharedDatagrams:
        """Begin to listen on a bound UDP socket; it belongs to the result from now on."""
        handed.setblocking(False)
        _, shared = await asyncio.get_running_loop().create_datagram_endpoint(cls, sock=handed)
        return shared

    @property
    def port(self) -> int:
        """Raises RuntimeError before `on` has finished."""
        if self._transport is None:
            raise RuntimeError("the shared socket is not open yet: await SharedDatagrams.on")
        return int(self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)  # by its methods; 3.11 does not say so by type

    def datagram_received(self, data: bytes, addr: SockAddress) -> None:
        """To whom it belongs; dropped when nobody is meant."""
        address = plain_address(addr)
        known = self._by_address.get(address)
        receiver = self._named(data) or (known[0] if known else None)
        if receiver is None:
            self.dropped += 1
            return
        self._now = (address, addr)
        try:
            if receiver.take(data, address):
                self._by_address[address] = (receiver, addr)
        finally:
            self._now = None

    def error_received(self, exc: Exception) -> None:
        """A peer's port is closed: ICE notices by its own checks."""

    def attach(self, name: str, receiver: Receiver) -> None:
        """Requests to `name` (the local part of a STUN USERNAME) are `receiver`'s."""
        self._by_name[name] = receiver

    def detach(self, receiver: Receiver) -> None:
        """Forget it and its addresses."""
        self._by_name = {name: one for name, one in self._by_name.items() if one is not receiver}
        self._by_address = {address: one for address, one in self._by_address.items() if one[0] is not receiver}

    def send(self, data: bytes, address: Address, sender: Receiver) -> None:
        """To an address that proved itself to `sender`, or whose datagram is being handled right now; else dropped."""
        known = self._by_address.get(address)
        if known is not None and known[0] is sender:
            to: SockAddress = known[1]
        elif self._now is not None and self._now[0] == address:
            to = self._now[1]
        else:
            self.dropped += 1
            return
        if self._transport is not None:
            self._transport.sendto(data, to)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _named(self, data: bytes) -> Receiver | None:
        name = requested_name(data)
        return None if name is None else self._by_name.get(name)


class SharedTransport(asyncio.DatagramTransport):
    """What one connection takes for its own socket."""

    def __init__(self, shared: SharedDatagrams, receiver: Receiver, protocol: asyncio.BaseProtocol) -> None:
        super().__init__()
        self._shared, self._receiver, self._protocol = shared, receiver, protocol
        self._is_closing = False

    def sendto(self, data: bytes | bytearray | memoryview, addr: Any = None) -> None:  # Any: as asyncio
        if not self._is_closing and addr is not None:
            self._shared.send(bytes(data), (addr[0], addr[1]), self._receiver)

    def close(self) -> None:
        """The shared socket stays; this connection hears nothing more."""
        if self._is_closing:
            return
        self._is_closing = True
        self._shared.detach(self._receiver)
        asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.close()

    def is_closing(self) -> bool:
        return self._is_closing


def plain_address(addr: SockAddress) -> Address:
    """Host and port; an IPv4 peer of a dual-stack socket under its own address, a link-local one without its scope."""
    return str(addr[0]).partition("%")[0].removeprefix("::ffff:"), int(addr[1])


def requested_name(data: bytes) -> str | None:
    """Whom a STUN binding request asks for: the part of its USERNAME before the colon. None for anything else.

    RFC 8489 section 5; never raises, proves nothing (the guard does).
    """
    if len(data) < _STUN_HEADER or struct.unpack_from("!H", data)[0] != _BINDING_REQUEST:
        return None
    at = _STUN_HEADER
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("!HH", data, at)
        if kind == _USERNAME:
            return data[at + 4 : at + 4 + length].partition(b":")[0].decode("ascii", "replace")
        at += 4 + length + -length % 4
    return None
