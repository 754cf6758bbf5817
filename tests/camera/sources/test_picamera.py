"""The Pi's camera connector, against a stand-in for picamera2 with its strides, its silence and its faults."""

from __future__ import annotations

import sys
import time
from itertools import islice, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.frame import Frame, PictureSize, plane_views
from camera.lens import Lens, LensLost, LensNews, LensOpened
from camera.mask import Masker, parse_mask
from camera.sources import SourceError, SourceOptions, open_source, picamera
from camera.sources.picamera import unpadded
from tests.camera.sources.fake_picamera2 import FakePicamera2, padded_picture, plain_script, plug_in

LEFT = b'{"allow":[[[0,0],[0.5,0],[0.5,1],[0,1]]]}'


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> type[FakePicamera2]:
    monkeypatch.setattr(picamera, "PATIENCE_S", 0.2)
    return plug_in(monkeypatch)


def options(width_px: int = 200, height_px: int = 120) -> SourceOptions:
    return SourceOptions(width_px=width_px, height_px=height_px, fps=15)


@pytest.mark.parametrize("spec", ["picamera:0", "picamera", "picamera:0?format=NV12"])
def test_pictures_come_without_the_padding_at_the_sensors_time(cameras: type[FakePicamera2], spec: str) -> None:
    source = open_source(spec, options())
    frames = list(islice(source.frames(), 5))
    assert source.size == PictureSize(200, 120)
    for number, frame in enumerate(frames):
        luma, blue, red = plane_views(frame.i420, frame.size)
        assert set(np.unique(luma[:, 1:])) == {50 + number}
        assert (set(np.unique(blue)), set(np.unique(red))) == ({90}, {160})
        assert frame.i420.flags.c_contiguous
        assert frame.i420.flags.writeable
    steps = {later.captured_at_ns - earlier.captured_at_ns for earlier, later in pairwise(frames)}
    assert steps == {66_666_667}


def test_there_is_one_stream_and_nothing_else_that_would_need_a_mask(cameras: type[FakePicamera2]) -> None:
    open_source("picamera:0", options()).close()
    config = cameras.made[0].config
    assert config["lores"] is None
    assert config["raw"] is None
    assert config["colour_space"] == "smpte170m"
    assert config["controls"] == {"FrameRate": 15}


def test_the_mask_is_laid_on_what_came_out(cameras: type[FakePicamera2]) -> None:
    masker = Masker(parse_mask(LEFT), PictureSize(200, 120))
    for frame in islice(open_source("picamera:0", options()).frames(), 3):
        luma, blue, red = plane_views(masker.apply(frame).i420, frame.size)
        assert (luma[:, 100:] == 16).all()
        assert (blue[:, 50:] == 128).all()
        assert (red[:, 50:] == 128).all()
        assert (luma[:, 1:100] >= 50).all()


def test_every_request_is_given_back(cameras: type[FakePicamera2]) -> None:
    source = open_source("picamera:0", options())
    assert len(list(islice(source.frames(), 50))) == 50
    assert cameras.made[0].held == set()


def test_a_camera_that_hangs_upside_down_is_turned(cameras: type[FakePicamera2]) -> None:
    open_source("picamera:0?rotate=180", options()).close()
    assert cameras.made[0].config["transform"].flips == (True, True)


def test_a_camera_without_a_sensors_clock_gets_ours(cameras: type[FakePicamera2]) -> None:
    cameras.script = staticmethod(lambda camera, number: (plain_script(camera, number)[0], {}))
    before_ns = time.monotonic_ns()
    first, second = islice(open_source("picamera:0", options()).frames(), 2)
    assert before_ns <= first.captured_at_ns < second.captured_at_ns


def test_a_sensors_clock_that_stands_still_still_grows(cameras: type[FakePicamera2]) -> None:
    cameras.script = staticmethod(
        lambda camera, number: (plain_script(camera, 0)[0], {"SensorTimestamp": 5_000_000_000})
    )
    times = [frame.captured_at_ns for frame in islice(open_source("picamera:0", options()).frames(), 3)]
    assert times == sorted(set(times))


def dies_after(pictures: int) -> Any:  # Any: a script, as the class keeps it
    return staticmethod(lambda camera, number: plain_script(camera, number) if number < pictures else None)


def test_a_silent_camera_is_given_up_and_let_go(cameras: type[FakePicamera2]) -> None:
    cameras.script = dies_after(3)
    frames = open_source("picamera:0", options()).frames()
    assert len(list(islice(frames, 3))) == 3
    with pytest.raises(SourceError, match="gave no picture for"):
        next(frames)
    assert cameras.made[0].calls == ["start", "stop", "close"]


def test_a_camera_that_fails_at_a_picture_is_one_sentence(cameras: type[FakePicamera2]) -> None:
    def breaks(camera: FakePicamera2, number: int) -> None:
        raise RuntimeError("Camera grab failed.")

    cameras.script = staticmethod(breaks)
    with pytest.raises(SourceError, match=r"was lost \(RuntimeError\): check the ribbon cable"):
        next(open_source("picamera:0", options()).frames())


def test_the_lens_opens_it_again_after_it_was_lost(cameras: type[FakePicamera2]) -> None:
    cameras.script = dies_after(2)
    lens = Lens(lambda: open_source("picamera:0", options()), stall_s=5)
    deadline_s = time.monotonic() + 20
    heard: list[LensNews] = []
    while len([news for news in heard if isinstance(news, LensOpened)]) < 2 and time.monotonic() < deadline_s:
        if (news := lens.next(0.1)) is not None:
            heard.append(news)
    lens.close()
    kinds = [type(news) for news in heard]
    assert kinds[:4] == [LensOpened, Frame, Frame, LensLost]
    assert kinds.count(LensOpened) == 2


def test_close_ends_it_from_another_thread(cameras: type[FakePicamera2]) -> None:
    source = open_source("picamera:0", options())
    frames = source.frames()
    next(frames)
    source.close()
    assert list(frames) == []
    assert cameras.made[0].calls == ["start", "stop", "close"]
    source.close()


def test_a_source_that_nobody_read_lets_its_camera_go(cameras: type[FakePicamera2]) -> None:
    source = open_source("picamera:0", options())
    source.close()
    assert list(source.frames()) == []
    assert cameras.made[0].calls == ["start", "stop", "close"]


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("picamera:1", "camera 1 is not there, 1 found"),
        ("picamera:front", "has no camera 'front'"),
        ("picamera:0?rotate=90", "must be 0 or 180"),
        ("picamera:0?format=RGB888", "must be one of YUV420, NV12"),
        ("picamera:0?fast=1", "has no setting 'fast'"),
    ],
)
def test_what_cannot_work_is_named(cameras: type[FakePicamera2], spec: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        open_source(spec, options())


def test_a_busy_camera_is_named_with_the_fix(cameras: type[FakePicamera2]) -> None:
    cameras.is_busy = True
    with pytest.raises(SourceError, match=r"busy.*end the other program"):
        open_source("picamera:0", options())


def test_a_layout_that_the_camera_does_not_give_is_named_and_the_camera_let_go(
    cameras: type[FakePicamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakePicamera2, "formats", ("XBGR8888",))
    with pytest.raises(SourceError, match="Format YUV420 not supported"):
        open_source("picamera:0", options())
    assert cameras.made[0].calls == ["stop", "close"]


def test_a_machine_without_picamera2_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(SourceError, match="install the Debian package python3-picamera2"):
        open_source("picamera:0", options())


def test_a_picture_of_another_shape_is_refused(cameras: type[FakePicamera2]) -> None:
    cameras.script = staticmethod(lambda camera, number: (np.zeros((40, 64), np.uint8), {}))
    with pytest.raises(SourceError, match="another shape"):
        next(open_source("picamera:0", options()).frames())


@given(
    st.integers(8, 80).map(lambda half: half * 2),
    st.integers(8, 40).map(lambda half: half * 2),
    st.integers(0, 33).map(lambda half: half * 2),
    st.sampled_from(["YUV420", "NV12"]),
)
def test_no_stride_lets_padding_into_the_picture(width: int, height: int, padding: int, layout: str) -> None:
    padded = padded_picture(width, height, width + padding, layout, luma=70)
    luma, blue, red = plane_views(unpadded(padded, PictureSize(width, height), layout), PictureSize(width, height))
    assert (luma[:, 1:] == 70).all()
    assert list(luma[:, 0]) == [row % 256 for row in range(height)]
    assert (blue == 90).all()
    assert (red == 160).all()
