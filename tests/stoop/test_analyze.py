"""`stoop analyze` on a drawn video."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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


def test_the_number_of_cores_changes_nothing(video: Path) -> None:
    """What OpenCV and the decoder would do on one core and on all of them, in processes of their own."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        pytest.skip("this machine has one core: there is nothing to compare")
    pinned = (
        "import os, sys; os.sched_setaffinity(0, map(int, sys.argv[1].split())); os.execv(sys.argv[2], sys.argv[2:])"
    )
    analysis = [sys.executable, "-m", "stoop", "analyze", str(video), "--json"]
    told = []
    for few in (cores[:1], cores):
        words = [sys.executable, "-c", pinned, " ".join(map(str, few)), *analysis]
        found = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        told.append({name: found[name] for name in ("events", "frames", "duration_s")})

    assert told[0]["events"]
    assert told[0] == told[1]


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
