"""How people come and go: the ways that visitors of a door take."""

from __future__ import annotations

import numpy as np

from stoop.scenes.backgrounds import Background
from stoop.scenes.canvas import HEIGHT_PX, WIDTH_PX
from stoop.scenes.people import Person, Waypoint, some_look


def to_the_door(
    ground: Background, chance: np.random.Generator, at_s: float, stand_s: float = 5.0, dim: float = 1.0
) -> Person:
    """Comes in from a side, goes up to the door, stands, and leaves by the other side or the same."""
    side = -1 if chance.random() < 0.5 else 1
    out = side if chance.random() < 0.5 else -side
    away, near = _row(ground, chance.uniform(0.22, 0.35)), _row(ground, chance.uniform(0.5, 0.8))
    door = WIDTH_PX * chance.uniform(0.35, 0.65)
    come, go = chance.uniform(2.5, 4.5), chance.uniform(2.5, 4.0)
    begin, end = WIDTH_PX / 2 + side * (WIDTH_PX / 2 + 25), WIDTH_PX / 2 + out * (WIDTH_PX / 2 + 40)
    return Person(
        ground,
        some_look(chance, dim),
        [
            Waypoint(at_s, begin, away),
            Waypoint(at_s + come, door, near),
            Waypoint(at_s + come + stand_s, door, near),
            Waypoint(at_s + come + stand_s + go, end, away),
        ],
    )


def passes(
    ground: Background,
    chance: np.random.Generator,
    at_s: float,
    tall: float,
    speed_heights: float = 0.75,
    dim: float = 1.0,
) -> Person:
    """Crosses the picture at an even pace, so near that a person is `tall` (share of the picture's height)."""
    row = _row(ground, tall)
    side = -1 if chance.random() < 0.5 else 1
    reach = WIDTH_PX / 2 + 0.2 * tall * HEIGHT_PX
    last_s = 2 * reach / (speed_heights * tall * HEIGHT_PX)
    path = [Waypoint(at_s, WIDTH_PX / 2 - side * reach, row), Waypoint(at_s + last_s, WIDTH_PX / 2 + side * reach, row)]
    return Person(ground, some_look(chance, dim), path)


def straight_at_the_lens(ground: Background, chance: np.random.Generator, at_s: float, dim: float = 1.0) -> Person:
    """Steps into sight far away and comes at the camera without moving sideways, stands, goes back."""
    x = WIDTH_PX * chance.uniform(0.4, 0.6)
    far, near = _row(ground, 0.24), _row(ground, chance.uniform(0.6, 0.8))
    come = chance.uniform(4.0, 5.5)
    return Person(
        ground,
        some_look(chance, dim),
        [
            Waypoint(at_s, x, far),
            Waypoint(at_s + come, x + 4, near),
            Waypoint(at_s + come + 4, x + 4, near),
            Waypoint(at_s + 2 * come + 4, x, far),
        ],
    )


def _row(ground: Background, tall: float) -> float:
    """Where the feet are of somebody who looks so tall (share of the picture's height), or hardly below the picture."""
    return min(1.12 * HEIGHT_PX, ground.horizon_y + tall * HEIGHT_PX / (1.7 * ground.scale))
