"""What falls, flies and hangs before a lens: rain, snow, insects, webs. Each is a function of seed and time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from stoop.scenes.canvas import HEIGHT_PX, WIDTH_PX, Canvas, Layer, blend, ellipse, limb


def rain(chance: np.random.Generator, drops: int, streak_px: float, bright: float) -> Layer:
    """Streaks that fall; a drop has a new place each time it comes round."""
    start = chance.random((drops, 2))
    speed = chance.uniform(1.6, 2.8, drops) * HEIGHT_PX
    slant, seed = chance.uniform(-0.12, 0.12), int(chance.integers(1 << 30))
    span = HEIGHT_PX + 2 * streak_px

    def fall(canvas: Canvas, time_s: float) -> Canvas:
        stencil = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
        fallen = start[:, 1] * span + speed * time_s
        rounds = (fallen // span).astype(np.int64)
        y = fallen % span - streak_px
        x = _hashed(np.arange(drops), rounds, seed) * WIDTH_PX
        for left, top in zip(x.tolist(), y.tolist(), strict=True):
            limb(stencil, (left, top), (left + slant * streak_px, top + streak_px), 1)
        return canvas + (bright / 255) * stencil.astype(np.float32)

    return fall


def snow(chance: np.random.Generator, flakes: int, near: float, bright: float) -> Layer:
    """Flakes of all sizes; `near` 0.0-1.0 says how many are large and blurred, close to the lens."""
    depth = chance.random(flakes) ** (2.2 - 1.4 * near)
    radius = 0.7 + 5.5 * depth * (0.4 + near)
    speed = (0.12 + 0.55 * depth) * HEIGHT_PX
    drift, sway = chance.uniform(-60, 60) * (0.3 + depth), chance.uniform(3, 16, flakes)
    turn, start = chance.uniform(0, 6.28, flakes), chance.random(flakes)
    seed = int(chance.integers(1 << 30))

    def fall(canvas: Canvas, time_s: float) -> Canvas:
        stencil = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
        span = HEIGHT_PX + 4 * radius
        fallen = start * span + speed * time_s
        x = _hashed(np.arange(flakes), (fallen // span).astype(np.int64), seed) * (WIDTH_PX + 160) - 80
        x = x + drift * (fallen % span) / speed + sway * np.sin(1.7 * time_s + turn)
        for middle, down, size in zip(x.tolist(), (fallen % span - 2 * radius).tolist(), radius.tolist(), strict=True):
            ellipse(stencil, middle, down, size, size * 1.15)
        soft = cv2.GaussianBlur(stencil, (0, 0), 0.8 + 1.2 * near).astype(np.float32) / 255
        return np.asarray(canvas + soft * np.maximum(0, bright - canvas), np.float32)

    return fall


@dataclass(frozen=True, slots=True)
class _Flight:
    """An insect's way: straight at an even speed, with turns of a few frequencies on top."""

    begin_s: float
    end_s: float
    start: tuple[float, float]
    velocity: tuple[float, float]
    turns: tuple[tuple[float, float, float, float], ...]
    radius: float
    bright: float

    def at(self, time_s: float) -> tuple[float, float]:
        x = self.start[0] + self.velocity[0] * (time_s - self.begin_s)
        y = self.start[1] + self.velocity[1] * (time_s - self.begin_s)
        for reach, rate, first, second in self.turns:
            x += reach * math.sin(rate * time_s + first)
            y += reach * math.sin(rate * 1.13 * time_s + second)
        return x, y


def insects(
    chance: np.random.Generator, a_minute: float, duration_s: float, bright: float, from_s: float = 0.0
) -> Layer:
    """Bright smears that cross or circle close to the lens, each for 0.3 to 4 s."""
    flights = [_flight(chance, duration_s, bright, from_s) for _ in range(max(1, round(a_minute * duration_s / 60)))]

    def fly(canvas: Canvas, time_s: float) -> Canvas:
        for flight in flights:
            if flight.begin_s <= time_s < flight.end_s:
                (x, y), (px, py) = flight.at(time_s), flight.at(time_s - 1 / 40)
                size = math.ceil(3 * flight.radius + math.hypot(x - px, y - py)) + 4
                stencil = np.zeros((2 * size, 2 * size), np.uint8)
                left, top = math.floor(x) - size, math.floor(y) - size
                limb(stencil, (x - left, y - top), (px - left, py - top), 2 * flight.radius)
                soft = np.asarray(cv2.GaussianBlur(stencil, (0, 0), max(0.8, flight.radius * 0.35)), np.uint8)
                blend(canvas, np.asarray(soft * 0.85, np.uint8), left, top, flight.bright)
        return canvas

    return fly


def _flight(chance: np.random.Generator, duration_s: float, bright: float, from_s: float) -> _Flight:
    begin = float(chance.uniform(from_s, duration_s))
    is_crossing = chance.random() < 0.55
    speed = chance.uniform(250, 900) if is_crossing else chance.uniform(0, 60)
    angle = chance.uniform(0, 6.28)
    stay = WIDTH_PX / speed if is_crossing else chance.uniform(0.8, 4.0)
    middle = (chance.uniform(100, WIDTH_PX - 100), chance.uniform(60, HEIGHT_PX - 60))
    velocity = (speed * math.cos(angle), 0.6 * speed * math.sin(angle))
    reach = chance.uniform(4, 25) if is_crossing else chance.uniform(25, 110)
    turns = tuple(
        (
            float(reach / (n + 1)),
            float(chance.uniform(3, 9) * (n + 1)),
            float(chance.uniform(0, 6.28)),
            float(chance.uniform(0, 6.28)),
        )
        for n in range(3)
    )
    half = stay / 2
    start = (float(middle[0] - velocity[0] * half), float(middle[1] - velocity[1] * half))
    return _Flight(
        begin, begin + float(stay), start, (float(velocity[0]), float(velocity[1])), turns,
        float(chance.uniform(3, 16)), bright,
    )  # fmt: skip


def web(chance: np.random.Generator, bright: float, sway_px: float) -> Layer:
    """Threads close to the lens that sway in the wind and glow in the infrared lamp."""
    hub = (chance.uniform(0, WIDTH_PX), chance.uniform(0, HEIGHT_PX * 0.6))
    spokes = [(float(a), float(chance.uniform(120, 420))) for a in chance.uniform(0, 6.28, 9)]
    rates = chance.uniform(1.2, 3.4, 9).tolist()

    def hang(canvas: Canvas, time_s: float) -> Canvas:
        stencil = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
        gust = 0.4 + 0.6 * math.sin(0.31 * time_s) ** 2
        for (angle, reach), rate in zip(spokes, rates, strict=True):
            move = sway_px * gust * math.sin(rate * time_s + angle)
            end = (hub[0] + reach * math.cos(angle), hub[1] + reach * math.sin(angle))
            middle = ((hub[0] + end[0]) / 2 + move, (hub[1] + end[1]) / 2 + move * 0.7)
            limb(stencil, hub, middle, 3)
            limb(stencil, middle, end, 3)
        soft = cv2.GaussianBlur(stencil, (0, 0), 2.2).astype(np.float32) / 255
        return np.asarray(canvas + soft * bright, np.float32)

    return hang


def _hashed(
    which: np.typing.NDArray[np.int64], rounds: np.typing.NDArray[np.int64], seed: int
) -> np.typing.NDArray[np.float64]:
    """0.0-1.0 for each pair, without a generator's state (the finalizer of MurmurHash3)."""
    mixed = (which * 2654435761 + rounds * 40503 + seed) & 0xFFFFFFFF
    for factor in (0x85EBCA6B, 0xC2B2AE35):
        mixed = ((mixed ^ (mixed >> 15)) * factor) & 0xFFFFFFFF
    return np.asarray((mixed ^ (mixed >> 16)) / 0xFFFFFFFF, np.float64)
