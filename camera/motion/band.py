"""What each pixel usually looks like, as a band from low to high that follows light slowly and flicker soon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from camera.frame import Plane

Region: TypeAlias = tuple[slice, slice]
_Floats: TypeAlias = npt.NDArray[np.float32]


class Band:
    """Low and high expectiles of each pixel of a uint8 picture, float32; nothing is allocated per picture.

    An edge of the band moves towards a value outside of it at `attack` and back at `release` per second (the
    expectile, Newey and Powell 1987): steady noise makes it about two standard deviations wide, a leaf that swings
    before the sky makes it reach from leaf to sky in seconds, somebody who walks by moves it a little.
    """

    def __init__(self, first: Plane, attack_per_s: float, release_per_s: float) -> None:
        self._attack, self._release = attack_per_s, release_per_s
        self._low, self._high = first.astype(np.float32), first.astype(np.float32)
        self._value, self._step, self._out = (np.empty(first.shape, np.float32) for _ in range(3))

    def excess(self, picture: Plane) -> _Floats:
        """By how much each pixel leaves the band, 0 within it, positive outside; valid until the next call."""
        np.copyto(self._value, picture, casting="unsafe")
        np.subtract(self._value, self._high, out=self._step)
        np.subtract(self._low, self._value, out=self._out)
        np.maximum(self._step, self._out, out=self._out)
        return np.maximum(self._out, 0, out=self._out)

    def width(self, out: _Floats) -> _Floats:
        """From low to high, into `out`."""
        return np.subtract(self._high, self._low, out=out)

    def middle(self, region: Region) -> _Floats:
        """The usual picture of a region, new."""
        return np.asarray((self._low[region] + self._high[region]) / 2, np.float32)

    def learn(self, picture: Plane, step_s: float, frozen: Sequence[Region], haste: float = 1.0) -> None:
        """Follow one picture, except in the frozen regions; `haste` multiplies both rates."""
        kept = [(region, self._low[region].copy(), self._high[region].copy()) for region in frozen]
        attack = min(1.0, self._attack * haste * step_s)
        release = min(attack, self._release * haste * step_s)
        np.copyto(self._value, picture, casting="unsafe")
        for edge, clip in ((self._high, np.maximum), (self._low, np.minimum)):
            np.subtract(self._value, edge, out=self._step)
            clip(self._step, 0, out=self._out)
            self._step *= np.float32(release)
            self._out *= np.float32(attack - release)
            edge += self._step
            edge += self._out
        for region, low, high in kept:
            self._low[region], self._high[region] = low, high

    def take(self, picture: Plane) -> None:
        """Forget all and begin anew with this picture."""
        np.copyto(self._low, picture, casting="unsafe")
        np.copyto(self._high, picture, casting="unsafe")
