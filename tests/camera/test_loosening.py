"""A day of running time passes before more is shown: not less by any jump of a clock, not more than crashes cost."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from camera.loosening import (
    HOUR_NS,
    MAX_STEP_NS,
    SAVE_EVERY_NS,
    WAIT_NS,
    Loosening,
    Waiting,
    WaitingDrawing,
    WaitingUnlock,
    hours,
)

S = 1_000_000_000


def drawing(number: int = 0) -> WaitingDrawing:
    return WaitingDrawing("{}", f"{number:064x}", None, "d" * 32, "Phone", 0.25)


def live(loosening: Loosening, now_ns: int, seconds: int) -> int:
    """Run, looking at the clock each minute."""
    for _ in range(seconds // 60):
        now_ns += 60 * S
        loosening.advance(now_ns)
    return now_ns


def test_a_drawing_is_due_after_a_day_of_running() -> None:
    loosening = Loosening(Waiting(), 0)
    loosening.hold(drawing(), 0)

    now_ns = live(loosening, 0, 24 * 3600 - 60)
    early = loosening.due_drawing
    live(loosening, now_ns, 60)

    assert early is None
    assert loosening.due_drawing is not None
    assert loosening.due_drawing.digest == drawing().digest


def test_a_leap_of_the_clock_counts_as_a_minute() -> None:
    loosening = Loosening(Waiting(), 0)
    loosening.hold(drawing(), 0)

    loosening.advance(10 * WAIT_NS)

    waiting = loosening.waiting.drawing
    assert waiting is not None
    assert waiting.left_ns == WAIT_NS - MAX_STEP_NS


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    loosening = Loosening(Waiting(), 0)
    loosening.hold(drawing(), 0)
    now_ns = live(loosening, 0, 3600)

    loosening.advance(now_ns - WAIT_NS)
    loosening.advance(now_ns - WAIT_NS + 60 * S)

    waiting = loosening.waiting.drawing
    assert waiting is not None
    assert waiting.left_ns == WAIT_NS - 3660 * S


def test_time_that_passed_before_it_was_asked_for_does_not_count() -> None:
    loosening = Loosening(Waiting(), 0)
    loosening.hold(drawing(), 50 * S)

    assert loosening.waiting.drawing == drawing()


def test_a_newer_drawing_takes_the_place_of_the_older_and_waits_its_own_day() -> None:
    loosening = Loosening(Waiting(), 0)
    loosening.hold(drawing(1), 0)
    now_ns = live(loosening, 0, 23 * 3600)

    loosening.hold(drawing(2), now_ns)

    assert loosening.waiting.drawing == drawing(2)


def test_a_drawing_and_an_unlocking_wait_side_by_side() -> None:
    loosening = Loosening(Waiting(), 0)
    loosening.hold(drawing(), 0)
    now_ns = live(loosening, 0, 3600)
    loosening.hold(WaitingUnlock("d" * 32, "Phone"), now_ns)

    live(loosening, now_ns, 23 * 3600)

    assert loosening.due_drawing is not None
    assert loosening.due_unlock is None


@pytest.mark.parametrize(("left_ns", "words"), [(WAIT_NS, 24), (WAIT_NS - 1, 24), (HOUR_NS, 1), (1, 1), (0, 0)])
def test_hours_are_rounded_up(left_ns: int, words: int) -> None:
    assert hours(left_ns) == words


@given(st.integers(WAIT_NS + 1, 10 * WAIT_NS) | st.integers(-WAIT_NS, -1))
def test_a_file_with_a_time_that_cannot_be_is_refused(left_ns: int) -> None:
    text = msgspec.json.encode({"drawing": {**msgspec.to_builtins(drawing()), "left_ns": left_ns}})

    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Waiting)


class LooseningMachine(RuleBasedStateMachine):
    """Against somebody with a stop watch of their own, over restarts, crashes and jumping clocks."""

    @initialize(now_ns=st.integers(0, 10**15))
    def start(self, now_ns: int) -> None:
        self.now_ns, self.number = now_ns, 0
        self.loosening = Loosening(Waiting(), now_ns)
        self.file = msgspec.json.encode(Waiting())
        self.is_asked_for = False
        self.ran_ns = 0  # since the drawing was asked for
        self.jumped_ns = 0  # what jumps may count as: a minute each
        self.crashed_ns = 0  # what crashes may cost: what was not saved

    def save(self) -> None:
        self.file = msgspec.json.encode(self.loosening.waiting)
        self.loosening.saved()

    @rule()
    def ask(self) -> None:
        self.number += 1
        self.loosening.hold(drawing(self.number), self.now_ns)
        self.is_asked_for, self.ran_ns, self.jumped_ns, self.crashed_ns = True, 0, 0, 0
        self.save()

    @rule(step_s=st.sampled_from([1, 59, 60]), times=st.sampled_from([1, 7, 300, 1439]))
    def run(self, step_s: int, times: int) -> None:
        for _ in range(times):
            self.now_ns += step_s * S
            self.loosening.advance(self.now_ns)
            if self.loosening.is_save_due:
                self.save()
        self.ran_ns += step_s * times * S

    @rule(jump_ns=st.integers(-3 * WAIT_NS, 3 * WAIT_NS))
    def clock_jumps(self, jump_ns: int) -> None:
        self.now_ns += jump_ns
        self.loosening.advance(self.now_ns)
        self.jumped_ns += MAX_STEP_NS

    @rule(is_clean=st.booleans(), now_ns=st.integers(0, 10**15))
    def restart(self, is_clean: bool, now_ns: int) -> None:
        if is_clean:
            self.save()
        else:
            self.crashed_ns += SAVE_EVERY_NS + MAX_STEP_NS
        self.now_ns = now_ns
        self.loosening = Loosening(msgspec.json.decode(self.file, type=Waiting), now_ns)

    @precondition(lambda self: self.is_asked_for)
    @rule()
    def cancel(self) -> None:
        self.loosening.drop_drawing()
        self.save()
        self.is_asked_for = False

    @invariant()
    def it_waits_until_it_is_cancelled_and_it_is_the_newest(self) -> None:
        waiting = self.loosening.waiting.drawing
        assert (waiting is not None) == self.is_asked_for
        assert waiting is None or waiting.digest == drawing(self.number).digest

    @invariant()
    def no_jump_and_no_crash_shortens_it(self) -> None:
        waiting = self.loosening.waiting.drawing
        if waiting:
            assert waiting.left_ns >= WAIT_NS - self.ran_ns - self.jumped_ns

    @invariant()
    def no_jump_prolongs_it_and_a_crash_by_what_was_not_saved(self) -> None:
        waiting = self.loosening.waiting.drawing
        if waiting:
            assert waiting.left_ns <= max(0, WAIT_NS - self.ran_ns) + self.crashed_ns


LooseningMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestLooseningMachine = LooseningMachine.TestCase


def test_what_changes_nothing_has_not_to_be_saved() -> None:
    loosening = Loosening(Waiting(), 0)
    loosening.drop_drawing()
    assert not loosening.is_save_due
    loosening.hold(drawing(1), 0)
    assert loosening.is_save_due
