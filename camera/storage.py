"""The vault as the running camera uses it: every operation in order on its own thread, faults told in plain words."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from camera.clip_keeper import ClipKeeper, SoundSource
from camera.clock import Clock
from camera.control import ClipRoom
from camera.errors import CommandRefused
from camera.frame import MaskedFrame
from camera.motion import Box
from camera.recorder import ClipCause, EndClip, RecorderAction, StartClip
from camera.vault import (
    ClipOpenError,
    KeptFullError,
    RecipientError,
    UnknownClipError,
    Vault,
    VaultError,
    seal_bytes,
)
from camera.vault.cards import ClipKept, Record
from camera.vault_thread import VaultThread

_MIN_FREE_BYTES = 64 * 1024 * 1024
_KEEP_S = 72 * 3600
KEPT_SHARE = 0.5
"""Of the room for clips; the rest stays free for new ones."""


class Storage:
    """Nothing is stored before `found`: without an owner there is nobody to seal to.

    A fault ends the open clip (it stays, ended early); the next `StartClip` tries again and clears the fault.
    """

    def __init__(
        self,
        folder: Path,
        camera_id: str,
        clock: Clock,
        max_share: float,
        on_change: Callable[[str, str], None],
        on_fault: Callable[[str | None], None],
        sound: SoundSource | None = None,
    ) -> None:
        """`max_share` of the disk is for clips where the owner set nothing else.

        `on_change(kind, clip)` hears of clip.opened, clip.closed and clip.deleted.

        `on_fault` hears of trouble as a sentence, and None when it is over.
        """
        self._folder, self._camera_id, self._clock, self._default_share = folder, camera_id, clock, max_share
        self._keep_s, self._share = _KEEP_S, max_share
        self._on_change, self._on_fault, self._sound = on_change, on_fault, sound
        self._vault: Vault | None = None
        self._keeper: ClipKeeper | None = None
        self._recipients: tuple[str, ...] = ()
        self._is_faulty = False
        self._clips_bytes = 0
        self._is_clip_lost = False
        self._thread = VaultThread(self._failed)

    @property
    def clips_bytes(self) -> int:
        return self._clips_bytes

    @property
    def open_clip(self) -> str | None:
        return self._keeper.open_clip if self._keeper else None

    @property
    def open_cause(self) -> ClipCause | None:
        """Why the open clip is recorded."""
        return self._keeper.open_cause if self._keeper else None

    def found(self, recipient: str) -> None:
        """Open the vault for this owner.

        Raises CommandRefused bad_request for a bad recipient, storage when the folder cannot be written.
        """
        try:
            self._thread.ask(lambda: self._found(recipient))
        except RecipientError as error:
            raise CommandRefused("bad_request", str(error)) from error

    def resume(self, recipient: str) -> None:
        """Open the vault of the owner there is. A card that fails now is told and tried again; the camera runs on."""
        self._recipients = (recipient,)
        try:
            with contextlib.suppress(CommandRefused):  # told by the vault's thread
                self._thread.ask(self._opened)
                self.tidy()
        except RecipientError as error:
            self._failed(f"clips cannot be sealed ({error}): nothing is recorded")

    def change_recipient(self, recipient: str, card: Record, save: Callable[[], None]) -> None:
        """See `Vault.change_recipients`. Raises CommandRefused bad_request or storage, and what `save` raises."""
        try:
            self._thread.ask(lambda: self._change(recipient, card, save))
        except RecipientError as error:
            raise CommandRefused("bad_request", str(error)) from error

    def note(self, record: Record) -> None:
        """On the disk when this returns. Raises CommandRefused storage when it is not."""
        self._thread.ask(lambda: self._note(record))

    def note_later(self, record: Record) -> None:
        self._thread.post(lambda: self._note(record))

    def delete_clip(self, clip: str, device: str) -> None:
        """Raises CommandRefused not_found, conflict (it is being recorded) or storage."""
        self._thread.ask(lambda: self._delete(clip, device))

    def keep_clip(self, card: ClipKept) -> None:
        """Raises CommandRefused not_found, too_many or storage."""
        self._thread.ask(lambda: self._keep(card))

    def room(self, share: float | None = None) -> ClipRoom:
        """Raises CommandRefused storage."""
        return self._thread.ask(lambda: self._room(self._share if share is None else share))

    def use(self, *, keep_hours: int, share: float | None) -> None:
        """Rules for what is there and what comes, in force within seconds. `share` None: as the settings file says."""
        self._keep_s, self._share = keep_hours * 3600, self._default_share if share is None else share
        self.tidy()

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        """Carry out what the recorder decided, soon. One thread at a time.

        When the card is too far behind, the clip ends early: what follows a missing picture could not be shown.
        """
        if isinstance(action, StartClip):
            self._is_clip_lost = False
        if self._is_clip_lost:
            return
        if not self._thread.post(lambda: self._apply(action, mask_digest)):
            self._is_clip_lost = True
            self._failed("the memory card cannot keep up, this clip ends early: check the card, or put in a new one")

    def then(self, job: Callable[[], None]) -> None:
        """Do `job`, quick, after all that was asked for by now; left out when the card is too far behind."""
        self._thread.post(job)

    def thumbnail(self, frame: MaskedFrame) -> None:
        """A better picture for the open clip; left out when the card is behind."""
        self._thread.post_if_idle(lambda: self._keeper.thumbnail(frame) if self._keeper else None)

    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None:
        """Where something counts now; left out when the card is behind."""
        self._thread.post_if_idle(lambda: self._keeper.moving(captured_at_ns, boxes) if self._keeper else None)

    def seal(self, data: bytes) -> bytes:
        """An age file to the owner, in memory. Raises CommandRefused not_claimed before there is one."""
        if not self._recipients:
            raise CommandRefused("not_claimed", "this camera has no owner yet: claim it first")
        return seal_bytes(self._recipients, data)

    def tidy(self) -> None:
        """Delete, soon, what has been there long enough, and what there is no room for."""
        self._thread.post_if_idle(self._tidy)

    def close(self) -> None:
        """Finish what was posted, close the journal; within some seconds or not at all."""
        if self._vault:
            self._thread.post(self._vault.close)
        self._thread.close()

    def _found(self, recipient: str) -> None:
        self._open((recipient,))
        self._recipients = (recipient,)
        self._tidy()

    def _change(self, recipient: str, card: Record, save: Callable[[], None]) -> None:
        self._opened().change_recipients((recipient,), card, save)
        self._recipients = (recipient,)

    def _open(self, recipients: tuple[str, ...]) -> Vault:
        vault = self._vault = Vault(self._folder, self._camera_id, recipients, self._clock)
        self._keeper = ClipKeeper(vault, self._on_change, self._sound)
        return vault

    def _opened(self) -> Vault:
        """The vault of the owner there is, opened now where the card failed before. Raises StorageError."""
        if self._vault:
            return self._vault
        vault = self._open(self._recipients)
        self._is_over()
        return vault

    def _note(self, record: Record) -> None:
        if self._recipients:
            self._opened().note(record)

    def _delete(self, clip: str, device: str) -> None:
        if not self._recipients:
            raise CommandRefused("not_claimed", "this camera has no owner yet: claim it first")
        vault = self._opened()
        try:
            vault.delete_clip(clip, "owner", device)
        except UnknownClipError as error:
            raise CommandRefused("not_found", "this clip is gone already") from error
        except ClipOpenError as error:
            raise CommandRefused(
                "conflict", "this clip is still being recorded: delete it when it has ended"
            ) from error
        self._clips_bytes = vault.clips_bytes()
        self._on_change("clip.deleted", clip)

    def _apply(self, action: RecorderAction, mask_digest: str) -> None:
        if isinstance(action, StartClip) and self._recipients:
            self._opened()
        if not self._keeper:
            return
        if isinstance(action, StartClip):
            self._keeper.give_up()  # one whose end the card was too far behind to hear of
        has_recorded = self._keeper.open_clip is not None
        try:
            self._keeper.apply(action, mask_digest)
        except VaultError:
            self._keeper.give_up()
            raise
        if isinstance(action, EndClip):
            self._tidy()
            if has_recorded:  # the end of a clip that could not be begun says nothing of the card
                self._is_over()

    def _tidy(self) -> None:
        if not self._recipients:
            return
        vault = self._opened()
        for clip in vault.expire(self._keep_s):
            self._on_change("clip.deleted", clip)
        disk = shutil.disk_usage(self._folder)
        for clip in vault.make_room(int(disk.total * self._share), _MIN_FREE_BYTES - disk.free):
            self._on_change("clip.deleted", clip)
        self._clips_bytes = vault.clips_bytes()

    def _room(self, share: float) -> ClipRoom:
        if not self._recipients:
            return ClipRoom(share, 0, 0, 0)
        vault = self._opened()
        return ClipRoom(share, self._room_bytes(vault, share), vault.clips_bytes(), vault.kept_bytes())

    def _room_bytes(self, vault: Vault, share: float) -> int:
        """For all clips: a share of the card, less where something else fills it."""
        disk = shutil.disk_usage(self._folder)
        return max(0, min(int(disk.total * share), vault.clips_bytes() + disk.free - _MIN_FREE_BYTES))

    def _keep(self, card: ClipKept) -> None:
        if not self._recipients:
            raise CommandRefused("not_claimed", "this camera has no owner yet: claim it first")
        vault = self._opened()
        try:
            vault.keep_clip(card, int(self._room_bytes(vault, self._share) * KEPT_SHARE))
        except UnknownClipError as error:
            raise CommandRefused("not_found", "this clip is gone already") from error
        except KeptFullError as error:
            raise CommandRefused("too_many", str(error)) from error

    def _failed(self, sentence: str) -> None:
        self._is_faulty = True
        self._on_fault(sentence)

    def _is_over(self) -> None:
        if self._is_faulty:
            self._is_faulty = False
            self._on_fault(None)
