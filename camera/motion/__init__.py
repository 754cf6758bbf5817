"""Says when somebody is there. To add a detector: one module, one line in `DETECTORS`, one test, one guide line."""

from __future__ import annotations

from importlib import import_module

from camera.motion.detector import Detector, DetectorError
from camera.motion.events import EventGrouper, MotionEvent
from camera.motion.reading import Box, Candidate, MotionReading, WhyNot
from camera.motion.suppressions import SuppressionCounts
from camera.motion.tuning import MotionTuning, RaisedBar, StandingAdult, TriggerArea, TuningError
from camera.visible_area import BoolPlane

DETECTORS = {
    "tracks": "camera.motion.tracked:open_tracked",
}
"""Name to `module:function`, imported when first opened; the function takes (fps, visible_luma, tuning)."""

__all__ = [
    "DETECTORS",
    "Box",
    "Candidate",
    "Detector",
    "DetectorError",
    "EventGrouper",
    "MotionEvent",
    "MotionReading",
    "MotionTuning",
    "RaisedBar",
    "StandingAdult",
    "SuppressionCounts",
    "TriggerArea",
    "TuningError",
    "WhyNot",
    "open_detector",
]

_UNTUNED = MotionTuning()


def open_detector(name: str, fps: float, visible_luma: BoolPlane, tuning: MotionTuning = _UNTUNED) -> Detector:
    """A new detector that knows nothing of the scene yet.

    `fps` is the nominal rate, `visible_luma` the mask's (height, width), `tuning` what the owner set. Raises
    DetectorError on an unknown name.
    """
    if name not in DETECTORS:
        raise DetectorError(f"no motion detector {name!r}: use one of {', '.join(DETECTORS)}")
    module, _, function = DETECTORS[name].partition(":")
    detector: Detector = getattr(import_module(module), function)(fps, visible_luma, tuning)
    return detector
