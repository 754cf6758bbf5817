"""What a mask file means, in plain words: is it one, how much can be seen, and is it more than with another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from camera.frame import PictureSize
from camera.mask import Mask, Masker, MaskError, parse_mask
from camera.mask_change import compare, percent
from camera.visible_area import drawn_pixels

MAX_PIXELS = 3840 * 2160


@dataclass(frozen=True, slots=True)
class Contents:
    """Shares are 0.0-1.0 of a picture of the size that was asked."""

    digest: str
    allow_polygons: int
    hide_polygons: int
    points: int
    visible: float
    rounded_away: float
    """Drawn as visible, and hidden all the same: an edge grazes the pixel, or its 2x2 block."""


@dataclass(frozen=True, slots=True)
class Found:
    """`problem` says why it is no mask; `loosened` is None unless it was compared with another."""

    is_valid: bool
    problem: str | None
    width_px: int
    height_px: int
    contents: Contents | None = None
    loosens: bool | None = None
    loosened: float | None = None


def check(file: Path, against: Path | None, size: PictureSize) -> Found:
    """Read and measure `file`. Raises MaskError when a file cannot be read, or `against` is no mask."""
    text, old_text = _bytes_of(file), _bytes_of(against) if against else None
    try:
        old = parse_mask(old_text) if old_text is not None else None
    except MaskError as error:
        raise MaskError(f"{against}: {error}") from error
    try:
        mask = parse_mask(text)
    except MaskError as error:
        return Found(False, str(error), size.width_px, size.height_px)
    change = compare(old, mask, size) if old else None
    return Found(
        is_valid=True,
        problem=None,
        width_px=size.width_px,
        height_px=size.height_px,
        contents=_measure(mask, size),
        loosens=change.loosened > 0 if change else None,
        loosened=change.loosened if change else None,
    )


def lines_of(found: Found) -> Iterator[str]:
    """The same for people."""
    contents, size = found.contents, f"{found.width_px}x{found.height_px}"
    if contents is None:
        yield f"not a mask: {found.problem}"
        return
    yield (
        f"a valid mask: {contents.allow_polygons} shown and {contents.hide_polygons} hidden polygons, "
        f"{contents.points} points"
    )
    black = percent(1 - contents.visible)
    yield f"of a {size} picture {percent(contents.visible)} can be seen, {black} is always black"
    yield f"rounding hides {percent(contents.rounded_away)} more than was drawn: what an edge only grazes is black"
    yield f"digest {contents.digest}"
    if found.loosens:
        yield f"it shows {percent(found.loosened or 0)} that the other hides: the camera asks a second time"
    elif found.loosens is not None:
        yield "it shows nothing that the other hides: the camera takes it at once"


def read_size(text: str) -> PictureSize:
    """Raises MaskError when it is not WIDTHxHEIGHT in even pixels, at most 3840x2160 of them."""
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if not match:
        raise MaskError(f"the size {text!r} is not WIDTHxHEIGHT: write it as 1280x720")
    width_px, height_px = int(match[1]), int(match[2])
    if width_px * height_px > MAX_PIXELS:
        raise MaskError(f"the size {text} has more pixels than 3840x2160: ask for a smaller one")
    try:
        return PictureSize(width_px, height_px)
    except ValueError as error:
        raise MaskError(str(error)) from error


def _measure(mask: Mask, size: PictureSize) -> Contents:
    visible = Masker(mask, size).visible_luma
    drawn = drawn_pixels(mask.allow, mask.hide, size)
    return Contents(
        digest=mask.digest,
        allow_polygons=len(mask.allow),
        hide_polygons=len(mask.hide),
        points=sum(len(polygon) for polygon in (*mask.allow, *mask.hide)),
        visible=round(float(visible.mean()), 6),
        rounded_away=round(float(np.count_nonzero(drawn & ~visible)) / visible.size, 6),
    )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MaskError(f"mask file {path} cannot be read ({error.strerror}): check the path") from error
