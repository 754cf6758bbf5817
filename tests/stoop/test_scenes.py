"""Composed scenes are the same each time, and what matters to nobody changes nothing that the detector tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from camera.mask import Masker, parse_mask
from camera.motion import EventGrouper, open_detector
from stoop.mask_files import WHOLE_PICTURE
from stoop.motion_score import Score, Span, score_clip
from stoop.scenes import CAUSES, ComposedScene, compose
from stoop.scenes.scene import SIZE

MASKER = Masker(parse_mask(WHOLE_PICTURE), SIZE)
VARIED = ("near-pass", "calm")


def score(scene: ComposedScene) -> Score:
    detector, grouper = open_detector("tracks", scene.fps, MASKER.visible_luma), EventGrouper()
    for frame in scene.frames():
        grouper.add(frame.captured_at_ns / 1e9, detector.observe(MASKER.apply(frame)).is_active)
    return score_clip(scene.label, [Span(event.start_s, event.end_s) for event in grouper.events()])


@pytest.mark.parametrize("cause", CAUSES)
def test_a_scene_is_the_same_each_time(cause: str) -> None:
    one, other = compose(cause, 7), compose(cause, 7)
    for time_s in (0.0, one.duration_s / 2):
        assert np.array_equal(one.luma(time_s), other.luma(time_s))
    assert one.label == other.label
    assert not np.array_equal(one.luma(0.0), compose(cause, 8).luma(0.0))
    assert all(0 <= span.start_s < span.end_s <= one.duration_s for span in one.label.truth)


@pytest.mark.parametrize("cause", VARIED)
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="as it is"),
        pytest.param({"gain": 0.7}, id="darker"),
        pytest.param({"gain": 1.3}, id="brighter"),
        pytest.param({"is_mirrored": True}, id="mirrored"),
        pytest.param({"fps": 7.5}, id="half the rate"),
        pytest.param({"noise": 3.0}, id="grain"),
    ],
)
def test_light_side_rate_and_grain_change_no_event(cause: str, change: dict[str, float]) -> None:
    scene = replace(compose(cause, 303, fps=15.0), **change)  # type: ignore[arg-type]  # the fields' own types
    found = score(scene)
    assert (found.hits, found.false_alarms) == (found.truths, 0)
    assert found.truths >= 1
