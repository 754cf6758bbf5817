"""What the motion benchmarks look at again and again: the small pictures of labelled clips and composed scenes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camera.frame import Frame, PictureSize, Plane
from camera.mask import Masker, parse_mask
from camera.motion import EventGrouper, MotionReading
from camera.motion.settings import MotionSettings
from camera.motion.tracked import TrackedMotion
from camera.sources import open_source
from camera.visible_area import BoolPlane
from stoop.bench import BenchSkipped
from stoop.mask_files import WHOLE_PICTURE
from stoop.motion_score import Label, Score, Span, score_clip
from stoop.scenes import CAUSES, compose
from stoop.scenes.scene import SIZE

_WHOLE = [[[0, 0], [1, 0], [1, 1], [0, 1]]]


@dataclass(frozen=True, slots=True)
class Look:
    """One small picture, as the detector would have made it, and its time from the first."""

    small: Plane
    time_s: float


@dataclass(frozen=True, slots=True)
class Material:
    """One clip or scene as the detector sees it; `visible` is the mask's luma, full size."""

    name: str
    visible: BoolPlane
    looks: tuple[Look, ...]
    label: Label


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A real or composed video with what is really there."""

    name: str
    path: Path
    hide: list[Any]  # Any: polygons as the labels' JSON holds them
    label: Label

    def masker(self, size: PictureSize) -> Masker:
        return Masker(parse_mask(json.dumps({"allow": _WHOLE, "hide": self.hide}).encode()), size)


def labelled_clips() -> list[LabelledClip]:
    """The clips of `STOOP_SHARED` (default ../shared). Raises BenchSkipped where there are none."""
    folder = Path(os.environ.get("STOOP_SHARED", "../shared")) / "data" / "motion"
    if not (folder / "labels.json").is_file():
        raise BenchSkipped(f"no labelled clips in {folder}: set STOOP_SHARED")
    labels: dict[str, Any] = json.loads((folder / "labels.json").read_text())  # Any: the labels' own JSON
    return [
        LabelledClip(
            name,
            folder / label["file"],
            label["hide"],
            Label(_spans(label["truth_s"]), _spans(label["ignore_s"]), label["duration_s"]),
        )
        for name, label in labels.items()
    ]


def _spans(pairs: list[list[float]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)


def labelled_material() -> list[Material]:
    """Every labelled clip, decoded once. Raises BenchSkipped where there are none."""
    found = []
    for clip in labelled_clips():
        source = open_source(f"file:{clip.path}?speed=max")
        masker = clip.masker(source.size)
        found.append(Material(clip.name, masker.visible_luma, _looks(source.frames(), masker), clip.label))
        source.close()
    return found


def composed_material(seeds: Sequence[int]) -> list[Material]:
    """Every cause of `stoop.scenes` for each seed."""
    masker = Masker(parse_mask(WHOLE_PICTURE), SIZE)
    scenes = [compose(cause, seed) for seed in seeds for cause in CAUSES]
    return [
        Material(f"{scene.name} {scene.seed}", masker.visible_luma, _looks(scene.frames(), masker), scene.label)
        for scene in scenes
    ]


class _Lookout(TrackedMotion):
    """Keeps what the detector would look at, and looks at nothing."""

    def __init__(self, visible: BoolPlane) -> None:
        super().__init__(visible)
        self.looks: list[Look] = []

    def look(self, small: Plane, time_s: float, minute_of_day: int | None = None) -> MotionReading:
        del minute_of_day
        self.looks.append(Look(small.copy(), time_s))
        return MotionReading(is_active=False, boxes=(), score=0.0)


def _looks(frames: Iterator[Frame], masker: Masker) -> tuple[Look, ...]:
    lookout = _Lookout(masker.visible_luma)
    for frame in frames:
        lookout.observe(masker.apply(frame))
    return tuple(lookout.looks)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one set of settings did on one material; processor time of this thread, in seconds."""

    score: Score
    cpu_s: float


def judge(material: Material, detector: TrackedMotion) -> Outcome:
    """Let a new detector, made for `material.visible`, look at all of it."""
    grouper, cpu_s = EventGrouper(), 0.0
    for look in material.looks:
        began_s = time.thread_time()
        reading = detector.look(look.small, look.time_s)
        cpu_s += time.thread_time() - began_s
        grouper.add(look.time_s, reading.is_active)
    events = [Span(event.start_s, event.end_s) for event in grouper.events()]
    return Outcome(score_clip(material.label, events), cpu_s)


def judge_settings(material: Material, settings: MotionSettings) -> Outcome:
    """`judge` with a detector of these settings."""
    return judge(material, TrackedMotion(material.visible, settings=settings))
