"""Faults that are planted on purpose, one at a time: a harness that does not see them is none."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from camera.vault.boxes import ClipEnd
from camera.vault.cards import ClipClosed, Record
from camera.vault.clip import ClipWriter
from camera.vault.clip_ids import ClipIds
from camera.vault.deletions import Deletion, Deletions
from camera.vault.files import Files, OpenFile
from camera.vault.journal import Journal, journal_files
from camera.vault.kept import Kept
from tests.crash.recording import RecordingFiles


class _NoFolderSync(RecordingFiles):
    """Names are never saved."""

    def sync_folder(self, path: Path) -> None:
        del path


class _RenameFirst(RecordingFiles):
    """What is renamed into its place was not saved before."""

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # a wrapper in its place
        file = super().open(path, is_new=is_new)
        return _Unsaved(file) if path.suffix == ".new" else file


class _NeverSaved(RecordingFiles):
    """Video is given to the system and never saved."""

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # a wrapper in its place
        file = super().open(path, is_new=is_new)
        return _Unsaved(file) if path.suffix == ".age" else file


class _Unsaved:
    """Is written and never saved."""

    def __init__(self, file: OpenFile) -> None:
        self._file = file

    def write(self, data: memoryview) -> None:
        self._file.write(data)

    def sync(self) -> None: ...

    def close(self) -> None:
        self._file.close()


def _keys_by_epoch() -> AbstractContextManager[object]:
    """The key of an epoch is made of its number: an epoch that a cut took away seals with the same key again."""
    begin = Journal._begin_epoch

    def begun(journal: Journal) -> None:
        earlier = journal_files(journal._folder, journal._files)
        number = earlier[-1].epoch + 1 if earlier else 0
        with patch("camera.vault.journal.os.urandom", lambda n: hashlib.sha256(b"%d" % number).digest()[:n]):
            begin(journal)

    return patch.object(Journal, "_begin_epoch", begun)


def _lost_step() -> AbstractContextManager[object]:
    """The ratchet stands still once: two records are sealed by one key."""
    append = Journal.append

    def appended(journal: Journal, record: Record) -> None:
        key = journal._key
        append(journal, record)
        if journal._index == 2:
            journal._key = key

    return patch.object(Journal, "append", appended)


def _card_first() -> AbstractContextManager[object]:
    """The closed card is written before the clip is saved: the index is ahead of the file."""
    finish = ClipWriter._finish

    def finished(writer: ClipWriter, end: ClipEnd) -> ClipClosed:
        file = writer._file
        writer._file = _Unsaved(file)
        return finish(writer, end)

    return patch.object(ClipWriter, "_finish", finished)


def _sequence_stored_late() -> AbstractContextManager[object]:
    """The number is stored with every other clip: when the newest one is deleted, its number comes again."""
    store = ClipIds.next_id

    def next_id(ids: ClipIds) -> str:
        if ids._last % 2:
            return store(ids)
        ids._last += 1
        return f"{ids._last:08x}{os.urandom(12).hex()}"

    return patch.object(ClipIds, "next_id", next_id)


def _gone_before_it_is_said() -> AbstractContextManager[object]:
    """A clip is removed before its deleted card is written."""

    def delete(deletions: Deletions, deletion: Deletion) -> None:
        path = deletions._clips / f"{deletion.clip_id}.age"
        deletions._files.remove(path)
        deletions._files.remove(deletions._thumbnails / f"{deletion.clip_id}.thumb")
        deletions._files.sync_folder(deletions._clips)
        deletions._files.sync_folder(deletions._thumbnails)
        deletions._write_down(deletion)

    return patch.object(Deletions, "delete", delete)


def _never_finished() -> AbstractContextManager[object]:
    """What a cut broke off is not gone on with at the next start."""
    return patch.object(Deletions, "finish", lambda deletions: None)


def _card_before_header() -> AbstractContextManager[object]:
    """The opened card is written before the clip's file is saved."""
    make = ClipWriter.__init__

    def made(writer: ClipWriter, *args: Any) -> None:  # Any: as they came
        place, recipients, clock, files, on_end = args
        make(writer, place, recipients, clock, cast(Files, _HastyFiles(files)), on_end)

    return patch.object(ClipWriter, "__init__", made)


class _HastyFiles:
    """A clip's folder is not saved when the clip begins."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def __getattr__(self, name: str) -> object:
        return getattr(self._files, name)

    def sync_folder(self, path: Path) -> None:
        del path


@contextlib.contextmanager
def _nothing() -> Iterator[None]:
    yield


def _mark_not_saved() -> AbstractContextManager[object]:
    """The clip counts as kept as soon as its mark was made."""

    def added(kept: Kept, clip_id: str) -> None:
        kept._files.open(kept._folder / clip_id, is_new=True).close()
        kept._clips.add(clip_id)

    return patch.object(Kept, "add", added)


PLANTED: dict[str, tuple[Callable[[Path], RecordingFiles], Callable[[], AbstractContextManager[object]]]] = {
    "no folder is saved": (_NoFolderSync, _nothing),
    "renamed before it is saved": (_RenameFirst, _nothing),
    "video is never saved": (_NeverSaved, _nothing),
    "a key is used again after a restart": (RecordingFiles, _keys_by_epoch),
    "a step of the ratchet is lost": (RecordingFiles, _lost_step),
    "the index is ahead of the file": (RecordingFiles, _card_first),
    "numbers of clips are stored late": (RecordingFiles, _sequence_stored_late),
    "gone before it is said": (RecordingFiles, _gone_before_it_is_said),
    "deletions are never finished": (RecordingFiles, _never_finished),
    "a clip's name is not saved when it begins": (RecordingFiles, _card_before_header),
    "a mark of what is kept is not saved": (RecordingFiles, _mark_not_saved),
}
"""Each with its version of the seam, and with what it does to the vault while story and start run."""
