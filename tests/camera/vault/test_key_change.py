"""After a change of keys new clips and records open with the new key, earlier ones with the old, all with both."""

from __future__ import annotations

from pathlib import Path

import pytest

from camera.vault import RecipientError, Vault
from camera.vault.cards import CameraStarted, KeyChanged, Record
from camera.vault.journal import journal_files
from stoop.open_clips import list_clips, open_clips, summarize_journal
from stoop.reader.identities import read_identity_file
from stoop.reader.journal import check_journal
from tests.camera.vault.fakes import CAMERA_ID, FakeClock, access_units, record_clip
from tests.stoop.reader.fakes import new_identity_file

UNITS = access_units(2, 300_000)
CHANGED = KeyChanged(at_ms=5, device="d", name="Phone", recipient="ab" * 32)


class Changed:
    """A folder with a clip under each of two keys."""

    def __init__(self, folder: Path) -> None:
        (folder / "old").mkdir()
        (folder / "new").mkdir()
        self.old, old = new_identity_file(folder / "old", "hybrid")
        self.new, new = new_identity_file(folder / "new", "hybrid")
        self.data, self.saved = folder / "data", list[str]()
        vault = Vault(self.data / "sealed", CAMERA_ID, (old,), FakeClock())
        self.before = record_clip(vault, UNITS).clip
        vault.change_recipients((new,), CHANGED, lambda: self.saved.append(new))
        self.after = record_clip(vault, UNITS).clip
        vault.note(CameraStarted(at_ms=6, version="1"))
        vault.close()

    def records(self, *identities: Path) -> list[Record]:
        files = {file.epoch: file.path for file in journal_files(self.data / "sealed" / "journal")}
        keys = [each for path in identities for each in read_identity_file(path)]
        return check_journal(files, keys).records()


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    return Changed(tmp_path)


def test_a_folder_of_two_keys_opens_whole_with_both(changed: Changed, tmp_path: Path) -> None:
    reports = open_clips(changed.data, (changed.new, changed.old), tmp_path / "out")
    summary = summarize_journal(changed.data, (changed.new, changed.old))

    assert [(report.clip, report.state) for report in reports] == [
        (changed.before, "complete"),
        (changed.after, "complete"),
    ]
    assert summary is not None
    assert (summary.problems, summary.links_checked, summary.missing_clips) == ((), 1, ())


@pytest.mark.parametrize("which", ["old", "new"])
def test_with_one_key_it_says_which_clip_is_sealed_to_another(changed: Changed, which: str) -> None:
    reports = {report.clip: report for report in list_clips(changed.data, getattr(changed, which))}
    mine, other = (changed.before, changed.after) if which == "old" else (changed.after, changed.before)

    assert reports[mine].state == "complete"
    assert reports[other].state == "sealed to another key"


def test_the_change_is_the_last_word_of_the_old_key_and_nothing_later_opens_with_it(changed: Changed) -> None:
    assert changed.records(changed.old)[-1] == CHANGED
    assert CHANGED not in changed.records(changed.new)
    assert changed.records(changed.new)[-1] == CameraStarted(at_ms=6, version="1")


def test_the_new_key_is_saved_after_the_record_and_before_anything_is_sealed_to_it(tmp_path: Path) -> None:
    identity, old = new_identity_file(tmp_path, "hybrid")
    vault = Vault(tmp_path / "sealed", CAMERA_ID, (old,), FakeClock())
    folder = tmp_path / "sealed" / "journal"
    seen: list[tuple[int, Record | None]] = []

    def save() -> None:
        files = {file.epoch: file.path for file in journal_files(folder)}
        seen.append((len(files), check_journal(files, read_identity_file(identity)).records()[-1]))

    vault.change_recipients((old,), CHANGED, save)
    assert seen == [(1, CHANGED)]
    assert len(journal_files(folder)) == 2


def test_what_cannot_be_saved_leaves_the_old_key_in_force(tmp_path: Path) -> None:
    identity, old = new_identity_file(tmp_path, "hybrid")
    (tmp_path / "x").mkdir()
    _, new = new_identity_file(tmp_path / "x", "hybrid")
    vault = Vault(tmp_path / "data" / "sealed", CAMERA_ID, (old,), FakeClock())

    def fail() -> None:
        raise OSError(28, "no space")

    with pytest.raises(OSError, match="no space"):
        vault.change_recipients((new,), CHANGED, fail)
    with pytest.raises(RecipientError):
        vault.change_recipients(("age1nonsense",), CHANGED, lambda: None)
    clip = record_clip(vault, UNITS).clip
    assert [(report.clip, report.state) for report in list_clips(tmp_path / "data", identity)] == [(clip, "complete")]
