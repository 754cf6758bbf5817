"""Follows blobs from picture to picture and says which of them behave like somebody; pure, times as arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from camera.motion.blobs import Blob
from camera.motion.reading import WhyNot
from camera.motion.settings import MotionSettings

_TRACKS_AT_MOST = 60


@dataclass(slots=True)
class Track:
    """One thing over time. Confirmed: it went somewhere. Held: confirmed, and not yet given up as left behind.

    `strength` is the margin by which it met, at its best moment, the least of what makes a visitor: 1.0 is just met.
    `lacks` says what was farthest from being met. `is_within`, `is_counted` and `verdict` belong to the gate.
    """

    blob: Blob
    first: Blob
    born_s: float
    seen_s: float
    looks: int = 1
    sightings: int = 1
    path_px: float = 0.0
    size_sum: float = 0.0
    area_sum: float = 0.0
    fresh_px: float = 0.0
    stir_sum: float = 0.0
    strength: float = 0.0
    lacks: WhyNot = WhyNot.TOO_SHORT
    feet: tuple[float, float] | None = None
    is_within: bool = False
    is_counted: bool = False
    verdict: WhyNot | None = None
    is_given_up: bool = False
    anchor: Blob | None = None
    moved_s: float = 0.0
    stirred_s: float = 0.0

    @property
    def is_confirmed(self) -> bool:
        """Strong enough by the detector's own figures, whatever the owner's sensitivity is."""
        return self.strength >= 1.0

    @property
    def is_held(self) -> bool:
        return self.is_confirmed and not self.is_given_up


class Tracker:
    """All tracks of a scene; at most 60, and when full new blobs are not followed."""

    def __init__(self, settings: MotionSettings) -> None:
        self._settings = settings
        self._tracks: list[Track] = []
        self._updated_s = 0.0

    @property
    def tracks(self) -> Sequence[Track]:
        return self._tracks

    @property
    def held(self) -> list[Track]:
        return [track for track in self._tracks if track.is_held]

    def forget_unconfirmed(self) -> None:
        """The light changed: what was half a track is nothing."""
        self._tracks = self.held

    def update(self, blobs: Sequence[Blob], now_s: float) -> list[Track]:
        """Take the blobs of one picture; returns the tracks that are given up with it."""
        step_s, self._updated_s = now_s - self._updated_s, now_s
        matched = self._match(blobs, step_s)
        for index, track in enumerate(self._tracks):
            track.looks += 1
            if index in matched:
                self._see(track, blobs[matched[index]], now_s)
        gone = [t for t in self._tracks if now_s - t.seen_s > self._settings.lost_after_s]
        self._tracks = [t for t in self._tracks if now_s - t.seen_s <= self._settings.lost_after_s]
        taken = set(matched.values())
        for number, blob in enumerate(blobs):
            if number not in taken and len(self._tracks) < _TRACKS_AT_MOST:
                self._tracks.append(Track(blob, blob, now_s, now_s, size_sum=blob.size, area_sum=blob.area))
        return gone

    def _match(self, blobs: Sequence[Blob], step_s: float) -> dict[int, int]:
        """Track index to blob index, nearest pairs first, held tracks before others; ties by order."""
        pairs = []
        for index, track in enumerate(self._tracks):
            size = max(track.blob.width, track.blob.height)
            reach = max(self._settings.reach_px_per_s * min(step_s, 0.3), self._settings.reach_of_size * size)
            for number, blob in enumerate(blobs):
                distance = math.hypot(blob.x - track.blob.x, blob.y - track.blob.y)
                if distance < reach:
                    pairs.append((not track.is_held, distance, index, number))
        matched: dict[int, int] = {}
        taken: set[int] = set()
        for _, _, index, number in sorted(pairs):
            if index not in matched and number not in taken:
                matched[index] = number
                taken.add(number)
        return matched

    def _see(self, track: Track, blob: Blob, now_s: float) -> None:
        track.path_px += _distance(blob, track.blob)
        track.size_sum += blob.size
        track.area_sum += blob.area
        track.fresh_px += blob.fresh_px
        track.blob, track.seen_s = blob, now_s
        track.sightings += 1
        track.stir_sum += blob.stir_share
        was_confirmed = track.is_confirmed
        strength, lacks = self._strength(track, now_s)
        if strength > track.strength:
            track.strength, track.lacks = strength, lacks
        if was_confirmed:
            self._follow(track, now_s)
        elif track.is_confirmed:
            track.anchor, track.moved_s, track.stirred_s = blob, now_s, now_s

    def _strength(self, track: Track, now_s: float) -> tuple[float, WhyNot]:
        """The least of the margins by which the track is a visitor's now, and what that margin is about."""
        settings, blob = self._settings, track.blob
        caution = 1 + settings.early_caution * max(0.0, 1 - now_s / settings.settled_s)
        age_s = max(now_s - track.born_s, 1e-3)
        net_px = _distance(blob, track.first)
        shift_px = max(settings.min_shift_px, settings.min_shift_of_size * min(blob.width, blob.height))
        size_px = track.size_sum / track.sightings
        speed = track.path_px / age_s / size_px
        across, down = abs(blob.x - track.first.x), blob.y - track.first.y
        is_falling = down > settings.falls_from * across
        most_speed = settings.most_sizes_down_per_s if is_falling else settings.most_sizes_per_s
        most_speed += max(0.0, size_px - settings.large_thing_px) / settings.extra_speed_px
        fresh_px = settings.min_fresh * track.area_sum / track.sightings
        margins = (
            (age_s / (caution * settings.min_age_s), WhyNot.TOO_SHORT),
            (_met(track.sightings, settings.min_sightings), WhyNot.TOO_SHORT),
            (_met(track.sightings, settings.min_seen_share * track.looks), WhyNot.TOO_SHORT),
            (_met(track.stir_sum, settings.min_stir_share * track.sightings), WhyNot.LIGHT),
            (net_px / (caution * (1 + settings.busy_weight * blob.busy) * shift_px), WhyNot.IN_PLACE),
            (track.fresh_px / (caution * fresh_px), WhyNot.IN_PLACE),
            (_met(net_px, settings.min_straightness * track.path_px), WhyNot.IN_PLACE),
            (_met(most_speed, speed), WhyNot.FLITS),
            (_met(blob.area, settings.min_fill * blob.width * blob.height), WhyNot.FLITS),
        )
        return min(margins, key=lambda margin: margin[0])

    def _follow(self, track: Track, now_s: float) -> None:
        if track.anchor is None or _distance(track.blob, track.anchor) >= self._settings.min_shift_px:
            track.anchor, track.moved_s = track.blob, now_s
        if track.blob.stir_share >= self._settings.alive_share:
            track.stirred_s = now_s
        is_still = now_s - track.stirred_s > self._settings.still_after_s
        if is_still or now_s - track.moved_s > self._settings.held_at_most_s:
            track.is_given_up = True


def _distance(a: Blob, b: Blob) -> float:
    return math.hypot(a.x - b.x, a.y - b.y)


def _met(value: float, least: float) -> float:
    """A margin for what is met or not, but can't be met ever better: without limit when met."""
    return math.inf if value >= least else value / max(least, 1e-6)
