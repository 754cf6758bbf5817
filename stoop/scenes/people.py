"""Draws people who walk, stand and turn, and knows when they are to be seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from stoop.scenes.backgrounds import Background
from stoop.scenes.canvas import HEIGHT_PX, WIDTH_PX, Canvas, Stencil, blend, limb, rough

_SEEN_SHARE = 0.3
_STEP_S = 1 / 30


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Feet at (x, y) px at this time."""

    time_s: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody looks: metres, and luma of coat, trousers and skin."""

    tall_m: float
    coat: float
    trousers: float
    skin: float
    seed: int


def some_look(chance: np.random.Generator, dim: float = 1.0) -> Look:
    """Anybody; `dim` below 1 brings the clothes nearer to each other, as in the dark."""
    return Look(
        tall_m=float(chance.uniform(1.5, 1.9)),
        coat=float(chance.choice([28, 45, 70, 170, 215]) * dim),
        trousers=float(chance.choice([25, 40, 60, 130]) * dim),
        skin=float(chance.uniform(110, 190) * dim),
        seed=int(chance.integers(1 << 30)),
    )


class Person:
    """Walks along straight lines from waypoint to waypoint, stands where two of them have the same place."""

    def __init__(self, ground: Background, look: Look, path: Sequence[Waypoint]) -> None:
        self._ground, self._look, self._path = ground, look, tuple(path)
        self._cloth = rough(np.random.default_rng(look.seed), 5, 64, 48)
        self._walked_px = [0.0]
        for a, b in zip(self._path, self._path[1:], strict=False):
            tall = ground.height_px(look.tall_m, (a.y + b.y) / 2)
            self._walked_px.append(self._walked_px[-1] + math.hypot(b.x - a.x, 2 * (b.y - a.y)) / tall)

    def __call__(self, canvas: Canvas, time_s: float) -> Canvas:
        if not self._path[0].time_s <= time_s < self._path[-1].time_s:
            return canvas
        x, y, phase, facing = self._at(time_s)
        tall = self._ground.height_px(self._look.tall_m, y)
        self._paint(canvas, x, y, tall, phase, facing, time_s)
        return canvas

    def seen_s(self) -> tuple[float, float]:
        """The first and last moment at which at least three tenths of the body are in the picture."""
        begin, end = self._path[0].time_s, self._path[-1].time_s
        times = [begin + n * _STEP_S for n in range(int((end - begin) / _STEP_S))]
        seen = [time_s for time_s in times if self._share_in_picture(time_s) >= _SEEN_SHARE]
        return (seen[0], seen[-1]) if seen else (begin, begin)

    def _share_in_picture(self, time_s: float) -> float:
        x, y, _, _ = self._at(time_s)
        tall = self._ground.height_px(self._look.tall_m, y)
        half = 0.16 * tall
        across = max(0.0, min(WIDTH_PX, x + half) - max(0.0, x - half)) / (2 * half)
        down = max(0.0, min(HEIGHT_PX, y) - max(0.0, y - tall)) / tall
        return across * down

    def _at(self, time_s: float) -> tuple[float, float, float, float]:
        """Feet, how many body heights were walked, and how much of the walk is sideways (-1 to 1)."""
        for number, (a, b) in enumerate(zip(self._path, self._path[1:], strict=False)):
            if time_s < b.time_s:
                share = (time_s - a.time_s) / max(1e-6, b.time_s - a.time_s)
                walked = self._walked_px[number] + share * (self._walked_px[number + 1] - self._walked_px[number])
                step = math.hypot(b.x - a.x, b.y - a.y)
                sideways = (b.x - a.x) / step if step > 1 else 0.0
                return a.x + share * (b.x - a.x), a.y + share * (b.y - a.y), walked, sideways
        last = self._path[-1]
        return last.x, last.y, self._walked_px[-1], 0.0

    def _paint(
        self, canvas: Canvas, x: float, y: float, tall: float, phase: float, facing: float, time_s: float
    ) -> None:
        wide, margin = 0.5 * tall, 3
        left, top = math.floor(x - wide), math.floor(y - tall) - margin
        shape = (math.ceil(tall) + 2 * margin + 2, math.ceil(2 * wide) + 2)
        hips = (x - left, y - 0.48 * tall - top)
        sway = 0.012 * tall * math.sin(1.3 * time_s + self._look.seed % 7)
        shoulders = (hips[0] + sway, hips[1] - 0.33 * tall)
        swing = 0.42 * math.sin(2 * math.pi * phase / 0.85)
        spread = swing * (0.35 + 0.65 * abs(facing))
        self._part(canvas, shape, left, top, self._look.trousers, self._legs(hips, tall, spread, facing))
        self._part(canvas, shape, left, top, self._look.coat, self._torso(hips, shoulders, tall, spread, facing))
        self._part(canvas, shape, left, top, self._look.skin, self._head(shoulders, tall))

    def _legs(self, hips: tuple[float, float], tall: float, spread: float, facing: float) -> list[_Limb]:
        stance = 0.05 * tall * (1 - abs(facing))
        feet = 0.46 * tall
        return [
            _Limb(
                (hips[0] + s * stance, hips[1]), (hips[0] + s * (stance + feet * spread), hips[1] + feet), 0.105 * tall
            )
            for s in (-1, 1)
        ]

    def _torso(
        self, hips: tuple[float, float], shoulders: tuple[float, float], tall: float, spread: float, facing: float
    ) -> list[_Limb]:
        broad = tall * (0.2 - 0.06 * abs(facing))
        arm = 0.32 * tall
        trunk = _Limb((shoulders[0], shoulders[1] + 0.06 * tall), (hips[0], hips[1]), broad)
        arms = [
            _Limb(
                (shoulders[0] + s * 0.45 * broad, shoulders[1] + 0.03 * tall),
                (shoulders[0] + s * (0.55 * broad - arm * spread * 0.8), shoulders[1] + arm),
                0.065 * tall,
            )
            for s in (-1, 1)
        ]
        return [trunk, *arms]

    def _head(self, shoulders: tuple[float, float], tall: float) -> list[_Limb]:
        middle = (shoulders[0], shoulders[1] - 0.09 * tall)
        return [_Limb(middle, (middle[0], middle[1] + 0.03 * tall), 0.12 * tall)]

    def _part(
        self, canvas: Canvas, shape: tuple[int, int], left: int, top: int, shade: float, limbs: list[_Limb]
    ) -> None:
        stencil: Stencil = np.zeros(shape, np.uint8)
        for part in limbs:
            limb(stencil, part.start, part.end, part.thick)
        cloth = np.asarray(cv2.resize(self._cloth, (shape[1], shape[0])), np.float32)
        blend(canvas, stencil, left, top, np.asarray(shade * (1 + 0.12 * cloth), np.float32))


@dataclass(frozen=True, slots=True)
class _Limb:
    start: tuple[float, float]
    end: tuple[float, float]
    thick: float
