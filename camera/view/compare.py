"""Where a place that is known by its edges lies in a picture: at home, displaced, or not to be found.

Squares of the picture vote, so that one large thing with a pattern of its own cannot speak for the place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from camera.view.field import Field
from camera.visible_area import BoolPlane

BLOCK_PX = 12
_AGREES = 0.45
"""Correlation from which a square votes for a place; measured: unmoved 0.8-1.0, elsewhere 0.0 ± 0.2."""
_CLEARLY = 0.1
"""A square speaks for one of two places when it agrees there by so much more."""
_HOME_PX = 1.6
"""A displacement of less is none: gusts shake a door, and half a percent of the width shows nothing new."""
_REACH_SHARE = 0.25  # of the picture's width: how far a shift is looked for
_MIN_ENERGY = 0.02
_TURNS_DEG = (2.0, -2.0, 4.0, -4.0, 6.0, -6.0, 8.0, -8.0, 10.0, -10.0)
_SCALES = (0.94, 1.06)
_LEAST_OVERLAP = 0.25

_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Place:
    """A similarity about the picture's centre: turned (degrees, counter-clockwise), scaled, then shifted (px)."""

    right_px: float = 0.0
    down_px: float = 0.0
    turn_deg: float = 0.0
    scale: float = 1.0

    def distance_px(self, other: Place, radius_px: float) -> float:
        """How far apart both put a point at `radius_px` from the centre, about."""
        turn = math.radians(self.turn_deg - other.turn_deg) * radius_px
        zoom = (self.scale - other.scale) * radius_px
        return math.hypot(self.right_px - other.right_px, self.down_px - other.down_px) + abs(turn) + abs(zoom)


HOME = Place()


@dataclass(frozen=True, slots=True)
class Found:
    """Votes of squares. `home` + `displaced` + undecided = `squares` that could be compared at both places."""

    squares: int
    home: int
    displaced: int
    place: Place


class KnownPlace:
    """One place to be found again: `field` where `valid`, both (lines, columns). Not changed by looking."""

    def __init__(self, field: Field, valid: BoolPlane) -> None:
        self._field, self._valid = field, valid.astype(np.float32)
        self._energy = _squares(np.abs(field) ** 2)
        self._is_used = self._energy > _MIN_ENERGY
        self.squares = int(np.count_nonzero(self._is_used))
        height, width = field.shape
        self._reach_px = round(width * _REACH_SHARE)
        self._padded = (
            cv2.getOptimalDFTSize(height + self._reach_px),
            cv2.getOptimalDFTSize(width + self._reach_px),
        )
        self._room = self._make_room()

    @property
    def radius_px(self) -> float:
        return float(self._field.shape[1] / 4)

    def home_share(self, field: Field) -> float:
        """The share (0.0-1.0) of squares that agree with the picture as it is."""
        agreement, is_used = self._agreement(field, HOME)
        return _share(agreement[is_used] > _AGREES)

    def find(self, field: Field, *, is_thorough: bool) -> Found:
        """The best displaced place, as the squares vote between it and home; turns and scales only if thorough."""
        spectrum = self._spectrum(field)
        best, at = -math.inf, HOME
        home, home_used = self._best_home(field)
        for turn_deg, scale in _bends(is_thorough=is_thorough):
            score, right_px, down_px = self._peak(spectrum, turn_deg, scale)
            if score > best:
                best, at = score, Place(right_px, down_px, turn_deg, scale)
        there, there_used = self._agreement(field, at)
        both = home_used & there_used
        is_home = (home > _AGREES) & (home > there + _CLEARLY) & both
        is_there = (there > _AGREES) & (there > home + _CLEARLY) & both
        return Found(int(both.sum()), int(is_home.sum()), int(is_there.sum()), at)

    def _best_home(self, field: Field) -> tuple[_Floats, BoolPlane]:
        """Agreement at home, give or take a pixel."""
        agreement, is_used = self._agreement(field, HOME)
        for right_px, down_px in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            other, _ = self._agreement(field, Place(right_px, down_px))
            if other[is_used].sum() > agreement[is_used].sum():
                agreement = other
        return agreement, is_used

    def _agreement(self, field: Field, place: Place) -> tuple[_Floats, BoolPlane]:
        """For each square -1.0..1.0, and whether it can be told: there is structure, and enough of it can be seen."""
        seen, valid = _brought_back(field, self._valid, place)
        shared = _squares(np.abs(self._field) ** 2 * valid)
        found = _squares(np.abs(seen) ** 2)
        product = _squares((np.conj(self._field) * seen).real)
        agreement = product / np.sqrt(np.maximum(shared, 1e-6) * np.maximum(found, 0.25 * shared + 1e-6))
        return agreement, self._is_used & (shared > 0.6 * self._energy)

    def _spectrum(self, field: Field) -> npt.NDArray[np.complex64]:
        room = np.zeros((*self._padded, 2), np.float32)
        height, width = field.shape
        room[:height, :width, 0], room[:height, :width, 1] = field.real, field.imag
        return np.asarray(cv2.dft(room), np.float32).view(np.complex64)[..., 0]

    def _surface(self, spectrum: npt.NDArray[np.complex64]) -> _Floats:
        pairs = np.ascontiguousarray(spectrum)[..., None].view(np.float32)
        return np.asarray(cv2.idft(pairs, flags=cv2.DFT_SCALE), np.float32)[..., 0]

    def _make_room(self) -> _Floats:
        """For each shift one over the root of the overlap, 0 where too little overlaps, too far, or at home."""
        spectrum = self._spectrum(self._valid.astype(np.complex64))
        overlap = self._surface(spectrum * np.conj(spectrum))
        down, right = (np.minimum(np.arange(size), size - np.arange(size)).astype(np.float32) for size in self._padded)
        is_open = overlap > _LEAST_OVERLAP * float(self._valid.sum())
        is_open &= (down[:, None] <= self._reach_px) & (right[None, :] <= self._reach_px)
        return np.where(is_open, 1 / np.sqrt(np.maximum(overlap, 1.0)), 0).astype(np.float32)

    def _peak(self, spectrum: npt.NDArray[np.complex64], turn_deg: float, scale: float) -> tuple[float, int, int]:
        bent = _bent(self._field, turn_deg, scale)
        surface = self._surface(spectrum * np.conj(self._spectrum(bent))) * self._room
        if not turn_deg and scale == 1.0:
            reach = int(_HOME_PX)
            for down in range(-reach, reach + 1):
                for right in range(-reach, reach + 1):
                    surface[down, right] = 0
        _, score, _, (right, down) = cv2.minMaxLoc(surface)
        height, width = self._padded
        return score, right - width if right > width // 2 else right, down - height if down > height // 2 else down


def _bends(*, is_thorough: bool) -> Iterator[tuple[float, float]]:
    yield 0.0, 1.0
    if is_thorough:
        yield from ((turn_deg, 1.0) for turn_deg in _TURNS_DEG)
        yield from ((0.0, scale) for scale in _SCALES)


def _matrix(place: Place, shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    height, width = shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), place.turn_deg, place.scale)
    shift = np.array([[0, 0, place.right_px], [0, 0, place.down_px]], np.float64)
    return np.asarray(matrix, np.float64) + shift


def _bent(field: Field, turn_deg: float, scale: float) -> Field:
    """The field as the camera would see it when turned so; edges turn with it."""
    if not turn_deg and scale == 1.0:
        return field
    height, width = field.shape
    matrix = _matrix(Place(0, 0, turn_deg, scale), (height, width))
    warped = cv2.warpAffine(np.ascontiguousarray(field)[..., None].view(np.float32), matrix, (width, height))
    turned = np.ascontiguousarray(warped, np.float32).view(np.complex64)[..., 0]
    return np.asarray(turned * np.exp(-2j * math.radians(turn_deg)), np.complex64)


def _brought_back(field: Field, valid: _Floats, place: Place) -> tuple[Field, _Floats]:
    """The picture laid back onto the place, and where it says anything there."""
    if place == HOME:
        return field, valid
    height, width = field.shape
    matrix = _matrix(place, (height, width))
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    pairs = np.ascontiguousarray(field)[..., None].view(np.float32)
    warped = np.ascontiguousarray(cv2.warpAffine(pairs, matrix, (width, height), flags=how), np.float32)
    back = warped.view(np.complex64)[..., 0] * np.complex64(np.exp(2j * math.radians(place.turn_deg)))
    return np.asarray(back, np.complex64), np.asarray(
        cv2.warpAffine(valid, matrix, (width, height), flags=how), np.float32
    )


def _squares(plane: npt.NDArray[np.floating]) -> _Floats:
    height, width = plane.shape
    rows, columns = height // BLOCK_PX, width // BLOCK_PX
    whole = np.ascontiguousarray(plane[: rows * BLOCK_PX, : columns * BLOCK_PX], np.float32)
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _share(marks: BoolPlane) -> float:
    return float(marks.mean()) if marks.size else 0.0
