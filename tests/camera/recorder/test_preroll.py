"""The ring of access units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.recorder import Preroll
from tests.camera.recorder.fakes import ns, stream, unit_at


def filled(preroll: Preroll, until_s: float) -> Preroll:
    for unit in stream(0.0, until_s):
        preroll.add(unit)
    return preroll


def test_pre_roll_reaches_back_its_span_and_at_most_one_group_more() -> None:
    held = filled(Preroll(span_s=5.0), 60.0).units(ns(60.0))
    assert held[0].is_key
    assert 53.0 <= held[0].captured_at_ns / ns(1) <= 55.0


def test_units_before_the_first_key_picture_are_dropped() -> None:
    preroll = Preroll()
    preroll.add(unit_at(0.0, is_key=False))
    preroll.add(unit_at(0.1, is_key=True))
    assert [unit.pts_90k for unit in preroll.units(ns(0.1))] == [9_000]


def test_pre_roll_over_its_bytes_drops_the_oldest_group() -> None:
    preroll = Preroll(span_s=60.0, limit_bytes=4_500)
    filled(preroll, 6.0)
    assert preroll.units(ns(6.0))[0].captured_at_ns == ns(2.0)


def test_one_group_over_the_limit_leaves_nothing_until_the_next_key_picture() -> None:
    preroll = Preroll(limit_bytes=250)
    for i in range(5):
        preroll.add(unit_at(i / 10, is_key=i == 0))
    assert preroll.units(ns(0.5)) == ()
    preroll.add(unit_at(0.6, is_key=True))
    assert len(preroll.units(ns(0.6))) == 1


def test_pictures_from_before_a_stall_are_not_offered() -> None:
    assert filled(Preroll(span_s=5.0), 4.0).units(ns(60.0)) == ()


def test_a_group_from_before_a_stall_is_forgotten_when_pictures_come_again() -> None:
    preroll = filled(Preroll(span_s=5.0), 4.0)
    preroll.add(unit_at(60.0, is_key=True))
    assert [unit.captured_at_ns for unit in preroll.units(ns(60.0))] == [ns(60.0)]


def test_a_pre_roll_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="limit > 0"):
        Preroll(limit_bytes=0)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=200))
def test_whatever_comes_the_ring_is_bounded_and_starts_with_a_key_picture(units: list[tuple[bool, int]]) -> None:
    preroll = Preroll(span_s=1.0, limit_bytes=1_000)
    for i, (is_key, size_bytes) in enumerate(units):
        preroll.add(unit_at(i / 10, is_key, size_bytes))
        held = preroll.units(ns(i / 10))
        assert preroll.size_bytes == sum(len(unit.data) for unit in held) <= 1_000
        assert not held or held[0].is_key
