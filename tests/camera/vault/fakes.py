"""Pictures, a clock and a whole recorded vault for tests of the vault and of what opens it."""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import av
import numpy as np

from camera.clock import ClockQuality
from camera.contract import AccessUnit
from camera.vault import ClipEnd, Vault
from camera.vault.cards import ClipClosed
from stoop.reader.age_stream import age_chunks
from stoop.reader.errors import PayloadError
from stoop.reader.identities import Identity
from stoop.reader.mp4_boxes import BoxWalker

WIDTH_PX, HEIGHT_PX = 320, 192
_TIME_BASE = Fraction(1, 90_000)
START_PTS_90K = 123_456_789


@dataclass
class FakeClock:
    """A clock that stands still until it is told otherwise."""

    now_ns: int = 5_000_000_000_000
    wall: int = 1_790_000_000_000
    is_synced: bool = True
    asked: int = field(default=0, repr=False)

    def advance(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)
        self.wall += round(seconds * 1e3)

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wall_ms(self) -> int:
        return self.wall

    def quality(self) -> ClockQuality:
        return "synced" if self.is_synced else "unsynced"


@cache
def access_units(duration_s: float, bit_rate: int = 300_000, fps: int = 30, seed: int = 1) -> tuple[AccessUnit, ...]:
    """Noise that keeps the encoder at its bit rate; constrained baseline, a key picture every 2 s."""
    return tuple(_encode(round(duration_s * fps), bit_rate, fps, seed))


def _encode(pictures: int, bit_rate: int, fps: int, seed: int) -> Iterator[AccessUnit]:
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
    codec.framerate, codec.time_base, codec.bit_rate = Fraction(fps, 1), _TIME_BASE, bit_rate
    codec.thread_count = 1
    rate_control = f"vbv-maxrate={bit_rate // 1000}:vbv-bufsize={bit_rate // 1000}:nal-hrd=cbr:threads=1"
    codec.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "x264-params": f"keyint={2 * fps}:min-keyint=1:scenecut=0:repeat-headers=1:{rate_control}",
    }
    random = np.random.default_rng(seed)
    for number in range(pictures):
        noise = random.integers(16, 235, (HEIGHT_PX * 3 // 2, WIDTH_PX), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(noise, format="yuv420p")
        frame.pts, frame.time_base = START_PTS_90K + number * 90_000 // fps, _TIME_BASE
        for packet in codec.encode(frame):
            assert packet.pts is not None
            yield AccessUnit(bytes(packet), packet.pts, packet.is_keyframe, number * 1_000_000_000 // fps)


MASK_DIGEST = "5d" * 32
CAMERA_ID = "c0ffee" + "0" * 26


def record_clip(vault: Vault, units: tuple[AccessUnit, ...], end: ClipEnd = "quiet") -> ClipClosed:
    """A whole clip with a thumbnail, from open to close."""
    clip = vault.open_clip("motion", MASK_DIGEST)
    for unit in units:
        clip.append(unit)
    clip.set_thumbnail(JPEG)
    return clip.close(end)


JPEG = b"\xff\xd8 stands for a picture \xff\xd9"


def playable_part(sealed: bytes, identities: Sequence[Identity]) -> bytes:
    """The plaintext of a clip that may be cut, up to its last whole fragment."""
    walker, plain = BoxWalker(), bytearray()
    with contextlib.suppress(PayloadError):
        for chunk in age_chunks(io.BytesIO(sealed), identities):
            walker.feed(chunk)
            plain += chunk
    return bytes(plain[: walker.playable_bytes])


def picture_times(mp4: bytes) -> list[int]:
    """Decode every picture; their times in 1/90000 s."""
    if not mp4:
        return []
    with av.open(io.BytesIO(mp4), "r") as container:
        return [frame.pts for frame in container.decode(video=0) if frame.pts is not None]


def count_pictures(mp4: bytes) -> int:
    """How many pictures there are, without decoding them."""
    if not mp4:
        return 0
    with av.open(io.BytesIO(mp4), "r") as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def top_boxes(mp4: bytes) -> list[tuple[str, int, int]]:
    """Kind, offset and size of each top-level box."""
    boxes, at = [], 0
    while at < len(mp4):
        size, kind = struct.unpack_from(">I4s", mp4, at)
        boxes.append((kind.decode(), at, size))
        at += size
    return boxes
