"""Offers: what a browser sends gets through, everything else is refused with one error."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import Refused
from server.live import Live
from server.sdp_offer import MAX_OFFER_BYTES, PLAYOUT_DELAY_URI, BadOfferError, read_offer
from tests.server.fakes import Recorder

FINGERPRINT = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)
SECTION = [
    "m=video 9 UDP/TLS/RTP/SAVPF 102 103",
    "c=IN IP4 0.0.0.0",
    "a=rtcp:9 IN IP4 0.0.0.0",
    "a=candidate:1 1 udp 2113937151 1234.local 50000 typ host",
    "a=ice-ufrag:abcd",
    "a=ice-pwd:abcdefghijklmnopqrstuvwx",
    FINGERPRINT,
    "a=setup:actpass",
    "a=mid:0",
    f"a=extmap:5 {PLAYOUT_DELAY_URI}",
    "a=recvonly",
    "a=rtcp-mux",
    "a=rtpmap:102 H264/90000",
    "a=rtcp-fb:102 nack pli",
    "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
    "a=rtpmap:103 rtx/90000",
    "a=fmtp:103 apt=102",
    "a=end-of-candidates",
]
SESSION = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0"]
LINES = [*SESSION, *SECTION]


def sdp(lines: list[str]) -> bytes:
    return "".join(line + "\r\n" for line in lines).encode("utf-8", "surrogatepass")


def test_a_browsers_offer_gets_through_without_its_candidates() -> None:
    offer = read_offer(sdp(LINES))
    assert "candidate" not in offer.sdp
    assert offer.playout_delay_id == 5
    assert len(offer.sdp.splitlines()) == len(LINES) - 2


def test_line_feeds_alone_are_understood() -> None:
    assert read_offer(sdp(LINES).replace(b"\r\n", b"\n")) == read_offer(sdp(LINES))


@pytest.mark.parametrize("uri_id", ["0", "15", "99"])
def test_an_extension_id_that_needs_long_headers_is_left_out(uri_id: str) -> None:
    lines = [line.replace("extmap:5", f"extmap:{uri_id}") for line in LINES]
    assert read_offer(sdp(lines)).playout_delay_id is None


@pytest.mark.parametrize(
    "prefix", ["a=ice-ufrag", "a=ice-pwd", "a=fingerprint", "a=setup", "a=mid", "a=rtcp-mux", "a=recvonly", "m="]
)
def test_each_needed_line_is_missed(prefix: str) -> None:
    with pytest.raises(BadOfferError):
        read_offer(sdp([line for line in LINES if not line.startswith(prefix)]))


BAD = {
    "nothing": b"",
    "only line ends": b"\r\n" * 10,
    "too long": sdp(LINES) + b"a=x:" + b"y" * MAX_OFFER_BYTES,
    "a long line": sdp([*LINES, "a=x:" + "y" * 600]),
    "too many lines": sdp([*LINES, *["a=x"] * 600]),
    "not ascii": sdp([*LINES, "a=x:é"]),
    "a NUL": sdp([*LINES, "a=x:\0"]),
    "a bare carriage return": sdp([*LINES, "a=x\ra=y"]),
    "a data channel": sdp([*LINES, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"]),
    "two videos": sdp([*LINES, *SECTION]),
    "three sections": sdp([*LINES, *SECTION, *SECTION]),
    "audio alone": sdp([*SESSION, *(line.replace("m=video", "m=audio") for line in SECTION)]),
    "ice-lite": sdp([*SESSION, "a=ice-lite", *SECTION]),
    "sendonly": sdp([line.replace("recvonly", "sendonly") for line in LINES]),
    "two directions": sdp([*LINES, "a=sendrecv"]),
    "passive": sdp([line.replace("actpass", "passive") for line in LINES]),
    "two ufrags": sdp([*LINES, "a=ice-ufrag:efgh"]),
    "a short pwd": sdp([line.replace("abcdefghijklmnopqrstuvwx", "short") for line in LINES]),
    "no DTLS": sdp([line.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP") for line in LINES]),
    "sha-1": sdp([line.replace("sha-256", "sha-1") for line in LINES]),
    "many fingerprints": sdp([*LINES, *[FINGERPRINT] * 3]),
    "no version": sdp(LINES[1:]),
}


@pytest.mark.parametrize("name", BAD)
def test_what_no_browser_sends_is_refused(name: str) -> None:
    with pytest.raises(BadOfferError):
        read_offer(BAD[name])


@given(st.binary(max_size=2000) | st.text(max_size=500).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_garbage_fails_with_the_one_error(raw: bytes) -> None:
    with pytest.raises(BadOfferError):
        read_offer(raw)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A browser's offer with lines dropped, doubled, moved, or overwritten."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        index = draw(st.integers(0, len(lines) - 1))
        other = draw(st.sampled_from(lines))
        change = draw(st.sampled_from(["drop", "insert", "edit", "cut"]))
        if change == "drop" and len(lines) > 1:
            del lines[index]
        elif change == "insert":
            lines.insert(index, other)
        elif change == "cut":
            lines[index] = lines[index][: draw(st.integers(0, len(lines[index])))]
        else:
            junk = draw(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20))
            at = draw(st.integers(0, len(lines[index])))
            lines[index] = lines[index][:at] + junk + lines[index][at + len(junk) :]
    return sdp(lines)


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_a_damaged_offer_is_answered_or_refused_and_leaves_nothing(raw: bytes) -> None:
    async def attempt() -> None:
        desk = Recorder()
        hub = Live(desk)
        status = 201
        try:
            await hub.open("v1", "session", read_offer(raw), "127.0.0.1")
        except BadOfferError:
            return
        except Refused as refusal:
            status = refusal.status
        viewers = len(hub)
        await hub.close_all()
        assert (status, viewers) in ((201, 1), (400, 0))
        assert desk.left == ["v1"]

    asyncio.run(attempt())
