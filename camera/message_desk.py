"""A visitor's message: nobody answered, so a voice says so, and after its tone up to 30 s are recorded with sound."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

import numpy as np

from camera.clock import Clock
from camera.doorbell.parts import RATE_HZ, DoorbellError, Samples
from camera.doorbell.sound_out import LEAD_S, Sound
from camera.errors import CommandRefused
from camera.made_voice import say

logger = logging.getLogger(__name__)
_NS_PER_S = 1_000_000_000

TEXT = "Nobody can answer the door. You may leave a message of half a minute after the tone. It is recorded."
LONGEST_S = 30
QUIET_S = 8
"""Who says nothing for so long has said it all, or has left."""
SPOKEN_WITHIN_S = 5
"""A voice that no loudspeaker has said to its end so long after it could have asked nobody: nothing is recorded."""
_TONE_HZ, _TONE_S = 880, 0.4


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody rang, or somebody answered."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """It rang; the voice speaks at `due_ns` unless somebody answers."""

    due_ns: int


@dataclass(frozen=True, slots=True)
class Speaking:
    """The voice was given to the loudspeaker; `records_at_ns`: when its tone is over, None until its end was taken."""

    asked_at_ns: int
    given_up_at_ns: int
    records_at_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """A message is recorded since `began_ns`; something was said last at `loud_at_ns`, or nothing yet."""

    began_ns: int
    loud_at_ns: int | None = None

    def is_over(self, now_ns: int) -> bool:
        loud_at_ns = self.began_ns if self.loud_at_ns is None else self.loud_at_ns
        return now_ns - self.began_ns >= LONGEST_S * _NS_PER_S or now_ns - loud_at_ns >= QUIET_S * _NS_PER_S


Step: TypeAlias = Idle | Waiting | Speaking | Recording


class Loudspeaker(Protocol):
    def play(self, sound: Sound) -> bool: ...


class MessagePort(Protocol):
    """What a message needs of the camera; quick."""

    def may_take_message(self) -> bool:
        """Whether the owner wants messages, there can be a clip, and nobody watches or talks."""

    def begin_message(self, now_ns: int) -> None: ...
    def end_message(self, now_ns: int, *, was_spoken: bool) -> None: ...


class MessageDesk:
    """`rang` and `answered` come from anywhere, `tick` several times a second from one thread.

    Invariant: a message is recorded only after the voice that asks for it was taken by the loudspeaker to its end, for
    30 s at most, and ends when somebody answers, when nothing was said for 8 s, or when the owner wants none any more.
    """

    def __init__(
        self,
        clock: Clock,
        out: Loudspeaker,
        port: MessagePort,
        wait_s: float,
        speak: Callable[[str], Samples | None] = say,
    ) -> None:
        self._clock, self._out, self._port = clock, out, port
        self._wait_ns = round(wait_s * _NS_PER_S)
        self._lock = threading.RLock()
        self._step: Step = Idle()
        self._make_voice = speak
        self._voice: Samples | None = None

    @property
    def step(self) -> Step:
        return self._step

    def prepare(self) -> None:
        """Make the voice, once, where this machine can speak. Takes a second."""
        if self._voice is not None:
            return
        try:
            spoken = self._make_voice(TEXT)
        except DoorbellError as error:
            logger.warning("%s", error)
            return
        self._voice = None if spoken is None else np.concatenate((spoken, _tone()))

    def must_speak(self) -> None:
        """Raises CommandRefused conflict where the camera cannot say what it would record."""
        self.prepare()
        if self._voice is None:
            raise CommandRefused(
                "conflict", "the camera cannot ask for messages without a voice: install espeak-ng on it, restart it"
            )

    def rang(self) -> None:
        """A visitor pressed. Pressed again while the voice waits, it waits anew; later it changes nothing."""
        with self._lock:
            if not isinstance(self._step, Idle | Waiting) or not self._port.may_take_message():
                return
            self._step = Waiting(self._clock.monotonic_ns() + self._wait_ns)
        if self._voice is None:  # since the camera started; there is time until it is due
            threading.Thread(target=self.prepare, name="voice", daemon=True).start()

    def answered(self) -> None:
        """Somebody of the house watches, talks or has a phrase said: what is under way ends, a message too."""
        with self._lock:
            was, self._step = self._step, Idle()
            if isinstance(was, Recording):
                self._port.end_message(self._clock.monotonic_ns(), was_spoken=was.loud_at_ns is not None)

    def heard(self, is_loud: bool) -> None:
        """20 ms of the microphone."""
        if is_loud:
            with self._lock:
                if isinstance(self._step, Recording):
                    self._step = Recording(self._step.began_ns, self._clock.monotonic_ns())

    def tick(self) -> None:
        """Do what is due."""
        now_ns = self._clock.monotonic_ns()
        with self._lock:
            if self._step != Idle() and not self._port.may_take_message():
                self.answered()
            match self._step:
                case Waiting(due_ns) if now_ns >= due_ns:
                    self._speak(now_ns)
                case Speaking(_, given_up_at_ns, None) if now_ns > given_up_at_ns:
                    self._step = Idle()
                case Speaking(_, _, int(records_at_ns)) if now_ns >= records_at_ns:
                    self._step = Recording(now_ns)
                    self._port.begin_message(now_ns)
                case Recording() as recording if recording.is_over(now_ns):
                    self.answered()

    def _speak(self, now_ns: int) -> None:
        voice = self._voice
        if voice is None:
            self._step = Idle()
            return
        lasts_ns = len(voice) * _NS_PER_S // RATE_HZ
        self._step = Speaking(now_ns, now_ns + lasts_ns + SPOKEN_WITHIN_S * _NS_PER_S)
        if not self._out.play(Sound(voice, on_end=lambda: self._spoken(now_ns))):
            self._step = Idle()

    def _spoken(self, asked_at_ns: int) -> None:
        """The voice that was asked for then; that of another visitor says nothing to this one."""
        with self._lock:
            if isinstance(self._step, Speaking) and self._step.asked_at_ns == asked_at_ns:
                over_ns = self._clock.monotonic_ns() + round(LEAD_S * _NS_PER_S)
                self._step = replace(self._step, records_at_ns=over_ns)


class Loudness:
    """Whether somebody speaks: clearly louder than what is always heard, which it learns slowly."""

    def __init__(self) -> None:
        self._usual: float | None = None

    def is_loud(self, block: Samples) -> bool:
        level = float(np.sqrt(np.mean(np.square(block.astype(np.float32)))))
        self._usual = level if self._usual is None else min(level, self._usual * 1.003 + 0.1)
        return level > max(200.0, 3 * self._usual)


def _tone() -> Samples:
    t = np.arange(round(_TONE_S * RATE_HZ)) / RATE_HZ
    fade = np.minimum(1, np.minimum(t, _TONE_S - t) / 0.01)
    made: Samples = np.round(9000 * fade * np.sin(2 * np.pi * _TONE_HZ * t)).astype(np.int16)
    return np.concatenate((np.zeros(round(0.3 * RATE_HZ), np.int16), made))
