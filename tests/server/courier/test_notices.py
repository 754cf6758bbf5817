"""Which notices go out: choice, cooldown, snooze, a bounded queue, and nothing old as if it were new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.courier.notices import MAX_WAITING, NEW_FOR_S, SENTENCES, Notice, NoticeQueue, NoticeRules, Word


def ring(at_s: float) -> Notice:
    return Notice("ring", at_s, 0)


def test_only_what_was_chosen_goes_out() -> None:
    rules = NoticeRules(["ring"], 60)
    assert [rules.wants(word, 0) for word in ("ring", "motion", "offline", "test")] == [True, False, False, True]


def test_motion_cools_down_and_a_ring_does_not() -> None:
    rules = NoticeRules(["ring", "motion"], 60)
    assert [rules.wants("motion", at) for at in (0, 59, 60, 61)] == [True, False, True, False]
    assert [rules.wants("ring", at) for at in (0, 3, 6)] == [True] * 3


def test_a_snooze_silences_all_but_a_test() -> None:
    rules = NoticeRules(["ring", "offline"], 0)
    rules.snoozed_until_s = 100
    assert [rules.wants(word, 50) for word in ("ring", "offline", "test")] == [False, False, True]
    assert rules.wants("ring", 100)


def test_offline_is_told_once_until_it_is_over() -> None:
    rules = NoticeRules(["offline"], 60)
    assert [rules.wants("offline", at) for at in (0, 100)] == [True, False]
    assert rules.wants("back", 110)
    assert [rules.wants("offline", at) for at in (50, 111)] == [False, True]


def test_back_is_told_only_after_offline_was() -> None:
    rules = NoticeRules(["offline"], 0)
    assert not rules.wants("back", 0)
    assert rules.wants("offline", 1)
    assert [rules.wants("back", 2), rules.wants("back", 3)] == [True, False]


def test_a_notice_that_is_too_old_is_told_as_missed_and_once() -> None:
    queue = NoticeQueue()
    queue.put(ring(0))
    queue.put(ring(5))
    notice = queue.next(NEW_FOR_S + 6)
    assert notice is not None
    assert (notice.is_missed, notice.count, queue.missed) == (True, 2, 2)
    assert notice.sentence == "Missed: somebody rang 2 times while this could not be reached."
    queue.sent(notice)
    assert queue.next(NEW_FOR_S + 7) is None


def test_a_new_ring_goes_before_what_was_missed() -> None:
    queue = NoticeQueue()
    queue.put(ring(0))
    queue.put(ring(100))
    first = queue.next(101)
    assert first == ring(100)
    assert first is not None
    queue.sent(first)
    second = queue.next(102)
    assert second is not None
    assert second.is_missed


def test_a_test_that_failed_is_no_missed_visitor() -> None:
    queue = NoticeQueue()
    queue.put(Notice("test", 0, 0))
    assert queue.next(NEW_FOR_S + 1) is None


def test_a_full_queue_drops_motion_before_a_ring_and_counts_it() -> None:
    queue = NoticeQueue()
    queue.put(ring(0))
    for at in range(1, MAX_WAITING):
        queue.put(Notice("motion", at, 0))
    queue.put(ring(MAX_WAITING))
    assert (len(queue), queue.dropped) == (MAX_WAITING, 1)
    assert queue.next(1) == ring(0)


@given(
    st.lists(st.tuples(st.sampled_from(["ring", "motion", "offline"]), st.floats(0, 300)), max_size=60),
    st.floats(0, 400),
)
def test_what_is_sent_as_new_is_new_and_the_queue_is_bounded(put: list[tuple[Word, float]], now_s: float) -> None:
    queue = NoticeQueue()
    for word, at_s in sorted(put, key=lambda each: each[1]):
        queue.put(Notice(word, at_s, 0))
        assert len(queue) <= MAX_WAITING
    sent = 0
    while (notice := queue.next(now_s)) is not None:
        assert notice.is_missed or now_s - notice.at_s <= NEW_FOR_S
        queue.sent(notice)
        sent += not notice.is_missed
    assert sent + queue.missed + queue.dropped == len(put)


@pytest.mark.parametrize("word", SENTENCES)
@pytest.mark.parametrize("count", [1, 3])
def test_each_sentence_reads_well_new_and_missed(word: Word, count: int) -> None:
    missed = Notice(word, 0, 0, is_missed=True, count=count).sentence
    assert missed.startswith("Missed: ")
    assert missed.endswith(" while this could not be reached.")
    assert Notice(word, 0, 0).sentence == SENTENCES[word]
