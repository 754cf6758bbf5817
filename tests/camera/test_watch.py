"""The video thread grants wishes of other threads without letting them harm the recording."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from camera.contract import AccessUnit
from camera.frame import Frame, MaskedFrame, PictureSize
from camera.lens import LensOpened
from camera.mask import parse_mask
from camera.motion import Box, MotionReading, MotionTuning, RaisedBar
from camera.pipeline import Pipeline
from camera.plate_session import PlateSession
from camera.recorder import RecorderAction
from camera.settings import CameraSettings
from camera.sources import Source
from camera.watch import Watch
from tests.camera.authority_fakes import MASK, FakeClock
from tests.camera.strategies import noise_frame

SIZE = PictureSize(64, 48)
STEP_NS = 1_000_000_000 // 15
LEFT = json.dumps({"allow": [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]})


class KeySink:
    """Remembers when key pictures came."""

    def __init__(self) -> None:
        self.units: list[AccessUnit] = []

    def unit(self, unit: AccessUnit) -> None:
        self.units.append(unit)

    def motion(self, is_active: bool) -> None: ...
    def clip(self, action: RecorderAction, mask_digest: str) -> None: ...
    def thumbnail(self, frame: MaskedFrame) -> None: ...
    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None: ...

    def keys(self) -> list[int]:
        return [number for number, unit in enumerate(self.units) if unit.is_key]


class DeafPort:
    def opened(self, news: LensOpened, visible_share: float) -> None: ...
    def delivering(self) -> None: ...
    def lost(self, fault: str) -> None: ...
    def slowed(self, notice: str | None) -> None: ...
    def tick(self) -> None: ...


def no_source() -> Source:
    raise AssertionError("this test opens no lens")


def frame(number: int) -> Frame:
    return Frame(np.full((72, 64), 100, np.uint8), SIZE, number * STEP_NS)


@pytest.fixture
def sink() -> KeySink:
    return KeySink()


@pytest.fixture
def watch(sink: KeySink) -> Watch:
    watch = Watch(CameraSettings(), no_source, sink, DeafPort(), PlateSession(3, FakeClock()))
    watch._begin(LensOpened(SIZE, 15.0, "scripted"))
    return watch


def test_a_flood_of_wishes_gives_a_key_picture_every_third_of_a_second_at_most(watch: Watch, sink: KeySink) -> None:
    for number in range(25):
        watch.want_key()
        watch._take(frame(number))

    assert sink.keys() == [0, 5, 10, 15, 20]


def test_a_single_wish_is_granted_at_once_and_once(watch: Watch, sink: KeySink) -> None:
    for number in range(12):
        if number == 7:
            watch.want_key()
        watch._take(frame(number))

    assert sink.keys() == [0, 7]


def test_a_wish_within_the_pause_is_kept_and_not_forgotten(watch: Watch, sink: KeySink) -> None:
    for number in range(12):
        if number in (3, 4):
            watch.want_key()
        watch._take(frame(number))

    assert sink.keys() == [0, 3, 8]


def test_wishes_are_granted_again_when_the_lens_counts_its_time_from_the_start(watch: Watch, sink: KeySink) -> None:
    watch.want_key()
    watch._take(frame(1000))
    watch._begin(LensOpened(SIZE, 15.0, "scripted"))
    watch._take(frame(0))
    watch.want_key()
    watch._take(frame(1))

    assert sink.keys() == [0, 1, 2]


def test_under_a_new_drawing_the_first_unit_is_a_key_picture() -> None:
    sink = KeySink()
    pipeline = Pipeline(SIZE, 15.0, CameraSettings(), sink, parse_mask(MASK.encode()))
    for number in range(8):
        if number == 5:
            pipeline.use_mask(parse_mask(LEFT.encode()))
        pipeline.process(noise_frame(SIZE, number, number * STEP_NS))

    assert sink.keys() == [0, 5]


class ScriptedMotion:
    """Remembers the readings; the time of day is noon."""

    def __init__(self) -> None:
        self.readings: list[tuple[MotionReading, int]] = []

    def tuning(self) -> MotionTuning:
        return MotionTuning(sensitivity=0.9)

    def minute_of_day(self) -> int | None:
        return 720

    def read(self, reading: MotionReading, captured_at_ns: int) -> None:
        self.readings.append((reading, captured_at_ns))


def test_what_the_owner_set_about_motion_reaches_the_detector_and_each_reading_is_told(
    sink: KeySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    motion, minutes = ScriptedMotion(), []
    clock = FakeClock()
    watch = Watch(CameraSettings(), no_source, sink, DeafPort(), PlateSession(3, clock), motion=motion)
    watch.use_mask(parse_mask(MASK.encode()), SIZE)
    watch._begin(LensOpened(SIZE, 15.0, "scripted"))
    assert watch._pipeline is not None
    assert watch._pipeline._tuning.sensitivity == 0.9
    process = watch._pipeline.process

    def spied(frame: Frame, *, wants_key: bool = False, minute_of_day: int | None = None) -> None:
        minutes.append(minute_of_day)
        process(frame, wants_key=wants_key, minute_of_day=minute_of_day)

    monkeypatch.setattr(watch._pipeline, "process", spied)
    for number in range(3):
        watch._take(frame(number))

    assert [at_ns for _, at_ns in motion.readings] == [0, STEP_NS, 2 * STEP_NS]
    assert minutes == [720, 720, 720]


def test_the_bell_records_whatever_bar_was_raised() -> None:
    everywhere = tuple(RaisedBar(Box(0, 0, 1, 1), 0, 1440, amount=1.0) for _ in range(4))
    pipeline = Pipeline(
        SIZE,
        15.0,
        CameraSettings(),
        sink := ClipSink(),
        parse_mask(MASK.encode()),
        tuning=MotionTuning(0, (), None, everywhere),
    )
    for number in range(30):
        if number == 15:
            pipeline.press(number * STEP_NS)
        pipeline.process(frame(number), minute_of_day=720)

    assert [type(action).__name__ for action in sink.actions][:1] == ["StartClip"]


class ClipSink(KeySink):
    """Remembers what was to be done about clips too."""

    def __init__(self) -> None:
        super().__init__()
        self.actions: list[RecorderAction] = []

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        self.actions.append(action)


def test_a_lens_that_looks_at_the_drawing_is_let_go_when_it_changes(watch: Watch, sink: KeySink) -> None:
    """It is opened anew with the next step; what comes then begins a new stream."""
    watch._take(frame(1))
    watch.open_again()
    watch._step_aside()
    watch._take(frame(2))
    assert len(sink.units) == 1
