"""The vault's order on disk: ids only grow, deleting leaves a card, the open clip is never touched."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from camera.vault import (
    ClipOpenError,
    ClipStateError,
    RecipientError,
    StorageError,
    UnknownClipError,
    Vault,
)
from camera.vault.cards import CameraStarted, ClipClosed, ClipDeleted, ClipOpened, Record
from camera.vault.files import DiskFiles, OpenFile
from camera.vault.journal import journal_files
from stoop.reader.identities import X25519Identity
from stoop.reader.journal import check_journal
from tests.camera.vault.fakes import CAMERA_ID, MASK_DIGEST, FakeClock, access_units, record_clip

_IDENTITY = X25519Identity(os.urandom(32))
_UNITS = access_units(1)


def _vault(root: Path, files: DiskFiles | None = None) -> Vault:
    return Vault(root, CAMERA_ID, (_IDENTITY.recipient,), FakeClock(), files)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    vault = _vault(tmp_path)
    yield vault
    vault.close()


def _records(root: Path) -> list[Record]:
    check = check_journal({file.epoch: file.path for file in journal_files(root / "journal")}, (_IDENTITY,))
    assert check.problems == ()
    return check.records()


def _clips(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "clips").iterdir())


def test_ids_count_up_from_zero(vault: Vault) -> None:
    assert [record_clip(vault, _UNITS).clip[:8] for _ in range(3)] == ["00000000", "00000001", "00000002"]


def test_ids_go_on_after_a_restart_when_every_clip_is_deleted(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    for _ in range(2):
        vault.delete_clip(record_clip(vault, _UNITS).clip, "owner", "d" * 32)
    vault.close()
    assert _clips(tmp_path) == []
    assert record_clip(_vault(tmp_path), _UNITS).clip[:8] == "00000002"


@pytest.mark.parametrize("content", [None, b"", b"\x00" * 8, b"many"], ids=["gone", "empty", "zeros", "words"])
def test_ids_do_not_go_back_when_the_number_is_lost(tmp_path: Path, content: bytes | None) -> None:
    vault = _vault(tmp_path)
    for _ in range(3):
        vault.delete_clip(record_clip(vault, _UNITS).clip, "owner")
    vault.close()
    if content is None:
        (tmp_path / "sequence").unlink()
    else:
        (tmp_path / "sequence").write_bytes(content)
    assert record_clip(_vault(tmp_path), _UNITS).clip[:8] >= "00000003"


def test_ids_stay_above_what_is_on_disk(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    vault.close()
    (tmp_path / "clips" / f"{'0000ffff' + 'a' * 24}.age").write_bytes(b"")
    assert record_clip(_vault(tmp_path), _UNITS).clip[:8] == "00010000"


def test_journal_tells_the_life_of_a_clip(vault: Vault, tmp_path: Path) -> None:
    closed = record_clip(vault, _UNITS)
    vault.delete_clip(closed.clip, "owner", "d" * 32)
    opened, kept, deleted = _records(tmp_path)
    assert isinstance(opened, ClipOpened)
    assert (opened.clip, opened.mask) == (closed.clip, MASK_DIGEST)
    assert kept == closed
    assert isinstance(deleted, ClipDeleted)
    assert (deleted.clip, deleted.why, deleted.device) == (closed.clip, "owner", "d" * 32)


def test_note_puts_a_record_into_the_journal(vault: Vault, tmp_path: Path) -> None:
    record = CameraStarted(at_ms=1, version="1.0")
    vault.note(record)
    assert _records(tmp_path) == [record]


def test_deleting_takes_clip_and_thumbnail(vault: Vault, tmp_path: Path) -> None:
    first, second = record_clip(vault, _UNITS), record_clip(vault, _UNITS)
    vault.delete_clip(first.clip, "owner")
    assert _clips(tmp_path) == [second.clip]
    assert [path.stem for path in (tmp_path / "thumbs").iterdir()] == [second.clip]


@pytest.mark.parametrize("clip_id", ["", "../camera", "f" * 32, "F" * 32, "0" * 31 + "\n"])
def test_deleting_what_is_no_clip_is_refused(vault: Vault, clip_id: str) -> None:
    with pytest.raises(UnknownClipError, match="there is no clip"):
        vault.delete_clip(clip_id, "owner")


def test_the_open_clip_cannot_be_deleted(vault: Vault) -> None:
    clip = vault.open_clip("motion", MASK_DIGEST)
    with pytest.raises(ClipOpenError, match="still being recorded"):
        vault.delete_clip(clip.clip_id, "owner")


def test_one_clip_at_a_time(vault: Vault) -> None:
    vault.open_clip("motion", MASK_DIGEST)
    with pytest.raises(ClipStateError, match="still open"):
        vault.open_clip("press", MASK_DIGEST)


def test_room_is_made_from_what_is_older_than_a_day_and_never_from_the_open_one(tmp_path: Path) -> None:
    clock = FakeClock()
    vault = Vault(tmp_path, CAMERA_ID, (_IDENTITY.recipient,), clock)
    ended = [record_clip(vault, _UNITS).clip for _ in range(4)]
    vault.expire(1)  # time is counted from here
    clock.advance(25 * 3600)
    kept_bytes = vault.clips_bytes() // 2
    clip = vault.open_clip("motion", MASK_DIGEST)
    clip.append(_UNITS[0])
    gone = vault.make_room(kept_bytes)
    assert gone == ended[: len(gone)]
    assert 2 <= len(gone) <= 3
    assert vault.clips_bytes() <= kept_bytes
    assert vault.make_room(0) == ended[len(gone) :]
    assert _clips(tmp_path) == [clip.clip_id]
    vault.close()
    assert [card.why for card in _records(tmp_path) if isinstance(card, ClipDeleted)] == ["space"] * 4


def test_nothing_is_deleted_while_there_is_room(vault: Vault) -> None:
    record_clip(vault, _UNITS)
    assert vault.make_room(vault.clips_bytes()) == []


def test_clips_bytes_counts_clips_and_thumbnails(vault: Vault, tmp_path: Path) -> None:
    record_clip(vault, _UNITS)
    paths = [*(tmp_path / "clips").iterdir(), *(tmp_path / "thumbs").iterdir()]
    assert len(paths) == 2
    assert vault.clips_bytes() == sum(path.stat().st_size for path in paths)


@pytest.mark.parametrize("umask", [0, 0o077])
def test_owner_and_group_may_read_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        record_clip(_vault(tmp_path), _UNITS)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path, *tmp_path.rglob("*")) if path.is_dir()}
    assert (modes, folders) == ({0o640}, {0o750})


def test_closing_the_vault_ends_the_open_clip_early(tmp_path: Path) -> None:
    vault = _vault(tmp_path)
    clip = vault.open_clip("motion", MASK_DIGEST)
    vault.close()
    assert not clip.is_open
    assert not any(isinstance(record, ClipClosed) for record in _records(tmp_path))


def test_what_a_cut_left_half_written_is_removed(tmp_path: Path) -> None:
    _vault(tmp_path).close()
    leftovers = [tmp_path / "sequence.new", tmp_path / "journal" / "00000001.sjl.new"]
    for path in leftovers:
        path.write_bytes(b"half")
    _vault(tmp_path).close()
    assert not any(path.exists() for path in leftovers)


def test_a_bad_recipient_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RecipientError):
        Vault(tmp_path / "sealed", CAMERA_ID, ("age1nonsense",), FakeClock())
    assert not (tmp_path / "sealed").exists()


def test_a_folder_that_cannot_be_made_is_named_with_cause_and_fix(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=r"cannot create folder .*file/sealed.*: not a directory; check"):
        _vault(tmp_path / "file" / "sealed")


def test_a_folder_that_vanished_is_named_with_cause_and_fix(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "clips").rmdir()
    with pytest.raises(StorageError, match=r"cannot create .*clips/.*: no such file or directory; put the folder back"):
        vault.open_clip("motion", MASK_DIGEST)


class _NoJournal(DiskFiles):
    """A disk that refuses to write to the journal."""

    is_refusing = False

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # a wrapper in its place
        return _Refusing(super().open(path, is_new=is_new), self)


class _Refusing:
    def __init__(self, file: OpenFile, disk: _NoJournal) -> None:
        self._file, self._disk = file, disk

    def write(self, data: memoryview) -> None:
        if self._disk.is_refusing and len(data) == 512:
            raise StorageError("cannot write: no space left on device")
        self._file.write(data)

    def sync(self) -> None:
        self._file.sync()

    def close(self) -> None:
        self._file.close()


def test_a_clip_that_the_journal_cannot_name_is_not_recorded(tmp_path: Path) -> None:
    disk = _NoJournal()
    vault = _vault(tmp_path, disk)
    disk.is_refusing = True
    with pytest.raises(StorageError):
        vault.open_clip("motion", MASK_DIGEST)
    assert (_clips(tmp_path), vault.open_clip_id) == ([], None)


def test_a_clip_whose_deletion_the_journal_cannot_name_stays(tmp_path: Path) -> None:
    disk = _NoJournal()
    vault = _vault(tmp_path, disk)
    card = record_clip(vault, _UNITS)
    disk.is_refusing = True
    with pytest.raises(StorageError):
        vault.delete_clip(card.clip, "owner")
    assert _clips(tmp_path) == [card.clip]
