"""`stoop tune`: what each sensitivity would have done with the owner's own videos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from camera.motion import MotionTuning
from stoop.analyze import Analysis, analyze_at

SENSITIVITIES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Tried:
    """One video at one sensitivity; `recorded_s` is how long something counted."""

    video: str
    sensitivity: float
    events: int
    recorded_s: float
    starts_s: tuple[float, ...]


def tune(
    videos: Sequence[Path], mask_text: bytes | None = None, on_progress: Callable[[float], None] = lambda _: None
) -> tuple[Tried, ...]:
    """Each video at each of SENSITIVITIES, in that order; raises as `analyze` does."""
    tunings = [MotionTuning(sensitivity=value) for value in SENSITIVITIES]
    return tuple(
        _tried(video, tuning.sensitivity, analysis)
        for video in videos
        for tuning, analysis in zip(tunings, analyze_at(video, tunings, mask_text, on_progress), strict=True)
    )


def _tried(video: Path, sensitivity: float, analysis: Analysis) -> Tried:
    recorded_s = sum(event.end_s - event.start_s for event in analysis.events)
    starts_s = tuple(round(event.start_s, 1) for event in analysis.events)
    return Tried(video.name, sensitivity, len(analysis.events), round(recorded_s, 1), starts_s)


def lines_of(tried: Sequence[Tried]) -> list[str]:
    """A table for the terminal: a row for each video, a column for each sensitivity: events, and seconds of them."""
    names = list(dict.fromkeys(each.video for each in tried))
    wide = max(len(name) for name in (*names, "video"))
    cell = {(each.video, each.sensitivity): f"{each.events} / {each.recorded_s:.0f} s" for each in tried}
    head = f"{'video':{wide}}  " + "  ".join(f"{_label(value):>12}" for value in SENSITIVITIES)
    rows = [f"{name:{wide}}  " + "  ".join(f"{cell[name, value]:>12}" for value in SENSITIVITIES) for name in names]
    return [head, *rows, "events / seconds in which something counted; the app's slider is the same scale"]


def _label(sensitivity: float) -> str:
    return {0.0: "calm 0.0", 0.5: "usual 0.5", 1.0: "keen 1.0"}.get(sensitivity, f"{sensitivity:.2f}")
