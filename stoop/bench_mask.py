"""What the mask costs a picture: divided by the encoder's time, and beside the cheapest copy of the same planes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from camera.encoder import Encoder
from camera.frame import Frame, Plane
from camera.mask import Masker, parse_mask
from camera.sources import SourceOptions, open_source
from stoop.bench_video import MASK, SIZE, cpu_s, make_video

PICTURES = 300
BAR = 0.03


def run() -> dict[str, Any]:  # Any: JSON figures
    """Mask, encode and copy the same 300 pictures; CPU seconds of each."""
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "video.mp4"
        make_video(video, PICTURES // 30)
        source = open_source(f"file:{video}?speed=max", SourceOptions())
        pictures = [frame.i420 for frame in source.frames()]
        source.close()
    masker, encoder, target = Masker(parse_mask(MASK), SIZE), Encoder(SIZE, 30.0), np.empty_like(pictures[0])
    copy_s = cpu_s(lambda: _copy_each(pictures, target))
    frames = [Frame(picture, SIZE, number * 33_333_333) for number, picture in enumerate(pictures)]
    masked: list[Any] = []  # Any: MaskedFrame is not to be named outside the camera
    mask_s = cpu_s(lambda: masked.extend(masker.apply(frame) for frame in frames))
    encode_s = cpu_s(lambda: [encoder.encode(frame) for frame in masked])
    return {
        "mask_to_encode": round(mask_s / encode_s, 4),
        "bar": BAR,
        "mask_to_copy": round(mask_s / copy_s, 2),
        "mask_us": round(1e6 * mask_s / len(pictures)),
        "copy_us": round(1e6 * copy_s / len(pictures)),
        "encode_us": round(1e6 * encode_s / len(pictures)),
    }


def _copy_each(pictures: list[Plane], target: Plane) -> None:
    for picture in pictures:
        np.copyto(target, picture)
