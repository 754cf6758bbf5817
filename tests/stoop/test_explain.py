"""What a maker is told: why things did not count, a video with boxes, and what each sensitivity would have done."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from typer.testing import CliRunner

from camera.frame import MaskedFrame
from camera.mask import Masker, parse_mask
from camera.motion import Box, MotionReading
from camera.motion.reading import Candidate, WhyNot
from camera.motion.tuning import MotionTuning
from stoop.analyze import analyze_at
from stoop.cli import app
from stoop.explain import REASONS, AnnotatedVideo, Tally
from stoop.mask_files import WHOLE_PICTURE
from stoop.tune import SENSITIVITIES, tune
from tests.camera.motion.fakes import SIZE, scene

QUIET = MotionReading(is_active=False, boxes=(), score=0.0)


def masked(at_s: float = 0.0) -> MaskedFrame:
    frame = replace(next(iter(scene(1))), captured_at_ns=round(at_s * 1e9))
    return Masker(parse_mask(WHOLE_PICTURE), SIZE).apply(frame)


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.stdout, result.stderr


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(WhyNot)


def test_what_was_given_up_is_counted_by_its_reason() -> None:
    tally = Tally()
    for suppressed in ((WhyNot.LIGHT,), (), (WhyNot.IN_PLACE, WhyNot.LIGHT)):
        tally.take(masked(), MotionReading(is_active=False, boxes=(), score=0.0, suppressed=suppressed))

    assert tally.as_json()["light"] == 2
    assert tally.as_json()["in_place"] == 1
    assert tally.lines()[1].split() == ["2", "only", "light"]
    assert Tally().lines() == ["nothing that moved was left out"]


def test_boxes_are_drawn_where_they_are_and_nowhere_else(tmp_path: Path) -> None:
    box, candidate = Box(0.25, 0.25, 0.5, 0.5), Candidate(Box(0.05, 0.8, 0.1, 0.1), WhyNot.FLITS)
    with AnnotatedVideo(tmp_path / "out.mp4") as video:
        video.take(masked(), QUIET)
        for number in range(1, 4):
            video.take(masked(number / 10), MotionReading(True, (box,), 0.25, candidates=(candidate,)))

    with av.open(str(tmp_path / "out.mp4")) as container:
        first, *_, last = (picture.to_ndarray(format="rgb24") for picture in container.decode(video=0))
    assert last.shape == (SIZE.height_px, SIZE.width_px, 3)
    changed = np.abs(last.astype(int) - first.astype(int)).sum(axis=2) > 60
    middle, across = SIZE.width_px // 2, np.nonzero(changed)[1]
    assert changed[SIZE.height_px // 4, middle - 80 : middle].mean() > 0.9
    assert not changed[SIZE.height_px // 2, middle - 40 : middle + 40].any()
    assert across.max() <= SIZE.width_px * 0.75 + 8


def test_analyze_explains_and_draws(video: Path, tmp_path: Path) -> None:
    out = tmp_path / "drawn.mp4"
    code, said, _ = run("analyze", str(video), "--json", "--explain", "-o", str(out))

    told = json.loads(said)
    assert code == 0
    assert len(told["events"]) == 1
    assert set(told["left_out"]) == {why.value for why in WhyNot}
    with av.open(str(out)) as container:
        assert sum(1 for _ in container.decode(video=0)) == told["frames"]


def test_a_file_that_is_there_is_never_written_over(video: Path, tmp_path: Path) -> None:
    out = tmp_path / "drawn.mp4"
    out.write_text("mine")
    code, _, complaint = run("analyze", str(video), "-o", str(out))

    assert (code, out.read_text()) == (2, "mine")
    assert "is there already" in complaint


def test_a_place_that_cannot_be_written_is_named(video: Path, tmp_path: Path) -> None:
    code, _, complaint = run("analyze", str(video), "-o", str(tmp_path / "no" / "drawn.mp4"))

    assert code == 2
    assert "drawn.mp4 cannot be written" in complaint


def test_each_sensitivity_is_tried_and_a_keener_one_never_sees_less(video: Path) -> None:
    tried = tune([video])

    assert [each.sensitivity for each in tried] == list(SENSITIVITIES)
    assert [each.recorded_s for each in tried] == sorted(each.recorded_s for each in tried)
    assert tried[2].events == 1


def test_one_decoding_for_all_is_as_good_as_one_for_each(video: Path) -> None:
    tunings = [MotionTuning(sensitivity=value) for value in (0.2, 0.8)]
    assert analyze_at(video, tunings) == tuple(analyze_at(video, [tuning])[0] for tuning in tunings)


@pytest.mark.parametrize("words", [("tune",), ("analyze", "--explain")], ids=["tune", "analyze"])
def test_a_video_that_is_none_is_refused_in_one_sentence(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no video")
    code, said, complaint = run(*words, str(tmp_path / "notes.txt"))

    assert (code, said) == (2, "")
    assert complaint.startswith("stoop: ")
    assert len(complaint.strip().splitlines()) == 1


def test_tune_prints_a_row_for_each_video(video: Path) -> None:
    code, said, _ = run("tune", str(video))

    head, row, *_ = said.splitlines()
    assert code == 0
    assert "usual 0.5" in head
    assert row.startswith(video.name)
