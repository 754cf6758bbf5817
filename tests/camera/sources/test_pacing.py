"""Pictures leave when they are due, and never drift."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.sources.pacing import Pacer
from tests.camera.sources.fakes import FakeClock

STEP_NS = 66_666_667


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def due_ns(pacer: Pacer, at_ns: int) -> int:
    due = pacer.due(at_ns)
    assert due is not None
    return due


def test_a_picture_waits_until_it_is_due(clock: FakeClock) -> None:
    pacer, began_ns = Pacer(clock, True, clock.wait), clock.now_ns
    assert [due_ns(pacer, n * STEP_NS) - began_ns for n in range(3)] == [0, STEP_NS, 2 * STEP_NS]
    assert clock.now_ns - began_ns == 2 * STEP_NS


@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=40))
def test_slow_takers_do_not_make_time_drift(delays_s: list[float]) -> None:
    clock = FakeClock()
    pacer, began_ns = Pacer(clock, True, clock.wait), clock.now_ns
    for number, delay_s in enumerate(delays_s):
        due = pacer.due(number * 500_000_000)
        assert due == began_ns + number * 500_000_000
        clock.advance(delay_s)


def test_who_was_away_for_long_is_not_made_to_catch_up(clock: FakeClock) -> None:
    pacer = Pacer(clock, True, clock.wait)
    pacer.due(0)
    clock.advance(60)
    back_ns = clock.now_ns
    assert due_ns(pacer, STEP_NS) == back_ns
    assert due_ns(pacer, 2 * STEP_NS) == back_ns + STEP_NS


def test_at_full_speed_nothing_waits_and_time_is_the_video_s_own(clock: FakeClock) -> None:
    pacer = Pacer(clock, False, clock.wait)
    assert [pacer.due(n * STEP_NS) for n in range(3)] == [0, STEP_NS, 2 * STEP_NS]
    assert clock.waits_s == []


def test_after_close_there_is_no_picture(clock: FakeClock) -> None:
    for is_paced in (True, False):
        pacer = Pacer(clock, is_paced)
        pacer.close()
        assert pacer.due(0) is None


def test_close_from_another_thread_ends_a_wait(clock: FakeClock) -> None:
    pacer = Pacer(clock, True)
    pacer.due(0)
    threading.Timer(0.05, pacer.close).start()
    assert pacer.due(3600 * 1_000_000_000) is None
