"""What is done to pictures in the lockout's benchmark: the camera moved, or the world's nuisances. Deterministic."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np

from camera.frame import Plane

Look: TypeAlias = Callable[[Plane, int], Plane]
"""(luma, number of the picture since the change) → luma, the same size."""


def moved_picture(right_share: float, down_share: float, turn_deg: float, zoom: float) -> Look:
    """The camera displaced; shares are of the width. What comes into view is the mirror image of the picture's edge."""

    def look(luma: Plane, _: int) -> Plane:
        height, width = luma.shape
        matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, zoom), np.float64)
        matrix[:, 2] = matrix[:, 2] + np.array([right_share * width, down_share * width])
        warped = cv2.warpAffine(luma, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(warped, np.uint8)

    return look


def _as_it_is() -> Look:
    return lambda luma, _: luma


def _brightness(gain: float) -> Callable[[], Look]:
    return lambda: lambda luma, _: _scaled(luma, gain)


def _swelling() -> Look:
    return lambda luma, number: _scaled(luma, 1.0 + 0.5 * float(np.sin(number / 15)))


def _jumps() -> Look:
    return lambda luma, number: _scaled(luma, (1.0, 0.5, 1.4, 0.7)[number // 10 % 4])


def _lamp() -> Look:
    """A lamp at one side goes on and off; far from it the picture is dark."""

    def look(luma: Plane, number: int) -> Plane:
        if number // 25 % 2 == 0:
            return luma
        across = np.linspace(1.5, 0.25, luma.shape[1], dtype=np.float32)[None, :]
        return _clipped((luma.astype(np.float32) - 16) * across + 16)

    return look


def _noise() -> Look:
    random = np.random.default_rng(7)
    return lambda luma, _: _clipped(luma + random.normal(0, 14, luma.shape).astype(np.float32))


def _night() -> Look:
    """A fifth of the light, with the noise that a sensor then has."""
    random = np.random.default_rng(8)
    return lambda luma, _: _clipped(_scaled(luma, 0.2) + random.normal(0, 5, luma.shape).astype(np.float32))


def _headlights() -> Look:
    """A bright cone that sweeps over the picture every four seconds."""

    def look(luma: Plane, number: int) -> Plane:
        height, width = luma.shape
        glow = np.zeros((height, width), np.float32)
        at = int((number % 20) / 20 * width * 1.4 - 0.2 * width)
        cv2.circle(glow, (at, height // 2), height // 3, 180.0, -1)
        return _clipped(luma + cv2.GaussianBlur(glow, (0, 0), 30))

    return look


def _rain() -> Look:
    random = np.random.default_rng(9)

    def look(luma: Plane, _: int) -> Plane:
        wet = luma.copy()
        for _drop in range(260):
            x, y = int(random.integers(0, luma.shape[1])), int(random.integers(0, luma.shape[0]))
            cv2.line(wet, (x, y), (x + 3, y + int(random.integers(10, 26))), 205, 1)
        return wet

    return look


def _close_person(share: float) -> Callable[[], Look]:
    """Somebody in a checked shirt before the lens for twelve seconds of twenty, swaying a little."""

    def make() -> Look:
        shirt = _pattern(11, 24)

        def look(luma: Plane, number: int) -> Plane:
            if number % 100 >= 60:
                return luma
            height, width = luma.shape
            sway = int(8 * np.sin(number / 3))
            left = int(width * (1 - share) / 2) + sway
            body = cv2.resize(shirt, (int(width * share), int(height * 0.95)), interpolation=cv2.INTER_CUBIC)
            covered = luma.copy()
            right = min(width, max(0, left) + body.shape[1])
            covered[height - body.shape[0] :, max(0, left) : right] = body[:, : right - max(0, left)]
            return covered

        return look

    return make


def _parked_car() -> Look:
    """It comes, and stays: over the half of the picture, with edges of its own."""
    car = _pattern(12, 40)

    def look(luma: Plane, number: int) -> Plane:
        height, width = luma.shape
        left = max(int(width * 0.25), width - number * 25)
        body = cv2.resize(car, (int(width * 0.6), int(height * 0.5)), interpolation=cv2.INTER_CUBIC)
        covered = luma.copy()
        seen = min(body.shape[1], width - left)
        covered[int(height * 0.4) : int(height * 0.4) + body.shape[0], left : left + seen] = body[:, :seen]
        return covered

    return look


def _shake() -> Look:
    """Gusts at the pole: up to 0.4 % of the width to and fro."""

    def look(luma: Plane, number: int) -> Plane:
        share = 0.004 * float(np.sin(number * 1.9))
        return moved_picture(share, share / 2, 0.0, 1.0)(luma, number)

    return look


def _pattern(seed: int, cells: int) -> Plane:
    return np.asarray(np.random.default_rng(seed).integers(20, 230, (cells, cells)), np.uint8)


def _scaled(luma: Plane, gain: float) -> Plane:
    return _clipped((luma.astype(np.float32) - 16) * gain + 16)


def _clipped(picture: object) -> Plane:
    return np.asarray(np.clip(np.asarray(picture, np.float32), 0, 255), np.uint8)


NUISANCES: dict[str, Callable[[], Look]] = {
    "as_it_is": _as_it_is,
    "light_0.5": _brightness(0.5),
    "light_1.5": _brightness(1.5),
    "light_swells": _swelling,
    "exposure_jumps": _jumps,
    "lamp": _lamp,
    "noise": _noise,
    "night": _night,
    "headlights": _headlights,
    "rain": _rain,
    "close_person_60%": _close_person(0.6),
    "close_person_90%": _close_person(0.9),
    "parked_car": _parked_car,
    "shake": _shake,
}
"""Made anew for each clip, so that each run is the same."""

__all__ = ["NUISANCES", "Look", "moved_picture"]
