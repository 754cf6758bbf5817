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


def test_an_event_begins_and_ends_and_the_gap_is_taken_off() -> None:
    (event,) = _read(LINES, 20.0)
    assert event.start_s <= event.end_s < 1.0


def test_one_that_still_lasts_at_the_end_lasts_until_then() -> None:
    (event,) = _read([LINES[0], LINES[1], LINES[3]], 20.0)
    assert event.end_s == 20.0


def test_nothing_that_moves_is_no_event() -> None:
    assert _read([LINES[0], LINES[3]], 20.0) == []


def test_a_program_that_plays_nothing_is_no_peer() -> None:
    with pytest.raises(RuntimeError, match="did not play"):
        _read(["[0:motion] [ERR] [ALL] could not open", "bye"], 20.0)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_the_real_program_sees_a_visitor_and_nothing_behind_a_mask_of_all(video: Path) -> None:
    try:
        find_motion()
    except BenchSkipped as skipped:
        pytest.skip(str(skipped))
    everything = np.ones((SIZE.height_px, SIZE.width_px), bool)

    assert any(4.5 < event.start_s < 9.0 for event in motion_events(video, FPS, everything, 20.0, DEFAULTS))
    assert motion_events(video, FPS, ~everything, 20.0, DEFAULTS) == []
