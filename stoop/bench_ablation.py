"""`stoop bench ablation`: each part of the motion detector taken out by itself; what it buys and what it costs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from camera.frame import Plane
from camera.motion.foreground import Foreground
from camera.motion.settings import MotionSettings
from camera.motion.tracked import TrackedMotion
from camera.visible_area import BoolPlane
from stoop.bench import BenchSkipped
from stoop.motion_material import Material, composed_material, judge, labelled_material
from stoop.motion_score import Score

_SEEDS = "101,202"
_NEVER, _ALWAYS = 1e9, 0.0


class _NoDetail:
    """Grey levels as they are, in place of what stands out from its surroundings."""

    def __call__(self, small: Plane) -> tuple[Plane, Plane]:
        return small, np.full_like(small, 128)


class _ForegroundOfAll(Foreground):
    """Keeps what was nowhere near in the look before: drops and flakes too."""

    def _lasting(self, raw: Plane, passing: Plane, step_s: float) -> Plane:
        return super()._lasting(raw, np.zeros_like(passing), step_s)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the detector and how it is taken out: by figures that make it idle, or by another class."""

    name: str
    figures: dict[str, float]
    change: Callable[[TrackedMotion, BoolPlane], None] | None = None


def _without_detail(detector: TrackedMotion, _: BoolPlane) -> None:
    detector._foreground._filter = _NoDetail()  # type: ignore[assignment]  # noqa: SLF001  (taking it apart is the point)


def _keep_passing(detector: TrackedMotion, small_visible: BoolPlane) -> None:
    detector._foreground = _ForegroundOfAll(small_visible, detector._settings)  # noqa: SLF001  (as above)


PARTS = (
    Part("detail instead of grey levels", {}, _without_detail),
    Part("the band: as wide as what flickers", {"noise_share": _ALWAYS}),
    Part("more contrast asked where the light changed", {"light_share": _ALWAYS}),
    Part("learning fast at first", {"haste": 1.0}),
    Part("what was not there before is dropped", {}, _keep_passing),
    Part("patches that look like their background are light", {"light_correlation": 2.0}),
    Part("lit patches are compared as a whole", {"lit_area_px": _NEVER}),
    Part("what has no edge is light", {"edge_share": _ALWAYS}),
    Part("plain coats are filled in", {"fill_share": _NEVER}),
    Part("another scene is learned anew", {"veto_share": 2.0}),
    Part("busy cells stop counting", {"busy_share": 2.0}),
    Part("half-busy places ask for a longer way", {"busy_weight": _ALWAYS}),
    Part("tracks: an age", {"min_age_s": 1e-3, "min_sightings": 1}),
    Part("tracks: seen most of the time", {"min_seen_share": _ALWAYS}),
    Part("tracks: a way", {"min_shift_px": 1e-3, "min_shift_of_size": _ALWAYS}),
    Part("tracks: about straight", {"min_straightness": _ALWAYS}),
    Part("tracks: fresh ground", {"min_fresh": 1e-3}),
    Part("tracks: not hollow", {"min_fill": _ALWAYS}),
    Part("tracks: not too fast", {"most_sizes_per_s": _NEVER, "most_sizes_down_per_s": _NEVER}),
    Part("tracks: nobody falls", {"most_sizes_down_per_s": MotionSettings().most_sizes_per_s}),
    Part("tracks: it stirs", {"min_stir_share": _ALWAYS}),
    Part("caution in the first seconds", {"early_caution": _ALWAYS}),
    Part("what stands still is held", {"held_at_most_s": 0.2}),
)


def run() -> dict[str, Any]:  # Any: JSON figures
    """F1, false alarms, onset and processor time with everything, then with each part out.

    On the labelled clips where they are, and on composed scenes of `STOOP_SCENE_SEEDS`. Ten minutes or so.
    """
    seeds = [int(seed) for seed in os.environ.get("STOOP_SCENE_SEEDS", _SEEDS).split(",")]
    try:
        labelled = labelled_material()
    except BenchSkipped:
        labelled = []
    composed = composed_material(seeds)
    whole = _row(Part("", {}), labelled, composed)
    rows = {part.name: _row(part, labelled, composed) for part in PARTS}
    for row in rows.values():
        row["cpu"] = round(row["cpu_s"] / whole["cpu_s"], 2)
        del row["cpu_s"]
    del whole["cpu_s"]
    return {"seeds": seeds, "labelled_clips": len(labelled), "whole": whole, "without": rows}


def _row(part: Part, labelled: Sequence[Material], composed: Sequence[Material]) -> dict[str, Any]:  # Any: JSON
    row: dict[str, Any] = {}
    cpu_s = 0.0
    for name, materials in (("labelled", labelled), ("composed", composed)):
        total = Score()
        for material in materials:
            outcome = judge(material, without(part, material.visible))
            total, cpu_s = total + outcome.score, cpu_s + outcome.cpu_s
        if materials:
            delay_s = total.onset_delay_median_s
            row[name] = {
                "f1": round(total.f1, 3),
                "found": f"{total.hits} of {total.truths}",
                "false_alarms": total.false_alarms,
                "onset_delay_median_s": None if delay_s is None else round(delay_s, 2),
            }
    return {**row, "cpu_s": cpu_s}


def without(part: Part, visible: BoolPlane) -> TrackedMotion:
    """A new detector that lacks this part."""
    detector = TrackedMotion(visible, settings=replace(MotionSettings(), **part.figures))  # type: ignore[arg-type]  # each figure's own type
    if part.change is not None:
        small = detector._shrunk(np.where(visible, np.uint8(255), np.uint8(0))) == 255  # noqa: SLF001
        part.change(detector, small)
    return detector
