"""Paints the unmoving part of the demo scene once: street, houses, hedge, garden, path, porch, door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from camera.frame import PictureSize, Plane
from camera.sources.demo.view import HORIZON, View

Light = Literal["day", "dusk"]
Colour = tuple[int, int, int]  # blue, green, red
Place = tuple[float, float, float]
_Picture = npt.NDArray[np.uint8]
_FINE = 2  # painted at twice the size, then averaged down
_WALL_M, _NEAR_M = -2.0, 1.2
_BAND_ROWS = 64  # painted in bands: whole pictures of fractions would triple what the camera process needs


@dataclass(frozen=True, slots=True)
class Scene:
    """The painted background, and what stands before those who are behind it (uint8, 255: wholly before)."""

    i420: Plane
    before_porch: npt.NDArray[np.uint8]
    before_street: npt.NDArray[np.uint8]


def paint_scene(size: PictureSize, light: Light, seed: int) -> Scene:
    """About half a second of painting at 1280x720."""
    view = View(size.width_px * _FINE, size.height_px * _FINE)
    easel = _Easel(view, np.random.default_rng([seed, 9]))
    _paint_sky(easel, light)
    _paint_far_side(easel, light)
    _paint_street(easel)
    _paint_garden(easel)
    hedge = easel.remember(lambda: _paint_hedge(easel))
    porch = easel.remember(lambda: _paint_porch(easel, light))
    bgr = cv2.resize(easel.bgr, (size.width_px, size.height_px), interpolation=cv2.INTER_AREA)
    bgr = _lit(np.asarray(bgr, np.uint8), light)
    covers = [
        np.asarray(cv2.resize(cover, (size.width_px, size.height_px), interpolation=cv2.INTER_AREA), np.uint8)
        for cover in (porch, cv2.max(porch, hedge))
    ]
    return Scene(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420), np.uint8), covers[0], covers[1])


def _lit(bgr: _Picture, light: Light) -> _Picture:
    """Evening takes light and turns it blue; corners are a little darker, as with a cheap wide lens."""
    height, width = bgr.shape[:2]
    across, down = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    shade = 1.03 - 0.16 * (across**2 + down**2)
    tint = np.array([1.0, 1.0, 1.0] if light == "day" else [0.74, 0.6, 0.58])
    lamp = 0.0 if light == "day" else 0.6 * np.exp(-(((across + 0.5) / 0.5) ** 2) - ((down + 0.15) / 0.7) ** 2)
    glow = np.array([0.35, 0.85, 1.0])
    lit = np.empty_like(bgr)
    for top in range(0, height, _BAND_ROWS):
        rows = np.s_[top : top + _BAND_ROWS]
        there = lamp if isinstance(lamp, float) else lamp[rows][..., None]
        lit[rows] = np.clip(bgr[rows] * (shade[rows][..., None] * (tint + there * glow)), 0, 255)
    return lit


def _paint_sky(easel: _Easel, light: Light) -> None:
    top, bottom = ((214, 170, 122), (236, 224, 206)) if light == "day" else ((170, 104, 84), (150, 190, 250))
    easel.slope(0.0, HORIZON + 0.02, top, bottom)
    for x_m, y_m, wide_m in ((-60, 62, 30), (-48, 58, 22), (30, 70, 34), (46, 65, 26), (110, 60, 30)):
        easel.blob((x_m, y_m, 200.0), wide_m, wide_m * 0.16, (246, 242, 238) if light == "day" else (170, 190, 244))


def _paint_far_side(easel: _Easel, light: Light) -> None:
    easel.ground([(-300, 200), (300, 200), (60, 24), (-60, 24)], (104, 138, 112), grain=6)
    for x_m in np.arange(-57.0, 64.0, 9.0).tolist():
        easel.tree((x_m, 40.0), 7.5 + x_m % 4, (82, 112, 92))
    walls: list[Colour] = [(176, 196, 212), (150, 166, 190), (190, 200, 204), (140, 172, 184), (172, 180, 206)]
    for number, left_m in enumerate((-31.0, -20.5, -9.0, 2.5, 13.0, 24.5)):
        easel.house(left_m, 24.0, 8.2, 4.4 + number % 2 * 0.6, walls[number % 5], light)
    easel.ground([(-60, 24), (60, 24), (60, 19), (-60, 19)], (92, 140, 110), grain=12)
    for middle_m in (-14.5, -3.2, 8.2, 20.0):
        easel.tree((middle_m, 21.0), 4.6, (70, 118, 84))
    easel.ground([(-60, 19), (60, 19), (60, 17), (-60, 17)], (168, 172, 174), grain=6)


def _paint_street(easel: _Easel) -> None:
    easel.ground([(-60, 17), (60, 17), (60, 10), (-60, 10)], (104, 102, 100), grain=7)
    for x_m in np.arange(-40.0, 44.0, 4.0).tolist():
        easel.ground([(x_m, 12.95), (x_m + 2, 12.95), (x_m + 2, 12.75), (x_m, 12.75)], (205, 210, 212), grain=0)
    easel.ground([(-60, 10.1), (60, 10.1), (60, 9.85), (-60, 9.85)], (150, 152, 152), grain=4)
    easel.ground([(-60, 9.85), (60, 9.85), (60, 7.4), (-60, 7.4)], (178, 184, 188), grain=6)
    for x_m in np.arange(-20.0, 20.0, 1.5).tolist():
        easel.ground([(x_m, 9.85), (x_m + 0.04, 9.85), (x_m + 0.04, 7.4), (x_m, 7.4)], (150, 156, 160), grain=0)


def _paint_garden(easel: _Easel) -> None:
    easel.ground([(-30, 7.4), (30, 7.4), (30, _NEAR_M), (-30, _NEAR_M)], (72, 138, 96), grain=20)
    path = [(-0.3, 7.6), (1.0, 7.6), (0.6, 3.1), (-1.2, 3.1)]
    easel.ground(
        [(path[0][0] - 0.1, 7.6), (path[1][0] + 0.1, 7.6), (0.72, 3.1), (-1.32, 3.1)], (120, 132, 138), grain=8
    )
    easel.ground(path, (166, 178, 188), grain=9)
    for z_m in np.arange(3.5, 7.4, 0.55).tolist():
        along = (z_m - 3.1) / 4.5
        left, right = -1.2 + 0.9 * along, 0.6 + 0.4 * along
        easel.ground([(left, z_m), (right, z_m), (right, z_m - 0.03), (left, z_m - 0.03)], (132, 144, 152), grain=0)
    colours: list[Colour] = [(120, 110, 220), (90, 190, 235), (200, 150, 190), (235, 235, 240)]
    for number in range(70):
        side_m = 1.15 + 0.55 * easel.chance.random()
        z_m = 3.6 + 3.4 * easel.chance.random()
        easel.blob((side_m + 0.1 * (7.6 - z_m) * 0.1, 0.12, z_m), 0.055, 0.05, colours[number % 4])


def _paint_hedge(easel: _Easel) -> None:
    for left, right in ((-14.0, -0.55), (1.25, 14.0)):
        easel.block((left, right), (7.15, 7.45), 0.36, (52, 98, 66), (70, 126, 86))
        for _ in range(int((right - left) * 30)):
            x_m, y_m = easel.chance.uniform(left, right), easel.chance.uniform(0.03, 0.38)
            green = int(easel.chance.uniform(88, 138))
            easel.blob((x_m, y_m, 7.15), 0.07, 0.045, (green - 36, green, green - 26))
    for x_m in (-0.5, 1.2):
        easel.block((x_m - 0.09, x_m + 0.09), (7.1, 7.3), 0.62, (214, 220, 224), (232, 236, 238))


def _paint_porch(easel: _Easel, light: Light) -> None:
    easel.tree((4.6, 5.6), 3.2, (66, 122, 88))
    floor: list[Colour] = [(112, 136, 160), (104, 128, 152), (118, 142, 166)]
    easel.ground([(_WALL_M, 3.15), (2.3, 3.15), (2.3, _NEAR_M), (_WALL_M, _NEAR_M)], (70, 88, 108), grain=5)
    for number, z_m in enumerate(np.arange(_NEAR_M, 3.02, 0.16).tolist()):
        easel.ground([(_WALL_M, z_m + 0.15), (2.3, z_m + 0.15), (2.3, z_m), (_WALL_M, z_m)], floor[number % 3], grain=9)
    easel.ground([(-0.97, 2.9), (0.27, 2.9), (0.27, 2.44), (-0.97, 2.44)], (58, 66, 84), grain=14)
    easel.ground([(-0.9, 2.86), (0.2, 2.86), (0.2, 2.48), (-0.9, 2.48)], (72, 84, 108), grain=14)
    easel.forget()  # people stand on the floor, not behind it
    _paint_wall(easel, light)
    easel.block((1.92, 2.08), (2.95, 3.1), 4.0, (218, 224, 228), (230, 234, 236))
    easel.block((1.86, 2.14), (2.9, 3.15), 0.2, (206, 212, 216), (226, 230, 234))
    easel.pot((1.5, 2.75), (70, 96, 168))
    easel.pot((-1.65, 3.3), (150, 140, 128))


def _paint_wall(easel: _Easel, light: Light) -> None:
    easel.upright((_NEAR_M, 3.75), (0.0, 4.6), (186, 202, 208))
    for y_m in np.arange(0.1, 4.6, 0.16).tolist():
        easel.upright((_NEAR_M, 3.75), (y_m, y_m + 0.018), (150, 166, 174))
    easel.upright((3.66, 3.75), (0.0, 4.6), (222, 228, 232))
    easel.upright((2.42, 3.44), (0.0, 2.2), (226, 232, 234))
    easel.upright((2.5, 3.36), (0.02, 2.12), (78, 92, 46))
    for low_m, high_m in ((0.2, 0.85), (1.0, 1.45)):
        for near_m, far_m in ((2.58, 2.88), (2.98, 3.28)):
            easel.upright((near_m, far_m), (low_m, high_m), (64, 76, 38))
    easel.upright((2.58, 3.28), (1.58, 2.0), (150, 140, 122) if light == "day" else (120, 206, 250))
    easel.blob((_WALL_M + 0.04, 1.0, 2.56), 0.035, 0.035, (90, 190, 220))
    easel.upright((3.5, 3.58), (1.75, 2.0), (60, 60, 62))
    easel.blob((_WALL_M + 0.1, 1.85, 3.5), 0.07, 0.1, (214, 236, 246) if light == "day" else (170, 232, 255))


class _Easel:
    """A canvas in metres, and how much of it was painted since `remember` began."""

    def __init__(self, view: View, chance: np.random.Generator) -> None:
        self._view = view
        self.chance = chance
        shape = (int(view.height_px), int(view.width_px))
        self.bgr: _Picture = np.zeros((*shape, 3), np.uint8)
        self._cover: _Picture = np.zeros(shape, np.uint8)
        self._grain = chance.standard_normal(shape, np.float32)
        coarse = chance.standard_normal(shape, np.float32)
        cv2.GaussianBlur(coarse, (0, 0), 3, dst=coarse)
        cv2.scaleAdd(coarse, 2.2, self._grain, dst=self._grain)

    def remember(self, paint: Callable[[], None]) -> _Picture:
        """Paint, and say where (0 or 255)."""
        self.forget()
        paint()
        return self._cover.copy()

    def forget(self) -> None:
        self._cover[:] = 0

    def fill(self, places: Sequence[Place], colour: Colour, grain: float = 0.0) -> None:
        """A flat polygon, with a texture of this strength."""
        corners = np.array([[round(16 * part) for part in self._view.at(*place)] for place in places], np.int32)
        left, top = np.maximum(corners.min(axis=0) // 16, 0)
        right, bottom = np.minimum(corners.max(axis=0) // 16 + 2, [self.bgr.shape[1], self.bgr.shape[0]])
        cv2.fillPoly(self._cover, [corners], (255,), cv2.LINE_AA, 4)
        if not grain or right <= left or bottom <= top:
            cv2.fillPoly(self.bgr, [corners], colour, cv2.LINE_AA, 4)
            return
        stencil = np.zeros((bottom - top, right - left), np.uint8)
        cv2.fillPoly(stencil, [corners - np.array([left, top], np.int32) * 16], (255,), cv2.LINE_AA, 4)
        for first in range(int(top), int(bottom), _BAND_ROWS):
            part = np.s_[first : min(first + _BAND_ROWS, int(bottom)), left:right]
            rough = np.array(colour, np.float32) + self._grain[part][..., None] * grain
            weight = (stencil[first - top : first - top + _BAND_ROWS].astype(np.float32) / 255)[..., None]
            self.bgr[part] = np.clip(self.bgr[part] * (1 - weight) + rough * weight, 0, 255).astype(np.uint8)

    def ground(self, spots: Sequence[tuple[float, float]], colour: Colour, grain: float) -> None:
        self.fill([(float(x_m), 0.0, float(z_m)) for x_m, z_m in spots], colour, grain)

    def upright(self, z_m: tuple[float, float], y_m: tuple[float, float], colour: Colour) -> None:
        """A rectangle on the house wall to the left."""
        (near, far), (low, high) = z_m, y_m
        places = [(_WALL_M, low, near), (_WALL_M, low, far), (_WALL_M, high, far), (_WALL_M, high, near)]
        self.fill(places, colour, grain=3)

    def block(
        self, x_m: tuple[float, float], z_m: tuple[float, float], high_m: float, front: Colour, top: Colour
    ) -> None:
        (left, right), (near, far) = x_m, z_m
        self.fill(
            [(left, high_m, near), (right, high_m, near), (right, high_m, far), (left, high_m, far)], top, grain=6
        )
        self.fill([(left, 0, near), (right, 0, near), (right, high_m, near), (left, high_m, near)], front, grain=6)

    def blob(self, place: Place, wide_m: float, high_m: float, colour: Colour) -> None:
        x_px, y_px = self._view.at(*place)
        scale = self._view.scale(place[2]) * 16
        for canvas, ink in ((self.bgr, colour), (self._cover, (255,))):
            middle, axes = (round(x_px * 16), round(y_px * 16)), (round(wide_m * scale), round(high_m * scale))
            cv2.ellipse(canvas, middle, axes, 0, 0, 360, ink, -1, cv2.LINE_AA, 4)

    def slope(self, top: float, bottom: float, first: Colour, last: Colour) -> None:
        """Rows from one colour to another; shares of the height."""
        begin, end = int(top * self._view.height_px), int(bottom * self._view.height_px)
        share = np.linspace(0, 1, end - begin)[:, None, None]
        self.bgr[begin:end] = (np.array(first) * (1 - share) + np.array(last) * share).astype(np.uint8)

    def tree(self, foot: tuple[float, float], high_m: float, leaves: Colour) -> None:
        x_m, z_m = foot
        trunk = high_m * 0.035
        self.fill(
            [
                (x_m - trunk, 0, z_m),
                (x_m + trunk, 0, z_m),
                (x_m + trunk, high_m / 2, z_m),
                (x_m - trunk, high_m / 2, z_m),
            ],
            (56, 72, 92),
        )
        for number in range(90):
            angle, away = self.chance.uniform(0, 6.28), self.chance.uniform(0, 1) ** 0.5
            up = 0.66 + 0.3 * away * float(np.sin(angle))
            light = 0.78 + 0.36 * up * self.chance.uniform(0.7, 1.1) + 0.0008 * number
            blue, green, red = (min(255, int(part * light)) for part in leaves)
            place = (x_m + 0.27 * high_m * away * float(np.cos(angle)), high_m * up, z_m)
            self.blob(place, high_m * 0.075, high_m * 0.06, (blue, green, red))

    def house(self, x_m: float, z_m: float, wide_m: float, high_m: float, wall: Colour, light: Light) -> None:
        right = x_m + wide_m
        self.fill([(x_m, 0, z_m), (right, 0, z_m), (right, high_m, z_m), (x_m, high_m, z_m)], wall, grain=3)
        peak = [(x_m - 0.5, high_m, z_m), (right + 0.5, high_m, z_m), (right - 1.4, high_m + 2.1, z_m)]
        self.fill([*peak, (x_m + 1.4, high_m + 2.1, z_m)], (84, 92, 122), grain=6)
        for number in range(3):
            left = x_m + 0.9 + number * (wide_m - 1.2) / 3
            glass: Colour = (150, 142, 130) if light == "day" or number == 1 else (110, 200, 250)
            for low, high in ((0.9, 2.1), (high_m - 1.5, high_m - 0.4)):
                if number == 1 and low < 1:
                    self._pane(left, (0.0, 2.1), z_m, (66, 74, 96))
                else:
                    self._pane(left - 0.12, (low - 0.12, high + 0.12), z_m, (232, 236, 238), 1.44)
                    self._pane(left, (low, high), z_m, glass)

    def _pane(self, left: float, y_m: tuple[float, float], z_m: float, colour: Colour, wide_m: float = 1.2) -> None:
        low, high = y_m
        corners = [(left, low, z_m), (left + wide_m, low, z_m), (left + wide_m, high, z_m), (left, high, z_m)]
        self.fill(corners, colour)

    def pot(self, foot: tuple[float, float], flowers: Colour) -> None:
        x_m, z_m = foot
        self.fill(
            [(x_m - 0.13, 0, z_m), (x_m + 0.13, 0, z_m), (x_m + 0.19, 0.32, z_m), (x_m - 0.19, 0.32, z_m)],
            (74, 104, 164),
            6,
        )
        for number in range(60):
            place = (x_m + self.chance.uniform(-0.24, 0.24), 0.34 + self.chance.uniform(0, 0.3), z_m)
            self.blob(place, 0.045, 0.04, (70, 120 + number % 30, 84) if number % 3 else flowers)
