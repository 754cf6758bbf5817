"""The pictures of the benchmarks, made here: 1280x720 at 30/s, a moving figure before a grainy scene, in H.264."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from camera.frame import Frame, PictureSize, Plane
from camera.mask import Masker, parse_mask
from camera.vault.bech32 import bech32_encode

SIZE = PictureSize(1280, 720)
FPS = 30
MASK = b'{"allow":[[[0,0.3],[1,0.3],[1,1],[0,1]]],"hide":[[[0.7,0.3],[1,0.3],[1,0.6]]]}'


def make_video(path: Path, seconds: int) -> None:
    """Write the file; the same bytes of pictures each time."""
    random = np.random.default_rng(1)
    grain = random.integers(0, 24, (SIZE.height_px, SIZE.width_px * 2), dtype=np.uint8)
    ramp = np.linspace(40, 160, SIZE.width_px, dtype=np.uint8)[None, :].repeat(SIZE.height_px, 0)
    masker = Masker(parse_mask(MASK), SIZE)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = SIZE.width_px, SIZE.height_px, "yuv420p"
        for number in range(seconds * FPS):
            masked = masker.apply(Frame(_picture(number, ramp, grain), SIZE, number))
            picture = av.VideoFrame.from_ndarray(masked.i420, format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _picture(number: int, ramp: Plane, grain: Plane) -> Plane:
    shift = (number * 7) % SIZE.width_px
    luma = ramp + grain[:, shift : shift + SIZE.width_px]
    x = (number * 4) % (SIZE.width_px - 160)
    if number % 600 < 300:  # ten seconds of somebody, ten of nobody
        luma[260:620, x : x + 120] = 200 - grain[260:620, :120] * 3
    chroma = np.full((SIZE.height_px // 2, SIZE.width_px), 128, np.uint8)
    return np.ascontiguousarray(np.concatenate([luma, chroma]))


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds of this process, all threads, that `work` takes."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def throwaway_recipient() -> str:
    """An X25519 recipient whose key is forgotten at once."""
    return bech32_encode("age", X25519PrivateKey.generate().public_key().public_bytes_raw())
