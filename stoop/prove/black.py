"""Whether everything is black as soon as the drawing is in doubt: none, damaged, or for another picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from camera.contract import AccessUnit
from camera.frame import Frame, MaskedFrame, PictureSize
from camera.mask import BLACK_CHROMA, BLACK_LUMA, Mask, Masker, MaskError, parse_mask
from camera.motion import Box
from camera.pipeline import Pipeline
from camera.recorder import RecorderAction
from stoop.mask_files import WHOLE_PICTURE
from stoop.prove.finding import Finding, judged
from stoop.prove.frames import made, open_frames
from stoop.prove.hidden_area import copied
from stoop.prove.installation import Installation

CLAIM = "Without a good drawing the picture is black, and nothing is recorded."
PICTURES = 5


def black_in_doubt(installation: Installation) -> Finding:
    how = "ran the camera without a drawing, with damaged copies of yours, and with pictures of another size"
    text = installation.mask_text() or WHOLE_PICTURE
    faults = [f"a drawing {fault} was taken for a good one" for fault in taken_for_good(text)]
    with open_frames(installation) as supply:
        frames = list(islice(supply.frames, PICTURES))
    if any(not is_black(Masker(None, frame.size).apply(copied(frame))) for frame in frames):
        faults.append("without a drawing the picture was not black")
    if _recorded(installation, frames, supply.fps):
        faults.append("without a drawing something was recorded")
    mask = installation.mask() or parse_mask(WHOLE_PICTURE)
    other = PictureSize(supply.size.width_px + 16, supply.size.height_px)
    if not is_black(Masker(mask, supply.size).apply(next(made(other, supply.fps)))):
        faults.append("a picture of another size was not black")
    return judged(CLAIM, f"{how}; {PICTURES} {supply.what}", faults)


def is_black(masked: MaskedFrame) -> bool:
    luma = masked.i420[: masked.size.height_px]
    chroma = masked.i420[masked.size.height_px :]
    return bool(np.all(luma == BLACK_LUMA) and np.all(chroma == BLACK_CHROMA))


def taken_for_good(text: bytes) -> list[str]:
    """Damaged copies of `text` that the camera would not refuse."""
    cuts = sorted({len(text.rstrip()) * part // 64 for part in range(64)})
    damaged = {f"cut after {cut} bytes": text[:cut] for cut in cuts}
    damaged |= {"of zeros": bytes(len(text)), "with a byte that is no text": text.replace(b"0", b"\xff", 1) + b"\xff"}
    damaged |= {"beyond the picture": b'{"allow":[[[0,0],[2,0],[2,1]]]}', "of another kind": b"[]"}
    return [name for name, copy in damaged.items() if _read(copy) is not None]


def _read(text: bytes) -> Mask | None:
    try:
        return parse_mask(text)
    except MaskError:
        return None


def _recorded(installation: Installation, frames: list[Frame], fps: float) -> bool:
    sink = _Clips()
    pipeline = Pipeline(frames[0].size, fps, installation.settings.camera, sink, None)
    for frame in frames:
        pipeline.record_now(frame.captured_at_ns)
        pipeline.press(frame.captured_at_ns)
        pipeline.process(copied(frame))
    pipeline.stop("stopped")
    return sink.did_anything


class _Clips:
    """A sink that notices clips, motion and thumbnails."""

    did_anything = False

    def unit(self, unit: AccessUnit) -> None: ...

    def motion(self, is_active: bool) -> None:
        self.did_anything = True

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        self.did_anything = True

    def thumbnail(self, frame: MaskedFrame) -> None:
        self.did_anything = True

    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None:
        self.did_anything = True
