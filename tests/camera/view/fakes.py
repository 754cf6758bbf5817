"""A street of boxes to look at, moved and lit as a test wants it."""

from __future__ import annotations

import cv2
import numpy as np

from camera.frame import Frame, MaskedFrame, PictureSize, Plane
from camera.mask import Mask, Masker
from camera.view import ViewMemory, ViewState, ViewWatch
from camera.view.watch import LOOK_NS
from tests.camera.strategies import mask_of

SIZE = PictureSize(320, 180)
STOOP = mask_of(
    [[(0.05, 0.2), (0.7, 0.1), (0.95, 0.5), (0.9, 1.0), (0.05, 1.0)]], [[(0.4, 0.5), (0.5, 0.5), (0.45, 0.7)]]
)
LOOKS_IN_TWO_SECONDS = 2_000_000_000 // LOOK_NS


def scene(seed: int = 1) -> Plane:
    """Luma (180, 320): boxes of many sizes and greys, as walls, steps and windows are."""
    random = np.random.default_rng(seed)
    luma = np.full((SIZE.height_px, SIZE.width_px), 120, np.uint8)
    for _ in range(170):
        x, y = int(random.integers(-20, 320)), int(random.integers(-20, 180))
        wide, high = (int(each) for each in random.integers(8, 60, 2))
        cv2.rectangle(luma, (x, y), (x + wide, y + high), int(random.integers(30, 220)), -1)
    return luma


def moved(luma: Plane, right_share: float = 0.0, down_share: float = 0.0, turn_deg: float = 0.0) -> Plane:
    """As a displaced camera sees it; shares of the width."""
    height, width = luma.shape
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, 1.0), np.float64)
    matrix[:, 2] = matrix[:, 2] + np.array([right_share * width, down_share * width])
    return np.asarray(cv2.warpAffine(luma, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101), np.uint8)


def frame_of(luma: Plane, at_ns: int) -> Frame:
    i420 = np.full((SIZE.height_px * 3 // 2, SIZE.width_px), 128, np.uint8)
    i420[: SIZE.height_px] = luma
    return Frame(i420, SIZE, at_ns)


class Guarded:
    """A watch behind a mask, one picture at each look."""

    def __init__(self, memory: ViewMemory | None = None, mask: Mask = STOOP) -> None:
        self.masker = Masker(mask, SIZE)
        self.watch = ViewWatch(self.masker.visible_luma, memory or ViewMemory(mask.digest))
        self.at_ns = 0

    def masked(self, luma: Plane) -> MaskedFrame:
        self.at_ns += LOOK_NS
        return self.masker.apply(frame_of(luma, self.at_ns))

    def see(self, luma: Plane, looks: int = 1) -> list[ViewState]:
        return [self.watch.look(self.masked(luma)) for _ in range(looks)]
