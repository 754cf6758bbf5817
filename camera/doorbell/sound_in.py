"""The one thread that has the microphone, while it is wanted and no longer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeAlias

from camera.doorbell.parts import DoorbellError, Microphone, Samples

logger = logging.getLogger(__name__)
_AGAIN_S = 2.0
_HANGS_S = 3.0


Listener: TypeAlias = Callable[[Samples], None]


class SoundIn:
    """`begin` and `end` never block and never raise; they may come from any thread.

    Invariant: the device is open only while somebody listens. One that fails, or is not there yet, is opened again
    every 2 s meanwhile; one that hangs keeps its thread, which gives nothing any more once nobody listens, and the next
    listener has a new one.
    """

    def __init__(self, open_microphone: Callable[[], Microphone]) -> None:
        self._open = open_microphone
        self._lock = threading.Lock()
        self._listeners: tuple[Listener, ...] = ()
        self._stop: threading.Event | None = None
        self._fault: str | None = None
        self._busy_since_s: float | None = None

    def begin(self, on_block: Listener) -> None:
        """From now on each 20 ms are given to `on_block`, on the microphone's own thread."""
        with self._lock:
            self._listeners = (*self._listeners, on_block)
            if self._stop and not self._hangs():
                return
            if self._stop:
                self._stop.set()
            stop = self._stop = threading.Event()
            self._fault = self._busy_since_s = None
        threading.Thread(target=self._work, args=(stop,), name="sound-in", daemon=True).start()

    def end(self, on_block: Listener) -> None:
        """No further block is given to it; the last listener's end closes the device."""
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each != on_block)
            if self._listeners or not self._stop:
                return
            self._stop.set()
            self._stop = self._fault = self._busy_since_s = None

    def fault(self) -> str | None:
        """Why nothing is heard, as one sentence; None when all is well or nobody listens."""
        if self._hangs():
            return "the microphone does not answer: unplug it and plug it in again, or restart the camera"
        return self._fault

    def _hangs(self) -> bool:
        since_s = self._busy_since_s
        return since_s is not None and time.monotonic() - since_s > _HANGS_S

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._listen(stop)
            except DoorbellError as error:
                self._failed(stop, str(error))
            except Exception as error:  # outermost loop of this thread: whatever a driver throws, the bell goes on
                logger.exception("the microphone failed")
                self._failed(stop, f"the microphone failed ({type(error).__name__}): check that it is plugged in")
            stop.wait(_AGAIN_S)

    def _listen(self, stop: threading.Event) -> None:
        self._busy(stop, time.monotonic())
        microphone = self._open()
        try:
            while not stop.is_set():
                self._busy(stop, time.monotonic())
                block = microphone.read()
                if stop.is_set():
                    return
                self._fault = None
                for on_block in self._listeners:
                    on_block(block)
        finally:
            self._busy(stop, None)
            microphone.close()

    def _busy(self, stop: threading.Event, since_s: float | None) -> None:
        if self._stop is stop:
            self._busy_since_s = since_s

    def _failed(self, stop: threading.Event, sentence: str) -> None:
        if self._stop is stop:
            if sentence != self._fault:
                logger.warning("%s", sentence)
            self._fault = sentence
