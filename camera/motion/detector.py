"""What every motion detector is."""

from __future__ import annotations

from typing import Protocol

from camera.frame import MaskedFrame
from camera.motion.reading import MotionReading
from camera.motion.tuning import MotionTuning


class DetectorError(ValueError):
    """There is no such detector; the message names those that there are."""


class Detector(Protocol):
    """Looks at masked pictures of one size under one mask; a new mask takes a new detector."""

    def observe(self, frame: MaskedFrame, minute_of_day: int | None = None) -> MotionReading:
        """What there is in this picture. Capture times grow; one thread; the picture is neither changed nor kept.

        `minute_of_day` (0 to 1439, local) is what raised bars go by; None while the clock is not to be trusted.
        Deterministic: equal pictures at equal times give equal readings, and hidden pixels are black in all of them.
        """

    def use_tuning(self, tuning: MotionTuning) -> None:
        """From the next picture on; what was learned of the scene stays."""
