"""Decides which changes of a button ring the bell; pure, time is an argument. All that a press can ever do is ring."""

from __future__ import annotations

BOUNCE_NS = 50_000_000
"""A change so soon after another is the same contact still bouncing."""
PAUSE_NS = 3_000_000_000
"""The bell rings at most once in so long, whoever rings it."""
STUCK_NS = 20_000_000_000


class PressFilter:
    """From the changes of one button to presses.

    A press counts when the contact closes, not when it opens, so that the bell is as quick as the finger. A button that
    is held, or stuck, has been pressed once. Invariant: at least `BOUNCE_NS` without any change lie before each press
    but the first. The kernel's own debouncing (`debounce-interval` of gpio-keys) takes away spikes shorter than that.
    """

    def __init__(self) -> None:
        self._is_down = False
        self._changed_at_ns: int | None = None

    def takes(self, is_down: bool, now_ns: int) -> bool:
        """Whether this change is a press. What repeats the present position is no change."""
        if is_down == self._is_down:
            return False
        is_bounce = self._changed_at_ns is not None and now_ns - self._changed_at_ns < BOUNCE_NS
        self._is_down, self._changed_at_ns = is_down, now_ns
        return is_down and not is_bounce

    def is_stuck(self, now_ns: int) -> bool:
        """Down for longer than anybody presses a bell."""
        return self._is_down and self._changed_at_ns is not None and now_ns - self._changed_at_ns >= STUCK_NS


class RingLimit:
    """Lets one ring through in `PAUSE_NS`; what comes between is dropped, not kept for later."""

    def __init__(self) -> None:
        self._rang_at_ns: int | None = None

    def allows(self, now_ns: int) -> bool:
        """Whether the bell may ring now; then it has."""
        if self._rang_at_ns is not None and 0 <= now_ns - self._rang_at_ns < PAUSE_NS:
            return False
        self._rang_at_ns = now_ns
        return True
