"""`stoop bench leave-one-out`: figures chosen on all clips but one, and how they do on that one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from camera.motion.settings import MotionSettings
from stoop.motion_material import judge_settings, labelled_material
from stoop.motion_score import Score

_FACTORS = (0.7, 1.4)
_FIGURES = (
    "least_contrast",
    "noise_share",
    "attack_per_s",
    "light_correlation",
    "edge_share",
    "fill_share",
    "busy_share",
    "min_age_s",
    "min_shift_px",
    "min_straightness",
    "min_fresh",
    "most_sizes_per_s",
)
"""Those on which the detector's answers hang most; each is tried with every factor, by itself."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    settings: MotionSettings


def run() -> dict[str, Any]:  # Any: JSON
    """The labelled clips, each judged by the settings that did best on the others.

    Best is the highest F1, then the shortest delay; the delivered settings win a tie. Raises BenchSkipped where there
    are no labelled clips. Ten minutes or so.
    """
    materials = labelled_material()
    candidates = _candidates()
    scores = {
        candidate.name: [judge_settings(material, candidate.settings).score for material in materials]
        for candidate in candidates
    }
    held_out, chosen = Score(), dict[str, int]()
    lost: dict[str, str] = {}
    for number, material in enumerate(materials):
        best = max(candidates, key=lambda candidate: _rank(_all_but(scores[candidate.name], number)))
        score = scores[best.name][number]
        held_out = held_out + score
        chosen[best.name] = chosen.get(best.name, 0) + 1
        if score.hits < score.truths or score.false_alarms:
            lost[material.name] = f"{score.hits} of {score.truths} found, {score.false_alarms} false, by {best.name}"
    f1 = sorted(_sum(each).f1 for each in scores.values())
    return {
        "clips": len(materials),
        "candidates": len(candidates),
        "f1_of_candidates": f"{f1[0]:.3f} to {f1[-1]:.3f}",
        "delivered": _row(_sum(scores["as delivered"])),
        "held_out": _row(held_out),
        "chosen": chosen,
        "wrong_when_held_out": lost,
    }


def _candidates() -> list[_Candidate]:
    delivered = MotionSettings()
    varied = [
        _Candidate(f"{name} x {factor}", replace(delivered, **{name: getattr(delivered, name) * factor}))
        for name in _FIGURES
        for factor in _FACTORS
    ]
    return [_Candidate("as delivered", delivered), *varied]


def _all_but(scores: Sequence[Score], number: int) -> Score:
    return _sum([score for index, score in enumerate(scores) if index != number])


def _sum(scores: Sequence[Score]) -> Score:
    total = Score()
    for score in scores:
        total = total + score
    return total


def _rank(score: Score) -> tuple[float, float]:
    delay_s = score.onset_delay_median_s
    return round(score.f1, 6), -round(delay_s, 2) if delay_s is not None else 0.0


def _row(score: Score) -> str:
    delay_s = score.onset_delay_median_s
    delay = "no delay" if delay_s is None else f"{delay_s:.2f} s"
    return f"F1 {score.f1:.3f}, {score.hits} of {score.truths} found, {score.false_alarms} false, {delay}"
