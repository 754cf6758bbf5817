"""The MP4 boxes that we add to what the muxer writes (ISO/IEC 14496-12): opened, closed and free."""

from __future__ import annotations

import struct
import uuid
from typing import Literal

import msgspec

from camera.clock import ClockQuality
from camera.vault.moving import Row

ClipCause = Literal["motion", "press", "manual", "message"]
ClipEnd = Literal["quiet", "cap", "stopped", "off", "fault"]

OPENED_UUID = uuid.UUID("0f9b52d4-21a1-4f0e-8a0c-6f70656e6564")
CLOSED_UUID = uuid.UUID("0f9b52d4-21a1-4f0e-8a0c-636c6f736564")
MIN_BOX_BYTES = 8


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when a clip begins. `mask` is the digest of the mask in force."""

    v: Literal[1] = 1
    clip: str
    started_at_ms: int
    cause: ClipCause
    mask: str
    clock: ClockQuality


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when a clip ends in order; `keys`: (ms in the clip, plaintext offset) of key pictures.

    `moving` says where something counted; clips from before it existed have none.
    """

    v: Literal[1] = 1
    clip: str
    duration_ms: int
    pictures: int
    end: ClipEnd
    keys: tuple[tuple[int, int], ...]
    moving: tuple[Row, ...] = ()
    sound_ms: int | None = None
    """How much sound was heard; None where the owner had not chosen to record any."""


def opened_box(opened: Opened) -> bytes:
    return box(b"uuid", OPENED_UUID.bytes + msgspec.json.encode(opened))


def closed_box(closed: Closed) -> bytes:
    return box(b"uuid", CLOSED_UUID.bytes + msgspec.json.encode(closed))


def free_box(size_bytes: int) -> bytes:
    """A box of zeros that players skip; `size_bytes` in all, at least 8."""
    if size_bytes < MIN_BOX_BYTES:
        raise ValueError(f"a box has at least {MIN_BOX_BYTES} bytes, not {size_bytes}")
    return box(b"free", bytes(size_bytes - MIN_BOX_BYTES))


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", MIN_BOX_BYTES + len(body), kind) + body
