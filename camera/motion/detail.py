"""Parts a picture into detail and level: a lamp, a cloud and a beam with soft edges change hardly but the level."""

from __future__ import annotations

import cv2
import numpy as np

from camera.frame import Plane
from camera.visible_area import BoolPlane

_MIDDLE = 128


class DetailFilter:
    """Subtracts the mean of the visible pixels in a window of `window_px`; small pictures as uint8."""

    def __init__(self, visible: BoolPlane, window_px: int) -> None:
        self._window = (window_px, window_px)
        self._gain = None
        if not visible.all():
            covered = cv2.blur(visible.astype(np.float32), self._window)
            self._gain = np.asarray(1.0 / np.maximum(covered, np.float32(0.02)), np.float32)

    def __call__(self, small: Plane) -> tuple[Plane, Plane]:
        """New planes: detail (128 is none) without single-pixel noise, and level, the mean around each pixel."""
        calm = np.asarray(cv2.blur(small, (3, 3)), np.uint8)
        level = np.asarray(cv2.blur(small, self._window), np.uint8)
        if self._gain is not None:
            level = np.minimum(level * self._gain, np.float32(255)).astype(np.uint8)
        return np.asarray(cv2.addWeighted(calm, 1.0, level, -1.0, _MIDDLE), np.uint8), level
