"""One small JPEG of a masked picture, for the list of clips; never of an unmasked one."""

from __future__ import annotations

import cv2
import numpy as np

from camera.frame import MaskedFrame, PictureSize, Plane, plane_views

MAX_WIDTH_PX = 480
_QUALITY = 72


def jpeg_thumbnail(frame: MaskedFrame) -> bytes:
    """A JPEG at most 480 px wide, of the same shape, about 20 KB; the same picture gives the same bytes.

    Scaled on the I420 planes, then turned from BT.601 limited range, as everywhere in the camera, into JPEG's
    BT.601 full range. A pixel of it depends on masked pixels alone.
    """
    size = _thumbnail_size(frame.size)
    small = np.empty((size.height_px * 3 // 2, size.width_px), np.uint8)
    for plane, into in zip(plane_views(frame.i420, frame.size), plane_views(small, size), strict=True):
        cv2.resize(plane, (into.shape[1], into.shape[0]), dst=into, interpolation=cv2.INTER_AREA)
    return _as_jpeg(small)


def _thumbnail_size(size: PictureSize) -> PictureSize:
    share = min(1.0, MAX_WIDTH_PX / size.width_px)
    return PictureSize(
        max(16, int(size.width_px * share) // 2 * 2), max(16, int(size.height_px * share + 0.5) // 2 * 2)
    )


def _as_jpeg(i420: Plane) -> bytes:
    bgr = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)
    is_done, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1])
    if not is_done:
        raise RuntimeError(f"thumbnail of {bgr.shape[1]}x{bgr.shape[0]} could not be written: OpenCV lacks JPEG")
    return jpeg.tobytes()
