"""What was left and what was taken, from masked pixels only; never twice, never for light or for a visitor."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from camera.frame import Frame, MaskedFrame, PictureSize
from camera.mask import Masker, parse_mask
from camera.parcel_desk import ParcelDesk, ParcelWishes
from camera.parcels import ParcelNews, ParcelWatch
from camera.vault.cards import SettingsChanged
from tests.camera.authority_fakes import House, body_of, code_of

SIZE = PictureSize(320, 180)
AREA = ((0.2, 0.3), (0.8, 0.3), (0.8, 0.95), (0.2, 0.95))
WHOLE = b'{"allow":[[[0,0],[1,0],[1,1],[0,1]]]}'
LEFT_HALF = b'{"allow":[[[0,0],[0.5,0],[0.5,1],[0,1]]]}'
HALF_S = 500_000_000


@dataclass
class Porch:
    """A still porch with grain; a box may lie on it, a shade of light over it."""

    mask: bytes = WHOLE
    box: tuple[int, int, int, int] | None = None
    gain: float = 1.0
    at_ns: int = 0
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))

    def __post_init__(self) -> None:
        self.masker = Masker(parse_mask(self.mask), SIZE)
        self.ground = 110 + self.chance.normal(0, 12, (45, 80)).repeat(4, 0).repeat(4, 1)
        self.watch = ParcelWatch(AREA, np.asarray(self.masker.visible_luma, bool))

    def picture(self, hidden: int | None = None) -> MaskedFrame:
        luma = self.ground.copy()
        if self.box:
            left, top, wide, high = self.box
            luma[top : top + high, left : left + wide] = 205
        luma = luma * self.gain + self.chance.normal(0, 2, luma.shape)
        i420 = np.full((SIZE.height_px * 3 // 2, SIZE.width_px), 128, np.uint8)
        i420[: SIZE.height_px] = np.clip(luma, 0, 255).astype(np.uint8)
        if hidden is not None:
            i420[: SIZE.height_px, 160:] = hidden
        return self.masker.apply(Frame(i420, SIZE, self.at_ns))

    def pass_s(self, seconds: float, *, is_moving: bool = False) -> list[ParcelNews]:
        news: list[ParcelNews] = []
        for _ in range(round(seconds * 2)):
            self.at_ns += HALF_S
            if found := self.watch.look(self.picture(), is_moving=is_moving):
                news.append(found)
        return news


def test_what_is_left_and_taken_is_told_once_each() -> None:
    porch = Porch()
    assert porch.pass_s(30) == []
    porch.box = (120, 90, 50, 36)
    assert porch.pass_s(60) == [ParcelNews.LEFT]
    porch.box = None
    assert porch.pass_s(60) == [ParcelNews.TAKEN]


def test_a_second_parcel_is_told_too() -> None:
    porch = Porch()
    porch.pass_s(30)
    porch.box = (100, 90, 40, 30)
    assert porch.pass_s(40) == [ParcelNews.LEFT]
    porch.box = (100, 90, 90, 30)
    assert porch.pass_s(40) == [ParcelNews.LEFT]


def test_nothing_is_told_while_somebody_moves() -> None:
    porch = Porch()
    porch.pass_s(30)
    porch.box = (120, 90, 50, 36)
    assert porch.pass_s(60, is_moving=True) == []


@pytest.mark.parametrize("gain", [0.6, 0.85, 1.2, 1.5])
def test_another_light_is_no_parcel(gain: float) -> None:
    porch = Porch()
    porch.pass_s(30)
    porch.gain = gain
    assert porch.pass_s(60) == []


def test_what_lies_outside_of_the_area_or_is_hidden_is_not_told() -> None:
    porch = Porch(mask=LEFT_HALF)
    porch.pass_s(30)
    porch.box = (170, 90, 50, 36)
    assert porch.pass_s(60) == []
    porch.box = (5, 5, 40, 30)
    assert porch.pass_s(60) == []


def test_hidden_pixels_change_nothing_that_is_kept() -> None:
    """Non-interference: the small pictures that it compares are the same, bit for bit."""
    kept: list[list[npt.NDArray[np.float32]]] = []
    for hidden in (0, 255):
        porch = Porch(mask=LEFT_HALF)
        for _ in range(12):
            porch.at_ns += HALF_S
            porch.watch.look(porch.picture(hidden), is_moving=False)
        kept.append(list(porch.watch._looks))
    assert len(kept[0]) > 0
    assert all(np.array_equal(a, b) for a, b in zip(*kept, strict=True))


@pytest.mark.parametrize(
    "area", [((0.6, 0.1), (0.9, 0.1), (0.9, 0.9)), ((0.1, 0.1), (0.11, 0.1), (0.1, 0.11))], ids=["hidden", "tiny"]
)
def test_an_area_that_shows_nothing_is_watched_in_vain(area: tuple[tuple[float, float], ...]) -> None:
    visible = np.asarray(Masker(parse_mask(LEFT_HALF), SIZE).visible_luma, bool)
    assert not ParcelWatch(area, visible).is_possible


# --- the owner's place --------------------------------------------------------------------------------------------


def test_the_place_is_signed_logged_and_kept(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.claim()
    assert body_of(house.ask("parcel.get")) == {"area": None}
    area = [[0.2, 0.5], [0.6, 0.5], [0.6, 0.9]]
    assert body_of(house.ask("parcel.set", area=area)) == {"area": area}
    said = house.control.records[-1]
    assert isinstance(said, SettingsChanged)
    assert said.what == "parcel_place"
    assert ParcelDesk(tmp_path / "camera", lambda news: None).wishes.area == tuple((x, y) for x, y in area)
    assert body_of(house.ask("parcel.set", area=None)) == {"area": None}
    assert house.control.parcel_uses == 2


@pytest.mark.parametrize("area", [[], [[0, 0], [1, 1]], [[0, 0], [2, 0], [1, 1]], "x", [[0, 0]] * 40])
def test_what_is_no_area_is_refused(tmp_path: Path, area: object) -> None:
    house = House(tmp_path)
    house.claim()
    assert code_of(house.ask("parcel.set", area=area)) == "bad_request"


def test_a_damaged_file_watches_no_place(tmp_path: Path) -> None:
    (tmp_path / "parcels.json").write_text('{"area": [[5, 5]]}')
    assert ParcelDesk(tmp_path, lambda news: None).wishes == ParcelWishes()
