"""Video files as a camera."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from camera.frame import PictureSize
from camera.sources import SourceError, SourceOptions, open_source
from camera.sources.file import FileSource
from camera.sources.pacing import Pacer
from tests.camera.sources.fakes import FakeClock, write_video


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "video.mp4")


def test_a_file_tells_its_own_size_and_rate(video: Path) -> None:
    source = open_source(f"file:{video}", SourceOptions(width_px=1280, height_px=720, fps=30))
    assert (source.kind, source.size, source.fps) == ("file", PictureSize(64, 48), 10.0)


def test_all_pictures_come_in_order_with_the_file_s_times(video: Path) -> None:
    frames = list(open_source(f"file:{video}?speed=max").frames())
    assert [frame.captured_at_ns for frame in frames] == [n * 100_000_000 for n in range(12)]
    shown = [frame.i420[:48].mean() for frame in frames]
    assert all(later > earlier + 5 for earlier, later in pairwise(shown))


def test_pictures_are_writable_i420_arrays_of_their_own(video: Path) -> None:
    first, second = islice(open_source(f"file:{video}?speed=max").frames(), 2)
    for frame in (first, second):
        assert frame.i420.shape == (72, 64)
        assert frame.i420.dtype == np.uint8
        assert frame.i420.flags.c_contiguous
        assert frame.i420.flags.writeable
    assert not np.shares_memory(first.i420, second.i420)


def test_two_runs_at_full_speed_are_identical(video: Path) -> None:
    runs = [
        [(f.i420.tobytes(), f.captured_at_ns) for f in open_source(f"file:{video}?speed=max").frames()] for _ in "ab"
    ]
    assert runs[0] == runs[1]


def test_a_loop_starts_over_while_time_goes_on(video: Path) -> None:
    frames = list(islice(open_source(f"file:{video}?loop=1&speed=max").frames(), 30))
    assert [frame.captured_at_ns for frame in frames] == [n * 100_000_000 for n in range(30)]
    assert np.array_equal(frames[12].i420, frames[0].i420)
    assert np.array_equal(frames[29].i420, frames[5].i420)


def test_real_time_is_paced_by_the_file_s_times(video: Path) -> None:
    clock = FakeClock()
    began_ns = clock.now_ns
    source = FileSource(video, Pacer(clock, True, clock.wait), is_live=True, is_looped=False)
    assert [frame.captured_at_ns - began_ns for frame in source.frames()] == [n * 100_000_000 for n in range(12)]
    assert clock.now_ns - began_ns == 1_100_000_000


def test_only_a_paced_file_is_live(video: Path) -> None:
    assert open_source(f"file:{video}").is_live
    assert not open_source(f"file:{video}?speed=max").is_live


def test_close_ends_even_an_endless_loop(video: Path) -> None:
    source = open_source(f"file:{video}?loop=1&speed=max")
    frames = source.frames()
    next(frames)
    source.close()
    source.close()
    assert list(frames) == []


def test_an_odd_size_is_rounded_down_to_even(tmp_path: Path) -> None:
    path = write_video(tmp_path / "odd.mkv", width_px=63, height_px=47, pix_fmt="yuv444p", codec="ffv1")
    source = open_source(f"file:{path}?speed=max")
    assert source.size == PictureSize(62, 46)
    assert next(source.frames()).i420.shape == (69, 62)


def test_full_range_pictures_become_limited_range(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mkv", pix_fmt="yuvj420p", codec="mjpeg", pictures=2, levels=(0, 255))
    black, white = open_source(f"file:{path}?speed=max").frames()
    assert abs(float(black.i420[:48].mean()) - 16) < 2
    assert abs(float(white.i420[:48].mean()) - 235) < 2


def test_a_file_that_is_cut_in_the_middle_plays_up_to_there_or_says_so(tmp_path: Path) -> None:
    path = write_video(tmp_path / "whole.mkv", pictures=40, pix_fmt="yuvj420p", codec="mjpeg")
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    seen = 0
    try:
        for _ in open_source(f"file:{cut}?speed=max").frames():
            seen += 1
    except SourceError as error:
        assert "can't be decoded" in str(error)  # noqa: PT017
    assert 0 < seen < 40


def test_a_file_that_vanishes_between_rounds_says_so(video: Path) -> None:
    frames = open_source(f"file:{video}?loop=1&speed=max").frames()
    list(islice(frames, 12))
    video.unlink()
    with pytest.raises(SourceError, match="does not exist"):
        next(frames)
