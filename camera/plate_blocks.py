"""Tells, block by block of a fixed view, what was always behind: pure arithmetic on small pictures, no I/O.

**Nothing here knows what a person looks like**: only what came back, what came once, and what never settled.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from camera.frame import PictureSize, Plane, plane_views

BLOCK_PX = 16
"""Luma pixels; a block is compared by the means of its four cells of 8 px."""
_CELL_PX = 8
_SAME_LUMA, _SAME_CHROMA = 10, 6
_MAX_GAIN = 1.4
_STATES = 4
_ALWAYS_SHARE = 0.85
_LEAST_SHARE = 0.25
_RIVAL_SHARE = 0.1
_SPAN_SHARE = 0.6
_MARGIN_SAMPLES = 3

BoolMap = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.int16]


def block_counts(size: PictureSize) -> tuple[int, int]:
    """Blocks down and across; the last ones may be cut by the border."""
    return -(-size.height_px // BLOCK_PX), -(-size.width_px // BLOCK_PX)


def cells_of(i420: Plane, size: PictureSize) -> Cells:
    """int16 (3, blocks down * 2, blocks across * 2): mean luma, blue and red of each cell, borders repeated."""
    down, across = (2 * count for count in block_counts(size))
    planes = []
    for number, plane in enumerate(plane_views(i420, size)):
        cell_px = _CELL_PX // (2 if number else 1)
        height, width = plane.shape
        padded = cv2.copyMakeBorder(
            plane, 0, down * cell_px - height, 0, across * cell_px - width, cv2.BORDER_REPLICATE
        )
        planes.append(cv2.resize(padded, (across, down), interpolation=cv2.INTER_AREA))
    return np.asarray(planes, np.int16)


def settled_members(cells: list[Cells]) -> tuple[BoolMap, BoolMap]:
    """Which samples show what is always behind: (samples, down, across), and which blocks settled: (down, across).

    The samples of a block fall into states that look alike. A state is what is behind when it fills nearly all of the
    time, or when it was there before and after every other state of weight (somebody comes, stands, goes), or when
    all else was fleeting (a crowd). Where a newcomer stayed to the end or somebody left for good, nobody can
    tell who was furniture: not settled.
    """
    alike = _alike(cells)
    states = _states(alike)
    samples = len(cells)
    members = np.zeros(states[0].shape, np.bool_)
    is_settled = np.zeros(states[0].shape[1:], np.bool_)
    for state in states:
        is_behind = _is_behind(state, [other for other in states if other is not state], samples) & ~is_settled
        members |= state & is_behind
        is_settled |= is_behind
    return members, is_settled


def _alike(cells: list[Cells]) -> npt.NDArray[np.bool_]:
    """bool (samples, samples, down, across): whether a block looks the same in two samples, in any light."""
    stack = np.stack(cells)
    usual = np.partition(stack[:, 0], len(cells) // 2, axis=0)[len(cells) // 2]
    even = np.stack([_same_light(luma, usual) for luma in stack[:, 0]])
    down, across = stack.shape[2] // 2, stack.shape[3] // 2
    alike = np.empty((len(cells), len(cells), down, across), np.bool_)
    for number in range(len(cells)):
        is_away = np.abs(stack[:, 0] - stack[number, 0]) > _SAME_LUMA
        is_away &= np.abs(even - even[number]) > _SAME_LUMA
        is_away |= (np.abs(stack[:, 1:] - stack[number, 1:]) > _SAME_CHROMA).any(axis=1)
        alike[number] = ~is_away.reshape(len(cells), down, 2, across, 2).any(axis=(2, 4))
    return alike


def _same_light(now: npt.NDArray[np.int16], usual: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """`now` in the light of `usual`: clouds brighten and darken wide areas by a factor, and that is no motion.

    The factor is bounded, so that a large dark coat is not taken for a shadow; colour is never evened out.
    """
    gain = np.clip(_brightness(usual) / _brightness(now), 1 / _MAX_GAIN, _MAX_GAIN)
    return np.asarray(np.clip((now - 16) * gain + 16, 0, 255), np.int16)


def _brightness(luma: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    """Smoothed over about a sixth of the picture's height."""
    smooth = cv2.GaussianBlur(luma.astype(np.float32), (0, 0), max(2.0, luma.shape[0] / 10))
    return np.asarray(np.maximum(smooth - 12, 4), np.float32)


def _states(alike: npt.NDArray[np.bool_]) -> list[BoolMap]:
    """The heaviest states of each block, each bool (samples, down, across), heaviest first; samples in none are left.

    A state is a sample and all that look like it; the next is sought among the samples that are in none yet.
    """
    is_free = np.ones(alike.shape[1:], np.bool_)
    states = []
    for _ in range(_STATES):
        weights = (alike & is_free[None]).sum(axis=1) * is_free
        centre = weights.argmax(axis=0)
        state = np.take_along_axis(alike, centre[None, None], axis=0)[0] & is_free
        states.append(state)
        is_free &= ~state
    return states


def _is_behind(state: BoolMap, others: list[BoolMap], samples: int) -> BoolMap:
    """bool (down, across): whether this state is what is always there."""
    number = np.arange(samples)[:, None, None]
    weight = state.sum(axis=0)
    first, last = np.where(state, number, samples).min(axis=0), np.where(state, number, -1).max(axis=0)
    encloses_all = np.ones(weight.shape, np.bool_)
    for other in others:
        has_weight = other.sum(axis=0) >= max(_MARGIN_SAMPLES, round(_RIVAL_SHARE * samples))
        came, went = np.where(other, number, samples).min(axis=0), np.where(other, number, -1).max(axis=0)
        is_before = (state & (number < came)).sum(axis=0) >= _MARGIN_SAMPLES
        is_after = (state & (number > went)).sum(axis=0) >= _MARGIN_SAMPLES
        encloses_all &= ~has_weight | (is_before & is_after)
    is_lasting = (weight >= _LEAST_SHARE * samples) & (last - first + 1 >= _SPAN_SHARE * samples)
    is_behind: BoolMap = (weight >= _ALWAYS_SHARE * samples) | (is_lasting & encloses_all)
    return is_behind
