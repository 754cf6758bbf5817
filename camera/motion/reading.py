"""What a detector says about one picture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Box:
    """Shares 0.0-1.0 of the picture, origin top left."""

    left: float
    top: float
    width: float
    height: float


class WhyNot(StrEnum):
    """Why something that moved does not count (yet); the value is its name in files and messages."""

    TOO_SMALL = "too_small"
    """Of too few pixels, or far smaller than a person there."""
    TOO_SHORT = "too_short"
    """Not there for long enough, or seen too seldom while it was: also what everything is at first."""
    IN_PLACE = "in_place"
    """It swings, flickers or trembles where it is and goes nowhere."""
    FLITS = "flits"
    """It goes far but not like somebody on feet: an insect, a drop or a flake near the lens."""
    BUSY_PLACE = "busy_place"
    """It moves there nearly all the time: leaves, a flag, a screen, water."""
    LIGHT = "light"
    """What changed is how bright the place is, not what stands there; or the whole picture's light changed."""
    OUTSIDE_AREA = "outside_area"
    """It would count, but never stood in an area to enter nor crossed a line."""
    RAISED_BAR = "raised_bar"
    """It would count, but a false alarm there at this time of day raised the bar."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that moved and does not count in this picture."""

    box: Box
    why_not: WhyNot


@dataclass(frozen=True, slots=True)
class MotionReading:
    """One picture's answer.

    `is_active`: there is something that counts. `boxes`: where, the largest first. `score` 0.0-1.0: the largest box's
    share of the picture. `candidates`: what moved and does not count, at most 24, for whoever wants to see why.
    `suppressed`: why each thing that was given up in this picture never counted; each is told in one reading only.
    """

    is_active: bool
    boxes: tuple[Box, ...]
    score: float
    candidates: tuple[Candidate, ...] = ()
    suppressed: tuple[WhyNot, ...] = ()
