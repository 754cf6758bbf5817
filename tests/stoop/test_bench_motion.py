"""The motion benchmarks' own parts: each part that is taken out is really out, and choosing knows no held-out clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from camera.mask import Masker, parse_mask
from camera.motion.settings import MotionSettings
from stoop.bench_ablation import PARTS, Part, without
from stoop.bench_invariance import _has, _Tally, events_of
from stoop.bench_leave_one_out import _all_but, _candidates, _rank
from stoop.mask_files import WHOLE_PICTURE
from stoop.motion_material import Material, _looks, judge
from stoop.motion_score import Score, Span
from stoop.scenes import compose
from stoop.scenes.scene import SIZE

VISIBLE = np.ones((180, 320), bool)
SEED = 7


@pytest.mark.parametrize("part", PARTS, ids=[part.name for part in PARTS])
def test_a_part_that_is_out_leaves_a_detector_that_is_another(part: Part) -> None:
    whole, lacking = without(Part("", {}), VISIBLE), without(part, VISIBLE)

    is_other_figure = lacking._settings != whole._settings
    is_other_class = type(lacking._foreground) is not type(whole._foreground) or type(
        lacking._foreground._filter
    ) is not type(whole._foreground._filter)
    assert is_other_figure or is_other_class


def test_judging_the_same_twice_is_the_same() -> None:
    scene = compose("near-pass", SEED, fps=10.0)
    masker = Masker(parse_mask(WHOLE_PICTURE), SIZE)
    material = Material(scene.name, masker.visible_luma, _looks(scene.frames(), masker), scene.label)
    one, other = (judge(material, without(Part("", {}), masker.visible_luma)).score for _ in range(2))

    assert one == other
    assert one.truths == 1


def test_every_candidate_is_another_and_the_delivered_one_wins_a_tie() -> None:
    candidates = _candidates()
    assert candidates[0].settings == MotionSettings()
    assert len({repr(candidate.settings) for candidate in candidates}) == len(candidates)
    assert max(candidates, key=lambda _: _rank(Score(1, 1, 1, 0, (0.5,)))) is candidates[0]


def test_the_clip_that_is_left_out_has_no_say() -> None:
    scores = [Score(1, 1, 1, 0, (0.5,)), Score(1, 0, 0, 9), Score(2, 2, 2, 0, (0.3, 0.7))]
    assert _all_but(scores, 1) == Score(3, 3, 3, 0, (0.5, 0.3, 0.7))
    assert _rank(_all_but(scores, 1)) > _rank(_all_but(scores, 0))


def test_a_sooner_one_ranks_higher_where_as_much_is_found() -> None:
    assert _rank(Score(1, 1, 1, 0, (0.4,))) > _rank(Score(1, 1, 1, 0, (0.6,)))
    assert _rank(Score(2, 2, 2, 0, (0.9, 0.9))) > _rank(Score(2, 1, 1, 0, (0.1,)))


def test_events_that_stay_go_and_come_are_told_apart() -> None:
    tally = _Tally(Score())
    tally.add([Span(5, 9), Span(20, 22)], [Span(5.5, 12), Span(40, 41)], Score(1, 1, 1, 1))
    assert (tally.events, tally.kept, tally.new) == (2, 1, 1)
    assert _has([Span(5, 9)], Span(9.9, 11))
    assert not _has([Span(5, 9)], Span(10.1, 11))


def test_grain_is_the_same_each_time_and_differs_from_picture_to_picture() -> None:
    plain = compose("calm", SEED)
    grainy = replace(plain, noise=3.0)
    assert np.array_equal(grainy.luma(1.0), grainy.luma(1.0))
    difference = grainy.luma(1.0).astype(int) - plain.luma(1.0)
    assert 2.5 < difference.std() < 3.5
    assert not np.array_equal(difference, grainy.luma(1.1).astype(int) - plain.luma(1.1))


@pytest.mark.slow
def test_a_scene_tells_its_events() -> None:
    """The whole way that the benchmark goes, once."""
    scene = compose("near-pass", SEED, fps=10.0)
    (event,) = events_of(scene)
    (truth,) = scene.label.truth
    assert truth.start_s - 1 <= event.start_s <= truth.end_s
