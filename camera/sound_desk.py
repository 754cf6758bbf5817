"""Sound for clips: what the microphone hears, as AAC, kept in memory for a minute; only while the owner wants it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from camera.clock import Clock
from camera.doorbell import MICROPHONES, DoorbellError, Microphone, check_spec, open_part
from camera.doorbell.aac import AacEncoder
from camera.doorbell.parts import BLOCK, RATE_HZ, Samples
from camera.doorbell.sound_in import SoundIn
from camera.errors import SettingsError
from camera.message_desk import Loudness
from camera.settings import CameraSettings
from camera.sound_unit import SOUND_RATE_HZ, SOUND_SAMPLES, SoundUnit

KEPT_S = 60
"""The longest pre-roll, and what a slow card is behind at most. Full: the oldest frame goes. Half a megabyte."""
_BLOCK_NS = BLOCK * 1_000_000_000 // RATE_HZ
_HOLE_NS = 200_000_000
_DRIFT_NS = 10_000
"""Of each block's 20 ms: 500 ppm, more than a sound card's clock and ours part."""


def open_sound_in(settings: CameraSettings) -> SoundIn:
    """The camera's one microphone, for all who listen. Raises SettingsError when it is of no known kind."""
    try:
        check_spec("the microphone", MICROPHONES, settings.microphone)
    except DoorbellError as error:
        raise SettingsError(f"{error}; see docs/settings.md") from error

    def opened() -> Microphone:
        microphone: Microphone = open_part("the microphone", MICROPHONES, settings.microphone)
        return microphone

    return SoundIn(opened)


class SoundTimes:
    """When each block of a microphone was heard, on the monotonic clock.

    Blocks come late, never early: the earliest of them tell the time, and the guess drifts by no more than two clocks
    do. A jump of more than 200 ms is a hole, after which it begins anew.
    """

    def __init__(self) -> None:
        self._next_ns: int | None = None

    def begin_of(self, now_ns: int) -> int:
        """Of the block that came at `now_ns`: when its first sample was heard."""
        seen_ns, expected_ns = now_ns - _BLOCK_NS, self._next_ns
        if expected_ns is None or seen_ns - expected_ns > _HOLE_NS:
            begin_ns = seen_ns
        else:
            begin_ns = min(seen_ns, expected_ns + _DRIFT_NS)
        self._next_ns = begin_ns + _BLOCK_NS
        return begin_ns


class SoundDesk:
    """`switch` and `between` from any thread; what is heard comes on the microphone's.

    Invariants: the microphone is open only while it is switched on; switched off, nothing that was heard is left. What
    is kept is in memory only and bounded: a clip takes of it what was heard beside its pictures.
    """

    def __init__(self, clock: Clock, sound_in: SoundIn) -> None:
        self._clock, self._in = clock, sound_in
        self._lock = threading.Lock()
        self._kept: deque[SoundUnit] = deque(maxlen=KEPT_S * SOUND_RATE_HZ // SOUND_SAMPLES)
        self._listening: _Listening | None = None
        self._is_chosen = self._is_for_message = False
        self.on_loud: Callable[[bool], None] = lambda is_loud: None
        """Is told of each 20 ms whether somebody speaks; on the microphone's thread."""

    @property
    def is_on(self) -> bool:
        return self._listening is not None

    def wants(self, cause: str) -> bool:
        """Whether a clip of this cause is to hold sound."""
        return self._is_chosen or (cause == "message" and self._is_for_message)

    def switch(self, *, is_on: bool) -> None:
        """All clips hold sound from now on, or none but a message."""
        self._set(chosen=is_on)

    def switch_for_message(self, *, is_on: bool) -> None:
        """A message is recorded from now on, or no more."""
        self._set(message=is_on)

    def _set(self, *, chosen: bool | None = None, message: bool | None = None) -> None:
        """Listen from now on, or forget all that was heard; None leaves a wish as it is.

        All under the lock: of two threads that switch at once, the later one's end must not come before the other's
        begin, which would leave the microphone open with nobody to close it.
        """
        with self._lock:
            if self._is_chosen and chosen is False:
                self._kept.clear()  # also while a message is heard
            self._is_chosen = self._is_chosen if chosen is None else chosen
            self._is_for_message = self._is_for_message if message is None else message
            was_on, is_on = self.is_on, self._is_chosen or self._is_for_message
            if is_on == was_on:
                return
            self._kept.clear()
            old, self._listening = self._listening, _Listening(self) if is_on else None
            if old:
                self._in.end(old.on_block)
            if self._listening:
                self._in.begin(self._listening.on_block)

    def between(self, from_ns: int, until_ns: int) -> list[SoundUnit]:
        """What is known to have been heard in this time, oldest first; the newest comes about 0.1 s late."""
        found = deque[SoundUnit]()
        with self._lock:
            for unit in reversed(self._kept):  # the newest are asked for
                if unit.captured_at_ns < from_ns:
                    break
                if unit.captured_at_ns < until_ns:
                    found.appendleft(unit)
        return list(found)

    def fault(self) -> str | None:
        """Why nothing is heard, as one sentence; None when all is well or it is off."""
        return self._in.fault() if self.is_on else None

    def heard(self, of: _Listening, block: Samples) -> None:
        """A listening that was switched off is heard no more."""
        self.on_loud(of.loudness.is_loud(block))
        for unit in of.encoder.encode(block, of.times.begin_of(self._clock.monotonic_ns())):
            with self._lock:
                if self._listening is of:
                    self._kept.append(unit)


class _Listening:
    """From one switching on to the next switching off."""

    def __init__(self, desk: SoundDesk) -> None:
        self._desk, self.encoder, self.times, self.loudness = desk, AacEncoder(), SoundTimes(), Loudness()

    def on_block(self, block: Samples) -> None:
        self._desk.heard(self, block)
