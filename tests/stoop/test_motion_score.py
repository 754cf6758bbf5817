"""The definition of the score, case by case."""

from __future__ import annotations

import pytest

from stoop.motion_score import Label, Score, Span, score_clip

LABEL = Label(truth=(Span(10, 20), Span(24, 30), Span(60, 70)), ignored=(Span(40, 45),), duration_s=100)


def test_truths_closer_than_five_seconds_are_one() -> None:
    assert score_clip(LABEL, []) == Score(truths=2)


@pytest.mark.parametrize(
    ("event", "hits", "true_events", "false_alarms"),
    [
        pytest.param(Span(10, 12), 1, 1, 0, id="starts with the truth"),
        pytest.param(Span(9, 12), 1, 1, 0, id="starts a second early"),
        pytest.param(Span(8.9, 12), 0, 0, 1, id="starts too early"),
        pytest.param(Span(22, 23), 1, 1, 0, id="starts between joined truths"),
        pytest.param(Span(30.9, 31), 0, 0, 0, id="starts just behind"),
        pytest.param(Span(31.1, 32), 0, 0, 1, id="starts too late"),
        pytest.param(Span(42, 43), 0, 0, 0, id="starts in ignored time"),
        pytest.param(Span(45.4, 46), 0, 0, 0, id="starts in the grace behind ignored time"),
        pytest.param(Span(1, 3), 0, 0, 0, id="starts in the warm-up"),
        pytest.param(Span(65, 92), 1, 1, 2, id="runs on for 21 s of empty time"),
        pytest.param(Span(72, 83), 0, 0, 2, id="false and runs on"),
    ],
)
def test_one_event_counts_as_defined(event: Span, hits: int, true_events: int, false_alarms: int) -> None:
    score = score_clip(LABEL, [event])
    assert (score.hits, score.true_events, score.false_alarms) == (hits, true_events, false_alarms)


def test_delay_is_that_of_the_first_event_in_each_truth() -> None:
    score = score_clip(LABEL, [Span(11, 12), Span(15, 16), Span(63, 64)])
    assert list(score.delays_s) == [1.0, 3.0]
    assert score.onset_delay_median_s == 2


def test_f1_joins_recall_and_precision() -> None:
    score = Score(truths=4, hits=2, true_events=3, false_alarms=1)
    assert score.f1 == pytest.approx(0.6)


def test_nothing_found_where_nothing_is_scores_full() -> None:
    assert score_clip(Label((), (), 50), []).f1 == 1.0


def test_scores_of_clips_add_up() -> None:
    total = score_clip(LABEL, [Span(10, 12)]) + score_clip(LABEL, [Span(80, 81)])
    assert total == Score(truths=4, hits=1, true_events=1, false_alarms=1, delays_s=(0,))
