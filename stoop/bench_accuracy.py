"""`stoop bench motion accuracy`: who finds visitors and who cries wolf, side by side, on real and composed video."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from camera.frame import PictureSize
from camera.mask import Masker, parse_mask
from camera.sources import open_source
from camera.visible_area import BoolPlane
from stoop.bench import BenchSkipped
from stoop.mask_files import WHOLE_PICTURE
from stoop.motion_material import LabelledClip, labelled_clips
from stoop.motion_peer import DEFAULTS, TUNED, find_motion, motion_events
from stoop.motion_score import Label, Score, score_clip
from stoop.plain_detectors import events_of_each
from stoop.scenes import CAUSES, ComposedScene, compose
from stoop.scenes.scene import SIZE

_SEEDS = "101"
_AT_ONCE = 4
"""Debian's motion plays a file in real time: so many side by side, fewer than would make it drop pictures."""
_PEERS = {"debian_motion": DEFAULTS, "debian_motion_tuned": TUNED}


@dataclass(frozen=True, slots=True)
class _Video:
    """A file for Debian's motion, and what is really there; `visible` is the mask's luma."""

    path: Path
    fps: float
    visible: BoolPlane
    label: Label


def run() -> dict[str, Any]:  # Any: JSON
    """Each detector on the labelled clips, where they are, and on composed scenes of `STOOP_SCENE_SEEDS`.

    Debian's `motion` runs as delivered and as its guide tunes it; where it is missing its rows say so.
    """
    figures: dict[str, Any] = {}
    try:
        clips = labelled_clips()
    except BenchSkipped as skipped:
        figures["labelled"] = str(skipped)
    else:
        scores = scores_of_clips(clips)
        figures["labelled"] = _table(scores, [_as_video(clip) for clip in clips])
    seeds = [int(seed) for seed in os.environ.get("STOOP_SCENE_SEEDS", _SEEDS).split(",")]
    scenes = [compose(cause, seed) for seed in seeds for cause in CAUSES]
    with tempfile.TemporaryDirectory(prefix="stoop-accuracy-") as folder:
        videos = [_written(scene, Path(folder)) for scene in scenes]
        figures["composed"] = _table(scores_of_scenes(scenes), videos)
    return {"seeds": seeds, **figures}


def scores_of_clips(clips: Sequence[LabelledClip]) -> dict[str, Score]:
    """Ours and the two plain detectors over one decoding of each clip, at its own rate."""
    totals: dict[str, Score] = {}
    for clip in clips:
        source = open_source(f"file:{clip.path}?speed=max")
        for name, events in events_of_each(source.frames(), clip.masker(source.size), source.fps).items():
            totals[name] = totals.get(name, Score()) + score_clip(clip.label, events)
        source.close()
    return totals


def scores_of_scenes(scenes: Sequence[ComposedScene]) -> dict[str, Score]:
    """The same over composed scenes, nothing hidden."""
    masker = Masker(parse_mask(WHOLE_PICTURE), SIZE)
    totals: dict[str, Score] = {}
    for scene in scenes:
        for name, events in events_of_each(scene.frames(), masker, scene.fps).items():
            totals[name] = totals.get(name, Score()) + score_clip(scene.label, events)
    return totals


def _table(scores: dict[str, Score], videos: Sequence[_Video]) -> dict[str, Any]:  # Any: JSON
    rows = {name: _row(score) for name, score in scores.items()}
    for name, options in _PEERS.items():
        try:
            find_motion()
        except BenchSkipped as skipped:
            rows[name] = {"skipped": str(skipped)}
        else:
            rows[name] = _row(_peer_score(videos, options))
    return rows


def _peer_score(videos: Sequence[_Video], options: dict[str, str]) -> Score:
    def score(video: _Video) -> Score:
        events = motion_events(video.path, video.fps, video.visible, video.label.duration_s, options)
        return score_clip(video.label, events)

    with ThreadPoolExecutor(_AT_ONCE) as several:
        total = Score()
        for one in several.map(score, videos):
            total = total + one
        return total


def _row(score: Score) -> dict[str, Any]:  # Any: JSON
    delay_s = score.onset_delay_median_s
    return {
        "f1": round(score.f1, 3),
        "found": f"{score.hits} of {score.truths}",
        "false_alarms": score.false_alarms,
        "onset_delay_median_s": None if delay_s is None else round(delay_s, 2),
    }


def _as_video(clip: LabelledClip) -> _Video:
    source = open_source(f"file:{clip.path}?speed=max")
    size, fps = source.size, source.fps
    source.close()
    return _Video(clip.path, fps, clip.masker(size).visible_luma, clip.label)


def _written(scene: ComposedScene, folder: Path) -> _Video:
    """The scene as an H.264 file of good quality: Debian's motion reads nothing else."""
    path = folder / f"{scene.name}-{scene.seed}.mp4"
    size = PictureSize(SIZE.width_px, SIZE.height_px)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(scene.fps).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = size.width_px, size.height_px, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "14"}
        for frame in scene.frames():
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame.i420), format="yuv420p")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return _Video(path, scene.fps, np.ones((size.height_px, size.width_px), bool), scene.label)
