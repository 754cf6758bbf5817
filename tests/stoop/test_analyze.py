"""`stoop analyze` on a drawn video."""

from __future__ import annotations

from pathlib import Path

import pytest

from camera.mask import MaskError
from camera.sources import SourceError
from stoop.analyze import analyze

RIGHT_HALF = b'{"allow": [[[0.55, 0], [1, 0], [1, 1], [0.55, 1]]]}'


def test_without_a_mask_the_whole_picture_counts(video: Path) -> None:
    found = analyze(video).as_json()
    assert found["frames"] == 200
    assert found["duration_s"] == pytest.approx(20.0)
    (event,) = found["events"]
    assert event["cause"] == "motion"
    assert 6.0 <= event["start_s"] <= 7.5
    assert 14.0 <= event["end_s"] <= 15.1


def test_a_mask_narrows_what_counts(video: Path) -> None:
    assert analyze(video, RIGHT_HALF).events == ()


def test_the_same_video_gives_the_same_events(video: Path) -> None:
    assert analyze(video) == analyze(video)


def test_progress_tells_growing_seconds(video: Path) -> None:
    told: list[float] = []
    analyze(video, on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] > 15.0


def test_a_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no video")
    with pytest.raises(SourceError, match="no video"):
        analyze(path)


def test_a_text_that_is_no_mask_is_refused(video: Path) -> None:
    with pytest.raises(MaskError):
        analyze(video, b"[]")
