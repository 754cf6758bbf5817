"""Which pixels a drawn stoop leaves visible: exact integer geometry, rounded outwards of what is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from camera.frame import PictureSize

Point: TypeAlias = tuple[float, float]
Polygon: TypeAlias = tuple[Point, ...]
BoolPlane: TypeAlias = npt.NDArray[np.bool_]
_Ints: TypeAlias = npt.NDArray[np.int64]

GRID = 1024
"""Corners are snapped to 1/1024 of a pixel; from there on every step is exact in int64."""


def visible_pixels(allow: Sequence[Polygon], hide: Sequence[Polygon], size: PictureSize) -> BoolPlane:
    """A new bool array (height, width): True where the whole pixel is inside one allow polygon and outside all hide.

    Where a polygon crosses itself, the careful reading counts: an allow polygon covers by the even-odd rule, a hide
    polygon by the non-zero rule, and a hide polygon without any area still hides the pixels that it touches. True
    comes in whole 2x2 blocks, because a chroma sample covers one.
    """
    visible = np.zeros((size.height_px, size.width_px), np.bool_)
    for polygon in allow:
        is_touched, winding = _coverage(polygon, size)
        visible |= (winding % 2 == 1) & ~is_touched
    for polygon in hide:
        is_touched, winding = _coverage(polygon, size)
        visible &= (winding == 0) & ~is_touched
    return _whole_blocks(visible)


def drawn_pixels(allow: Sequence[Polygon], hide: Sequence[Polygon], size: PictureSize) -> BoolPlane:
    """A new bool array (height, width): True where the pixel's centre lies in the drawing, nothing rounded.

    **Never for a mask**: it is what `visible_pixels` is compared with, to tell how much the rounding hides.
    """
    drawn = np.zeros((size.height_px, size.width_px), np.bool_)
    for polygon in allow:
        drawn |= _coverage(polygon, size)[1] % 2 == 1
    for polygon in hide:
        drawn &= _coverage(polygon, size)[1] == 0
    return drawn


def _whole_blocks(visible: BoolPlane) -> BoolPlane:
    blocks = visible[::2, ::2] & visible[1::2, ::2] & visible[::2, 1::2] & visible[1::2, 1::2]
    return np.repeat(np.repeat(blocks, 2, axis=0), 2, axis=1)


def _coverage(polygon: Polygon, size: PictureSize) -> tuple[BoolPlane, _Ints]:
    """Pixels whose open square an edge crosses, and the winding number at each pixel's centre.

    A pixel that no edge crosses has the same winding number all over, so the centre speaks for the whole square.
    Edges along the border between two pixels cross neither: that is how a stoop drawn up to the picture's border
    keeps the border pixels.
    """
    shape = (size.height_px, size.width_px + 1)
    touched_steps, winding_steps = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    scale = np.array([size.width_px, size.height_px], np.float64) * GRID
    corners = np.rint(np.asarray(polygon, np.float64) * scale).astype(np.int64).tolist()
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        upper, lower, turn = (start, end, 1) if start[1] <= end[1] else (end, start, -1)
        _add_touched(touched_steps, upper, lower)
        _add_winding(winding_steps, upper, lower, turn)
    is_touched = np.cumsum(touched_steps, axis=1)[:, :-1] > 0
    return is_touched, np.cumsum(winding_steps, axis=1)[:, :-1]


def _add_touched(steps: _Ints, upper: list[int], lower: list[int]) -> None:
    """Mark, row by row, the span of pixels that the edge crosses: +1 where it begins, -1 behind its end."""
    (x0, y0), (x1, y1) = upper, lower
    rows = np.arange(y0 // GRID, -(-y1 // GRID), dtype=np.int64)
    rise = y1 - y0
    if rise:
        at_top = x0 * rise + (x1 - x0) * (np.maximum(rows * GRID, y0) - y0)
        at_bottom = x0 * rise + (x1 - x0) * (np.minimum((rows + 1) * GRID, y1) - y0)
    else:
        rise = 1
        at_top, at_bottom = np.full_like(rows, x0), np.full_like(rows, x1)
    first = np.minimum(at_top, at_bottom) // (rise * GRID)
    behind = -(-np.maximum(at_top, at_bottom) // (rise * GRID))
    is_real = behind > first
    steps[rows[is_real], first[is_real]] += 1
    steps[rows[is_real], behind[is_real]] -= 1


def _add_winding(steps: _Ints, upper: list[int], lower: list[int], turn: int) -> None:
    """Change the winding number of every pixel whose centre lies to the right of the edge."""
    (x0, y0), (x1, y1) = upper, lower
    rise = y1 - y0
    rows = np.arange(y0 // GRID, -(-y1 // GRID), dtype=np.int64)
    centres = rows * GRID + GRID // 2
    is_crossed = (y0 <= centres) & (centres < y1)
    rows, centres = rows[is_crossed], centres[is_crossed]
    crossing = x0 * rise + (x1 - x0) * (centres - y0)
    if rows.size:
        first = (crossing - rise * (GRID // 2)) // (rise * GRID) + 1
        steps[rows, np.clip(first, 0, steps.shape[1] - 1)] += turn
