"""Where a drawing opens the picture, coarsely and without any picture: 32x18 cells for the journal."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import numpy as np

from camera.visible_area import BoolPlane

COLUMNS, ROWS = 32, 18


def cells_touched(visible: BoolPlane) -> BoolPlane:
    """bool (18, 32): True where any part of the cell is visible; a pixel on a border counts for both sides."""
    by_rows = np.stack([visible[part].any(axis=0) for part in _parts(visible.shape[0], ROWS)])
    return np.stack([by_rows[:, part].any(axis=1) for part in _parts(visible.shape[1], COLUMNS)], axis=1)


def outline_of(visible: BoolPlane) -> str:
    """The 576 cells as 96 characters of unpadded base64url: row by row, most significant bit first."""
    return base64.urlsafe_b64encode(np.packbits(cells_touched(visible)).tobytes()).decode()


def _parts(length_px: int, count: int) -> Iterator[slice]:
    for number in range(count):
        yield slice(number * length_px // count, -(-(number + 1) * length_px // count))
