"""Where something counted in a clip, thinned as it comes so that the closed box stays small."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

MAX_ROWS = 750
"""About 18 KB of JSON: browsers look for the closed box, with its table of key pictures, in the last 64 KiB."""
_BOXES_A_MOMENT = 3
_FIRST_STEP_MS = 250

Shares: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height, each 0.0-1.0 of the picture."""
Row: TypeAlias = tuple[int, int, int, int, int]
"""Milliseconds in the clip, then left, top, width and height in thousandths of the picture."""


class MovingBoxes:
    """The largest three at a moment, four moments a second at first; when that is too much, every other moment goes.

    Never more than MAX_ROWS. Not safe for several threads.
    """

    def __init__(self) -> None:
        self._moments: list[tuple[Row, ...]] = []
        self._step_ms = _FIRST_STEP_MS
        self._next_ms = 0

    @property
    def rows(self) -> tuple[Row, ...]:
        """In order of time."""
        return tuple(row for moment in self._moments for row in moment)

    def add(self, at_ms: int, boxes: Sequence[Shares]) -> None:
        """What there is at this moment, the largest first; moments before the clip or the last one are left out."""
        if at_ms < self._next_ms or not boxes:
            return
        self._next_ms = at_ms + self._step_ms
        self._moments.append(tuple(_row(at_ms, box) for box in boxes[:_BOXES_A_MOMENT]))
        if sum(len(moment) for moment in self._moments) > MAX_ROWS:
            self._moments = self._moments[::2]
            self._step_ms *= 2


def _row(at_ms: int, box: Shares) -> Row:
    left, top, width, height = (min(1000, max(0, round(share * 1000))) for share in box)
    return at_ms, left, top, min(width, 1000 - left), min(height, 1000 - top)
