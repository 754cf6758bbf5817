"""The messages on the socket, as msgspec structs; docs/design/0001-formats-and-protocols.md section 7."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

ErrorCode = Literal[
    "bad_request",
    "bad_signature",
    "bad_nonce",
    "unknown_device",
    "forbidden",
    "not_claimed",
    "already_claimed",
    "bad_code",
    "bad_proof",
    "no_code",
    "conflict",
    "loosens",
    "not_shown",
    "not_found",
    "too_many",
    "storage",
    "internal",
]


class AccessUnit(msgspec.Struct, frozen=True, tag="unit", gc=False):
    """One encoded picture, as every viewer and every clip gets it.

    `data` is H.264 in Annex B byte-stream form (ITU-T H.264 Annex B); a key picture carries SPS and PPS.
    `pts_90k` counts 1/90000 s from an arbitrary start and only grows within one run of the camera process.
    `captured_at_ns` is the monotonic clock at capture.
    """

    data: bytes
    pts_90k: int
    is_key: bool
    captured_at_ns: int

    def __repr__(self) -> str:
        kind = "key" if self.is_key else "delta"
        return f"AccessUnit({kind}, {len(self.data)} bytes, pts_90k={self.pts_90k})"


TALK_BLOCK_BYTES = 1920
"""20 ms of mono, 48 kHz, signed 16 bit, little-endian."""


class Sound(msgspec.Struct, frozen=True, tag="sound", gc=False):
    """20 ms of what is said at the door, for the one viewer who talks; only while that viewer's ticket for talk lives.

    `data` is one Opus packet (RFC 6716), mono; `pts_48k` counts 1/48000 s from the beginning of the conversation.
    """

    viewer: str
    data: bytes
    pts_48k: int

    def __repr__(self) -> str:
        return f"Sound({len(self.data)} bytes, pts_48k={self.pts_48k})"


class MaskState(msgspec.Struct, frozen=True):
    """The mask in force: digest of the signed text, and which share (0.0-1.0) of the picture can be seen."""

    digest: str
    visible_share: float


class PendingMask(msgspec.Struct, frozen=True):
    """A drawing that shows more and waits under the lock: not in force. Hours of running time, rounded up."""

    digest: str
    newly_visible: float
    """0.0-1.0 of the picture."""
    hours_left: int


ViewWord = Literal["unknown", "checking", "confirmed", "moved"]
"""Whether the view is the one that the mask was drawn for; every picture is black in `checking` and `moved`."""


class State(msgspec.Struct, frozen=True, tag="state"):
    """How the camera is; sent first on each connection and after each change."""

    camera_id: str
    version: str
    name: str
    is_claimed: bool
    is_watching: bool
    is_delivering: bool
    """False while the source delivers nothing (lost, starting, or switched off)."""
    source: str
    """The source's kind (`demo`, `file`, `v4l2`), never a path."""
    width_px: int
    height_px: int
    fps: float
    mask: MaskState | None
    has_motion: bool
    recording_clip: str | None
    viewers: int
    clips_bytes: int
    fault: str | None
    """What is wrong, as one plain sentence for the owner, or None."""
    view: ViewWord = "unknown"
    pending_mask: PendingMask | None = None
    unlock_hours_left: int | None = None
    """Until the lock on showing more goes off, as an owner's device asked; None when nobody did."""
    is_bell_only: bool = False
    """The lens is open for a minute from each press, and dark at any other time; nothing is recorded."""
    is_dark: bool = False
    """Bell-only, and nobody pressed within the last minute."""
    wake_hours_left: int | None = None
    """Until bell-only mode ends, as an owner's device asked under the lock; None when nobody did."""
    is_talking: bool = False
    """Whether an owner is talking to the door: only then is the microphone open."""
    talk_fault: str | None = None
    """What is wrong with the sound of that conversation, as one plain sentence, or None."""
    records_sound: bool = False
    """The owner chose that clips hold what is said at the door."""
    sound_fault: str | None = None
    """Why the clips of now hold no sound although they should, as one plain sentence, or None."""
    takes_messages: bool = False
    """The owner chose that a visitor whom nobody answers may leave a message."""
    sound_hours_left: int | None = None
    """Until sound is recorded, as an owner's device asked under the lock; None when nobody did."""
    message_hours_left: int | None = None


class Event(msgspec.Struct, frozen=True, tag="event"):
    """Something happened: never a picture and never a name.

    `kind` is one of motion.started, motion.ended, clip.opened, clip.closed, clip.deleted, mask.changed, mask.pending,
    mask.cancelled, devices.changed, settings.changed, source.lost, source.back, viewers.changed, storage.fault,
    camera.claimed, owner.recovered, key.changed, view.moved, view.confirmed, bell.rang, parcel.left,
    parcel.taken, message.left.
    `clip` names the clip that it is about.
    """

    kind: str
    at_ms: int
    clip: str | None = None


class NonceIssued(msgspec.Struct, frozen=True, tag="nonce"):
    """Answers `NonceWanted`."""

    request_id: int
    nonce: str


class CommandResult(msgspec.Struct, frozen=True, tag="result"):
    """Answers `Command` when it was carried out; `body` is what the browser gets as JSON."""

    request_id: int
    action: str
    body: dict[str, Any]  # Any: JSON of the action's own shape, checked where it is made


class CommandError(msgspec.Struct, frozen=True, tag="error"):
    """Answers `Command` when it was refused; `message` is a sentence that names thing, value and fix."""

    request_id: int
    code: ErrorCode
    message: str


class TicketEnded(msgspec.Struct, frozen=True, tag="ticket_ended"):
    """This viewer gets no more access units: ticket ran out, device revoked, camera switched off."""

    viewer: str
    why: str


class NonceWanted(msgspec.Struct, frozen=True, tag="nonce_wanted"):
    """Asks for one nonce; `request_id` is echoed."""

    request_id: int


class Command(msgspec.Struct, frozen=True, tag="command"):
    """A compact JWS to be verified and carried out by the camera; `request_id` is echoed."""

    request_id: int
    jws: str


class KeyPictureWanted(msgspec.Struct, frozen=True, tag="key_wanted"):
    """A viewer joined or lost a packet: make the next picture a key picture (requests are coalesced)."""


class ViewerLeft(msgspec.Struct, frozen=True, tag="viewer_left"):
    """This viewer's connection is gone; its ticket ends."""

    viewer: str


class TalkBlock(msgspec.Struct, frozen=True, tag="talk", gc=False):
    """20 ms of the owner's voice for the door; heard only while this viewer's ticket for talk lives.

    `pcm` is TALK_BLOCK_BYTES long; of any other length it is dropped.
    """

    viewer: str
    pcm: bytes

    def __repr__(self) -> str:
        return f"TalkBlock({len(self.pcm)} bytes)"


CameraMessage = State | AccessUnit | Event | NonceIssued | CommandResult | CommandError | TicketEnded | Sound
ServerMessage = NonceWanted | Command | KeyPictureWanted | ViewerLeft | TalkBlock
