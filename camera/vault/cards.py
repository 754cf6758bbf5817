"""The records of the journal, one struct for each kind, and their JSON; docs/design/0001 section 5."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from camera.clock import ClockQuality
from camera.vault.boxes import ClipCause, ClipEnd

MAX_JSON_BYTES = 494
MAX_NAME_CHARACTERS = 40

DeletedWhy = Literal["owner", "space", "age"]
CancelledWhy = Literal["owner", "revoked", "replaced", "moved"]
_CLIPPED_FIELDS = ("name", "what", "version", "why", "by", "viewer", "device", "role")


class _Card(msgspec.Struct, frozen=True, kw_only=True, tag_field="t"):
    """`at_ms` is the wall clock."""

    at_ms: int


class CameraStarted(_Card, frozen=True, kw_only=True, tag="camera.started"):
    version: str


class CameraClaimed(_Card, frozen=True, kw_only=True, tag="camera.claimed"):
    device: str
    name: str


class OwnerRecovered(_Card, frozen=True, kw_only=True, tag="owner.recovered"):
    """A browser became an owner by a code from inside the house and the recovery sheet."""

    device: str
    name: str


class ClipOpened(_Card, frozen=True, kw_only=True, tag="clip.opened"):
    """`mask` is the digest of the mask in force, 64 hex digits."""

    clip: str
    cause: ClipCause
    mask: str
    clock: ClockQuality
    sound: bool = False
    """Whether the owner had chosen to record sound."""


class ClipClosed(_Card, frozen=True, kw_only=True, tag="clip.closed"):
    """`size_bytes` and `sha256` are those of the sealed file; `thumb` is the thumbnail's key, unpadded base64url."""

    clip: str
    started_at_ms: int
    duration_ms: int
    size_bytes: int = msgspec.field(name="bytes")
    sha256: str
    end: ClipEnd
    cause: ClipCause
    thumb: str | None
    sound_ms: int | None = None
    """How much sound was heard; None where none was to be."""

    def __repr__(self) -> str:
        return f"ClipClosed({self.clip}, {self.duration_ms} ms, {self.size_bytes} bytes, {self.end})"


class ClipDeleted(_Card, frozen=True, kw_only=True, tag="clip.deleted"):
    """`device` asked for it; None when space was needed, or its time was over."""

    clip: str
    why: DeletedWhy
    device: str | None


class ClipKept(_Card, frozen=True, kw_only=True, tag="clip.kept"):
    """From here on it stays until its owner deletes it, or with `kept` False goes when its time is over."""

    clip: str
    kept: bool
    device: str
    name: str


class ViewStarted(_Card, frozen=True, kw_only=True, tag="view.started"):
    viewer: str
    device: str
    name: str


class ViewEnded(_Card, frozen=True, kw_only=True, tag="view.ended"):
    viewer: str
    device: str
    name: str
    seconds: int
    why: str


class PlateViewed(_Card, frozen=True, kw_only=True, tag="plate.viewed"):
    device: str
    name: str


class ViewMoved(_Card, frozen=True, kw_only=True, tag="view.moved"):
    """The camera no longer sees what the mask was drawn for: black from here on."""


class TrafficViewed(_Card, frozen=True, kw_only=True, tag="traffic.viewed"):
    device: str
    name: str


class ClockOffered(_Card, frozen=True, kw_only=True, tag="clock.offered"):
    """The clock was never set, and an owner's browser said the time: `at_ms`; it had said `was_at_ms`."""

    device: str
    name: str
    was_at_ms: int


class MotionWatched(_Card, frozen=True, kw_only=True, tag="motion.watched"):
    """Setting motion up, an owner's page began to be told where something moves."""

    device: str
    name: str


class BellRang(_Card, frozen=True, kw_only=True, tag="bell.rang"):
    """`device` tried it; None: the button was pressed."""

    device: str | None
    name: str | None


class TalkStarted(_Card, frozen=True, kw_only=True, tag="talk.started"):
    viewer: str
    device: str
    name: str


class TalkEnded(_Card, frozen=True, kw_only=True, tag="talk.ended"):
    viewer: str
    device: str
    name: str
    seconds: int
    why: str


class ReplyPlayed(_Card, frozen=True, kw_only=True, tag="reply.played"):
    """`what` is the phrase's name."""

    device: str
    name: str
    what: str


class ParcelSeen(_Card, frozen=True, kw_only=True, tag="parcel.seen"):
    """In the place that the owner drew for parcels something was `left` or `taken`; what, nobody knows."""

    what: str


class RightNoted(_Card, frozen=True, kw_only=True, tag="right.noted"):
    """Somebody asked for what there is of them, or for its deletion; `what` is the owner's note of who and when."""

    device: str
    name: str
    right: str
    kind: str
    what: str


class RightClosed(_Card, frozen=True, kw_only=True, tag="right.closed"):
    """How that request ended, in the owner's words."""

    device: str
    name: str
    right: str
    what: str


class HoleOpened(_Card, frozen=True, kw_only=True, tag="hole.opened"):
    """A way out was opened or led elsewhere; `what` is its kind and its address, never what lets one in."""

    device: str
    name: str
    what: str


class HoleClosed(_Card, frozen=True, kw_only=True, tag="hole.closed"):
    device: str
    name: str
    what: str


class UpdateAsked(_Card, frozen=True, kw_only=True, tag="update.asked"):
    """An owner had the updater take a file; `what` is its SHA-256. What runs afterwards stands in `camera.started`."""

    device: str
    name: str
    what: str


class MaskChanged(_Card, frozen=True, kw_only=True, tag="mask.changed"):
    """`old` and `new` are digests; `visible` is the share of the picture that is now seen, 0.0-1.0.

    `loosened` is the share that was hidden before, `outline` the cells of which a part is visible now
    (`camera/outline.py`); journals from before they existed have neither.
    """

    device: str
    name: str
    old: str | None
    new: str | None
    visible: float
    loosened: float = 0.0
    outline: str | None = None


class MaskPending(_Card, frozen=True, kw_only=True, tag="mask.pending"):
    """A drawing that shows more waits under the lock; `new` None: the lock itself is to go off."""

    device: str
    name: str
    new: str | None
    loosened: float
    outline: str | None


class MaskCancelled(_Card, frozen=True, kw_only=True, tag="mask.cancelled"):
    """What waited never came into force; `device` ended it (or asked for it: `moved`), `new` is as in `MaskPending`."""

    device: str
    name: str
    new: str | None
    why: CancelledWhy


class DeviceInvited(_Card, frozen=True, kw_only=True, tag="device.invited"):
    device: str
    name: str
    role: str
    by: str


class DevicePaired(_Card, frozen=True, kw_only=True, tag="device.paired"):
    device: str
    name: str
    role: str
    by: str


class DeviceRevoked(_Card, frozen=True, kw_only=True, tag="device.revoked"):
    device: str
    name: str
    role: str
    by: str


class KeyChanged(_Card, frozen=True, kw_only=True, tag="key.changed"):
    """Last words of the old key's epoch: what follows is sealed to the recipient with this SHA-256, 64 hex digits."""

    device: str
    name: str
    recipient: str


class SettingsChanged(_Card, frozen=True, kw_only=True, tag="settings.changed"):
    device: str
    name: str
    what: str


Record: TypeAlias = (
    CameraStarted
    | CameraClaimed
    | OwnerRecovered
    | ClipOpened
    | ClipClosed
    | ClipDeleted
    | ClipKept
    | ViewStarted
    | ViewEnded
    | PlateViewed
    | TrafficViewed
    | ClockOffered
    | MotionWatched
    | ViewMoved
    | BellRang
    | TalkStarted
    | TalkEnded
    | ReplyPlayed
    | ParcelSeen
    | RightNoted
    | RightClosed
    | HoleOpened
    | HoleClosed
    | UpdateAsked
    | MaskChanged
    | MaskPending
    | MaskCancelled
    | DeviceInvited
    | DevicePaired
    | DeviceRevoked
    | KeyChanged
    | SettingsChanged
)


def encode_record(record: Record) -> bytes:
    """JSON of at most 494 bytes: names are cut to 40 characters, then what takes most bytes until it fits.

    Raises ValueError when even that is not enough, as ids or digests are too long to be such.
    """
    fields = {
        name: _cut(value, MAX_NAME_CHARACTERS if name == "name" else MAX_JSON_BYTES)
        for name in record.__struct_fields__
        if name in _CLIPPED_FIELDS and isinstance(value := getattr(record, name), str)
    }
    while True:
        encoded = msgspec.json.encode(msgspec.structs.replace(record, **fields))
        excess_bytes = len(encoded) - MAX_JSON_BYTES
        if excess_bytes <= 0:
            return encoded
        longest = max(fields, key=lambda name: len(msgspec.json.encode(fields[name])), default=None)
        if longest is None or not fields[longest]:
            raise ValueError(f"a {type(record).__name__} record of {len(encoded)} bytes does not fit a journal record")
        # One character is at most six bytes of JSON, so this never cuts more than is needed.
        fields[longest] = _cut(fields[longest], len(fields[longest]) - -(-excess_bytes // 6))


def decode_record(data: bytes) -> Record:
    """Raises msgspec.DecodeError on anything that is no record of this version."""
    return _DECODER.decode(data)


_DECODER: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def _cut(text: str, characters: int) -> str:
    """At most so many characters, with lone surrogates, which UTF-8 cannot hold, replaced."""
    return text[: max(0, characters)].encode("utf-8", "replace").decode()
