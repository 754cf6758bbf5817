"""What the owner sets about motion, and what the detector makes of it on drawn scenes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from camera.motion import (
    Box,
    MotionTuning,
    RaisedBar,
    StandingAdult,
    SuppressionCounts,
    TriggerArea,
    TuningError,
    WhyNot,
)
from camera.motion.gates import crosses, is_inside
from tests.camera.motion.fakes import NS_PER_S, Painter, Picture, readings, scene, visitor

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
WHOLE = Box(0.0, 0.0, 1.0, 1.0)
LEFT_OF_DOOR = ((0.0, 0.5), (0.3, 0.5), (0.3, 1.0), (0.0, 1.0))
FAR_CORNER = ((0.9, 0.0), (1.0, 0.0), (1.0, 0.2), (0.9, 0.2))
THRESHOLD = ((0.25, 0.0), (0.25, 1.0))
BEYOND = ((0.9, 0.0), (0.9, 1.0))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(lambda: MotionTuning(sensitivity=1.2), "sensitivity 1.2 is not within 0.0 to 1.0", id="slider"),
        pytest.param(lambda: TriggerArea(THRESHOLD), "to enter has 3 to 64 points, not 2", id="area of two points"),
        pytest.param(lambda: TriggerArea(SQUARE[:1], "cross"), "to cross has 2 to 64 points, not 1", id="no line"),
        pytest.param(lambda: TriggerArea(((0.0, 0.0), (1.5, 0.0), (1.0, 1.0))), "point 1.5", id="off the picture"),
        pytest.param(lambda: StandingAdult(0.5, 0.2, 0.5, 0.4), "must be at least 0.02 below", id="one height"),
        pytest.param(lambda: StandingAdult(0.5, 0.4, 0.9, 0.2), "near_height 0.2", id="smaller when nearer"),
        pytest.param(lambda: RaisedBar(WHOLE, 0, 1500), "to_minute 1500", id="no such minute"),
    ],
)
def test_what_can_not_be_is_refused_by_name_and_value(make: Callable[[], object], says: str) -> None:
    with pytest.raises(TuningError, match=says):
        make()


def test_an_adult_is_expected_on_the_line_through_both_heights() -> None:
    adult = StandingAdult(far_y=0.5, far_height=0.2, near_y=0.9, near_height=0.6)
    assert [round(adult.height_at(y), 3) for y in (0.5, 0.7, 0.9, 1.0)] == [0.2, 0.4, 0.6, 0.7]
    assert adult.height_at(0.1) == 0.02


@pytest.mark.parametrize(
    ("from_minute", "to_minute", "minute", "is_raised"),
    [
        (600, 660, 600, True),
        (600, 660, 660, False),
        (1380, 60, 1400, True),
        (1380, 60, 30, True),
        (1380, 60, 60, False),
    ],
)
def test_a_raised_bar_holds_from_its_first_minute_up_to_its_last_also_over_midnight(
    from_minute: int, to_minute: int, minute: int, is_raised: bool
) -> None:
    bar = RaisedBar(Box(0.2, 0.2, 0.2, 0.2), from_minute, to_minute)
    assert bar.holds_at(minute, (0.3, 0.3)) is is_raised
    assert not bar.holds_at(minute, (0.5, 0.3))


def test_raised_bars_add_up_and_leave_at_least_nothing() -> None:
    tuning = MotionTuning(0.5, raised=(RaisedBar(WHOLE, 0, 1440, 0.2), RaisedBar(WHOLE, 600, 700, 0.9)))
    assert tuning.sensitivity_at((0.5, 0.5), 10) == pytest.approx(0.3)
    assert tuning.sensitivity_at((0.5, 0.5), 650) == 0.0
    assert tuning.sensitivity_at((0.5, 0.5), None) == 0.5


@pytest.mark.parametrize(("point", "inside"), [((0.5, 0.5), True), ((0.1, 0.5), False), ((0.5, 0.9), False)])
def test_a_point_is_inside_a_polygon_or_not(point: tuple[float, float], inside: bool) -> None:
    assert is_inside(SQUARE, point) is inside


@pytest.mark.parametrize(
    ("start", "end", "is_crossed"),
    [
        pytest.param((0.1, 0.5), (0.3, 0.5), True, id="into the square"),
        pytest.param((0.3, 0.5), (0.1, 0.5), True, id="out of it"),
        pytest.param((0.4, 0.5), (0.5, 0.5), False, id="within"),
        pytest.param((0.1, 0.1), (0.9, 0.1), False, id="past it"),
        pytest.param((0.5, 0.5), (0.5, 0.5), False, id="standing"),
    ],
)
def test_a_step_crosses_the_border_or_not(
    start: tuple[float, float], end: tuple[float, float], is_crossed: bool
) -> None:
    assert crosses(SQUARE, start, end) is is_crossed


def active_s(tuning: MotionTuning, minute_of_day: int | None = None, *painters: Painter) -> list[float]:
    """The times at which a visitor, who walks to the middle and back, makes the detector active."""
    found = readings(scene(20, *(painters or (visitor(6, 9, 12),))), tuning=tuning, minute_of_day=minute_of_day)
    return [time_s for time_s, reading in found if reading.is_active]


def test_every_step_of_the_slider_is_active_wherever_a_lower_one_is() -> None:
    def sways(picture: Picture, time_s: float) -> None:
        across = round(480 + 14 * time_s) if time_s > 6 else 480
        picture[200:260, across : across + 30] = 235

    steps = [set(active_s(MotionTuning(s / 4), None, visitor(6, 9, 12), sways)) for s in range(5)]
    assert all(lower <= higher for lower, higher in pairwise(steps))
    assert steps[0] < steps[4]


@pytest.mark.parametrize(
    ("area", "counts"),
    [
        pytest.param(TriggerArea(LEFT_OF_DOOR), True, id="his feet enter it"),
        pytest.param(TriggerArea(FAR_CORNER), False, id="they never enter it"),
        pytest.param(TriggerArea(THRESHOLD, "cross"), True, id="his feet cross the line"),
        pytest.param(TriggerArea(BEYOND, "cross"), False, id="they never cross it"),
    ],
)
def test_a_visitor_counts_where_the_owner_drew_it(area: TriggerArea, counts: bool) -> None:
    assert bool(active_s(MotionTuning(areas=(area,)))) is counts


def test_one_area_of_several_is_enough() -> None:
    assert active_s(MotionTuning(areas=(TriggerArea(FAR_CORNER), TriggerArea(LEFT_OF_DOOR))))


def test_what_is_far_smaller_than_a_person_there_does_not_count() -> None:
    fitting = StandingAdult(far_y=0.5, far_height=0.2, near_y=1.0, near_height=0.4)
    giants = StandingAdult(far_y=0.5, far_height=1.2, near_y=1.0, near_height=2.4)
    assert active_s(MotionTuning(adult=fitting))
    assert not active_s(MotionTuning(adult=giants))


def test_a_bar_raised_for_this_hour_never_hides_an_unmistakable_visitor() -> None:
    assert active_s(MotionTuning(raised=(RaisedBar(WHOLE, 0, 1440, 1.0),)), 600)


def test_a_bar_raised_for_this_hour_delays_and_one_for_another_hour_changes_nothing() -> None:
    plain = active_s(MotionTuning())
    assert min(active_s(MotionTuning(raised=(RaisedBar(WHOLE, 540, 660, 0.5),)), 600)) > min(plain)
    assert active_s(MotionTuning(raised=(RaisedBar(WHOLE, 540, 660, 0.5),)), 700) == plain
    assert active_s(MotionTuning(raised=(RaisedBar(WHOLE, 540, 660, 0.5),)), None) == plain


def test_what_is_suppressed_is_told_once_with_its_reason() -> None:
    found = readings(scene(20, visitor(6, 9, 12)), tuning=MotionTuning(areas=(TriggerArea(FAR_CORNER),)))
    assert {c.why_not for time_s, r in found if 8 < time_s < 9 for c in r.candidates} == {WhyNot.OUTSIDE_AREA}
    assert [why for _, reading in found for why in reading.suppressed].count(WhyNot.OUTSIDE_AREA) == 1


def test_suppressions_are_counted_by_day_and_old_days_are_dropped() -> None:
    counts = SuppressionCounts()
    for day in range(20):
        counts.add(f"2026-11-{day:02}", [WhyNot.LIGHT, WhyNot.IN_PLACE, WhyNot.LIGHT])
        counts.add(f"2026-12-{day:02}", [])
    assert counts.of("2026-11-19") == {"in_place": 1, "light": 2}
    assert counts.days == tuple(f"2026-11-{day:02}" for day in range(6, 20))


def test_a_tuning_changed_while_running_keeps_the_scene() -> None:
    found = readings(
        scene(20, visitor(6, 9, 12)),
        tuning=MotionTuning(areas=(TriggerArea(FAR_CORNER),)),
        then=(round(10 * NS_PER_S), MotionTuning()),
    )
    assert {round(time_s) for time_s, reading in found if reading.is_active} >= {11, 12, 13}
    assert not any(reading.is_active for time_s, reading in found if time_s < 10)
