"""Ten thousand random drawings and pictures: nothing hidden comes through masking, scaling, colour or coding.

What is hidden is worked out here by sampling sixteen points of each pixel, apart from the camera's own geometry: a
pixel of which any point is outside what is allowed, or inside what is hidden, gets noise, and so does each chroma
sample that covers such a pixel. Sizes are odd ones: not divisible by 4 or 16, and such that the detector enlarges.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera import mask as mask_module
from camera import visible_area as visible_area_module
from camera.encoder import Encoder
from camera.frame import Frame, MaskedFrame, PictureSize, Plane, plane_views
from camera.mask import Masker
from camera.motion import MotionReading
from camera.motion.tracked import TrackedMotion
from camera.thumbnail import jpeg_thumbnail
from tests.camera.strategies import Point, mask_of, polygons

SIZES = [PictureSize(*size) for size in ((16, 16), (18, 22), (30, 46), (34, 26), (50, 38), (62, 50), (98, 18))]
WIDER_THAN_THUMBNAIL = PictureSize(502, 18)
CHUNKS, PER_CHUNK = 20, 500
Bools = npt.NDArray[np.bool_]
Polygons = list[list[Point]]


def hidden_by_sampling(allow: Polygons, hide: Polygons, size: PictureSize) -> Bools:
    """bool (height, width): some sampled point of the pixel must not be seen."""
    offsets = (np.arange(4) + 0.5) / 4
    x = (np.arange(size.width_px)[:, None] + offsets).ravel() / size.width_px
    y = (np.arange(size.height_px)[:, None] + offsets).ravel() / size.height_px
    seen = np.zeros((size.height_px, size.width_px), np.bool_)
    for polygon in allow:
        seen |= _pixels(_winding(polygon, x, y) % 2 == 1).all(axis=(1, 3))
    for polygon in hide:
        seen &= ~_pixels(_winding(polygon, x, y) != 0).any(axis=(1, 3))
    return ~seen


def _pixels(points: Bools) -> Bools:
    return points.reshape(points.shape[0] // 4, 4, points.shape[1] // 4, 4)


def _winding(polygon: list[Point], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    winding = np.zeros((len(y), len(x)), np.int64)
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        rows = np.flatnonzero((y0 <= y) != (y1 <= y))
        if rows.size:
            crossing = x0 + (x1 - x0) * (y[rows] - y0) / (y1 - y0)
            winding[rows] += np.where(crossing[:, None] < x[None, :], 1 if y1 > y0 else -1, 0)
    return winding


def samples_of(hidden: Bools) -> Bools:
    """bool of the I420 array's shape: those pixels, and each chroma sample that covers one of them."""
    chroma = hidden[::2, ::2] | hidden[1::2, ::2] | hidden[::2, 1::2] | hidden[1::2, 1::2]
    return np.concatenate([hidden.ravel(), chroma.ravel(), chroma.ravel()]).reshape(hidden.shape[0] * 3 // 2, -1)


class SmallPicture(TrackedMotion):
    """The real detector, up to the small picture that it looks at."""

    small: Plane

    def look(self, small: Plane, time_s: float, minute_of_day: int | None = None) -> MotionReading:
        self.small = small
        return MotionReading(is_active=False, boxes=(), score=0.0)


class Twins:
    """Two cameras of one size that see pictures which differ in hidden samples only; all outputs are compared."""

    def __init__(self, size: PictureSize) -> None:
        self._size, self._encoders, self._at_ns = size, (Encoder(size, 15.0), Encoder(size, 15.0)), 0

    def compare(self, allow: Polygons, hide: Polygons, seed: int) -> None:
        chance = np.random.default_rng(seed)
        shape = (self._size.height_px * 3 // 2, self._size.width_px)
        hidden = samples_of(hidden_by_sampling(allow, hide, self._size))
        picture = chance.integers(0, 256, shape, dtype=np.uint8)
        noisy = np.where(hidden, chance.integers(0, 256, shape, dtype=np.uint8), picture)
        masker = Masker(mask_of(allow, hide), self._size)
        self._at_ns += 66_666_667
        one, other = (masker.apply(Frame(planes, self._size, self._at_ns)) for planes in (picture, noisy))
        assert one.i420.tobytes() == other.i420.tobytes(), "masked planes"
        assert small_picture(masker, one) == small_picture(masker, other), "what the detector sees"
        assert self._encoders[0].encode(one) == self._encoders[1].encode(other), "units"
        if seed % 4 == 0:
            assert jpeg_thumbnail(one) == jpeg_thumbnail(other), "thumbnail"


def small_picture(masker: Masker, frame: MaskedFrame) -> bytes:
    detector = SmallPicture(masker.visible_luma)
    detector.observe(frame)
    return detector.small.tobytes()


def random_drawing(chance: np.random.Generator) -> tuple[Polygons, Polygons]:
    allow = [_polygon(chance) for _ in range(chance.integers(1, 4))]
    if chance.random() < 0.5:
        allow.append([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    return allow, [_polygon(chance) for _ in range(chance.integers(0, 3))]


def _polygon(chance: np.random.Generator) -> list[Point]:
    """A triangle or star, a sliver, a box that may lie on the border, or a box with a hole."""
    points = chance.random((5, 2))
    kind = chance.integers(4)
    if kind == 0:
        return _points(points[: chance.integers(3, 6)])
    if kind == 1:
        return _points(
            np.clip([points[0], points[1], points[1] + 0.01 * points[2], points[0] + 0.01 * points[3]], 0, 1)
        )
    (left, top), (right, bottom) = np.sort(points[:2], axis=0).tolist()
    if chance.random() < 0.4:
        left, bottom = 0.0, 1.0
    box = [(left, top), (right, top), (right, bottom), (left, bottom)]
    if kind == 2:
        return box
    inset_x, inset_y = (right - left) / 3, (bottom - top) / 3
    hole = [
        (left + inset_x, top + inset_y),
        (left + inset_x, bottom - inset_y),
        (right - inset_x, bottom - inset_y),
        (right - inset_x, top + inset_y),
    ]
    return [*box, box[0], *hole, hole[0]]


def _points(array: npt.NDArray[np.float64] | list[npt.NDArray[np.float64]]) -> list[Point]:
    return [(float(x), float(y)) for x, y in array]


def compare_many(count: int, first_seed: int) -> int:
    twins = [Twins(size) for size in SIZES]
    for seed in range(first_seed, first_seed + count):
        allow, hide = random_drawing(np.random.default_rng(seed))
        twins[seed % len(twins)].compare(allow, hide, seed)
    return count


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_hidden_noise_changes_no_byte_of_any_output(chunk: int) -> None:
    assert compare_many(PER_CHUNK, chunk * PER_CHUNK) == PER_CHUNK


@settings(max_examples=300, deadline=None)
@given(
    st.lists(polygons, min_size=1, max_size=3),
    st.lists(polygons, max_size=2),
    st.sampled_from([*SIZES, WIDER_THAN_THUMBNAIL]),
    st.integers(0, 2**32 - 1).map(lambda seed: seed * 4),
)
def test_no_odd_drawing_lets_hidden_noise_through(
    allow: Polygons, hide: Polygons, size: PictureSize, seed: int
) -> None:
    Twins(size).compare(allow, hide, seed)


def some_chroma_visible(visible: Bools) -> Bools:
    """Off by one: a block counts as visible when its lower right pixel does."""
    return np.repeat(np.repeat(visible[1::2, 1::2], 2, axis=0), 2, axis=1)


def shifted_chroma(visible: Bools, size: PictureSize) -> Plane:
    """Off by one: each chroma sample is masked as its left neighbour."""
    hidden = np.empty((size.height_px * 3 // 2, size.width_px), np.uint8)
    luma, blue, red = plane_views(hidden, size)
    luma[:] = np.where(visible, 0, 255)
    blue[:] = np.roll(luma[::2, ::2], 1, axis=1)
    red[:] = blue
    return hidden


@pytest.mark.parametrize(
    ("module", "name", "fault"),
    [
        pytest.param(visible_area_module, "_whole_blocks", some_chroma_visible, id="blocks rounded inwards"),
        pytest.param(mask_module, "_hidden_map", shifted_chroma, id="chroma shifted by one sample"),
        pytest.param(visible_area_module, "_add_touched", lambda *_: None, id="grazed pixels shown"),
    ],
)
def test_a_rounding_that_is_off_by_one_is_seen(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, fault: Callable[..., object]
) -> None:
    monkeypatch.setattr(module, name, fault)
    with pytest.raises(AssertionError, match="masked planes"):
        compare_many(200, 0)


def test_the_same_with_visible_noise_does_change_the_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        f"{__name__}.hidden_by_sampling", lambda _a, _h, size: np.ones((size.height_px, size.width_px), np.bool_)
    )
    with pytest.raises(AssertionError, match="masked planes"):
        compare_many(20, 0)
