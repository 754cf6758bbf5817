"""No picture passes unmasked: not the first, not after a reconnect, a resolution change, a new drawing or a fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from camera import mask as mask_module
from camera import pipeline as pipeline_module
from camera import watch as watch_module
from camera.frame import Frame, MaskedFrame, PictureSize, Plane
from camera.home import Home
from camera.lens import LensOpened
from camera.mask import Mask, Masker, MaskError, parse_mask
from camera.mask_shape import MaskShapes, is_same_shape
from camera.pipeline import Pipeline
from camera.process import CameraProcess
from camera.settings import Settings
from camera.sources import Source
from camera.watch import Watch
from tests.camera.authority_fakes import MASK, FakeClock
from tests.camera.fail_closed import Chaos, Tally

FRAMES = 30_000
FEW = 3_000
SIZE = PictureSize(64, 48)
LEFT = b'{"allow":[[[0,0],[0.5,0],[0.5,1],[0,1]]],"hide":[[[0.1,0.1],[0.25,0.1],[0.25,0.3]]]}\n'


@pytest.fixture(scope="module")
def tally() -> Tally:
    return Chaos(seed=1).run(FRAMES)


def test_no_picture_shows_what_is_hidden_whatever_fails(tally: Tally) -> None:
    assert tally.leaks == []
    assert tally.came_out > 0.9 * FRAMES
    assert tally.came_out > tally.black


@pytest.mark.parametrize("event", ["start", "reconnect", "another size", "new drawing", "off and on"])
def test_the_first_picture_after_it_was_looked_at(tally: Tally, event: str) -> None:
    assert tally.firsts[event] > 5


@pytest.mark.parametrize("fault", [*Chaos.FAULTS, "lost", "stall", "misshapen", "off"])
def test_the_fault_was_planted(tally: Tally, fault: str) -> None:
    assert tally.faults[fault] > 5


def test_clips_and_thumbnails_were_among_what_was_looked_at(tally: Tally) -> None:
    assert tally.in_clips > FRAMES / 10
    assert tally.thumbnails > 100


def test_a_fault_that_keeps_coming_back_ends_the_process() -> None:
    tally = Chaos(seed=2, fault_rate=0.2).run(FEW)
    assert tally.process_ends > 0
    assert tally.leaks == []


# --- the check itself can fail: each fault planted in the camera is seen


def unmasked(masker: Masker, frame: Frame) -> MaskedFrame:
    return MaskedFrame(frame.i420, masker._size, frame.captured_at_ns)


def late(watch: Watch) -> None:
    """As if wishes were granted after the picture."""


def without_colour(visible_luma: Plane, size: PictureSize) -> Plane:
    hidden = np.zeros((size.height_px * 3 // 2, size.width_px), np.uint8)
    hidden[: size.height_px] = np.where(visible_luma, 0, 255)
    return hidden


def keeps_the_old_mask(pipeline: Pipeline, _: Mask | None) -> None:
    pipeline._is_key_due = True


@pytest.mark.parametrize(
    ("owner", "name", "fault"),
    [
        pytest.param(Masker, "_fits", lambda *_: True, id="a picture of another form is let through"),
        pytest.param(mask_module, "_hidden_map", without_colour, id="colour is not masked"),
        pytest.param(watch_module, "is_same_shape", lambda *_: True, id="a drawing is laid on any shape"),
        pytest.param(Watch, "_grant_wishes", late, id="a new drawing is not applied"),
        pytest.param(Pipeline, "use_mask", keeps_the_old_mask, id="the old drawing stays"),
        pytest.param(Watch, "_switch_off", lambda _: None, id="off leaves it running"),
    ],
)
def test_a_fault_in_the_camera_is_seen(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, fault: Callable[..., object]
) -> None:
    monkeypatch.setattr(owner, name, fault)
    try:
        leaks = Chaos(seed=1, fault_rate=0.05).run(FEW).leaks
    except (AssertionError, ValueError):
        return
    assert leaks


def test_a_pipeline_that_looks_for_motion_before_it_masks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def process(pipeline: Pipeline, frame: Frame, *, wants_key: bool = False, minute_of_day: int | None = None) -> None:
        pipeline._detector.observe(unmasked(pipeline._masker, frame))
        real(pipeline, frame, wants_key=wants_key, minute_of_day=minute_of_day)

    real = Pipeline.process
    monkeypatch.setattr(pipeline_module.Pipeline, "process", process)
    assert "detector" in Chaos(seed=1).run(FEW).leaks[0]


def test_a_pipeline_that_encodes_before_it_masks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    chaos = Chaos(seed=1)
    with monkeypatch.context() as broken, chaos._stand_ins():
        broken.setattr(Masker, "apply", unmasked)
        broken.setattr(chaos, "_stand_ins", broken.context)
        leaks = chaos.run(FEW).leaks
    assert leaks


# --- the file on the card


@pytest.mark.parametrize("length", range(len(LEFT)))
def test_a_drawing_that_was_cut_shows_nothing_or_is_exact(length: int) -> None:
    try:
        mask = parse_mask(LEFT[:length])
    except MaskError:
        return
    assert (mask.allow, mask.hide) == (parse_mask(LEFT).allow, parse_mask(LEFT).hide)


@pytest.fixture
def restarted(tmp_path: Path) -> Callable[..., tuple[bool, str | None]]:
    """Starts a camera on the folder; whether a picture of `size` shows anything, and the fault that it tells."""

    def restart(size: PictureSize = SIZE) -> tuple[bool, str | None]:
        camera = CameraProcess(tmp_path, Settings(), no_source, tmp_path / "s", lambda _: None, FakeClock())
        try:
            camera._watch._begin(LensOpened(size, 15.0, "scripted"))
            pipeline = camera._watch._pipeline
            assert pipeline is not None
            return pipeline.visible_share > 0, camera.state().fault
        finally:
            camera._publisher.close()
            camera._storage.close()

    return restart


def no_source() -> Source:
    raise AssertionError("this test opens no lens")


def keep(folder: Path, text: bytes = LEFT, size: PictureSize = SIZE) -> Path:
    """As a camera leaves it behind."""
    home = Home(folder / "camera")
    MaskShapes(folder / "camera").keep(parse_mask(text).digest, size)
    home.save_mask_text(text)
    return folder / "camera" / "mask.json"


def test_a_whole_drawing_shows_again_after_a_restart(
    tmp_path: Path, restarted: Callable[..., tuple[bool, str | None]]
) -> None:
    keep(tmp_path)
    assert restarted() == (True, None)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.write_bytes(LEFT[:-9]), id="cut"),
        pytest.param(lambda path: path.write_bytes(LEFT.replace(b"0.5", b"0.9")), id="another digit"),
        pytest.param(lambda path: path.write_bytes(LEFT.rstrip()), id="one byte short"),
        pytest.param(lambda path: path.write_bytes(bytes(len(LEFT))), id="zeros"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), id="unreadable"),
        pytest.param(lambda path: path.with_name("mask_shape.json").unlink(), id="nothing known of the picture"),
        pytest.param(lambda path: path.with_name("mask_shape.json").write_bytes(b'{"sha'), id="that cut"),
        pytest.param(
            lambda path: path.with_name("mask_shape.json").write_bytes(
                b'{"shapes":[{"mask":"","width_px":3,"height_px":0}]}'
            ),
            id="that odd",
        ),
    ],
)
def test_a_damaged_card_leaves_the_picture_black_and_says_why(
    tmp_path: Path, restarted: Callable[..., tuple[bool, str | None]], damage: Callable[[Path], object]
) -> None:
    damage(keep(tmp_path))
    shows, fault = restarted()
    assert not shows
    assert fault is not None
    assert "draw" in fault


@pytest.mark.parametrize("size", [PictureSize(48, 64), PictureSize(64, 36), PictureSize(64, 64)])
def test_a_picture_of_another_shape_stays_black_and_says_why(
    tmp_path: Path, restarted: Callable[..., tuple[bool, str | None]], size: PictureSize
) -> None:
    keep(tmp_path)
    shows, fault = restarted(size)
    assert not shows
    assert fault is not None
    assert "64x48" in fault


def test_the_same_shape_at_another_resolution_shows(
    tmp_path: Path, restarted: Callable[..., tuple[bool, str | None]]
) -> None:
    keep(tmp_path)
    assert restarted(PictureSize(128, 96)) == (True, None)


def test_a_crash_between_size_and_drawing_leaves_the_older_drawing_in_force(
    tmp_path: Path, restarted: Callable[..., tuple[bool, str | None]]
) -> None:
    keep(tmp_path)
    MaskShapes(tmp_path / "camera").keep(parse_mask(MASK.encode()).digest, PictureSize(48, 64))
    assert restarted() == (True, None)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [((1280, 720), (854, 480), True), ((1280, 720), (720, 1280), False), ((640, 480), (640, 360), False)],
)
def test_shapes_are_told_apart(one: tuple[int, int], other: tuple[int, int], is_same: bool) -> None:
    assert is_same_shape(PictureSize(*one), PictureSize(*other)) is is_same
