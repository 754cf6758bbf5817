"""A picture of the place without the people in it, for drawing the mask on; kept in memory, never written to disk.

**It is made from unmasked pictures**: only the owner's signed `plate.get` may ask for it. Who stands still for nearly
the whole time (more than 85 % of the samples) can't be told from furniture and does appear.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from camera.frame import Frame, PictureSize, Plane, plane_views

MAX_WIDTH_PX = 960  # even as incompressible noise the PNG stays below 2 MiB, so that it fits into one message
_BAND_ROWS = 48
_BLOCK_PX = 16
_MOVED_LUMA, _MOVED_CHROMA = 14, 9
_MAX_GAIN = 1.4
_HOLE_SHARE = 0.05
_RESTLESS_SHARE = 0.15  # of the samples away from the median: that pixel never settled
_BLOCK_SHARE = 0.08  # of a block's pixels never settled: the block is hatched
_HATCH_DARK, _HATCH_LIGHT = 92, 128

_BoolMap = npt.NDArray[np.bool_]


class PlateMaker:
    """Collects samples of a fixed view and gives their temporal median; what never settled is hatched.

    Holds at most `samples` pictures (20 at 1280x720: 28 MB) and takes no more when it is done. One thread at a time.
    A crash leaves nothing behind.
    """

    def __init__(self, size: PictureSize, duration_s: float = 20.0, samples: int = 20) -> None:
        if samples < 3:
            raise ValueError(f"a plate of {samples} samples can't leave anybody out: take at least 3")
        self._size = size
        self._wanted = samples
        self._step_ns = round(duration_s * 1e9 / max(1, samples - 1))
        self._samples: list[Plane] = []
        self._due_ns: int | None = None
        self._taken_at_ns: int | None = None
        self._png: bytes | None = None

    def offer(self, frame: Frame) -> None:
        """Copy the frame if a sample is due by its `captured_at_ns`; the frame stays its owner's.

        Pictures of another size are passed over.
        """
        if self.is_done or frame.size != self._size:
            return
        if self._due_ns is not None and frame.captured_at_ns < self._due_ns:
            return
        self._samples.append(frame.i420.copy())
        self._due_ns = frame.captured_at_ns + self._step_ns
        self._taken_at_ns = frame.captured_at_ns

    @property
    def progress(self) -> float:
        """0.0-1.0."""
        return 1.0 if self._png else len(self._samples) / self._wanted

    @property
    def is_done(self) -> bool:
        return self.progress >= 1.0

    @property
    def taken_at_ns(self) -> int | None:
        """Capture time of the last sample, by the monotonic clock; None before the first."""
        return self._taken_at_ns

    def png(self) -> bytes:
        """The plate, at most 960 px wide. The first call works about a second, later ones answer at once.

        Raises ValueError before `is_done`.
        """
        if self._png is None:
            if not self.is_done:
                raise ValueError(f"the plate has {len(self._samples)} of {self._wanted} samples: wait until it is done")
            median = _median(self._samples)
            _hatch(median, self._size, _restless_blocks(self._samples, median, self._size))
            self._png = _as_png(median)
            self._samples = []
        return self._png


def _median(samples: list[Plane]) -> Plane:
    """The middle value of each sample in time, row band by row band so that little extra memory is needed."""
    middle = len(samples) // 2
    median = np.empty_like(samples[0])
    for top in range(0, median.shape[0], _BAND_ROWS):
        band = np.stack([sample[top : top + _BAND_ROWS] for sample in samples])
        band.partition(middle, axis=0)
        median[top : top + _BAND_ROWS] = band[middle]
    return median


def _restless_blocks(samples: list[Plane], median: Plane, size: PictureSize) -> _BoolMap:
    """bool (blocks down, blocks across): True where too many pixels were too often away from the median."""
    limit = _RESTLESS_SHARE * len(samples)
    away = [np.zeros(plane.shape, np.uint8) for plane in plane_views(median, size)]
    for sample in samples:
        planes = zip(plane_views(sample, size), plane_views(median, size), away, strict=True)
        for number, (now, usual, count) in enumerate(planes):
            is_away = _is_away(now, usual, _MOVED_CHROMA if number else _MOVED_LUMA)
            if number == 0:  # both as it is and in the same light: evening out must not mark what kept still
                is_away &= _is_away(_same_light(now, usual), usual, _MOVED_LUMA)
            count += is_away
    blocks = np.zeros((-(-size.height_px // _BLOCK_PX), -(-size.width_px // _BLOCK_PX)), np.bool_)
    for number, count in enumerate(away):
        blocks |= _block_shares(count >= limit, _BLOCK_PX // (2 if number else 1)) > _BLOCK_SHARE
    grown = cv2.dilate(blocks.astype(np.uint8), np.ones((3, 3), np.uint8))
    closed = cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return _with_holes_filled(np.asarray(closed, np.bool_))


def _is_away(now: Plane, usual: Plane, limit: int) -> npt.NDArray[np.uint8]:
    """1 where the difference exceeds the limit."""
    return np.asarray(cv2.threshold(cv2.absdiff(now, usual), limit, 1, cv2.THRESH_BINARY)[1], np.uint8)


def _same_light(now: Plane, usual: Plane) -> Plane:
    """`now` in the light of `usual`: clouds brighten and darken wide areas by a factor, and that is no motion.

    The factor is bounded, so that a large dark coat is not taken for a shadow; colour is never evened out.
    """
    height, width = now.shape
    gain = np.clip(_brightness(usual) / _brightness(now), 1 / _MAX_GAIN, _MAX_GAIN)
    even = (now - np.float32(16)) * np.asarray(cv2.resize(gain, (width, height)), np.float32) + 16
    return np.asarray(np.clip(even, 0, 255), np.uint8)


def _brightness(luma: Plane) -> npt.NDArray[np.float32]:
    """Smoothed over about a sixth of the picture's height, at a sixteenth of its size."""
    small = cv2.resize(luma, None, fx=1 / 16, fy=1 / 16, interpolation=cv2.INTER_AREA).astype(np.float32)
    smooth = cv2.GaussianBlur(small, (0, 0), max(1.0, small.shape[0] / 10))
    return np.asarray(np.maximum(smooth - 12, 4), np.float32)


def _with_holes_filled(blocks: _BoolMap) -> _BoolMap:
    """A small settled spot in the middle of restless ones is the plain part of somebody's coat."""
    count, labels, facts, _ = cv2.connectedComponentsWithStats((~blocks).astype(np.uint8), connectivity=4)
    filled = blocks.copy()
    for label in range(1, count):
        left, top, width, height, area = (int(fact) for fact in facts[label])
        is_inside = left > 0 and top > 0 and left + width < blocks.shape[1] and top + height < blocks.shape[0]
        if is_inside and area < _HOLE_SHARE * blocks.size:
            filled[labels == label] = True
    return filled


def _block_shares(marks: _BoolMap, block_px: int) -> npt.NDArray[np.float64]:
    height, width = marks.shape
    padded = np.pad(marks, ((0, -height % block_px), (0, -width % block_px)))
    rows, columns = padded.shape[0] // block_px, padded.shape[1] // block_px
    shares: npt.NDArray[np.float64] = padded.reshape(rows, block_px, columns, block_px).mean(axis=(1, 3))
    return shares


def _hatch(i420: Plane, size: PictureSize, blocks: _BoolMap) -> None:
    """Replace these blocks by grey stripes, in place; nothing of what was there is left."""
    luma, blue, red = plane_views(i420, size)
    where = np.repeat(np.repeat(blocks, _BLOCK_PX, axis=0), _BLOCK_PX, axis=1)[: size.height_px, : size.width_px]
    down, across = np.ogrid[: size.height_px, : size.width_px]
    stripes = np.where((down + across) // 6 % 2 == 0, _HATCH_DARK, _HATCH_LIGHT).astype(np.uint8)
    np.copyto(luma, stripes, where=where)
    for plane in (blue, red):
        np.copyto(plane, 128, where=where[::2, ::2])


def _as_png(i420: Plane) -> bytes:
    bgr = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)
    height, width = bgr.shape[:2]
    if width > MAX_WIDTH_PX:
        small = (MAX_WIDTH_PX, round(height * MAX_WIDTH_PX / width))
        bgr = cv2.resize(bgr, small, interpolation=cv2.INTER_AREA)
    is_done, png = cv2.imencode(".png", bgr, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not is_done:
        raise RuntimeError(f"plate of {width}x{height} could not be written: OpenCV lacks PNG")
    return png.tobytes()
