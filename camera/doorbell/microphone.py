"""Microphones at the door: opened for a conversation, closed after it; never open while nobody talks."""

from __future__ import annotations

import time
from collections import deque

import av
import numpy as np

from camera.doorbell.alsa import must_have_card, prepare
from camera.doorbell.parts import BLOCK, RATE_HZ, DoorbellError, Samples
from camera.doorbell.silent import NoDevice

_LOUDNESS = 8_000
_BLOCK_S = BLOCK / RATE_HZ


class NoMicrophone:
    """Opening it says that there is none, which is no fault."""

    def __init__(self, _address: str = "") -> None:
        raise NoDevice("this camera has no microphone")

    def read(self) -> Samples:
        raise NoDevice("this camera has no microphone")

    def close(self) -> None: ...


class ToneMicrophone:
    """A tone of `address` Hz (default 440), as fast as time passes: for tests and for trying a demo.

    `930/0.5`: half a second of it, half a second of nothing, and so on. `930/0.5/9`: the same twice, then nothing for
    9 s, and so on.
    """

    def __init__(self, address: str) -> None:
        try:
            hz, every_s, pause_s = [*address.split("/"), "0", "0"][:3]
            self._hz, self._every_s, self._pause_s = float(hz or "440"), float(every_s), float(pause_s)
        except ValueError as error:
            raise DoorbellError(f"the tone {address!r} is no number of Hz: write tone:440") from error
        self._at, self._began_s = 0, time.monotonic()

    def read(self) -> Samples:
        t = (np.arange(BLOCK) + self._at) / RATE_HZ
        self._at += BLOCK
        time.sleep(max(0.0, self._began_s + self._at / RATE_HZ - time.monotonic()))
        if self._every_s and self._is_silent(float(t[0])):
            return np.zeros(BLOCK, np.int16)
        block: Samples = np.round(_LOUDNESS * np.sin(2 * np.pi * self._hz * t)).astype(np.int16)
        return block

    def _is_silent(self, at_s: float) -> bool:
        in_round_s = at_s % (4 * self._every_s + self._pause_s)
        return in_round_s >= 4 * self._every_s or in_round_s % (2 * self._every_s) >= self._every_s

    def close(self) -> None: ...


class AlsaMicrophone:
    """`address` is an ALSA device such as `plughw:1`; empty: the default one, and no fault where there is no card."""

    def __init__(self, address: str) -> None:
        must_have_card(address)
        prepare()
        name = address or "default"
        try:
            self._device = av.open(name, "r", format="alsa", options={"sample_rate": str(RATE_HZ), "channels": "1"})
            self._frames = self._device.decode(audio=0)
        except (OSError, ValueError, IndexError) as error:  # av's errors are both; IndexError: no audio stream
            raise DoorbellError(
                f"the microphone {name!r} cannot be opened ({error}): check its cable and camera.microphone"
            ) from error
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ, frame_size=BLOCK)
        self._ready: deque[Samples] = deque()

    def read(self) -> Samples:
        while not self._ready:
            try:
                frame = next(self._frames)
                for block in self._resampler.resample(frame):
                    self._ready.append(block.to_ndarray()[0].astype(np.int16))
            except (OSError, ValueError, StopIteration) as error:
                raise DoorbellError("the microphone is gone: check its cable") from error
        return self._ready.popleft()

    def close(self) -> None:
        try:
            self._device.close()
        except OSError as error:
            raise DoorbellError(f"the microphone is gone ({error.strerror}): check its cable") from error
