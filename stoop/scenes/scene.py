"""A scene: layers over a background, with the times at which somebody is really there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from camera.frame import Frame, PictureSize, Plane
from stoop.motion_score import Label, Span
from stoop.scenes.canvas import HEIGHT_PX, WIDTH_PX, Canvas, Layer
from stoop.scenes.people import Person

_NS_PER_S = 1_000_000_000
SIZE = PictureSize(WIDTH_PX, HEIGHT_PX)


@dataclass(frozen=True, slots=True)
class ComposedScene:
    """Frames at any rate, the same each time; `label` is the exact truth.

    `gain`, `noise` and `is_mirrored` change all of it; `noise` is the standard deviation, in grey levels, of what is
    added to each pixel of each picture anew.
    """

    name: str
    seed: int
    background: Canvas
    layers: tuple[Layer, ...]
    people: tuple[Person, ...]
    duration_s: float
    fps: float
    gain: float = 1.0
    noise: float = 0.0
    is_mirrored: bool = False

    @property
    def label(self) -> Label:
        return Label(tuple(Span(*person.seen_s()) for person in self.people), (), self.duration_s)

    def luma(self, time_s: float) -> Plane:
        """A new uint8 picture (HEIGHT_PX, WIDTH_PX) of one moment."""
        canvas = self.background.copy()
        for layer in self.layers:
            canvas = layer(canvas, time_s)
        canvas = canvas * np.float32(self.gain)
        if self.noise:
            chance = np.random.default_rng((self.seed, round(time_s * 1e6)))
            canvas = canvas + np.float32(self.noise) * chance.standard_normal(canvas.shape, np.float32)
        picture = np.clip(canvas, 0, 255).astype(np.uint8)
        return np.asarray(picture[:, ::-1] if self.is_mirrored else picture, np.uint8)

    def frames(self) -> Iterator[Frame]:
        """Grey frames with their times, from 0 on."""
        for number in range(round(self.duration_s * self.fps)):
            i420 = np.full((HEIGHT_PX * 3 // 2, WIDTH_PX), 128, np.uint8)
            i420[:HEIGHT_PX] = self.luma(number / self.fps)
            yield Frame(i420, SIZE, round(number * _NS_PER_S / self.fps))
