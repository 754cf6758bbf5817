"""The overlay tells one page what moves now, keeps nothing for nobody, and has one length for whoever carries it."""

from __future__ import annotations

import msgspec

from camera.motion import Box, Candidate, MotionReading, WhyNot
from camera.motion_overlay import PADDED_BYTES, MotionOverlay, MotionSeen, padded
from tests.camera.authority_fakes import FakeClock

PAGE, OTHER = "a" * 16, "b" * 16
QUIET = MotionReading(False, (), 0.0)
DOOR, HEDGE = Box(0.4, 0.3, 0.1, 0.5), Box(0.05, 0.2, 0.2, 0.2)
VISIT = MotionReading(True, (DOOR,), 0.05, (Candidate(HEDGE, WhyNot.IN_PLACE),))
GONE = MotionReading(False, (), 0.0, suppressed=(WhyNot.IN_PLACE, WhyNot.TOO_SMALL, WhyNot.IN_PLACE))


def seen(overlay: MotionOverlay, clock: FakeClock, page: str = PAGE) -> MotionSeen:
    clock.pass_s(0.3)
    found = overlay.ask(page)
    assert found is not None
    return found


def kept(overlay: MotionOverlay) -> MotionReading | None:
    return overlay._newest


def test_it_says_what_counts_and_what_does_not_and_why() -> None:
    clock = FakeClock()
    overlay = MotionOverlay(clock)
    seen(overlay, clock)
    overlay.offer(VISIT, clock.now_ns)
    found = seen(overlay, clock)
    assert found.looking
    assert found.counts == ((0.4, 0.3, 0.1, 0.5),)
    assert [(each.box, each.why) for each in found.ignored] == [((0.05, 0.2, 0.2, 0.2), "in_place")]


def test_nothing_is_kept_before_a_page_asks_nor_after_it_stopped() -> None:
    clock = FakeClock()
    overlay = MotionOverlay(clock)
    overlay.offer(VISIT, clock.now_ns)
    assert kept(overlay) is None
    seen(overlay, clock)
    overlay.offer(VISIT, clock.now_ns)
    assert kept(overlay) is VISIT
    clock.pass_s(5.1)
    overlay.offer(VISIT, clock.now_ns)
    assert kept(overlay) is None


def test_what_was_seen_a_second_ago_is_no_longer_shown() -> None:
    clock = FakeClock()
    overlay = MotionOverlay(clock)
    seen(overlay, clock)
    overlay.offer(VISIT, clock.now_ns)
    clock.pass_s(1.1)
    found = seen(overlay, clock)
    assert not found.looking
    assert found.counts == ()
    assert found.ignored == ()


def test_each_page_counts_from_when_it_was_opened() -> None:
    clock = FakeClock()
    overlay = MotionOverlay(clock)
    seen(overlay, clock)
    for reading in (VISIT, VISIT, QUIET, GONE):
        overlay.offer(reading, clock.now_ns)
    seen(overlay, clock, OTHER)
    clock.pass_s(4)
    seen(overlay, clock)
    clock.pass_s(4)
    overlay.offer(VISIT, clock.now_ns)
    first, second = seen(overlay, clock), seen(overlay, clock, OTHER)
    assert (first.events, first.given_up) == (2, {"too_small": 1, "in_place": 2})
    assert (second.events, second.given_up) == (1, {})


def test_a_page_that_asks_too_often_gets_nothing() -> None:
    clock = FakeClock()
    overlay = MotionOverlay(clock)
    assert overlay.ask(PAGE)
    assert overlay.ask(PAGE) is None
    assert overlay.ask(OTHER)
    clock.pass_s(0.2)
    assert overlay.ask(PAGE)


def test_a_page_is_one_as_long_as_its_ticket_can_live() -> None:
    clock = FakeClock()
    overlay = MotionOverlay(clock)
    assert not overlay.has(PAGE)
    overlay.ask(PAGE)
    clock.pass_s(120)
    assert overlay.has(PAGE)
    clock.pass_s(31)
    assert not overlay.has(PAGE)


def test_every_answer_has_the_same_length() -> None:
    clock = FakeClock()
    overlay = MotionOverlay(clock)
    lengths = {len(padded(seen(overlay, clock)))}
    box = Box(0.123456, 0.654321, 0.333333, 0.222222)
    for many in (1, 24, 200):
        crowd = MotionReading(True, (box,) * many, 0.1, (Candidate(box, WhyNot.OUTSIDE_AREA),) * many)
        overlay.offer(crowd, clock.now_ns)
        lengths.add(len(padded(seen(overlay, clock))))
    assert lengths == {PADDED_BYTES}
    full = msgspec.json.decode(padded(seen(overlay, clock)))
    assert len(full["ignored"]) >= 24
