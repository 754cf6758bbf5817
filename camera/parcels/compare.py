"""What differs between two settled looks at one place, once the light is taken out; pure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Luma = npt.NDArray[np.float32]
Stencil = npt.NDArray[np.bool_]

_STEP = 16.0
"""Luma steps that are more than what is left of the light."""
_LEAST_SHARE, _MOST_SHARE = 0.012, 0.6
_FITS = 3
_SHARP = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """`part` is where; `is_light`: too much of the area, or too soft at its border, to be a thing."""

    part: Stencil
    is_light: bool


def changed_part(before: Luma, now: Luma, counts: Stencil) -> Change | None:
    """The largest part that looks otherwise; None when nothing does that is as large as a small parcel."""
    rest = np.asarray(now - _relit(before, now, counts), np.float32)
    differs = ((np.abs(cv2.GaussianBlur(rest, (0, 0), 1.0)) > _STEP) & counts).astype(np.uint8)
    differs = np.asarray(cv2.morphologyEx(differs, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    total = int(counts.sum())
    if differs.sum() > _MOST_SHARE * total:
        return Change(differs.astype(bool), is_light=True)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(differs, connectivity=8)
    if count < 2:
        return None
    best = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    if stats[best, cv2.CC_STAT_AREA] < _LEAST_SHARE * total:
        return None
    part = np.asarray(labels == best, bool)
    return Change(part, is_light=_sharpness(rest, part) < _SHARP)


def edges_now(now: Luma, before: Luma, part: Stencil) -> float:
    """How much edge the border of `part` has now, by what it had: a thing has one, the ground under it none."""
    border = _border(part)
    return float((_slope(now)[border].sum() + 1) / (_slope(before)[border].sum() + 1))


def _border(part: Stencil) -> Stencil:
    solid, kernel = part.astype(np.uint8), np.ones((3, 3), np.uint8)
    ring = cv2.dilate(solid, kernel, iterations=2) - cv2.erode(solid, kernel, iterations=2)
    return np.asarray(ring, bool)


def _sharpness(rest: Luma, part: Stencil) -> float:
    """How steep the change is at its border, by how large it is inside: about 2 of a box, 0.4 to 1.4 of a cloud."""
    return float(_slope(rest)[_border(part)].mean() / np.median(np.abs(rest[part])))


def _relit(before: Luma, now: Luma, counts: Stencil) -> Luma:
    """`before` under the light of `now`: a gain and an offset, fitted to what did not change."""
    x, y = before[counts], now[counts]
    fits = np.ones(x.shape, bool)
    gain, offset = 1.0, float(np.median(y - x))
    for _ in range(_FITS):
        fits = np.abs(y - (gain * x + offset)) < 2 * _STEP
        spread = float(x[fits].var()) if fits.any() else 0.0
        if spread < 1.0:
            break
        gain = float(np.clip(np.cov(x[fits], y[fits])[0, 1] / spread, 0.4, 2.5))
        offset = float(np.median(y[fits] - gain * x[fits]))
    return np.asarray(gain * before + offset, np.float32)


def _slope(luma: Luma) -> Luma:
    across = cv2.Sobel(luma, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(luma, cv2.CV_32F, 0, 1, ksize=3)
    return np.asarray(np.hypot(across, down), np.float32)
