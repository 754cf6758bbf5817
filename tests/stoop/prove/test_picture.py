"""Hidden pixels: the checks pass on the camera's own code and fail on each way of letting pixels through."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import camera.pipeline
import stoop.prove.black
import stoop.prove.marker
import stoop.prove.picture
from camera.frame import Frame, MaskedFrame, PictureSize
from camera.mask import Mask, Masker, parse_mask
from camera.pipeline import Pipeline, PipelineSink
from camera.settings import CameraSettings
from camera.visible_area import visible_pixels
from stoop.mask_files import WHOLE_PICTURE
from stoop.prove.black import black_in_doubt
from stoop.prove.frames import made, open_frames
from stoop.prove.hidden_area import copied, fills, hidden_samples, painted
from stoop.prove.marker import hidden_never_seen
from stoop.prove.picture import hidden_changes_nothing
from tests.camera.strategies import masks, sizes
from tests.stoop.prove.fakes import Owned

SIZE = PictureSize(320, 180)


class Leaky(Masker):
    """Lets one block of the hidden part through."""

    def apply(self, frame: Frame) -> MaskedFrame:
        kept = frame.i420[100:110, 250:260].copy()
        masked = super().apply(frame)
        masked.i420.flags.writeable = True
        masked.i420[100:110, 250:260] = kept
        masked.i420.flags.writeable = False
        return masked


class LateMask(Pipeline):
    """Looks for motion before the mask."""

    def process(self, frame: Frame, *, wants_key: bool = False, minute_of_day: int | None = None) -> None:
        unmasked = Masker(parse_mask(WHOLE_PICTURE), frame.size).apply(Frame(frame.i420.copy(), frame.size, 0))
        self._sink.thumbnail(unmasked)
        super().process(frame, wants_key=wants_key, minute_of_day=minute_of_day)


class Unasked(Pipeline):
    """Takes "no drawing" for "everything"."""

    def __init__(
        self, size: PictureSize, fps: float, settings: CameraSettings, sink: PipelineSink, mask: Mask | None
    ) -> None:
        super().__init__(size, fps, settings, sink, mask or parse_mask(WHOLE_PICTURE))


class Wide(Masker):
    """Believes that the whole picture may be seen."""

    def __init__(self, mask: Mask | None, size: PictureSize) -> None:
        super().__init__(parse_mask(WHOLE_PICTURE), size)


def test_the_cameras_own_code_is_proved(one_camera: Owned) -> None:
    found = [check(one_camera.installation) for check in (hidden_changes_nothing, hidden_never_seen, black_in_doubt)]
    assert [finding.result for finding in found] == ["proved"] * 3
    assert "its own source, 320 by 180" in found[0].how


@pytest.mark.parametrize("fault", [Leaky, Wide])
def test_a_mask_that_lets_pixels_through_fails(
    one_camera: Owned, monkeypatch: pytest.MonkeyPatch, fault: type[Masker]
) -> None:
    monkeypatch.setattr(stoop.prove.picture, "Masker", fault)
    assert hidden_changes_nothing(one_camera.installation).result == "failed"
    monkeypatch.setattr(stoop.prove.marker, "Masker", fault)
    assert hidden_never_seen(one_camera.installation).result == "failed"


def test_a_pipeline_that_masks_only_for_itself_fails(one_camera: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera.pipeline, "Masker", Wide)
    finding = hidden_changes_nothing(one_camera.installation)
    assert (finding.result, "handed on" in finding.detail) == ("failed", True)


def test_something_that_looks_before_the_mask_fails(one_camera: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stoop.prove.picture, "Pipeline", LateMask)
    assert hidden_changes_nothing(one_camera.installation).result == "failed"


def test_a_comparison_that_could_see_nothing_proves_nothing(one_camera: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stoop.prove.picture, "painted", lambda frame, _where, _fill: copied(frame))
    assert hidden_changes_nothing(one_camera.installation).result == "not checked"


def test_a_mask_that_sees_without_a_drawing_fails(one_camera: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stoop.prove.black, "Masker", Wide)
    assert black_in_doubt(one_camera.installation).result == "failed"


def test_a_reader_that_takes_half_a_drawing_fails(one_camera: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stoop.prove.black, "parse_mask", lambda _: parse_mask(WHOLE_PICTURE))
    finding = black_in_doubt(one_camera.installation)
    assert (finding.result, "cut after" in finding.detail) == ("failed", True)


def test_a_pipeline_that_records_without_a_drawing_fails(one_camera: Owned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stoop.prove.black, "Pipeline", Unasked)
    assert "something was recorded" in black_in_doubt(one_camera.installation).detail


@pytest.mark.parametrize(
    "text", [None, b"{", WHOLE_PICTURE, b'{"allow":[]}'], ids=["none", "damaged", "all", "nothing"]
)
def test_a_drawing_with_nothing_to_paint_over_is_not_checked(one_camera: Owned, text: bytes | None) -> None:
    path = one_camera.data / "camera" / "mask.json"
    path.unlink() if text is None else path.write_bytes(text)
    assert hidden_changes_nothing(one_camera.installation).result == "not checked"
    assert black_in_doubt(one_camera.installation).result == "proved"


@given(masks, sizes)
def test_what_the_drawing_hides_is_never_visible(mask: Mask, size: PictureSize) -> None:
    hidden = hidden_samples(mask, size)[: size.height_px]
    assert not np.any(hidden & visible_pixels(mask.allow, mask.hide, size))


@given(masks, sizes, st.integers(0, 5))
def test_painting_changes_the_hidden_part_alone(mask: Mask, size: PictureSize, skipped: int) -> None:
    hidden = hidden_samples(mask, size)
    frame = next(made(size, 15))
    fill = next(islice(fills(size, seed=1), skipped, None))
    changed = painted(frame, hidden, fill)
    assert np.array_equal(changed.i420[~hidden], frame.i420[~hidden])
    assert np.array_equal(changed.i420[hidden], fill[hidden])


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (None, "no camera is running"),
        ("v4l2:/dev/video0", "in use"),
        ("file:gone.mp4", "in use"),
        ("nonsense", "in use"),
    ],
)
def test_where_the_source_cannot_be_shared_the_pictures_are_made(
    one_camera: Owned, source: str | None, why: str
) -> None:
    with open_frames(replace(one_camera.installation, source=source)) as supply:
        assert (supply.size, why in supply.what) == (SIZE, True)
        assert next(iter(supply.frames)).size == SIZE


def test_made_pictures_prove_as_well(one_camera: Owned) -> None:
    finding = hidden_changes_nothing(replace(one_camera.installation, source=None))
    assert (finding.result, "made pictures" in finding.how) == ("proved", True)
