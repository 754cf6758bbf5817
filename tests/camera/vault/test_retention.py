"""Which clips go: by age, by room, never the kept ones; and a flood of events makes room at its own cost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.vault import KeptFullError, StorageError, UnknownClipError, Vault
from camera.vault.cards import ClipDeleted, ClipKept
from camera.vault.files import DiskFiles, OpenFile
from camera.vault.retention import DAY_S, Stored, expired, first_to_go
from stoop.reader.identities import X25519Identity
from stoop.reader.journal import check_journal
from tests.camera.vault.fakes import CAMERA_ID, MASK_DIGEST, FakeClock, access_units, record_clip

HOUR_S = 3600
KEEP_S = 72 * HOUR_S
ROOMY = 10**9
_UNITS = access_units(2)


def stored(*ages_and_sizes: tuple[float, int]) -> list[Stored]:
    """Clips by their age in hours and size, given oldest first."""
    return [Stored(f"{at:032x}", size, round(hours * HOUR_S)) for at, (hours, size) in enumerate(ages_and_sizes)]


def gone(clips: list[Stored], excess: int, seed: int = 1) -> list[Stored]:
    by_id = {clip.clip_id: clip for clip in clips}
    return [by_id[clip_id] for clip_id in first_to_go(clips, excess, Random(seed).choice)]


def test_what_has_been_there_long_enough_is_expired_and_nothing_else() -> None:
    clips = stored((80, 1), (72, 1), (71.9, 1), (0, 1))
    assert list(expired(clips, KEEP_S)) == [clips[0].clip_id, clips[1].clip_id]


def test_what_is_older_than_a_day_goes_first_the_oldest_of_it_first() -> None:
    clips = stored((70, 5), (50, 5), (24, 5), (23, 500), (1, 5))
    assert gone(clips, 11) == clips[:3]


def test_of_the_last_day_the_hour_that_uses_most_gives_up_its_own() -> None:
    quiet, flood = [(20.5, 30), (12.5, 40), (3.5, 20)], [(5.5, 30)] * 40
    clips = stored(*sorted((*quiet, *flood), reverse=True))
    assert {clip.age_s for clip in gone(clips, 30 * 35)} == {round(5.5 * HOUR_S)}


def test_the_newest_clip_goes_last() -> None:
    clips = stored((0.5, 10), (0.4, 10), (0.3, 10))
    assert gone(clips, 10**9)[-1] == clips[-1]


def test_which_clip_of_a_full_hour_goes_cannot_be_foreseen() -> None:
    """Somebody who floods the hour of a deed cannot choose that its clip goes."""
    clips = stored(*[(2.5, 10)] * 20)
    first = Counter(gone(clips, 10, seed)[0].clip_id for seed in range(400))
    assert len(first) == 19
    assert max(first.values()) < 60


_CLIPS = st.lists(st.tuples(st.floats(0, 100), st.integers(1, 1000)), max_size=60)


@given(_CLIPS, st.integers(0, 20_000), st.integers(0, 99))
def test_room_is_made_and_no_hour_of_the_last_day_loses_its_share(
    made: list[tuple[float, int]], excess: int, seed: int
) -> None:
    clips = stored(*sorted(made, reverse=True))
    removed = gone(clips, excess, seed)
    total = sum(clip.size_bytes for clip in clips)
    freed = sum(clip.size_bytes for clip in removed)
    assert freed >= min(excess, total)
    assert freed - (removed[-1].size_bytes if removed else 0) < max(excess, 1)  # none too many
    assert len(set(removed)) == len(removed)
    recent = [clip for clip in clips if clip.age_s < DAY_S]
    if any(clip.age_s < DAY_S for clip in removed):
        assert {clip for clip in clips if clip.age_s >= DAY_S} <= set(removed)
    share = (sum(clip.size_bytes for clip in recent) - excess) / 25
    used = Counter[int]()
    for clip in recent:
        used[clip.age_s // HOUR_S] += clip.size_bytes
    for clip in set(removed) & set(recent) - set(clips[-1:]):
        assert used[clip.age_s // HOUR_S] > share


@pytest.fixture
def identity() -> X25519Identity:
    return X25519Identity(bytes(range(32)))


def start(folder: Path, identity: X25519Identity, clock: FakeClock, files: DiskFiles | None = None) -> Vault:
    return Vault(folder, CAMERA_ID, (identity.recipient,), clock, files)


def kept(clip: str, *, is_kept: bool = True) -> ClipKept:
    return ClipKept(at_ms=1, clip=clip, kept=is_kept, device="d" * 32, name="Phone")


def clips(folder: Path) -> list[str]:
    return sorted(path.stem for path in (folder / "clips").glob("*.age"))


def live(vault: Vault, clock: FakeClock, hours: float, keep_s: int = KEEP_S) -> list[str]:
    went: list[str] = []
    for _ in range(round(hours * 6)):
        clock.advance(600)
        went += vault.expire(keep_s)
    return went


def records(folder: Path, identity: X25519Identity) -> list[object]:
    files = {int(path.stem): path for path in (folder / "journal").iterdir()}
    return list(check_journal(files, (identity,)).records())


def test_after_its_time_a_clip_and_its_thumbnail_go_and_the_journal_says_why(
    tmp_path: Path, identity: X25519Identity
) -> None:
    clock = FakeClock()
    vault = start(tmp_path, identity, clock)
    old = record_clip(vault, _UNITS).clip
    assert live(vault, clock, 40) == []
    young = record_clip(vault, _UNITS).clip
    assert live(vault, clock, 33) == [old]
    assert clips(tmp_path) == [young]
    assert [path.stem for path in (tmp_path / "thumbs").iterdir()] == [young]
    vault.close()
    (deleted,) = (each for each in records(tmp_path, identity) if isinstance(each, ClipDeleted))
    assert (deleted.clip, deleted.why, deleted.device) == (old, "age", None)


@pytest.mark.parametrize("years", [-57, -10, 10, 1000])
def test_no_jump_of_the_clock_deletes_anything_also_not_over_restarts(
    tmp_path: Path, identity: X25519Identity, years: int
) -> None:
    clock = FakeClock()
    vault = start(tmp_path, identity, clock)
    made = [record_clip(vault, _UNITS).clip]
    live(vault, clock, 70)
    clock.wall += years * 31_557_600_000
    assert live(vault, clock, 1) == []
    vault.close()
    later = FakeClock(now_ns=9, wall=max(0, clock.wall + years * 31_557_600_000))
    again = start(tmp_path, identity, later)
    made.append(record_clip(again, _UNITS).clip)
    assert live(again, later, 0.5) == []
    assert clips(tmp_path) == made
    assert live(again, later, 1) == made[:1]  # its seventy-two hours are over


def test_a_kept_clip_stays_whatever_its_age_and_whatever_room_is_needed(
    tmp_path: Path, identity: X25519Identity
) -> None:
    clock = FakeClock()
    vault = start(tmp_path, identity, clock)
    made = [record_clip(vault, _UNITS).clip for _ in range(3)]
    vault.keep_clip(kept(made[1]), ROOMY)
    vault.close()
    vault = start(tmp_path, identity, clock)
    assert live(vault, clock, 100) == [made[0], made[2]]
    assert vault.make_room(0) == []
    vault.keep_clip(kept(made[1], is_kept=False), ROOMY)
    assert live(vault, clock, 0.2) == [made[1]]
    vault.close()
    said = [(each.clip, each.kept) for each in records(tmp_path, identity) if isinstance(each, ClipKept)]
    assert said == [(made[1], True), (made[1], False)]


def test_the_clip_that_is_being_recorded_can_be_kept(tmp_path: Path, identity: X25519Identity) -> None:
    clock = FakeClock()
    vault = start(tmp_path, identity, clock)
    clip = vault.open_clip("motion", MASK_DIGEST)
    vault.keep_clip(kept(clip.clip_id), ROOMY)
    for unit in _UNITS:
        clip.append(unit)
    clip.close("quiet")
    assert live(vault, clock, 100) == []


def test_kept_clips_leave_room_for_new_ones(tmp_path: Path, identity: X25519Identity) -> None:
    vault = start(tmp_path, identity, FakeClock())
    first, second = record_clip(vault, _UNITS), record_clip(vault, _UNITS)
    room = first.size_bytes + second.size_bytes
    vault.keep_clip(kept(first.clip), room)
    with pytest.raises(KeptFullError, match="let go of some first"):
        vault.keep_clip(kept(second.clip), room)
    assert vault.make_room(0) == [second.clip]


def test_however_much_is_kept_the_others_have_half_of_the_room(tmp_path: Path, identity: X25519Identity) -> None:
    """As when clips get a smaller share of the card: what is new is not deleted as soon as it ends."""
    vault = start(tmp_path, identity, FakeClock())
    made = [record_clip(vault, _UNITS) for _ in range(6)]
    for card in made[:4]:
        vault.keep_clip(kept(card.clip), ROOMY)
    room = vault.clips_bytes() * 2 // 6 + 100
    assert vault.make_room(room) == [made[4].clip]
    assert made[5].clip in clips(tmp_path)


def test_however_much_is_kept_what_the_card_is_short_of_is_made_free(tmp_path: Path, identity: X25519Identity) -> None:
    """As when somebody else fills the card: the others have less than their half already, and some go all the same."""
    vault = start(tmp_path, identity, FakeClock())
    made = [record_clip(vault, _UNITS) for _ in range(6)]
    for card in made[:4]:
        vault.keep_clip(kept(card.clip), ROOMY)
    assert vault.make_room(ROOMY) == vault.make_room(ROOMY, -ROOMY) == []
    assert vault.make_room(ROOMY, 1) == [made[4].clip]
    assert vault.make_room(ROOMY, ROOMY) == [made[5].clip]
    assert clips(tmp_path) == [card.clip for card in made[:4]]


def test_the_clip_that_is_recorded_counts_too(tmp_path: Path, identity: X25519Identity) -> None:
    vault = start(tmp_path, identity, FakeClock())
    clip = vault.open_clip("motion", MASK_DIGEST)
    for unit in _UNITS:
        clip.append(unit)
    with pytest.raises(KeptFullError):
        vault.keep_clip(kept(clip.clip_id), clip.size_bytes - 1)
    vault.keep_clip(kept(clip.clip_id), clip.size_bytes)
    assert vault.kept_bytes() == clip.size_bytes


def test_what_is_not_there_cannot_be_kept(tmp_path: Path, identity: X25519Identity) -> None:
    vault = start(tmp_path, identity, FakeClock())
    for name in ("f" * 32, "../../camera/camera.json"):
        with pytest.raises(UnknownClipError):
            vault.keep_clip(kept(name), ROOMY)
    assert list((tmp_path / "kept").iterdir()) == []


def test_deleting_a_kept_clip_leaves_no_mark_also_when_the_power_goes_in_between(
    tmp_path: Path, identity: X25519Identity
) -> None:
    vault = start(tmp_path, identity, FakeClock())
    first, second = record_clip(vault, _UNITS).clip, record_clip(vault, _UNITS).clip
    for clip in (first, second):
        vault.keep_clip(kept(clip), ROOMY)
    vault.delete_clip(first, "owner", "d" * 32)
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [second]
    vault.close()
    (tmp_path / "clips" / f"{second}.age").unlink()
    start(tmp_path, identity, FakeClock()).close()
    assert list((tmp_path / "kept").iterdir()) == []


class _NoJournal(DiskFiles):
    is_refusing = False

    def open(self, path: Path, *, is_new: bool) -> OpenFile:  # type: ignore[override]  # refuses, or the real one
        if self.is_refusing and path.parent.name == "journal":
            raise StorageError("the card is failing")
        return super().open(path, is_new=is_new)


@pytest.mark.parametrize("is_kept", [True, False])
def test_what_the_journal_cannot_say_is_not_done(tmp_path: Path, identity: X25519Identity, *, is_kept: bool) -> None:
    clock, files = FakeClock(), _NoJournal()
    vault = start(tmp_path, identity, clock, files)
    clip = record_clip(vault, _UNITS).clip
    if not is_kept:
        vault.keep_clip(kept(clip), ROOMY)
    files.is_refusing = True
    clock.advance(25 * HOUR_S)  # the next record begins an epoch
    with pytest.raises(StorageError):
        vault.keep_clip(kept(clip, is_kept=is_kept), ROOMY)
    files.is_refusing = False
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ([] if is_kept else [clip])


def test_a_day_of_flooding_leaves_what_the_quiet_hours_have(tmp_path: Path, identity: X25519Identity) -> None:
    """Twelve hours with one clip each; then somebody leans on the bell, and clips may use what forty of them do."""
    clock = FakeClock()
    vault = start(tmp_path, identity, clock)
    quiet = []
    for _ in range(12):
        quiet.append(record_clip(vault, _UNITS).clip)
        live(vault, clock, 1)
    room = 40 * vault.clips_bytes() // 12
    for _ in range(100):
        record_clip(vault, _UNITS)
        clock.advance(120)
        vault.expire(KEEP_S)
        vault.make_room(room)
    left = clips(tmp_path)
    assert set(quiet) <= set(left)
    assert 35 <= len(left) <= 40
    assert vault.clips_bytes() <= room
