"""The demo camera's place in the scene: from metres to pixels, and small drawings laid onto I420 planes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from camera.frame import PictureSize, Plane, plane_views

HORIZON = 0.2
LENS_HEIGHT_M = 2.7
FOCAL = 0.69  # of the picture's height


@dataclass(frozen=True, slots=True)
class View:
    """A pinhole camera over the door, looking at the street. x right, y up from the ground, z away, in metres."""

    width_px: float
    height_px: float

    def scale(self, z_m: float) -> float:
        """Pixels per metre at this distance."""
        return FOCAL * self.height_px / z_m

    def at(self, x_m: float, y_m: float, z_m: float) -> tuple[float, float]:
        """The pixel where this point shows."""
        scale = self.scale(z_m)
        return self.width_px / 2 + x_m * scale, HORIZON * self.height_px + (LENS_HEIGHT_M - y_m) * scale


@dataclass(slots=True)
class Sprite:
    """A small drawing: BGR colours and how much each pixel covers (0-255); its left upper corner in the picture."""

    bgr: npt.NDArray[np.uint8]
    cover: npt.NDArray[np.uint8]
    left_px: int
    top_px: int


def blank_sprite(left: float, top: float, right: float, bottom: float) -> Sprite:
    """An empty one that covers these pixels, its corners at even pixels so that chroma fits."""
    left_px, top_px = int(left) // 2 * 2, int(top) // 2 * 2
    width, height = (int(right) - left_px) // 2 * 2 + 4, (int(bottom) - top_px) // 2 * 2 + 4
    return Sprite(np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8), left_px, top_px)


def lay_on(i420: Plane, size: PictureSize, sprite: Sprite, in_front: npt.NDArray[np.uint8] | None) -> None:
    """Blend the sprite into the planes, except where `in_front` (0-255, height x width) stands before it."""
    left, top = max(0, sprite.left_px), max(0, sprite.top_px)
    height, width = sprite.cover.shape
    right, bottom = min(size.width_px, sprite.left_px + width), min(size.height_px, sprite.top_px + height)
    if right <= left or bottom <= top:
        return
    part = np.s_[top - sprite.top_px : bottom - sprite.top_px, left - sprite.left_px : right - sprite.left_px]
    cover = sprite.cover[part]
    if in_front is not None:
        cover = np.asarray(cv2.multiply(cover, 255 - in_front[top:bottom, left:right], scale=1 / 255), np.uint8)
    drawn = cv2.cvtColor(np.ascontiguousarray(sprite.bgr[part]), cv2.COLOR_BGR2YUV_I420)
    planes = plane_views(i420, size)
    chroma = np.asarray(drawn, np.uint8)[bottom - top :].reshape(2, (bottom - top) // 2, -1)
    half = ((right - left) // 2, (bottom - top) // 2)
    small = np.asarray(cv2.resize(cover, half, interpolation=cv2.INTER_AREA), np.uint8)
    _blend(planes[0][top:bottom, left:right], np.asarray(drawn, np.uint8)[: bottom - top], cover)
    for plane, over in zip(planes[1:], chroma, strict=True):
        _blend(plane[top // 2 : bottom // 2, left // 2 : right // 2], over, small)


def _blend(under: npt.NDArray[np.uint8], over: npt.NDArray[np.uint8], cover: npt.NDArray[np.uint8]) -> None:
    weight = cover.astype(np.uint16)
    under[:] = (under * (255 - weight) + over * weight + 127) // 255
