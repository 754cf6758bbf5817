"""Whether a colour that is only in the hidden part ever comes out: encoded, decoded again, every pixel looked at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import av
import cv2
import numpy as np

from camera.encoder import Encoder
from camera.frame import Frame, PictureSize, Plane, plane_views
from camera.mask import BLACK_CHROMA, BLACK_LUMA, Mask, Masker
from camera.thumbnail import jpeg_thumbnail
from stoop.prove.finding import Finding, failed, not_checked, proved
from stoop.prove.frames import Supply, open_frames
from stoop.prove.hidden_area import MARKER_YUV, Samples, flat, hidden_samples, painted
from stoop.prove.installation import Installation

CLAIM = "What you hid can be seen nowhere in the video."
PICTURES = 24
_NEAR = 40


def hidden_never_seen(installation: Installation) -> Finding:
    how = "filled the hidden part with magenta, encoded and decoded the video, and looked at every pixel"
    mask = installation.mask()
    if mask is None:
        return not_checked(CLAIM, how, "nothing is drawn yet, so everything is hidden; see the claim about black")
    with open_frames(installation) as supply:
        hidden = hidden_samples(mask, supply.size)
        if not hidden.any():
            return not_checked(CLAIM, how, "the drawing hides nothing")
        frames = list(islice(supply.frames, PICTURES))
        black = (BLACK_LUMA, BLACK_CHROMA, BLACK_CHROMA)
        before = marked_pixels(mask, supply, _filled(frames, hidden, black), hidden)
        after = marked_pixels(mask, supply, _filled(frames, hidden, MARKER_YUV), hidden)
        if not sum(near_marker(plane_views(frame.i420, frame.size)) for frame in _filled(frames, hidden, MARKER_YUV)):
            return not_checked(CLAIM, how, "the magenta was not seen even before the mask")
    if after > before:
        return failed(CLAIM, how, f"{after - before} pixels came out magenta, or lit where all should be black")
    return proved(CLAIM, f"{how}: {PICTURES} {supply.what}", "0 magenta pixels came out")


def marked_pixels(mask: Mask, supply: Supply, frames: Iterator[Frame], hidden: Samples) -> int:
    """How many pixels of the decoded video and the thumbnails are near the marker's colour, or lit though hidden."""
    masker, encoder = Masker(mask, supply.size), Encoder(supply.size, supply.fps)
    decoder = av.CodecContext.create("h264", "r")
    count = 0
    for frame in frames:
        masked = masker.apply(frame)
        count += _magenta(jpeg_thumbnail(masked))
        for unit in encoder.encode(masked):
            for picture in decoder.decode(av.Packet(unit.data)):
                assert isinstance(picture, av.VideoFrame)
                planes = np.asarray(picture.to_ndarray(format="yuv420p"), np.uint8)
                count += near_marker(plane_views(planes, supply.size)) + lit_though_hidden(planes, hidden, supply.size)
    return count


def near_marker(planes: tuple[Plane, Plane, Plane]) -> int:
    """Samples of colour near the marker's, brightness aside: 2x2 pixels share one."""
    blue, red = planes[1].astype(np.int16), planes[2].astype(np.int16)
    return int(np.count_nonzero((abs(blue - MARKER_YUV[1]) < _NEAR) & (abs(red - MARKER_YUV[2]) < _NEAR)))


def lit_though_hidden(i420: Plane, hidden: Samples, size: PictureSize) -> int:
    """Pixels where a leak of brightness alone would show."""
    rows = slice(0, size.height_px)
    return int(np.count_nonzero((i420[rows] > BLACK_LUMA + _NEAR) & hidden[rows]))


def _magenta(jpeg: bytes) -> int:
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        return 0
    blue, green, red = (bgr[..., channel] for channel in range(3))
    return int(np.count_nonzero((red > 120) & (blue > 120) & (green < 90)))


def _filled(frames: list[Frame], hidden: Samples, yuv: tuple[int, int, int]) -> Iterator[Frame]:
    for frame in frames:
        yield painted(frame, hidden, flat(frame.size, yuv))
