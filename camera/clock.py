"""Time as an argument: the only place that asks the machine what time it is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, Protocol

ClockQuality = Literal["synced", "unsynced"]
_NOT_BEFORE_S = 1_767_225_600  # 2026-01-01: an earlier wall clock was never set


class Clock(Protocol):
    """Monotonic time orders things; wall time only labels them."""

    def monotonic_ns(self) -> int: ...
    def wall_ms(self) -> int: ...
    def quality(self) -> ClockQuality: ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clocks."""

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def quality(self) -> ClockQuality:
        return "synced" if time.time() >= _NOT_BEFORE_S else "unsynced"
