"""What the camera does to its vault in a day, in a minute; and what it was promised at each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from camera.contract import AccessUnit
from camera.vault import ClipEnd, Vault
from camera.vault.cards import BellRang, CameraStarted, ClipClosed, ClipKept, Record
from camera.vault.clip_ids import number_of
from camera.vault.journal import EPOCH_NS
from tests.camera.vault.fakes import CAMERA_ID, JPEG, MASK_DIGEST, FakeClock, access_units
from tests.crash.recording import RecordingFiles

FPS = 15
_RATES = (60_000, 300_000, 900_000)
_SECONDS = (2, 5, 7)
_FOR_EVER_S = 1 << 40


@dataclass(frozen=True, slots=True)
class Promise:
    """What was true from this operation on: so many had been recorded when the call returned."""

    at_op: int
    kind: str
    """began, appended, closed, keeping, kept, letting go, let go, deleting, deleted, noted"""
    clip: str = ""
    pictures: int = 0
    card: ClipClosed | None = None
    record: Record | None = None


@dataclass(slots=True)
class Story:
    """One run: its operations, its promises in order, and every secret that was used in it."""

    files: RecordingFiles
    promises: list[Promise] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)
    """Clips that are there, oldest first."""
    on_promise: Callable[[Promise], None] = lambda promise: None

    def promise(self, kind: str, **what: object) -> None:
        promise = Promise(len(self.files.ops), kind, **what)  # type: ignore[arg-type]  # Promise's fields
        self.promises.append(promise)
        self.on_promise(promise)


def tell(
    base: Path,
    recipient: str,
    seed: int,
    make_files: Callable[[Path], RecordingFiles] = RecordingFiles,
    on_promise: Callable[[Promise], None] = lambda promise: None,
) -> Story:
    """Run a workload in `base`/sealed and write it down: three starts, clips of all ends, deletions, a new epoch."""
    random = Random(seed)
    story = Story(make_files(base), on_promise=on_promise)
    clock = FakeClock()
    for start in range(3):
        vault = Vault(base / "sealed", CAMERA_ID, (recipient,), clock, story.files)
        _note(story, vault, clock, CameraStarted(at_ms=clock.wall_ms(), version=str(start)))
        _day(story, vault, clock, random, is_first=start == 0)
        if start != 1:  # the second one is killed
            vault.close()
        clock.advance(60)
    return story


def _day(story: Story, vault: Vault, clock: FakeClock, random: Random, *, is_first: bool) -> None:
    kept: list[str] = []
    for number in range(3):
        end = random.choice(("quiet", "cap", "abandoned", "off"))
        kept.append(_clip(story, vault, clock, random, end, has_thumbnail=number != 1))
        _note(story, vault, clock, BellRang(at_ms=clock.wall_ms(), device=None, name=None))
        if number == 1:
            vault.expire(_FOR_EVER_S)
            clock.advance(EPOCH_NS / 1e9)
    _keep(story, vault, clock, kept[0], is_kept=True)
    _deleted(
        story, kept[-1] if is_first else random.choice(kept), lambda clip: vault.delete_clip(clip, "owner", "d" * 16)
    )
    if kept[0] in story.alive:
        _keep(story, vault, clock, kept[0], is_kept=False)
    _deleted(story, story.alive[0], lambda _: vault.make_room(vault.clips_bytes() - 1))
    if not is_first:
        newest = story.alive[-1]
        _keep(story, vault, clock, newest, is_kept=True)
        _expired(story, vault)
        _keep(story, vault, clock, newest, is_kept=False)


def _keep(story: Story, vault: Vault, clock: FakeClock, clip: str, *, is_kept: bool) -> None:
    story.promise("keeping" if is_kept else "letting go", clip=clip)
    card = ClipKept(at_ms=clock.wall_ms(), clip=clip, kept=is_kept, device="d" * 16, name="")
    vault.keep_clip(card, 1 << 40)
    story.promise("kept" if is_kept else "let go", clip=clip)
    story.promise("noted", record=card)


def _expired(story: Story, vault: Vault) -> None:
    """The time of the oldest clip is over, and that of whatever is as old, but for the newest, which is kept."""
    age_s = max((vault._stock.ages.age_s(number_of(clip)) for clip in story.alive[:-1]), default=_FOR_EVER_S)
    going = vault._stock.expired(age_s)
    for clip in going:
        story.promise("deleting", clip=clip)
    vault.expire(age_s)
    for clip in going:
        story.promise("deleted", clip=clip)
        story.alive.remove(clip)


def _deleted(story: Story, clip: str, delete: Callable[[str], object]) -> None:
    story.promise("deleting", clip=clip)
    delete(clip)
    story.promise("deleted", clip=clip)
    story.alive.remove(clip)


def _note(story: Story, vault: Vault, clock: FakeClock, record: Record) -> None:
    vault.note(record)
    story.promise("noted", record=record)
    clock.advance(1)


def _clip(story: Story, vault: Vault, clock: FakeClock, random: Random, end: str, *, has_thumbnail: bool) -> str:
    units = _units(random)
    clip = vault.open_clip(random.choice(("motion", "press")), MASK_DIGEST)
    story.alive.append(clip.clip_id)
    story.promise("began", clip=clip.clip_id)
    for number, unit in enumerate(units, start=1):
        clip.append(unit)
        story.promise("appended", clip=clip.clip_id, pictures=number)
    clock.advance(len(units) / FPS)
    if end == "abandoned":
        clip.abandon()
        return clip.clip_id
    if has_thumbnail:
        clip.set_thumbnail(JPEG)
    card = clip.close(_as_end(end))
    story.promise("closed", clip=clip.clip_id, card=card)
    return clip.clip_id


def _as_end(end: str) -> ClipEnd:
    ends: dict[str, ClipEnd] = {"quiet": "quiet", "cap": "cap", "off": "off"}
    return ends[end]


def _units(random: Random) -> tuple[AccessUnit, ...]:
    return access_units(random.choice(_SECONDS), random.choice(_RATES), FPS)


def encode_all() -> None:
    """Make every video that a story may need; they are kept in memory."""
    for seconds in _SECONDS:
        for rate in _RATES:
            access_units(seconds, rate, FPS)
