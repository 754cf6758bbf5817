"""Says when somebody is there. To add a detector: one module, one line in `DETECTORS`, one test, one guide line."""

from __future__ import annotations

from importlib import import_module

from camera.motion.detector import Detector, DetectorError
from camera.motion.events import EventGrouper, MotionEvent
from camera.motion.reading import Box, MotionReading
from camera.visible_area import BoolPlane

DETECTORS = {
    "tracks": "camera.motion.tracked:open_tracked",
}
"""Name to `module:function`, imported when first opened; the function takes (fps, visible_luma)."""

__all__ = [
    "DETECTORS",
    "Box",
    "Detector",
    "DetectorError",
    "EventGrouper",
    "MotionEvent",
    "MotionReading",
    "open_detector",
]


def open_detector(name: str, fps: float, visible_luma: BoolPlane) -> Detector:
    """A new detector that knows nothing of the scene yet.

    `fps` is the nominal rate, `visible_luma` the mask's (height, width). Raises DetectorError on an unknown name.
    """
    if name not in DETECTORS:
        raise DetectorError(f"no motion detector {name!r}: use one of {', '.join(DETECTORS)}")
    module, _, function = DETECTORS[name].partition(":")
    detector: Detector = getattr(import_module(module), function)(fps, visible_luma)
    return detector
