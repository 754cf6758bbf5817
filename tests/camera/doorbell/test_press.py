"""From the changes of a contact to rings: one press one ring, never more than one in three seconds."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from camera.doorbell.press import BOUNCE_NS, PAUSE_NS, STUCK_NS, PressFilter, RingLimit

MS = 1_000_000


def presses(changes: list[tuple[int, bool]]) -> list[int]:
    """The times in ms at which a press counted."""
    button = PressFilter()
    return [at_ms for at_ms, is_down in changes if button.takes(is_down, at_ms * MS)]


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        pytest.param([(0, True), (80, False)], [0], id="one press"),
        pytest.param(
            [(0, True), (2, False), (3, True), (5, False), (9, True), (90, False)], [0], id="bouncing contact"
        ),
        pytest.param([(0, True), (900, False), (903, True), (905, False)], [0], id="bounces when let go"),
        pytest.param([(0, True), (80, False), (200, True), (280, False)], [0, 200], id="two quick presses"),
        pytest.param([(0, True), (10, True), (500, True)], [0], id="the same news twice"),
        pytest.param([(0, False), (7, False)], [], id="let go without a press"),
    ],
)
def test_a_press_counts_once(changes: list[tuple[int, bool]], wanted: list[int]) -> None:
    assert presses(changes) == wanted


def test_a_stuck_button_has_been_pressed_once_and_is_told() -> None:
    button = PressFilter()
    assert button.takes(True, 0)
    assert not button.is_stuck(STUCK_NS - 1)
    assert button.is_stuck(STUCK_NS)
    assert not any(button.takes(True, at_s * 1_000_000_000) for at_s in range(1, 3600))

    button.takes(False, 3600 * 1_000_000_000)
    assert not button.is_stuck(7200 * 1_000_000_000)


def test_the_bell_rings_at_most_once_in_three_seconds_whatever_comes() -> None:
    noise = random.Random(7)
    for _ in range(2_000):
        button, limit, now_ns, rings = PressFilter(), RingLimit(), 0, []
        for _ in range(40):
            now_ns += noise.choice((0, 1, 3, 40, 60, 500, 2_990, 3_010)) * MS
            if button.takes(noise.random() < 0.5, now_ns) and limit.allows(now_ns):
                rings.append(now_ns)
        assert all(later - earlier >= PAUSE_NS for earlier, later in pairwise(rings))


def test_no_press_is_lost_to_the_limit_once_it_is_over() -> None:
    limit = RingLimit()
    assert limit.allows(5)
    assert not limit.allows(5 + PAUSE_NS - 1)
    assert limit.allows(5 + PAUSE_NS)


def test_a_clock_that_steps_back_does_not_silence_the_bell() -> None:
    limit = RingLimit()
    assert limit.allows(10 * PAUSE_NS)
    assert limit.allows(PAUSE_NS)


def test_bouncing_is_shorter_than_a_quick_second_press() -> None:
    assert 10 * MS <= BOUNCE_NS <= 80 * MS
