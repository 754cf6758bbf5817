"""Motion: how well it finds visitors on the labelled clips, beside two plain detectors, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from camera.encoder import Encoder
from camera.frame import Frame
from camera.motion import open_detector
from camera.settings import CameraSettings
from camera.sources import open_source
from stoop.bench_accuracy import scores_of_clips
from stoop.motion_material import LabelledClip, labelled_clips

_COST_CLIP = "shop_street"  # 1280x720 with something moving all the time: the detector's dearest kind of scene
_COST_PICTURES = 240
_NS_PER_S = 1_000_000_000


def run() -> dict[str, Any]:  # Any: JSON
    """F1, false alarms and onset delay of each detector, and the detector's cost as a share of the encoder's.

    Raises BenchSkipped where `STOOP_SHARED` (default ../shared) holds no labelled clips.
    """
    clips = labelled_clips()
    figures: dict[str, Any] = {"clips": len(clips)}
    for name, total in scores_of_clips(clips).items():
        delay_s = total.onset_delay_median_s
        figures[f"{name}_f1"] = round(total.f1, 3)
        figures[f"{name}_false_alarms"] = total.false_alarms
        figures[f"{name}_onset_delay_median_s"] = None if delay_s is None else round(delay_s, 2)
    (busy,) = (clip for clip in clips if clip.name == _COST_CLIP)
    for fps in (30, 15):
        cost = _cost(busy, fps)
        figures[f"detector_ms_per_picture_{fps}fps"] = round(cost.detector_s / cost.pictures * 1e3, 3)
        figures[f"encoder_ms_per_picture_{fps}fps"] = round(cost.encoder_s / cost.pictures * 1e3, 3)
        figures[f"cost_ratio_{fps}fps"] = round(cost.detector_s / cost.encoder_s, 3)
    return figures


@dataclass(slots=True)
class _Cost:
    detector_s: float = 0.0
    encoder_s: float = 0.0
    pictures: int = 0


def _cost(clip: LabelledClip, fps: int) -> _Cost:
    """CPU seconds of this thread over the same pictures, played at `fps`, nothing hidden; warm-up included on both."""
    source = open_source(f"file:{clip.path}?speed=max")
    masker = replace(clip, hide=[]).masker(source.size)
    detector = open_detector(CameraSettings().detector, fps, masker.visible_luma)
    encoder = Encoder(source.size, fps)
    cost = _Cost()
    for frame in _retimed(source.frames(), fps):
        masked = masker.apply(frame)
        began_s = time.thread_time()
        detector.observe(masked)
        between_s = time.thread_time()
        encoder.encode(masked)
        cost.encoder_s += time.thread_time() - between_s
        cost.detector_s += between_s - began_s
        cost.pictures += 1
    source.close()
    return cost


def _retimed(frames: Iterator[Frame], fps: int) -> Iterator[Frame]:
    for number, frame in enumerate(islice(frames, _COST_PICTURES)):
        yield Frame(frame.i420, frame.size, number * _NS_PER_S // fps)
