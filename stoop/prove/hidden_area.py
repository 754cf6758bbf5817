"""What the drawing hides, worked out anew from its corners (not by the mask's own code), and fills for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from camera.frame import Frame, PictureSize, Plane, plane_views
from camera.mask import Mask

Samples: TypeAlias = npt.NDArray[np.bool_]
MARKER_YUV = (106, 202, 222)
"""Magenta in BT.601 limited range."""


def hidden_samples(mask: Mask, size: PictureSize) -> Samples:
    """Bool of the I420 array's shape: samples whose centre lies outside all allow polygons or in a hide polygon.

    A chroma sample is hidden when one of its four pixels is. The mask must hide at least these.
    """
    visible = np.zeros((size.height_px, size.width_px), np.bool_)
    for polygon in mask.allow:
        visible |= _winding(polygon, size) % 2 == 1
    for polygon in mask.hide:
        visible &= _winding(polygon, size) == 0
    hidden = np.empty((size.height_px * 3 // 2, size.width_px), np.uint8)
    luma, blue, red = plane_views(hidden, size)
    luma[:] = ~visible
    blue[:] = luma[::2, ::2] | luma[1::2, ::2] | luma[::2, 1::2] | luma[1::2, 1::2]
    red[:] = blue
    return hidden.astype(np.bool_)


def _winding(polygon: tuple[tuple[float, float], ...], size: PictureSize) -> npt.NDArray[np.int32]:
    """The winding number at each pixel's centre: crossings to its left, counted by direction."""
    turns = np.zeros((size.height_px, size.width_px + 1), np.int32)
    corners = [(x * size.width_px, y * size.height_px) for x, y in polygon]
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        first, last = (int(np.ceil(y - 0.5)) for y in sorted((y0, y1)))
        rows = np.arange(max(first, 0), min(last, size.height_px))
        if rows.size:
            crossings = x0 + (x1 - x0) * (rows + 0.5 - y0) / (y1 - y0)
            columns = np.clip(np.ceil(crossings - 0.5), 0, size.width_px).astype(np.intp)
            turns[rows, columns] += 1 if y1 > y0 else -1
    return turns[:, :-1].cumsum(axis=1, dtype=np.int32)


def fills(size: PictureSize, seed: int) -> Iterator[Plane]:
    """Endless I420 pictures to paint into a hidden area: noise, one colour, blocks, a bright thing that moves."""
    chance = np.random.default_rng(seed)
    shape = (size.height_px * 3 // 2, size.width_px)
    step = 0
    while True:
        yield chance.integers(0, 256, shape, dtype=np.uint8)
        yield flat(size, (int(chance.integers(256)), int(chance.integers(256)), int(chance.integers(256))))
        blocks = chance.integers(0, 256, (shape[0] // 16 + 1, shape[1] // 16 + 1), dtype=np.uint8)
        yield np.ascontiguousarray(np.kron(blocks, np.ones((16, 16), np.uint8))[: shape[0], : shape[1]])
        yield _thing(size, step)
        step += 1


def flat(size: PictureSize, yuv: tuple[int, int, int]) -> Plane:
    """One colour all over."""
    picture = np.empty((size.height_px * 3 // 2, size.width_px), np.uint8)
    for plane, value in zip(plane_views(picture, size), yuv, strict=True):
        plane[:] = value
    return picture


def painted(frame: Frame, where: Samples, fill: Plane) -> Frame:
    """A new frame: `fill` where `where` is true."""
    return Frame(np.where(where, fill, frame.i420), frame.size, frame.captured_at_ns)


def copied(frame: Frame) -> Frame:
    return Frame(frame.i420.copy(), frame.size, frame.captured_at_ns)


def _thing(size: PictureSize, step: int) -> Plane:
    """As tall as the picture, a sixth as wide, further right at each step: what a detector is made to notice."""
    picture = flat(size, (40, 128, 128))
    width = max(2, size.width_px // 6)
    left = step * width // 2 % size.width_px
    plane_views(picture, size)[0][:, left : left + width] = 230
    return picture
