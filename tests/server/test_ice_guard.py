"""The guard's decisions, and the contract with aiortc's and aioice's private parts."""

from __future__ import annotations

import struct

import pytest
from aioice import stun
from aioice.ice import Connection, StunProtocol
from aiortc import RTCConfiguration, RTCIceGatherer, RTCPeerConnection, RTCRtpSender
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtp import HeaderExtensions, HeaderExtensionsMap, unpack_header_extensions
from hypothesis import given
from hypothesis import strategies as st

from server import aiortc_private
from server.ice_guard import MAX_PROVEN_ADDRESSES, MAX_QUEUED, IceGuard, Stun

BROWSER = ("192.0.2.20", 50000)
ATTACKER = ("192.0.2.66", 50000)
DTLS, RTP = b"\x16" + bytes(20), b"\x80" + bytes(20)


def guard(answer: Stun = Stun.REQUEST, queued: int = 0) -> IceGuard:
    return IceGuard(lambda _: answer, lambda: queued)


@given(st.binary(max_size=3000))
def test_a_stranger_gets_nothing_but_stun_through(data: bytes) -> None:
    assert not guard(Stun.FOREIGN).admits(data, ATTACKER)
    assert not guard(Stun.BROKEN).admits(data, ATTACKER)


@pytest.mark.parametrize("data", [DTLS, RTP])
def test_media_gets_in_once_its_address_is_proven(data: bytes) -> None:
    watch = guard()
    assert not watch.admits(data, BROWSER)
    assert watch.admits(b"\x00", BROWSER)
    assert watch.admits(data, BROWSER)
    assert not watch.admits(data, ATTACKER)
    assert not watch.admits(data, (BROWSER[0], BROWSER[1] + 1))


@pytest.mark.parametrize("first", [*range(4, 20), *range(64, 128), *range(192, 256)])
def test_what_is_neither_dtls_nor_rtp_is_dropped_even_from_the_browser(first: int) -> None:
    watch = guard()
    watch.admits(b"\x00", BROWSER)
    assert not watch.admits(bytes([first]) * 20, BROWSER)


def test_empty_and_oversized_datagrams_are_dropped() -> None:
    watch = guard()
    watch.admits(b"\x00", BROWSER)
    assert not watch.admits(b"", BROWSER)
    assert not watch.admits(b"\x80" * 2049, BROWSER)
    assert watch.dropped == 2


def test_a_full_queue_takes_nothing_more() -> None:
    watch = guard(queued=MAX_QUEUED)
    assert watch.admits(b"\x00", BROWSER)
    assert not watch.admits(RTP, BROWSER)


def test_only_so_many_addresses_can_prove_themselves() -> None:
    watch = guard()
    admitted = [watch.admits(b"\x00", ("192.0.2.20", port)) for port in range(MAX_PROVEN_ADDRESSES + 5)]
    assert admitted == [True] * MAX_PROVEN_ADDRESSES + [False] * 5


def _connection() -> Connection:
    connection = Connection(ice_controlling=False)
    connection.remote_username = "them"
    return connection


def _request(connection: Connection, password: str | None = None, **attributes: object) -> bytes:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes |= {"USERNAME": f"{connection.local_username}:them", "PRIORITY": 1, **attributes}
    message.add_message_integrity((password or connection.local_password).encode())
    return bytes(message)


async def test_stun_is_ours_only_with_our_password_and_name() -> None:
    connection = _connection()
    read = aiortc_private.read_stun
    assert read(_request(connection), connection) is Stun.REQUEST
    assert read(_request(connection, "x" * 22), connection) is Stun.FOREIGN
    assert read(_request(connection, USERNAME="nobody:them"), connection) is Stun.FOREIGN
    assert read(_request(connection, USERNAME=f"{connection.local_username}:other"), connection) is Stun.FOREIGN


async def test_stun_without_priority_or_integrity_is_broken() -> None:
    connection = _connection()
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{connection.local_username}:them"
    assert aiortc_private.read_stun(bytes(message), connection) is Stun.BROKEN
    message.add_message_integrity(connection.local_password.encode())
    assert aiortc_private.read_stun(bytes(message), connection) is Stun.BROKEN


@given(st.binary(max_size=200), st.integers(0, 3))
def test_no_bytes_break_the_stun_reader(data: bytes, first: int) -> None:
    connection = Connection.__new__(Connection)
    body = bytes([first]) + data
    whole = struct.pack("!HHI", first, max(0, len(data)), 0x2112A442) + bytes(12) + data
    assert aiortc_private.read_stun(body, connection) in (Stun.BROKEN, Stun.RESPONSE)
    assert aiortc_private.read_stun(whole, connection) in (Stun.BROKEN, Stun.RESPONSE)


async def test_the_libraries_still_have_the_private_parts_that_we_touch() -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = peer.addTransceiver("video", direction="sendonly")
    connection = aiortc_private.ice_connection(transceiver)
    assert isinstance(connection, Connection)
    assert connection._protocols == []
    assert connection._queue.qsize() == 0
    assert callable(connection.get_component_candidates)
    assert (connection._local_candidates_start, connection._local_candidates_end) == (False, False)
    assert connection._local_candidates == []
    assert connection._components == {1}
    assert callable(connection._valid_username)
    assert callable(transceiver.sender._send_keyframe)
    assert transceiver._headerExtensions == []
    assert isinstance(getattr(transceiver.sender, aiortc_private._HEADER_MAP), HeaderExtensionsMap)
    assert isinstance(transceiver.sender.transport, RTCDtlsTransport)
    assert aiortc_private.receives_nothing(peer)
    await peer.close()


def test_the_libraries_still_call_what_we_replace() -> None:
    """The names that the libraries' own code looks up, by their compiled code."""
    assert "_send_keyframe" in RTCRtpSender._handle_rtcp_packet.__code__.co_names
    assert aiortc_private._HEADER_MAP in RTCRtpSender._run_rtp.__code__.co_names
    assert "data_received" in StunProtocol.datagram_received.__code__.co_names
    assert "gather_candidates" in RTCIceGatherer.gather.__code__.co_names
    assert "put_nowait" in Connection.data_received.__code__.co_names


async def test_gathering_takes_the_named_addresses_and_guards_each() -> None:
    connection = _connection()
    aiortc_private.gather_guarded(connection, ["127.0.0.1", "::1"])
    await connection.gather_candidates()
    assert [candidate.host for candidate in connection.local_candidates] == ["127.0.0.1", "::1"]
    assert len(aiortc_private.guards(connection)) == 2
    await connection.close()


async def test_an_address_that_cannot_be_bound_is_left_out() -> None:
    connection = _connection()
    aiortc_private.gather_guarded(connection, ["203.0.113.9", "127.0.0.1"])
    await connection.gather_candidates()
    assert [candidate.host for candidate in connection.local_candidates] == ["127.0.0.1"]
    await connection.close()


async def test_no_address_at_all_is_a_fault() -> None:
    connection = _connection()
    aiortc_private.gather_guarded(connection, ["203.0.113.9"])
    with pytest.raises(ConnectionError):
        await connection.gather_candidates()


def test_playout_delay_stands_first_and_the_rest_is_kept() -> None:
    plain, ours = HeaderExtensionsMap(), aiortc_private.PlayoutDelayMap(7)
    empty = HeaderExtensions()
    assert unpack_header_extensions(*ours.set(empty)) == [(7, bytes(3))]
    assert plain.set(empty) == (0, b"")
    profile, value = ours.set(empty)
    assert (profile, len(value) % 4) == (0xBEDE, 0)
