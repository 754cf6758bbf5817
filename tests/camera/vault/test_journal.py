"""The journal reads back whole, in order, and shows every change that was made to it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera.vault import StorageError
from camera.vault.cards import CameraStarted
from camera.vault.files import DiskFiles, OpenFile
from camera.vault.journal import RECORD_BYTES, Journal, chain, count_records, journal_files
from stoop.reader.errors import JournalError, NoMatchError
from stoop.reader.identities import HybridIdentity, X25519Identity
from stoop.reader.journal import JournalCheck, check_journal, read_epoch
from tests.camera.vault.fakes import CAMERA_ID, FakeClock

_IDENTITY = X25519Identity(os.urandom(32))


def _journal(folder: Path, clock: FakeClock | None = None, files: DiskFiles | None = None) -> Journal:
    return Journal(folder, CAMERA_ID, (_IDENTITY.recipient,), clock or FakeClock(), files or DiskFiles())


def _record(number: int) -> CameraStarted:
    return CameraStarted(at_ms=number, version=f"v{number}")


def _write(folder: Path, counts: list[int]) -> None:
    """One epoch for each count, with so many records."""
    number = 0
    for count in counts:
        journal = _journal(folder)
        for _ in range(count):
            journal.append(_record(number))
            number += 1
        journal.close()


def _check(folder: Path) -> JournalCheck:
    return check_journal({file.epoch: file.path for file in journal_files(folder)}, (_IDENTITY,))


def test_records_come_back_in_order_over_all_epochs(tmp_path: Path) -> None:
    _write(tmp_path, [3, 0, 2])
    check = _check(tmp_path)
    assert check.records() == [_record(number) for number in range(5)]
    assert (check.links_checked, check.missing_epochs, check.problems) == (2, (), ())


def test_header_names_the_camera_and_its_epoch(tmp_path: Path) -> None:
    clock = FakeClock()
    _journal(tmp_path, clock).close()
    header = _check(tmp_path).epochs[0].header
    assert (header.camera, header.epoch, header.opened_at_ms) == (CAMERA_ID, 0, clock.wall)
    assert header.previous is None


def test_records_are_of_one_size_and_show_nothing(tmp_path: Path) -> None:
    journal = _journal(tmp_path)
    path = tmp_path / "00000000.sjl"
    sizes = []
    for number in range(3):
        before = path.stat().st_size
        journal.append(CameraStarted(at_ms=1, version="secret" * number))
        sizes.append(path.stat().st_size - before)
    assert sizes == [RECORD_BYTES] * 3
    assert b"secret" not in path.read_bytes()


def test_root_is_the_one_that_the_writer_computes(tmp_path: Path) -> None:
    _write(tmp_path, [4])
    data = (tmp_path / "00000000.sjl").read_bytes()
    epoch = read_epoch(data, (_IDENTITY,))
    assert chain(data) == (epoch.stored_records, bytes.fromhex(epoch.root))
    assert count_records(journal_files(tmp_path)[0]) == 4


def test_a_post_quantum_owner_reads_it_too(tmp_path: Path) -> None:
    owner = HybridIdentity(os.urandom(32))
    journal = Journal(tmp_path, CAMERA_ID, (owner.recipient,), FakeClock(), DiskFiles())
    journal.append(_record(7))
    assert read_epoch((tmp_path / "00000000.sjl").read_bytes(), (owner,)).records == (_record(7),)


def test_a_day_begins_a_new_epoch(tmp_path: Path) -> None:
    clock = FakeClock()
    journal = _journal(tmp_path, clock)
    clock.advance(24 * 3600 - 1)
    journal.append(_record(0))
    assert journal.epoch == 0
    clock.advance(1)
    journal.append(_record(1))
    assert journal.epoch == 1
    assert _check(tmp_path).records() == [_record(0), _record(1)]


def test_a_wall_clock_that_jumps_changes_nothing(tmp_path: Path) -> None:
    clock = FakeClock()
    journal = _journal(tmp_path, clock)
    clock.wall += 10 * 24 * 3600 * 1000
    journal.append(_record(0))
    assert journal.epoch == 0


def test_the_key_that_is_kept_opens_no_earlier_record(tmp_path: Path) -> None:
    journal = _journal(tmp_path)
    keys = []
    for number in range(3):
        keys.append(journal._key)
        journal.append(_record(number))
    assert journal._key not in keys
    assert len(set(keys)) == 3
    journal.close()
    assert journal._key == b""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(lambda data: data[:-RECORD_BYTES], "epoch 0 changed after epoch 1 began", id="last one removed"),
        pytest.param(lambda data: data + data[-RECORD_BYTES:], "epoch 0 changed", id="one repeated"),
        pytest.param(
            lambda data: data[:-1] + bytes([data[-1] ^ 1]), "record 2 was altered", id="one bit changed in the last"
        ),
        pytest.param(
            lambda data: data[: -2 * RECORD_BYTES] + data[-RECORD_BYTES:] + data[-2 * RECORD_BYTES : -RECORD_BYTES],
            "record 1 was altered",
            id="two exchanged",
        ),
        pytest.param(lambda data: data[:20], "does not open", id="cut in the head"),
        pytest.param(lambda data: b"", "does not open", id="emptied"),
    ],
)
def test_a_change_is_seen(tmp_path: Path, change: Callable[[bytes], bytes], problem: str) -> None:
    _write(tmp_path, [3, 1])
    path = tmp_path / "00000000.sjl"
    path.write_bytes(change(path.read_bytes()))
    assert any(problem in found for found in _check(tmp_path).problems)


def test_records_after_an_altered_one_still_open(tmp_path: Path) -> None:
    _write(tmp_path, [5])
    path = tmp_path / "00000000.sjl"
    data = bytearray(path.read_bytes())
    data[-4 * RECORD_BYTES] ^= 1
    epoch = read_epoch(bytes(data), (_IDENTITY,))
    assert epoch.altered == (1,)
    assert epoch.records == (_record(0), _record(2), _record(3), _record(4))


def test_a_missing_epoch_is_named(tmp_path: Path) -> None:
    _write(tmp_path, [1, 1, 1])
    (tmp_path / "00000001.sjl").unlink()
    assert _check(tmp_path).missing_epochs == (1,)


def test_an_epoch_in_the_place_of_another_is_seen(tmp_path: Path) -> None:
    _write(tmp_path, [1, 1])
    (tmp_path / "00000000.sjl").write_bytes((tmp_path / "00000001.sjl").read_bytes())
    assert any("was replaced" in problem for problem in _check(tmp_path).problems)


def test_a_strangers_identity_opens_nothing(tmp_path: Path) -> None:
    _write(tmp_path, [1])
    with pytest.raises(NoMatchError):
        read_epoch((tmp_path / "00000000.sjl").read_bytes(), (X25519Identity(os.urandom(32)),))


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(1, 3 * RECORD_BYTES))
def test_a_torn_tail_is_reported_and_skipped(cut: int) -> None:
    data = _three_records()
    epoch = read_epoch(data[:-cut], (_IDENTITY,))
    assert epoch.torn_bytes == (-cut) % RECORD_BYTES
    assert len(epoch.records) == 3 - -(-cut // RECORD_BYTES)


@settings(max_examples=50, deadline=None)
@given(data=st.binary(max_size=3000))
def test_garbage_is_refused_with_one_error(data: bytes) -> None:
    with pytest.raises(JournalError):
        read_epoch(data, (_IDENTITY,))


def test_a_new_epoch_follows_one_that_was_emptied(tmp_path: Path) -> None:
    _write(tmp_path, [2])
    (tmp_path / "00000000.sjl").write_bytes(b"")
    journal = _journal(tmp_path)
    assert journal.epoch == 1
    header = _check(tmp_path).epochs[0].header
    assert header.previous is not None
    assert header.previous.records == 0


class _FailsOnce(DiskFiles):
    """A disk that takes half a record and then refuses, once."""

    def __init__(self) -> None:
        self.fails = False

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # a wrapper in its place
        return _HalfWriting(super().open(path, is_new=is_new), self)


class _HalfWriting:
    def __init__(self, file: OpenFile, disk: _FailsOnce) -> None:
        self._file, self._disk = file, disk

    def write(self, data: memoryview) -> None:
        if self._disk.fails:
            self._disk.fails = False
            self._file.write(data[: len(data) // 2])
            raise StorageError("cannot write: input/output error")
        self._file.write(data)

    def sync(self) -> None:
        self._file.sync()

    def close(self) -> None:
        self._file.close()


def test_after_half_a_record_the_next_one_begins_a_new_epoch(tmp_path: Path) -> None:
    disk = _FailsOnce()
    journal = _journal(tmp_path, files=disk)
    journal.append(_record(0))
    disk.fails = True
    with pytest.raises(StorageError):
        journal.append(_record(1))
    journal.append(_record(2))
    check = _check(tmp_path)
    assert check.records() == [_record(0), _record(2)]
    assert check.epochs[0].torn_bytes == RECORD_BYTES // 2
    assert check.problems == ()


@cache
def _three_records() -> bytes:
    """One journal for all the examples of a property."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), [3])
        return (Path(folder) / "00000000.sjl").read_bytes()
