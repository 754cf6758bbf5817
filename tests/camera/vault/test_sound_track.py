"""Sound in clips: at its time beside the picture, without a hole, and without a bit of difference to the picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.doorbell.aac import AacEncoder
from camera.doorbell.parts import BLOCK, RATE_HZ, Samples
from camera.sound_unit import SOUND_SAMPLES, SoundUnit
from camera.vault import Vault
from camera.vault.sound_boxes import AUDIO_CONFIG, SILENT_FRAME
from camera.vault.sound_track import LATE_S, SoundTrack
from stoop.reader.identities import X25519Identity
from tests.camera.doorbell.fakes import loudest_hz
from tests.camera.vault.fakes import CAMERA_ID, MASK_DIGEST, FakeClock, access_units, playable_part

_IDENTITY = X25519Identity(bytes(range(32)))
_UNITS = access_units(5)
_START_NS = _UNITS[0].captured_at_ns
_FRAME_NS = SOUND_SAMPLES * 1_000_000_000 // RATE_HZ


@cache
def tone(from_s: float, to_s: float, hz: float = 930.0) -> tuple[SoundUnit, ...]:
    """A tone that is heard from `from_s` to `to_s` after the first picture."""
    encoder, heard = AacEncoder(), list[SoundUnit]()
    for start in range(round(from_s * RATE_HZ), round(to_s * RATE_HZ), BLOCK):
        t = (np.arange(BLOCK) + start) / RATE_HZ
        block: Samples = np.round(9000 * np.sin(2 * np.pi * hz * t)).astype(np.int16)
        heard += encoder.encode(block, _START_NS + start * 1_000_000_000 // RATE_HZ)
    return tuple(heard)


def clip_of(folder: Path, sound: Sequence[SoundUnit], *, has_sound: bool = True) -> bytes:
    """The opened MP4 of a clip of 5 s with this sound."""
    vault = Vault(folder, CAMERA_ID, (_IDENTITY.recipient,), FakeClock())
    clip, left = vault.open_clip("motion", MASK_DIGEST, has_sound=has_sound), list(sound)
    for unit in _UNITS:
        while left and left[0].captured_at_ns < unit.captured_at_ns:
            clip.append_sound(left.pop(0))
        clip.append(unit)
    clip.close("quiet")
    return playable_part(next(folder.glob("clips/*")).read_bytes(), [_IDENTITY])


def samples_of(mp4: bytes) -> Samples:
    """All that is heard, from the first picture on; a hole would show as a time that does not follow."""
    heard, expected = list[Samples](), None
    with av.open(io.BytesIO(mp4), "r") as file:
        for frame in file.decode(audio=0):
            assert frame.pts is not None
            assert expected in (None, frame.pts)
            expected = frame.pts + frame.samples
            heard.append(np.round(frame.to_ndarray()[0] * 32767).astype(np.int16))
    return np.concatenate(heard)


def pictures_of(mp4: bytes) -> list[tuple[int | None, bytes]]:
    with av.open(io.BytesIO(mp4), "r") as file:
        return [(packet.pts, bytes(packet)) for packet in file.demux(video=0) if packet.size]


def test_a_tone_is_found_in_the_opened_clip_at_its_pitch_and_beside_its_picture(tmp_path: Path) -> None:
    heard = samples_of(clip_of(tmp_path, tone(2.0, 4.0)))
    assert abs(loudest_hz(heard[round(2.2 * RATE_HZ) : round(3.8 * RATE_HZ)]) - 930) < 5
    loud = np.flatnonzero(np.abs(heard) > 3000) / RATE_HZ
    assert abs(loud[0] - 2.0) < 0.04
    assert abs(loud[-1] - 4.0) < 0.08  # the encoder keeps its last two frames


def test_the_picture_is_the_same_to_the_bit_with_sound_and_without(tmp_path: Path) -> None:
    with_sound = pictures_of(clip_of(tmp_path / "with", tone(0, 5)))
    without = pictures_of(clip_of(tmp_path / "without", (), has_sound=False))
    assert len(without) == len(_UNITS)
    assert with_sound == without


def test_a_clip_opened_without_sound_takes_none(tmp_path: Path) -> None:
    mp4 = clip_of(tmp_path, tone(0, 5), has_sound=False)
    with av.open(io.BytesIO(mp4), "r") as file:
        assert not file.streams.audio


@pytest.mark.parametrize("sound", [(), tone(0, 1.0)], ids=["dead from the start", "dies after a second"])
def test_where_the_microphone_is_dead_silence_goes_on_to_the_last_picture(
    tmp_path: Path, sound: tuple[SoundUnit, ...]
) -> None:
    heard = samples_of(clip_of(tmp_path, sound))
    assert abs(len(heard) / RATE_HZ - 5) < 0.05
    assert np.abs(heard[round(1.2 * RATE_HZ) :]).max() < 10


def test_fragments_are_numbered_in_order_over_both_tracks(tmp_path: Path) -> None:
    mp4 = clip_of(tmp_path, tone(0, 5))
    marks = [at for at in range(len(mp4)) if mp4.startswith(b"mfhd", at)]
    numbers = [int.from_bytes(mp4[at + 8 : at + 12], "big") for at in marks]
    assert numbers == list(range(1, len(numbers) + 1))


def test_our_constants_are_what_the_encoder_makes() -> None:
    codec = av.CodecContext.create("aac", "w")
    codec.sample_rate, codec.layout, codec.format = RATE_HZ, "mono", "fltp"
    codec.open()
    assert (codec.extradata or b"").startswith(AUDIO_CONFIG)
    encoder, nothing = AacEncoder(), np.zeros(BLOCK, np.int16)
    made = [unit.data for number in range(8) for unit in encoder.encode(nothing, number * 20_000_000)]
    assert made[-1] == SILENT_FRAME


@given(
    steps=st.lists(st.integers(0, 400), max_size=60),
    every=st.integers(1, 7),
)
def test_whatever_the_times_are_the_track_has_no_hole_and_no_frame_is_far_from_its_time(
    steps: list[int], every: int
) -> None:
    """Times in ms from one frame to the next, and how many frames come between two fragments."""
    track, now_ms, parts, at_of = SoundTrack(0), 0, list[bytes](), dict[bytes, int]()
    for number, step in enumerate(steps):
        now_ms += step
        mark = b"heard%04d" % number
        at_of[mark] = now_ms
        track.add(SoundUnit(mark, now_ms * 1_000_000))
        if number % every == 0:
            parts.append(track.fragment(now_ms * 90, 2))
    parts.append(track.fragment(now_ms * 90 + 1, 2, is_last=True))
    sample = 0
    for part in filter(None, parts):
        begins = int.from_bytes(part[part.index(b"tfdt") + 8 :][:8], "big")
        assert begins == sample
        trun = part.index(b"trun")
        count = int.from_bytes(part[trun + 8 : trun + 12], "big")
        body = part[part.index(b"mdat") + 4 :]
        for index in range(count):
            size = int.from_bytes(part[trun + 16 + 4 * index :][:4], "big")
            frame, body = body[:size], body[size:]
            if frame != SILENT_FRAME:
                assert abs(at_of[frame] - sample / 48) <= 33
            sample += SOUND_SAMPLES
        assert body == b""
    assert now_ms - sample / 48 < 1000 * SOUND_SAMPLES / RATE_HZ + 1
    assert LATE_S < 1
