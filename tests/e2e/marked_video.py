"""A real video with a marker painted where the owner will hide it: if the marker shows anywhere, the mask failed."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

MARK_FROM_X = 0.75
"""The marker fills the picture from here to the right edge; draw the stoop to the left of it."""
MARKER_YUV = (106, 202, 222)
"""Magenta in BT.601 limited range; far from anything in the clips."""


def paint_marker(video: Path, out: Path, seconds: float) -> None:
    """The first `seconds` of `video` with the marker, as H.264."""
    with av.open(str(video)) as source, av.open(str(out), "w") as container:
        given = source.streams.video[0]
        rate = given.average_rate
        assert rate is not None
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = given.width, given.height, "yuv420p"
        for number, frame in enumerate(source.decode(given)):
            if frame.time > seconds:
                break
            planes = np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8)
            picture = av.VideoFrame.from_ndarray(_marked(planes, given.width, given.height), format="yuv420p")
            picture.pts, picture.time_base = number, 1 / rate
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _marked(planes: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint8]:
    left = int(width * MARK_FROM_X) // 2 * 2
    flat = planes.reshape(-1)
    luma = flat[: width * height].reshape(height, width)
    chroma = flat[width * height :].reshape(2, height // 2, width // 2)
    luma[:, left:] = MARKER_YUV[0]
    chroma[0, :, left // 2 :] = MARKER_YUV[1]
    chroma[1, :, left // 2 :] = MARKER_YUV[2]
    return planes


def marker_pixels(video: Path) -> tuple[int, int]:
    """Over all pictures of a video: how many it has, and how many of their pixels are the marker's colour."""
    pictures = marked = 0
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            rgb = frame.to_ndarray(format="rgb24").astype(np.int16)
            red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
            marked += int(np.count_nonzero((red > 120) & (blue > 120) & (green < 90)))
            pictures += 1
    return pictures, marked
