"""The whole camera, from frame to opened clip: what the mask hides has no influence on anything that comes out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from camera import pipeline as pipeline_module
from camera.clip_keeper import ClipKeeper
from camera.contract import AccessUnit
from camera.frame import Frame, MaskedFrame, PictureSize, plane_views
from camera.mask import Mask
from camera.motion import Box, Detector, MotionReading, MotionTuning, open_detector
from camera.pipeline import Pipeline
from camera.recorder import RecorderAction
from camera.recorder.actions import StartClip
from camera.settings import CameraSettings
from camera.sources import open_source
from camera.thumbnail import jpeg_thumbnail
from camera.vault import Vault
from camera.vault.bech32 import bech32_encode
from camera.vault.cards import ClipClosed
from camera.visible_area import BoolPlane, visible_pixels
from stoop.reader.age_stream import open_bytes
from stoop.reader.identities import X25519Identity
from stoop.reader.journal import check_journal
from stoop.reader.thumbnails import open_thumbnail
from stoop.record import VideoClock
from tests.camera import strategies
from tests.camera.strategies import Point, mask_of, noise
from tests.camera.test_non_interference import MOTION

CLIP, PICTURES = "hall_visitors1", 110
PICTURES_EACH = int(os.environ.get("STOOP_PICTURES_EACH", "30"))
"""Of every other clip; give a large number to compare whole clips, which takes minutes each."""
STOOP: list[Point] = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.95), (0.2, 0.95)]
DOORMAT: list[Point] = [(0.25, 0.8), (0.35, 0.8), (0.35, 0.9), (0.25, 0.9)]
SHORT = CameraSettings(pre_roll_s=2, post_roll_s=1, clip_cap_s=10)
OWNER = X25519PrivateKey.from_private_bytes(bytes(range(32)))
RECIPIENT = bech32_encode("age", OWNER.public_key().public_bytes_raw())
IDENTITY = X25519Identity(OWNER.private_bytes_raw())


@dataclass(slots=True)
class Outputs:
    """All that leaves the camera over one video, in order and in the clear."""

    units: list[AccessUnit] = field(default_factory=list)
    events: list[bool] = field(default_factory=list)
    readings: list[MotionReading] = field(default_factory=list)
    actions: list[tuple[str, RecorderAction]] = field(default_factory=list)
    thumbnails: list[bytes] = field(default_factory=list)
    moving: list[tuple[int, tuple[Box, ...]]] = field(default_factory=list)
    clips: list[bytes] = field(default_factory=list)
    stored_thumbnails: list[bytes] = field(default_factory=list)


class RecordingSink:
    """Keeps what the pipeline gives, and hands clips to the real vault."""

    def __init__(self, out: Outputs, keeper: ClipKeeper) -> None:
        self._out, self._keeper = out, keeper

    def unit(self, unit: AccessUnit) -> None:
        self._out.units.append(unit)

    def motion(self, is_active: bool) -> None:
        self._out.events.append(is_active)

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        self._out.actions.append((mask_digest, action))
        self._keeper.apply(action, mask_digest)

    def thumbnail(self, frame: MaskedFrame) -> None:
        self._out.thumbnails.append(jpeg_thumbnail(frame))
        self._keeper.thumbnail(frame)

    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None:
        self._out.moving.append((captured_at_ns, tuple(boxes)))
        self._keeper.moving(captured_at_ns, boxes)


class _WatchedDetector:
    """The real detector; its readings are kept."""

    def __init__(self, real: Detector, readings: list[MotionReading]) -> None:
        self._real, self._readings = real, readings

    def observe(self, frame: MaskedFrame, minute_of_day: int | None = None) -> MotionReading:
        self._readings.append(self._real.observe(frame, minute_of_day))
        return self._readings[-1]

    def use_tuning(self, tuning: MotionTuning) -> None:
        self._real.use_tuning(tuning)


class WholeCamera:
    """Pipeline and vault over frames that it is given, under a clock that is the video's."""

    def __init__(
        self, folder: Path, size: PictureSize, fps: float, mask: Mask, patch: pytest.MonkeyPatch, wish_at: int
    ) -> None:
        self.out = Outputs()
        self._folder, self._wish_at, self._number = folder / "sealed", wish_at, 0
        self._clock = VideoClock(1_780_000_000_000)
        self._vault = Vault(self._folder, "ab" * 16, (RECIPIENT,), self._clock)
        sink = RecordingSink(self.out, ClipKeeper(self._vault, lambda *_: None))
        with patch.context() as patched:
            patched.setattr(pipeline_module, "open_detector", self._open_detector)
            self._pipeline = Pipeline(size, fps, SHORT, sink, mask)

    def take(self, frame: Frame) -> None:
        self._clock.now_ns = frame.captured_at_ns
        if self._number == self._wish_at:
            self._pipeline.record_now(frame.captured_at_ns)
        self._pipeline.process(frame, wants_key=self._number % 40 == 17)
        self._number += 1

    def end(self) -> Outputs:
        """Everything, with clips and thumbnails opened as the owner opens them; random ids are made equal."""
        self._pipeline.stop("stopped")
        self._vault.close()
        for path in sorted((self._folder / "clips").iterdir()):
            opened = open_bytes(path.read_bytes(), [IDENTITY])
            self.out.clips.append(opened.replace(path.stem[8:].encode(), bytes(24)))
        self.out.stored_thumbnails = [self._opened(path) for path in sorted((self._folder / "thumbs").iterdir())]
        return self.out

    def _opened(self, path: Path) -> bytes:
        journal = {int(file.stem, 16): file for file in (self._folder / "journal").iterdir()}
        for card in check_journal(journal, [IDENTITY]).records():
            if isinstance(card, ClipClosed) and card.clip == path.stem and card.thumb:
                return open_thumbnail(path.read_bytes(), path.stem, card.thumb)
        raise AssertionError(f"thumbnail {path.stem} has no card")

    def _open_detector(self, name: str, fps: float, visible_luma: BoolPlane, tuning: MotionTuning) -> Detector:
        return _WatchedDetector(open_detector(name, fps, visible_luma, tuning), self.out.readings)


def hidden_samples(mask: Mask, size: PictureSize) -> npt.NDArray[np.bool_]:
    """bool of the I420 array's shape: which samples the drawing hides."""
    hidden = np.empty((size.height_px * 3 // 2, size.width_px), np.uint8)
    visible = visible_pixels(mask.allow, mask.hide, size)
    luma, blue, red = plane_views(hidden, size)
    luma[:] = ~visible
    blue[:] = ~visible[::2, ::2]
    red[:] = blue
    return hidden.astype(np.bool_)


def assert_equal(one: Outputs, other: Outputs) -> None:
    assert one.readings == other.readings
    assert one.events == other.events
    assert one.units == other.units
    assert one.thumbnails == other.thumbnails
    assert one.moving == other.moving
    assert one.actions == other.actions
    assert one.clips == other.clips
    assert one.stored_thumbnails == other.stored_thumbnails


Pairs = Callable[[], Iterator[tuple[Frame, Frame]]]


@pytest.fixture
def hall() -> tuple[PictureSize, float, Mask, Pairs]:
    """A real hall that visitors enter; and the same with noise in all that the drawing hides."""
    video = MOTION / f"{CLIP}.mp4"
    if not video.exists():
        pytest.skip(f"{video} is absent: set STOOP_SHARED to the folder that holds data/motion")
    source = open_source(f"file:{video}?speed=max")
    mask = mask_of([STOOP], [DOORMAT])
    hidden = hidden_samples(mask, source.size)
    assert hidden.mean() > 0.4

    def pairs() -> Iterator[tuple[Frame, Frame]]:
        chance = np.random.default_rng(11)
        for frame in islice(source.frames(), PICTURES):
            painted = np.where(hidden, chance.integers(0, 256, frame.i420.shape, dtype=np.uint8), frame.i420)
            yield frame, Frame(painted, frame.size, frame.captured_at_ns)

    return source.size, source.fps, mask, pairs


def test_noise_in_the_hidden_area_of_a_real_video_changes_nothing_that_comes_out(
    hall: tuple[PictureSize, float, Mask, Pairs], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, fps, mask, pairs = hall
    plain = WholeCamera(tmp_path / "plain", size, fps, mask, monkeypatch, wish_at=-1)
    noisy = WholeCamera(tmp_path / "noisy", size, fps, mask, monkeypatch, wish_at=-1)
    for frame, painted in pairs():
        plain.take(frame)
        noisy.take(painted)
    one, other = plain.end(), noisy.end()

    assert_equal(one, other)
    assert len(one.units) == len(one.readings) == PICTURES
    assert True in one.events
    assert any(isinstance(action, StartClip) for _, action in one.actions)
    assert len(one.thumbnails) > 1
    assert one.clips
    assert one.stored_thumbnails
    assert all(len(clip) > 50_000 for clip in one.clips)


def labelled_clips() -> list[str]:
    labels = MOTION / "labels.json"
    return sorted(json.loads(labels.read_text())) if labels.exists() else []


@pytest.mark.parametrize("name", labelled_clips())
def test_noise_in_what_is_hidden_of_each_real_clip_changes_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the hidden parts that the clip was labelled with, and a border hidden all around."""
    label = json.loads((MOTION / "labels.json").read_text())[name]
    source = open_source(f"file:{MOTION / label.get('file', f'{name}.mp4')}?speed=max")
    mask = mask_of([STOOP], [DOORMAT, *[[(x, y) for x, y in part] for part in label["hide"]]])
    hidden, chance = hidden_samples(mask, source.size), np.random.default_rng(len(name))
    plain, noisy = (
        WholeCamera(tmp_path / which, source.size, source.fps, mask, monkeypatch, wish_at=4)
        for which in ("plain", "noisy")
    )
    for frame in islice(source.frames(), PICTURES_EACH):
        painted = np.where(hidden, chance.integers(0, 256, frame.i420.shape, dtype=np.uint8), frame.i420)
        noisy.take(Frame(painted, frame.size, frame.captured_at_ns))
        plain.take(frame)
    one, other = plain.end(), noisy.end()

    assert_equal(one, other)
    assert one.units
    assert one.clips


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.masks, strategies.sizes, st.integers(0, 999), st.integers(0, 999))
@example(mask_of([STOOP]), PictureSize(48, 36), 1, 2)
def test_no_drawing_lets_hidden_pixels_through_to_anything(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    mask: Mask,
    size: PictureSize,
    seed: int,
    other_seed: int,
) -> None:
    hidden = hidden_samples(mask, size)
    folder = tmp_path_factory.mktemp("cameras")
    cameras = [WholeCamera(folder / name, size, 15.0, mask, monkeypatch, wish_at=4) for name in ("one", "other")]
    for number in range(12):
        shown = noise(size, seed + number // 3)
        for camera, behind in zip(cameras, (noise(size, number), noise(size, other_seed + 1000 + number)), strict=True):
            camera.take(Frame(np.where(hidden, behind, shown), size, number * 66_666_667))
    one, other = (camera.end() for camera in cameras)

    assert_equal(one, other)
    assert len(one.units) == 12
    assert len(one.clips) == 1


def test_a_change_in_the_visible_area_does_come_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size, mask = PictureSize(48, 36), mask_of([STOOP])
    cameras = [WholeCamera(tmp_path / name, size, 15.0, mask, monkeypatch, wish_at=4) for name in ("one", "other")]
    for number in range(12):
        for seed, camera in enumerate(cameras):
            camera.take(Frame(noise(size, 100 * seed + number), size, number * 66_666_667))
    one, other = (camera.end() for camera in cameras)

    assert one.units != other.units
    assert one.clips != other.clips
