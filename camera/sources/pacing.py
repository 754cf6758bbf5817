"""Lets pictures go at their due time, without drift; takes the clock and the waiting as arguments."""

from __future__ import annotations

import threading
from collections.abc import Callable

from camera.clock import Clock

_LATE_NS = 1_000_000_000


class Pacer:
    """Turns a picture's place in time into its capture time, waiting until then unless it runs at full speed.

    Due times are counted from the first picture, so small delays never add up. Who falls behind by more than a
    second is not made to catch up: time moves on by what was lost. `close` may be called from any thread.
    """

    def __init__(self, clock: Clock, is_paced: bool, wait: Callable[[float], bool] | None = None) -> None:
        """`wait(seconds)` sleeps and returns True when closed meanwhile; tests pass their own."""
        self._clock = clock
        self._is_paced = is_paced
        self._closed = threading.Event()
        self._wait = wait or self._closed.wait
        self._zero_ns: int | None = None

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    def close(self) -> None:
        self._closed.set()

    def due(self, at_ns: int) -> int | None:
        """The capture time of the picture that belongs `at_ns` after the beginning; None when closed.

        Paced: returns when it is due. At full speed: returns `at_ns` at once.
        """
        if not self._is_paced:
            return None if self.is_closed else at_ns
        now_ns = self._clock.monotonic_ns()
        if self._zero_ns is None:
            self._zero_ns = now_ns - at_ns
        if now_ns - (self._zero_ns + at_ns) > _LATE_NS:
            self._zero_ns = now_ns - at_ns
        due_ns = self._zero_ns + at_ns
        while (left_ns := due_ns - self._clock.monotonic_ns()) > 0:
            if self._wait(left_ns / 1e9):
                break
        return None if self.is_closed else due_ns
