"""Pictures to prove with: the installation's own source beside the running camera, or made ones where it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from camera.frame import Frame, PictureSize
from camera.sources import SourceError, SourceOptions, open_source, parse_spec
from stoop.prove.installation import Installation

_SHAREABLE = ("demo", "file")


@dataclass(frozen=True, slots=True)
class Supply:
    """Frames of one size, as many as are asked for; `what` names them in a sentence."""

    size: PictureSize
    fps: float
    frames: Iterator[Frame]
    what: str


@contextmanager
def open_frames(installation: Installation) -> Iterator[Supply]:
    """Gives frames until the block is left; never opens a camera that is in use."""
    camera = installation.settings.camera
    options = SourceOptions(camera.width_px, camera.height_px, camera.fps)
    spec = _beside(installation)
    try:
        source = open_source(spec, options) if spec else None
    except SourceError:
        source = None
    if source is None:
        size = PictureSize(camera.width_px, camera.height_px)
        yield Supply(
            size, camera.fps, made(size, camera.fps), f"made pictures of {_pixels(size)}, {_why(installation)}"
        )
        return
    try:
        yield Supply(source.size, source.fps, source.frames(), f"pictures of its own source, {_pixels(source.size)}")
    finally:
        source.close()


def made(size: PictureSize, fps: float) -> Iterator[Frame]:
    """A bright bar that walks over noise."""
    chance = np.random.default_rng(1)
    number = 0
    while True:
        i420 = chance.integers(90, 140, (size.height_px * 3 // 2, size.width_px), dtype=np.uint8)
        left = number * 8 % (size.width_px - 8)
        i420[size.height_px // 3 : size.height_px, left : left + size.width_px // 8] = 210
        yield Frame(i420, size, round(number * 1e9 / fps))
        number += 1


def _beside(installation: Installation) -> str | None:
    """The source as it can be opened a second time, as fast as it goes; None when it cannot."""
    if installation.source is None:
        return None
    try:
        spec = parse_spec(installation.source)
    except SourceError:
        return None
    if spec.kind not in _SHAREABLE:
        return None
    settings = {**spec.settings, "speed": "max"}
    address = spec.address
    if spec.kind == "file":
        settings["loop"] = "1"
        folder = installation.camera.folder if installation.camera else None
        address = str((folder or Path()) / address)
    return f"{spec.kind}:{address}?{urlencode(settings)}" if address else f"{spec.kind}?{urlencode(settings)}"


def _why(installation: Installation) -> str:
    if installation.source is None:
        return "because no camera is running that would say what it looks at"
    return "because the lens is in use by the running camera"


def _pixels(size: PictureSize) -> str:
    return f"{size.width_px} by {size.height_px} pixels"
