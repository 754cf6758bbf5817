"""What stands behind everything: drawn doors, streets, halls and yards, each with the ground that people walk on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from camera.frame import PictureSize
from camera.sources.demo.scene import paint_scene
from stoop.scenes.canvas import HEIGHT_PX, WIDTH_PX, Canvas, Stencil, ellipse, polygon, rough


@dataclass(frozen=True, slots=True)
class Background:
    """`luma` with nobody in it; a person of 1 m is `scale * (feet_y - horizon_y)` px tall with the feet at feet_y px.

    `leaves` (0 to 255): what the wind moves.
    """

    luma: Canvas
    leaves: Stencil
    horizon_y: float
    scale: float

    def height_px(self, tall_m: float, feet_y: float) -> float:
        return max(4.0, tall_m * self.scale * (feet_y - self.horizon_y))


def street(chance: np.random.Generator) -> Background:
    """A road between hedges under a sky, the camera at 2.5 m."""
    horizon = HEIGHT_PX * chance.uniform(0.25, 0.36)
    luma = np.full((HEIGHT_PX, WIDTH_PX), 190, np.float32)
    luma += 14 * rough(chance, 60)
    leaves = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    ground = np.zeros_like(leaves)
    polygon(ground, [(0, horizon), (WIDTH_PX, horizon), (WIDTH_PX, HEIGHT_PX), (0, HEIGHT_PX)])
    luma = _over(luma, ground, 95 + 12 * rough(chance, 5) + 6 * rough(chance, 40))
    road = np.zeros_like(leaves)
    middle = WIDTH_PX * chance.uniform(0.4, 0.65)
    polygon(road, [(middle - 8, horizon), (middle + 12, horizon), (WIDTH_PX * 1.1, HEIGHT_PX), (120, HEIGHT_PX)])
    luma = _over(luma, road, 120 + 4 * rough(chance, 3))
    side = np.zeros_like(leaves)
    polygon(side, [(0, horizon - 90), (middle * 0.62, horizon - 10), (middle * 0.5, horizon + 70), (0, HEIGHT_PX)])
    ellipse(side, middle * 0.6, horizon - 45, 80, 55)
    ellipse(side, WIDTH_PX * 0.93, horizon + 5, 60, 42)
    luma = _over(luma, side, 62 + 20 * rough(chance, 4) + 10 * rough(chance, 14))
    leaves |= side
    house = np.zeros_like(leaves)
    polygon(
        house,
        [
            (middle + 50, horizon - 50),
            (middle + 150, horizon - 50),
            (middle + 150, horizon + 18),
            (middle + 50, horizon + 12),
        ],
    )
    luma = _over(luma, house, 170 + 5 * rough(chance, 6))
    leaves &= ~house
    return Background(np.asarray(luma, np.float32), leaves, horizon, 1 / 2.5)


def hall(chance: np.random.Generator) -> Background:
    """A smooth wall over floor boards, a table and a door: little texture, seen from 2 m."""
    luma = np.full((HEIGHT_PX, WIDTH_PX), chance.uniform(150, 205), np.float32) + 3 * rough(chance, 120)
    floor = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    edge = HEIGHT_PX * chance.uniform(0.5, 0.6)
    polygon(floor, [(0, edge), (WIDTH_PX, edge), (WIDTH_PX, HEIGHT_PX), (0, HEIGHT_PX)])
    boards = np.repeat(chance.normal(100, 16, 60), 12)[:WIDTH_PX][None, :] + np.zeros((HEIGHT_PX, 1))
    luma = _over(luma, floor, np.asarray(boards, np.float32) + 3 * rough(chance, 4))
    for left, top, wide, high, shade in (
        (30, 20, 90, edge - 20, chance.uniform(30, 80)),
        (chance.uniform(300, 420), edge - 95, 70, 12, 225),
        (chance.uniform(470, 560), 0, 26, edge + 6, chance.uniform(110, 140)),
    ):
        box = np.zeros_like(floor)
        polygon(box, [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)])
        luma = _over(luma, box, np.full_like(luma, shade) + 2 * rough(chance, 8))
    return Background(np.asarray(luma, np.float32), np.zeros_like(floor), edge - 110, 1 / 2.0)


def yard(chance: np.random.Generator) -> Background:
    """Paving from above, a bed of plants, a wall of bricks; the camera at 3.5 m."""
    luma = 105 + 5 * rough(chance, 2) + 8 * rough(chance, 50)
    for y in np.cumsum(np.linspace(10, 46, 16)):
        luma[int(y) % HEIGHT_PX : int(y) % HEIGHT_PX + 2] -= 22
    for x in range(0, WIDTH_PX, 48):
        luma[:, x : x + 2] -= 18
    wall = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    polygon(wall, [(0, 0), (WIDTH_PX, 0), (WIDTH_PX, 60), (0, 90)])
    bricks = 118 + 7 * rough(chance, 3)
    bricks[::9] -= 30
    luma = _over(luma, wall, bricks)
    leaves = np.zeros_like(wall)
    for _ in range(7):
        ellipse(leaves, chance.uniform(WIDTH_PX * 0.68, WIDTH_PX), chance.uniform(60, 240), 46, 34)
    luma = _over(luma, leaves, 70 + 24 * rough(chance, 5))
    return Background(np.asarray(luma, np.float32), leaves, -30.0, 1 / 3.5)


def porch(chance: np.random.Generator) -> Background:
    """The demo's porch: the doorbell's own view, at 1.5 m."""
    painted = paint_scene(PictureSize(WIDTH_PX, HEIGHT_PX), "day", int(chance.integers(1, 9)))
    luma = painted.i420[:HEIGHT_PX].astype(np.float32)
    leaves = np.where(painted.before_street > painted.before_porch, np.uint8(255), np.uint8(0))
    return Background(luma, np.asarray(leaves, np.uint8), HEIGHT_PX * 0.42, 1 / 1.5)


BACKGROUNDS: dict[str, Callable[[np.random.Generator], Background]] = {
    "street": street,
    "hall": hall,
    "yard": yard,
    "porch": porch,
}


def of_picture(luma: Canvas, horizon_share: float, scale: float) -> Background:
    """A background from a given picture of any size, such as the empty view of a real camera; all of it is leaves."""
    fitted = np.asarray(cv2.resize(luma, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA), np.float32)
    return Background(fitted, np.full(fitted.shape, 255, np.uint8), HEIGHT_PX * horizon_share, scale)


def _over(luma: Canvas, stencil: Stencil, paint: Canvas) -> Canvas:
    weight = stencil.astype(np.float32) / np.float32(255)
    return np.asarray(luma + weight * (paint - luma), np.float32)
