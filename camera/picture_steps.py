"""The size that is asked of the lens: as set, and halved at most twice on a machine that is too slow for it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from camera.settings import CameraSettings

LEAST_WIDTH_PX = 320


@dataclass(slots=True)
class PictureSteps:
    """`settings` is what the next lens is opened with. Goes down only: back up needs another start."""

    settings: CameraSettings
    steps_left: int = 2

    def smaller(self) -> bool:
        """Halve both sides, so that the drawing still fits; False when that would be too small, or was done enough."""
        width_px, height_px = self.settings.width_px // 4 * 2, self.settings.height_px // 4 * 2
        if self.steps_left == 0 or width_px < LEAST_WIDTH_PX:
            return False
        self.steps_left -= 1
        self.settings = msgspec.structs.replace(self.settings, width_px=width_px, height_px=height_px)
        return True
