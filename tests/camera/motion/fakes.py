"""Drawn scenes with known visitors and nuisances; deterministic, 640x360 at 10 pictures a second."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from camera.frame import Frame, PictureSize
from camera.mask import Mask, Masker, parse_mask
from camera.motion import Detector, EventGrouper, MotionEvent, MotionReading, MotionTuning, open_detector

SIZE = PictureSize(640, 360)
FPS = 10
NS_PER_S = 1_000_000_000
WHOLE = parse_mask(b'{"allow": [[[0,0],[1,0],[1,1],[0,1]]]}')
LEFT_HALF = parse_mask(b'{"allow": [[[0,0],[0.5,0],[0.5,1],[0,1]]]}')
SHARED = Path(os.environ.get("STOOP_SHARED", Path(__file__).parents[3].parent / "shared"))

Picture: TypeAlias = npt.NDArray[np.float32]
Painter: TypeAlias = Callable[[Picture, float], None]


def _wall() -> Picture:
    """A textured wall: coarse noise, the same every time."""
    noise = np.random.default_rng(7).normal(110, 60, (SIZE.height_px // 8, SIZE.width_px // 8))
    return np.asarray(np.kron(noise, np.ones((8, 8))), np.float32)


_WALL = _wall()
_SENSOR_NOISE = np.random.default_rng(1).normal(0, 2, (8, SIZE.height_px, SIZE.width_px)).astype(np.float32)


def person(x: float, y: float, stride: float) -> Painter:
    """Somebody whose feet are at (x, y) in pixels; `stride` moves arms and legs."""

    def paint(picture: Picture, time_s: float) -> None:
        swing = round(6 * np.sin(8 * time_s)) if stride else round(2 * np.sin(3 * time_s))
        left, top = round(x) - 20, round(y) - 130
        picture[max(0, top) : top + 60, max(0, left + swing) : left + swing + 40] = 30
        picture[top + 60 : top + 130, max(0, left - swing) : left - swing + 40] = 215

    return paint


def scene(duration_s: float, *painters: Painter, fps: float = FPS) -> Iterator[Frame]:
    """Frames of the wall with sensor noise and whatever is painted on it."""
    for number in range(round(duration_s * fps)):
        picture = _WALL.copy()
        for paint in painters:
            paint(picture, number / fps)
        picture += _SENSOR_NOISE[number % len(_SENSOR_NOISE)]
        i420 = np.full((SIZE.height_px * 3 // 2, SIZE.width_px), 128, np.uint8)
        i420[: SIZE.height_px] = np.clip(picture, 16, 235)
        yield Frame(i420, SIZE, round(number * NS_PER_S / fps))


def visitor(arrive_s: float, stand_s: float, leave_s: float) -> Painter:
    """Comes in from the left, stands in the middle from `stand_s` to `leave_s`, and goes out to the left."""

    def paint(picture: Picture, time_s: float) -> None:
        speed = 320 / (stand_s - arrive_s)
        if arrive_s <= time_s < stand_s:
            person(speed * (time_s - arrive_s), 340, 1.0)(picture, time_s)
        elif stand_s <= time_s < leave_s:
            person(320, 340, 0.0)(picture, time_s)
        elif leave_s <= time_s < leave_s + stand_s - arrive_s:
            person(320 - speed * (time_s - leave_s), 340, 1.0)(picture, time_s)

    return paint


def readings(
    frames: Iterator[Frame],
    mask: Mask = WHOLE,
    fps: float = FPS,
    tuning: MotionTuning | None = None,
    minute_of_day: int | None = None,
    then: tuple[int, MotionTuning] | None = None,
) -> list[tuple[float, MotionReading]]:
    """What the camera's detector says about each frame; `then`: a time in ns, and the tuning in force from there on."""
    masker: Masker | None = None
    detector: Detector | None = None
    found = []
    for frame in frames:
        masker = masker or Masker(mask, frame.size)
        detector = detector or open_detector("tracks", fps, masker.visible_luma, tuning or MotionTuning())
        if then and frame.captured_at_ns >= then[0]:
            detector.use_tuning(then[1])
        time_s = frame.captured_at_ns / NS_PER_S
        found.append((time_s, detector.observe(masker.apply(frame), minute_of_day)))
    return found


def events(frames: Iterator[Frame], mask: Mask = WHOLE, fps: float = FPS) -> tuple[MotionEvent, ...]:
    """The events of a scene."""
    grouper = EventGrouper()
    for time_s, reading in readings(frames, mask, fps):
        grouper.add(time_s, reading.is_active)
    return grouper.events()
