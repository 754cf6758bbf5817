"""A clock that moves only when told, and small video files made on the spot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream

from camera.clock import ClockQuality


class FakeClock:
    """Time stands still but for `advance` and `wait`."""

    def __init__(self) -> None:
        self.now_ns = 1_000_000_000_000
        self.waits_s: list[float] = []

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wall_ms(self) -> int:
        return 0

    def quality(self) -> ClockQuality:
        return "unsynced"

    def advance(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)

    def wait(self, seconds: float) -> bool:
        self.waits_s.append(seconds)
        self.advance(seconds)
        return False


def write_video(
    path: Path,
    width_px: int = 64,
    height_px: int = 48,
    fps: int = 10,
    pictures: int = 12,
    pix_fmt: str = "yuv420p",
    codec: str = "libx264",
    levels: tuple[int, ...] = (),
) -> Path:
    """A video whose picture n has the grey level 40 + 10 n, or `levels[n]`."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, Fraction(fps))
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width_px, height_px, pix_fmt
        for number in range(pictures):
            level = levels[number] if levels else (40 + 10 * number) % 256
            grey = np.full((height_px, width_px, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode(None))
    return path
