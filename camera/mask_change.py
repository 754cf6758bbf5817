"""What a new drawing shows that the old one hid: pixel by pixel, as the masker itself sees it, never by polygons."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from camera.frame import PictureSize
from camera.mask import Mask, Masker
from camera.outline import outline_of

_STEPS = 1_000_000


@dataclass(frozen=True, slots=True)
class MaskChange:
    """Shares are 0.0-1.0 of the picture, in millionths; `loosened` is 0 only when not one hidden pixel is shown."""

    visible: float
    loosened: float
    outline: str
    """Cells of which any part is visible now: `camera/outline.py`."""


def compare(old: Mask | None, new: Mask, size: PictureSize) -> MaskChange:
    """Exact at pictures of `size`. Without an old mask everything was hidden."""
    visible = Masker(new, size).visible_luma
    shown = visible & ~Masker(old, size).visible_luma
    return MaskChange(
        visible=round(float(np.count_nonzero(visible)) / visible.size, 6),
        loosened=math.ceil(np.count_nonzero(shown) * _STEPS / shown.size) / _STEPS,
        outline=outline_of(visible),
    )


def compare_at_each(old: Mask | None, new: Mask, sizes: Iterable[PictureSize]) -> MaskChange:
    """The change at that one of `sizes` at which most is newly shown; for a picture whose size is not known yet."""
    return max((compare(old, new, size) for size in sizes), key=lambda change: change.loosened)


def percent(share: float) -> str:
    """A share in words of the owner: `34 %`, `2.5 %`, `0.01 %`; never `0 %` for more than nothing."""
    points = 100 * share
    digits = 0 if points >= 10 else 1 if points >= 1 else 2
    return f"{max(points, 10**-digits) if points else 0:.{digits}f} %"
