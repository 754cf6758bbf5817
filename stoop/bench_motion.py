"""Motion: how well it finds visitors on the labelled clips, beside two plain detectors, and what it costs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from camera.encoder import Encoder
from camera.frame import Frame, MaskedFrame, PictureSize, Plane
from camera.mask import Masker, parse_mask
from camera.motion import EventGrouper, open_detector
from camera.settings import CameraSettings
from camera.sources import open_source
from stoop.motion_score import Label, Score, Span, score_clip

_SMALL = (320, 180)
_COST_CLIP = "shop_street"  # 1280x720 with something moving all the time: the detector's dearest kind of scene
_COST_PICTURES = 240
_NS_PER_S = 1_000_000_000
_WHOLE = [[[0, 0], [1, 0], [1, 1], [0, 1]]]


def run() -> dict[str, Any]:  # Any: JSON
    """F1, false alarms and onset delay of each detector, and the detector's cost as a share of the encoder's.

    Needs the labelled clips: skipped with the reason where `STOOP_SHARED` (default ../shared) holds none.
    """
    folder = Path(os.environ.get("STOOP_SHARED", "../shared")) / "data" / "motion"
    if not (folder / "labels.json").is_file():
        return {"skipped": f"no labelled clips in {folder}: set STOOP_SHARED"}
    labels: dict[str, Any] = json.loads((folder / "labels.json").read_text())  # Any: the labels' own JSON
    totals: dict[str, Score] = {}
    for label in labels.values():
        truth = Label(_spans(label["truth_s"]), _spans(label["ignore_s"]), label["duration_s"])
        for name, events in _events(folder / label["file"], label["hide"]).items():
            totals[name] = totals.get(name, Score()) + score_clip(truth, events)
    figures: dict[str, Any] = {"clips": len(labels)}
    for name, total in totals.items():
        delay_s = total.onset_delay_median_s
        figures[f"{name}_f1"] = round(total.f1, 3)
        figures[f"{name}_false_alarms"] = total.false_alarms
        figures[f"{name}_onset_delay_median_s"] = None if delay_s is None else round(delay_s, 2)
    for fps in (30, 15):
        cost = _cost(folder / labels[_COST_CLIP]["file"], fps)
        figures[f"detector_ms_per_picture_{fps}fps"] = round(cost.detector_s / cost.pictures * 1e3, 3)
        figures[f"encoder_ms_per_picture_{fps}fps"] = round(cost.encoder_s / cost.pictures * 1e3, 3)
        figures[f"cost_ratio_{fps}fps"] = round(cost.detector_s / cost.encoder_s, 3)
    return figures


def _spans(pairs: list[list[float]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)


def _masker(hide: list[Any], frame_size: PictureSize) -> Masker:  # Any: polygons as the labels hold them
    return Masker(parse_mask(json.dumps({"allow": _WHOLE, "hide": hide}).encode()), frame_size)


def _events(video: Path, hide: list[Any]) -> dict[str, list[Span]]:  # Any: as in _masker
    """The events of each detector over one decoding of the video, at its own rate."""
    source = open_source(f"file:{video}?speed=max")
    return events_of_each(source.frames(), _masker(hide, source.size), source.fps)


def events_of_each(frames: Iterator[Frame], masker: Masker, fps: float) -> dict[str, list[Span]]:
    """What Stoop's detector and the two plain ones tell of the same masked pictures."""
    ours = open_detector(CameraSettings().detector, fps, masker.visible_luma)
    detectors: dict[str, Callable[[MaskedFrame], bool]] = {
        "stoop": lambda frame: ours.observe(frame).is_active,
        "plain_mog2": PlainMog2(),
        "frame_difference": FrameDifference(),
    }
    groupers = {name: EventGrouper() for name in detectors}
    for frame in frames:
        masked = masker.apply(frame)
        for name, detector in detectors.items():
            groupers[name].add(masked.captured_at_ns / _NS_PER_S, detector(masked))
    return {name: [Span(e.start_s, e.end_s) for e in grouper.events()] for name, grouper in groupers.items()}


@dataclass(slots=True)
class PlainMog2:
    """The usual recipe: OpenCV's MOG2 on a small picture, an area, and four of the last six pictures."""

    _model: cv2.BackgroundSubtractorMOG2 = field(default_factory=lambda: cv2.createBackgroundSubtractorMOG2(300, 32))
    _recent: list[bool] = field(default_factory=list)

    def __call__(self, frame: MaskedFrame) -> bool:
        mask = np.asarray(self._model.apply(_shrunk(frame)), np.uint8)
        mask = np.where(mask == 255, mask, np.uint8(0))
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        is_large = any(int(row[cv2.CC_STAT_AREA]) >= 150 for row in stats[1:])
        self._recent = [*self._recent[-5:], is_large]
        return sum(self._recent) >= 4


@dataclass(slots=True)
class FrameDifference:
    """The oldest recipe: pixels that differ from both of the last two pictures, a quarter of a percent of them."""

    _last: list[Plane] = field(default_factory=list)

    def __call__(self, frame: MaskedFrame) -> bool:
        now = np.asarray(cv2.GaussianBlur(_shrunk(frame), (5, 5), 0), np.uint8)
        before, self._last = self._last, [*self._last[-1:], now]
        if len(before) < 2:
            return False
        is_new = (cv2.absdiff(now, before[0]) > 25) & (cv2.absdiff(now, before[1]) > 25)
        return int(np.count_nonzero(is_new)) >= is_new.size // 400


def _shrunk(frame: MaskedFrame) -> Plane:
    return np.asarray(cv2.resize(frame.luma, _SMALL, interpolation=cv2.INTER_AREA), np.uint8)


@dataclass(slots=True)
class _Cost:
    detector_s: float = 0.0
    encoder_s: float = 0.0
    pictures: int = 0


def _cost(video: Path, fps: int) -> _Cost:
    """CPU seconds of this thread over the same pictures, played at `fps`; warm-up included on both sides."""
    source = open_source(f"file:{video}?speed=max")
    masker = _masker([], source.size)
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
