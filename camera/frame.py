"""Pictures before and after the mask; only `camera/mask.py` makes a `MaskedFrame`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Plane: TypeAlias = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Width and height in pixels, both even and at least 16 (I420 needs whole chroma blocks)."""

    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        if self.width_px < 16 or self.height_px < 16 or self.width_px % 2 or self.height_px % 2:
            raise ValueError(f"picture size {self.width_px}x{self.height_px} must be even and at least 16x16")


def plane_views(i420: Plane, size: PictureSize) -> tuple[Plane, Plane, Plane]:
    """Y (h, w), U (h/2, w/2) and V (h/2, w/2) as views into one C-contiguous I420 array of shape (h*3/2, w)."""
    width, height = size.width_px, size.height_px
    flat = i420.reshape(-1)
    luma, chroma = width * height, width * height // 4
    return (
        flat[:luma].reshape(height, width),
        flat[luma : luma + chroma].reshape(height // 2, width // 2),
        flat[luma + chroma : luma + 2 * chroma].reshape(height // 2, width // 2),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture as the lens saw it. **Unmasked: nothing but the mask and the plate may look at it.**

    `i420`: uint8, shape (height*3/2, width), C-contiguous, writable, owned by whoever holds the Frame.
    `captured_at_ns`: monotonic clock at capture.
    """

    i420: Plane
    size: PictureSize
    captured_at_ns: int

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.size.width_px}x{self.size.height_px}, {self.captured_at_ns} ns)"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MaskedFrame:
    """A picture in which every hidden pixel is black (Y 16, U and V 128). Made by `camera/mask.py` alone.

    Deliberately no subclass of Frame: mypy refuses the one where the other is asked for. Read-only by convention:
    detector, encoder and thumbnail share the array, which is valid until the frame is dropped.
    """

    i420: Plane
    size: PictureSize
    captured_at_ns: int

    def __repr__(self) -> str:
        return f"MaskedFrame({self.size.width_px}x{self.size.height_px}, {self.captured_at_ns} ns)"

    @property
    def luma(self) -> Plane:
        """The Y plane, shape (height, width), a view."""
        return self.i420[: self.size.height_px]
