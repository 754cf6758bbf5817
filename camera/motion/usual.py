"""The usual picture: a slow mean of grey levels, and what a difference to it must look like to be a thing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from camera.frame import Plane
from camera.motion.band import Region
from camera.motion.light import is_lit
from camera.motion.settings import MotionSettings

_EDGE = np.ones((5, 5), np.uint8)


class UsualPicture:
    """Follows the small pictures over `usual_memory_s`, but not where something is held. One thread."""

    def __init__(self, height: int, width: int, settings: MotionSettings) -> None:
        self._settings = settings
        self._mean = np.zeros((height, width), np.float32)

    def take(self, small: Plane) -> None:
        """This is the scene from now on."""
        np.copyto(self._mean, small, casting="unsafe")

    def learn(self, small: Plane, step_s: float, held: Sequence[Region]) -> None:
        kept = [(region, self._mean[region].copy()) for region in held]
        cv2.accumulateWeighted(small, self._mean, 1.0 - math.exp(-step_s / self._settings.usual_memory_s))
        for region, mean in kept:
            self._mean[region] = mean

    def drop_soft(self, mask: Plane, small: Plane) -> None:
        """Clear from the mask what differs without an edge nearby: a beam on a plain wall, a bright sky."""
        x, y, width, height = cv2.boundingRect(mask)
        if not width:
            return
        region = (slice(max(0, y - 4), y + height + 4), slice(max(0, x - 4), x + width + 4))
        differs = cv2.absdiff(cv2.blur(small[region], (3, 3)), cv2.convertScaleAbs(self._mean[region]))
        most = cv2.dilate(differs, _EDGE)
        least = cv2.erode(differs, _EDGE)
        rise = cv2.subtract(most, least)
        is_sharp = cv2.compare(rise, cv2.convertScaleAbs(most, alpha=self._settings.edge_share), cv2.CMP_GT)
        mask[region] &= np.asarray(cv2.dilate(is_sharp, _EDGE), np.uint8)

    def fill(self, mask: Plane, small: Plane) -> None:
        """Fill in what differs from the usual picture and has a rim that is in the mask: the inside of a plain coat."""
        x, y, width, height = cv2.boundingRect(mask)
        if not width:
            return
        region = (slice(y, y + height), slice(x, x + width))
        usual = cv2.convertScaleAbs(self._mean[region])
        differs = cv2.threshold(
            cv2.absdiff(small[region], usual), self._settings.fill_contrast, 255, cv2.THRESH_BINARY
        )[1]
        differs = np.asarray(cv2.bitwise_or(differs, mask[region]), np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(differs, connectivity=4)
        if count < 2:
            return
        seeds = np.bincount(labels[mask[region] > 0], minlength=count)
        is_filled = seeds > self._settings.fill_share * stats[:, cv2.CC_STAT_AREA]
        is_filled[0] = False
        for number in np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= self._settings.lit_area_px) + 1:
            left, top, wide, high, _ = (int(value) for value in stats[number])
            box = (slice(top, top + high), slice(left, left + wide))
            is_own = labels[box] == number
            if is_lit(small[region][box][is_own], usual[box][is_own], self._settings):
                is_filled[number] = False
                mask[region][box][is_own] = 0
        mask[region] |= np.where(is_filled[labels], np.uint8(255), np.uint8(0))
