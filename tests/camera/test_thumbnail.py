"""The little picture in the list of clips."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera.frame import Frame, PictureSize
from camera.mask import Mask, Masker
from camera.thumbnail import jpeg_thumbnail
from tests.camera.strategies import mask_of, masks, noise

ALL = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
LEFT_HALF = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]


def thumbnail(bgr: tuple[int, int, int], size: PictureSize, mask: Mask) -> bytes:
    plain = np.full((size.height_px, size.width_px, 3), bgr, np.uint8)
    i420 = np.asarray(cv2.cvtColor(plain, cv2.COLOR_BGR2YUV_I420), np.uint8)
    return jpeg_thumbnail(Masker(mask, size).apply(Frame(i420, size, 0)))


def shown(jpeg: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None
    return np.asarray(bgr, np.uint8)


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1280, 720, (270, 480)),
        (640, 480, (360, 480)),
        (320, 180, (180, 320)),
        (1080, 1920, (852, 480)),
        (4096, 16, (16, 480)),
    ],
)
def test_it_is_at_most_480_wide_and_keeps_its_shape(width: int, height: int, expected: tuple[int, int]) -> None:
    assert shown(thumbnail((90, 90, 90), PictureSize(width, height), mask_of([ALL]))).shape[:2] == expected


@pytest.mark.parametrize("bgr", [(0, 0, 0), (255, 255, 255), (40, 60, 200), (200, 80, 30), (60, 180, 60)])
def test_colours_are_the_scene_s_own(bgr: tuple[int, int, int]) -> None:
    middle = shown(thumbnail(bgr, PictureSize(640, 360), mask_of([ALL])))[100, 100].astype(int)
    assert np.abs(middle - np.array(bgr)).max() <= 6


def test_the_hidden_half_is_black() -> None:
    picture = shown(thumbnail((200, 200, 200), PictureSize(1280, 720), mask_of([LEFT_HALF])))
    assert picture[:, 250:].max() <= 8
    assert picture[:, :230].min() > 180


def test_even_noise_stays_small() -> None:
    size = PictureSize(1280, 720)
    assert len(jpeg_thumbnail(Masker(mask_of([ALL]), size).apply(Frame(noise(size, 1), size, 0)))) < 120_000


@given(mask=masks, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_it_does_not_depend_on_hidden_pixels(mask: Mask, seed: int) -> None:
    size = PictureSize(960, 64)
    masker = Masker(mask, size)
    hidden = ~masker.visible_luma
    flat = np.concatenate([hidden.ravel(), hidden[::2, ::2].ravel(), hidden[::2, ::2].ravel()])
    one = noise(size, 0)
    other = np.where(flat.reshape(one.shape), noise(size, seed), one)
    pictures = [jpeg_thumbnail(masker.apply(Frame(i420, size, 0))) for i420 in (one, other)]
    assert pictures[0] == pictures[1]
