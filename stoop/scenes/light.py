"""Light that changes while nothing stands there: clouds, lamps, headlights, exposure, the infrared switch."""

from __future__ import annotations

import math

import cv2
import numpy as np

from stoop.scenes.canvas import HEIGHT_PX, WIDTH_PX, Canvas, Layer, polygon, rough

_DOWN, _ACROSS = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float32)


def clouds(chance: np.random.Generator, depth: float, speed_px_s: float, edge_px: float) -> Layer:
    """Shadows of clouds that drift over the ground; `depth` is what they take of the light, 0.0-1.0."""
    angle = chance.uniform(-0.5, 0.5) + (math.pi if chance.random() < 0.5 else 0.0)
    wide = 1600
    sky = cv2.GaussianBlur(rough(chance, 240, 700, wide), (0, 0), 3)
    cover = np.asarray(1 / (1 + np.exp(-sky * 120 / edge_px)), np.float32)

    def drift(canvas: Canvas, time_s: float) -> Canvas:
        across = int(speed_px_s * time_s * math.cos(angle)) % (wide - WIDTH_PX)
        down = int(170 + 160 * math.sin(0.02 * speed_px_s * time_s * math.sin(angle) / 10))
        shade = cover[down : down + HEIGHT_PX, across : across + WIDTH_PX]
        return np.asarray(canvas * (1 - depth * shade), np.float32)

    return drift


def headlights(chance: np.random.Generator, passes: list[float], strength: float, is_sharp: bool) -> Layer:
    """A beam that sweeps over the scene at each of these times; sharp: with the edges of a window or a gate."""
    sweeps = [
        (at_s, float(chance.uniform(160, 520)) * (1 if chance.random() < 0.5 else -1), float(chance.uniform(60, 300)),
         float(chance.uniform(50, 130)), float(chance.uniform(35, 90)))
        for at_s in passes
    ]  # fmt: skip

    def sweep(canvas: Canvas, time_s: float) -> Canvas:
        for at_s, speed, y, wide, high in sweeps:
            x = WIDTH_PX / 2 + speed * (time_s - at_s)
            if not -2 * wide < x < WIDTH_PX + 2 * wide:
                continue
            if is_sharp:
                stencil = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
                corners = [
                    (x - wide, y - high),
                    (x + wide, y - 1.2 * high),
                    (x + wide, y + high),
                    (x - wide, y + 0.8 * high),
                ]
                polygon(stencil, corners)
                beam = cv2.GaussianBlur(stencil, (0, 0), 3).astype(np.float32) / 255
            else:
                beam = np.exp(-(((_ACROSS - x) / wide) ** 2) - ((_DOWN - y) / high) ** 2)
            canvas = np.asarray(canvas * (1 + strength * beam) + 14 * strength * beam, np.float32)
        return canvas

    return sweep


def lamp(chance: np.random.Generator, switches: list[float], gain: float) -> Layer:
    """A lamp beside the door that goes on and off; it lights near things more than far ones."""
    x, y = chance.uniform(0, WIDTH_PX), chance.uniform(0, HEIGHT_PX * 0.5)
    glow = np.asarray(1 / (1 + (((_ACROSS - x) / 220) ** 2 + ((_DOWN - y) / 220) ** 2)), np.float32)

    def shine(canvas: Canvas, time_s: float) -> Canvas:
        is_on = sum(time_s >= at_s for at_s in switches) % 2 == 1
        return np.asarray(canvas * (1 + gain * glow), np.float32) if is_on else canvas

    return shine


def exposure(steps: list[tuple[float, float, float]]) -> Layer:
    """(when, to which gain, within how many seconds), one after the other; the camera overshoots a little."""

    def expose(canvas: Canvas, time_s: float) -> Canvas:
        gain = 1.0
        for at_s, to, within_s in steps:
            if time_s < at_s:
                break
            share = min(1.0, (time_s - at_s) / max(1e-3, within_s))
            gain += share * (to - gain)
            gain *= 1 + 0.12 * (to - 1) * math.exp(-(time_s - at_s) / 0.4)
        return np.asarray(canvas * gain, np.float32)

    return expose


def infrared(chance: np.random.Generator, at_s: float) -> Layer:
    """The filter swings away and the lamp comes on: dark for a moment, then another picture of the same place."""
    sheen = rough(chance, 7)
    falloff = np.exp(-(((_ACROSS - WIDTH_PX / 2) / 330) ** 2) - ((_DOWN - HEIGHT_PX * 0.62) / 210) ** 2)

    def switch(canvas: Canvas, time_s: float) -> Canvas:
        if time_s < at_s:
            return np.asarray(canvas * 0.35 + 6, np.float32)
        if time_s < at_s + 0.35:
            return np.asarray(canvas * 0.08 + 4, np.float32)
        settle = 1 + 0.5 * math.exp(-(time_s - at_s - 0.35) / 0.5)
        seen = 60 + 0.45 * canvas + 9 * sheen
        return np.asarray(seen * (0.25 + 0.85 * falloff) * settle, np.float32)

    return switch


def night(falloff: bool) -> Layer:
    """A dim picture; with `falloff`, lit by a lamp at the camera."""
    spot = np.exp(-(((_ACROSS - WIDTH_PX / 2) / 300) ** 2) - ((_DOWN - HEIGHT_PX * 0.7) / 190) ** 2)

    def dim(canvas: Canvas, time_s: float) -> Canvas:
        del time_s
        if falloff:
            return np.asarray((30 + 0.5 * canvas) * (0.22 + 0.8 * spot), np.float32)
        return np.asarray(12 + 0.28 * canvas, np.float32)

    return dim
