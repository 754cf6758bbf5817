"""Tells light from things: light changes how bright a patch is, a thing changes what the patch looks like."""

from __future__ import annotations

import cv2
import numpy as np

from camera.frame import Plane
from camera.motion.settings import MotionSettings


def light_mask(small: Plane, background: Plane, settings: MotionSettings) -> Plane:
    """255 where a patch around the pixel is textured and correlates with its background, else 0.

    Normalised cross-correlation over a square window: blind to gain and offset, so to shadow, cloud and exposure.
    Worked out at half the size, which costs a quarter and finds the same.
    """
    height, width = small.shape
    half = (width // 2, height // 2)
    window = (settings.light_window_px // 2, settings.light_window_px // 2)
    now = cv2.resize(small, half, interpolation=cv2.INTER_AREA).astype(np.float32)
    then = cv2.resize(background, half, interpolation=cv2.INTER_AREA).astype(np.float32)
    mean_now, mean_then = cv2.blur(now, window), cv2.blur(then, window)
    variance_now = cv2.blur(now * now, window) - mean_now * mean_now
    variance_then = cv2.blur(then * then, window) - mean_then * mean_then
    covariance = cv2.blur(now * then, window) - mean_now * mean_then
    floor = np.float32(settings.light_texture**2)
    is_textured = variance_then > floor
    product = np.maximum(variance_now * variance_then, np.float32(1e-6))
    is_alike = covariance > np.float32(settings.light_correlation) * np.sqrt(product)
    is_alike &= is_textured & (variance_now > np.float32(0.1) * floor)
    light = is_alike.view(np.uint8) * np.uint8(255)
    return np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def is_lit(now: Plane, usual: Plane, settings: MotionSettings) -> bool:
    """Whether the pixels of one patch, in any order, are the usual ones in another light: the beam of a car."""
    here, before = now.astype(np.float32), usual.astype(np.float32)
    here -= here.mean()
    before -= before.mean()
    spread = float(before @ before)
    if spread < settings.light_texture**2 * before.size:
        return False
    return float(here @ before) > settings.light_correlation * float(np.sqrt(spread * float(here @ here)))
