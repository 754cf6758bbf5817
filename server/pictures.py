"""Hands a viewer the camera's encoded pictures as they are; never encodes. Slow viewers lose pictures, not time."""

from __future__ import annotations

import asyncio
import fractions
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from camera.contract import AccessUnit

MAX_WAITING = 30
Picture: TypeAlias = "av.Packet[av.stream.Stream]"
_TIME_BASE = fractions.Fraction(1, 90_000)
_START_CODE = b"\x00\x00\x01"
_IDR, _SPS, _PPS = 5, 7, 8  # ITU-T H.264 table 7-1


class ParameterSets:
    """Remembers the last SPS and PPS, to put in front of a key picture that comes without (ITU-T H.264 7.4.1.2.1)."""

    def __init__(self) -> None:
        self._sets: dict[int, bytes] = {}

    def complete(self, unit: AccessUnit) -> bytes:
        """The unit's data; a key picture begins with SPS and PPS if any were ever seen."""
        if not unit.is_key:
            return unit.data
        own = parameter_sets(unit.data)
        missing = [kind for kind in (_SPS, _PPS) if kind not in own and kind in self._sets]
        self._sets.update(own)
        return b"".join(b"\x00" + _START_CODE + self._sets[kind] for kind in missing) + unit.data


def parameter_sets(data: bytes) -> dict[int, bytes]:
    """SPS (7) and PPS (8) in Annex B data, without start codes; looks no further than the first slice."""
    found: dict[int, bytes] = {}
    start = data.find(_START_CODE)
    while 0 <= start < len(data) - 3:
        start += 3
        end = data.find(_START_CODE, start)
        kind = data[start] & 0x1F
        if 1 <= kind <= _IDR:
            break
        if kind in (_SPS, _PPS):
            found[kind] = (data[start:end] if end >= 0 else data[start:]).rstrip(b"\x00")
        start = end
    return found


def to_packet(unit: AccessUnit, data: bytes) -> Picture:
    """The packet that every viewer's sender splits into RTP; nobody writes to it."""
    packet: Picture = av.Packet(data)
    packet.pts = packet.dts = unit.pts_90k
    packet.time_base = _TIME_BASE
    return packet


class PictureTrack(MediaStreamTrack):
    """A video track that yields the camera's own packets.

    Holds at most MAX_WAITING. When one more comes, all are dropped and the viewer waits for the next key picture,
    which is asked for. Pictures count from the first `recv`, when the connection stands; the first is a key picture.
    """

    kind = "video"

    def __init__(self, want_key_picture: Callable[[], None]) -> None:
        super().__init__()
        self._want_key_picture = want_key_picture
        self._pictures: deque[Picture] = deque()
        self._arrived = asyncio.Event()
        self._has_begun = False
        self._needs_key = True
        self.dropped = 0

    def push(self, packet: Picture, *, is_key: bool) -> None:
        """Take the next picture; never blocks."""
        if not self._has_begun or (self._needs_key and not is_key):
            return
        if len(self._pictures) >= MAX_WAITING:
            self._overflow()
            if not is_key:
                return
        self._needs_key = False
        self._pictures.append(packet)
        self._arrived.set()

    async def recv(self) -> Picture:
        """The next picture. Raises MediaStreamError when the track is stopped."""
        if not self._has_begun:
            self._has_begun = True
            self._want_key_picture()
        while not self._pictures:
            if self.readyState != "live":
                raise MediaStreamError
            self._arrived.clear()
            await self._arrived.wait()
        return self._pictures.popleft()

    def stop(self) -> None:
        """End the track; a waiting `recv` raises."""
        super().stop()
        self._pictures.clear()
        self._arrived.set()

    def _overflow(self) -> None:
        self.dropped += len(self._pictures)
        self._pictures.clear()
        self._needs_key = True
        self._want_key_picture()
