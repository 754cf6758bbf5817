"""A clip's age is the time for which the camera ran: no wall clock, lost file or restored card makes it higher."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera.vault.ages import MARK_EVERY_S, Ages
from camera.vault.errors import StorageError
from camera.vault.files import DiskFiles, OpenFile
from tests.camera.vault.fakes import FakeClock

HOUR_S = 3600


def start(folder: Path, clock: FakeClock, next_number: int = 0, files: DiskFiles | None = None) -> Ages:
    return Ages(folder, files or DiskFiles(), clock.monotonic_ns, next_number)


def run_for(ages: Ages, clock: FakeClock, hours: float, next_number: int) -> None:
    """As the camera does: looked at every ten seconds, here every minute."""
    for _ in range(round(hours * 60)):
        ages.mark(next_number)
        clock.advance(60)


def test_a_clip_ages_with_the_camera_and_late_by_ten_minutes_at_most(tmp_path: Path) -> None:
    clock = FakeClock()
    ages = start(tmp_path, clock)
    run_for(ages, clock, 1, 0)
    run_for(ages, clock, 5, 1)  # clip 0 was begun after the first hour
    assert 5 * HOUR_S - MARK_EVERY_S <= ages.age_s(0) <= 5 * HOUR_S
    assert ages.age_s(1) == 0


def test_ages_go_on_after_a_restart_and_time_without_power_does_not_count(tmp_path: Path) -> None:
    clock = FakeClock()
    ages = start(tmp_path, clock)
    run_for(ages, clock, 0.5, 0)
    run_for(ages, clock, 10, 1)
    ages.mark(1, is_last=True)
    before_s = ages.age_s(0)
    later = FakeClock(now_ns=7, wall=0)  # a week without power: neither clock knows it
    again = start(tmp_path, later, 1)
    assert again.age_s(0) == before_s
    run_for(again, later, 1, 1)
    assert again.age_s(0) == before_s + HOUR_S


def test_a_power_cut_costs_ten_minutes_at_most(tmp_path: Path) -> None:
    clock = FakeClock()
    ages = start(tmp_path, clock)
    run_for(ages, clock, 0.5, 0)
    run_for(ages, clock, 10, 1)
    assert ages.age_s(0) - start(tmp_path, FakeClock(), 1).age_s(0) <= MARK_EVERY_S


@pytest.mark.parametrize("wall_ms", [0, 7_000, 2**42, 2**45], ids=["1970", "seconds old", "2109", "3085"])
def test_no_wall_clock_changes_an_age(tmp_path: Path, wall_ms: int) -> None:
    clock = FakeClock()
    ages = start(tmp_path, clock)
    run_for(ages, clock, 2, 1)
    before_s = ages.age_s(0)
    clock.wall = wall_ms
    ages.mark(1, is_last=True)
    assert ages.age_s(0) == before_s
    assert start(tmp_path, FakeClock(wall=wall_ms), 1).age_s(0) == before_s


def lived(folder: Path) -> tuple[dict[int, int], bytes]:
    """Ages of ten clips, an hour apart, and the file that says so."""
    clock = FakeClock()
    ages = start(folder, clock)
    for number in range(10):
        run_for(ages, clock, 1, number)
    ages.mark(10, is_last=True)
    return {number: ages.age_s(number) for number in range(10)}, (folder / "ages").read_bytes()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_a_fault_does_to_the_file_no_clip_gets_older(tmp_path: Path, data: st.DataObject) -> None:
    true_s, whole = lived(tmp_path)
    length = data.draw(st.integers(0, len(whole)))
    damaged = bytearray(whole[:length])
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, max(0, length - 1)))
        damaged[at : at + 40] = data.draw(st.binary(min_size=0, max_size=40))
    (tmp_path / "ages").write_bytes(damaged)
    found = start(tmp_path, FakeClock(), 10)
    for number, age_s in true_s.items():
        assert found.age_s(number) <= age_s
    (tmp_path / "ages").unlink()


def test_after_a_damage_marks_are_read_again(tmp_path: Path) -> None:
    """A torn end is not appended to: what follows would never be read."""
    true_s, whole = lived(tmp_path)
    (tmp_path / "ages").write_bytes(whole[:-7])
    clock = FakeClock()
    ages = start(tmp_path, clock, 10)
    run_for(ages, clock, 3, 10)
    ages.mark(10, is_last=True)
    again = start(tmp_path, FakeClock(), 10)
    assert again.age_s(0) == ages.age_s(0) >= true_s[0] + 3 * HOUR_S - MARK_EVERY_S


def test_marks_of_another_card_make_no_clip_old(tmp_path: Path) -> None:
    """A file that knows more clips than there ever were here is of somewhere else."""
    lived(tmp_path)
    ages = start(tmp_path, FakeClock(), next_number=3)
    assert [ages.age_s(number) for number in range(12)] == [0] * 12


def test_marks_that_go_back_make_no_clip_older(tmp_path: Path) -> None:
    """Such as an earlier part of the file once more, written behind it by a disk that erred."""
    true_s, whole = lived(tmp_path)
    for again in (whole[:200], whole[-400:-200], whole):
        (tmp_path / "ages").write_bytes(whole + again)
        found = start(tmp_path, FakeClock(), 10)
        assert all(found.age_s(number) <= age_s for number, age_s in true_s.items())
        assert found.age_s(0) == true_s[0]


class _Tearing(DiskFiles):
    """Writes a piece of what is appended, out of step with all that follows, and fails."""

    is_failing = False

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # fails, or the real one
        file = super().open(path, is_new=is_new)
        if self.is_failing and not is_new:
            file.write(memoryview(b"a piece"))
            raise StorageError("the card is failing")
        return file


def test_after_a_piece_of_a_mark_the_file_is_written_anew(tmp_path: Path) -> None:
    clock, files = FakeClock(), _Tearing()
    ages = start(tmp_path, clock, files=files)
    run_for(ages, clock, 1, 1)
    files.is_failing = True
    run_for(ages, clock, 0.5, 1)
    files.is_failing = False
    run_for(ages, clock, 5, 1)
    assert start(tmp_path, FakeClock(), 1).age_s(0) >= 6 * HOUR_S


class _Refusing(DiskFiles):
    is_refusing = False

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # refuses, or the real one
        if self.is_refusing:
            raise StorageError("the card is full", is_full=True)
        return super().open(path, is_new=is_new)


def test_a_card_that_refuses_a_mark_stops_nothing_and_is_tried_again(tmp_path: Path) -> None:
    clock, files = FakeClock(), _Refusing()
    ages = start(tmp_path, clock, files=files)
    run_for(ages, clock, 1, 1)
    files.is_refusing = True
    run_for(ages, clock, 2, 1)
    assert ages.age_s(0) == 3 * HOUR_S
    files.is_refusing = False
    run_for(ages, clock, 0.5, 1)
    assert start(tmp_path, FakeClock(), 1).age_s(0) >= 3 * HOUR_S
