"""One clip while it is being recorded: access units in, a sealed file on the card out."""

from __future__ import annotations

import hashlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from camera.clock import Clock
from camera.contract import AccessUnit
from camera.sound_unit import SoundUnit
from camera.vault.age_writer import CHUNK_BYTES, AgeWriter
from camera.vault.boxes import (
    MIN_BOX_BYTES,
    ClipCause,
    ClipEnd,
    Closed,
    Opened,
    closed_box,
    free_box,
    opened_box,
)
from camera.vault.cards import ClipClosed
from camera.vault.errors import ClipStateError, StorageError, VaultError
from camera.vault.files import Files, write_durably
from camera.vault.fmp4 import TIMESCALE, Fragment, FragmentedMp4
from camera.vault.moving import MovingBoxes, Shares
from camera.vault.recipients import Recipient
from camera.vault.sound_boxes import numbered, with_sound_track
from camera.vault.sound_track import SoundTrack
from camera.vault.thumbnail import seal_thumbnail

_log = logging.getLogger(__name__)

_MAX_LOSS_90K = 2 * TIMESCALE
_MAX_HELD_90K = TIMESCALE * 3 // 2
_SYNC_EVERY_90K = 2 * TIMESCALE


@dataclass(frozen=True, slots=True)
class ClipPlace:
    """What the vault decides about a new clip."""

    clip_id: str
    cause: ClipCause
    mask_digest: str
    has_sound: bool
    clip_path: Path
    thumbnail_path: Path


@dataclass(frozen=True, slots=True)
class _Held:
    """A fragment that is not yet wholly sealed: its end in the plaintext, first picture, and when it was ready."""

    end_offset: int
    first_pts_90k: int
    ready_pts_90k: int


class ClipWriter:
    """Takes the pictures of one clip, in order, from one thread; calls may block on the card.

    At every moment the file opens up to its last whole chunk, and that chunk is never more than 2 s of pictures
    behind: `free` boxes fill chunks that would wait longer. A picture is on the card, safe from a power cut, at most
    2 s after its chunk was written. After any error the file is closed as it stands, an ended-early clip, and the
    writer takes nothing more.
    """

    def __init__(
        self,
        place: ClipPlace,
        recipients: tuple[Recipient, ...],
        clock: Clock,
        files: Files,
        on_end: Callable[[ClipClosed | None], None],
    ) -> None:
        """Creates the file. `on_end` gets the closed card, or None when the clip ended early by an error."""
        self._place, self._clock, self._files, self._on_end = place, clock, files, on_end
        self._jpeg: bytes | None = None
        self._mp4: FragmentedMp4 | None = None
        self._started_at_ms = self._start_pts = self._start_ns = 0
        self._thumbnail_bytes = 0
        self._moving = MovingBoxes()
        self._sound: SoundTrack | None = None
        self._fragments = 0
        self._synced_pts = self._size_bytes = self._pictures = self._offset = 0
        self._keys: list[tuple[int, int]] = []
        self._held: deque[_Held] = deque()
        self._digest = hashlib.sha256()
        self._is_open = True
        self._file = files.open(place.clip_path, is_new=True)
        try:
            self._age = AgeWriter(recipients, self._to_file)
            self._file.sync()
            files.sync_folder(place.clip_path.parent)
        except VaultError:
            self._file.close()
            raise

    @property
    def clip_id(self) -> str:
        return self._place.clip_id

    @property
    def is_open(self) -> bool:
        return self._is_open

    @property
    def size_bytes(self) -> int:
        """What was written to the file so far."""
        return self._size_bytes

    @property
    def stored_bytes(self) -> int:
        """The file's, and the thumbnail's once it is written."""
        return self._size_bytes + self._thumbnail_bytes

    def append(self, unit: AccessUnit) -> None:
        """Add the next picture; the first must be a key picture with SPS and PPS.

        Raises StorageError when the card fails, ClipStateError on a picture that does not belong here.
        """
        self._refuse_if_ended()
        try:
            if self._mp4 is None:
                self._begin(unit)
            else:
                self._continue(self._mp4, unit)
            self._pictures += 1
        except VaultError:
            self.abandon()
            raise

    def append_sound(self, unit: SoundUnit) -> None:
        """Add the next frame of sound; dropped in a clip that was opened without it, and before the first picture."""
        if self._sound is not None:
            self._sound.add(unit)

    def set_thumbnail(self, jpeg: bytes) -> None:
        """The picture to show for this clip, replacing an earlier one; sealed and written at the end."""
        self._jpeg = jpeg

    def note_moving(self, captured_at_ns: int, boxes: Sequence[Shares]) -> None:
        """Something counted in the picture of this time; told in the closed box, and lost when the clip ends early."""
        if self._mp4 is not None:
            self._moving.add((captured_at_ns - self._start_ns) // 1_000_000, boxes)

    def close(self, end: ClipEnd) -> ClipClosed:
        """End the clip in order; everything is on the card when this returns.

        Raises StorageError when the card fails, ClipStateError when it has ended or got no picture.
        """
        self._refuse_if_ended()
        try:
            card = self._finish(end)
        except VaultError:
            self.abandon()
            raise
        self._is_open = False
        self._on_end(card)
        return card

    def abandon(self) -> None:
        """Stop writing and leave the file as it stands; does nothing when the clip has ended."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            self._file.close()
        except VaultError:  # the first failure is the one that the owner hears of
            pass
        finally:
            self._on_end(None)

    def _begin(self, unit: AccessUnit) -> None:
        self._mp4 = FragmentedMp4(unit)
        age_ms = (self._clock.monotonic_ns() - unit.captured_at_ns) // 1_000_000
        self._started_at_ms = max(0, self._clock.wall_ms() - age_ms)  # the pre-roll of a start in 1970
        self._start_pts, self._start_ns = unit.pts_90k, unit.captured_at_ns
        opened = Opened(
            clip=self.clip_id,
            started_at_ms=self._started_at_ms,
            cause=self._place.cause,
            mask=self._place.mask_digest,
            clock=self._clock.quality(),
        )
        self._sound = SoundTrack(self._start_ns) if self._place.has_sound else None
        init = with_sound_track(self._mp4.init) if self._sound else self._mp4.init
        self._write(init + opened_box(opened))

    def _continue(self, mp4: FragmentedMp4, unit: AccessUnit) -> None:
        fragment = mp4.add(unit)
        now = unit.pts_90k - self._start_pts
        if fragment is not None:
            self._write_fragment(fragment, now)
        next_at = now + mp4.last_duration_90k
        if self._is_held_too_long(next_at):
            self._fill_chunk()
        if next_at - self._synced_pts > _SYNC_EVERY_90K:
            self._file.sync()
            self._synced_pts = now

    def _write_fragment(self, fragment: Fragment, now: int, *, is_last: bool = False) -> None:
        if fragment.starts_with_key:
            self._keys.append((fragment.first_pts_90k * 1000 // TIMESCALE, self._offset))
        self._write(self._with_sound(fragment.data, now, is_last=is_last))
        self._held.append(_Held(self._offset, fragment.first_pts_90k, now))
        self._drop_sealed()

    def _with_sound(self, fragment: bytes, now: int, *, is_last: bool) -> bytes:
        """The pictures' fragment as it is; in a clip with sound, numbered and followed by what was heard meanwhile."""
        if self._sound is None:
            return fragment
        self._fragments += 2
        heard = self._sound.fragment(now, self._fragments, is_last=is_last)
        return numbered(fragment, self._fragments - 1) + heard

    def _is_held_too_long(self, next_at: int) -> bool:
        """Would the oldest fragment that is not wholly sealed be too old when the next picture comes?"""
        if not self._held:
            return False
        oldest = self._held[0]
        return next_at > min(oldest.first_pts_90k + _MAX_LOSS_90K, oldest.ready_pts_90k + _MAX_HELD_90K)

    def _fill_chunk(self) -> None:
        room = CHUNK_BYTES - self._age.held_bytes
        if room:
            self._write(free_box(max(room, MIN_BOX_BYTES)))
        self._age.seal_full_chunk()  # the closed box, or more pictures, always follow
        self._drop_sealed()

    def _drop_sealed(self) -> None:
        while self._held and self._held[0].end_offset <= self._age.sealed_plaintext_bytes:
            self._held.popleft()

    def _finish(self, end: ClipEnd) -> ClipClosed:
        if self._mp4 is None:
            raise ClipStateError(f"clip {self.clip_id} got no picture before its end")
        duration_ms = self._mp4.duration_90k * 1000 // TIMESCALE
        self._write_fragment(self._mp4.finish(), self._mp4.duration_90k, is_last=True)
        sound_ms = self._sound.heard_ms if self._sound else None
        closed = Closed(
            clip=self.clip_id,
            duration_ms=duration_ms,
            pictures=self._pictures,
            end=end,
            keys=tuple(self._keys),
            moving=self._moving.rows,
            sound_ms=sound_ms,
        )
        self._write(closed_box(closed))
        self._age.close()
        self._file.sync()
        self._file.close()
        return ClipClosed(
            at_ms=self._clock.wall_ms(),
            clip=self.clip_id,
            started_at_ms=self._started_at_ms,
            duration_ms=duration_ms,
            size_bytes=self._size_bytes,
            sha256=self._digest.hexdigest(),
            end=end,
            cause=self._place.cause,
            thumb=self._write_thumbnail(),
            sound_ms=sound_ms,
        )

    def _write_thumbnail(self) -> str | None:
        """Seal and save the thumbnail; its key. A clip without a thumbnail is better than none: failing is logged."""
        if self._jpeg is None:
            return None
        sealed, key = seal_thumbnail(self.clip_id, self._jpeg)
        try:
            write_durably(self._files, self._place.thumbnail_path, sealed)
        except StorageError as error:
            _log.warning("clip %s has no thumbnail: %s", self.clip_id, error)
            return None
        self._thumbnail_bytes = len(sealed)
        return key

    def _write(self, plaintext: bytes) -> None:
        self._age.write(plaintext)
        self._offset += len(plaintext)

    def _to_file(self, sealed: memoryview) -> None:
        self._file.write(sealed)
        self._digest.update(sealed)
        self._size_bytes += len(sealed)

    def _refuse_if_ended(self) -> None:
        if not self._is_open:
            raise ClipStateError(f"clip {self.clip_id} has ended; open a new one")
