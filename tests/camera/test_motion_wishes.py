"""What the owner set about motion is kept whole or not at all, and a damaged file makes nobody missed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.motion import MotionTuning, TuningError
from camera.motion_wishes import Adult, Area, Calmer, MotionFile, MotionWishes

DOOR = Area("enter", ((0.2, 0.5), (0.8, 0.5), (0.8, 1.0)))
LINE = Area("cross", ((0.1, 0.6), (0.9, 0.6)))
HEDGE = Calmer("ab" * 16, (0.1, 0.4, 0.2, 0.3), 420, 600, 1_780_000_000_000)
SET = MotionWishes(0.8, (DOOR, LINE), Adult(0.4, 0.2, 1.0, 0.8), (HEDGE,))


def test_what_was_set_is_in_force_again_after_a_restart(tmp_path: Path) -> None:
    MotionFile(tmp_path).keep(SET)
    again = MotionFile(tmp_path)
    assert again.wishes == SET
    assert again.fault is None
    assert again.tuning.sensitivity == 0.8
    assert [area.kind for area in again.tuning.areas] == ["enter", "cross"]
    assert again.tuning.raised[0].holds_at(500, (0.2, 0.5))
    assert not again.tuning.raised[0].holds_at(700, (0.2, 0.5))


def test_without_a_file_nothing_is_set_and_nothing_is_wrong(tmp_path: Path) -> None:
    assert MotionFile(tmp_path).tuning == MotionTuning()
    assert MotionFile(tmp_path).fault is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"sensitivity":2}',
        b'{"sensitivity":NaN}',
        b'{"unknown":1}',
        msgspec.json.encode(SET)[:-9],
        msgspec.json.encode(msgspec.structs.replace(SET, areas=(Area("enter", LINE.points),))),
        msgspec.json.encode(msgspec.structs.replace(SET, calmer=(msgspec.structs.replace(HEDGE, box=(0, 0, 1, 1)),))),
    ],
)
def test_a_damaged_file_means_the_default_everywhere_and_says_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "motion.json").write_bytes(data)
    file = MotionFile(tmp_path)
    assert file.tuning == MotionTuning()
    assert file.wishes == MotionWishes()
    assert "set it again" in (file.fault or "")
    file.keep(SET)
    again = MotionFile(tmp_path)
    assert (file.fault, again.fault) == (None, None)
    assert again.wishes == SET


@given(st.binary(max_size=200))
def test_no_bytes_on_the_card_stop_the_camera(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("home")
    (folder / "motion.json").write_bytes(data)
    assert 0 <= MotionFile(folder).tuning.sensitivity <= 1


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"box": (0.0, 0.0, 0.6, 0.6)}, "36% of the picture"),
        ({"box": (0.9, 0.9, 0.2, 0.1)}, "within the picture"),
        ({"box": (0.5, 0.5, 0.0, 0.1)}, "within the picture"),
        ({"from_minute": 0, "to_minute": 361}, "361 minutes"),
        ({"from_minute": 1430, "to_minute": 351}, "361 minutes"),
        ({"from_minute": 300, "to_minute": 300}, "0 minutes"),
    ],
)
def test_a_bar_is_raised_for_a_place_and_a_time_and_never_for_all(
    tmp_path: Path, changed: dict[str, Any], what: str
) -> None:
    file = MotionFile(tmp_path)
    with pytest.raises(TuningError, match=what):
        file.keep(MotionWishes(calmer=(msgspec.structs.replace(HEDGE, **changed),)))
    assert not (tmp_path / "motion.json").exists()
    assert file.wishes == MotionWishes()


def test_a_time_of_day_may_pass_midnight(tmp_path: Path) -> None:
    file = MotionFile(tmp_path)
    file.keep(MotionWishes(calmer=(msgspec.structs.replace(HEDGE, from_minute=1400, to_minute=60),)))
    bar = file.tuning.raised[0]
    assert [bar.holds_at(minute, (0.2, 0.5)) for minute in (1399, 1400, 1439, 0, 59, 60)] == [
        False, True, True, True, True, False,
    ]  # fmt: skip
