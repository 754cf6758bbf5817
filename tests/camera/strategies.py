"""Hypothesis strategies for masks and pictures, odd ones included."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from camera.frame import Frame, PictureSize, Plane
from camera.mask import Mask, parse_mask

Point = tuple[float, float]

sizes = st.builds(PictureSize, st.integers(8, 24).map(lambda n: 2 * n), st.integers(8, 18).map(lambda n: 2 * n))
_shares = st.one_of(
    st.floats(0, 1),
    st.sampled_from([0.0, 1.0, 0.5, 0.25, 0.75, 1e-9, 1 - 1e-9]),
    st.integers(0, 32).map(lambda n: n / 32),
)
_points = st.tuples(_shares, _shares)
_scattered = st.lists(_points, min_size=3, max_size=9)  # mostly self-crossing


@st.composite
def _thin(draw: st.DrawFn) -> list[Point]:
    (x0, y0), (x1, y1) = draw(_points), draw(_points)
    nudge = draw(st.sampled_from([0.0, 1e-6, 1e-3, 0.02]))
    return [(x0, y0), (x1, y1), (min(1.0, x1 + nudge), y1), (min(1.0, x0 + nudge), y0)]


@st.composite
def _box(draw: st.DrawFn) -> list[Point]:
    left, right = sorted((draw(_shares), draw(_shares)))
    top, bottom = sorted((draw(_shares), draw(_shares)))
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


@st.composite
def _with_hole(draw: st.DrawFn) -> list[Point]:
    """A box with a hole, cut open by a seam that runs there and back, as drawing programs make them."""
    left, right = sorted((draw(_shares), draw(_shares)))
    top, bottom = sorted((draw(_shares), draw(_shares)))
    inset_x, inset_y = (right - left) / 3, (bottom - top) / 3
    hole = [
        (left + inset_x, top + inset_y),
        (left + inset_x, bottom - inset_y),
        (right - inset_x, bottom - inset_y),
        (right - inset_x, top + inset_y),
    ]
    return [(left, top), (right, top), (right, bottom), (left, bottom), (left, top), *hole, hole[0]]


_frame_wide = st.just([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
polygons = st.one_of(_scattered, _thin(), _box(), _with_hole(), _frame_wide)


def mask_of(allow: Sequence[Sequence[Point]], hide: Sequence[Sequence[Point]] = ()) -> Mask:
    return parse_mask(json.dumps({"allow": allow, "hide": hide}).encode())


masks = st.builds(mask_of, st.lists(polygons, max_size=3), st.lists(polygons, max_size=2))


def noise(size: PictureSize, seed: int) -> Plane:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (size.height_px * 3 // 2, size.width_px), dtype=np.uint8)


def noise_frame(size: PictureSize, seed: int, captured_at_ns: int = 0) -> Frame:
    return Frame(noise(size, seed), size, captured_at_ns)
