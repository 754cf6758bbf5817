"""For makers: why things that moved did not count, as a count for each reason and as a video with boxes drawn on it."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from av.video.stream import VideoStream

from camera.frame import MaskedFrame
from camera.motion import Box, MotionReading
from camera.motion.reading import WhyNot

_COUNTS, _IGNORED = (80, 220, 90), (60, 170, 255)  # blue, green, red
_TIME_BASE = Fraction(1, 1000)
REASONS = {
    WhyNot.TOO_SMALL: "too small",
    WhyNot.TOO_SHORT: "not there for long enough",
    WhyNot.IN_PLACE: "swings or flickers in its place",
    WhyNot.FLITS: "flits like an insect, a drop or a flake",
    WhyNot.BUSY_PLACE: "where it moves nearly all the time",
    WhyNot.LIGHT: "only light",
    WhyNot.OUTSIDE_AREA: "outside the areas that count",
    WhyNot.RAISED_BAR: "where a false alarm raised the bar",
}


class Tally:
    """Counts, for each reason, the things that were given up without ever having counted."""

    def __init__(self) -> None:
        self._counts: Counter[WhyNot] = Counter()

    def take(self, _: MaskedFrame, reading: MotionReading) -> None:
        self._counts.update(reading.suppressed)

    def as_json(self) -> dict[str, int]:
        """By the reason's name, all of them, the most frequent first."""
        return {why.value: self._counts[why] for why in sorted(WhyNot, key=lambda why: (-self._counts[why], why))}

    def lines(self) -> list[str]:
        """For the terminal; one line that says so where nothing was left out."""
        told = [f"{count:6d}  {REASONS[why]}" for why, count in self._counts.most_common()]
        return ["left out, things by reason:", *told] if told else ["nothing that moved was left out"]


class AnnotatedVideo:
    """Writes the masked pictures with boxes: solid green counts, thin orange with its reason does not.

    To be used with `with`; what was written before an error stays a video. Raises av.error.FFmpegError where the file
    cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._container = av.open(str(path), "w", format="mp4")
        self._stream: VideoStream | None = None

    def __enter__(self) -> AnnotatedVideo:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def take(self, frame: MaskedFrame, reading: MotionReading) -> None:
        if self._stream is None:
            self._stream = self._open(frame)
        bgr = np.ascontiguousarray(cv2.cvtColor(frame.i420, cv2.COLOR_YUV2BGR_I420), np.uint8)
        for candidate in reading.candidates:
            _draw(bgr, candidate.box, _IGNORED, 1, candidate.why_not.value.replace("_", " "))
        for box in reading.boxes:
            _draw(bgr, box, _COUNTS, 3, "")
        picture = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format="yuv420p")
        picture.pts, picture.time_base = frame.captured_at_ns // 1_000_000, _TIME_BASE
        self._container.mux(self._stream.encode(picture))

    def _open(self, frame: MaskedFrame) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=30, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = frame.size.width_px, frame.size.height_px, "yuv420p"
        stream.codec_context.time_base = stream.time_base = _TIME_BASE
        return stream


def _draw(
    bgr: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], box: Box, colour: tuple[int, int, int], thick: int, text: str
) -> None:
    height, width = bgr.shape[:2]
    left, top = round(box.left * width), round(box.top * height)
    right, bottom = round((box.left + box.width) * width), round((box.top + box.height) * height)
    cv2.rectangle(bgr, (left, top), (right, bottom), colour, thick)
    if text:
        cv2.putText(bgr, text, (left, max(12, top - 4)), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)
