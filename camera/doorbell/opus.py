"""Opus for talk (RFC 6716): 20 ms of mono in, one packet out; it keeps no sound."""

from __future__ import annotations

import av

from camera.doorbell.parts import RATE_HZ, Samples

BITRATE_BPS = 32_000


class OpusEncoder:
    """Not safe for several threads. One for each conversation, so that none begins with the rest of another."""

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("libopus", "w")
        self._codec.sample_rate, self._codec.layout, self._codec.format = RATE_HZ, "mono", "s16"
        self._codec.bit_rate = BITRATE_BPS
        self._codec.options = {"application": "voip", "frame_duration": "20"}
        self._pts = 0

    def encode(self, block: Samples) -> list[bytes]:
        """The packets that are ready after this block of 960 samples."""
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, self._pts
        self._pts += len(block)
        return [bytes(packet) for packet in self._codec.encode(frame)]
