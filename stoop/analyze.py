"""`stoop analyze`: what the camera would have done with a video, by the camera's own mask and detector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from camera.frame import MaskedFrame
from camera.mask import Masker, parse_mask
from camera.motion import EventGrouper, MotionEvent, MotionReading, MotionTuning, open_detector
from camera.settings import CameraSettings
from camera.sources import open_source
from stoop.mask_files import WHOLE_PICTURE

_NS_PER_S = 1_000_000_000
_PROGRESS_FRAMES = 50


class EventJson(TypedDict):
    start_s: float
    end_s: float
    cause: str


class AnalysisJson(TypedDict):
    events: list[EventJson]
    duration_s: float
    frames: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """Events in seconds from the first picture; `duration_s` reaches to the end of the last one."""

    events: tuple[MotionEvent, ...]
    duration_s: float
    frames: int

    def as_json(self) -> AnalysisJson:
        """As `stoop analyze --json` prints it, times to the millisecond."""
        events: list[EventJson] = [
            {"start_s": round(e.start_s, 3), "end_s": round(e.end_s, 3), "cause": e.cause} for e in self.events
        ]
        return {"events": events, "duration_s": round(self.duration_s, 3), "frames": self.frames}


Watcher = Callable[[MaskedFrame, MotionReading], None]
"""Gets each masked picture, valid until it returns, with what the detector says about it."""


def analyze(
    video: Path,
    mask_text: bytes | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
    watch: Watcher = lambda *_: None,
) -> Analysis:
    """Run mask and detector over `video` as fast as it goes; `on_progress` gets the seconds done.

    Without a mask the whole picture is looked at: unlike the camera, which shows nothing until a stoop is drawn, this
    is the maker's tool. Raises SourceError on a video that can't be read and MaskError on text that is no mask.
    """
    (analysis,) = analyze_at(video, (MotionTuning(),), mask_text, on_progress, watch)
    return analysis


def analyze_at(
    video: Path,
    tunings: Sequence[MotionTuning],
    mask_text: bytes | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
    watch: Watcher = lambda *_: None,
) -> tuple[Analysis, ...]:
    """As `analyze`, one analysis for each tuning over one decoding; `watch` gets the first one's readings."""
    mask = parse_mask(WHOLE_PICTURE if mask_text is None else mask_text)
    source = open_source(f"file:{video}?speed=max")
    try:
        masker = Masker(mask, source.size)
        name, visible = CameraSettings().detector, masker.visible_luma
        detectors = [open_detector(name, source.fps, visible, tuning) for tuning in tunings]
        groupers = [EventGrouper() for _ in tunings]
        frames, time_s = 0, -1.0 / source.fps
        for frame in source.frames():
            time_s, masked = frame.captured_at_ns / _NS_PER_S, masker.apply(frame)
            readings = [detector.observe(masked) for detector in detectors]
            for grouper, reading in zip(groupers, readings, strict=True):
                grouper.add(time_s, reading.is_active)
            watch(masked, readings[0])
            frames += 1
            if frames % _PROGRESS_FRAMES == 0:
                on_progress(time_s)
        return tuple(Analysis(grouper.events(), time_s + 1.0 / source.fps, frames) for grouper in groupers)
    finally:
        source.close()
