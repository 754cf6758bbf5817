"""A moved camera gives black pictures, no motion and no recording, until the owner has drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from camera.contract import AccessUnit
from camera.frame import MaskedFrame, Plane
from camera.home import Home
from camera.mask import Masker
from camera.motion import Box
from camera.pipeline import Pipeline
from camera.recorder import RecorderAction
from camera.recorder.actions import EndClip, StartClip
from camera.settings import CameraSettings
from camera.view import ViewMemory, ViewState
from camera.view_guard import ViewGuard
from tests.camera.strategies import mask_of
from tests.camera.view.fakes import SIZE, STOOP, frame_of, moved, scene

HERE = scene()
THERE = moved(HERE, 0.1)
OTHER = mask_of([[(0.0, 0.0), (0.9, 0.0), (0.9, 0.9), (0.0, 0.9)]])
FPS = 10
STEP_NS = 1_000_000_000 // FPS


class FileKeeper:
    """Keeps views in a home, and remembers what it was told."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder)
        self.told: list[tuple[ViewState, bool]] = []

    def view_memory(self) -> ViewMemory | None:
        return self.home.view_memory()

    def save_view_memory(self, memory: ViewMemory) -> None:
        self.home.save_view_memory(memory)

    def view_changed(self, state: ViewState, *, is_news: bool) -> None:
        self.told.append((state, is_news))


class Screen:
    """Decodes what a viewer would see: the share of each picture that is not black."""

    def __init__(self) -> None:
        self._decoder = av.CodecContext.create("h264", "r")
        self.lit: list[float] = []
        self.units: list[AccessUnit] = []
        self.actions: list[RecorderAction] = []
        self.motions: list[bool] = []

    def unit(self, unit: AccessUnit) -> None:
        self.units.append(unit)
        for picture in self._decoder.decode(av.Packet(unit.data)):
            luma = np.asarray(picture.to_ndarray(format="yuv420p"), np.uint8)[: SIZE.height_px]
            self.lit.append(float((luma > 24).mean()))

    def motion(self, is_active: bool) -> None:
        self.motions.append(is_active)

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        self.actions.append(action)

    def thumbnail(self, frame: MaskedFrame) -> None: ...
    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None: ...


class House:
    """A camera as it runs, from one start to the next."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_ns = 0
        self.start()

    def start(self) -> None:
        self.keeper, self.screen = FileKeeper(self.folder), Screen()
        self.guard = ViewGuard(self.keeper)
        self.pipeline = Pipeline(SIZE, FPS, CameraSettings(), self.screen, STOOP, self.guard)

    def draw(self) -> None:
        self.guard.forget(STOOP.digest)
        self.pipeline.use_mask(STOOP)

    def see(self, luma: Plane, seconds: float) -> list[float]:
        """The lit share of each picture that came out."""
        before = len(self.screen.lit)
        for _ in range(round(seconds * FPS)):
            self.now_ns += STEP_NS
            self.pipeline.process(frame_of(luma, self.now_ns))
        return self.screen.lit[before:]


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path / "camera")
    house.draw()
    house.see(HERE, 3)
    return house


def test_the_picture_is_there_from_the_first_after_drawing(tmp_path: Path) -> None:
    house = House(tmp_path / "camera")
    house.draw()

    assert min(house.see(HERE, 3)) > 0.3
    assert (ViewState.CONFIRMED, True) in house.keeper.told


def test_a_moved_camera_gives_black_pictures(house: House) -> None:
    house.see(THERE, 2)

    assert max(house.see(THERE, 2)) == 0.0
    assert house.keeper.told[-1] == (ViewState.MOVED, True)


def test_black_begins_with_a_key_picture(house: House) -> None:
    house.see(THERE, 2)
    first_black = next(number for number, lit in enumerate(house.screen.lit) if lit == 0.0)

    assert house.screen.units[first_black].is_key


def test_a_moved_camera_ends_the_clip_and_records_nothing(house: House) -> None:
    house.pipeline.record_now(house.now_ns)
    house.see(THERE, 2)
    started = [action for action in house.screen.actions if isinstance(action, StartClip)]
    ended = [action for action in house.screen.actions if isinstance(action, EndClip)]
    assert (len(started), len(ended)) == (1, 1)

    house.pipeline.press(house.now_ns)
    house.pipeline.record_now(house.now_ns)
    house.see(moved(HERE, 0.2), 3)
    house.see(HERE, 3)
    assert [action for action in house.screen.actions if isinstance(action, StartClip)] == started
    assert not any(house.screen.motions[1:])


def test_saving_the_same_drawing_opens_again(house: House) -> None:
    house.see(THERE, 2)
    house.draw()

    assert min(house.see(THERE, 3)) > 0.3
    assert house.keeper.told[-1] == (ViewState.CONFIRMED, True)


def test_a_clip_after_opening_again_holds_no_picture_from_before(house: House) -> None:
    house.see(THERE, 2)
    house.draw()
    drawn_at_ns = house.now_ns
    house.see(THERE, 3)
    house.pipeline.record_now(house.now_ns)
    house.see(THERE, 1)
    (start,) = (action for action in house.screen.actions if isinstance(action, StartClip))

    assert start.units[0].captured_at_ns > drawn_at_ns


@pytest.mark.parametrize("cause", ["manual", "press"])
def test_a_clip_that_is_asked_for_while_a_drawing_comes_into_force_is_recorded(house: House, cause: str) -> None:
    house.guard.forget(OTHER.digest)
    house.see(HERE, 1)
    house.pipeline.use_mask(OTHER)
    (house.pipeline.press if cause == "press" else house.pipeline.record_now)(house.now_ns)
    assert not any(isinstance(action, StartClip) for action in house.screen.actions)

    house.see(HERE, 1)
    (start,) = (action for action in house.screen.actions if isinstance(action, StartClip))
    assert start.cause == cause


def test_a_clip_that_was_asked_for_while_black_stands_after_a_fault_of_the_card(house: House) -> None:
    house.guard.forget(OTHER.digest)
    house.see(HERE, 1)
    house.pipeline.record_now(house.now_ns)
    house.pipeline.stop("fault")
    house.guard.begin(OTHER.digest, house.pipeline._masker.visible_luma)
    house.see(HERE, 1)

    assert any(isinstance(action, StartClip) for action in house.screen.actions)


def test_what_was_asked_for_long_before_the_view_was_right_starts_nothing(house: House) -> None:
    house.guard.forget(OTHER.digest)
    house.see(HERE, 1)
    house.pipeline.record_now(house.now_ns)
    house.see(HERE, 40)
    house.guard.begin(OTHER.digest, house.pipeline._masker.visible_luma)
    house.see(HERE, 2)

    assert not any(isinstance(action, StartClip) for action in house.screen.actions)


def test_between_drawing_and_the_new_mask_nothing_is_seen(house: House) -> None:
    house.see(THERE, 2)
    house.guard.forget(OTHER.digest)

    assert max(house.see(THERE, 1)) == 0.0


def test_after_a_start_the_first_pictures_are_black(house: House) -> None:
    house.start()
    lit = house.see(HERE, 3)

    assert lit[0] == 0.0
    assert lit[-1] > 0.3


def test_after_a_start_a_moved_camera_stays_black(house: House) -> None:
    house.start()

    assert max(house.see(THERE, 5)) == 0.0


def test_a_moved_camera_stays_black_over_a_restart_at_home(house: House) -> None:
    house.see(THERE, 2)
    house.start()

    assert max(house.see(HERE, 5)) == 0.0
    assert house.keeper.told == [(ViewState.MOVED, False)]


def test_a_mask_of_before_the_lockout_makes_a_view_at_the_next_start(tmp_path: Path) -> None:
    house = House(tmp_path / "camera")

    assert min(house.see(HERE, 3)) > 0.3
    assert house.keeper.told[-1] == (ViewState.CONFIRMED, True)


def test_views_of_another_drawing_are_not_used(house: House) -> None:
    guard = ViewGuard(house.keeper)
    guard.begin(OTHER.digest, Masker(OTHER, SIZE).visible_luma)

    assert house.keeper.told[-1] == (ViewState.UNKNOWN, False)


@pytest.mark.parametrize("text", [b"", b"{}", b'{"mask": 1}', b'{"mask":"00","views":[{"lines":9}]}', b"\xff"])
def test_views_that_cannot_be_read_count_as_moved(house: House, text: bytes) -> None:
    (house.folder / "view.json").write_bytes(text)
    house.start()

    assert max(house.see(HERE, 3)) == 0.0
    house.draw()
    assert min(house.see(HERE, 3)) > 0.3


def test_the_file_of_views_is_for_the_camera_alone(house: House) -> None:
    assert (house.folder / "view.json").stat().st_mode & 0o777 == 0o600
