"""Counts where it moves, on a coarse grid of the unmasked picture, after an owner asked; kept in memory, no pictures.

**It looks at unmasked pictures**: only the owner's signed `traffic.get` may ask for it. Nobody can be told from it: a
cell is a thirty-second of the picture wide, and a count has no time.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from camera.clock import Clock
from camera.frame import Frame, PictureSize, Plane

COLUMNS, ROWS = 32, 18
KEPT_NS = 24 * 3600 * 1_000_000_000
STEP_NS = 200_000_000
_PX = 5  # each cell is looked at as 5x5 pixels
_MOVED_LEVELS = 14
_MOVED_SHARE = 0.12
_LIGHT_SHARE = 0.6
_GAP_NS = 1_000_000_000
_STAY_NS = 4_000_000_000

_Shares = list[float]


class TrafficMap(msgspec.Struct, frozen=True):
    """Cells row by row from the top left; shares are 0.0-1.0 of the pictures that were looked at."""

    columns: int
    rows: int
    minutes: int
    share: _Shares
    """In which something moved."""
    stays: _Shares
    """In which something had been moving in this cell for four seconds: who passes by is gone by then."""


class TrafficCounter:
    """Pure counting of one fixed view; at most 5 pictures a second count. Memory: a few kilobytes, whatever the time.

    A picture most of which changed at once is a change of light and does not count. One thread at a time.
    """

    def __init__(self) -> None:
        cells = (ROWS, COLUMNS)
        self._moved, self._stayed = np.zeros(cells, np.int64), np.zeros(cells, np.int64)
        self._run_from_ns, self._last_ns = np.zeros(cells, np.int64), np.full(cells, -_GAP_NS - 1, np.int64)
        self._before: Plane | None = None
        self._due_ns: int | None = None
        self._began_ns = self._now_ns = 0
        self._pictures = 0

    def offer(self, frame: Frame) -> None:
        """Look at the luma if a picture is due by its `captured_at_ns`; nothing of the frame is kept but 160x90 pixels
        until the next one is due."""
        now_ns = frame.captured_at_ns
        if self._due_ns is None or now_ns < self._now_ns:
            self._began_ns, self._before = now_ns, None  # first, or a clock that went back
        elif now_ns < self._due_ns:
            return
        self._due_ns, self._now_ns = now_ns + STEP_NS, now_ns
        small = _small_luma(frame.i420, frame.size)
        before, self._before = self._before, small
        if before is None:
            return
        moved = _moved_cells(small, before)
        if moved.mean() > _LIGHT_SHARE:
            return
        self._pictures += 1
        self._moved += moved
        is_new_run = moved & (now_ns - self._last_ns > _GAP_NS)
        self._run_from_ns[is_new_run] = now_ns
        self._last_ns[moved] = now_ns
        self._stayed += moved & (now_ns - self._run_from_ns >= _STAY_NS)

    def map(self) -> TrafficMap:
        pictures = max(1, self._pictures)
        minutes = (self._now_ns - self._began_ns) // 60_000_000_000
        return TrafficMap(COLUMNS, ROWS, minutes, _shares(self._moved, pictures), _shares(self._stayed, pictures))


def _shares(counts: npt.NDArray[np.int64], pictures: int) -> _Shares:
    return [round(count / pictures, 4) for count in counts.ravel().tolist()]


def _small_luma(i420: Plane, size: PictureSize) -> Plane:
    luma = i420[: size.height_px]
    return np.asarray(cv2.resize(luma, (COLUMNS * _PX, ROWS * _PX), interpolation=cv2.INTER_AREA), np.uint8)


def _moved_cells(now: Plane, before: Plane) -> npt.NDArray[np.bool_]:
    moved = np.asarray(cv2.threshold(cv2.absdiff(now, before), _MOVED_LEVELS, 1, cv2.THRESH_BINARY)[1], np.uint8)
    moved_cells: npt.NDArray[np.bool_] = moved.reshape(ROWS, _PX, COLUMNS, _PX).mean(axis=(1, 3)) > _MOVED_SHARE
    return moved_cells


@dataclass(slots=True)
class _Counting:
    size: PictureSize
    counter: TrafficCounter = field(default_factory=TrafficCounter)


class TrafficSession:
    """Counts from an owner's request until 24 h after the last one; then all is forgotten. Safe from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_at_ns: int | None = None
        self._counting: _Counting | None = None

    def offer(self, frame: Frame) -> None:
        """Called with every frame; looked at only while an owner wants to know."""
        with self._lock:
            if not self._is_wanted():
                self._counting = None
                return
            if self._counting is None or self._counting.size != frame.size:
                self._counting = _Counting(frame.size)
            self._counting.counter.offer(frame)

    def ask(self) -> TrafficMap | None:
        """What was counted so far, or None where counting begins only now."""
        with self._lock:
            if not self._is_wanted():
                self._counting = None
            self._asked_at_ns = self._clock.monotonic_ns()
            return self._counting.counter.map() if self._counting else None

    def forget(self) -> None:
        with self._lock:
            self._asked_at_ns, self._counting = None, None

    def _is_wanted(self) -> bool:
        return self._asked_at_ns is not None and self._clock.monotonic_ns() - self._asked_at_ns <= KEPT_NS
