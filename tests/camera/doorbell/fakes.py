"""A button, a chime and a loudspeaker that tests press, hear and break."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from camera.doorbell.evdev import EV_KEY, EVENT
from camera.doorbell.parts import DoorbellError, Samples

KEY = 0x1C  # KEY_ENTER


def key_event(value: int, kind: int = EV_KEY, code: int = KEY) -> bytes:
    """One struct input_event as the kernel writes it: 1 down, 0 up, 2 repeated."""
    return EVENT.pack(1_700_000_000, 0, kind, code, value)


TAP = key_event(1) + key_event(0)


@dataclass
class HeardSpeaker:
    """Remembers what it was given; may be told to fail or to hang."""

    blocks: list[Samples] = field(default_factory=list)
    is_broken: bool = False
    hangs: threading.Event | None = None
    opened: int = 0
    closed: int = 0

    def open(self) -> HeardSpeaker:
        if self.is_broken:
            raise DoorbellError("the loudspeaker is gone: check its cable")
        self.opened += 1
        return self

    def write(self, block: Samples) -> None:
        if self.hangs:
            self.hangs.wait(20)
        if self.is_broken:
            raise DoorbellError("the loudspeaker is gone: check its cable")
        self.blocks.append(block)

    def close(self) -> None:
        self.closed += 1

    def heard(self) -> Samples:
        return np.concatenate(self.blocks) if self.blocks else np.zeros(0, np.int16)


def until(is_so: Callable[[], object], limit_s: float = 20.0) -> None:
    deadline_s = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < deadline_s, "waited in vain"
        time.sleep(0.005)


def loudest_hz(samples: Samples, rate_hz: int = 48_000) -> float:
    """The strongest frequency, to about a hertz for a second of sound."""
    spectrum = np.abs(np.fft.rfft(samples.astype(float) * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate_hz / len(samples))
