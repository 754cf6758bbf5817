"""Draws the people and cars of the demo scene as small sprites."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from camera.sources.demo.script import Car, Figure
from camera.sources.demo.view import Sprite, View, blank_sprite

Colour = tuple[int, int, int]  # blue, green, red
Spot = tuple[float, float]

_COATS: list[Colour] = [(92, 62, 38), (58, 62, 150), (70, 110, 66), (60, 140, 190), (120, 96, 84), (96, 60, 110)]
_TROUSERS: list[Colour] = [(70, 52, 44), (86, 84, 82), (52, 60, 76), (90, 70, 50)]
_SKIN: list[Colour] = [(150, 178, 216), (110, 142, 188), (72, 98, 142), (48, 66, 98)]
_HAIR: list[Colour] = [(28, 32, 40), (40, 60, 92), (80, 130, 168), (120, 122, 126)]
_PAINT: list[Colour] = [(150, 104, 60), (60, 62, 150), (168, 168, 166), (64, 62, 60), (96, 128, 92), (210, 212, 214)]
_SHOES: Colour = (36, 34, 34)
_SHIFT = 4


def draw_figure(figure: Figure, view: View) -> Sprite:
    """One person with a shadow; arms and legs swing with `stride`."""
    pen = _Pen.around(view, figure.x_m, figure.z_m, half_width_m=0.75, height_m=1.95)
    pen.ellipse((0.12, 0.0), (0.42, 0.07), (40, 44, 46), cover=90)
    swing = 0.0 if figure.stride is None else math.sin(figure.stride * math.tau / 2)
    if figure.look == "side":
        _draw_from_side(pen, figure, swing if figure.is_facing_right else -swing)
    else:
        _draw_upright(pen, figure, swing)
    return pen.sprite


def draw_car(car: Car, view: View) -> Sprite:
    """One car from the side, with a driver's window, lamps and a shadow."""
    pen = _Pen.around(view, car.x_m, car.z_m, half_width_m=2.6, height_m=1.7)
    paint = _PAINT[car.style % len(_PAINT)]
    ahead = 1.0 if car.is_facing_right else -1.0
    pen.ellipse((0.0, 0.02), (2.3, 0.16), (34, 36, 38), cover=150)
    body = [(-2.1, 0.3), (-2.12, 0.75), (-1.9, 0.92), (1.1, 0.95), (1.95, 0.8), (2.12, 0.55), (2.1, 0.3)]
    cabin = [(-1.75, 0.9), (-1.3, 1.42), (0.35, 1.45), (1.15, 0.93)]
    pen.polygon([(x * ahead, y) for x, y in cabin], _darker(paint, 0.8))
    pen.polygon([(x * ahead, y) for x, y in [(-1.5, 0.95), (-1.2, 1.34), (-0.45, 1.36), (-0.45, 0.95)]], (96, 84, 74))
    pen.polygon([(x * ahead, y) for x, y in [(-0.35, 0.95), (-0.35, 1.36), (0.28, 1.36), (0.9, 0.95)]], (110, 98, 88))
    pen.polygon([(x * ahead, y) for x, y in body], paint)
    pen.polygon(
        [(x * ahead, y) for x, y in [(-2.1, 0.3), (-2.11, 0.45), (2.12, 0.45), (2.1, 0.3)]], _darker(paint, 0.7)
    )
    pen.ellipse((2.02 * ahead, 0.66), (0.1, 0.09), (190, 235, 250))
    pen.ellipse((-2.06 * ahead, 0.7), (0.07, 0.1), (50, 50, 190))
    for middle in (-1.35, 1.35):
        pen.ellipse((middle, 0.32), (0.34, 0.34), (32, 32, 34))
        pen.ellipse((middle, 0.32), (0.18, 0.18), (140, 140, 140))
    return pen.sprite


def _draw_from_side(pen: _Pen, figure: Figure, swing: float) -> None:
    coat, trousers, skin, hair = _dress(figure.style)
    ahead = 1.0 if figure.is_facing_right else -1.0
    bob = 0.02 * abs(swing)
    hip, shoulder = (0.0, 0.88 - bob), (0.02 * ahead, 1.38 - bob)
    for side, shade in ((-1.0, 0.75), (1.0, 1.0)):
        reach = 0.32 * swing * side
        knee, foot = (reach * 0.45 + 0.05 * ahead, 0.47), (reach, 0.06 + 0.08 * max(0.0, -reach * ahead))
        pen.limb([hip, knee, foot], 0.17, _darker(trousers, shade))
        pen.limb([foot, (foot[0] + 0.14 * ahead, foot[1] - 0.01)], 0.1, _SHOES)
    _draw_arm(pen, shoulder, -0.26 * swing, ahead, _darker(coat, 0.75), skin)
    pen.limb([(0.0, 0.9 - bob), (0.01 * ahead, 1.34 - bob)], 0.34, coat)
    _draw_arm(pen, shoulder, 0.26 * swing, ahead, _darker(coat, 1.15), skin)
    pen.limb([(0.02 * ahead, 1.4), (0.03 * ahead, 1.52)], 0.11, skin)
    pen.ellipse((0.04 * ahead, 1.62 - bob), (0.115, 0.14), skin)
    pen.ellipse((-0.01 * ahead, 1.68 - bob), (0.125, 0.105), hair)


def _draw_arm(pen: _Pen, shoulder: Spot, reach: float, ahead: float, sleeve: Colour, skin: Colour) -> None:
    elbow, hand = (shoulder[0] + reach * 0.5 - 0.03 * ahead, 1.12), (shoulder[0] + reach + 0.05 * ahead, 0.88)
    pen.limb([shoulder, elbow, hand], 0.11, sleeve)
    pen.ellipse(hand, (0.055, 0.06), skin)


def _draw_upright(pen: _Pen, figure: Figure, swing: float) -> None:
    coat, trousers, skin, hair = _dress(figure.style)
    for side in (-1.0, 1.0):
        lift = max(0.0, swing * side) * 0.14
        foot = (0.11 * side, 0.06 + lift)
        pen.limb(
            [(0.09 * side, 0.85), (0.1 * side, 0.47 + lift * 0.6), foot], 0.18, _darker(trousers, 1.0 + 0.08 * side)
        )
        pen.limb([foot, (foot[0] + 0.02 * side, foot[1] - 0.02)], 0.14, _SHOES)
    for side in (-1.0, 1.0):
        raised = 0.1 * swing * side
        hand = (0.32 * side, 0.86 + raised)
        pen.limb([(0.21 * side, 1.36), (0.29 * side, 1.1), hand], 0.13, _darker(coat, 0.88))
        pen.ellipse(hand, (0.06, 0.065), skin)
    pen.polygon([(-0.22, 0.78), (-0.27, 1.38), (-0.12, 1.47), (0.12, 1.47), (0.27, 1.38), (0.22, 0.78)], coat)
    pen.limb([(0.0, 1.4), (0.0, 1.52)], 0.13, _darker(skin, 0.85))
    if figure.look == "front":
        pen.limb([(0.0, 0.8), (0.0, 1.42)], 0.025, _darker(coat, 0.7))
        pen.polygon([(-0.11, 1.46), (0.0, 1.32), (0.11, 1.46)], _darker(coat, 1.35))
        pen.ellipse((0.0, 1.69), (0.135, 0.13), hair)
        pen.ellipse((0.0, 1.62), (0.115, 0.15), skin)
        pen.ellipse((0.0, 1.735), (0.118, 0.055), hair)
        for side in (-1.0, 1.0):
            pen.ellipse((0.045 * side, 1.63), (0.014, 0.016), (40, 40, 44))
        pen.limb([(-0.036, 1.562), (-0.015, 1.55), (0.015, 1.55), (0.036, 1.562)], 0.012, _darker(skin, 0.65))
        pen.limb([(0.2, 1.4), (-0.19, 0.98)], 0.035, (50, 62, 84))
        pen.polygon([(-0.34, 0.72), (-0.34, 1.0), (-0.06, 1.0), (-0.06, 0.72)], (70, 92, 128))
    else:
        pen.ellipse((0.0, 1.65), (0.135, 0.165), hair)
        pen.limb([(-0.2, 1.4), (0.19, 0.98)], 0.035, (50, 62, 84))


def _dress(style: int) -> tuple[Colour, Colour, Colour, Colour]:
    return (
        _COATS[style % len(_COATS)],
        _TROUSERS[style // 3 % len(_TROUSERS)],
        _SKIN[style // 7 % len(_SKIN)],
        _HAIR[style // 11 % len(_HAIR)],
    )


def _darker(colour: Colour, share: float) -> Colour:
    blue, green, red = (min(255, int(part * share)) for part in colour)
    return blue, green, red


class _Pen:
    """Draws in metres from a spot on the ground, colour and cover alike."""

    def __init__(self, sprite: Sprite, foot_px: Spot, scale: float) -> None:
        self.sprite = sprite
        self._foot_px = foot_px
        self._scale = scale

    @classmethod
    def around(cls, view: View, x_m: float, z_m: float, half_width_m: float, height_m: float) -> _Pen:
        x_px, y_px = view.at(x_m, 0.0, z_m)
        scale = view.scale(z_m)
        sprite = blank_sprite(
            x_px - half_width_m * scale, y_px - height_m * scale, x_px + half_width_m * scale, y_px + 0.25 * scale
        )
        return cls(sprite, (x_px - sprite.left_px, y_px - sprite.top_px), scale)

    def polygon(self, spots: Sequence[Spot], colour: Colour) -> None:
        corners = np.array([self._fixed(spot) for spot in spots], np.int32)
        cv2.fillPoly(self.sprite.bgr, [corners], colour, cv2.LINE_AA, _SHIFT)
        cv2.fillPoly(self.sprite.cover, [corners], (255,), cv2.LINE_AA, _SHIFT)

    def limb(self, spots: Sequence[Spot], width_m: float, colour: Colour) -> None:
        corners = np.array([self._fixed(spot) for spot in spots], np.int32)
        width_px = max(1, round(width_m * self._scale))
        cv2.polylines(self.sprite.bgr, [corners], False, colour, width_px, cv2.LINE_AA, _SHIFT)
        cv2.polylines(self.sprite.cover, [corners], False, (255,), width_px, cv2.LINE_AA, _SHIFT)

    def ellipse(self, middle: Spot, half_m: Spot, colour: Colour, cover: int = 255) -> None:
        axes = (round(half_m[0] * self._scale * 2**_SHIFT), round(half_m[1] * self._scale * 2**_SHIFT))
        for canvas, ink in ((self.sprite.bgr, colour), (self.sprite.cover, (cover,))):
            cv2.ellipse(canvas, self._fixed(middle), axes, 0, 0, 360, ink, -1, cv2.LINE_AA, _SHIFT)

    def _fixed(self, spot: Spot) -> tuple[int, int]:
        x_px = self._foot_px[0] + spot[0] * self._scale
        y_px = self._foot_px[1] - spot[1] * self._scale
        return round(x_px * 2**_SHIFT), round(y_px * 2**_SHIFT)
