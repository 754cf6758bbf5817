"""The sound of one clip: frames with their times in, fragments of a track without a hole out."""

from __future__ import annotations

from collections import deque

from camera.sound_unit import SOUND_RATE_HZ, SOUND_SAMPLES, SoundUnit
from camera.vault.sound_boxes import SILENT_FRAME, sound_fragment

_NS_PER_S = 1_000_000_000
_MOST_OFF = SOUND_SAMPLES * 3 // 2
"""Samples, 32 ms: so far from its place a frame may stand before silence is put in or a frame is left out."""
LATE_S = 0.5
"""Sound that did not come so long after its picture does not come: silence takes its place."""


class SoundTrack:
    """Sound and picture go by the same clock; the track begins with the clip's first picture.

    Invariant: what `fragment` gives has no hole, so that every player plays on where the microphone was silent, late or
    dead; and a frame stands within 32 ms of its time. Holds no more than what came since the last fragment.
    """

    def __init__(self, start_ns: int) -> None:
        self._start_ns = start_ns
        self._waiting: deque[SoundUnit] = deque()
        self._next_sample = self._heard_frames = 0

    @property
    def heard_ms(self) -> int:
        """How much of it a microphone heard; the rest is silence put in."""
        return self._heard_frames * SOUND_SAMPLES * 1000 // SOUND_RATE_HZ

    def add(self, unit: SoundUnit) -> None:
        """Take the next frame, in order of time."""
        self._waiting.append(unit)

    def fragment(self, until_90k: int, number: int, *, is_last: bool = False) -> bytes:
        """What belongs to pictures before `until_90k` (from the clip's begin); empty where there is nothing yet.

        `is_last`: nothing more comes, silence fills the rest.
        """
        until = until_90k * SOUND_RATE_HZ // 90_000
        first, frames = self._next_sample, list[bytes]()
        while self._waiting and self._place_of(self._waiting[0]) < until:
            self._put(self._waiting.popleft(), frames)
        self._fill(until if is_last else until - round(LATE_S * SOUND_RATE_HZ), frames)
        return sound_fragment(frames, first, number) if frames else b""

    def _place_of(self, unit: SoundUnit) -> int:
        return (unit.captured_at_ns - self._start_ns) * SOUND_RATE_HZ // _NS_PER_S

    def _put(self, unit: SoundUnit, frames: list[bytes]) -> None:
        place = self._place_of(unit)
        if place < self._next_sample - _MOST_OFF:
            return
        if place > self._next_sample + _MOST_OFF:
            self._fill(place, frames)
        frames.append(unit.data)
        self._next_sample += SOUND_SAMPLES
        self._heard_frames += 1

    def _fill(self, until: int, frames: list[bytes]) -> None:
        """Silence, in whole frames that end by `until`."""
        count = max(0, (until - self._next_sample) // SOUND_SAMPLES)
        frames += [SILENT_FRAME] * count
        self._next_sample += count * SOUND_SAMPLES
