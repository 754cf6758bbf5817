"""What a new drawing newly shows is counted in the pixels of the camera's own picture, whatever its polygons say."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera.frame import PictureSize
from camera.mask import Mask, Masker
from camera.mask_change import compare, compare_at_each, percent
from camera.outline import COLUMNS, ROWS, cells_touched, outline_of
from tests.camera.strategies import Point, mask_of, masks, sizes

HD = PictureSize(1280, 720)
LEFT: list[Point] = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]
RIGHT: list[Point] = [(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)]
WHOLE: list[Point] = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
NARROW: list[Point] = [(0.9, 0.0), (1.0, 0.0), (1.0, 1.0), (0.9, 1.0)]


def test_an_area_that_moves_without_growing_loosens() -> None:
    change = compare(mask_of([LEFT]), mask_of([RIGHT]), HD)

    assert (change.visible, change.loosened) == (0.5, 0.5)


def test_a_smaller_area_elsewhere_loosens() -> None:
    assert compare(mask_of([LEFT]), mask_of([NARROW]), HD).loosened == pytest.approx(0.1, abs=0.002)


def test_a_hidden_part_that_goes_away_loosens() -> None:
    assert compare(mask_of([WHOLE], [LEFT]), mask_of([WHOLE]), HD).loosened == 0.5


def test_the_same_area_in_other_polygons_does_not_loosen() -> None:
    assert compare(mask_of([WHOLE]), mask_of([WHOLE, LEFT, LEFT]), HD).loosened == 0


def test_without_an_old_mask_everything_shown_is_new() -> None:
    change = compare(None, mask_of([LEFT]), HD)

    assert change.loosened == change.visible == 0.5


def test_a_single_block_of_a_large_picture_is_not_rounded_away() -> None:
    large = PictureSize(3840, 2160)
    block: list[Point] = [(0.0, 0.0), (2 / 3840, 0.0), (2 / 3840, 2 / 2160), (0.0, 2 / 2160)]

    assert compare(mask_of([]), mask_of([block]), large).loosened == 0.000001


def test_a_picture_of_unknown_size_is_compared_at_the_worst() -> None:
    """Two columns of 640 that lie inside one of 16 show something at the finer size only."""
    sliver: list[Point] = [(2 / 640, 0.0), (4 / 640, 0.0), (4 / 640, 1.0), (2 / 640, 1.0)]
    coarse, fine = PictureSize(16, 16), PictureSize(640, 480)

    assert compare(None, mask_of([sliver]), coarse).loosened == 0
    assert compare_at_each(None, mask_of([sliver]), (fine, coarse)).loosened > 0
    assert compare_at_each(None, mask_of([sliver]), (coarse, fine)).loosened > 0


@settings(max_examples=40, deadline=None)
@given(before=masks, after=masks, size=sizes)
def test_it_loosens_exactly_when_some_pixel_is_shown_that_was_hidden(
    before: Mask, after: Mask, size: PictureSize
) -> None:
    newly = Masker(after, size).visible_luma & ~Masker(before, size).visible_luma

    change = compare(before, after, size)

    assert (change.loosened > 0) == bool(newly.any())
    assert change.loosened == pytest.approx(newly.mean(), abs=2e-6)
    assert compare(before, before, size).loosened == 0


def test_outline_of_the_left_half_is_the_left_half_of_its_cells() -> None:
    bits = np.unpackbits(np.frombuffer(base64.urlsafe_b64decode(compare(None, mask_of([LEFT]), HD).outline), np.uint8))

    assert bits.size == COLUMNS * ROWS
    assert (bits.reshape(ROWS, COLUMNS)[:, :16] == 1).all()
    assert (bits.reshape(ROWS, COLUMNS)[:, 16:] == 0).all()


@given(
    height=st.integers(1, 60),
    width=st.integers(1, 90),
    at=st.tuples(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True)),
)
def test_one_visible_pixel_marks_each_cell_that_it_touches_and_no_other(
    height: int, width: int, at: tuple[float, float]
) -> None:
    y, x = int(at[0] * height), int(at[1] * width)
    visible = np.zeros((height, width), np.bool_)
    visible[y, x] = True

    wanted = np.array(
        [
            [
                row * height < (y + 1) * ROWS
                and (row + 1) * height > y * ROWS
                and column * width < (x + 1) * COLUMNS
                and (column + 1) * width > x * COLUMNS
                for column in range(COLUMNS)
            ]
            for row in range(ROWS)
        ]
    )
    assert (cells_touched(visible) == wanted).all()


@pytest.mark.parametrize(("at", "byte", "bit"), [((0, 0), 0, 0x80), ((0, 280), 0, 0x01), ((719, 1279), 71, 0x01)])
def test_an_outline_is_written_row_by_row_most_significant_bit_first(at: tuple[int, int], byte: int, bit: int) -> None:
    visible = np.zeros((720, 1280), np.bool_)
    visible[at] = True

    wanted = bytearray(72)
    wanted[byte] = bit
    assert base64.urlsafe_b64decode(outline_of(visible)) == bytes(wanted)


def test_an_outline_is_ninety_six_characters_for_each_size() -> None:
    assert {len(outline_of(np.zeros(shape, np.bool_))) for shape in [(720, 1280), (2, 2), (1080, 1921)]} == {96}


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.342, "34 %"), (0.0249, "2.5 %"), (0.0031, "0.31 %"), (0.000001, "0.01 %"), (1.0, "100 %"), (0.0, "0.00 %")],
)
def test_a_share_is_named_in_per_cent_and_never_as_nothing(share: float, words: str) -> None:
    assert percent(share) == words
