"""A picture of the place without the people in it, for drawing the mask on; kept in memory, never written to disk.

**It is made from unmasked pictures**: only the owner's signed `plate.get` may ask for it. Who stands still for nearly
the whole time (more than 85 % of the samples) can't be told from furniture and does appear.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from camera.frame import Frame, PictureSize, Plane, plane_views
from camera.plate_blocks import BLOCK_PX, BoolMap, block_counts, cells_of, settled_members

MAX_WIDTH_PX = 960  # even as incompressible noise the PNG stays below 2 MiB, so that it fits into one message
DRAFT_AFTER_S = 10.0
MIN_SAMPLES, MAX_SAMPLES = 12, 40
_SAMPLES_PER_S = 2.0
_BAND_ROWS = 48
_HOLE_SHARE = 0.05
_DRAFT_BLUR_PX = 9.0
_HATCH_DARK, _HATCH_LIGHT = 92, 128


@dataclass(frozen=True, slots=True)
class Samples:
    """Small pictures of one view, none of them ever changed; `at_ns` is the capture time of the last."""

    pictures: tuple[Plane, ...] = field(repr=False)
    size: PictureSize
    at_ns: int


class PlateMaker:
    """Collects samples of a fixed view, spread over `duration_s`.

    Holds at most 40 pictures of at most 960 px width (31 MB at 16:9, whatever the camera's size) and takes no more
    when it is done. One thread at a time. A crash leaves nothing behind.
    """

    def __init__(self, size: PictureSize, duration_s: float = 60.0, samples: int | None = None) -> None:
        self._wanted = samples or min(MAX_SAMPLES, max(MIN_SAMPLES, round(duration_s * _SAMPLES_PER_S)))
        if self._wanted < 3:
            raise ValueError(f"a plate of {samples} samples can't leave anybody out: take at least 3")
        self._size = size
        self._small = plate_size(size)
        self._duration_ns = round(duration_s * 1e9)
        self._pictures: list[Plane] = []
        self._began_ns = self._at_ns = 0

    def offer(self, frame: Frame) -> None:
        """Scale the frame down into a sample of its own if one is due by its `captured_at_ns`.

        Pictures of another size are passed over.
        """
        if self.is_done or frame.size != self._size:
            return
        if not self._pictures or frame.captured_at_ns < self._began_ns:
            self._pictures, self._began_ns = [], frame.captured_at_ns  # a clock that went back: begin anew
        elif frame.captured_at_ns - self._began_ns < self._due_after_ns():
            return
        self._pictures.append(_scaled(frame.i420, frame.size, self._small))
        self._at_ns = frame.captured_at_ns

    @property
    def progress(self) -> float:
        """0.0-1.0."""
        return len(self._pictures) / self._wanted

    @property
    def is_done(self) -> bool:
        return len(self._pictures) >= self._wanted

    @property
    def has_draft(self) -> bool:
        """Whether there is enough for a first plate, and long enough to go that it is worth showing."""
        return (
            self._duration_ns >= 2 * DRAFT_AFTER_S * 1e9
            and len(self._pictures) >= 3
            and self._at_ns - self._began_ns >= DRAFT_AFTER_S * 1e9
        )

    def samples(self) -> Samples:
        """Those so far; may be developed on another thread."""
        return Samples(tuple(self._pictures), self._small, self._at_ns)

    def _due_after_ns(self) -> int:
        return len(self._pictures) * self._duration_ns // (self._wanted - 1)


def plate_size(size: PictureSize) -> PictureSize:
    """Of the plate of a camera of this size: at most 960 px wide, of the same shape."""
    share = min(1.0, MAX_WIDTH_PX / size.width_px)
    return PictureSize(max(16, int(size.width_px * share) // 2 * 2), max(16, round(size.height_px * share / 2) * 2))


def develop(samples: Samples, *, is_draft: bool = False) -> bytes:
    """The plate as a PNG: each block as it was most of the time while nobody was before it; hatched where that is not
    known. About a second of work.

    A draft is blurred besides: ten seconds can't tell a visitor who stands still from furniture, so nobody may have a
    face in it.

    Raises ValueError when there are fewer than three samples.
    """
    if len(samples.pictures) < 3:
        raise ValueError(f"the plate has {len(samples.pictures)} of at least 3 samples: wait until it has more")
    members, is_settled = settled_members([cells_of(picture, samples.size) for picture in samples.pictures])
    plate = _median(samples.pictures)
    _develop_blocks(plate, samples, members, is_settled)
    if is_draft:
        _blur(plate, samples.size)
    _hatch(plate, samples.size, _hatched_blocks(is_settled))
    return _as_png(plate)


def _scaled(i420: Plane, size: PictureSize, small: PictureSize) -> Plane:
    if small == size:
        return i420.copy()
    scaled = np.empty((small.height_px * 3 // 2, small.width_px), np.uint8)
    for plane, into in zip(plane_views(i420, size), plane_views(scaled, small), strict=True):
        cv2.resize(plane, (into.shape[1], into.shape[0]), dst=into, interpolation=cv2.INTER_AREA)
    return scaled


def _median(pictures: tuple[Plane, ...]) -> Plane:
    """The middle value of each sample in time, row band by row band so that little extra memory is needed."""
    middle = len(pictures) // 2
    median = np.empty_like(pictures[0])
    for top in range(0, median.shape[0], _BAND_ROWS):
        band = np.stack([picture[top : top + _BAND_ROWS] for picture in pictures])
        band.partition(middle, axis=0)
        median[top : top + _BAND_ROWS] = band[middle]
    return median


def _develop_blocks(plate: Plane, samples: Samples, members: BoolMap, is_settled: BoolMap) -> None:
    """Where somebody was before a block for part of the time, take the median of the other samples alone."""
    pictures = [plane_views(picture, samples.size) for picture in samples.pictures]
    into = plane_views(plate, samples.size)
    for row, column in np.argwhere(is_settled & ~members.all(axis=0)).tolist():
        chosen = np.flatnonzero(members[:, row, column]).tolist()
        for number, plane in enumerate(into):
            block_px = BLOCK_PX // (2 if number else 1)
            where = (
                slice(row * block_px, (row + 1) * block_px),
                slice(column * block_px, (column + 1) * block_px),
            )
            block = np.stack([pictures[sample][number][where] for sample in chosen])
            block.partition(len(chosen) // 2, axis=0)
            plane[where] = block[len(chosen) // 2]


def _hatched_blocks(is_settled: BoolMap) -> BoolMap:
    """What never settled, and one block around it: a sleeve ends in the next block."""
    grown = cv2.dilate((~is_settled).astype(np.uint8), np.ones((3, 3), np.uint8))
    closed = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return _with_holes_filled(np.asarray(closed, np.bool_))


def _with_holes_filled(blocks: BoolMap) -> BoolMap:
    """A small settled spot in the middle of restless ones is the plain part of somebody's coat."""
    count, labels, facts, _ = cv2.connectedComponentsWithStats((~blocks).astype(np.uint8), connectivity=4)
    filled = blocks.copy()
    for label in range(1, count):
        left, top, width, height, area = (int(fact) for fact in facts[label])
        is_inside = left > 0 and top > 0 and left + width < blocks.shape[1] and top + height < blocks.shape[0]
        if is_inside and area < _HOLE_SHARE * blocks.size:
            filled[labels == label] = True
    return filled


def _blur(i420: Plane, size: PictureSize) -> None:
    for number, plane in enumerate(plane_views(i420, size)):
        plane[:] = cv2.GaussianBlur(plane, (0, 0), _DRAFT_BLUR_PX / (2 if number else 1))


def _hatch(i420: Plane, size: PictureSize, blocks: BoolMap) -> None:
    """Replace these blocks by grey stripes, in place; nothing of what was there is left."""
    assert blocks.shape == block_counts(size)
    luma, blue, red = plane_views(i420, size)
    where = np.repeat(np.repeat(blocks, BLOCK_PX, axis=0), BLOCK_PX, axis=1)[: size.height_px, : size.width_px]
    down, across = np.ogrid[: size.height_px, : size.width_px]
    stripes = np.where((down + across) // 6 % 2 == 0, _HATCH_DARK, _HATCH_LIGHT).astype(np.uint8)
    np.copyto(luma, stripes, where=where)
    for plane in (blue, red):
        np.copyto(plane, 128, where=where[::2, ::2])


def _as_png(i420: Plane) -> bytes:
    bgr = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)
    is_done, png = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not is_done:
        raise RuntimeError(f"plate of {bgr.shape[1]}x{bgr.shape[0]} could not be written: OpenCV lacks PNG")
    return png.tobytes()
