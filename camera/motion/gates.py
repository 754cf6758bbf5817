"""Decides which tracks count, by what the owner set; pure, and blind to how the tracks were found."""

from __future__ import annotations

from collections.abc import Sequence

from camera.motion.blobs import Blob
from camera.motion.reading import WhyNot
from camera.motion.tracks import Track
from camera.motion.tuning import MotionTuning, Point, TriggerArea

_LEAST_OF_ADULT = 0.35
"""A person counts from this share of a standing adult's height on: a child, somebody who bends, half of somebody."""


def bar_of(sensitivity: float) -> float:
    """The strength that a track needs: 2.0 at sensitivity 0.0, 1.0 in the middle, 0.5 at 1.0."""
    return float(2.0 ** (1.0 - 2.0 * sensitivity))


class Gate:
    """Judges tracks of one detector, whose small pictures have `size` (width, height) in px.

    Monotone: with all else equal, a track that counts at one sensitivity counts at every higher one.
    """

    def __init__(self, tuning: MotionTuning, size: tuple[int, int]) -> None:
        self._tuning, self._size = tuning, size

    def judge(self, track: Track, now_s: float, minute_of_day: int | None) -> WhyNot | None:
        """Why the track does not count now, None when it does. To be asked once a picture for each track."""
        if track.seen_s == now_s:
            self._note_path(track)
        why_not = self._why_not(track, minute_of_day)
        if why_not is None:
            track.is_counted = True
        track.verdict = why_not
        return why_not

    def verdict(self, track: Track) -> WhyNot | None:
        """For a track that is gone: why it never counted, None when it did or was never judged."""
        return None if track.is_counted else track.verdict

    def _why_not(self, track: Track, minute_of_day: int | None) -> WhyNot | None:
        if track.is_given_up:
            return WhyNot.IN_PLACE
        feet = self._feet(track.blob)
        if track.strength < bar_of(self._tuning.sensitivity):
            return track.lacks
        if self._is_too_small(track.blob, feet):
            return WhyNot.TOO_SMALL
        if self._tuning.areas and not track.is_within:
            return WhyNot.OUTSIDE_AREA
        if track.is_counted or track.strength >= bar_of(self._tuning.sensitivity_at(feet, minute_of_day)):
            return None
        return WhyNot.RAISED_BAR

    def _is_too_small(self, blob: Blob, feet: Point) -> bool:
        adult = self._tuning.adult
        if adult is None:
            return False
        return blob.height / self._size[1] < _LEAST_OF_ADULT * adult.height_at(feet[1])

    def _note_path(self, track: Track) -> None:
        before, track.feet = track.feet, self._feet(track.blob)
        if not track.is_within:
            track.is_within = any(_is_met(area, before, track.feet) for area in self._tuning.areas)

    def _feet(self, blob: Blob) -> Point:
        width, height = self._size
        return (blob.left + blob.width / 2) / width, (blob.top + blob.height) / height


def _is_met(area: TriggerArea, before: Point | None, feet: Point) -> bool:
    if area.kind == "enter":
        return is_inside(area.points, feet)
    return before is not None and crosses(area.points, before, feet)


def is_inside(polygon: Sequence[Point], point: Point) -> bool:
    """By the even-odd rule; the border belongs to neither side reliably."""
    x, y = point
    inside = False
    for (x0, y0), (x1, y1) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            inside = not inside
    return inside


def crosses(points: Sequence[Point], start: Point, end: Point) -> bool:
    """Whether the step from `start` to `end` crosses the line, or the border of the polygon; touching counts."""
    ends = (*points[1:], points[0]) if len(points) > 2 else points[1:]
    return any(_meet(a, b, start, end) for a, b in zip(points, ends, strict=False))


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Two segments meet when each has the other's ends on different sides, or one end on it."""
    return _side(a, b, c) * _side(a, b, d) <= 0 and _side(c, d, a) * _side(c, d, b) <= 0 and c != d


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
