"""The directions of edges in a masked picture: what a place looks like, whatever light falls on it.

Made of visible pixels only. The border of the mask is no edge: nothing within its reach is looked at.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from camera.frame import Plane
from camera.visible_area import BoolPlane

Field: TypeAlias = npt.NDArray[np.complex64]

LINES = 120
"""Pictures are scaled to so many lines; "px" in this package is a pixel of that small picture."""
_REACH_PX = 3
"""Blur and gradient together look so far; pixels nearer to the mask's border than this are left out."""
_SURROUNDINGS_PX = 31
_FAINT = 6.0
"""Gradient (grey levels over two px) that counts half; sensor noise after scaling stays well below."""


class FieldMaker:
    """Turns masked luma of one size and mask into fields: complex (lines, columns), zero where nothing is known.

    A value's angle is twice the edge's (an edge from dark to bright equals one from bright to dark: lamps and shadows
    turn them round), its length 0.0-1.0 grows with the edge's strength. The average of the surroundings is taken
    out, so that a lawn of equal blades, laid on the equal shape of the mask, agrees with nothing.
    """

    valid: BoolPlane
    """bool (lines, columns): where a field says something."""

    def __init__(self, visible_luma: BoolPlane) -> None:
        height_px, width_px = visible_luma.shape
        self._size = (max(16, round(width_px * LINES / height_px)), LINES)
        seen = cv2.resize(visible_luma.astype(np.uint8) * 255, self._size, interpolation=cv2.INTER_AREA)
        self._seen: Plane = np.where(seen == 255, np.uint8(255), np.uint8(0))
        kernel = np.ones((2 * _REACH_PX + 1, 2 * _REACH_PX + 1), np.uint8)
        # outside the picture nothing is hidden, only unknown: OpenCV repeats the border pixels, and that makes no edge
        self.valid = np.asarray(cv2.erode(self._seen, kernel), np.uint8) == 255
        self._weight = self.valid.astype(np.float32)
        self._near = np.maximum(_mean(self._weight), np.float32(0.05))

    @property
    def shape(self) -> tuple[int, int]:
        return self.valid.shape[0], self.valid.shape[1]

    def make(self, luma: Plane) -> Field:
        """The field of one masked picture, luma uint8 of the size that the maker was made for."""
        small = cv2.resize(luma, self._size, interpolation=cv2.INTER_AREA)
        smooth = cv2.GaussianBlur(small, (5, 5), 1.0)
        across = np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=0.25), np.float32)
        down = np.asarray(cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=0.25), np.float32)
        strength = across * across + down * down
        faint = max(_FAINT, 0.7 * float(np.sqrt(strength[self.valid].mean())) if self.valid.any() else _FAINT)
        scale = np.asarray(self._weight / (strength + np.float32(faint * faint)), np.float32)
        real = np.asarray((across * across - down * down) * scale, np.float32)
        imaginary = np.asarray(2 * across * down * scale, np.float32)
        field = np.empty(self.shape, np.complex64)
        field.real = (real - _mean(real) / self._near) * self._weight
        field.imag = (imaginary - _mean(imaginary) / self._near) * self._weight
        return field


def _mean(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Over the surroundings; what lies outside the picture counts as nothing."""
    size = (_SURROUNDINGS_PX, _SURROUNDINGS_PX)
    return np.asarray(cv2.boxFilter(plane, cv2.CV_32F, size, borderType=cv2.BORDER_CONSTANT), np.float32)
