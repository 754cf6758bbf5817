"""Which places are in motion most of the time, by themselves: leaves, a flag, a screen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from camera.frame import Plane
from camera.motion.band import Region
from camera.motion.blobs import Blob
from camera.motion.settings import MotionSettings

_CELL_PX = 10
_BUSY_COVER = 0.12
"""A cell moves when so much of it is foreground."""


class BusyCells:
    """A share of time for each square of 10 px, forgotten within `busy_memory_s`. One thread."""

    def __init__(self, height: int, width: int, settings: MotionSettings) -> None:
        self._settings = settings
        self._share = np.zeros((height // _CELL_PX, max(1, width // _CELL_PX)), np.float32)

    def share_around(self, blob: Blob) -> float:
        """How busy the cells under the blob are, on the average: 0.0-1.0."""
        rows = slice(blob.top // _CELL_PX, -(-(blob.top + blob.height) // _CELL_PX))
        columns = slice(blob.left // _CELL_PX, -(-(blob.left + blob.width) // _CELL_PX))
        cells = self._share[rows, columns]
        return float(cells.mean()) if cells.size else 0.0

    def note(self, mask: Plane, step_s: float, held: Sequence[Region]) -> Plane:
        """Learn where it moves all the time, by itself and not by a visitor; 255 where it does not."""
        rows, columns = self._share.shape
        if held:
            mask = mask.copy()
            for region in held:
                mask[region] = 0
        cover = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)
        is_active = (cover > _BUSY_COVER * 255).astype(np.float32)
        share = 1.0 - math.exp(-step_s / self._settings.busy_memory_s)
        self._share += np.float32(share) * (is_active - self._share)
        quiet = np.where(self._share > self._settings.busy_share, np.uint8(0), np.uint8(255))
        height, width = mask.shape
        return np.asarray(cv2.resize(quiet, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
