"""Compares the settled look of one area with what it was before: pure, no classifier, masked pixels only."""

from __future__ import annotations

from collections import deque
from enum import Enum

import cv2
import numpy as np
import numpy.typing as npt

from camera.frame import MaskedFrame
from camera.parcels.compare import changed_part, edges_now

Luma = npt.NDArray[np.float32]
Stencil = npt.NDArray[np.bool_]
Point = tuple[float, float]

LOOK_EVERY_NS = 500_000_000
SIDE_PX = 96
"""The area's longer side, scaled down: a parcel is large, grain and rain are not."""
CALM_LOOKS = 20
"""So many looks without a change in a row, 10 s: then nobody is busy there, and what is seen is what stays."""
_KEPT_LOOKS = 7
_STIR = 10.0
"""Luma steps from look to look that are more than grain."""
_STIR_SHARE = 0.004
_FADE = 0.1
"""How much of the settled look goes into what it is compared with, each time that nothing has changed: slow light."""
_MAX_REMEMBERED = 4
_EDGES = 1.6
"""On composed scenes: 4.5 and more of a thing that was left, 0.8 to 1.3 of the edge of a cloud's shadow."""
LEAST_PX = 40


class ParcelNews(Enum):
    """What became of the area."""

    LEFT = "left"
    TAKEN = "taken"


class ParcelWatch:
    """One area of pictures of one size. `look` on each picture; not safe for several threads.

    Invariants: says nothing before the area was calm for 10 s while nothing moved in the picture; says nothing twice.
    What it keeps is at most 12 small pictures of masked pixels, in memory.
    """

    def __init__(self, area: tuple[Point, ...], visible: npt.NDArray[np.bool_]) -> None:
        """`area`: corners, 0..1 of the picture. `visible`: (height, width), what the mask lets through.

        Hidden parts of the area do not count; of an area that is hidden or tiny nothing is ever told.
        """
        height, width = visible.shape
        stencil = np.zeros((height, width), np.uint8)
        corners = np.array([[round(x * (width - 1)), round(y * (height - 1))] for x, y in area], np.int32)
        cv2.fillPoly(stencil, [corners], (255,))
        stencil[~visible] = 0
        left, top, wide, high = cv2.boundingRect(stencil)
        self._cut = (slice(top, top + high), slice(left, left + wide))
        scale = min(1.0, SIDE_PX / max(wide, high, 1))
        self._size = (max(1, round(wide * scale)), max(1, round(high * scale)))
        self._counts: Stencil = self._small(stencil) > 250 if wide and high else np.zeros((1, 1), bool)
        self.is_possible = int(self._counts.sum()) >= LEAST_PX
        self._looks: deque[Luma] = deque(maxlen=_KEPT_LOOKS)
        self._calm = 0
        self._looked_at_ns: int | None = None
        self._usual: Luma | None = None
        self._before: deque[Luma] = deque(maxlen=_MAX_REMEMBERED)

    def look(self, frame: MaskedFrame, *, is_moving: bool) -> ParcelNews | None:
        """`is_moving`: something moves in the picture, by what the detector says."""
        at_ns = self._looked_at_ns
        if not self.is_possible or (at_ns is not None and frame.captured_at_ns - at_ns < LOOK_EVERY_NS):
            return None
        self._looked_at_ns = frame.captured_at_ns
        seen = self._small(frame.luma)
        is_calm = not is_moving and bool(self._looks) and self._is_still(seen, self._looks[-1])
        self._looks.append(seen)
        self._calm = self._calm + 1 if is_calm else 0
        if self._calm < CALM_LOOKS:
            return None
        self._calm -= _KEPT_LOOKS
        return self._settled(np.median(np.stack(self._looks), axis=0).astype(np.float32))

    def _settled(self, now: Luma) -> ParcelNews | None:
        usual = self._usual
        if usual is None:
            self._usual = now
            return None
        change = changed_part(usual, now, self._counts)
        if change is None:
            self._usual = np.asarray(usual + _FADE * (now - usual), np.float32)
            return None
        self._usual = now
        if change.is_light:
            return None
        edges = edges_now(now, usual, change.part)
        if (self._before and self._looks_as(self._before[-1], now)) or edges <= 1 / _EDGES:
            if self._before:
                self._before.pop()
            return ParcelNews.TAKEN
        if edges < _EDGES:  # neither came an edge nor went one: a shadow, or something that cannot be told from it
            return None
        self._before.append(usual)
        return ParcelNews.LEFT

    def _looks_as(self, before: Luma, now: Luma) -> bool:
        change = changed_part(before, now, self._counts)
        return change is None or change.is_light

    def _is_still(self, now: Luma, last: Luma) -> bool:
        """Whatever the light does to all of it at once."""
        step = (now - last)[self._counts]
        return bool(np.mean(np.abs(step - np.median(step)) > _STIR) < _STIR_SHARE)

    def _small(self, luma: npt.NDArray[np.uint8]) -> Luma:
        return np.asarray(cv2.resize(luma[self._cut], self._size, interpolation=cv2.INTER_AREA), np.float32)
