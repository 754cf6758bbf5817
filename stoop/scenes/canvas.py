"""The picture that a scene is painted on, and what paints; nothing here keeps state between pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Canvas: TypeAlias = npt.NDArray[np.float32]
"""Luma as float32 (HEIGHT_PX, WIDTH_PX), 0 to 255 and beyond until it is developed."""
Stencil: TypeAlias = npt.NDArray[np.uint8]
Layer: TypeAlias = Callable[[Canvas, float], Canvas]
"""Paints on the canvas for a time in seconds, in place or as a new one, and returns it; equal times, equal paint."""

WIDTH_PX, HEIGHT_PX = 640, 360
_SUB, _SHIFT = 16, 4  # corners in sixteenths of a px, as OpenCV draws them


def blend(canvas: Canvas, stencil: Stencil, left: int, top: int, shade: float | Canvas) -> None:
    """Lay `shade` over the canvas where the stencil (0 to 255) is, its corner at (left, top), cut at the borders."""
    height, width = stencil.shape
    x0, y0, x1, y1 = max(0, left), max(0, top), min(WIDTH_PX, left + width), min(HEIGHT_PX, top + height)
    if x0 >= x1 or y0 >= y1:
        return
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    weight = stencil[part].astype(np.float32) / np.float32(255)
    ink = shade[part] if isinstance(shade, np.ndarray) else np.float32(shade)
    target = canvas[y0:y1, x0:x1]
    target += weight * (ink - target)


def polygon(stencil: Stencil, corners: list[tuple[float, float]], value: int = 255) -> None:
    """Fill a polygon given in px, smooth at its edges."""
    points = np.array([[round(x * _SUB), round(y * _SUB)] for x, y in corners], np.int32)
    cv2.fillPoly(stencil, [points], (value,), cv2.LINE_AA, _SHIFT)


def ellipse(stencil: Stencil, x: float, y: float, wide: float, high: float, angle: float = 0.0) -> None:
    """Fill an ellipse with these half axes in px."""
    middle, axes = (round(x * _SUB), round(y * _SUB)), (max(8, round(wide * _SUB)), max(8, round(high * _SUB)))
    cv2.ellipse(stencil, middle, axes, angle, 0, 360, (255,), -1, cv2.LINE_AA, _SHIFT)


def limb(stencil: Stencil, start: tuple[float, float], end: tuple[float, float], thick: float) -> None:
    """A thick line with round ends."""
    a, b = ((round(x * _SUB), round(y * _SUB)) for x, y in (start, end))
    cv2.line(stencil, a, b, (255,), max(1, round(thick)), cv2.LINE_AA, _SHIFT)


def rough(chance: np.random.Generator, cell_px: float, height: int = HEIGHT_PX, width: int = WIDTH_PX) -> Canvas:
    """Smooth noise of mean 0 and deviation 1 whose lumps are about `cell_px` large."""
    small = (max(2, round(width / cell_px) + 1), max(2, round(height / cell_px) + 1))
    noise = chance.normal(0, 1, (small[1], small[0])).astype(np.float32)
    field = np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
    return np.asarray((field - field.mean()) / (field.std() + 1e-6), np.float32)
