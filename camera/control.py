"""What commands may do to the running camera: ten small protocols, so that commands can be tested without a lens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from camera.bell_desk import BellDesk
from camera.contract import ViewWord
from camera.hole_desk import HoleDesk
from camera.home import CameraRecord
from camera.mask import Mask
from camera.mask_change import MaskChange
from camera.message_desk import MessageDesk
from camera.motion_desk import MotionDesk
from camera.parcel_desk import ParcelDesk
from camera.replies import Replies
from camera.talk_desk import TalkDesk
from camera.update_desk import UpdateDesk
from camera.vault.cards import ClipKept, Record


@dataclass(frozen=True, slots=True)
class PlateView:
    """The people-free picture, if it is ready: an age file to the owner holding a PNG."""

    progress: float
    sealed_png: bytes | None = field(repr=False)
    taken_at_ms: int | None
    width_px: int
    height_px: int
    is_final: bool = True
    """False while a better one than `sealed_png` is in the making, or none is there at all."""


@dataclass(frozen=True, slots=True)
class ClipRoom:
    """`room_bytes` is what clips may use of the card now, `clips_bytes` what they do use, `kept_bytes` kept ones."""

    share: float
    room_bytes: int
    clips_bytes: int
    kept_bytes: int


@dataclass(frozen=True, slots=True)
class TrafficView:
    """Where it moved in the last `minutes`: an age file to the owner holding JSON, or None where counting begins."""

    minutes: int
    sealed_json: bytes | None = field(repr=False)


class MaskControl(Protocol):
    """The mask in force; `use_mask` stores the text, then applies it; `compare` is exact at the camera's picture."""

    def mask(self) -> Mask | None: ...
    def compare(self, old: Mask | None, new: Mask) -> MaskChange: ...
    def use_mask(self, mask: Mask) -> None: ...
    def waiting_changed(self) -> None: ...
    def view(self) -> ViewWord:
        """`moved` also while the picture has another shape than the mask was drawn for."""


class StorageControl(Protocol):
    """The vault; each call returns when it is on the disk. Raises CommandRefused storage when it is not."""

    def found(self, recipient: str) -> None: ...
    def note(self, record: Record) -> None: ...
    def note_later(self, record: Record) -> None: ...
    def delete_clip(self, clip: str, device: str) -> None: ...


class KeepingControl(Protocol):
    """How much room clips have, and which of them stay."""

    def keep_clip(self, card: ClipKept) -> None:
        """As `StorageControl`; also CommandRefused not_found, or too_many where too much is kept."""
        ...

    def room(self, share: float | None = None) -> ClipRoom:
        """What it is, or would be with another share of the card."""
        ...


class PictureControl(Protocol):
    """The lens."""

    def plate(self, *, is_fresh: bool, seen_at_ms: int | None) -> PlateView: ...
    def traffic(self) -> TrafficView: ...
    def offer_time(self, wall_ms: int) -> bool:
        """False where the machine knows the time itself, or the offer cannot be true."""
        ...

    def record_now(self) -> None:
        """Raises CommandRefused conflict when there are no pictures."""
        ...

    def is_dark(self) -> bool: ...
    def use_record(self, record: CameraRecord) -> None: ...


class AudienceControl(Protocol):
    """Who is told: viewers whose ticket ended, pages that should look again."""

    def tickets_changed(self, ended: list[str], why: str) -> None: ...
    def announce(self, kind: str) -> None: ...


class MotionControl(Protocol):
    """What counts as motion."""

    def motion_desk(self) -> MotionDesk: ...


class BellControl(Protocol):
    """The bell at the door, and the place for parcels beside it."""

    def bell_desk(self) -> BellDesk: ...
    def parcel_desk(self) -> ParcelDesk: ...
    def use_parcels(self) -> None: ...


class TalkControl(Protocol):
    """What is said at the door."""

    def talk_desk(self) -> TalkDesk: ...
    def replies(self) -> Replies: ...
    def message_desk(self) -> MessageDesk: ...


class KeyControl(Protocol):
    """The owner's public half."""

    def seal(self, data: bytes) -> bytes:
        """An age file to the recipient in force. Raises CommandRefused not_claimed."""
        ...

    def change_recipient(self, recipient: str, card: Record, save: Callable[[], None]) -> None:
        """`card` under the old one, `save`, then all that is new is sealed to this. Raises CommandRefused, OSError."""
        ...


class HoleControl(Protocol):
    """The ways out."""

    def hole_desk(self) -> HoleDesk: ...


class UpdateControl(Protocol):
    """Root's updater."""

    def update_desk(self) -> UpdateDesk: ...


class Control(
    MaskControl,
    StorageControl,
    KeepingControl,
    PictureControl,
    AudienceControl,
    MotionControl,
    BellControl,
    TalkControl,
    KeyControl,
    HoleControl,
    UpdateControl,
    Protocol,
):
    """All of it: the running camera."""
