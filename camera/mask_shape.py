"""Keeps the picture size that each drawing was made for: shares of a picture mean something else on another shape."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec

from camera.atomic_file import replace_file
from camera.frame import PictureSize

logger = logging.getLogger(__name__)

_SLACK = 0.01  # 854x480 is meant as 16:9


def is_same_shape(one: PictureSize, other: PictureSize) -> bool:
    """Whether width to height is the same, within 1 %; a picture turned on its side is not."""
    left, right = one.width_px * other.height_px, other.width_px * one.height_px
    return abs(left - right) <= _SLACK * right


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mask: str
    width_px: int
    height_px: int


class _ShapeFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shapes: tuple[_Shape, ...] = ()


class MaskShapes:
    """`mask_shape.json` in the camera's folder: the sizes of the newest two drawings, by the digest of their text.

    Two, because it is written before the drawing itself: after a crash between both, the older drawing is in
    force and still has its size. Since the digest is that of the exact text, a drawing that was damaged on the card has
    none. Fails closed: a file that cannot be read knows no drawing.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "mask_shape.json"
        self._shapes = self._read()

    def size_of(self, mask_digest: str) -> PictureSize | None:
        """What it was drawn for, or None: then nothing of it may be shown."""
        return next(
            (PictureSize(s.width_px, s.height_px) for s in self._shapes if s.mask == mask_digest),
            None,
        )

    def keep(self, mask_digest: str, size: PictureSize) -> None:
        """Raises OSError when it cannot be written; what was known then still is."""
        others = tuple(shape for shape in self._shapes if shape.mask != mask_digest)
        shapes = (*others[-1:], _Shape(mask_digest, size.width_px, size.height_px))
        replace_file(self._path, msgspec.json.encode(_ShapeFile(shapes)))
        self._shapes = shapes

    def _read(self) -> tuple[_Shape, ...]:
        try:
            shapes = msgspec.json.decode(self._path.read_bytes(), type=_ShapeFile).shapes
            for shape in shapes:
                PictureSize(shape.width_px, shape.height_px)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:  # msgspec's errors are ValueErrors
            logger.warning("what the drawing was made for cannot be read: %s", error)
            return ()
        return shapes
