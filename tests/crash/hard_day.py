"""A camera whose card fails: it goes on as `camera.storage` does, and is told what it was told."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from camera.vault import ClipWriter, Vault, VaultError
from camera.vault.cards import BellRang, ClipKept
from stoop.reader.identities import X25519Identity
from tests.camera.vault.fakes import CAMERA_ID, JPEG, MASK_DIGEST, FakeClock, access_units
from tests.crash.checks import Expected, Inspector
from tests.crash.failing import FOR_A_WHILE, FailingFiles, Fault
from tests.crash.workload import FPS, Story

_CLIPS, _SECONDS = 3, 2
_RATES = (60_000, 900_000)


@dataclass(slots=True)
class HardDay:
    """What went wrong in a way that it must not: an exception of another kind, or no recording after the fault."""

    story: Story
    troubles: list[str] = field(default_factory=list)


def live_through(base: Path, identity: X25519Identity, fault: Fault | None) -> list[str]:
    """A day with that fault in `base`, then a start and a look at what is there; sentences, none when all is well."""
    day = _day(base, identity.recipient, fault)
    expected = Expected()
    for promise in day.story.promises:
        expected.hear(promise)
    return day.troubles + Inspector(identity, frozenset()).faults(base, expected)


def calls_of_a_day(base: Path, identity: X25519Identity) -> list[str]:
    """What a day without a fault asks of the disk, call by call."""
    files = _day(base, identity.recipient, None).story.files
    assert isinstance(files, FailingFiles)
    return files.calls


def _day(base: Path, recipient: str, fault: Fault | None) -> HardDay:
    files = FailingFiles(base, fault)
    day, clock = HardDay(Story(files)), FakeClock()
    try:
        vault = _opened(base, recipient, clock, files)
        for number in range(_CLIPS):
            _clip(day.story, vault, clock, number)
            _note(day.story, vault, clock)
            _keep(day.story, vault, clock, is_kept=number == 0)
            _tidy(vault, clock)
            if number == 1:
                _delete(day.story, vault)
        _resume(day, vault, clock)
        with contextlib.suppress(VaultError):
            vault.close()
    except Exception as error:  # whatever comes out that is no VaultError is what is looked for
        day.troubles.append(f"{error!r} came out of the vault")
    return day


def _opened(base: Path, recipient: str, clock: FakeClock, files: FailingFiles) -> Vault:
    """As the storage: what the card refuses is tried again with the next clip."""
    for _ in range(FOR_A_WHILE + 1):
        with contextlib.suppress(VaultError):
            return Vault(base / "sealed", CAMERA_ID, (recipient,), clock, files)
    return Vault(base / "sealed", CAMERA_ID, (recipient,), clock, files)


def _clip(story: Story, vault: Vault, clock: FakeClock, number: int) -> bool:
    """Whether it was recorded from its beginning to its end."""
    try:
        clip = vault.open_clip("motion", MASK_DIGEST)
    except VaultError:
        return False
    story.alive.append(clip.clip_id)
    story.promise("began", clip=clip.clip_id)
    try:
        _record(story, clip, clock, number)
    except VaultError:
        clip.abandon()
        return False
    return True


def _record(story: Story, clip: ClipWriter, clock: FakeClock, number: int) -> None:
    units = access_units(_SECONDS, _RATES[number % len(_RATES)], FPS)
    for count, unit in enumerate(units, start=1):
        clip.append(unit)
        story.promise("appended", clip=clip.clip_id, pictures=count)
    clock.advance(_SECONDS)
    clip.set_thumbnail(JPEG)
    story.promise("closed", clip=clip.clip_id, card=clip.close("quiet"))


def _note(story: Story, vault: Vault, clock: FakeClock) -> None:
    record = BellRang(at_ms=clock.wall_ms(), device=None, name=None)
    with contextlib.suppress(VaultError):
        vault.note(record)
        story.promise("noted", record=record)
    clock.advance(1)


def _keep(story: Story, vault: Vault, clock: FakeClock, *, is_kept: bool) -> None:
    """The oldest clip. Of one that failed nobody knows: it may be kept, or not."""
    if not story.alive:
        return
    clip = story.alive[0]
    story.promise("keeping", clip=clip)
    with contextlib.suppress(VaultError):
        vault.keep_clip(ClipKept(at_ms=clock.wall_ms(), clip=clip, kept=is_kept, device="d" * 16, name=""), 1 << 40)
        story.promise("kept" if is_kept else "let go", clip=clip)


def _tidy(vault: Vault, clock: FakeClock) -> None:
    """A quarter of an hour later nothing is too old and there is room, whatever the card says."""
    clock.advance(900)
    with contextlib.suppress(VaultError):
        vault.expire(1 << 40)
        vault.make_room(1 << 40)


def _delete(story: Story, vault: Vault) -> None:
    if not story.alive:
        return
    clip = story.alive.pop(0)
    story.promise("deleting", clip=clip)
    with contextlib.suppress(VaultError):
        vault.delete_clip(clip, "owner", "d" * 16)
        story.promise("deleted", clip=clip)


def _resume(day: HardDay, vault: Vault, clock: FakeClock) -> None:
    """With the fault over, the next clip is recorded; one that the fault still reached is tried again."""
    for _ in range(FOR_A_WHILE + 1):
        if _clip(day.story, vault, clock, Random(0).randint(0, 1)):
            return
    day.troubles.append("recording does not resume after the fault")
