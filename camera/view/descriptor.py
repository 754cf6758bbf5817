"""What the camera keeps of a view: edge directions, coarse, of the visible part only; no brightness, no colour.

**Whoever reads it can draw the outlines of what stands still on the stoop**; people who pass are not in it.
"""

from __future__ import annotations

import zlib
from typing import Annotated

import msgspec
import numpy as np

from camera.view.field import LINES, Field
from camera.visible_area import BoolPlane

MAX_VIEWS = 6
_ANGLES, _STRENGTHS = 32, 7
_MAX_COLUMNS = 1024


class ViewDescriptor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of `lines` lines, a byte for each value: 0 for none, else 1 + angle (32 steps) * 7 + strength; zlib."""

    lines: Annotated[int, msgspec.Meta(ge=1, le=LINES)]
    columns: Annotated[int, msgspec.Meta(ge=1, le=_MAX_COLUMNS)]
    packed: Annotated[bytes, msgspec.Meta(max_length=LINES * _MAX_COLUMNS)]

    def __repr__(self) -> str:
        return f"ViewDescriptor({self.columns}x{self.lines}, {len(self.packed)} bytes)"


class ViewMemory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """view.json: the views known under one drawing, the owner's own first; `is_moved` until the owner draws anew."""

    mask: str
    views: Annotated[tuple[ViewDescriptor, ...], msgspec.Meta(max_length=MAX_VIEWS)] = ()
    is_moved: bool = False


def pack(field: Field) -> ViewDescriptor:
    """Strengths above 1.0 are cut to 1.0."""
    strength = np.minimum(np.abs(field), 1.0)
    levels = np.rint(strength * _STRENGTHS).astype(np.int16)
    angles = np.rint(np.angle(field) / (2 * np.pi) * _ANGLES).astype(np.int16) % _ANGLES
    codes = np.where(levels > 0, 1 + angles * _STRENGTHS + levels - 1, 0).astype(np.uint8)
    return ViewDescriptor(field.shape[0], field.shape[1], zlib.compress(codes.tobytes(), 6))


def unpack(view: ViewDescriptor, valid: BoolPlane) -> Field | None:
    """The field, zero where not `valid`; None when it is of another shape, or damaged."""
    if (view.lines, view.columns) != valid.shape:
        return None
    wanted_bytes = view.lines * view.columns
    reader = zlib.decompressobj()
    try:
        data = reader.decompress(view.packed, wanted_bytes + 1)
    except zlib.error:
        return None
    if len(data) != wanted_bytes:
        return None
    codes = np.frombuffer(data, np.uint8).astype(np.int16).reshape(valid.shape)
    strength = np.where((codes > 0) & valid, ((codes - 1) % _STRENGTHS + 1) / _STRENGTHS, 0)
    angle = (codes - 1) // _STRENGTHS * (2 * np.pi / _ANGLES)
    return np.asarray(strength * np.exp(1j * angle), np.complex64)
