"""The detector `tracks`: background model, light veto, tracks that went somewhere; never sees an unmasked picture."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from camera.frame import MaskedFrame, Plane
from camera.motion.foreground import Foreground, Region
from camera.motion.gates import Gate
from camera.motion.reading import Box, Candidate, MotionReading, WhyNot
from camera.motion.settings import LINES, MotionSettings
from camera.motion.tracks import Track, Tracker
from camera.motion.tuning import MotionTuning
from camera.visible_area import BoolPlane

_NS_PER_S = 1_000_000_000
_QUIET = MotionReading(is_active=False, boxes=(), score=0.0)
_HOLD_MARGIN_PX = 6


_UNTUNED = MotionTuning()
_CANDIDATES_AT_MOST = 24
_WHOLE = Box(0.0, 0.0, 1.0, 1.0)


def open_tracked(fps: float, visible_luma: BoolPlane, tuning: MotionTuning = _UNTUNED) -> TrackedMotion:
    """See `open_detector`; the rate does not matter, because all figures are in seconds."""
    del fps
    return TrackedMotion(visible_luma, tuning)


class TrackedMotion:
    """Active while something that went somewhere is in the picture, also while it then stands still.

    Deterministic: the same pictures with the same times give the same readings. Single-threaded, and it makes OpenCV
    single-threaded in the whole process.
    """

    def __init__(
        self, visible_luma: BoolPlane, tuning: MotionTuning = _UNTUNED, settings: MotionSettings | None = None
    ) -> None:
        cv2.setNumThreads(1)
        self._settings = settings or MotionSettings()
        height, width = visible_luma.shape
        self._size = (max(10, round(width * LINES / height)), LINES)
        seen = self._shrunk(np.where(visible_luma, np.uint8(255), np.uint8(0)))
        self._foreground = Foreground(seen == 255, self._settings)
        self._tracker = Tracker(self._settings)
        self._gate = Gate(tuning, self._size)
        self._is_light_changing = False
        self._began_ns: int | None = None
        self._due_ns = 0
        self._last = _QUIET

    def use_tuning(self, tuning: MotionTuning) -> None:
        """See `Detector.use_tuning`."""
        self._gate = Gate(tuning, self._size)

    def observe(self, frame: MaskedFrame, minute_of_day: int | None = None) -> MotionReading:
        """See `Detector.observe`; a picture that comes before its turn gets the last reading again."""
        now_ns = frame.captured_at_ns
        if self._began_ns is None:
            self._began_ns = self._due_ns = now_ns
        if now_ns < self._due_ns:
            self._last = _told(self._last)
            return self._last
        period_ns = round(self._settings.period_s * _NS_PER_S)
        self._due_ns = max(self._due_ns + period_ns, now_ns)
        self._last = self.look(self._shrunk(frame.luma), (now_ns - self._began_ns) / _NS_PER_S, minute_of_day)
        return self._last

    def _shrunk(self, luma: Plane) -> Plane:
        """Means of areas, at `_size`. Halving as long as it goes costs half of doing it at once (measured)."""
        width, height = self._size
        while (
            luma.shape[0] >= 2 * height and luma.shape[1] >= 2 * width and luma.shape[0] % 2 == luma.shape[1] % 2 == 0
        ):
            half = (luma.shape[1] // 2, luma.shape[0] // 2)
            luma = np.asarray(cv2.resize(luma, half, interpolation=cv2.INTER_AREA), np.uint8)
        if luma.shape != (height, width):
            luma = np.asarray(cv2.resize(luma, self._size, interpolation=cv2.INTER_AREA), np.uint8)
        return luma

    def look(self, small: Plane, time_s: float, minute_of_day: int | None = None) -> MotionReading:
        """Read one small picture; `time_s` counts from the first and grows."""
        held = [self._region(track) for track in self._tracker.held]
        blobs = self._foreground.find(small, time_s, held)
        if blobs is None or time_s < self._settings.warm_up_s:
            self._tracker.forget_unconfirmed()
            return self._during_light_change(is_light=blobs is None)
        self._is_light_changing = False
        gone = self._tracker.update(blobs, time_s)
        counting: list[Box] = []
        candidates: list[Candidate] = []
        for track in self._tracker.tracks:
            why_not = self._gate.judge(track, time_s, minute_of_day)
            if track.seen_s != time_s:
                continue
            if why_not is None:
                counting.append(self._box(track))
            else:
                candidates.append(Candidate(self._box(track), why_not))
        suppressed = tuple(why for track in gone if (why := self._gate.verdict(track)) is not None)
        return _reading(counting, candidates, suppressed)

    def _during_light_change(self, *, is_light: bool) -> MotionReading:
        """Nothing can be said; a change is counted once however long it takes."""
        is_new, self._is_light_changing = is_light and not self._is_light_changing, is_light
        if not is_light:
            return _QUIET
        return _reading([], [Candidate(_WHOLE, WhyNot.LIGHT)], (WhyNot.LIGHT,) if is_new else ())

    def _region(self, track: Track) -> Region:
        blob, margin = track.blob, _HOLD_MARGIN_PX
        rows = slice(max(0, blob.top - margin), blob.top + blob.height + margin)
        return rows, slice(max(0, blob.left - margin), blob.left + blob.width + margin)

    def _box(self, track: Track) -> Box:
        width, height = self._size
        blob = track.blob
        return Box(blob.left / width, blob.top / height, blob.width / width, blob.height / height)


def _reading(counting: list[Box], candidates: list[Candidate], suppressed: tuple[WhyNot, ...]) -> MotionReading:
    boxes = tuple(sorted(counting, key=_share, reverse=True))
    shown = sorted(candidates, key=lambda candidate: _share(candidate.box), reverse=True)[:_CANDIDATES_AT_MOST]
    return MotionReading(bool(boxes), boxes, _share(boxes[0]) if boxes else 0.0, tuple(shown), suppressed)


def _share(box: Box) -> float:
    return box.width * box.height


def _told(reading: MotionReading) -> MotionReading:
    return replace(reading, suppressed=()) if reading.suppressed else reading
