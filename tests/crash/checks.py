"""Starts a vault on what a power cut left, and says what of docs/design/0005 does not hold; nothing when all does."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from camera.vault import Vault, VaultError
from camera.vault.cards import BellRang, ClipClosed, ClipDeleted, ClipOpened, Record
from camera.vault.clip_ids import number_of
from camera.vault.files import DiskFiles
from camera.vault.journal import journal_files
from camera.vault.reserve import RESERVE_BYTES
from server.sealed_files import SealedFolder
from stoop.reader.clips import ClipContents, judge, read_clip
from stoop.reader.errors import AgeError, ThumbnailError
from stoop.reader.identities import Identity, X25519Identity
from stoop.reader.journal import Epoch, check_journal, read_epoch
from stoop.reader.thumbnails import open_thumbnail
from tests.camera.vault.fakes import CAMERA_ID, JPEG, FakeClock, count_pictures
from tests.crash.workload import FPS, Promise

LOST_AT_MOST_S = 4
"""Of an open clip: 2 s that are not sealed yet, and 2 s that are written and not saved yet."""
_FOLDERS, _NAMES = ("clips", "thumbs", "journal", "kept"), ("sequence", "reserve", "ages")
_SUFFIXES = (".age", ".thumb", ".sjl")


@dataclass(slots=True)
class Expected:
    """What the promises up to one moment add up to."""

    appended: dict[str, int] = field(default_factory=dict)
    closed: dict[str, ClipClosed] = field(default_factory=dict)
    deleting: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    kept: dict[str, bool | None] = field(default_factory=dict)
    """None: asked for, and not yet promised."""
    noted: list[Record] = field(default_factory=list)
    saved: dict[str, bytes] = field(default_factory=dict)
    """Of each clip, what was synced."""

    def hear(self, promise: Promise) -> None:
        match promise.kind:
            case "began":
                self.appended[promise.clip] = 0
            case "appended":
                self.appended[promise.clip] = promise.pictures
            case "closed":
                assert promise.card is not None
                self.closed[promise.clip] = promise.card
            case "keeping" | "letting go":
                self.kept[promise.clip] = None
            case "kept" | "let go":
                self.kept[promise.clip] = promise.kind == "kept"
            case "deleting":
                self.kept.pop(promise.clip, None)
                self.deleting.add(promise.clip)
            case "deleted":
                self.deleted.add(promise.clip)
            case "noted":
                assert promise.record is not None
                self.noted.append(promise.record)

    def is_kept(self, clip: str) -> bool:
        return clip not in self.deleting


@dataclass(frozen=True, slots=True)
class _Opened:
    """One clip's file, read once whatever the state that it lies in."""

    contents: ClipContents
    pictures: int


class Inspector:
    """Looks at states of one story; remembers files that it has opened. `used_keys`: those of all its epochs."""

    def __init__(self, identity: X25519Identity, used_keys: frozenset[str]) -> None:
        self._identity, self._used_keys = identity, used_keys
        self._opened: dict[bytes, _Opened] = {}
        self._saved: dict[int, int] = {}
        self._epochs: dict[bytes, Epoch] = {}

    def faults(self, base: Path, expected: Expected, files: DiskFiles | None = None) -> list[str]:
        """Start, write, stop; then read as the owner and the server do. Sentences."""
        sealed = base / "sealed"
        try:
            vault = Vault(sealed, CAMERA_ID, (self._identity.recipient,), FakeClock(), files)
            vault.note(BellRang(at_ms=1, device=None, name=None))
            next_id = vault._ids.next_id()
            vault.close()
        except (VaultError, OSError, ValueError) as error:
            return [f"it does not start: {error!r}"]
        return list(self._look(sealed, expected, next_id))

    def _look(self, sealed: Path, expected: Expected, next_id: str) -> Iterator[str]:
        if expected.appended and number_of(next_id) <= max(map(number_of, expected.appended)):
            yield f"an id comes again: {next_id[:8]}"
        yield from _leftovers(sealed)
        records = []
        try:
            check = check_journal(
                {file.epoch: file.path for file in journal_files(sealed / "journal")},
                (self._identity,),
                self._read_epoch,
            )
        except (AgeError, OSError) as error:
            yield f"the journal does not open: {error!r}"
            return
        records = check.records()
        yield from (f"journal: {problem}" for problem in check.problems)
        yield from (f"journal: epoch {number} is missing" for number in check.missing_epochs)
        if check.epochs and check.epochs[-1].header.key in self._used_keys:
            yield "a key of an earlier epoch is used again"
        yield from _unsaid(expected, records)
        yield from _marks(sealed, expected)
        yield from self._clips(sealed, expected, records)

    def _clips(self, sealed: Path, expected: Expected, records: Sequence[Record]) -> Iterator[str]:
        served = [listed.stem for listed in SealedFolder(sealed).clips()]
        cards = {record.clip: record for record in records if isinstance(record, ClipClosed)}
        opened = {record.clip for record in records if isinstance(record, ClipOpened)}
        deleted = {record.clip for record in records if isinstance(record, ClipDeleted)}
        for clip in sorted((opened | cards.keys()) - deleted - set(served)):
            yield f"clip {clip[:8]} is claimed and is not there"
        for clip in sorted(deleted & set(served)):
            yield f"clip {clip[:8]} is deleted and still there"
        for clip in sorted(expected.appended.keys() - deleted - set(served)):
            yield f"clip {clip[:8]} vanished without a word"
        for clip in served:
            yield from self._clip(sealed, clip, expected, cards.get(clip))

    def _clip(self, sealed: Path, clip: str, expected: Expected, card: ClipClosed | None) -> Iterator[str]:
        found = self._open(sealed / "clips" / f"{clip}.age")
        state, why = judge(clip, found.contents, card, has_journal=True)
        if state not in ("complete", "ended early"):
            yield f"clip {clip[:8]} is {state}: {why}"
        if clip in expected.closed and state != "complete":
            yield f"clip {clip[:8]} was closed and is {state}: {why}"
        wanted = expected.appended.get(clip, 0)
        if clip not in expected.closed:
            wanted -= LOST_AT_MOST_S * FPS + 1
        if found.pictures < wanted:
            yield f"clip {clip[:8]} plays {found.pictures} pictures of {wanted}"
        if clip in expected.saved and found.pictures < (saved := self._pictures_in(expected.saved[clip], sealed)):
            yield f"clip {clip[:8]} plays {found.pictures} pictures, {saved} were saved"
        if clip in expected.closed and expected.closed[clip].thumb is not None:
            yield from _thumbnail(sealed, clip, expected.closed[clip].thumb or "")

    def _pictures_in(self, saved: bytes, sealed: Path) -> int:
        """How many play in what was synced of a clip."""
        if (digest := hash(saved)) not in self._saved:
            (path := sealed.parent / "saved").write_bytes(saved)
            self._saved[digest] = self._open(path).pictures
        return self._saved[digest]

    def _read_epoch(self, data: bytes, identities: Sequence[Identity]) -> Epoch:
        if data not in self._epochs:
            self._epochs[data] = read_epoch(data, identities)
        return self._epochs[data]

    def _open(self, path: Path) -> _Opened:
        digest = hashlib.sha256(path.read_bytes()).digest()
        if digest not in self._opened:
            plain = bytearray()
            contents = read_clip(path, (self._identity,), plain.extend)
            self._opened[digest] = _Opened(contents, count_pictures(bytes(plain[: contents.playable_bytes])))
        return self._opened[digest]


def _leftovers(sealed: Path) -> Iterator[str]:
    names = {folder: sorted(os.listdir(sealed / folder)) for folder in ("", *_FOLDERS)}
    for name in sorted(name for folder in names.values() for name in folder):
        if not name.endswith(_SUFFIXES) and name not in (*_FOLDERS, *_NAMES, *names["kept"]):
            yield f"{name} was left behind"
    if DiskFiles().size(sealed / "reserve") != RESERVE_BYTES:
        yield "there is no reserve"
    clips = {name.partition(".")[0] for name in names["clips"]}
    for thumbnail in (name.removesuffix(".thumb") for name in names["thumbs"]):
        if thumbnail not in clips:
            yield f"thumbnail {thumbnail[:8]} has no clip"


def _marks(sealed: Path, expected: Expected) -> Iterator[str]:
    """What the owner keeps is kept, and what was let go of is not."""
    marks = set(os.listdir(sealed / "kept"))
    for clip in sorted(clip for clip, is_kept in expected.kept.items() if is_kept is not None):
        if expected.kept[clip] != (clip in marks):
            yield f"clip {clip[:8]} is " + ("kept, though it was let go of" if clip in marks else "not kept any more")
    for clip in sorted(marks):
        if not (sealed / "clips" / f"{clip}.age").exists():
            yield f"{clip[:8]} is kept and is not there"


def _unsaid(expected: Expected, records: Sequence[Record]) -> Iterator[str]:
    """Records that were on the card when the call returned, in order, and are not there."""
    at = iter(records)
    for wanted in expected.noted:
        if not any(record == wanted for record in at):
            yield f"a record is lost: {wanted!r}"
            return
    said = set(records)
    yield from (f"the closed card of {clip[:8]} is lost" for clip, card in expected.closed.items() if card not in said)
    deleted = {record.clip for record in records if isinstance(record, ClipDeleted)}
    yield from (f"the deleted card of {clip[:8]} is lost" for clip in sorted(expected.deleted - deleted))
    opened = {record.clip for record in records if isinstance(record, ClipOpened)}
    yield from (f"the opened card of {clip[:8]} is lost" for clip in sorted(expected.appended.keys() - opened))


def _thumbnail(sealed: Path, clip: str, key: str) -> Iterator[str]:
    try:
        if open_thumbnail((sealed / "thumbs" / f"{clip}.thumb").read_bytes(), clip, key) != JPEG:
            yield f"thumbnail {clip[:8]} is another"
    except (OSError, ThumbnailError) as error:
        yield f"thumbnail {clip[:8]} does not open: {error!r}"
