"""The sound of a conversation, both ways: Opus of the camera to one browser, that browser's voice to the camera."""

from __future__ import annotations

import asyncio
import fractions
import logging
from collections import deque
from collections.abc import Callable

import av
import numpy as np
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from camera.contract import TALK_BLOCK_BYTES, Sound
from server.pictures import Picture

logger = logging.getLogger(__name__)

MAX_WAITING_SOUNDS = 15
"""300 ms. Full: the oldest is dropped."""
_TIME_BASE = fractions.Fraction(1, 48_000)


class SoundTrack(MediaStreamTrack):
    """An audio track that yields the camera's own Opus packets; silent, and without a packet, while nobody talks."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._sounds: deque[Picture] = deque(maxlen=MAX_WAITING_SOUNDS)
        self._arrived = asyncio.Event()

    def push(self, sound: Sound) -> None:
        """Take the next 20 ms; never blocks."""
        packet: Picture = av.Packet(sound.data)
        packet.pts = packet.dts = sound.pts_48k
        packet.time_base = _TIME_BASE
        self._sounds.append(packet)
        self._arrived.set()

    async def recv(self) -> Picture:
        """The next packet. Raises MediaStreamError when the track is stopped."""
        while not self._sounds:
            if self.readyState != "live":
                raise MediaStreamError
            self._arrived.clear()
            await self._arrived.wait()
        return self._sounds.popleft()

    def stop(self) -> None:
        """End the track; a waiting `recv` raises."""
        super().stop()
        self._sounds.clear()
        self._arrived.set()


async def pump_voice(track: MediaStreamTrack, on_block: Callable[[bytes], None]) -> None:
    """Consume a browser's voice to its end, in blocks of TALK_BLOCK_BYTES: mono, 48 kHz, 16 bit, little-endian.

    Whatever the browser sends costs at most this track.
    """
    waiting = bytearray()
    try:
        while True:
            frame = await track.recv()
            if not isinstance(frame, av.AudioFrame) or frame.sample_rate != _TIME_BASE.denominator:
                continue
            waiting += mono(frame)
            while len(waiting) >= TALK_BLOCK_BYTES:
                on_block(bytes(waiting[:TALK_BLOCK_BYTES]))
                del waiting[:TALK_BLOCK_BYTES]
    except MediaStreamError:
        pass
    except Exception as error:  # outermost loop of this task: a decoder may throw whatever it likes
        logger.info("a voice could not be heard: %s", type(error).__name__)


def mono(frame: av.AudioFrame) -> bytes:
    """The mean of the channels of a packed 16-bit frame, as Opus' decoder gives it."""
    samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
    return bytes(np.round(samples.mean(axis=1)).astype("<i2").tobytes())
