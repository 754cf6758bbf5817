"""Counts, per day, why things that moved were no alarm; in memory only, numbers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from camera.motion.reading import WhyNot

_DAYS_AT_MOST = 14


class SuppressionCounts:
    """How many things were suppressed for which reason, of the last 14 days on which something was; one thread."""

    def __init__(self) -> None:
        self._days: dict[str, Counter[WhyNot]] = {}

    def add(self, day: str, reasons: Sequence[WhyNot]) -> None:
        """Count the `suppressed` of one reading; `day` is any name of the day, such as 2026-11-26, in rising order."""
        if not reasons:
            return
        self._days.setdefault(day, Counter()).update(reasons)
        while len(self._days) > _DAYS_AT_MOST:
            del self._days[next(iter(self._days))]

    def of(self, day: str) -> dict[str, int]:
        """Reason to count, in the order of `WhyNot`, reasons that never came up left out."""
        counts = self._days.get(day, Counter())
        return {reason.value: counts[reason] for reason in WhyNot if counts[reason]}

    @property
    def days(self) -> tuple[str, ...]:
        """Oldest first."""
        return tuple(self._days)
