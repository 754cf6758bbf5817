"""Who is where at which moment of the demo scene: pure, decided by the seed alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

FIRST_VISIT_S = 8.0
VISIT_EVERY_S = 22.0
STAND_S = 5.0
WALK_UP_S = 4.0
PAVEMENT_S = 3.0
GATE = (0.35, 7.6)
DOOR = (-0.35, 2.6)
PAVEMENT_Z_M = 8.7
_JITTER_S = 1.5
_PAVEMENT_EDGE_M = 9.5

Look = Literal["side", "front", "back"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A person: metres right of the middle and away from the lens; `stride` counts steps, None while standing."""

    x_m: float
    z_m: float
    look: Look
    stride: float | None
    is_facing_right: bool
    style: int


@dataclass(frozen=True, slots=True)
class Car:
    """A car: where its middle is; it drives to the right on the near lane and to the left on the far one."""

    x_m: float
    z_m: float
    is_facing_right: bool
    style: int


def visit_start_s(seed: int, number: int) -> float:
    """When visitor `number` (from 0) steps through the gate."""
    jitter_s = 0.0 if number == 0 else float(_chance(seed, 1, number).uniform(-_JITTER_S, _JITTER_S))
    return FIRST_VISIT_S + VISIT_EVERY_S * number + jitter_s


def visitor_intervals(duration_s: float, seed: int = 1) -> list[tuple[float, float]]:
    """The exact truth: from when to when a visitor is between gate and door, in seconds, cut at `duration_s`."""
    visits = []
    number = 0
    while (start_s := visit_start_s(seed, number)) < duration_s:
        visits.append((start_s, min(duration_s, start_s + 2 * WALK_UP_S + STAND_S)))
        number += 1
    return visits


def people_at(at_s: float, seed: int) -> list[Figure]:
    """Visitors and passers-by, farthest first."""
    near = int(max(0.0, at_s - FIRST_VISIT_S) / VISIT_EVERY_S)
    visitors = [_visitor(at_s - visit_start_s(seed, n), _style(seed, n)) for n in range(max(0, near - 1), near + 3)]
    walkers = [_walker(at_s, seed, n) for n in range(int(at_s / 9) - 3, int(at_s / 9) + 2)]
    return sorted((figure for figure in visitors + walkers if figure), key=lambda figure: -figure.z_m)


def cars_at(at_s: float, seed: int) -> list[Car]:
    """Cars in the street, farthest first."""
    slots = range(int(at_s / 7) - 2, int(at_s / 7) + 2)
    return sorted((car for n in slots if (car := _car(at_s, seed, n))), key=lambda car: -car.z_m)


def _chance(seed: int, topic: int, number: int) -> np.random.Generator:
    return np.random.default_rng([seed, topic, number + 1000])


def _style(seed: int, number: int) -> int:
    return int(_chance(seed, 4, number).integers(0, 1000))


def _visitor(since_gate_s: float, style: int) -> Figure | None:
    """Along the pavement, through the gate, up to the door, a while there, and back the other way."""
    left_gate_s = 2 * WALK_UP_S + STAND_S
    if -PAVEMENT_S <= since_gate_s < 0:
        return _on_pavement(GATE[0] + since_gate_s / PAVEMENT_S * _PAVEMENT_EDGE_M, since_gate_s, style)
    if 0 <= since_gate_s < WALK_UP_S:
        return _on_path(since_gate_s / WALK_UP_S, "front", since_gate_s * 1.9, style)
    if WALK_UP_S <= since_gate_s < WALK_UP_S + STAND_S:
        sway_m = 0.03 * float(np.sin((since_gate_s - WALK_UP_S) * 1.7))
        return Figure(DOOR[0] + sway_m, DOOR[1], "front", None, True, style)
    if WALK_UP_S + STAND_S <= since_gate_s < left_gate_s:
        gone = (since_gate_s - WALK_UP_S - STAND_S) / WALK_UP_S
        return _on_path(1 - gone, "back", since_gate_s * 1.9, style)
    if left_gate_s <= since_gate_s < left_gate_s + PAVEMENT_S:
        after_s = since_gate_s - left_gate_s
        return _on_pavement(GATE[0] + after_s / PAVEMENT_S * _PAVEMENT_EDGE_M, after_s, style)
    return None


def _on_pavement(x_m: float, at_s: float, style: int) -> Figure:
    return Figure(x_m, PAVEMENT_Z_M, "side", at_s * 2.2, True, style)


def _on_path(share: float, look: Look, stride: float, style: int) -> Figure:
    eased = share * share * (3 - 2 * share)
    nearness = 1 / GATE[1] + (1 / DOOR[1] - 1 / GATE[1]) * (0.6 * share + 0.4 * eased)  # even steps on the screen
    z_m = 1 / nearness
    along = (GATE[1] - z_m) / (GATE[1] - DOOR[1])
    return Figure(GATE[0] + (DOOR[0] - GATE[0]) * along, z_m, look, stride, True, style)


def _walker(at_s: float, seed: int, number: int) -> Figure | None:
    chance = _chance(seed, 2, number)
    start_s = number * 9 + float(chance.uniform(0, 6))
    speed_m_per_s = float(chance.uniform(1.1, 1.7))
    is_right = bool(chance.integers(0, 2))
    style = int(chance.integers(0, 1000))
    went_m = (at_s - start_s) * speed_m_per_s - _PAVEMENT_EDGE_M
    if number < 0 or abs(went_m) > _PAVEMENT_EDGE_M:
        return None
    lane_m = float(chance.uniform(0.0, 0.5))
    x_m = went_m if is_right else -went_m
    return Figure(x_m, PAVEMENT_Z_M + lane_m, "side", (at_s - start_s) * speed_m_per_s * 1.4, is_right, style)


def _car(at_s: float, seed: int, number: int) -> Car | None:
    chance = _chance(seed, 3, number)
    start_s = number * 7 + float(chance.uniform(0, 5))
    is_right = bool(chance.integers(0, 2))
    edge_m = 17.0 if is_right else 21.0
    went_m = (at_s - start_s) * float(chance.uniform(7, 11)) - edge_m
    if number < 0 or abs(went_m) > edge_m:
        return None
    return Car(went_m if is_right else -went_m, 11.2 if is_right else 14.2, is_right, int(chance.integers(0, 1000)))
