"""Groups readings into events, as a list at the end or step by step; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class MotionEvent:
    """Motion from `start_s` to `end_s`, the last moment at which something was there."""

    start_s: float
    end_s: float
    cause: Literal["motion"] = "motion"


class EventGrouper:
    """Joins active readings that are at most `gap_s` apart. Times only grow."""

    def __init__(self, gap_s: float = 5.0) -> None:
        self._gap_s = gap_s
        self._closed: list[MotionEvent] = []
        self._open: MotionEvent | None = None

    def add(self, time_s: float, is_active: bool) -> None:
        """Take one reading."""
        if not is_active:
            return
        if self._open is not None and time_s - self._open.end_s <= self._gap_s:
            self._open = MotionEvent(self._open.start_s, time_s)
            return
        if self._open is not None:
            self._closed.append(self._open)
        self._open = MotionEvent(time_s, time_s)

    def is_open_at(self, time_s: float) -> bool:
        """Whether an event goes on at this time, or may still go on because its last motion is not `gap_s` ago."""
        return self._open is not None and time_s - self._open.end_s <= self._gap_s

    def events(self) -> tuple[MotionEvent, ...]:
        """All events so far, the last one perhaps still going on."""
        return (*self._closed, self._open) if self._open is not None else tuple(self._closed)
