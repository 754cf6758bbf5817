"""Every record fits its 512 bytes, whatever the names, and comes back as it was."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.vault import cards
from camera.vault.cards import MAX_JSON_BYTES, Record, decode_record, encode_record

_AT = 1_790_000_000_000
_ID, _HEX64, _DEVICE = "0000002a" + "f" * 24, "ab" * 32, "d" * 32
_OUTLINE = "A" * 96
_NAME = {"device": _DEVICE, "name": "Ana's phone"}

_GOLDEN: dict[str, tuple[Record, dict[str, object]]] = {
    "camera.started": (cards.CameraStarted(at_ms=_AT, version="1.0"), {"version": "1.0"}),
    "camera.claimed": (cards.CameraClaimed(at_ms=_AT, **_NAME), {**_NAME}),
    "clip.opened": (
        cards.ClipOpened(at_ms=_AT, clip=_ID, cause="press", mask=_HEX64, clock="unsynced"),
        {"clip": _ID, "cause": "press", "mask": _HEX64, "clock": "unsynced", "sound": False},
    ),
    "clip.closed": (
        cards.ClipClosed(
            at_ms=_AT,
            clip=_ID,
            started_at_ms=_AT - 9000,
            duration_ms=9000,
            size_bytes=123456,
            sha256=_HEX64,
            end="quiet",
            cause="motion",
            thumb=None,
        ),
        {
            "clip": _ID,
            "started_at_ms": _AT - 9000,
            "duration_ms": 9000,
            "bytes": 123456,
            "sha256": _HEX64,
            "end": "quiet",
            "cause": "motion",
            "thumb": None,
            "sound_ms": None,
        },
    ),
    "clip.deleted": (
        cards.ClipDeleted(at_ms=_AT, clip=_ID, why="space", device=None),
        {"clip": _ID, "why": "space", "device": None},
    ),
    "view.started": (cards.ViewStarted(at_ms=_AT, viewer="0" * 16, **_NAME), {"viewer": "0" * 16, **_NAME}),
    "view.ended": (
        cards.ViewEnded(at_ms=_AT, viewer="0" * 16, seconds=61, why="left", **_NAME),
        {"viewer": "0" * 16, **_NAME, "seconds": 61, "why": "left"},
    ),
    "clock.offered": (cards.ClockOffered(at_ms=_AT, **_NAME, was_at_ms=9), {**_NAME, "was_at_ms": 9}),
    "update.asked": (cards.UpdateAsked(at_ms=_AT, **_NAME, what=_HEX64), {**_NAME, "what": _HEX64}),
    "plate.viewed": (cards.PlateViewed(at_ms=_AT, **_NAME), {**_NAME}),
    "mask.changed": (
        cards.MaskChanged(at_ms=_AT, old=None, new=_HEX64, visible=0.25, loosened=0.1, outline=_OUTLINE, **_NAME),
        {**_NAME, "old": None, "new": _HEX64, "visible": 0.25, "loosened": 0.1, "outline": _OUTLINE},
    ),
    "mask.pending": (
        cards.MaskPending(at_ms=_AT, new=_HEX64, loosened=0.1, outline=_OUTLINE, **_NAME),
        {**_NAME, "new": _HEX64, "loosened": 0.1, "outline": _OUTLINE},
    ),
    "mask.cancelled": (
        cards.MaskCancelled(at_ms=_AT, new=None, why="revoked", **_NAME),
        {**_NAME, "new": None, "why": "revoked"},
    ),
    "device.invited": (
        cards.DeviceInvited(at_ms=_AT, role="viewer", by=_DEVICE, **_NAME),
        {**_NAME, "role": "viewer", "by": _DEVICE},
    ),
    "device.paired": (
        cards.DevicePaired(at_ms=_AT, role="owner", by=_DEVICE, **_NAME),
        {**_NAME, "role": "owner", "by": _DEVICE},
    ),
    "device.revoked": (
        cards.DeviceRevoked(at_ms=_AT, role="owner", by=_DEVICE, **_NAME),
        {**_NAME, "role": "owner", "by": _DEVICE},
    ),
    "settings.changed": (cards.SettingsChanged(at_ms=_AT, what="watching", **_NAME), {**_NAME, "what": "watching"}),
}


@pytest.mark.parametrize("kind", _GOLDEN)
def test_record_has_the_members_that_the_format_names(kind: str) -> None:
    record, members = _GOLDEN[kind]
    assert json.loads(encode_record(record)) == {"t": kind, "at_ms": _AT, **members}
    assert decode_record(encode_record(record)) == record


@given(texts=st.tuples(*[st.text(st.characters(), max_size=700)] * 5))
def test_no_text_makes_a_record_too_long(texts: tuple[str, ...]) -> None:
    viewer, device, name, why, by = texts
    records: list[Record] = [
        cards.ViewEnded(at_ms=_AT, viewer=viewer, device=device, name=name, seconds=9, why=why),
        cards.MaskChanged(at_ms=_AT, device=_DEVICE, name=name, old=_HEX64, new=_HEX64, visible=1 / 3),
        cards.DeviceInvited(at_ms=_AT, device=_DEVICE, name=name, role=why, by=by),
        cards.SettingsChanged(at_ms=_AT, device=_DEVICE, name=name, what=why),
        cards.CameraStarted(at_ms=_AT, version=why),
    ]
    for record in records:
        encoded = encode_record(record)
        assert len(encoded) <= MAX_JSON_BYTES
        assert type(decode_record(encoded)) is type(record)


def test_names_are_cut_to_forty_characters() -> None:
    decoded = decode_record(encode_record(cards.PlateViewed(at_ms=_AT, device=_DEVICE, name="é" * 99)))
    assert isinstance(decoded, cards.PlateViewed)
    assert decoded.name == "é" * 40


def test_ids_are_never_cut_when_a_name_is_long() -> None:
    decoded = decode_record(
        encode_record(
            cards.MaskChanged(
                at_ms=_AT, device=_DEVICE, name="\x01" * 40, old=_HEX64, new=_HEX64, visible=0.123456789012345
            )
        )
    )
    assert isinstance(decoded, cards.MaskChanged)
    assert (decoded.device, decoded.old, decoded.new) == (_DEVICE, _HEX64, _HEX64)


@pytest.mark.parametrize("character", ["a", "é", "門", "😀", '"', "\x01", "\ud800"])
def test_a_change_of_the_drawing_fits_with_its_outline_and_the_longest_name(character: str) -> None:
    full = {"at_ms": 2**53, "device": _DEVICE, "name": character * 40, "outline": _OUTLINE}
    changed = cards.MaskChanged(old=_HEX64, new=_HEX64, visible=0.123456, loosened=0.000001, **full)  # type: ignore[arg-type]
    pending = cards.MaskPending(new=_HEX64, loosened=0.123456, **full)  # type: ignore[arg-type]
    for record in (changed, pending):
        encoded = encode_record(record)
        assert len(encoded) <= MAX_JSON_BYTES
        decoded = decode_record(encoded)
        assert msgspec.structs.replace(decoded, name="") == msgspec.structs.replace(record, name="")
        assert len(getattr(decoded, "name", "")) >= 10


def test_a_name_of_forty_accented_letters_stands_whole_beside_the_outline() -> None:
    changed = cards.MaskChanged(
        at_ms=_AT,
        device=_DEVICE,
        name="é" * 40,
        old=_HEX64,
        new=_HEX64,
        visible=0.123456,
        loosened=0.1,
        outline=_OUTLINE,
    )
    assert decode_record(encode_record(changed)) == changed


def test_a_change_from_before_outlines_existed_is_still_read() -> None:
    old = {"t": "mask.changed", "at_ms": _AT, **_NAME, "old": None, "new": _HEX64, "visible": 0.25}
    decoded = decode_record(json.dumps(old).encode())
    assert isinstance(decoded, cards.MaskChanged)
    assert (decoded.loosened, decoded.outline) == (0.0, None)


def test_an_id_that_cannot_be_one_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        encode_record(cards.ClipDeleted(at_ms=_AT, clip="x" * 600, why="owner", device=None))


def test_an_unknown_kind_is_no_record() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_record(b'{"t":"oven.lit","at_ms":1}')
