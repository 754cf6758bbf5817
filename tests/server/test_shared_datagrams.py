"""Many viewers on one UDP socket: each gets its own pictures, and nobody who was not heard of is called."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from server import live
from server.live import Live
from server.shared_datagrams import Address, SharedDatagrams, plain_address, requested_name
from tests.server.fakes import Recorder, encode_pictures, eventually
from tests.server.test_live import hub_with_pictures, watching

PHONE, LAPTOP = ("192.0.2.20", 50000), ("192.0.2.21", 50000)


class FakeReceiver:
    """Takes everything; believes an address when told to."""

    def __init__(self, *, believes: bool = True) -> None:
        self.believes = believes
        self.heard: list[tuple[bytes, Address]] = []

    def take(self, data: bytes, address: Address) -> bool:
        self.heard.append((data, address))
        return self.believes


def request_to(name: str) -> bytes:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes |= {"PRIORITY": 1, "USERNAME": f"{name}:them"}
    return bytes(message)


def bound(host: str = "127.0.0.1") -> socket.socket:
    handed = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    if ":" in host:
        handed.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    handed.bind((host, 0))
    return handed


@contextlib.asynccontextmanager
async def shared_on(host: str = "127.0.0.1") -> AsyncIterator[SharedDatagrams]:
    shared = await SharedDatagrams.on(bound(host))
    try:
        yield shared
    finally:
        shared.close()


def test_a_request_goes_to_whom_it_names_and_what_follows_too() -> None:
    shared, phone, laptop = SharedDatagrams(), FakeReceiver(), FakeReceiver()
    shared.attach("phon", phone)
    shared.attach("lapt", laptop)
    shared.datagram_received(request_to("phon"), PHONE)
    shared.datagram_received(request_to("lapt"), LAPTOP)
    shared.datagram_received(b"\x80media", LAPTOP)
    assert [address for _, address in phone.heard] == [PHONE]
    assert laptop.heard[1:] == [(b"\x80media", LAPTOP)]


def test_an_address_that_proved_nothing_reaches_nobody_by_itself() -> None:
    shared, phone = SharedDatagrams(), FakeReceiver(believes=False)
    shared.attach("phon", phone)
    shared.datagram_received(request_to("phon"), PHONE)
    shared.datagram_received(b"\x80media", PHONE)
    assert len(phone.heard) == 1
    assert shared.dropped == 1


def test_a_receiver_that_left_hears_nothing_more() -> None:
    shared, phone = SharedDatagrams(), FakeReceiver()
    shared.attach("phon", phone)
    shared.datagram_received(request_to("phon"), PHONE)
    shared.detach(phone)
    shared.datagram_received(request_to("phon"), PHONE)
    shared.datagram_received(b"\x80media", PHONE)
    assert len(phone.heard) == 1
    assert shared.dropped == 2


async def test_nothing_is_sent_to_an_address_that_was_never_heard() -> None:
    async with shared_on() as shared:
        with bound() as stranger:
            stranger.setblocking(False)
            shared.send(b"hello", stranger.getsockname(), FakeReceiver())
            assert shared.dropped == 1
            with pytest.raises(BlockingIOError):
                stranger.recv(100)


async def test_one_viewer_cannot_send_to_anothers_address() -> None:
    async with shared_on() as shared:
        phone, other = FakeReceiver(), FakeReceiver()
        shared.attach("phon", phone)
        shared.datagram_received(request_to("phon"), PHONE)
        shared.send(b"hello", PHONE, other)
        assert shared.dropped == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "::"])
async def test_three_viewers_see_pictures_over_one_socket(host: str) -> None:
    async with shared_on(host) as shared, hub_with_pictures() as (hub, _), contextlib.AsyncExitStack() as stack:
        hub.share(shared)
        browsers = [await stack.enter_async_context(watching(hub, f"v{n}")) for n in range(3)]
        await eventually(lambda: all(len(browser.pictures) >= 3 for browser in browsers))
        ports = {browser.peer.remoteDescription.sdp.partition("a=candidate:")[2].split()[5] for browser in browsers}
        assert ports == {str(shared.port)}


async def test_a_viewer_that_leaves_gives_its_place_back() -> None:
    async with shared_on() as shared:
        hub = Live(Recorder())
        hub.share(shared)
        units = encode_pictures(5)
        for number in range(live.MAX_VIEWERS_PER_SESSION + 1):
            async with watching(hub, f"v{number}") as browser:
                hub.unit_arrived(units[0])
                await eventually(lambda b=browser: b.peer.connectionState == "connected")  # type: ignore[misc]  # bound
            await hub.close_all()
        assert shared._by_name == {}
        assert shared._by_address == {}


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (("::ffff:192.0.2.7", 9, 0, 0), ("192.0.2.7", 9)),
        (("fe80::1%wlan0", 9, 0, 3), ("fe80::1", 9)),
        (("192.0.2.7", 9), ("192.0.2.7", 9)),
    ],
)
def test_an_address_is_told_the_way_ice_writes_it(raw: tuple[object, ...], plain: Address) -> None:
    assert plain_address(raw) == plain


def test_the_name_is_read_past_other_attributes() -> None:
    assert requested_name(request_to("phon")) == "phon"


@given(st.binary(max_size=120))
def test_no_bytes_break_the_reader_of_names(data: bytes) -> None:
    assert requested_name(data) is None or isinstance(requested_name(data), str)
    requested_name(b"\x00\x01" + data)


@given(st.binary(max_size=60))
def test_no_datagram_of_a_stranger_breaks_the_socket(data: bytes) -> None:
    SharedDatagrams().datagram_received(data, PHONE)
