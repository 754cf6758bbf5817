"""What moves in its place, and what the camera does by itself: gusts, flags, doors, shake, sensor noise."""

from __future__ import annotations

import math

import cv2
import numpy as np

from stoop.scenes.canvas import HEIGHT_PX, WIDTH_PX, Canvas, Layer, Stencil, blend, polygon, rough

_DOWN, _ACROSS = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float32)
_NOISES = 12


def gusts(chance: np.random.Generator, leaves: Stencil, reach_px: float, from_s: float = 0.0) -> Layer:
    """Leaves that sway by up to `reach_px`, in gusts of several seconds with calm between them."""
    if not leaves.any():
        return lambda canvas, _: canvas
    x0, y0, wide, high = cv2.boundingRect(leaves)
    part = np.s_[y0 : y0 + high, x0 : x0 + wide]
    soft = cv2.GaussianBlur(leaves, (0, 0), 4).astype(np.float32)[part] / 255
    waves = [(soft * rough(chance, cell)[part], soft * rough(chance, cell)[part]) for cell in (70, 26)]
    rates, turns = chance.uniform(2.5, 7.0, 4).tolist(), chance.uniform(0, 6.28, 6).tolist()
    across, down = _ACROSS[part], _DOWN[part]

    def sway(canvas: Canvas, time_s: float) -> Canvas:
        if time_s < from_s:
            return canvas
        wind = max(0.08, math.sin(0.55 * time_s + turns[4]) + 0.4 * math.sin(1.3 * time_s + turns[5])) / 1.2
        dx, dy = across.copy(), down.copy()
        for number, (sideways, upwards) in enumerate(waves):
            beat = reach_px * wind * (0.75, 0.4)[number]
            dx += beat * math.sin(rates[2 * number] * time_s + turns[number]) * sideways
            dy += 0.5 * beat * math.sin(rates[2 * number + 1] * time_s + turns[2 + number]) * upwards
        canvas[part] = cv2.remap(canvas, dx, dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return canvas

    return sway


def pendulum(chance: np.random.Generator, reach_px: float, from_s: float) -> Layer:
    """A lantern, sign or branch that hangs and swings, slow or fast, from a time on."""
    x, y = chance.uniform(90, WIDTH_PX - 90), chance.uniform(10, 90)
    long, wide = chance.uniform(50, 120), chance.uniform(12, 26)
    rate, shade = chance.uniform(1.4, 4.5), float(chance.choice([25, 60, 210, 240]))

    def hang(canvas: Canvas, time_s: float) -> Canvas:
        angle = reach_px / long * math.sin(rate * time_s) * min(1.0, max(0.0, (time_s - from_s) / 1.5))
        stencil = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
        foot = (x + long * math.sin(angle), y + long * math.cos(angle))
        polygon(stencil, [(x - 2, y), (x + 2, y), (foot[0] + 2, foot[1]), (foot[0] - 2, foot[1])])
        corners = [
            (foot[0] - wide, foot[1]),
            (foot[0] + wide, foot[1]),
            (foot[0] + wide, foot[1] + 1.6 * wide),
            (foot[0] - wide, foot[1] + 1.6 * wide),
        ]
        polygon(stencil, corners)
        blend(canvas, stencil, 0, 0, shade)
        return canvas

    return hang


def shake(chance: np.random.Generator, reach_px: float, is_steady: bool = False) -> Layer:
    """The camera trembles, in bursts or all the time, by up to `reach_px` of 640."""
    rates, turns = chance.uniform(8, 40, 4).tolist(), chance.uniform(0, 6.28, 5).tolist()

    def tremble(canvas: Canvas, time_s: float) -> Canvas:
        burst = 1.0 if is_steady else max(0.0, math.sin(0.9 * time_s + turns[4]))
        dx, dy = (
            reach_px
            * burst
            * 0.5
            * (math.sin(rates[n] * time_s + turns[n]) + math.sin(rates[n + 1] * time_s + turns[n + 1]))
            for n in (0, 2)
        )
        move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        moved = cv2.warpAffine(
            canvas, move, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(moved, np.float32)

    return tremble


def sensor_noise(chance: np.random.Generator, deviation: float, smear: float = 0.0) -> Layer:
    """Noise of each picture by itself; `smear` makes it lumpy, as an encoder in the dark does."""
    fields = chance.normal(0, deviation, (_NOISES, HEIGHT_PX, WIDTH_PX)).astype(np.float32)
    if smear:
        for field in fields:
            lumpy = cv2.GaussianBlur(field, (0, 0), smear)
            field[:] = lumpy * (deviation / max(1e-6, float(lumpy.std())))
    seed = int(chance.integers(1 << 30))

    def speckle(canvas: Canvas, time_s: float) -> Canvas:
        tick = round(time_s * 600)
        down, across = (tick * 7919 + seed) % HEIGHT_PX, (tick * 104729 + seed) % WIDTH_PX
        return np.asarray(canvas + np.roll(fields[(tick // 20 + tick) % _NOISES], (down, across), (0, 1)), np.float32)

    return speckle
