"""What the owner set about motion: how sensitive, where it counts, how large people are, where the bar is raised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from camera.motion.reading import Box

Point: TypeAlias = tuple[float, float]
"""Across and down, shares 0.0-1.0 of the picture, origin top left."""

MINUTES_A_DAY = 1440
_POINTS_AT_MOST = 64
_AREAS_AT_MOST = 16
_RAISED_AT_MOST = 256


class TuningError(ValueError):
    """A tuning that can't be one; the message names the part, its value and the limits."""


@dataclass(frozen=True, slots=True)
class TriggerArea:
    """Where something must be for it to count: judged by its feet, the middle of the lower edge of its box.

    `enter`: a polygon (3 points or more) in which the feet must stand once. `cross`: a line (2 points), or the border
    of a polygon (3 or more), that the path of the feet must cross, in either direction.
    """

    points: tuple[Point, ...]
    kind: Literal["enter", "cross"] = "enter"

    def __post_init__(self) -> None:
        least = 3 if self.kind == "enter" else 2
        if not least <= len(self.points) <= _POINTS_AT_MOST:
            raise TuningError(f"a trigger area to {self.kind} has {least} to 64 points, not {len(self.points)}")
        for x, y in self.points:
            _within("a trigger area's point", x, 0.0, 1.0)
            _within("a trigger area's point", y, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class StandingAdult:
    """How tall a standing adult looks with their feet at two heights of the picture; all are shares of its height.

    Between and beyond, the height is on the straight line through both, which is exact for a level ground and a lens
    without distortion (Hoiem et al. 2008, "Putting objects in perspective").
    """

    far_y: float
    far_height: float
    near_y: float
    near_height: float

    def __post_init__(self) -> None:
        _within("far_y", self.far_y, 0.0, 1.0)
        _within("near_y", self.near_y, 0.0, 2.0)
        _within("far_height", self.far_height, 0.01, 2.0)
        _within("near_height", self.near_height, self.far_height, 4.0)
        if self.near_y - self.far_y < 0.02:
            raise TuningError(f"near_y {self.near_y} must be at least 0.02 below far_y {self.far_y}")

    def height_at(self, feet_y: float) -> float:
        """The height to expect where the feet are; never less than a fiftieth of the picture."""
        slope = (self.near_height - self.far_height) / (self.near_y - self.far_y)
        return max(0.02, self.far_height + slope * (feet_y - self.far_y))


@dataclass(frozen=True, slots=True)
class RaisedBar:
    """Here, at this time of day, something was a false alarm: things whose feet are in `box` need more to count.

    From `from_minute` up to `to_minute` of the local day, over midnight when `to_minute` is the smaller one. `amount`
    is taken off the sensitivity there; several bars add up, and what is left is never less than 0.0, so that an
    unmistakable visitor always counts.
    """

    box: Box
    from_minute: int
    to_minute: int
    amount: float = 0.25

    def __post_init__(self) -> None:
        _within("from_minute", self.from_minute, 0, MINUTES_A_DAY)
        _within("to_minute", self.to_minute, 0, MINUTES_A_DAY)
        _within("amount", self.amount, 0.0, 1.0)

    def holds_at(self, minute_of_day: int, feet: Point) -> bool:
        """Whether the bar is raised for feet at this point in this minute, 0 to 1439."""
        if self.from_minute <= self.to_minute:
            is_time = self.from_minute <= minute_of_day < self.to_minute
        else:
            is_time = minute_of_day >= self.from_minute or minute_of_day < self.to_minute
        across, down = feet[0] - self.box.left, feet[1] - self.box.top
        return is_time and 0 <= across <= self.box.width and 0 <= down <= self.box.height


@dataclass(frozen=True, slots=True)
class MotionTuning:
    """One value; the default is a camera that nobody has tuned.

    `sensitivity` 0.0-1.0 is monotone: whatever is active at one value is active at every higher one, picture by
    picture. `areas`: any one of them is enough; none means anywhere visible. `adult`: what is far smaller than a person
    where it stands does not count; None means that size is not judged so. `raised` bars count only while the caller
    knows the time of day.
    """

    sensitivity: float = 0.5
    areas: tuple[TriggerArea, ...] = ()
    adult: StandingAdult | None = None
    raised: tuple[RaisedBar, ...] = ()

    def __post_init__(self) -> None:
        _within("sensitivity", self.sensitivity, 0.0, 1.0)
        _within("number of trigger areas", len(self.areas), 0, _AREAS_AT_MOST)
        _within("number of raised bars", len(self.raised), 0, _RAISED_AT_MOST)

    def sensitivity_at(self, feet: Point, minute_of_day: int | None) -> float:
        """The sensitivity for something whose feet are here now; None: the time of day is not known."""
        if minute_of_day is None:
            return self.sensitivity
        lost = sum(bar.amount for bar in self.raised if bar.holds_at(minute_of_day, feet))
        return max(0.0, self.sensitivity - lost)


def _within(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise TuningError(f"{what} {value} is not within {least} to {most}")
