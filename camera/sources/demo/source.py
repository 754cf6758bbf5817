"""The demo scene as a source: a painted background with sensor noise, people and cars laid on it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from camera.frame import Frame, PictureSize, Plane
from camera.sources.demo.figures import draw_car, draw_figure
from camera.sources.demo.scene import Light, paint_scene
from camera.sources.demo.script import cars_at, people_at
from camera.sources.demo.view import View, lay_on
from camera.sources.i420 import even_size
from camera.sources.pacing import Pacer
from camera.sources.source import SourceError, SourceOptions, SourceSpec

DEFAULT_ALLOW = [[[0.0, 1.0], [0.0, 0.43], [0.74, 0.43], [0.88, 1.0]]]
"""A stoop for this scene: door, porch, path and lawn; neither pavement nor street."""

_NOISY_COPIES = 6
_NOISE = 1.6  # luma levels, one sigma: a small sensor in daylight
_BEHIND_PORCH_M, _BEHIND_HEDGE_M = 3.2, 7.4


def open_demo(spec: SourceSpec, options: SourceOptions) -> DemoSource:
    """The demo scene. Raises SourceError on a seed that is no number, another light, or an odd address."""
    spec.refuse_unknown(("seed", "light", "speed"))
    if spec.address:
        raise SourceError(f"source demo takes no address, but has {spec.address!r}: write demo or demo?seed=3")
    seed = spec.settings.get("seed", "1")
    if not (seed.isascii() and seed.isdigit() and len(seed) <= 9):
        raise SourceError(f"seed {seed!r} of source demo is no number: write demo?seed=3")
    pacer = Pacer(options.clock, is_paced=not spec.is_unpaced())
    return DemoSource(options, pacer, not spec.is_unpaced(), int(seed), _light(spec))


def _light(spec: SourceSpec) -> Light:
    match spec.settings.get("light", "day"):
        case "day":
            return "day"
        case "dusk":
            return "dusk"
        case other:
            raise SourceError(f"light {other!r} of source demo is unknown: write day or dusk")


class DemoSource:
    """The drawn porch. The same seed, size and rate give the same pictures, byte for byte."""

    kind = "demo"

    def __init__(self, options: SourceOptions, pacer: Pacer, is_live: bool, seed: int, light: Light) -> None:
        try:
            self._size = even_size(options.width_px, options.height_px)
        except ValueError as error:
            raise SourceError(f"{error}: ask for a larger picture") from error
        self._fps = options.fps
        self._pacer = pacer
        self._is_live = is_live
        self._seed = seed
        self._view = View(self._size.width_px, self._size.height_px)
        self._scene = paint_scene(self._size, light, seed)
        self._noisy = _noisy_copies(self._scene.i420, self._size, seed)

    @property
    def size(self) -> PictureSize:
        return self._size

    @property
    def fps(self) -> float:
        return self._fps

    @property
    def is_live(self) -> bool:
        return self._is_live

    def frames(self) -> Iterator[Frame]:
        """See `Source`; never ends by itself."""
        number = 0
        while True:
            picture = self._picture(number)
            captured_at_ns = self._pacer.due(round(number * 1e9 / self._fps))
            if captured_at_ns is None:
                return
            yield Frame(picture, self._size, captured_at_ns)
            number += 1

    def close(self) -> None:
        """See `Source`."""
        self._pacer.close()

    def _picture(self, number: int) -> Plane:
        at_s = number / self._fps
        i420 = self._noisy[number * 5 % _NOISY_COPIES].copy()
        luma = i420[: self._size.height_px]
        cv2.convertScaleAbs(luma, luma, alpha=1.0 + 0.025 * math.sin(at_s * math.tau / 70), beta=0.0)  # a cloud passes
        street, porch = self._scene.before_street, self._scene.before_porch
        for car in cars_at(at_s, self._seed):
            lay_on(i420, self._size, draw_car(car, self._view), street)
        for person in people_at(at_s, self._seed):
            is_outside = person.z_m > _BEHIND_HEDGE_M
            before = street if is_outside else porch if person.z_m > _BEHIND_PORCH_M else None
            lay_on(i420, self._size, draw_figure(person, self._view), before)
        return i420


def _noisy_copies(i420: Plane, size: PictureSize, seed: int) -> list[Plane]:
    chance = np.random.default_rng([seed, 8])
    copies = []
    for _ in range(_NOISY_COPIES):
        noise = chance.standard_normal(i420.shape, np.float32) * np.float32(_NOISE)
        noise[size.height_px :] *= 0.5
        copies.append(np.clip(np.rint(i420 + noise, out=noise), 16, 240, out=noise).astype(np.uint8))
    return copies
