"""The vault: clips, thumbnails and the journal in one folder, sealed to the owner. It opens nothing, ever."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from camera.clock import Clock
from camera.vault.age_writer import has_whole_header
from camera.vault.ages import Ages
from camera.vault.boxes import ClipCause
from camera.vault.cards import ClipClosed, ClipDeleted, ClipKept, ClipOpened, DeletedWhy, Record
from camera.vault.clip import ClipPlace, ClipWriter
from camera.vault.clip_ids import ClipIds
from camera.vault.clip_index import CLIP_SUFFIX, THUMBNAIL_SUFFIX, ClipIndex
from camera.vault.deletions import Deletion, Deletions
from camera.vault.errors import (
    ClipOpenError,
    ClipStateError,
    KeptFullError,
    StorageError,
    UnknownClipError,
    VaultError,
)
from camera.vault.files import DiskFiles, Files, is_temporary
from camera.vault.journal import Journal
from camera.vault.kept import Kept
from camera.vault.recipients import parse_recipients
from camera.vault.reserve import Reserve
from camera.vault.stock import Stock

T = TypeVar("T")
_NEWEST = 16
"""Only the clip that was begun last can be without a header; more than one where the start itself was cut again."""
_HEADER_AT_MOST_BYTES = 64 * 1024
"""Of an age header with as many recipients as there may be; whoever wrote more wrote a whole one."""


class Vault:
    """At most one open clip at a time. Thread-safe, except that one thread at a time feeds the open clip.

    Order on the card: a clip's file exists before its opened card; its closed card follows the whole file; a clip is
    hidden before its deleted card is written, and removed after it. So a crash leaves at worst a clip without a card
    or a hidden clip, which the next start writes down and removes: never a clip that vanished without a word.
    docs/design/0005 has the invariants and the steps.
    """

    def __init__(
        self, root: Path, camera_id: str, recipients: tuple[str, ...], clock: Clock, files: Files | None = None
    ) -> None:
        """Makes the folders and begins a journal epoch.

        Raises RecipientError when a recipient is bad, StorageError when the disk fails.
        """
        self._recipients = parse_recipients(recipients)
        self._clock = clock
        self._files = files or DiskFiles()
        names = ("clips", "thumbs", "journal", "kept")
        self._clips, self._thumbnails, journal, kept = folders = [root / name for name in names]
        for folder in (root, *folders):
            self._files.make_folder(folder)
            self._files.sync_folder(folder.parent)
        clips, thumbnails = self._swept(self._clips), self._swept(self._thumbnails)  # each listed once: there are many
        for folder in (root, journal):
            self._swept(folder)
        self._lock = threading.RLock()
        self._open_clip: ClipWriter | None = None
        self._index = ClipIndex(clips, thumbnails)
        self._deletions = Deletions(
            self._clips, self._thumbnails, clips, self._files, self._write_down, lambda: self._journal.is_last_unsure
        )
        self._ids = ClipIds(root, self._files, max([*self._deletions.unfinished, self._index.newest or ""]) or None)
        ages = Ages(root, self._files, clock.monotonic_ns, self._ids.next_number)
        self._stock = Stock(self._index, ages, Kept(kept, self._files, self._files.sizes(kept)))
        self._reserve = Reserve(root, self._files)
        self._journal = self._with_reserve(lambda: Journal(journal, camera_id, recipients, clock, self._files))
        self._clean()
        self._reserve.refill()

    @property
    def open_clip_id(self) -> str | None:
        """The clip that is being recorded."""
        return self._open_clip.clip_id if self._open_clip else None

    def open_clip(self, cause: ClipCause, mask_digest: str, *, has_sound: bool = False) -> ClipWriter:
        """Begin a clip. Raises ClipStateError while another is open, StorageError when the disk fails."""
        with self._lock:
            if self._open_clip:
                raise ClipStateError(f"clip {self._open_clip.clip_id} is still open; close it first")
            clip_id = self._ids.next_id()
            paths = self._clip_path(clip_id), self._thumbnail_path(clip_id)
            place = ClipPlace(clip_id, cause, mask_digest, has_sound, *paths)
            try:
                clip = ClipWriter(place, self._recipients, self._clock, self._files, self._clip_ended)
            except VaultError:
                self._undo_open(clip_id)
                raise
            self._open_clip = clip
            try:
                self._journal.append(self._opened_card(place))  # not from the reserve: no clip without room for it
            except VaultError:
                clip.abandon()
                if not self._journal.is_last_unsure:  # a card that may be there must not name a clip that is not
                    self._undo_open(clip_id)
                raise
            return clip

    def note(self, record: Record) -> None:
        """Put a record into the journal; it is on the card when this returns, of a full card on its reserve.

        Raises StorageError.
        """
        with self._lock:
            self._with_reserve(lambda: self._journal.append(record))

    def change_recipients(self, recipients: tuple[str, ...], card: Record, save: Callable[[], None]) -> None:
        """From the next clip and epoch on, seal to these; the clip that is open goes on as it began.

        Order: `card` in the epoch of the old recipients, `save`, a new epoch. A crash between leaves one of both in
        force, whole: the start reads what was saved. Raises RecipientError, StorageError, and what `save` raises; the
        old ones stay in force then, and after `save` has raised, `card` stands in their epoch all the same.
        """
        parsed = parse_recipients(recipients)
        with self._lock:
            self._with_reserve(lambda: self._journal.append(card))
            save()
            self._recipients = parsed
            with contextlib.suppress(StorageError):  # the next record begins it, or says why it cannot
                self._journal.use_recipients(recipients)

    def delete_clip(self, clip_id: str, why: DeletedWhy, device: str | None = None) -> None:
        """Delete a clip and its thumbnail; flash may keep old pages.

        Raises UnknownClipError, ClipOpenError while it is being recorded, StorageError.
        """
        with self._lock:
            if clip_id == self.open_clip_id:
                raise ClipOpenError(f"clip {clip_id} is still being recorded; delete it when it has ended")
            if clip_id not in self._index or self._files.size(self._clip_path(clip_id)) is None:
                self._index.drop(clip_id)
                raise UnknownClipError(f"there is no clip {clip_id[:32]!r}; it may be deleted already")
            deletion = Deletion(clip_id, why, device)
            try:
                self._with_reserve(lambda: self._deletions.delete(deletion))
            finally:
                if clip_id in self._deletions.unfinished or self._files.size(self._clip_path(clip_id)) is None:
                    self._index.drop(clip_id)
            with contextlib.suppress(StorageError):  # a mark without a clip goes at the next start
                self._stock.kept.drop(clip_id)

    def keep_clip(self, card: ClipKept, most_bytes: int) -> None:
        """Keep a clip, the open one too, whatever its age and whatever room is needed; or let go of it, as before.

        All kept clips together use at most `most_bytes`. In force and in the journal when this returns, or neither.
        Raises UnknownClipError, KeptFullError, StorageError.
        """
        clip_id, kept = card.clip, self._stock.kept
        with self._lock:
            if clip_id not in self._index and clip_id != self.open_clip_id:
                raise UnknownClipError(f"there is no clip {clip_id[:32]!r}; it may be deleted already")
            if (clip_id in kept) == card.kept:
                return
            size_bytes = self._index.size_bytes(clip_id) if clip_id in self._index else self._open_bytes
            if card.kept and self.kept_bytes() + size_bytes > most_bytes:
                raise KeptFullError("the clips that you keep leave too little room for new ones: let go of some first")
            change, undo = (kept.add, kept.drop) if card.kept else (kept.drop, kept.add)
            self._with_reserve(lambda: change(clip_id))
            try:
                self._with_reserve(lambda: self._journal.append(card))
            except VaultError:
                with contextlib.suppress(StorageError):
                    undo(clip_id)
                raise

    def expire(self, keep_s: int) -> list[str]:
        """Delete the ended clips for which the camera has run `keep_s` since they were begun; the ids that went.

        Call it now and then: time is counted here. Raises StorageError; what was deleted before stays deleted.
        """
        with self._lock:
            self._stock.ages.mark(self._ids.next_number)
            return self._delete_each(self._stock.expired(keep_s), "age")

    def make_room(self, max_bytes: int, short_bytes: int = 0) -> list[str]:
        """Delete ended clips until all together use at most `max_bytes`; the ids that went, as `retention` orders them.

        The open clip counts but stays, and so do kept ones; however many these are, the others may use half of it, but
        for the `short_bytes` that the card needs to be written to at all: these are made free whatever is kept.
        Raises StorageError; what was deleted before stays deleted.
        """
        with self._lock:
            self._with_reserve(self._deletions.finish)
            kept_bytes = self.kept_bytes()
            others_bytes = max(max_bytes - kept_bytes, max_bytes // 2)
            excess_bytes = max(self.clips_bytes() - kept_bytes - others_bytes, short_bytes)
            gone = self._delete_each(self._stock.first_to_go(excess_bytes), "space")
            self._reserve.refill()
            return gone

    def clips_bytes(self) -> int:
        """What all clips, the open one too, and their thumbnails use."""
        with self._lock:
            return self._index.total_bytes + self._open_bytes

    def kept_bytes(self) -> int:
        """Of those, what kept ones use."""
        with self._lock:
            return self._stock.kept_bytes + (self._open_bytes if self.open_clip_id in self._stock.kept else 0)

    @property
    def _open_bytes(self) -> int:
        return self._open_clip.size_bytes if self._open_clip else 0

    def close(self) -> None:
        """End the journal; a clip that is still open ends early."""
        with self._lock:
            if self._open_clip:
                self._open_clip.abandon()
            self._stock.ages.mark(self._ids.next_number, is_last=True)
            self._journal.close()

    def _delete_each(self, clip_ids: list[str], why: DeletedWhy) -> list[str]:
        gone: list[str] = []
        for clip_id in clip_ids:
            with contextlib.suppress(UnknownClipError):
                self.delete_clip(clip_id, why)
                gone.append(clip_id)
        return gone

    def _opened_card(self, place: ClipPlace) -> ClipOpened:
        return ClipOpened(
            at_ms=self._clock.wall_ms(),
            clip=place.clip_id,
            cause=place.cause,
            mask=place.mask_digest,
            clock=self._clock.quality(),
            sound=place.has_sound,
        )

    def _undo_open(self, clip_id: str) -> None:
        """A clip that could not be opened leaves no file, unless the disk refuses that too."""
        with contextlib.suppress(VaultError):  # the first failure is the one that the owner hears of
            self._files.remove(self._clip_path(clip_id))
            self._index.drop(clip_id)
            self._files.sync_folder(self._clips)

    def _clip_ended(self, card: ClipClosed | None) -> None:
        with self._lock:
            clip, self._open_clip = self._open_clip, None
            if clip is not None:
                self._index.add(clip.clip_id, clip.stored_bytes)
            if card is not None:
                self._with_reserve(lambda: self._journal.append(card))

    def _write_down(self, deletion: Deletion) -> None:
        self._journal.append(
            ClipDeleted(at_ms=self._clock.wall_ms(), clip=deletion.clip_id, why=deletion.why, device=deletion.device)
        )

    def _with_reserve(self, write: Callable[[], T]) -> T:
        """Write, on a full card in the room of the reserve. Raises StorageError."""
        try:
            return write()
        except StorageError as error:
            if not error.is_full or not self._reserve.spend():
                raise
            return write()

    def _clean(self) -> None:
        """Finish or remove what a crash left. What the disk refuses now is tried again later, or at the next start."""
        with contextlib.suppress(StorageError):
            self._with_reserve(self._deletions.finish)
            for name in self._index.stray_thumbnails:
                self._files.remove(self._thumbnails / name)
            for clip_id in self._stock.kept:
                if clip_id not in self._index:
                    self._stock.kept.drop(clip_id)
            for clip_id in list(self._index)[-_NEWEST:]:
                if self._index.size_bytes(clip_id) <= _HEADER_AT_MOST_BYTES and not self._has_header(clip_id):
                    self._files.remove(self._clip_path(clip_id))
                    self._index.drop(clip_id)

    def _has_header(self, clip_id: str) -> bool:
        """Without one nobody ever opens it; it was cut before its opened card."""
        return has_whole_header(self._files.read(self._clip_path(clip_id), _HEADER_AT_MOST_BYTES))

    def _swept(self, folder: Path) -> dict[str, int]:
        """What lies in the folder, by name in order, once temporaries are removed."""
        sizes = self._files.sizes(folder)
        for name in [name for name in sizes if is_temporary(name)]:
            self._files.remove(folder / name)
            del sizes[name]
        return sizes

    def _clip_path(self, clip_id: str) -> Path:
        return self._clips / f"{clip_id}{CLIP_SUFFIX}"

    def _thumbnail_path(self, clip_id: str) -> Path:
        return self._thumbnails / f"{clip_id}{THUMBNAIL_SUFFIX}"
