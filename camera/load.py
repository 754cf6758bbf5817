"""Decides how many pictures a machine can bear: fewer first, smaller ones then; never by falling behind. Pure."""

from __future__ import annotations

MOST_SKIPPED = 3
"""At worst every third picture is taken."""
_FULL, _LIGHT = 0.85, 0.4
"""Shares of the time between two pictures: over the first it is too much; under the second, more would fit."""
OVER_S, UNDER_S = 5.0, 120.0
_WEIGHT = 0.1
_NS = 1e9


class LoadRule:
    """One lens at one size. `takes` for each picture that came, then `spent` for each that was taken.

    Invariant: a change is followed by at least OVER_S without another.
    """

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._every = 1
        self._number = 0
        self._busy_s: float | None = None
        self._over_since_s: float | None = None
        self._under_since_s: float | None = None
        self.is_too_small = False
        """Not even every third picture fits: the picture itself has to get smaller."""

    @property
    def fps(self) -> float:
        """Pictures a second that are taken."""
        return self._fps / self._every

    @property
    def is_slowed(self) -> bool:
        return self._every > 1

    def takes(self) -> bool:
        """Whether this picture is one that is taken."""
        self._number += 1
        return self._number % self._every == 0

    def spent(self, busy_ns: int, at_ns: int) -> bool:
        """So long was spent on a picture that came at `at_ns` (monotonic); True when the rule has changed something."""
        busy_s, at_s = busy_ns / _NS, at_ns / _NS
        self._busy_s = busy_s if self._busy_s is None else self._busy_s + _WEIGHT * (busy_s - self._busy_s)
        is_over = self._busy_s * self.fps > _FULL
        is_under = self._every > 1 and self._busy_s * self._fps / (self._every - 1) < _LIGHT
        self._over_since_s = _since(self._over_since_s, at_s, is_so=is_over)
        self._under_since_s = _since(self._under_since_s, at_s, is_so=is_under)
        if self._over_since_s is not None and at_s - self._over_since_s >= OVER_S:
            return self._slow_down()
        if self._under_since_s is not None and at_s - self._under_since_s >= UNDER_S:
            self._every -= 1
            self._forget()
            return True
        return False

    def _slow_down(self) -> bool:
        self._forget()
        if self._every < MOST_SKIPPED:
            self._every += 1
            return True
        is_news, self.is_too_small = not self.is_too_small, True
        return is_news

    def _forget(self) -> None:
        self._over_since_s = self._under_since_s = None


def _since(since_s: float | None, at_s: float, *, is_so: bool) -> float | None:
    if not is_so:
        return None
    return at_s if since_s is None else since_s
