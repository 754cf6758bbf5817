"""Connected patches of foreground, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from camera.frame import Plane


@dataclass(frozen=True, slots=True)
class Blob:
    """A patch: its box and centre in px of the small picture, its area in px.

    `stir_share`: the share of it that changed within the last second. `fresh_px`: how much of it covers ground on which
    nothing moved lately. `busy` 0.0-1.0: how much of the time it moves
    in its place anyway.
    """

    left: int
    top: int
    width: int
    height: int
    area: int
    x: float
    y: float
    stir_share: float
    fresh_px: int = 0
    busy: float = 0.0

    @property
    def size(self) -> int:
        return max(self.width, self.height)


def find_blobs(mask: Plane, stirred: Plane, fresh: Plane, min_area: int) -> list[Blob]:
    """The patches of at least `min_area` px in a mask (uint8, 0 or 255), top to bottom.

    `stirred` (same shape, 0 or 255) says which pixels changed within the last second, `fresh` (not 0) on which nothing
    moved lately.
    """
    x0, y0, width, height = cv2.boundingRect(mask)
    if not width:
        return []
    window = (slice(y0, y0 + height), slice(x0, x0 + width))  # labelling only where there is something
    count, labels, stats, centres = cv2.connectedComponentsWithStats(mask[window], connectivity=8)
    stirred, fresh = stirred[window], fresh[window]
    blobs = []
    for i in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[i])
        if area < min_area:
            continue
        box = (slice(top, top + height), slice(left, left + width))
        is_own = labels[box] == i
        changed, new = (int(np.count_nonzero(plane[box][is_own])) for plane in (stirred, fresh))
        x, y = (float(value) for value in centres[i])
        blobs.append(Blob(x0 + left, y0 + top, width, height, area, x0 + x, y0 + y, changed / area, new))
    return blobs
