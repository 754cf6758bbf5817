"""Scenes about a place where parcels land: somebody leaves one, takes it, or does neither, in any light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stoop.scenes.backgrounds import hall, street
from stoop.scenes.canvas import HEIGHT_PX, WIDTH_PX, Canvas, Layer, blend, rough
from stoop.scenes.light import clouds, headlights
from stoop.scenes.people import Person
from stoop.scenes.scene import ComposedScene
from stoop.scenes.visits import to_the_door

AREA = ((0.3, 0.62), (0.7, 0.62), (0.7, 0.97), (0.3, 0.97))
LEFT_S, TAKEN_S, LONG_S = 25.0, 70.0, 110.0
_FPS = 5.0


@dataclass(frozen=True, slots=True)
class ParcelScene:
    """`truth`: what happens in the area, in order, and when."""

    scene: ComposedScene
    truth: tuple[tuple[str, float], ...]


def _box(chance: np.random.Generator, until_s: float) -> Layer:
    """A parcel or a letter of some shade other than the ground's mean, with its shadow and a label."""
    wide, high = int(chance.integers(34, 90)), int(chance.integers(24, 60))
    left = int(chance.integers(round(0.34 * WIDTH_PX), round(0.66 * WIDTH_PX) - wide))
    top = int(chance.integers(round(0.66 * HEIGHT_PX), round(0.94 * HEIGHT_PX) - high))
    shade = float(chance.choice([45, 160, 205]))
    face = np.full((high, wide), shade, np.float32) + 4 * rough(chance, 6, high, wide)
    face[high // 4 : high // 2, wide // 5 : wide // 2] = 235 if shade < 200 else 90
    solid = np.full((high, wide), 255, np.uint8)
    shadow = np.asarray(cv2.GaussianBlur(np.pad(np.full((8, wide), 130, np.uint8), 6), (0, 0), 2.5), np.uint8)

    def lie(canvas: Canvas, time_s: float) -> Canvas:
        if LEFT_S <= time_s < until_s:
            blend(canvas, shadow, left - 6, top + high - 8, 25.0)
            blend(canvas, solid, left, top, face)
        return canvas

    return lie


def _grain(seed: int) -> Layer:
    def lay(canvas: Canvas, time_s: float) -> Canvas:
        noise = np.random.default_rng((seed, round(time_s * 1000))).normal(0, 2.5, canvas.shape)
        return np.asarray(canvas + noise.astype(np.float32), np.float32)

    return lay


def _dusk(canvas: Canvas, time_s: float) -> Canvas:
    return np.asarray(canvas * (1 - 0.45 * time_s / LONG_S), np.float32)


KINDS = (
    "left and taken",
    "left",
    "only a visitor",
    "clouds",
    "dusk",
    "headlights",
    "left at dusk",
    "left under clouds",
)


def compose_parcels(kind: str, seed: int) -> ParcelScene:
    """The same each time. Raises ValueError for a kind that is not in KINDS."""
    if kind not in KINDS:
        raise ValueError(f"no scene {kind!r}: there are {', '.join(KINDS)}")
    chance = np.random.default_rng((seed, KINDS.index(kind)))
    ground = street(chance) if chance.random() < 0.5 else hall(chance)
    people: list[Person] = [to_the_door(ground, chance, LEFT_S - 5, 5.0)]
    layers: list[Layer] = []
    truth: list[tuple[str, float]] = []
    if "left" in kind:
        is_taken = "taken" in kind
        layers.append(_box(chance, TAKEN_S if is_taken else LONG_S + 1))
        truth.append(("left", LEFT_S))
        if is_taken:
            people.append(to_the_door(ground, chance, TAKEN_S - 5, 5.0))
            truth.append(("taken", TAKEN_S))
    layers += people
    if "clouds" in kind:
        layers.append(clouds(chance, 0.3, 25, 60))
    if "headlights" in kind:
        layers.append(headlights(chance, [15.0, 48.0, 83.0], 0.8, is_sharp=True))
    if "dusk" in kind:
        layers.append(_dusk)
    layers.append(_grain(seed))
    scene = ComposedScene(kind, seed, ground.luma, tuple(layers), tuple(people), LONG_S, _FPS)
    return ParcelScene(scene, tuple(truth))
