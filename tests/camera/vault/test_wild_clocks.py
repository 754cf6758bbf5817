"""Whatever the wall clock says at a start, clips keep their order, none goes, and each says how good its clock was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camera.clock import ClockQuality
from camera.vault import Vault
from camera.vault.cards import ClipOpened, Record
from camera.vault.journal import Journal
from stoop.open_clips import ClipReport, list_clips, summarize_journal
from tests.camera.vault.fakes import CAMERA_ID, MASK_DIGEST, FakeClock, access_units, record_clip
from tests.stoop.reader.fakes import new_identity_file

BEGIN_OF_TIME_MS, TODAY_MS, FAR_MS = 7_000, 1_795_000_000_000, 4_000_000_000_000
UNITS = access_units(2)


def boots(folder: Path, walls_ms: list[int]) -> tuple[list[str], Path]:
    """One start of the camera with each wall clock, a clip in each; ids in the order in which they were recorded."""
    identity, recipient = new_identity_file(folder, "x25519")
    made = []
    for wall_ms in walls_ms:
        clock = FakeClock(now_ns=30_000_000_000, wall=wall_ms, is_synced=wall_ms >= TODAY_MS)
        vault = Vault(folder / "data" / "sealed", CAMERA_ID, (recipient,), clock)
        made.append(record_clip(vault, UNITS).clip)
        vault.make_room(10**9)
        vault.close()
    return made, identity


def reports(folder: Path, identity: Path) -> list[ClipReport]:
    return sorted(list_clips(folder / "data", identity), key=lambda report: report.clip)


@pytest.mark.parametrize(
    "walls_ms",
    [
        [BEGIN_OF_TIME_MS, BEGIN_OF_TIME_MS, BEGIN_OF_TIME_MS],
        [TODAY_MS, BEGIN_OF_TIME_MS, TODAY_MS + 86_400_000],
        [FAR_MS, TODAY_MS, BEGIN_OF_TIME_MS],
    ],
    ids=["always 1970", "one start in 1970", "ever earlier"],
)
def test_a_start_in_1970_orders_and_keeps_everything(tmp_path: Path, walls_ms: list[int]) -> None:
    made, identity = boots(tmp_path, walls_ms)
    found = reports(tmp_path, identity)
    assert [report.clip for report in found] == made
    assert made == sorted(made)
    assert [report.state for report in found] == ["complete"] * len(made)
    ages_ms = 30_000  # of the first picture when the clip begins
    assert [report.started_at_ms for report in found] == [max(0, wall_ms - ages_ms) for wall_ms in walls_ms]
    journal = summarize_journal(tmp_path / "data", identity)
    assert journal is not None
    assert journal.epochs == len(walls_ms)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 2**45), min_size=1, max_size=4))
def test_no_sequence_of_wall_clocks_loses_or_turns_round_a_clip(
    tmp_path_factory: pytest.TempPathFactory, walls_ms: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("walls")
    made, identity = boots(folder, walls_ms)
    assert [report.clip for report in reports(folder, identity)] == made
    shutil.rmtree(folder)


def test_a_clock_that_is_set_while_a_clip_is_recorded_changes_nothing_of_it(tmp_path: Path) -> None:
    """From 1970 to today in the middle of a clip: its length goes by the pictures."""
    identity, recipient = new_identity_file(tmp_path, "x25519")
    clock = FakeClock(wall=BEGIN_OF_TIME_MS, is_synced=False)
    vault = Vault(tmp_path / "data" / "sealed", CAMERA_ID, (recipient,), clock)
    clip = vault.open_clip("motion", MASK_DIGEST)
    for number, unit in enumerate(UNITS):
        if number == len(UNITS) // 2:
            clock.wall, clock.is_synced = TODAY_MS, True
        clip.append(unit)
    card = clip.close("quiet")
    vault.close()
    assert card.started_at_ms == 0
    assert 1800 <= card.duration_ms <= 2100
    (found,) = reports(tmp_path, identity)
    assert (found.state, found.duration_ms) == ("complete", card.duration_ms)


def test_the_card_of_a_clip_says_how_good_its_clock_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, recipient = new_identity_file(tmp_path, "x25519")
    noted: list[ClockQuality] = []
    append = Journal.append

    def note(journal: Journal, record: Record) -> None:
        if isinstance(record, ClipOpened):
            noted.append(record.clock)
        append(journal, record)

    monkeypatch.setattr(Journal, "append", note)
    for is_synced in (False, True):
        vault = Vault(tmp_path / "data" / "sealed", CAMERA_ID, (recipient,), FakeClock(is_synced=is_synced))
        record_clip(vault, UNITS)
        vault.close()
    assert noted == ["unsynced", "synced"]
