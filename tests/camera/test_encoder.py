"""The encoder: what comes out plays, starts where it should, and says nothing about hidden pixels."""

from __future__ import annotations

from itertools import pairwise

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from hypothesis import given, settings
from hypothesis import strategies as st

from camera.contract import AccessUnit
from camera.encoder import Encoder
from camera.encoder.h264 import MAX_KEY_BYTES
from camera.frame import Frame, MaskedFrame, PictureSize, Plane, plane_views
from camera.mask import Mask, Masker
from tests.camera.strategies import mask_of, masks, noise, noise_frame

SIZE = PictureSize(160, 96)
ALL = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
LEFT_HALF = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]
FPS = 15.0
STEP_NS = 1_000_000_000 // 15


def picture(number: int, size: PictureSize = SIZE) -> Plane:
    """A soft slope with a bright square that walks across it."""
    i420 = np.full((size.height_px * 3 // 2, size.width_px), 128, np.uint8)
    luma = plane_views(i420, size)[0]
    luma[:] = np.linspace(40, 160, size.width_px, dtype=np.uint8)
    left = number * 4 % (size.width_px - 24)
    luma[20:44, left : left + 24] = 220
    return i420


def masked(number: int, captured_at_ns: int | None = None, masker: Masker | None = None) -> MaskedFrame:
    at_ns = number * STEP_NS if captured_at_ns is None else captured_at_ns
    return (masker or Masker(mask_of([ALL]), SIZE)).apply(Frame(picture(number), SIZE, at_ns))


def encoded(count: int, wanted: tuple[int, ...] = (), masker: Masker | None = None) -> list[AccessUnit]:
    encoder = Encoder(SIZE, FPS)
    units = [unit for n in range(count) for unit in encoder.encode(masked(n, masker=masker), want_key=n in wanted)]
    return units + encoder.flush()


def shown_frames(units: list[AccessUnit]) -> list[av.VideoFrame]:
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    return [frame for packet in [*(av.Packet(unit.data) for unit in units), None] for frame in decoder.decode(packet)]


def decoded(units: list[AccessUnit]) -> list[Plane]:
    return [np.asarray(frame.to_ndarray(format="yuv420p"), np.uint8) for frame in shown_frames(units)]


def nal_types(data: bytes) -> list[int]:
    return [part[0] & 31 for part in data.split(b"\0\0\1")[1:]]


def test_pictures_come_back_from_a_decoder_much_as_they_were() -> None:
    shown = decoded(encoded(20))
    assert len(shown) == 20
    for number, after in enumerate(shown):
        error = np.abs(after.astype(int) - picture(number).astype(int))
        assert error.mean() < 4, number


def test_each_picture_gives_its_unit_at_once() -> None:
    encoder = Encoder(SIZE, FPS)
    assert [len(encoder.encode(masked(n))) for n in range(5)] == [1] * 5
    assert encoder.flush() == []


def test_a_key_picture_carries_its_parameter_sets() -> None:
    units = encoded(50, wanted=(7,))
    for unit in units:
        types = nal_types(unit.data)
        assert unit.is_key == (5 in types)
        assert (7 in types) == (8 in types) == unit.is_key


def test_the_stream_is_constrained_baseline() -> None:
    sps = next(part for part in encoded(1)[0].data.split(b"\0\0\1") if part and part[0] & 31 == 7)
    assert sps[1] == 66
    assert sps[2] & 0x40


def test_there_are_no_b_pictures() -> None:
    assert {PictureType(frame.pict_type) for frame in shown_frames(encoded(20))} == {PictureType.I, PictureType.P}


def test_key_pictures_come_every_two_seconds_of_capture_time() -> None:
    assert [n for n, unit in enumerate(encoded(95)) if unit.is_key] == [0, 30, 60, 90]


def test_a_wanted_key_picture_is_the_next_unit() -> None:
    assert [n for n, unit in enumerate(encoded(50, wanted=(7, 8))) if unit.is_key] == [0, 7, 8, 38]


def test_a_decoder_can_start_at_a_wanted_key_picture() -> None:
    units = encoded(20, wanted=(9,))
    assert len(decoded(units[9:])) == 11


@given(st.lists(st.integers(0, 3_000_000_000), min_size=1, max_size=12))
@settings(max_examples=25)
def test_timestamps_grow_whatever_the_capture_times(times_ns: list[int]) -> None:
    encoder = Encoder(SIZE, FPS)
    units = [unit for n, at_ns in enumerate(times_ns) for unit in encoder.encode(masked(n, captured_at_ns=at_ns))]
    assert [unit.captured_at_ns for unit in units] == times_ns
    pts = [unit.pts_90k for unit in units]
    assert all(later > earlier for earlier, later in pairwise(pts))
    assert pts[0] == times_ns[0] * 9 // 100_000


def test_repeated_capture_times_do_not_swell_the_stream() -> None:
    encoder = Encoder(SIZE, FPS)
    repeated = [unit for n in range(60) for unit in encoder.encode(masked(n, captured_at_ns=5))]
    assert sum(len(unit.data) for unit in repeated) < 2 * sum(len(unit.data) for unit in encoded(60))


def test_the_hidden_area_stays_black_in_the_decoded_picture() -> None:
    masker = Masker(mask_of([LEFT_HALF]), SIZE)
    for shown in decoded(encoded(40, masker=masker)):
        luma, blue, red = plane_views(shown, SIZE)
        assert np.abs(luma[:, 96:].astype(int) - 16).max() <= 1
        assert np.abs(blue[:, 48:].astype(int) - 128).max() <= 1
        assert np.abs(red[:, 48:].astype(int) - 128).max() <= 1
        assert luma[:, :80].mean() > 50


@given(mask=masks, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_units_do_not_depend_on_hidden_pixels(mask: Mask, seed: int) -> None:
    masker = Masker(mask, SIZE)
    hidden = ~masker.visible_luma
    flat = np.concatenate([hidden.ravel(), hidden[::2, ::2].ravel(), hidden[::2, ::2].ravel()])
    is_hidden = flat.reshape(SIZE.height_px * 3 // 2, SIZE.width_px)
    one, other = Encoder(SIZE, FPS), Encoder(SIZE, FPS)
    for number in range(4):
        plain = picture(number)
        noisy = np.where(is_hidden, noise(SIZE, seed + number), plain)
        at_ns = number * STEP_NS
        units = one.encode(masker.apply(Frame(plain, SIZE, at_ns)))
        assert other.encode(masker.apply(Frame(noisy, SIZE, at_ns))) == units


@pytest.mark.parametrize("bitrate_bps", [300_000, 2_000_000, 8_000_000])
def test_even_key_pictures_of_pure_noise_fit_into_120_packets(bitrate_bps: int) -> None:
    size = PictureSize(1280, 720)
    masker = Masker(mask_of([ALL]), size)
    encoder = Encoder(size, FPS, bitrate_bps)
    for number in range(6):
        frame = noise_frame(size, number, number * STEP_NS)
        (unit,) = encoder.encode(masker.apply(frame), want_key=number % 2 == 0)
        assert len(unit.data) <= MAX_KEY_BYTES


def test_a_picture_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="make a new encoder"):
        Encoder(PictureSize(32, 32), FPS).encode(masked(0))
