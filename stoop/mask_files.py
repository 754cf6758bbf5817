"""Mask files as makers hand them to commands; without one, a maker's tool sees the whole picture."""

from __future__ import annotations

from pathlib import Path

from camera.mask import Mask, MaskError, parse_mask

WHOLE_PICTURE = b'{"allow":[[[0,0],[1,0],[1,1],[0,1]]]}'
"""For tools that work on a maker's own video. **The camera itself never falls back to this: no mask is black.**"""


def read_mask(path: Path | None) -> Mask:
    """The mask in `path`, or one that hides nothing for None.

    Raises MaskError naming the file and the fix.
    """
    try:
        return parse_mask(WHOLE_PICTURE if path is None else path.read_bytes())
    except OSError as error:
        raise MaskError(f"mask file {path} cannot be read ({error.strerror}): check the path of --mask") from error
    except MaskError as error:
        raise MaskError(f"mask file {path}: {error}") from error
