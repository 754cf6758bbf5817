"""`stoop bench invariance`: what should not matter to the motion detector, and how often it does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from camera.mask import Masker, parse_mask
from camera.motion import EventGrouper, open_detector
from camera.settings import CameraSettings
from stoop.mask_files import WHOLE_PICTURE
from stoop.motion_score import Score, Span, score_clip
from stoop.scenes import CAUSES, ComposedScene, compose
from stoop.scenes.scene import SIZE

_SEEDS = "101"
_SAME_S = 1.0
"""Two events are the same when one begins within so long of the other, or while it lasts."""
_CHANGES: dict[str, dict[str, Any]] = {  # Any: fields of ComposedScene
    "light x 0.7": {"gain": 0.7},
    "light x 1.3": {"gain": 1.3},
    "noise of 3 levels": {"noise": 3.0},
    "mirrored": {"is_mirrored": True},
}
_HALF_RATE = "half the rate"


@dataclass(slots=True)
class _Tally:
    """Over all scenes: events as they are, those that are still there after the change, and new ones."""

    score: Score
    events: int = 0
    kept: int = 0
    new: int = 0

    def add(self, before: Sequence[Span], after: Sequence[Span], score: Score) -> None:
        self.score = self.score + score
        self.events += len(before)
        self.kept += sum(_has(after, event) for event in before)
        self.new += sum(not _has(before, event) for event in after)


def run() -> dict[str, Any]:  # Any: JSON
    """For each change: how many events of the unchanged scenes stay, how many come to them, and the scores.

    All causes with the seeds of `STOOP_SCENE_SEEDS`; ten minutes or so.
    """
    seeds = [int(seed) for seed in os.environ.get("STOOP_SCENE_SEEDS", _SEEDS).split(",")]
    tallies = {name: _Tally(Score()) for name in ("as it is", *_CHANGES, _HALF_RATE)}
    for scene in (compose(cause, seed) for seed in seeds for cause in CAUSES):
        before = events_of(scene)
        changed = {name: replace(scene, **fields) for name, fields in _CHANGES.items()}
        changed[_HALF_RATE] = replace(scene, fps=scene.fps / 2)
        tallies["as it is"].add(before, before, score_clip(scene.label, before))
        for name, other in changed.items():
            after = events_of(other)
            tallies[name].add(before, after, score_clip(other.label, after))
    return {"seeds": seeds, "scenes": len(CAUSES) * len(seeds), **{name: _row(each) for name, each in tallies.items()}}


def events_of(scene: ComposedScene) -> list[Span]:
    """What our detector tells of the scene, nothing hidden."""
    masker = Masker(parse_mask(WHOLE_PICTURE), SIZE)
    detector, grouper = open_detector(CameraSettings().detector, scene.fps, masker.visible_luma), EventGrouper()
    for frame in scene.frames():
        grouper.add(frame.captured_at_ns / 1e9, detector.observe(masker.apply(frame)).is_active)
    return [Span(event.start_s, event.end_s) for event in grouper.events()]


def _has(events: Sequence[Span], wanted: Span) -> bool:
    return any(wanted.start_s - _SAME_S <= event.end_s and event.start_s <= wanted.end_s + _SAME_S for event in events)


def _row(tally: _Tally) -> str:
    return (
        f"{tally.kept} of {tally.events} events kept, {tally.new} new; "
        f"{tally.score.hits} of {tally.score.truths} found, {tally.score.false_alarms} false, F1 {tally.score.f1:.3f}"
    )
