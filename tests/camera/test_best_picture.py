"""The picture that stands for a clip: large before small, sharp before blurred, whole before cut off."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from camera.best_picture import BestPicture, worth
from camera.frame import MaskedFrame, PictureSize, Plane
from camera.mask import Masker, parse_mask
from camera.motion import Box, MotionReading
from tests.camera.view.fakes import frame_of

SIZE = PictureSize(320, 180)
MASK = parse_mask(b'{"allow":[[[0,0],[1,0],[1,1],[0,1]]]}')


def figure(box: Box, blur_px: int = 0, light: float = 1.0) -> Plane:
    """A plain wall with something of much detail in the box, smeared sideways by so many pixels."""
    luma = np.full((SIZE.height_px, SIZE.width_px), 90, np.float32)
    rows, columns = _slices(box)
    texture = np.random.default_rng(7).integers(40, 200, (SIZE.height_px, SIZE.width_px)).astype(np.float32)
    luma[rows, columns] = cv2.GaussianBlur(texture, (3, 3), 0)[rows, columns]
    if blur_px:
        luma = np.asarray(cv2.blur(luma, (blur_px, 1)), np.float32)
    return np.asarray(np.clip(luma * light, 0, 255), np.uint8)


def _slices(box: Box) -> tuple[slice, slice]:
    height, width = SIZE.height_px, SIZE.width_px
    return (
        slice(round(box.top * height), round((box.top + box.height) * height)),
        slice(round(box.left * width), round((box.left + box.width) * width)),
    )


NEAR, FAR = Box(0.3, 0.2, 0.25, 0.7), Box(0.4, 0.4, 0.08, 0.25)
AT_THE_SIDE = Box(0.0, 0.2, 0.25, 0.7)


def test_large_is_better_than_small() -> None:
    assert worth(figure(NEAR), NEAR) > 1.5 * worth(figure(FAR), FAR)


def test_sharp_is_better_than_blurred() -> None:
    assert worth(figure(NEAR), NEAR) > 1.5 * worth(figure(NEAR, blur_px=9), NEAR)


def test_a_sharp_one_is_better_than_a_blurred_one_that_is_a_little_larger() -> None:
    larger = Box(0.25, 0.15, 0.3, 0.8)
    assert worth(figure(NEAR), NEAR) > worth(figure(larger, blur_px=9), larger)


def test_whole_is_better_than_cut_off() -> None:
    assert worth(figure(NEAR), NEAR) > 1.3 * worth(figure(AT_THE_SIDE), AT_THE_SIDE)


@pytest.mark.parametrize("light", [0.7, 1.2])
def test_light_makes_little_difference(light: float) -> None:
    assert worth(figure(NEAR, light=light), NEAR) == pytest.approx(worth(figure(NEAR), NEAR), rel=0.15)


def test_a_box_of_no_pixels_is_worth_nothing() -> None:
    assert worth(figure(NEAR), Box(0.5, 0.5, 0.001, 0.001)) == 0.0


def reading(*boxes: Box) -> MotionReading:
    return MotionReading(bool(boxes), boxes, 0.1)


def masked(luma: Plane) -> MaskedFrame:
    return Masker(MASK, SIZE).apply(frame_of(luma, 0))


def test_the_first_is_taken_and_only_better_ones_after_it() -> None:
    best, far, near = BestPicture(), masked(figure(FAR)), masked(figure(NEAR))

    taken = [best.takes(*each) for each in ((far, reading()), (far, reading(FAR)), (near, reading(NEAR)))]
    assert taken == [True, True, True]
    assert not best.takes(far, reading(FAR))
    assert not best.takes(near, reading(Box(0.3, 0.2, 0.25, 0.7)))


def test_a_reading_that_is_told_again_is_no_news() -> None:
    best, told = BestPicture(), reading(FAR)
    assert best.takes(masked(figure(FAR, blur_px=9)), told)
    assert not best.takes(masked(figure(FAR)), told)
