"""A machine that is too slow takes fewer pictures, then smaller ones, says so, and comes back when it can."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from camera.frame import Frame, PictureSize
from camera.lens import LensOpened
from camera.load import MOST_SKIPPED, OVER_S, UNDER_S, LoadRule
from camera.picture_steps import PictureSteps
from camera.plate_session import PlateSession
from camera.settings import CameraSettings
from camera.watch import Watch
from tests.camera.authority_fakes import FakeClock
from tests.camera.test_watch import DeafPort, KeySink, no_source

FPS = 15.0


def drive(rule: LoadRule, busy_ms: float, seconds: float, begin_s: float = 0.0) -> list[float]:
    """Seconds at which the rule changed something, with every picture that it takes costing `busy_ms`."""
    changed = []
    for number in range(round(seconds * FPS)):
        at_s = begin_s + number / FPS
        if rule.takes() and rule.spent(round(busy_ms * 1e6), round(at_s * 1e9)):
            changed.append(at_s)
    return changed


@pytest.mark.parametrize(
    ("busy_ms", "fps", "is_too_small"),
    [(20, 15.0, False), (55, 15.0, False), (80, 7.5, False), (150, 5.0, False), (300, 5.0, True)],
)
def test_what_is_taken_fits_into_the_time_there_is(busy_ms: float, fps: float, is_too_small: bool) -> None:
    rule = LoadRule(FPS)
    drive(rule, busy_ms, 60)
    assert (rule.fps, rule.is_too_small) == (fps, is_too_small)


def test_a_short_burst_changes_nothing() -> None:
    rule = LoadRule(FPS)
    assert drive(rule, 200, OVER_S * 0.6) == []
    assert drive(rule, 20, 20, OVER_S * 0.6) == []


def test_changes_are_apart() -> None:
    changed = drive(LoadRule(FPS), 300, 60)
    assert len(changed) == MOST_SKIPPED
    assert all(later - earlier >= OVER_S for earlier, later in pairwise(changed))


def test_it_comes_back_when_there_is_time_again() -> None:
    rule = LoadRule(FPS)
    drive(rule, 80, 20)
    assert rule.is_slowed
    drive(rule, 10, UNDER_S + 30, 20)
    assert not rule.is_slowed


def test_what_just_fits_is_not_tried_again_and_again() -> None:
    rule = LoadRule(FPS)
    assert len(drive(rule, 80, 20 * UNDER_S)) == 1


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((1280, 720), [(640, 360), (320, 180)]),
        ((640, 480), [(320, 240)]),
        ((320, 240), []),
        ((1920, 1080), [(960, 540), (480, 270)]),
    ],
)
def test_smaller_is_half_and_twice_at_most(size: tuple[int, int], sizes: list[tuple[int, int]]) -> None:
    steps, seen = PictureSteps(CameraSettings(width_px=size[0], height_px=size[1])), []
    while steps.smaller():
        seen.append((steps.settings.width_px, steps.settings.height_px))
    assert seen == sizes


class HearingPort(DeafPort):
    def __init__(self) -> None:
        self.notices: list[str | None] = []

    def slowed(self, notice: str | None) -> None:
        self.notices.append(notice)


def test_the_watch_takes_fewer_pictures_and_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that the watch measures with runs by hand: each picture costs 300 ms at 15 a second."""
    now_ns = [0]

    def ticking() -> Iterator[int]:
        while True:
            yield now_ns[0]
            now_ns[0] += 300_000_000

    ticks = ticking()
    monkeypatch.setattr(time, "monotonic_ns", lambda: next(ticks))
    port, sink, asked = HearingPort(), KeySink(), list[int]()
    settings = CameraSettings(width_px=64, height_px=48)

    def smaller() -> bool:
        asked.append(1)
        return True

    watch = Watch(settings, no_source, sink, port, PlateSession(2, FakeClock()), make_smaller=smaller)
    size = PictureSize(64, 48)
    watch._hear(LensOpened(size, FPS, "demo"))
    came = 0
    while not asked and came < 2000:
        came += 1
        watch._hear(Frame(np.full((72, 64), 100, np.uint8), size, came * 66_666_667))
    assert asked == [1]
    assert len(sink.units) < came
    assert port.notices[0] is not None
    assert "7 a second" in port.notices[0] or "8 a second" in port.notices[0]
    assert port.notices[-1] == "this machine is too slow for pictures of this size: smaller ones are taken"
    assert watch._lens is None
