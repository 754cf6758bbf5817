"""Which picture of a clip to show for it: the largest, sharpest and most whole view of what counted."""

from __future__ import annotations

import math

import cv2
import numpy as np

from camera.frame import MaskedFrame, Plane
from camera.motion import Box, MotionReading

_LARGE_SHARE = 0.15
"""Of the picture: what is larger is not better for it."""
_CUT = 0.6
"""A thing that goes out of the picture at a side or at the top is worth so much of a whole one, for each."""
_BORDER = 0.012
_BETTER_BY = 1.1
"""Less is no difference that anybody sees, and each change costs a JPEG."""
_FLAT_LEVELS = 4.0


class BestPicture:
    """One clip's; asked for each picture in turn. Pure: the same pictures give the same answers."""

    def __init__(self) -> None:
        self._score = -1.0
        self._judged: tuple[Box, ...] | None = None

    def takes(self, frame: MaskedFrame, reading: MotionReading) -> bool:
        """Whether this is the best so far; the first always is. A reading that was judged already is no news."""
        if reading.boxes is self._judged:
            return False
        self._judged = reading.boxes
        score = worth(frame.luma, reading.boxes[0]) if reading.boxes else 0.0
        if score <= self._score * _BETTER_BY:
            return False
        self._score = score
        return True


def worth(luma: Plane, box: Box) -> float:
    """Size x sharpness x wholeness of what is in the box of this masked luma plane; more is better, never below 0."""
    size = min(1.0, math.sqrt(box.width * box.height / _LARGE_SHARE))
    return size * _sharpness(_inside(luma, box)) * float(_CUT ** _cuts(box))


def _sharpness(inside: Plane) -> float:
    """Mean second difference over mean contrast: blur of a hand's width in the picture halves it, light does not."""
    if min(inside.shape) < 3:
        return 0.0
    edges = float(np.abs(cv2.Laplacian(inside, cv2.CV_16S)).mean())
    contrast = float(np.abs(inside - inside.mean(dtype=np.float32)).mean())
    return edges / (contrast + _FLAT_LEVELS)


def _inside(luma: Plane, box: Box) -> Plane:
    height, width = luma.shape
    rows = slice(int(box.top * height), int((box.top + box.height) * height + 0.5))
    return luma[rows, int(box.left * width) : int((box.left + box.width) * width + 0.5)]


def _cuts(box: Box) -> int:
    """At how many of its left, right and upper sides it meets the picture's; feet are out of it at most doors."""
    return sum((box.left < _BORDER, box.left + box.width > 1 - _BORDER, box.top < _BORDER))
