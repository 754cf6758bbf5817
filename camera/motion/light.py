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
