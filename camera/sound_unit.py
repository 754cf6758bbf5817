"""One frame of recorded sound, as microphone side and vault hand it over; neither knows the other."""

from __future__ import annotations

from dataclasses import dataclass, field

SOUND_RATE_HZ = 48_000
SOUND_SAMPLES = 1024
"""In one frame, 21.3 ms."""


@dataclass(frozen=True, slots=True)
class SoundUnit:
    """One raw AAC-LC frame (ISO/IEC 14496-3), mono, 48 kHz; `captured_at_ns`: monotonic, of its first sample."""

    data: bytes = field(repr=False)
    captured_at_ns: int
