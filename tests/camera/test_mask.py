"""The mask on pictures: what is hidden is gone, what is visible is untouched, and doubt means black."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.frame import Frame, MaskedFrame, PictureSize, plane_views
from camera.mask import Mask, Masker
from tests.camera.strategies import mask_of, masks, noise, noise_frame, sizes

SIZE = PictureSize(32, 24)
EVERYTHING = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
RIGHT_HALF = [(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)]
seeds = st.integers(0, 2**32 - 1)


def is_black(frame: MaskedFrame) -> bool:
    luma, blue, red = plane_views(frame.i420, frame.size)
    return bool((luma == 16).all() and (blue == 128).all() and (red == 128).all())


def hidden_samples(masker: Masker, size: PictureSize) -> npt.NDArray[np.bool_]:
    """The I420 samples that belong to a hidden pixel, from `visible_luma` alone."""
    hidden = ~masker.visible_luma
    chroma = hidden[::2, ::2] | hidden[1::2, ::2] | hidden[::2, 1::2] | hidden[1::2, 1::2]
    flat = np.concatenate([hidden.ravel(), chroma.ravel(), chroma.ravel()])
    return flat.reshape(size.height_px * 3 // 2, size.width_px)


@given(mask=masks, size=sizes, seed=seeds, other_seed=seeds)
def test_pictures_that_differ_only_in_hidden_pixels_come_out_identical(
    mask: Mask, size: PictureSize, seed: int, other_seed: int
) -> None:
    masker = Masker(mask, size)
    one = noise_frame(size, seed)
    other = Frame(np.where(hidden_samples(masker, size), noise(size, other_seed), one.i420), size, 0)
    assert masker.apply(one).i420.tobytes() == masker.apply(other).i420.tobytes()


@given(mask=masks, size=sizes, seed=seeds)
def test_hidden_pixels_are_black_and_visible_pixels_untouched(mask: Mask, size: PictureSize, seed: int) -> None:
    masker = Masker(mask, size)
    before = noise(size, seed)
    after = masker.apply(Frame(before.copy(), size, 7)).i420
    black = np.full_like(before, 128)
    black[: size.height_px] = 16
    assert np.array_equal(after, np.where(hidden_samples(masker, size), black, before))


def test_the_mask_works_in_place_and_keeps_the_capture_time() -> None:
    frame = noise_frame(SIZE, 1, captured_at_ns=42)
    masked = Masker(mask_of([RIGHT_HALF]), SIZE).apply(frame)
    assert masked.i420 is frame.i420
    assert (masked.captured_at_ns, masked.size) == (42, SIZE)


def test_a_masked_picture_can_not_be_written_to() -> None:
    masked = Masker(mask_of([EVERYTHING]), SIZE).apply(noise_frame(SIZE, 1))
    with pytest.raises(ValueError, match="read-only"):
        masked.i420[0, 0] = 1


def test_without_a_mask_everything_is_black() -> None:
    masker = Masker(None, SIZE)
    assert is_black(masker.apply(noise_frame(SIZE, 1)))
    assert masker.visible_share == 0.0


def test_a_mask_that_allows_nothing_is_all_black() -> None:
    assert is_black(Masker(mask_of([]), SIZE).apply(noise_frame(SIZE, 1)))


def test_a_picture_of_another_size_comes_out_black_and_of_the_expected_size() -> None:
    masked = Masker(mask_of([EVERYTHING]), SIZE).apply(noise_frame(PictureSize(24, 32), 1))
    assert is_black(masked)
    assert masked.size == SIZE
    assert masked.i420.shape == (36, 32)


@pytest.mark.parametrize(
    "array",
    [
        pytest.param(noise(SIZE, 1)[:, ::-1], id="not contiguous"),
        pytest.param(noise(SIZE, 1)[:24], id="luma only"),
        pytest.param(noise(SIZE, 1).reshape(-1), id="flat"),
        pytest.param(np.frombuffer(noise(SIZE, 1).tobytes(), np.uint8).reshape(36, 32), id="read-only"),
        pytest.param(noise(SIZE, 1).astype(np.uint16), id="sixteen bits"),
        pytest.param(noise(SIZE, 1).view(np.int8), id="signed"),
    ],
)
def test_an_array_that_is_no_writable_i420_comes_out_black(array: npt.NDArray[np.uint8]) -> None:
    masked = Masker(mask_of([EVERYTHING]), SIZE).apply(Frame(array, SIZE, 0))
    assert is_black(masked)
    assert masked.i420.shape == (36, 32)


def test_a_black_stand_in_is_made_anew_each_time() -> None:
    masker = Masker(None, SIZE)
    wrong = PictureSize(16, 16)
    assert masker.apply(noise_frame(wrong, 1)).i420 is not masker.apply(noise_frame(wrong, 1)).i420


def test_the_visible_share_is_that_of_the_visible_pixels() -> None:
    masker = Masker(mask_of([RIGHT_HALF]), SIZE)
    assert masker.visible_share == 0.5
    assert masker.visible_luma[:, 16:].all()
    assert not masker.visible_luma[:, :16].any()


def test_the_visible_map_can_not_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Masker(None, SIZE).visible_luma[0, 0] = True


def test_a_comb_of_many_thin_stripes_is_laid_on_exactly() -> None:
    size = PictureSize(16, 256)
    stripes = [[(0.0, n / 32), (1.0, n / 32), (1.0, (n + 0.5) / 32), (0.0, (n + 0.5) / 32)] for n in range(32)]
    masker = Masker(mask_of(stripes), size)
    before = noise(size, 3)
    luma = masker.apply(Frame(before.copy(), size, 0)).luma
    expected = np.arange(256) % 8 < 4
    assert np.array_equal(masker.visible_luma, np.repeat(expected[:, None], 16, axis=1))
    assert np.array_equal(luma, np.where(masker.visible_luma, before[:256], 16))
