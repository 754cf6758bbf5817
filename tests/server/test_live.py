"""The live picture with real connections on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator

import pytest
from aiortc.mediastreams import MediaStreamError

from camera.contract import AccessUnit, TicketEnded
from server import aiortc_private, live
from server.certificate import lan_addresses
from server.errors import Refused
from server.live import Live, candidate_addresses
from server.pictures import PictureTrack, to_packet
from server.sdp_offer import Offer, read_offer
from tests.server.fakes import Browser, Recorder, encode_pictures, eventually, play

UNITS = encode_pictures(30)


@contextlib.asynccontextmanager
async def watching(hub: Live, viewer: str = "v1", browser: Browser | None = None) -> AsyncIterator[Browser]:
    browser = browser or Browser()
    offer = read_offer((await browser.offer()).encode())
    await browser.accept(await hub.open(viewer, "session", offer, "127.0.0.1"))
    try:
        yield browser
    finally:
        await browser.close()


@contextlib.asynccontextmanager
async def hub_with_pictures(units: list[AccessUnit] = UNITS) -> AsyncIterator[tuple[Live, Recorder]]:
    desk = Recorder()
    hub = Live(desk)
    player = asyncio.create_task(play(units, hub.unit_arrived))
    try:
        yield hub, desk
    finally:
        player.cancel()
        await asyncio.gather(player, return_exceptions=True)
        await hub.close_all()


async def test_a_viewer_sees_pictures() -> None:
    async with hub_with_pictures() as (hub, desk), watching(hub) as browser:
        await eventually(lambda: len(browser.pictures) >= 5)
        assert (browser.pictures[0].width, browser.pictures[0].height) == (320, 180)
        assert desk.key_pictures_wanted >= 1


async def test_eight_viewers_see_pictures_from_one_encode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_VIEWERS_PER_SESSION", 8)
    async with hub_with_pictures() as (hub, _), contextlib.AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(watching(hub, f"v{n}")) for n in range(8)]
        await eventually(lambda: all(len(browser.pictures) >= 3 for browser in browsers))


async def test_pictures_without_parameter_sets_are_shown_once_they_were_seen() -> None:
    bare = [AccessUnit(_without_parameter_sets(u.data), u.pts_90k, u.is_key, 0) for u in UNITS]
    desk = Recorder()
    hub = Live(desk)
    hub.unit_arrived(UNITS[0])
    player = asyncio.create_task(play(bare, hub.unit_arrived))
    async with watching(hub) as browser:
        await eventually(lambda: len(browser.pictures) >= 3)
    player.cancel()
    await hub.close_all()


def _without_parameter_sets(data: bytes) -> bytes:
    nals = [nal for nal in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if nal]
    return b"".join(b"\0\0\0\1" + nal for nal in nals if nal[0] & 0x1F not in (7, 8))


async def test_a_lost_picture_asks_the_camera_for_a_key_picture() -> None:
    async with hub_with_pictures() as (hub, desk), watching(hub) as browser:
        await eventually(lambda: len(browser.pictures) >= 2)
        wanted = desk.key_pictures_wanted
        receiver = browser.peer.getReceivers()[0]
        sender = hub._viewers["v1"].peer.getSenders()[0]
        await receiver._send_rtcp_pli(sender._ssrc)
        await eventually(lambda: desk.key_pictures_wanted > wanted)


async def test_many_wishes_for_a_key_picture_become_two_at_most() -> None:
    desk = Recorder()
    hub = Live(desk)
    for _ in range(100):
        hub.want_key_picture()
    assert desk.key_pictures_wanted == 1
    await eventually(lambda: desk.key_pictures_wanted == 2)
    await hub.close_all()


async def test_the_end_of_a_ticket_closes_the_connection_and_is_told_once() -> None:
    async with hub_with_pictures() as (hub, desk), watching(hub) as browser:
        await eventually(lambda: len(browser.pictures) >= 1)
        hub.ticket_ended(TicketEnded("v1", "revoked"))
        await eventually(lambda: browser.peer.connectionState == "closed")
        assert desk.left == ["v1"]
        assert len(hub) == 0


async def test_a_browser_that_leaves_is_told_to_the_camera() -> None:
    async with hub_with_pictures() as (hub, desk):
        async with watching(hub) as browser:
            await eventually(lambda: len(browser.pictures) >= 1)
        await eventually(lambda: desk.left == ["v1"])


async def test_the_camera_going_away_ends_every_viewer() -> None:
    async with hub_with_pictures() as (hub, _), watching(hub) as browser:
        await eventually(lambda: len(browser.pictures) >= 1)
        hub.link_changed(is_online=False)
        await eventually(lambda: browser.peer.connectionState == "closed")
        assert len(hub) == 0


async def test_the_end_of_a_session_ends_its_viewers_only() -> None:
    async with hub_with_pictures() as (hub, desk), watching(hub):
        hub.close_session("another")
        assert len(hub) == 1
        hub.close_session("session")
        assert desk.left == ["v1"]


async def test_a_browser_that_never_connects_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CONNECT_LIMIT_S", 0.05)
    desk = Recorder()
    hub = Live(desk)
    browser = Browser()
    await hub.open("v1", "session", read_offer((await browser.offer()).encode()), "127.0.0.1")
    await eventually(lambda: desk.left == ["v1"])
    assert len(hub) == 0
    await browser.close()
    await hub.close_all()


async def test_one_browser_cannot_take_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_VIEWERS_PER_SESSION", 1)
    async with hub_with_pictures() as (hub, desk), watching(hub):
        browser = Browser()
        offer = read_offer((await browser.offer()).encode())
        with pytest.raises(Refused) as refusal:
            await hub.open("v2", "session", offer, "127.0.0.1")
        assert refusal.value.status == 429
        assert desk.left == ["v2"]
        await browser.close()


async def test_there_are_places_for_sixteen_viewers_and_no_more() -> None:
    hub = Live(Recorder())
    offer = read_offer((await _offer_once()).encode())
    for number in range(16):
        await hub.open(f"v{number}", f"s{number}", offer, "127.0.0.1")
    with pytest.raises(Refused, match="16 viewers"):
        await hub.open("v16", "s16", offer, "127.0.0.1")
    await hub.close_all()


async def _offer_once() -> str:
    browser = Browser()
    sdp = await browser.offer()
    await browser.close()
    return sdp


async def test_an_offer_without_h264_is_refused_and_leaves_nothing_behind() -> None:
    offer = read_offer((await _offer_once()).encode())
    without = "\r\n".join(line for line in offer.sdp.split("\r\n") if "H264" not in line)
    without = "\r\n".join(line for line in without.split("\r\n") if not line.startswith(("a=fmtp", "a=rtcp-fb")))
    before = _open_files()
    desk = Recorder()
    hub = Live(desk)
    with pytest.raises(Refused, match=r"H\.264"):
        await hub.open("v1", "session", Offer(without, None), "127.0.0.1")
    await hub.close_all()
    assert (desk.left, len(hub), _open_files()) == (["v1"], 0, before)


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


async def test_the_answer_names_own_addresses_h264_playout_delay_and_waits_for_dtls() -> None:
    hub = Live(Recorder())
    sdp = (await _offer_once()).replace("a=mid:0", "a=mid:0\r\na=extmap:9 " + URI)
    answer = await hub.open("v1", "session", read_offer(sdp.encode()), "127.0.0.1")
    lines = answer.split("\r\n")
    addresses = {line.split()[4] for line in lines if line.startswith("a=candidate")}
    codecs = [line.split()[1] for line in lines if line.startswith("a=rtpmap")]
    assert addresses == {"127.0.0.1", "::1", *lan_addresses()[:1]}
    assert codecs == ["H264/90000", "rtx/90000"]
    assert "profile-level-id=42e01f" in answer
    assert "a=setup:passive" in lines
    assert f"a=extmap:9 {URI}" in lines
    assert "a=sendonly" in lines
    await hub.close_all()


URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"


async def test_what_a_browser_sends_is_received_by_nobody() -> None:
    async with hub_with_pictures() as (hub, _):
        browser = Browser(kinds=("video", "audio"), direction="sendrecv")
        offer = read_offer((await browser.offer()).encode())
        answer = await hub.open("v1", "session", offer, "127.0.0.1")
        assert "a=inactive" in answer.split("\r\n")
        await browser.accept(answer)
        await eventually(lambda: len(browser.pictures) >= 1)
        assert aiortc_private.receives_nothing(hub._viewers["v1"].peer)
        await browser.close()


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("127.0.0.1", ["127.0.0.1", "::1", "192.0.2.7"]),
        ("::1", ["127.0.0.1", "::1", "192.0.2.7"]),
        ("192.0.2.7", ["192.0.2.7"]),
        ("::ffff:192.0.2.7", ["192.0.2.7"]),
        ("2001:db8::7", ["2001:db8::7"]),
    ],
)
def test_candidates_are_of_the_interface_that_was_asked(local: str, expected: list[str]) -> None:
    assert candidate_addresses(local, ["192.0.2.7", "198.51.100.7"]) == expected


def _forged_hello() -> bytes:
    body = b"\xfe\xfd" + bytes(32) + b"\x00\x00\x00\x02\x00\x01\x01\x00"
    size = len(body).to_bytes(3, "big")
    handshake = b"\x01" + size + b"\x00\x00\x00\x00\x00" + size + body
    return b"\x16\xfe\xff" + bytes(8) + len(handshake).to_bytes(2, "big") + handshake


_ALERT = b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x02\x28"
_CLOSE_NOTIFY = b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x01\x00"
_STUN_JUNK = b"\x00\x01\x00\x08\x21\x12\xa4\x42" + bytes(12) + b"\x00\x24\x00\x02\x00\x00\x00\x00"
ATTACKS = {
    "one empty datagram": [b""],
    "every first byte": [bytes([n]) for n in range(256)],
    "short junk": [bytes([n, 200]) for n in range(256)],
    "forged hello": [_forged_hello()] * 3,
    "forged fatal alert": [_ALERT] * 50,
    "forged close": [_CLOSE_NOTIFY] * 50,
    "stun with a short attribute": [_STUN_JUNK] * 3,
    "rtp flood": [b"\x80\x60" + bytes(1198)] * 1000,
    "oversize": [b"\x80" + bytes(9000)],
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("moment", ["before the browser connects", "while it watches"])
async def test_the_picture_goes_on_under(attack: str, moment: str) -> None:
    async with hub_with_pictures() as (hub, _):
        browser = Browser()
        answer = await hub.open("v1", "session", read_offer((await browser.offer()).encode()), "127.0.0.1")
        if moment == "before the browser connects":
            await _attack(answer, ATTACKS[attack])
        await browser.accept(answer)
        await eventually(lambda: len(browser.pictures) >= 2)
        if moment == "while it watches":
            await _attack(answer, ATTACKS[attack])
        seen = len(browser.pictures)
        await eventually(lambda: len(browser.pictures) >= seen + 10)
        guards = aiortc_private.guards(aiortc_private.ice_connection(hub._viewers["v1"].peer.getTransceivers()[0]))
        assert sum(guard.dropped for guard in guards) >= 1
        await browser.close()


async def _attack(answer: str, datagrams: list[bytes]) -> None:
    candidates = [line.split() for line in answer.split("\r\n") if line.startswith("a=candidate")]
    (port,) = {int(parts[5]) for parts in candidates if parts[4] == "127.0.0.1"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
        for number, datagram in enumerate(datagrams):
            attacker.sendto(datagram, ("127.0.0.1", port))
            if number % 50 == 49:
                await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)


async def test_a_slow_viewer_resumes_with_a_key_picture() -> None:
    desk = Recorder()
    hub = Live(desk)
    track = PictureTrack(hub.want_key_picture)
    first = asyncio.ensure_future(track.recv())
    await asyncio.sleep(0)
    packets = [(to_packet(unit, unit.data), unit.is_key) for unit in encode_pictures(60, gop=20)]
    for packet, is_key in packets:
        track.push(packet, is_key=is_key)
    assert (await first).pts == 40 * 3000
    assert track.dropped == 30
    await hub.close_all()


async def test_a_stopped_track_ends_whoever_waits() -> None:
    track = PictureTrack(lambda: None)
    waiting = asyncio.ensure_future(track.recv())
    await asyncio.sleep(0)
    track.stop()
    with pytest.raises(MediaStreamError):
        await waiting
