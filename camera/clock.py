"""Time as an argument: the only place that asks the machine what time it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal, Protocol

ClockQuality = Literal["synced", "offered", "unsynced"]
"""Set by the machine (a clock chip, a time server); said by an owner's browser; never set since the power came."""
_NOT_BEFORE_S = 1_767_225_600  # 2026-01-01: an earlier wall clock was never set


class Clock(Protocol):
    """Monotonic time orders things; wall time only labels them."""

    def monotonic_ns(self) -> int: ...
    def wall_ms(self) -> int: ...
    def quality(self) -> ClockQuality: ...


@dataclass(slots=True)
class SystemClock:
    """The machine's own clocks; while its wall clock was never set, an owner's word in its place.

    The machine's clock itself is not touched, and counts again from the moment on at which somebody sets it. A restart
    forgets what was offered. Safe from any thread: one number, replaced whole.
    """

    _ahead_ms: int | None = field(default=None, init=False)

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def wall_ms(self) -> int:
        ahead_ms = 0 if self._is_set() else self._ahead_ms or 0
        return time.time_ns() // 1_000_000 + ahead_ms

    def quality(self) -> ClockQuality:
        if self._is_set():
            return "synced"
        return "unsynced" if self._ahead_ms is None else "offered"

    def offer(self, wall_ms: int) -> bool:
        """Take this for the time of now; False where the machine knows the time itself, or the offer cannot be true."""
        if self._is_set() or wall_ms < _NOT_BEFORE_S * 1000:
            return False
        self._ahead_ms = wall_ms - time.time_ns() // 1_000_000
        return True

    def _is_set(self) -> bool:
        return time.time() >= _NOT_BEFORE_S
