"""Grouping of readings."""

from __future__ import annotations

import pytest

from camera.motion import EventGrouper


def grouped(*active_s: float) -> list[tuple[float, float]]:
    grouper = EventGrouper(gap_s=5.0)
    for tenth in range(400):
        grouper.add(tenth / 10, tenth / 10 in active_s)
    return [(event.start_s, event.end_s) for event in grouper.events()]


@pytest.mark.parametrize(
    ("active_s", "expected"),
    [
        pytest.param((), [], id="nothing"),
        pytest.param((3.0,), [(3.0, 3.0)], id="one reading"),
        pytest.param((3.0, 8.0), [(3.0, 8.0)], id="a gap of five seconds joins"),
        pytest.param((3.0, 8.1), [(3.0, 3.0), (8.1, 8.1)], id="a longer gap parts"),
        pytest.param((1.0, 5.0, 9.0, 20.0), [(1.0, 9.0), (20.0, 20.0)], id="joined from gap to gap"),
    ],
)
def test_readings_become_events(active_s: tuple[float, ...], expected: list[tuple[float, float]]) -> None:
    assert grouped(*active_s) == expected


def test_an_event_is_open_until_its_gap_has_passed() -> None:
    grouper = EventGrouper(gap_s=5.0)
    assert not grouper.is_open_at(0.0)
    grouper.add(1.0, True)
    assert grouper.is_open_at(6.0)
    assert not grouper.is_open_at(6.1)
