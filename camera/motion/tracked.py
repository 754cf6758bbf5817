"""The detector `tracks`: background model, light veto, tracks that went somewhere; never sees an unmasked picture."""

from __future__ import annotations

import cv2
import numpy as np

from camera.frame import MaskedFrame, Plane
from camera.motion.foreground import Foreground, Region
from camera.motion.reading import Box, MotionReading
from camera.motion.settings import LINES, MotionSettings
from camera.motion.tracks import Track, Tracker
from camera.visible_area import BoolPlane

_NS_PER_S = 1_000_000_000
_QUIET = MotionReading(is_active=False, boxes=(), score=0.0)
_HOLD_MARGIN_PX = 6


def open_tracked(fps: float, visible_luma: BoolPlane) -> TrackedMotion:
    """See `open_detector`; the rate does not matter, because all figures are in seconds."""
    del fps
    return TrackedMotion(visible_luma)


class TrackedMotion:
    """Active while something that went somewhere is in the picture, also while it then stands still.

    Deterministic: the same pictures with the same times give the same readings. Single-threaded, and it makes OpenCV
    single-threaded in the whole process.
    """

    def __init__(self, visible_luma: BoolPlane, settings: MotionSettings | None = None) -> None:
        cv2.setNumThreads(1)
        self._settings = settings or MotionSettings()
        height, width = visible_luma.shape
        self._size = (max(10, round(width * LINES / height)), LINES)
        seen = cv2.resize(np.where(visible_luma, np.uint8(255), np.uint8(0)), self._size, interpolation=cv2.INTER_AREA)
        self._foreground = Foreground(seen == 255, self._settings)
        self._tracker = Tracker(self._settings)
        self._began_ns: int | None = None
        self._due_ns = 0
        self._last = _QUIET

    def observe(self, frame: MaskedFrame) -> MotionReading:
        """See `Detector.observe`; a picture that comes before its turn gets the last reading again."""
        now_ns = frame.captured_at_ns
        if self._began_ns is None:
            self._began_ns = self._due_ns = now_ns
        if now_ns < self._due_ns:
            return self._last
        period_ns = round(self._settings.period_s * _NS_PER_S)
        self._due_ns = max(self._due_ns + period_ns, now_ns)
        small = np.asarray(cv2.resize(frame.luma, self._size, interpolation=cv2.INTER_AREA), np.uint8)
        self._last = self.look(small, (now_ns - self._began_ns) / _NS_PER_S)
        return self._last

    def look(self, small: Plane, time_s: float) -> MotionReading:
        """Read one small picture; `time_s` counts from the first and grows."""
        held = [self._region(track) for track in self._tracker.held]
        blobs = self._foreground.find(small, time_s, held)
        if blobs is None or time_s < self._settings.warm_up_s:
            self._tracker.forget_unconfirmed()
            return _QUIET
        seen = self._tracker.update(blobs, time_s)
        if not seen:
            return _QUIET
        boxes = tuple(self._box(track) for track in seen)
        return MotionReading(is_active=True, boxes=boxes, score=max(box.width * box.height for box in boxes))

    def _region(self, track: Track) -> Region:
        blob, margin = track.blob, _HOLD_MARGIN_PX
        rows = slice(max(0, blob.top - margin), blob.top + blob.height + margin)
        return rows, slice(max(0, blob.left - margin), blob.left + blob.width + margin)

    def _box(self, track: Track) -> Box:
        width, height = self._size
        blob = track.blob
        return Box(blob.left / width, blob.top / height, blob.width / width, blob.height / height)
