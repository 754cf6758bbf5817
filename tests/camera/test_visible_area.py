"""Which pixels are visible, against geometry written apart from the code under test."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.frame import PictureSize
from camera.visible_area import visible_pixels
from tests.camera.geometry import Point, crossings, is_cut, scaled
from tests.camera.strategies import polygons, sizes

SLACK_PX = 1 / 500  # corners are snapped to 1/1024 pixel, half a grid step each way


def is_safely_visible(
    allow: list[list[Point]], hide: list[list[Point]], box: tuple[float, float, float, float]
) -> bool:
    """Whether the whole box lies in one allow polygon (even-odd) and outside every hide polygon (non-zero)."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    inside = any(crossings(polygon, x, y)[0] % 2 == 1 and not is_cut(polygon, *box) for polygon in allow)
    return inside and all(crossings(polygon, x, y)[1] == 0 and not is_cut(polygon, *box) for polygon in hide)


@given(allow=st.lists(polygons, min_size=1, max_size=3), hide=st.lists(polygons, max_size=2), size=sizes)
def test_no_pixel_outside_the_drawn_area_is_ever_visible(
    allow: list[list[Point]], hide: list[list[Point]], size: PictureSize
) -> None:
    visible = visible_pixels([tuple(p) for p in allow], [tuple(p) for p in hide], size)
    allow_px = [scaled(p, size.width_px, size.height_px) for p in allow]
    hide_px = [scaled(p, size.width_px, size.height_px) for p in hide]
    for row, column in np.argwhere(visible).tolist():
        box = (column + SLACK_PX, row + SLACK_PX, column + 1 - SLACK_PX, row + 1 - SLACK_PX)
        assert is_safely_visible(allow_px, hide_px, box), (row, column)


@given(allow=st.lists(polygons, min_size=1, max_size=2), hide=st.lists(polygons, max_size=1), size=sizes)
def test_every_block_well_inside_the_drawn_area_is_visible(
    allow: list[list[Point]], hide: list[list[Point]], size: PictureSize
) -> None:
    visible = visible_pixels([tuple(p) for p in allow], [tuple(p) for p in hide], size)
    allow_px = [scaled(p, size.width_px, size.height_px) for p in allow]
    hide_px = [scaled(p, size.width_px, size.height_px) for p in hide]
    for row in range(0, size.height_px, 2):
        for column in range(0, size.width_px, 2):
            box = (column - SLACK_PX, row - SLACK_PX, column + 2 + SLACK_PX, row + 2 + SLACK_PX)
            if is_safely_visible(allow_px, hide_px, box):
                assert visible[row : row + 2, column : column + 2].all(), (row, column)


@given(allow=st.lists(polygons, max_size=2), hide=st.lists(polygons, max_size=2), size=sizes)
def test_visible_pixels_come_in_whole_chroma_blocks(
    allow: list[list[Point]], hide: list[list[Point]], size: PictureSize
) -> None:
    visible = visible_pixels([tuple(p) for p in allow], [tuple(p) for p in hide], size)
    assert np.array_equal(visible, np.repeat(np.repeat(visible[::2, ::2], 2, axis=0), 2, axis=1))


SIZE = PictureSize(32, 32)
BOX = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def test_a_stoop_drawn_to_the_border_keeps_the_border_pixels() -> None:
    assert visible_pixels([BOX], [], SIZE).all()


@pytest.mark.parametrize("edge", [0.5, 0.5 + 1 / 64, 0.5 + 1 / 32, 0.5 + 1 / 16])
def test_a_block_that_the_edge_only_grazes_is_hidden(edge: float) -> None:
    visible = visible_pixels([((edge, 0.0), (1.0, 0.0), (1.0, 1.0), (edge, 1.0))], [], SIZE)
    first_whole_block = -(-int(edge * 64) // 4) * 2
    assert not visible[:, :first_whole_block].any()
    assert visible[:, first_whole_block:].all()


def test_a_hide_polygon_without_area_still_hides_what_it_touches() -> None:
    line = ((0.1, 0.1), (0.9, 0.9), (0.5, 0.5))
    visible = visible_pixels([BOX], [line], SIZE)
    assert not np.diagonal(visible)[4:28].any()
    assert visible[0, 31]


def test_the_middle_of_a_star_is_hidden_whether_allowed_or_hidden() -> None:
    star = tuple((0.5 + 0.49 * float(np.sin(a)), 0.5 - 0.49 * float(np.cos(a))) for a in np.arange(5) * 4 * np.pi / 5)
    assert not visible_pixels([star], [], SIZE)[16, 16]
    assert not visible_pixels([BOX], [star], SIZE)[16, 16]


def test_the_hole_of_an_allow_polygon_stays_hidden() -> None:
    hole = ((0.25, 0.25), (0.25, 0.75), (0.75, 0.75), (0.75, 0.25))
    visible = visible_pixels([(*BOX, BOX[0], *hole, hole[0])], [], SIZE)
    assert not visible[8:24, 8:24].any()
    assert visible[0:4, 16:].all()


def test_hide_wins_over_allow() -> None:
    assert not visible_pixels([BOX], [BOX], SIZE).any()


def test_two_stoops_are_both_visible() -> None:
    left, right = ((0.0, 0.0), (0.25, 0.0), (0.25, 1.0), (0.0, 1.0)), ((0.75, 0.0), (1.0, 0.0), (1.0, 1.0), (0.75, 1.0))
    visible = visible_pixels([left, right], [], SIZE)
    assert visible[:, :8].all()
    assert visible[:, 24:].all()
    assert not visible[:, 8:24].any()
