"""`stoop bench parcels`: what the parcel watch tells on composed scenes with exact truth."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from camera.mask import Masker, parse_mask
from camera.motion import MotionTuning, open_detector
from camera.parcels import ParcelWatch
from stoop.mask_files import WHOLE_PICTURE
from stoop.scenes.parcels import AREA, KINDS, ParcelScene, compose_parcels
from stoop.scenes.scene import SIZE

_SEEDS = "201,202,203,204"
_WITHIN_S = 40.0


def told(scene: ParcelScene) -> list[tuple[str, float]]:
    """What is told, and when, of a whole scene, behind mask and detector as in the camera."""
    masker = Masker(parse_mask(WHOLE_PICTURE), SIZE)
    detector = open_detector("tracks", scene.scene.fps, masker.visible_luma, MotionTuning())
    watch = ParcelWatch(AREA, np.asarray(masker.visible_luma, bool))
    news: list[tuple[str, float]] = []
    for frame in scene.scene.frames():
        masked = masker.apply(frame)
        reading = detector.observe(masked, None)
        if found := watch.look(masked, is_moving=reading.is_active):
            news.append((found.value, masked.captured_at_ns / 1e9))
    return news


def run() -> dict[str, Any]:  # Any: JSON
    """Found, wrong and missed over all kinds of scenes; `STOOP_SCENE_SEEDS` composes others."""
    seeds = [int(seed) for seed in os.environ.get("STOOP_SCENE_SEEDS", _SEEDS).split(",")]
    found = truths = false = 0
    delays_s: list[float] = []
    wrong: dict[str, str] = {}
    for kind in KINDS:
        for seed in seeds:
            scene = compose_parcels(kind, seed)
            news, hits = told(scene), 0
            left = list(news)
            for what, at_s in scene.truth:
                hit = next((n for n in left if n[0] == what and 0 <= n[1] - at_s <= _WITHIN_S), None)
                if hit:
                    left.remove(hit)
                    hits += 1
                    delays_s.append(hit[1] - at_s)
            found, truths, false = found + hits, truths + len(scene.truth), false + len(left)
            if left or hits < len(scene.truth):
                wrong[f"{kind} {seed}"] = (
                    f"{hits} of {len(scene.truth)}, and {[(w, round(t)) for w, t in left]} besides"
                )
    delay_s = round(float(np.median(delays_s)), 1) if delays_s else None
    return {
        "scenes": len(KINDS) * len(seeds),
        "found": found,
        "of": truths,
        "false": false,
        "delay_median_s": delay_s,
        "wrong": wrong,
    }
