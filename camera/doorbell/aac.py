"""AAC for clips (ISO/IEC 14496-3): blocks of 20 ms in, frames with their times out; it keeps no sound."""

from __future__ import annotations

import av
import numpy as np

from camera.doorbell.parts import RATE_HZ, Samples
from camera.sound_unit import SOUND_SAMPLES, SoundUnit

BITRATE_BPS = 64_000


class AacEncoder:
    """Not safe for several threads. One for each time that the microphone is opened for clips.

    The encoder's own delay of one frame is taken out: a frame's time is that of the sound which is heard in it.
    """

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("aac", "w")
        self._codec.sample_rate, self._codec.layout, self._codec.format = RATE_HZ, "mono", "fltp"
        self._codec.bit_rate = BITRATE_BPS
        self._codec.options = {"aac_coder": "fast"}  # a quarter of the time that the usual coder takes
        self._codec.open()
        self._left: Samples = np.zeros(0, np.int16)
        self._taken = 0

    def encode(self, block: Samples, captured_at_ns: int) -> list[SoundUnit]:
        """The frames that are ready after this block, whose first sample was heard at `captured_at_ns`."""
        begins = self._taken + len(self._left)
        self._left = np.concatenate((self._left, block))
        ready = list[SoundUnit]()
        while len(self._left) >= SOUND_SAMPLES:
            head, self._left = self._left[:SOUND_SAMPLES], self._left[SOUND_SAMPLES:]
            frame = av.AudioFrame.from_ndarray(
                (head.astype(np.float32) / 32768).reshape(1, -1), format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts = RATE_HZ, self._taken
            self._taken += SOUND_SAMPLES
            for packet in self._codec.encode(frame):
                at = captured_at_ns + ((packet.pts or 0) - begins) * 1_000_000_000 // RATE_HZ
                ready.append(SoundUnit(bytes(packet), at))
        return ready
