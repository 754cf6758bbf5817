"""Every touch of what aiortc and aioice keep private, and nothing else.

tests/server/test_ice_guard.py is the contract: it fails when a library changes.
All of it works on one connection's own objects: no class or table of the libraries is patched.
"""

# ruff: noqa: SLF001  (the whole point of this module)

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import uuid
from collections.abc import Callable
from typing import Any, cast

from aioice import stun
from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.ice import Connection, StunProtocol
from aiortc import RTCPeerConnection, RTCRtpTransceiver
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters
from aiortc.rtp import HeaderExtensions, HeaderExtensionsMap

from server.ice_guard import Address, IceGuard, Stun
from server.sdp_offer import PLAYOUT_DELAY_URI
from server.shared_datagrams import SharedDatagrams, SharedTransport, plain_address

logger = logging.getLogger(__name__)

_ONE_BYTE_PROFILE = 0xBEDE  # RFC 8285 section 4.2
_RECEIVE_BUFFER_BYTES = 256 * 1024
_HEADER_MAP = "_RTCRtpSender__rtp_header_extensions_map"


def ice_connection(transceiver: RTCRtpTransceiver) -> Connection:
    """The aioice connection under a transceiver."""
    return transceiver.sender.transport.transport._connection


def gather_guarded(connection: Connection, addresses: list[str]) -> None:
    """Make `connection` gather exactly `addresses` as host candidates, each behind a guard.

    aioice itself would take every interface but loopback, and let every datagram in. Addresses that this machine does
    not have (no IPv6, say) are left out; when none is left, gathering raises ConnectionError.
    """

    async def get_component_candidates(component: int, addresses: object, timeout: int = 5) -> list[Candidate]:
        found: list[Candidate] = []
        for address in chosen:
            try:
                found.append(await _guarded_candidate(connection, address, component))
            except OSError as error:
                logger.info("no socket on an own address: %s", error.strerror)
        if not found:
            raise ConnectionError("none of the named addresses can be bound")
        return found

    chosen = list(addresses)
    connection.get_component_candidates = get_component_candidates  # type: ignore[method-assign]


async def _guarded_candidate(connection: Connection, address: str, component: int) -> Candidate:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: GuardedStunProtocol(connection), local_addr=(address, 0)
    )
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
    host, port = transport.get_extra_info("sockname")[:2]
    protocol.local_candidate = _host_candidate(host.partition("%")[0], port, component)
    connection._protocols.append(protocol)
    return protocol.local_candidate


def gather_shared(connection: Connection, shared: SharedDatagrams, address: str) -> None:
    """Make `connection` use the shared socket, which the viewer reaches under `address`: its one candidate."""

    async def gather_candidates() -> None:
        # aioice's own lists the interfaces first, by a netlink socket that the server's unit does not allow
        if connection._local_candidates_start:
            return
        connection._local_candidates_start = True
        for component in connection._components:
            protocol = SharedStunProtocol(connection)
            protocol.connection_made(SharedTransport(shared, protocol, protocol))
            protocol.local_candidate = _host_candidate(plain_address((address, 0))[0], shared.port, component)
            shared.attach(connection.local_username, protocol)
            connection._protocols.append(protocol)
            connection._local_candidates.append(protocol.local_candidate)
        connection._local_candidates_end = True

    connection.gather_candidates = gather_candidates  # type: ignore[method-assign]


def _host_candidate(host: str, port: int, component: int) -> Candidate:
    return Candidate(
        foundation=candidate_foundation("host", "udp", host),
        component=component,
        transport="udp",
        priority=candidate_priority(component, "host"),
        host=host,
        port=port,
        type="host",
    )


class GuardedStunProtocol(StunProtocol):
    """aioice's datagram protocol with the guard in front."""

    def __init__(self, receiver: Connection) -> None:
        super().__init__(receiver)
        self.guard = IceGuard(lambda data: read_stun(data, receiver), receiver._queue.qsize)

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:  # Any: asyncio's address tuples
        self.take(cast("bytes", data), (str(addr[0]).partition("%")[0], int(addr[1])))

    def take(self, data: bytes, address: Address) -> bool:
        """Pass on what the guard admits; True when `address` has proven itself."""
        if not self.guard.admits(data, address):
            return False
        if data[0] <= 3:
            super().datagram_received(data, address)
        else:  # known not to be STUN: spare the parsing
            self.receiver.data_received(data, self.local_candidate.component)
        return self.guard.has_proven(address)


class SharedStunProtocol(GuardedStunProtocol):
    """The same on a socket that all connections share."""


def read_stun(data: bytes, connection: Connection) -> Stun:
    """Classify a datagram whose first byte is 0-3; never raises.

    aioice 0.13 raises struct.error on a short attribute and KeyError on a request without PRIORITY.
    """
    try:
        message = stun.parse_message(data)
    except (ValueError, struct.error):
        return Stun.BROKEN
    if message.message_class in (stun.Class.RESPONSE, stun.Class.ERROR):
        return Stun.RESPONSE
    wanted = {"USERNAME", "PRIORITY", "MESSAGE-INTEGRITY"}
    if (
        message.message_class != stun.Class.REQUEST
        or message.message_method != stun.Method.BINDING
        or not wanted <= message.attributes.keys()
    ):
        return Stun.BROKEN
    is_ours = connection._valid_username(message.attributes["USERNAME"]) and message.check_message_integrity(
        connection.local_password.encode()
    )
    return Stun.REQUEST if is_ours else Stun.FOREIGN


def guards(connection: Connection) -> list[IceGuard]:
    """The guards of a connection that has gathered."""
    return [protocol.guard for protocol in connection._protocols if isinstance(protocol, GuardedStunProtocol)]


def on_key_picture_wanted(transceiver: RTCRtpTransceiver, wanted: Callable[[], None]) -> None:
    """Call `wanted` when the viewer sends PLI or FIR; aiortc would tell its own encoder, which does not run."""
    transceiver.sender._send_keyframe = wanted  # type: ignore[method-assign]


def await_dtls(transceiver: RTCRtpTransceiver, offer_sdp: str) -> None:
    """Answer `a=setup:passive` where the offer leaves the choice; aiortc by itself answers `active`.

    GStreamer as the passive end refuses aiortc's choice of ciphers; as the active one it works, like everybody else.
    Call between setRemoteDescription and the answer.
    """
    if "a=setup:actpass" in offer_sdp:
        transceiver.receiver.transport._set_role("server")


def send_playout_delay(transceiver: RTCRtpTransceiver, extension_id: int) -> None:
    """Tell the browser on each packet to show pictures at once: playout delay min = max = 0.

    Call between setRemoteDescription and the answer. The extension is described at
    webrtc.googlesource.com, docs/native-code/rtp-hdrext/playout-delay.
    """
    extension = RTCRtpHeaderExtensionParameters(id=extension_id, uri=PLAYOUT_DELAY_URI)
    transceiver._headerExtensions.append(extension)
    if not hasattr(transceiver.sender, _HEADER_MAP):
        raise AttributeError(f"aiortc's sender has no {_HEADER_MAP}; this aiortc is not one that was tried")
    setattr(transceiver.sender, _HEADER_MAP, PlayoutDelayMap(extension_id))


class PlayoutDelayMap(HeaderExtensionsMap):
    """aiortc's writer of header extensions, with playout-delay 0 in front of what it writes."""

    def __init__(self, extension_id: int) -> None:
        super().__init__()
        self._element = bytes([extension_id << 4 | 2, 0, 0, 0])  # three bytes of value: four in all, no padding

    def set(self, values: HeaderExtensions) -> tuple[int, bytes]:
        """Profile and value; a two-byte form, which we never cause, is left as it is."""
        profile, value = super().set(values)
        return (_ONE_BYTE_PROFILE, self._element + value) if profile in (0, _ONE_BYTE_PROFILE) else (profile, value)


def receives_nothing(peer: RTCPeerConnection) -> bool:
    """Whether no receiver of this connection runs: what a browser sends is dropped before any decoder."""
    started = (getattr(transceiver.receiver, "_RTCRtpReceiver__started") for transceiver in peer.getTransceivers())  # noqa: B009  (mypy knows no mangled names)
    return not any(started)


def part_stream(transceiver: RTCRtpTransceiver) -> None:
    """Give what this transceiver sends a media stream (msid) of its own.

    A browser keeps the tracks of one stream in step, so a picture that shared it would wait for the sound.
    """
    transceiver.sender._stream_id = str(uuid.uuid4())
