"""A scene for the benchmarks: real bits at any bitrate, and a time code in it that a page can read from its pixels."""

from __future__ import annotations

import numpy as np

from camera.frame import PictureSize, Plane

BITS = 40
"""32 of the code, then 8 of its check sum."""
BLOCK_PX = 24
_WINDOW_HEIGHT_PX, _WINDOW_WIDTH_PX = 240, 480


def code_corner(size: PictureSize) -> tuple[int, int]:
    """Left and top of the strip of BITS blocks; it lies in the middle of the picture."""
    return (size.width_px - BITS * BLOCK_PX) // 2, (size.height_px - BLOCK_PX) // 2


class CodedScene:
    """A ramp with a textured window that moves below the strip of the code. The same number, the same picture."""

    def __init__(self, size: PictureSize) -> None:
        """At least 1000x600."""
        noise = np.random.default_rng(1)
        ramp = np.linspace(40, 160, size.width_px, dtype=np.uint8)
        self._size = size
        self._still = np.full((size.height_px * 3 // 2, size.width_px), 128, np.uint8)
        self._still[: size.height_px] = ramp
        self._texture = noise.integers(60, 140, (_WINDOW_HEIGHT_PX, size.width_px), dtype=np.uint8)

    def picture(self, number: int) -> Plane:
        """I420, without a code; its own array."""
        picture = self._still.copy()
        left = number * 5 % (self._size.width_px - _WINDOW_WIDTH_PX)
        shift = number * 7 % (self._size.width_px - _WINDOW_WIDTH_PX)
        top = self._size.height_px - _WINDOW_HEIGHT_PX - 40
        window = self._texture[:, shift : shift + _WINDOW_WIDTH_PX]
        picture[top : top + _WINDOW_HEIGHT_PX, left : left + _WINDOW_WIDTH_PX] = window
        return picture

    def burn(self, picture: Plane, code: int) -> None:
        """Write the code's 32 bits and their check sum into the picture, black and white."""
        left, top = code_corner(self._size)
        word = code << 8 | check_sum(code)
        for index in range(BITS):
            luma = 235 if word >> (BITS - 1 - index) & 1 else 16
            x = left + index * BLOCK_PX
            picture[top : top + BLOCK_PX, x : x + BLOCK_PX] = luma


def check_sum(code: int) -> int:
    """The four bytes of the code, exclusive-or."""
    return (code ^ code >> 8 ^ code >> 16 ^ code >> 24) & 0xFF
