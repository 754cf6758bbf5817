"""What the detector makes of drawn scenes and of a real one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from camera.frame import Frame, plane_views
from camera.mask import parse_mask
from camera.motion import DetectorError, open_detector
from camera.sources import open_source
from tests.camera.motion.fakes import (
    LEFT_HALF,
    SHARED,
    SIZE,
    Painter,
    Picture,
    events,
    person,
    readings,
    scene,
    visitor,
)

HALL = SHARED / "data" / "motion" / "hall_visitors1.mp4"
needs_clips = pytest.mark.skipif(not HALL.is_file(), reason=f"no labelled clips: {HALL.name} is missing")


def with_noise_where_hidden(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The same frames with wild noise in the right half, luma and chroma."""
    random = np.random.default_rng(3)
    for frame in frames:
        for plane in plane_views(frame.i420, frame.size):
            half = plane[:, plane.shape[1] // 2 :]
            half[:] = random.integers(0, 256, half.shape, np.uint8)
        yield frame


def from_time(start_s: float, end_s: float, paint: Painter) -> Painter:
    def paint_then(picture: Picture, time_s: float) -> None:
        if start_s <= time_s < end_s:
            paint(picture, time_s)

    return paint_then


def brighter(factor: float) -> Painter:
    def paint(picture: Picture, _: float) -> None:
        picture *= factor

    return paint


def test_an_empty_scene_gives_no_event() -> None:
    assert events(scene(20)) == ()


def test_a_visitor_is_one_event_from_coming_to_going() -> None:
    (event,) = events(scene(30, visitor(6, 9, 15)))
    assert 6.0 <= event.start_s <= 7.5
    assert 17.0 <= event.end_s <= 18.1


def test_a_visitor_who_stands_still_for_twenty_seconds_stays_one_event() -> None:
    found = readings(scene(45, visitor(6, 9, 29)))
    assert all(reading.is_active for time_s, reading in found if 8.0 <= time_s <= 29.0)


def test_a_parcel_left_behind_does_not_keep_the_event_open() -> None:
    def parcel(picture: Picture, _: float) -> None:
        picture[280:340, 340:420] = 235

    (event,) = events(scene(60, visitor(6, 9, 12), from_time(11, 60, parcel)))
    assert event.end_s <= 15.0 + 30.0


def test_the_visitor_after_a_long_quiet_is_a_second_event() -> None:
    assert len(events(scene(50, visitor(6, 9, 12), visitor(30, 33, 36)))) == 2


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.3, 1.8])
def test_a_step_of_the_light_gives_no_event(factor: float) -> None:
    assert events(scene(30, from_time(10, 30, brighter(factor)))) == ()


def test_a_light_that_goes_on_and_off_gives_no_event() -> None:
    assert events(scene(30, from_time(10, 14, brighter(1.6)), from_time(18, 20, brighter(1.6)))) == ()


def test_a_thing_that_begins_to_swing_in_its_place_gives_no_event() -> None:
    def flag(picture: Picture, time_s: float) -> None:
        shift = round(8 * np.sin(5 * time_s)) if time_s > 10 else 0
        picture[60:200, 200 + shift : 240 + shift] = 240

    assert events(scene(30, flag)) == ()


def test_motion_in_the_hidden_area_gives_no_event() -> None:
    walk = visitor(6, 12, 13)

    def mirrored(picture: Picture, time_s: float) -> None:
        walk(picture[:, ::-1], time_s)

    his_side = parse_mask(b'{"allow": [[[0,0],[0.46,0],[0.46,1],[0,1]]]}')  # an elbow at the door stays outside
    assert events(scene(25, mirrored), his_side) == ()
    assert events(scene(25, walk), his_side) != ()


def test_hidden_noise_changes_no_reading() -> None:
    plain = readings(scene(20, visitor(6, 9, 12)), LEFT_HALF)
    assert readings(with_noise_where_hidden(scene(20, visitor(6, 9, 12))), LEFT_HALF) == plain
    assert any(reading.is_active for _, reading in plain)


def test_without_a_visible_pixel_there_is_never_motion() -> None:
    nothing = parse_mask(b'{"allow": []}')
    assert events(scene(15, visitor(6, 9, 12)), nothing) == ()


@pytest.mark.parametrize("fps", [7.5, 30.0])
def test_events_hardly_depend_on_the_rate_of_pictures(fps: float) -> None:
    (at_ten,) = events(scene(22, visitor(6, 9, 15)))
    (event,) = events(scene(22, visitor(6, 9, 15), fps=fps), fps=fps)
    assert event.start_s == pytest.approx(at_ten.start_s, abs=0.5)
    assert event.end_s == pytest.approx(at_ten.end_s, abs=0.5)


def test_a_picture_before_its_turn_repeats_the_last_reading() -> None:
    found = [reading for _, reading in readings(scene(12, visitor(6, 9, 15), fps=40), fps=40)]
    changes = [i for i in range(1, len(found)) if found[i].boxes is not found[i - 1].boxes]
    assert changes
    assert all(i % 4 == 0 for i in changes)


def test_boxes_stand_where_the_visitor_is() -> None:
    def standing(picture: Picture, time_s: float) -> None:
        person(40 * time_s, 340, 1.0)(picture, time_s)

    time_s, reading = [found for found in readings(scene(10, from_time(4, 10, standing))) if found[1].is_active][-1]
    box = max(reading.boxes, key=lambda box: box.width * box.height)
    assert abs((box.left + box.width / 2) * SIZE.width_px - 40 * time_s) < 30
    assert box.top + box.height == pytest.approx(340 / SIZE.height_px, abs=0.04)


def test_an_unknown_detector_is_refused_by_name() -> None:
    with pytest.raises(DetectorError, match="no motion detector 'magic': use one of tracks"):
        open_detector("magic", 10, np.ones((360, 640), np.bool_))


@needs_clips
@pytest.mark.slow
def test_real_visitors_who_stand_still_are_followed_to_their_end_twice_the_same() -> None:
    visits = ((5.8, 20.6), (22.7, 45.3), (50.5, 70.3), (74.5, 87.4))  # shared/data/motion/labels.json

    def hall() -> Iterator[Frame]:
        return open_source(f"file:{HALL}?speed=max").frames()

    found = events(hall(), fps=10)
    for begin_s, end_s in visits:
        assert any(event.start_s < begin_s + 2 and event.end_s > end_s - 2 for event in found), begin_s
    assert len(found) <= len(visits)
    assert events(hall(), fps=10) == found
