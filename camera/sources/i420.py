"""Pictures from PyAV as I420 arrays of our own: limited range, the colour matrix left as it is."""

from __future__ import annotations

import av
import numpy as np
from av.video.reformatter import ColorRange

from camera.frame import PictureSize, Plane


def even_size(width_px: int, height_px: int) -> PictureSize:
    """Rounded down to even. Raises ValueError below 16x16."""
    return PictureSize(width_px // 2 * 2, height_px // 2 * 2)


def to_i420(picture: av.VideoFrame, size: PictureSize) -> Plane:
    """A new writable, C-contiguous array of shape (height*3/2, width).

    Full-range pictures become limited ones, so that black is 16 everywhere. BT.709 is not turned into BT.601, which
    the camera tags its pictures with: a mild shift of hue, and converting would cost as much as half the encode.
    """
    is_full = picture.color_range == ColorRange.JPEG or picture.format.name.startswith("yuvj")
    if (
        is_full
        or picture.format.name != "yuv420p"
        or (picture.width, picture.height) != (size.width_px, size.height_px)
    ):
        picture = picture.reformat(
            size.width_px,
            size.height_px,
            "yuv420p",
            src_color_range=ColorRange.JPEG if is_full else None,
            dst_color_range=ColorRange.MPEG if is_full else None,
        )
    return np.require(picture.to_ndarray(format="yuv420p"), np.uint8, ["C", "W", "O"])
