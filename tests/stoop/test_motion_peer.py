"""What Debian's motion says, read line by line; and the real program over a video, where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stoop.bench import BenchSkipped
from stoop.motion_peer import DEFAULTS, _read, find_motion, motion_events
from tests.camera.motion.fakes import FPS, SIZE

LINES = (
    "[1:nc1] [NTC] [NET] netcam_connect: Normal resolution: Camera (1) connected",
    "[1:ml1] [NTC] [ALL] event_newfile: starting event 1",
    "[1:ml1] [NTC] [EVT] End of event 1",
    "[1:nc1] [NTC] [NET] Reconnecting with camera",
)


def told(*lines: tuple[float, str]) -> list[tuple[float, ...]]:
    return [tuple(event) for event in _read(lines, 20.0)]


def test_times_are_counted_back_from_the_end_and_the_gap_is_taken_off() -> None:
    assert told((100.0, LINES[0]), (105.0, LINES[1]), (113.0, LINES[2]), (119.0, LINES[3])) == [(6.0, 9.0)]


def test_without_an_end_they_are_counted_from_when_it_plays() -> None:
    assert told((100.0, LINES[0]), (105.0, LINES[1]), (113.0, LINES[2])) == [(5.0, 8.0)]


def test_an_end_that_comes_late_does_not_put_the_beginning_later_than_the_playing() -> None:
    assert told((100.0, LINES[0]), (105.0, LINES[1]), (130.0, LINES[3])) == [(5.0, 20.0)]


def test_nothing_that_moves_is_no_event() -> None:
    assert told((100.0, LINES[0]), (120.0, LINES[3])) == []


def test_a_program_that_plays_nothing_is_no_peer() -> None:
    with pytest.raises(RuntimeError, match="did not play"):
        told((100.0, "[0:motion] [ERR] [ALL] could not open"), (101.0, "bye"))


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_real_program_sees_a_visitor_and_nothing_behind_a_mask_of_all(video: Path) -> None:
    try:
        find_motion()
    except BenchSkipped as skipped:
        pytest.skip(str(skipped))
    everything = np.ones((SIZE.height_px, SIZE.width_px), bool)

    assert any(5.0 < event.start_s < 9.0 for event in motion_events(video, FPS, everything, 20.0, DEFAULTS))
    assert motion_events(video, FPS, ~everything, 20.0, DEFAULTS) == []
