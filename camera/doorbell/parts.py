"""What the parts of a doorbell are to each other: four small protocols and one error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

RATE_HZ = 48_000
BLOCK = 960
"""Samples in 20 ms, what Opus takes and gives (RFC 6716 section 2.1.4)."""
Samples: TypeAlias = npt.NDArray[np.int16]
"""Mono, signed 16 bit, 48 kHz, one dimension."""


def samples_of(data: bytes) -> Samples:
    """Of raw little-endian bytes; an odd one at the end is dropped."""
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16)


class DoorbellError(Exception):
    """A part of the bell cannot be used; the message is one sentence that names it and the fix."""


class Button(Protocol):
    """Tells each change of one button. `run` blocks until `close`, which may come from any thread."""

    def run(self, on_edge: Callable[[bool], None], on_fault: Callable[[str | None], None]) -> None:
        """`on_edge(is_down)` for each change; `on_fault` a sentence when it cannot be read, None when it can."""

    def close(self) -> None: ...


class Chime(Protocol):
    """Makes the sound inside the house. Never blocks, never raises."""

    def ring(self, volume: float, on_sound: Callable[[], None]) -> None:
        """`volume` 0.0-1.0, 0 for silence; `on_sound` is called, on any thread, when the first sample was given out."""

    def fault(self) -> str | None: ...
    def close(self) -> None: ...


class Speaker(Protocol):
    """An open sound device. `write` may block for as long as the device wants; raises DoorbellError when it is gone."""

    def write(self, block: Samples) -> None: ...
    def close(self) -> None: ...


class Microphone(Protocol):
    """An open sound device. `read` gives the next 20 ms and may block; raises DoorbellError when it is gone."""

    def read(self) -> Samples: ...
    def close(self) -> None: ...
