"""`stoop bench scenes`: motion on composed scenes with exact truth, one for each cause of trouble."""

from __future__ import annotations

import os
from typing import Any

from camera.mask import Masker, parse_mask
from stoop.mask_files import WHOLE_PICTURE
from stoop.motion_score import Score, score_clip
from stoop.plain_detectors import events_of_each
from stoop.scenes import CAUSES, compose
from stoop.scenes.scene import SIZE

_SEEDS = "101"


def run() -> dict[str, Any]:  # Any: JSON
    """F1, false alarms, onset delay of each detector over all causes, and the causes where ours went wrong.

    `STOOP_SCENE_SEEDS` (numbers with commas between) composes others: what was tuned on some is told by others.
    """
    seeds = [int(seed) for seed in os.environ.get("STOOP_SCENE_SEEDS", _SEEDS).split(",")]
    masker = Masker(parse_mask(WHOLE_PICTURE), SIZE)
    totals: dict[str, Score] = {}
    wrong: dict[str, str] = {}
    for cause in CAUSES:
        ours = Score()
        for seed in seeds:
            scene = compose(cause, seed)
            for name, events in events_of_each(scene.frames(), masker, scene.fps).items():
                score = score_clip(scene.label, events)
                totals[name] = totals.get(name, Score()) + score
                ours = ours + score if name == "stoop" else ours
        if ours.hits < ours.truths or ours.false_alarms:
            wrong[cause] = f"{ours.hits} of {ours.truths} found, {ours.false_alarms} false"
    figures: dict[str, Any] = {"causes": len(CAUSES), "seeds": seeds}
    for name, total in totals.items():
        delay_s = total.onset_delay_median_s
        figures[f"{name}_f1"] = round(total.f1, 3)
        figures[f"{name}_false_alarms"] = total.false_alarms
        figures[f"{name}_onset_delay_median_s"] = None if delay_s is None else round(delay_s, 2)
    return {**figures, "wrong": wrong}
