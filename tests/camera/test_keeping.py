"""How long clips stay is set and clips are kept by owners' signed words, in the journal before it is so."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from camera.errors import CommandRefused
from camera.home import Home
from camera.recorder import AppendUnit, EndClip, StartClip
from camera.storage import Storage
from camera.vault.cards import ClipKept, SettingsChanged
from tests.camera.authority_fakes import RECIPIENT, FakeClock, House, body_of, code_of
from tests.camera.test_storage import DIGEST, units
from tests.camera.test_vault_thread import Card

CLIP = "0" * 32


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    house.claim()
    return house


def test_clips_stay_for_three_days_unless_the_owner_says_otherwise(house: House, tmp_path: Path) -> None:
    assert body_of(house.ask("keeping.get"))["keep_hours"] == 72
    assert body_of(house.ask("keeping.set", keep_hours=168, share=0.75))["keep_hours"] == 168
    changed = house.control.records[-1]
    assert isinstance(changed, SettingsChanged)
    assert changed.what == "keep_hours, clips_share"
    assert (house.control.used[-1].keep_hours, house.control.used[-1].clips_share) == (168, 0.75)
    stored = Home(next(tmp_path.rglob("camera.json")).parent).camera()
    assert (stored.keep_hours, stored.clips_share) == (168, 0.75)


def test_what_is_set_already_is_not_written_down_again(house: House) -> None:
    before = len(house.control.records)
    body_of(house.ask("keeping.set", keep_hours=72))
    assert len(house.control.records) == before


def test_what_cannot_be_written_down_is_not_in_force(house: House) -> None:
    house.control.is_disk_broken = True
    assert code_of(house.ask("keeping.set", keep_hours=1)) == "storage"
    house.control.is_disk_broken = False
    assert body_of(house.ask("keeping.get"))["keep_hours"] == 72


@pytest.mark.parametrize(
    "args",
    [{"keep_hours": 0}, {"keep_hours": 2161}, {"keep_hours": 1.5}, {"share": 0}, {"share": 1}, {"days": 3}],
    ids=str,
)
def test_what_is_no_rule_is_refused(house: House, args: dict[str, Any]) -> None:
    assert code_of(house.send(house.owner.sign("keeping.set", house.nonce(), **args))) == "bad_request"


def test_a_share_that_kept_clips_would_fill_is_refused(house: House) -> None:
    """Else each new clip would have to go as soon as it ends."""
    house.control.kept_bytes = 5_000_000_000
    assert code_of(house.send(house.owner.sign("keeping.set", house.nonce(), share=0.25))) == "too_many"
    assert body_of(house.ask("keeping.get"))["share"] == 0.5
    body_of(house.send(house.owner.sign("keeping.set", house.nonce(), share=0.4)))


def test_a_clip_is_kept_by_an_owner_whose_name_the_journal_says(house: House) -> None:
    body_of(house.ask("clip.keep", clip=CLIP, kept=True))
    (card,) = house.control.kept
    assert (card.clip, card.kept, card.device) == (CLIP, True, house.owner.device)


@pytest.mark.parametrize("action", ["keeping.get", "keeping.set", "clip.keep"])
def test_who_may_only_watch_neither_sets_nor_keeps(house: House, action: str) -> None:
    guest = house.pair("viewer")
    assert code_of(house.ask(action, browser=guest)) == "forbidden"


def test_an_older_version_reads_what_was_never_set(house: House, tmp_path: Path) -> None:
    """An update that goes back to the version before must find a file that it knows."""
    fields = msgspec.json.decode(next(tmp_path.rglob("camera.json")).read_bytes())
    assert fields.keys() <= {"camera_id", "name", "recipient"}


@pytest.fixture
def gone() -> list[str]:
    return []


def record(storage: Storage) -> str:
    first, *rest = units(20)
    storage.clip(StartClip("motion", (first,)), DIGEST)
    for unit in rest:
        storage.clip(AppendUnit(unit), DIGEST)
    Card(storage._thread).until_idle()
    clip = storage.open_clip
    assert clip
    storage.clip(EndClip("quiet"), DIGEST)
    Card(storage._thread).until_idle()
    return clip


def card(clip: str, *, is_kept: bool = True) -> ClipKept:
    return ClipKept(at_ms=1, clip=clip, kept=is_kept, device="d" * 32, name="Phone")


def test_the_camera_deletes_what_is_over_and_leaves_what_is_kept(tmp_path: Path, gone: list[str]) -> None:
    clock = FakeClock()
    storage = Storage(
        tmp_path / "sealed",
        "ab" * 16,
        clock,
        0.5,
        lambda kind, clip: gone.append(clip) if kind == "clip.deleted" else None,
        lambda fault: None,
    )
    with closing(storage):
        storage.found(RECIPIENT)
        storage.use(keep_hours=2, share=None)
        first, second = record(storage), record(storage)
        storage.keep_clip(card(second))
        for _ in range(3):
            clock.pass_s(3600)
            storage.tidy()
            Card(storage._thread).until_idle()
        assert gone == [first]
        assert storage.room().kept_bytes == storage.room().clips_bytes > 0
        with pytest.raises(CommandRefused, match="gone already"):
            storage.keep_clip(card(first))
