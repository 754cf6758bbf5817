"""Two plain motion detectors to compare with: the usual recipe and the oldest one; nothing but benchmarks uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from camera.frame import Frame, MaskedFrame, Plane
from camera.mask import Masker
from camera.motion import EventGrouper, open_detector
from camera.settings import CameraSettings
from stoop.motion_score import Span

_SMALL = (320, 180)
_NS_PER_S = 1_000_000_000


def events_of_each(frames: Iterator[Frame], masker: Masker, fps: float) -> dict[str, list[Span]]:
    """What Stoop's detector and the two plain ones tell of the same masked pictures."""
    ours = open_detector(CameraSettings().detector, fps, masker.visible_luma)
    detectors: dict[str, Callable[[MaskedFrame], bool]] = {
        "stoop": lambda frame: ours.observe(frame).is_active,
        "plain_mog2": PlainMog2(),
        "frame_difference": FrameDifference(),
    }
    groupers = {name: EventGrouper() for name in detectors}
    for frame in frames:
        masked = masker.apply(frame)
        for name, detector in detectors.items():
            groupers[name].add(masked.captured_at_ns / _NS_PER_S, detector(masked))
    return {name: [Span(e.start_s, e.end_s) for e in grouper.events()] for name, grouper in groupers.items()}


@dataclass(slots=True)
class PlainMog2:
    """The usual recipe: OpenCV's MOG2 on a small picture, an area, and four of the last six pictures."""

    _model: cv2.BackgroundSubtractorMOG2 = field(default_factory=lambda: cv2.createBackgroundSubtractorMOG2(300, 32))
    _recent: list[bool] = field(default_factory=list)

    def __call__(self, frame: MaskedFrame) -> bool:
        mask = np.asarray(self._model.apply(_shrunk(frame)), np.uint8)
        mask = np.where(mask == 255, mask, np.uint8(0))
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        is_large = any(int(row[cv2.CC_STAT_AREA]) >= 150 for row in stats[1:])
        self._recent = [*self._recent[-5:], is_large]
        return sum(self._recent) >= 4


@dataclass(slots=True)
class FrameDifference:
    """The oldest recipe: pixels that differ from both of the last two pictures, a quarter of a percent of them."""

    _last: list[Plane] = field(default_factory=list)

    def __call__(self, frame: MaskedFrame) -> bool:
        now = np.asarray(cv2.GaussianBlur(_shrunk(frame), (5, 5), 0), np.uint8)
        before, self._last = self._last, [*self._last[-1:], now]
        if len(before) < 2:
            return False
        is_new = (cv2.absdiff(now, before[0]) > 25) & (cv2.absdiff(now, before[1]) > 25)
        return int(np.count_nonzero(is_new)) >= is_new.size // 400


def _shrunk(frame: MaskedFrame) -> Plane:
    return np.asarray(cv2.resize(frame.luma, _SMALL, interpolation=cv2.INTER_AREA), np.uint8)
