"""The hardware's encoder is taken only when a probe finds nothing wrong; here libx264 plays hardware with faults."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import cast

import av
import pytest
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from camera import encoder_choice
from camera.contract import AccessUnit
from camera.encoder import HARDWARE, SOFTWARE, Encoder, EncoderError, h264
from camera.encoder_choice import PICTURES, WISHED, EncoderChoice, fault_of
from camera.frame import PictureSize
from camera.mask import Masker

SIZE, FPS, BITRATE = PictureSize(320, 192), 15.0, 600_000
Open = Callable[[PictureSize, float, int], VideoCodecContext]
ZERO = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "forced-idr": "1"}


Change = Callable[[av.VideoFrame], av.VideoFrame]


class Faulty:
    """A codec that does something else than what it is asked for."""

    def __init__(self, context: VideoCodecContext, change: Change) -> None:
        self._context, self._change = context, change
        self.extradata = context.extradata

    def encode(self, picture: av.VideoFrame) -> object:
        return self._context.encode(self._change(picture))


def deaf(picture: av.VideoFrame) -> av.VideoFrame:
    picture.pict_type = PictureType.NONE
    return picture


def painted(left: int, right: int, luma: int) -> Change:
    def paint(picture: av.VideoFrame) -> av.VideoFrame:
        planes = picture.to_ndarray(format="yuv420p").copy()
        planes[: picture.height, left:right] = luma
        other = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        other.pts, other.time_base, other.pict_type = picture.pts, picture.time_base, picture.pict_type
        return other

    return paint


def posing(
    options: dict[str, str],
    x264: str = "repeat-headers=1:keyint=infinite",
    change: Change | None = None,
    *,
    is_apart: bool = False,
) -> Open:
    """libx264 with these options, in the place of the hardware; `is_apart`: parameter sets in extradata alone."""

    def open_it(size: PictureSize, fps: float, bitrate_bps: int) -> VideoCodecContext:
        context = av.CodecContext.create("libx264", "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height, context.pix_fmt = size.width_px, size.height_px, "yuv420p"
        context.time_base, context.framerate = Fraction(1, 90_000), Fraction(fps).limit_denominator(1001)
        context.thread_count = 1
        context.options = {**options, "x264-params": x264}
        context.bit_rate = bitrate_bps
        if is_apart:
            context.flags |= Flags.global_header
        context.open()
        return context if change is None else cast("VideoCodecContext", Faulty(context, change))

    return open_it


def missing(size: PictureSize, fps: float, bitrate_bps: int) -> VideoCodecContext:
    raise EncoderError("this machine has no hardware encoder that takes 320x192")


LATE = {key: value for key, value in ZERO.items() if key != "tune"}
MAIN = {**ZERO, "profile": "main", "preset": "medium"}


@pytest.mark.parametrize(
    ("hardware", "fault"),
    [
        (posing(ZERO), None),
        (missing, "has no hardware encoder"),
        (posing(LATE), "pictures at once instead of one"),
        (posing(MAIN), "profile 77"),
        (posing(ZERO, change=deaf), "no key picture when one is wished for"),
        (posing(ZERO, "keyint=infinite", is_apart=True), None),
        (posing(ZERO, "repeat-headers=0:keyint=infinite"), "lack their parameter sets"),
        (posing(ZERO, change=painted(0, 160, 16)), "off"),
        (posing(ZERO, change=painted(240, 300, 200)), "what is hidden is not black"),
    ],
    ids=["good", "missing", "late", "main profile", "deaf", "sets apart", "no sets", "wrong", "shows hidden"],
)
def test_a_fault_of_the_hardware_is_found(monkeypatch: pytest.MonkeyPatch, hardware: Open, fault: str | None) -> None:
    monkeypatch.setitem(h264.CODECS, HARDWARE, hardware)
    found = fault_of(HARDWARE, SIZE, FPS, BITRATE)
    assert (found is None) if fault is None else (found is not None and fault in found), found
    assert EncoderChoice("auto", BITRATE).choose(SIZE, FPS) == (HARDWARE if fault is None else SOFTWARE)


def test_a_key_picture_that_one_cannot_begin_with_is_none() -> None:
    encoder = Encoder(SIZE, FPS)
    masker = Masker(None, SIZE)
    units = [
        unit
        for number in range(PICTURES)
        for unit in encoder.encode(masker.black(number * 66_666_667), want_key=number == WISHED)
    ]
    assert encoder_choice._fault_of_units(units) is None
    at = units[WISHED].data.rindex(b"\0\0\1\x65")
    data = bytearray(units[WISHED].data)
    data[at + 3] = 0x61  # an I picture that is no IDR
    units[WISHED] = AccessUnit(bytes(data), units[WISHED].pts_90k, True, units[WISHED].captured_at_ns)
    assert encoder_choice._fault_of_units(units) == "its key pictures are none that one can begin with"


def test_a_slow_one_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(h264.CODECS, HARDWARE, posing(ZERO))
    monkeypatch.setattr(encoder_choice, "MOST_SHARE", 1e-9)
    assert "ms a picture" in (fault_of(HARDWARE, SIZE, FPS, BITRATE) or "")


def test_ours_passes_its_own_probe_at_the_usual_size() -> None:
    found = fault_of(SOFTWARE, PictureSize(1280, 720), FPS, 2_000_000)
    assert found is None or "ms a picture" in found  # a machine that is busy with other tests may be slow


def test_a_machine_without_one_takes_libx264() -> None:
    assert EncoderChoice("auto", BITRATE).choose(SIZE, FPS) in (SOFTWARE, HARDWARE)
    assert EncoderChoice("libx264", BITRATE).choose(SIZE, FPS) == SOFTWARE


def test_each_size_is_tried_once_and_never_again_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[PictureSize] = []

    def try_out(codec: str, size: PictureSize, fps: float, bitrate_bps: int) -> None:
        tried.append(size)

    monkeypatch.setattr(encoder_choice, "fault_of", try_out)
    choice = EncoderChoice("auto", BITRATE)
    assert [choice.choose(SIZE, FPS) for _ in range(3)] == [HARDWARE] * 3
    choice.give_up_hardware()
    assert choice.choose(SIZE, FPS) == SOFTWARE
    assert tried == [SIZE]
