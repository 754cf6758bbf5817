"""The one thread that has the loudspeaker: chime, replies, talk, in blocks of 20 ms, no faster than they sound."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from camera.doorbell.parts import BLOCK, RATE_HZ, DoorbellError, Samples, Speaker
from camera.doorbell.silent import NoDevice

logger = logging.getLogger(__name__)

MAX_SOUNDS = 4
"""Full: a further sound is dropped. A bell that rings at most once in 3 s never has so many."""
MAX_TALK_BLOCKS = 15
"""300 ms. Full: the oldest block is dropped, so that talk is late by no more than that."""
LEAD_S = 0.06
"""So much is given to the device before it sounds: less crackles, more is heard later."""
_IDLE_S = 2.0
"""A device that nobody needs is closed again after so long: an open one draws current and hums."""
_HANGS_S = 3.0
_BLOCK_S = BLOCK / RATE_HZ


def _nobody() -> None: ...


@dataclass(frozen=True, slots=True)
class Sound:
    """`samples` at `volume` 0.0-1.0; `on_begin` is called when the first block has been taken by the device.

    `on_end` is called when the last one has, LEAD_S before it is over; never for a sound that failed or that talk cut.
    """

    samples: Samples = field(repr=False)
    volume: float = 1.0
    on_begin: Callable[[], None] = _nobody
    on_end: Callable[[], None] = _nobody


class SoundOut:
    """`play`, `talk` and `fault` never block and never raise. Talk goes before sounds, and ends the one under way.

    A device that fails costs what was to be heard then; it is opened again for the next sound. One that hangs keeps its
    thread; what comes meanwhile is dropped, and `fault` says so.
    """

    def __init__(self, open_speaker: Callable[[], Speaker]) -> None:
        self._open = open_speaker
        self._sounds: deque[Sound] = deque()
        self._talk: deque[Samples] = deque(maxlen=MAX_TALK_BLOCKS)
        self._changed = threading.Condition()
        self._is_closed = False
        self._fault: str | None = None
        self.absent: str | None = None
        """Why what was to be heard last was not, where there is no loudspeaker at all: no fault of anybody's."""
        self._busy_since_s: float | None = None
        self._speaker: Speaker | None = None
        self._heard_until_s = 0.0
        self._thread: threading.Thread | None = None

    def play(self, sound: Sound) -> bool:
        """False when too many wait: this one is dropped."""
        with self._changed:
            if len(self._sounds) >= MAX_SOUNDS or self._is_closed:
                return False
            self._sounds.append(sound)
            self._wake()
        return True

    def talk(self, block: Samples) -> None:
        """20 ms of somebody's voice, to be heard as soon as can be."""
        with self._changed:
            self._talk.append(block)
            self._wake()

    def hush(self) -> None:
        """Drop what waits of talk."""
        with self._changed:
            self._talk.clear()

    def fault(self) -> str | None:
        """One sentence when what was to be heard last was not; None when all is well or there is no loudspeaker."""
        since_s = self._busy_since_s
        if since_s is not None and time.monotonic() - since_s > _HANGS_S:
            return "the loudspeaker does not answer: unplug it and plug it in again, or restart the camera"
        return self._fault

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify()
            thread = self._thread
        if thread:
            thread.join(1.0)

    def _wake(self) -> None:
        """With the lock held. The thread begins with the first sound."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="sound-out", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _work(self) -> None:
        while (next_up := self._next()) is not None:
            try:
                if isinstance(next_up, Sound):
                    self._sound(next_up)
                else:
                    self._give(next_up)
                self._fault = self.absent = None
            except NoDevice as error:
                self.absent = str(error)
                self._drop_all()
            except DoorbellError as error:
                self._failed(str(error))
            except Exception as error:  # outermost loop of this thread: whatever a driver throws, the bell goes on
                logger.exception("the loudspeaker failed")
                self._failed(f"the loudspeaker failed ({type(error).__name__}): check that it is plugged in")
        self._shut()

    def _next(self) -> Sound | Samples | None:
        with self._changed:
            while not self._is_closed:
                if self._talk:
                    return self._talk.popleft()
                if self._sounds:
                    return self._sounds.popleft()
                if not self._changed.wait(_IDLE_S if self._speaker else None):
                    self._shut()
            return None

    def _sound(self, sound: Sound) -> None:
        """In blocks, until it is over or somebody talks."""
        samples = np.round(sound.samples * sound.volume).astype(np.int16)
        for start in range(0, len(samples), BLOCK):
            if start and (self._talk or self._is_closed):
                return
            block = samples[start : start + BLOCK]
            self._give(np.pad(block, (0, BLOCK - len(block))))
            if start == 0:
                sound.on_begin()
        sound.on_end()

    def _give(self, block: Samples) -> None:
        """Opens the device when it is closed; waits until it has less than LEAD_S left to play."""
        self._busy_since_s = time.monotonic()
        try:
            if self._speaker is None:
                self._speaker = self._open()
            now_s = time.monotonic()
            self._heard_until_s = max(self._heard_until_s, now_s) + _BLOCK_S
            self._speaker.write(block)
        finally:
            self._busy_since_s = None
        time.sleep(max(0.0, self._heard_until_s - LEAD_S - time.monotonic()))

    def _failed(self, sentence: str) -> None:
        if sentence != self._fault:
            logger.warning("%s", sentence)
        self._fault = sentence
        self._drop_all()

    def _drop_all(self) -> None:
        with self._changed:
            self._talk.clear()
            self._sounds.clear()
        self._shut()

    def _shut(self) -> None:
        speaker, self._speaker = self._speaker, None
        if speaker:
            try:
                speaker.close()
            except DoorbellError as error:
                logger.info("the loudspeaker closed badly: %s", error)
