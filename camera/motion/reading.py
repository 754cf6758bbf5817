"""What a detector says about one picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """Shares 0.0-1.0 of the picture, origin top left."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class MotionReading:
    """`is_active`: there is something that counts. `boxes`: where. `score` 0.0-1.0: the largest box's share."""

    is_active: bool
    boxes: tuple[Box, ...]
    score: float
