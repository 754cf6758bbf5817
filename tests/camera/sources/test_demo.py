"""The drawn porch: the same for everybody, with visitors exactly when it says."""

from __future__ import annotations

import json
from itertools import islice, pairwise

import numpy as np
import pytest

from camera.frame import Frame, PictureSize
from camera.mask import Masker, parse_mask
from camera.sources import SourceOptions, open_source
from camera.sources.demo import DEFAULT_ALLOW, visitor_intervals
from camera.sources.demo.script import cars_at, people_at

SMALL = SourceOptions(width_px=320, height_px=180, fps=5.0)
STOOP = parse_mask(json.dumps({"allow": DEFAULT_ALLOW}).encode())


def frames(spec: str, count: int, options: SourceOptions = SMALL) -> list[Frame]:
    return list(islice(open_source(spec, options).frames(), count))


def test_the_same_seed_gives_the_same_pictures() -> None:
    one, other = frames("demo?seed=3&speed=max", 60), frames("demo?seed=3&speed=max", 60)
    assert [f.i420.tobytes() for f in one] == [f.i420.tobytes() for f in other]
    assert [f.captured_at_ns for f in one] == [n * 200_000_000 for n in range(60)]


def test_another_seed_gives_other_visits() -> None:
    assert visitor_intervals(120, seed=1) != visitor_intervals(120, seed=2)


def test_the_first_visitor_comes_after_eight_seconds_and_others_follow() -> None:
    visits = visitor_intervals(200)
    assert visits[0] == (8.0, 21.0)
    assert len(visits) == 9
    assert all(5 < start - end < 13 for (_, end), (start, _) in pairwise(visits))


def test_intervals_are_cut_at_the_end() -> None:
    assert visitor_intervals(7) == []
    assert visitor_intervals(10) == [(8.0, 10.0)]


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_somebody_is_on_the_property_exactly_during_a_visit(seed: int) -> None:
    visits = visitor_intervals(180, seed)
    for at_s in np.arange(0.05, 180, 0.1):
        is_there = any(figure.z_m < 7.61 for figure in people_at(float(at_s), seed))
        assert is_there == any(start <= at_s < end for start, end in visits), at_s


def test_cars_and_people_pass_outside_the_visits() -> None:
    moments = np.arange(0, 120, 0.5).tolist()
    assert sum(bool(cars_at(at_s, 1)) for at_s in moments) > 40
    assert sum(any(p.z_m > 8 for p in people_at(at_s, 1)) for at_s in moments) > 40


def test_the_stoop_that_suits_the_scene_shows_the_visitor_and_hides_the_street() -> None:
    size = PictureSize(320, 180)
    shown = [Masker(STOOP, size).apply(frame).luma.astype(int) for frame in frames("demo?speed=max", 130)]
    quiet = np.abs(shown[30] - shown[20])
    visited = np.abs(shown[72] - shown[20])
    assert (quiet > 30).sum() == 0
    assert (visited > 30).sum() > 1500


def test_the_street_moves_where_the_stoop_hides_it() -> None:
    size = PictureSize(320, 180)
    hidden = ~Masker(STOOP, size).visible_luma
    shown = [frame.i420[:180].astype(int) for frame in frames("demo?speed=max", 40)]
    assert max(int((np.abs(later - shown[0])[hidden] > 30).sum()) for later in shown[1:]) > 100


def test_dusk_is_darker_than_day() -> None:
    day, dusk = (frames(f"demo?speed=max&light={light}", 1)[0].i420[:180].mean() for light in ("day", "dusk"))
    assert dusk < day - 20


def test_pictures_belong_to_who_takes_them() -> None:
    one, other = frames("demo?speed=max", 2)
    before = other.i420.copy()
    one.i420[:] = 0
    assert np.array_equal(other.i420, before)


def test_close_ends_the_scene() -> None:
    source = open_source("demo?speed=max", SMALL)
    running = source.frames()
    next(running)
    source.close()
    assert list(running) == []


def test_an_odd_size_is_rounded_down_to_even() -> None:
    assert open_source("demo", SourceOptions(width_px=321, height_px=181)).size == PictureSize(320, 180)
