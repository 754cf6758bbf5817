"""Where something counted, in the clip's closed box: in time and place, and never too much of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from camera.vault.moving import MAX_ROWS, MovingBoxes

share = st.floats(0, 1)
moments = st.lists(st.tuples(st.integers(0, 400), st.lists(st.tuples(share, share, share, share), max_size=6)))


@given(moments)
def test_rows_are_in_order_and_inside_the_picture(steps: list[tuple[int, list[tuple[float, ...]]]]) -> None:
    moving, at_ms = MovingBoxes(), 0
    for step_ms, boxes in steps:
        at_ms += step_ms
        moving.add(at_ms, boxes)  # type: ignore[arg-type]  # tuples of four, as drawn above

    assert list(moving.rows) == sorted(moving.rows, key=lambda row: row[0])
    for _, left, top, width, height in moving.rows:
        assert 0 <= left <= left + width <= 1000
        assert 0 <= top <= top + height <= 1000


def test_an_hour_of_motion_stays_small_and_reaches_to_its_end() -> None:
    moving = MovingBoxes()
    for at_ms in range(0, 3_600_000, 100):
        moving.add(at_ms, [(0.1, 0.2, 0.3, 0.4)] * 5)

    assert MAX_ROWS // 4 < len(moving.rows) <= MAX_ROWS
    assert moving.rows[-1][0] > 3_500_000


def test_what_was_before_the_clip_is_left_out() -> None:
    moving = MovingBoxes()
    moving.add(-300, [(0.1, 0.2, 0.3, 0.4)])
    moving.add(0, [(0.1, 0.2, 0.3, 0.4)])

    assert moving.rows == ((0, 100, 200, 300, 400),)
