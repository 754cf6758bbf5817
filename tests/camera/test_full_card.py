"""A card that is really full, from the start or all at once: nothing stops, presses are kept, room is used at once."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from camera.errors import CommandRefused
from camera.recorder import AppendUnit, EndClip, StartClip
from camera.storage import Storage
from camera.vault.cards import BellRang, ClipDeleted, ClipKept, Record
from camera.vault.reserve import RESERVE_BYTES
from stoop.reader.folder import find_sealed
from stoop.reader.identities import X25519Identity
from stoop.reader.journal import check_journal
from tests.camera.vault.fakes import CAMERA_ID, MASK_DIGEST, FakeClock, access_units
from tests.small_disk import fill, small_disk

IDENTITY = X25519Identity(os.urandom(32))
CARD_BYTES = {"tmpfs": 2 * 1024 * 1024, "ext4": 4 * 1024 * 1024}


@pytest.fixture(params=["tmpfs", "ext4"])
def card(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Of which clips leave a part free; ext4 is what a Raspberry Pi's card has."""
    monkeypatch.setattr("camera.storage._MIN_FREE_BYTES", 2 * RESERVE_BYTES)
    with small_disk(tmp_path / "card", CARD_BYTES[request.param], request.param) as mounted:
        yield mounted


@pytest.fixture
def news() -> list[str]:
    return []


def storage_on(card: Path, news: list[str]) -> Storage:
    return Storage(
        card / "sealed",
        CAMERA_ID,
        FakeClock(),
        1.0,
        lambda kind, _: news.append(kind),
        lambda f: news.append(str(f)),
    )


def clip_of(storage: Storage) -> None:
    first, *rest = access_units(2)
    storage.clip(StartClip("motion", (first,)), MASK_DIGEST)
    for unit in rest:
        storage.clip(AppendUnit(unit), MASK_DIGEST)
    storage.clip(EndClip("quiet"), MASK_DIGEST)


def settle(storage: Storage) -> None:
    storage._thread.ask(lambda: None)


def press() -> Record:
    return BellRang(at_ms=1, device=None, name=None)


def keeps(storage: Storage, clip: str) -> bool:
    """False where too many are kept."""
    try:
        storage.keep_clip(ClipKept(at_ms=1, clip=clip, kept=True, device="d" * 32, name="Phone"))
    except CommandRefused as refused:
        if refused.code != "too_many":
            raise
        return False
    return True


def records_on(card: Path) -> list[Record]:
    folder = find_sealed(card / "sealed")
    check = check_journal(folder.journal, (IDENTITY,))
    assert check.problems == ()
    return check.records()


def test_a_camera_that_starts_on_a_full_card_says_so_and_records_once_there_is_room(
    card: Path, news: list[str]
) -> None:
    other = fill(card)
    with closing(storage_on(card, news)) as storage:
        storage.resume(IDENTITY.recipient)
        assert "no space left" in news[-1]
        with pytest.raises(CommandRefused, match="no space left"):
            storage.note(press())  # never a false success
        clip_of(storage)
        settle(storage)
        assert [item for item in news if item.startswith("clip.")] == []
        assert news[-1] != "None"

        other.unlink()
        clip_of(storage)
        settle(storage)
    assert [item for item in news if item.startswith("clip.")] == ["clip.opened", "clip.closed"]
    assert [item for item in news if not item.startswith("clip.")][-1] == "None"
    assert len(records_on(card)) == 2


def test_a_press_on_a_full_card_is_kept(card: Path, news: list[str]) -> None:
    with closing(storage_on(card, news)) as storage:
        storage.resume(IDENTITY.recipient)
        fill(card)
        for _ in range(20):
            storage.note(press())
        clip_of(storage)
        settle(storage)
    assert records_on(card)[:20] == [press()] * 20


def test_a_start_on_a_full_card_uses_the_reserve(card: Path, news: list[str]) -> None:
    for number in range(2):
        with closing(storage_on(card, news)) as storage:
            storage.resume(IDENTITY.recipient)
            if number == 0:
                fill(card)
            storage.note(press())
    assert news == []
    assert records_on(card) == [press()] * 2


def test_on_a_full_card_clips_make_room_but_the_newest_and_the_reserve_comes_back(card: Path, news: list[str]) -> None:
    with closing(storage_on(card, news)) as storage:
        storage.resume(IDENTITY.recipient)
        for _ in range(12):
            clip_of(storage)
        settle(storage)
        assert "clip.deleted" not in news
        fill(card)
        storage.tidy()
        settle(storage)
    before, deleted = news.count("clip.opened"), news.count("clip.deleted")
    assert 0 < deleted < before
    assert len(find_sealed(card / "sealed").clips) == before - deleted
    gone = [record.clip for record in records_on(card) if isinstance(record, ClipDeleted)]
    assert len(gone) == deleted
    left = [path.stem for path in find_sealed(card / "sealed").clips]
    assert not set(gone) & set(left)
    assert max(left) > max(gone)
    assert (card / "sealed" / "reserve").stat().st_size == RESERVE_BYTES


def test_on_a_full_card_what_is_not_kept_makes_room_however_much_is_kept(
    card: Path, news: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or no clip would ever be recorded again, although some may go."""
    monkeypatch.setattr("camera.storage._MIN_FREE_BYTES", 5 * RESERVE_BYTES // 4)
    with closing(storage_on(card, news)) as storage:
        storage.resume(IDENTITY.recipient)
        for _ in range(28):
            clip_of(storage)
        settle(storage)
        made = sorted(path.stem for path in find_sealed(card / "sealed").clips)
        kept = list(itertools.takewhile(lambda clip: keeps(storage, clip), made))
        assert len(kept) < len(made)
        fill(card)
        storage.tidy()
        settle(storage)
        assert shutil.disk_usage(card).free >= RESERVE_BYTES
        clip_of(storage)
        settle(storage)
    left = [path.stem for path in find_sealed(card / "sealed").clips]
    assert set(kept) <= set(left)
    assert max(left) > max(made)
