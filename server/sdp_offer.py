"""Looks an SDP offer over before aiortc sees it: only the shape that a viewer's browser sends gets through."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_OFFER_BYTES = 16 * 1024
MAX_LINES = 600
MAX_LINE_CHARS = 512
PLAYOUT_DELAY_URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"

_LINE = re.compile(r"[a-z]=[\x20-\x7e]+", re.ASCII)
_MEDIA = re.compile(r"m=(audio|video) [0-9]{1,5} UDP/TLS/RTP/SAVPF( [0-9]{1,3}){1,60}", re.ASCII)
_UFRAG = re.compile(r"a=ice-ufrag:[A-Za-z0-9+/]{4,256}", re.ASCII)
_PWD = re.compile(r"a=ice-pwd:[A-Za-z0-9+/]{22,256}", re.ASCII)
_FINGERPRINT = re.compile(r"a=fingerprint:(?i:sha)-(256|384|512) [0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31,63}", re.ASCII)
_MAX_FINGERPRINTS = 3
_SETUP = re.compile(r"a=setup:(actpass|active)", re.ASCII)
_MID = re.compile(r"a=mid:[A-Za-z0-9_-]{1,32}", re.ASCII)
_EXTENSION = re.compile(r"a=extmap:([0-9]{1,2}) (\S+)", re.ASCII)
_STRIPPED = ("a=candidate:", "a=end-of-candidates", "a=remote-candidates:")
_WANTED = {"video": ("a=recvonly", "a=sendrecv"), "audio": ("a=recvonly", "a=sendrecv", "a=sendonly", "a=inactive")}


class BadOfferError(ValueError):
    """The offer is not what a viewer's browser sends; the message says where."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A checked offer. `sdp` is without candidates: ours are few, and the browser's reach us as peer-reflexive ones."""

    sdp: str
    playout_delay_id: int | None
    """The RTP header extension id (1-14) that the browser chose for playout-delay, or None."""
    has_sound: bool = False
    """Whether the browser offers to send and receive sound."""


def read_offer(raw: bytes) -> Offer:
    """Raises BadOfferError unless `raw` offers to receive one video, with at most one audio beside it.

    Demanded of each section: DTLS-SRTP, one ufrag and pwd, SHA-2 fingerprints (its own or the session's), a mid, RTCP
    multiplexed; of the whole: no ICE-lite (the guard needs the browser's own checks), no data channel.
    """
    lines = _lines(raw)
    starts = [index for index, line in enumerate(lines) if line.startswith("m=")]
    if not 1 <= len(starts) <= 2:
        raise BadOfferError(f"{len(starts)} media sections, one video and at most one audio are expected")
    session = lines[: starts[0]]
    sections = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    kinds = [_check_section(session, section) for section in sections]
    if sorted(kinds) not in (["video"], ["audio", "video"]):
        raise BadOfferError(f"sections {', '.join(kinds)}, one video and at most one audio are expected")
    if lines[0] != "v=0" or "a=ice-lite" in lines:
        raise BadOfferError("the offer starts with no v=0 or comes from an ICE-lite agent")
    has_sound = any(kind == "audio" and "a=sendrecv" in lines for kind, lines in zip(kinds, sections, strict=True))
    kept = [line for line in lines if not line.startswith(_STRIPPED)]
    return Offer("\r\n".join(kept) + "\r\n", _playout_delay_id(sections[kinds.index("video")]), has_sound)


def _lines(raw: bytes) -> list[str]:
    if len(raw) > MAX_OFFER_BYTES:
        raise BadOfferError(f"{len(raw)} bytes, the limit is {MAX_OFFER_BYTES}")
    try:
        lines = raw.decode("ascii").replace("\r\n", "\n").rstrip("\n").split("\n")
    except UnicodeDecodeError as error:
        raise BadOfferError("a byte outside ASCII") from error
    if len(lines) > MAX_LINES:
        raise BadOfferError(f"{len(lines)} lines, the limit is {MAX_LINES}")
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE_CHARS or not _LINE.fullmatch(line):
            raise BadOfferError(f"line {number} is no SDP line of at most {MAX_LINE_CHARS} characters")
    return lines


def _check_section(session: list[str], section: list[str]) -> str:
    match = _MEDIA.fullmatch(section[0])
    if match is None:
        raise BadOfferError("a media section is neither audio nor video over DTLS-SRTP")
    kind = match.group(1)
    for what, pattern in (("ufrag", _UFRAG), ("pwd", _PWD), ("setup", _SETUP)):
        _need(what, pattern, section + session)
    _need("fingerprint", _FINGERPRINT, section + session, at_most=_MAX_FINGERPRINTS)
    _need("mid", _MID, section)
    if "a=rtcp-mux" not in section:
        raise BadOfferError(f"the {kind} section does not multiplex RTCP")
    if sum(line in ("a=recvonly", "a=sendrecv", "a=sendonly", "a=inactive") for line in section) != 1 or not any(
        line in _WANTED[kind] for line in section
    ):
        raise BadOfferError(f"the {kind} section does not say a=recvonly or a=sendrecv")
    return kind


def _need(what: str, pattern: re.Pattern[str], lines: list[str], at_most: int = 1) -> None:
    """One to `at_most` lines of this kind, all of them well-formed."""
    name = pattern.pattern.partition(":")[0] + ":"
    found = [line for line in lines if line.startswith(name)]
    if not 1 <= len(found) <= at_most:
        raise BadOfferError(f"{len(found)} lines of {what}, 1 to {at_most} are expected")
    if not all(pattern.fullmatch(line) for line in found):
        raise BadOfferError(f"the {what} is malformed")


def _playout_delay_id(video: list[str]) -> int | None:
    """Ids above 14 need the two-byte header form, which we don't send (RFC 8285 section 4.2)."""
    for line in video:
        match = _EXTENSION.fullmatch(line)
        if match is not None and match.group(2) == PLAYOUT_DELAY_URI and 1 <= int(match.group(1)) <= 14:
            return int(match.group(1))
    return None
