"""`stoop mask check` says of a file what the camera would make of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from camera.frame import PictureSize
from camera.mask import Mask, MaskError, parse_mask
from camera.visible_area import drawn_pixels, visible_pixels
from stoop.cli import app
from stoop.mask_check import check, lines_of, read_size
from tests.camera.strategies import masks, sizes

HD = PictureSize(1280, 720)
LEFT = '{"allow":[[[0,0],[0.5,0],[0.5,1],[0,1]]]}'
RIGHT = '{"allow":[[[0.5,0],[1,0],[1,1],[0.5,1]]],"hide":[[[0.5,0],[0.75,0],[0.75,1]]]}'
SLANTED = '{"allow":[[[0.1,0.1],[0.9,0.2],[0.5,0.9]]]}'


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_valid_file_is_measured(tmp_path: Path) -> None:
    found = check(written(tmp_path, "a.json", RIGHT), None, HD)

    assert found.is_valid
    assert found.contents is not None
    assert (found.contents.allow_polygons, found.contents.hide_polygons, found.contents.points) == (1, 1, 7)
    assert found.contents.visible == pytest.approx(0.375, abs=0.002)
    assert found.contents.digest == parse_mask(RIGHT.encode()).digest
    assert (found.loosens, found.loosened) == (None, None)


def test_rounding_is_told_and_a_drawing_along_the_pixels_loses_nothing(tmp_path: Path) -> None:
    straight = check(written(tmp_path, "a.json", LEFT), None, HD).contents
    slanted = check(written(tmp_path, "b.json", SLANTED), None, HD).contents

    assert straight is not None
    assert slanted is not None
    assert (straight.visible, straight.rounded_away) == (0.5, 0.0)
    assert 0 < slanted.rounded_away < 0.01


@settings(max_examples=40, deadline=None)
@given(mask=masks, size=sizes)
def test_rounding_only_ever_hides(mask: Mask, size: PictureSize) -> None:
    visible = visible_pixels(mask.allow, mask.hide, size)

    assert not np.any(visible & ~drawn_pixels(mask.allow, mask.hide, size))


def test_a_broken_file_is_called_so_with_the_reason(tmp_path: Path) -> None:
    found = check(written(tmp_path, "a.json", '{"allow":[[[0,0],[2,0],[1,1]]]}'), None, HD)

    assert not found.is_valid
    assert list(lines_of(found)) == [f"not a mask: {found.problem}"]
    assert "coordinate 2" in (found.problem or "")


@pytest.mark.parametrize(("new", "old", "loosened"), [(LEFT, RIGHT, 0.5), (LEFT, LEFT, 0.0)])
def test_against_another_it_says_how_much_more_is_shown(tmp_path: Path, new: str, old: str, loosened: float) -> None:
    found = check(written(tmp_path, "new.json", new), written(tmp_path, "old.json", old), HD)

    assert (found.loosens, found.loosened) == (loosened > 0, loosened)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MaskError, match=r"nowhere\.json cannot be read"):
        check(tmp_path / "nowhere.json", None, HD)


@pytest.mark.parametrize("text", ["", "1280", "1280x", "1281x720", "8x8", "99999x99999", "-2x4", "1280X720"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(MaskError):
        read_size(text)


def test_the_command_prints_words_and_ends_well(tmp_path: Path) -> None:
    new, old = written(tmp_path, "new.json", LEFT), written(tmp_path, "old.json", RIGHT)
    done = CliRunner().invoke(app, ["mask", "check", str(new), "--against", str(old), "--size", "640x480"])

    assert done.exit_code == 0
    assert "of a 640x480 picture 50 % can be seen, 50 % is always black" in done.output
    assert "it shows 50 % that the other hides" in done.output


def test_the_command_prints_json_and_ends_with_one_for_a_broken_file(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["mask", "check", str(written(tmp_path, "a.json", "{}")), "--json"])

    assert done.exit_code == 1
    assert json.loads(done.output)["is_valid"] is False


def test_the_command_ends_with_two_when_it_cannot_look(tmp_path: Path) -> None:
    words = ["mask", "check", str(written(tmp_path, "a.json", LEFT)), "--against", str(tmp_path / "none.json")]

    assert CliRunner().invoke(app, words).exit_code == 2
