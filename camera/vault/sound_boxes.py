"""The MP4 boxes of a sound track (ISO/IEC 14496-12, 14496-14): added to what the muxer writes for the picture."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from camera.sound_unit import SOUND_RATE_HZ, SOUND_SAMPLES
from camera.vault.boxes import MIN_BOX_BYTES, box

TRACK_ID = 2
AUDIO_CONFIG = bytes.fromhex("1188")
"""AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1): AAC-LC, 48 kHz, mono."""
SILENT_FRAME = bytes.fromhex("01182007")
"""AAC-LC, mono, 1024 samples of nothing."""
BITRATE_BPS = 64_000
_UNITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_MFHD_NUMBER_AT = 20
"""In a fragment: behind the heads of `moof` and `mfhd`, and the latter's version."""


def with_sound_track(init: bytes) -> bytes:
    """The same initialisation segment, with a second track of AAC that has no samples yet."""
    kept, at = [], 0
    while at < len(init):
        size = int.from_bytes(init[at : at + 4], "big")
        kind, body = init[at + 4 : at + MIN_BOX_BYTES], init[at + MIN_BOX_BYTES : at + size]
        kept.append(box(b"moov", _moov(body)) if kind == b"moov" else init[at : at + size])
        at += size
    return b"".join(kept)


def numbered(fragment: bytes, number: int) -> bytes:
    """The same fragment as the clip's `number`th: numbers grow over both tracks, and the muxer counts only its own."""
    return fragment[:_MFHD_NUMBER_AT] + struct.pack(">I", number) + fragment[_MFHD_NUMBER_AT + 4 :]


def sound_fragment(frames: Sequence[bytes], first_sample: int, number: int) -> bytes:
    """`moof` and `mdat` of frames that follow each other without a gap; `first_sample` counts from the clip's begin."""
    tfhd = _full(b"tfhd", 0x02_00_28, struct.pack(">III", TRACK_ID, SOUND_SAMPLES, 0x0200_0000))
    tfdt = box(b"tfdt", struct.pack(">IQ", 1 << 24, first_sample))
    mfhd = _full(b"mfhd", 0, struct.pack(">I", number))
    sizes = b"".join(struct.pack(">I", len(frame)) for frame in frames)

    def moof(data_offset: int) -> bytes:
        trun = _full(b"trun", 0x00_02_01, struct.pack(">II", len(frames), data_offset) + sizes)
        return box(b"moof", mfhd + box(b"traf", tfhd + tfdt + trun))

    return moof(len(moof(0)) + MIN_BOX_BYTES) + box(b"mdat", b"".join(frames))


def _moov(body: bytes) -> bytes:
    kept, at = [], 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        kind, whole = body[at + 4 : at + MIN_BOX_BYTES], body[at : at + size]
        match kind:
            case b"mvhd":
                kept.append(whole[:-4] + struct.pack(">I", TRACK_ID + 1))  # next_track_ID
            case b"trak":
                kept.append(whole + _trak())
            case b"mvex":
                kept.append(box(kind, whole[MIN_BOX_BYTES:] + _trex()))
            case _:
                kept.append(whole)
        at += size
    return b"".join(kept)


def _trex() -> bytes:
    return _full(b"trex", 0, struct.pack(">5I", TRACK_ID, 1, SOUND_SAMPLES, 0, 0))


def _trak() -> bytes:
    tkhd = struct.pack(">5I8xhhhxx", 0, 0, TRACK_ID, 0, 0, 0, 1, 0x0100) + _UNITY + bytes(8)
    mdhd = struct.pack(">4IHxx", 0, 0, SOUND_RATE_HZ, 0, 0x55C4)  # language "und"
    hdlr = struct.pack(">I4s12x", 0, b"soun") + b"SoundHandler\0"
    media = _full(b"mdhd", 0, mdhd) + _full(b"hdlr", 0, hdlr) + box(b"minf", _minf())
    return box(b"trak", _full(b"tkhd", 3, tkhd) + box(b"mdia", media))


def _minf() -> bytes:
    dref = _full(b"dref", 0, struct.pack(">I", 1) + _full(b"url ", 1, b""))
    entry = struct.pack(">6xHIIHHHHI", 1, 0, 0, 1, 16, 0, 0, SOUND_RATE_HZ << 16) + _esds()
    empty = bytes(4)
    tables = (
        _full(b"stsd", 0, struct.pack(">I", 1) + box(b"mp4a", entry))
        + _full(b"stts", 0, empty)
        + _full(b"stsc", 0, empty)
        + _full(b"stsz", 0, empty * 2)
        + _full(b"stco", 0, empty)
    )
    return _full(b"smhd", 0, bytes(4)) + box(b"dinf", dref) + box(b"stbl", tables)


def _esds() -> bytes:
    """ES descriptor (ISO/IEC 14496-1 7.2.6.5): MPEG-4 audio (0x40), an audio stream (0x15)."""
    config = struct.pack(">BB3xII", 0x40, 0x15, BITRATE_BPS * 2, BITRATE_BPS) + _descriptor(5, AUDIO_CONFIG)
    stream = struct.pack(">HB", TRACK_ID, 0) + _descriptor(4, config) + _descriptor(6, b"\x02")
    return _full(b"esds", 0, _descriptor(3, stream))


def _descriptor(tag: int, body: bytes) -> bytes:
    assert len(body) < 128
    return bytes((tag, len(body))) + body


def _full(kind: bytes, flags: int, body: bytes) -> bytes:
    """A box with version 0 and flags."""
    return box(kind, struct.pack(">I", flags) + body)
