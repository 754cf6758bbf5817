"""`stoop open` says of every clip what it is, writes what is good, and never harms a file that is there."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from camera.vault import Vault
from camera.vault.age_writer import CHUNK_BYTES
from camera.vault.cards import ClipClosed
from stoop.open_clips import ClipReport, OpenError, OpenProgress, list_clips, open_clips, summarize_journal
from stoop.reader.identities import read_identity_file
from stoop.reader.journal import check_journal
from stoop.reader.thumbnails import open_thumbnail
from tests.camera.vault.fakes import (
    CAMERA_ID,
    JPEG,
    MASK_DIGEST,
    FakeClock,
    access_units,
    picture_times,
    record_clip,
)
from tests.stoop.reader.fakes import new_identity_file

_UNITS = access_units(5, 900_000)


@dataclass(frozen=True, slots=True)
class Home:
    """A data folder with two complete clips, oldest first, and one that a power cut ended."""

    data: Path
    identity: Path
    complete: tuple[str, str]
    cut: str

    def clip(self, clip_id: str) -> Path:
        return self.data / "sealed" / "clips" / f"{clip_id}.age"

    def report(self, clip_id: str) -> ClipReport:
        return next(report for report in list_clips(self.data, self.identity) if report.clip == clip_id)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    identity, recipient = new_identity_file(tmp_path, "hybrid")
    clock = FakeClock()
    vault = Vault(tmp_path / "data" / "sealed", CAMERA_ID, (recipient,), clock)
    first = record_clip(vault, _UNITS).clip
    clock.advance(60)
    second = record_clip(vault, _UNITS, end="cap").clip
    clip = vault.open_clip("press", MASK_DIGEST)
    for unit in _UNITS:
        clip.append(unit)
    vault.close()
    return Home(tmp_path / "data", identity, (first, second), clip.clip_id)


def test_clips_are_listed_oldest_first_with_their_state(home: Home) -> None:
    reports = list_clips(home.data, home.identity)
    assert [(report.clip, report.state) for report in reports] == [
        (home.complete[0], "complete"),
        (home.complete[1], "complete"),
        (home.cut, "ended early"),
    ]
    assert reports[1].end == "cap"
    assert (reports[0].duration_ms, reports[0].cause, reports[2].cause) == (5000, "motion", "press")
    assert "power cut or tampering" in reports[2].detail


def test_reports_are_json(home: Home) -> None:
    reports = list_clips(home.data, home.identity)
    assert json.loads(json.dumps([asdict(report) for report in reports]))[0]["state"] == "complete"
    summary = summarize_journal(home.data, home.identity)
    assert summary is not None
    assert json.loads(json.dumps(asdict(summary)))["problems"] == []


def test_listing_writes_nothing(home: Home, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    list_clips(home.data, home.identity)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("where", [".", "sealed", "sealed/clips"])
def test_any_of_the_folders_will_do(home: Home, where: str) -> None:
    reports = list_clips(home.data / where, home.identity)
    assert [report.is_in_journal for report in reports] == [True, True, False]


def test_opened_clips_hold_every_picture(home: Home, tmp_path: Path) -> None:
    reports = open_clips(home.data, home.identity, tmp_path / "out")
    for report in reports[:2]:
        assert report.opened_to is not None
        assert len(picture_times(Path(report.opened_to).read_bytes())) == len(_UNITS)


def test_names_say_when_and_why(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Etc/GMT-2")
    time.tzset()
    try:
        open_clips(home.data, home.identity, tmp_path / "out")
        names = sorted(path.name for path in (tmp_path / "out").iterdir())
    finally:
        monkeypatch.undo()
        time.tzset()
    # Captured at 0 s of a monotonic clock that stands at 5000 s when the wall says 14:13:20 UTC; a minute changes both.
    assert names == [
        "2026-09-21_14-50-00_motion_00000000.mp4",
        "2026-09-21_14-50-00_motion_00000001.mp4",
        "2026-09-21_14-50-00_press_00000002.mp4",
    ]


def test_a_clip_that_ended_early_opens_up_to_its_last_good_fragment(home: Home, tmp_path: Path) -> None:
    report = open_clips(home.data, home.identity, tmp_path / "out")[2]
    assert report.state == "ended early"
    assert report.opened_to is not None
    times = picture_times(Path(report.opened_to).read_bytes())
    assert len(_UNITS) - 60 <= len(times) < len(_UNITS)


def test_opening_twice_overwrites_nothing(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = open_clips(home.data, home.identity, out)
    assert first[0].opened_to is not None
    Path(first[0].opened_to).write_bytes(b"mine")
    second = open_clips(home.data, home.identity, out)
    assert Path(first[0].opened_to).read_bytes() == b"mine"
    assert second[0].opened_to == first[0].opened_to.replace(".mp4", "_2.mp4")
    assert len(list(out.iterdir())) == 6


def test_no_partial_file_is_left(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def stop(progress: OpenProgress) -> None:
        if progress.done_bytes > 2 * CHUNK_BYTES:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_clips(home.data, home.identity, out, stop)
    assert list(out.iterdir()) == []


def test_progress_ends_at_all_the_bytes(home: Home, tmp_path: Path) -> None:
    seen: list[OpenProgress] = []
    open_clips(home.data, home.identity, tmp_path / "out", seen.append)
    assert seen[-1].done_bytes == seen[-1].total_bytes
    assert [progress.done_bytes for progress in seen] == sorted(progress.done_bytes for progress in seen)


def test_a_file_system_without_links_gets_its_files_too(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_link)
    for expected in (3, 6):
        open_clips(home.data, home.identity, tmp_path / "out")
        assert len(list((tmp_path / "out").iterdir())) == expected


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("at", "detail"),
    [
        pytest.param(CHUNK_BYTES * 3 // 2, "altered", id="in the first chunk"),
        pytest.param(-1, "not the one", id="in the last byte"),
        pytest.param(100, "not the one|malformed", id="in the header"),
    ],
)
def test_a_changed_clip_is_altered(home: Home, at: int, detail: str) -> None:
    _flip(home.clip(home.complete[0]), at)
    report = home.report(home.complete[0])
    assert report.state == "altered"
    assert re.search(detail, report.detail)


def test_an_altered_clip_still_gives_what_is_good(home: Home, tmp_path: Path) -> None:
    path = home.clip(home.complete[0])
    _flip(path, path.stat().st_size - CHUNK_BYTES * 5 // 2)
    report = open_clips(home.data, home.identity, tmp_path / "out")[0]
    assert report.state == "altered"
    assert report.opened_to is not None
    assert 0 < len(picture_times(Path(report.opened_to).read_bytes())) < len(_UNITS)


def test_a_closed_clip_that_was_shortened_is_altered(home: Home) -> None:
    path = home.clip(home.complete[0])
    os.truncate(path, path.stat().st_size // 2)
    assert home.report(home.complete[0]).state == "altered"


def test_a_clip_under_the_name_of_another_is_altered(home: Home) -> None:
    shutil.copy(home.clip(home.complete[0]), home.clip(home.complete[1]))
    report = home.report(home.complete[1])
    assert (report.state, home.complete[0] in report.detail) == ("altered", True)


def test_an_empty_clip_ended_early(home: Home) -> None:
    home.clip(home.cut).write_bytes(b"")
    report = home.report(home.cut)
    assert (report.state, report.detail.endswith("no picture")) == ("ended early", True)


def test_a_clip_whose_card_is_missing_is_not_complete(home: Home) -> None:
    journal = home.data / "sealed" / "journal" / "00000000.sjl"
    os.truncate(journal, journal.stat().st_size - 2 * 512)
    assert home.report(home.complete[1]).state == "ended early"


def test_without_a_journal_clips_open_one_by_one(home: Home, tmp_path: Path) -> None:
    shutil.rmtree(home.data / "sealed" / "journal")
    (report,) = open_clips(home.clip(home.complete[0]), home.identity, tmp_path / "out")
    assert (report.state, report.is_in_journal) == ("complete", False)
    assert report.detail == "no journal to compare with"
    assert summarize_journal(home.data, home.identity) is None


def test_a_renamed_clip_opens_by_itself(home: Home, tmp_path: Path) -> None:
    alone = tmp_path / "kept" / "visitor.age"
    alone.parent.mkdir()
    shutil.copy(home.clip(home.complete[0]), alone)
    (report,) = list_clips(alone, home.identity)
    assert (report.clip, report.state) == (home.complete[0], "complete")


def test_summary_counts_what_was_verified(home: Home) -> None:
    recipient = read_identity_file(home.identity)[0].recipient
    Vault(home.data / "sealed", CAMERA_ID, (recipient,), FakeClock()).close()
    summary = summarize_journal(home.data, home.identity)
    assert summary is not None
    assert (summary.epochs, summary.records, summary.links_checked) == (2, 5, 1)
    assert (summary.missing_epochs, summary.missing_clips, summary.problems) == ((), (), ())
    assert set(summary.roots) == {"0", "1"}


def test_summary_names_a_clip_that_vanished(home: Home) -> None:
    home.clip(home.complete[0]).unlink()
    summary = summarize_journal(home.data, home.identity)
    assert summary is not None
    assert summary.missing_clips == (home.complete[0],)


def test_thumbnail_opens_with_the_key_of_its_card(home: Home) -> None:
    files = {0: home.data / "sealed" / "journal" / "00000000.sjl"}
    cards = check_journal(files, read_identity_file(home.identity)).records()
    key = next(card.thumb for card in cards if isinstance(card, ClipClosed))
    assert key is not None
    sealed = (home.data / "sealed" / "thumbs" / f"{home.complete[0]}.thumb").read_bytes()
    assert open_thumbnail(sealed, home.complete[0], key) == JPEG


def test_a_strangers_identity_is_told_so(home: Home, tmp_path: Path) -> None:
    (tmp_path / "stranger").mkdir()
    stranger, _ = new_identity_file(tmp_path / "stranger", "hybrid")
    with pytest.raises(OpenError, match=r"no identity in .* opens these clips"):
        open_clips(home.data, stranger, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("path", "identity", "message"),
    [
        pytest.param("nowhere", None, "there is nothing at .*nowhere", id="missing folder"),
        pytest.param("empty", None, "there are no clips in .*empty", id="empty folder"),
        pytest.param("data", "nowhere", "cannot read identity file .*nowhere", id="missing identity"),
        pytest.param("data", "data", "cannot read identity file .*data", id="a folder as identity"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    home: Home, tmp_path: Path, path: str, identity: str | None, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(OpenError, match=message) as refusal:
        list_clips(tmp_path / path, tmp_path / identity if identity else home.identity)
    assert "\n" not in str(refusal.value)


def test_an_out_folder_that_is_a_file_is_one_sentence(home: Home, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(OpenError, match=r"cannot use .*out"):
        open_clips(home.data, home.identity, tmp_path / "out")
