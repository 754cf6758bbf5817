"""The promise itself, on real video: what the mask hides has no influence on anything that leaves the camera."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from camera.contract import AccessUnit
from camera.encoder import Encoder
from camera.frame import Frame, MaskedFrame, PictureSize
from camera.mask import Mask, Masker
from camera.sources import Source, open_source
from camera.thumbnail import jpeg_thumbnail
from tests.camera.strategies import mask_of

ROOT = Path(__file__).parent.parent.parent
MOTION = Path(os.environ.get("STOOP_SHARED", ROOT.parent / "shared")).absolute() / "data" / "motion"
CLIP = "s04_street_traffic_masked"
EVERYTHING = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
PICTURES = 100


@pytest.fixture
def clip() -> tuple[Source, Mask]:
    labels = MOTION / "labels.json"
    if not labels.exists():
        pytest.skip(f"{labels} is absent: set STOOP_SHARED to the folder that holds data/motion")
    label = json.loads(labels.read_text())[CLIP]
    return open_source(f"file:{MOTION / label['file']}?speed=max"), mask_of([EVERYTHING], label["hide"])


def hidden_by_drawing(hide: Mask, size: PictureSize) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Luma pixels whose centre is inside a hide polygon: ray casting, independent of the mask's own code."""
    x, y = np.meshgrid(np.arange(size.width_px) + 0.5, np.arange(size.height_px) + 0.5)
    hidden = np.zeros(x.shape, np.bool_)
    for polygon in hide.hide:
        corners = [(px * size.width_px, py * size.height_px) for px, py in polygon]
        inside = np.zeros(x.shape, np.bool_)
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
            if y0 != y1:
                inside ^= ((y0 <= y) != (y1 <= y)) & (x0 + (x1 - x0) * (y - y0) / (y1 - y0) < x)
        hidden |= inside
    return hidden


def with_noise(frames: Iterator[Frame], mask: Mask, size: PictureSize) -> Iterator[tuple[Frame, Frame]]:
    """Each picture, and the same with noise in everything that the owner drew over, chroma samples included."""
    chance = np.random.default_rng(5)
    hidden = hidden_by_drawing(mask, size)
    chroma = hidden[::2, ::2] | hidden[1::2, ::2] | hidden[::2, 1::2] | hidden[1::2, 1::2]
    samples = np.concatenate([hidden.ravel(), chroma.ravel(), chroma.ravel()])
    for frame in frames:
        noise = chance.integers(0, 256, frame.i420.shape, dtype=np.uint8)
        changed = np.where(samples.reshape(frame.i420.shape), noise, frame.i420)
        yield frame, Frame(changed, frame.size, frame.captured_at_ns)


class Outputs:
    """All that leaves this half of the camera, compared picture by picture."""

    def __init__(self, mask: Mask, source: Source) -> None:
        self._masker = Masker(mask, source.size)
        self._encoder = Encoder(source.size, source.fps)

    def take(self, frame: Frame, want_key: bool) -> tuple[MaskedFrame, list[AccessUnit], bytes]:
        masked = self._masker.apply(frame)
        return masked, self._encoder.encode(masked, want_key=want_key), jpeg_thumbnail(masked)


def test_noise_in_the_hidden_area_of_a_real_video_changes_no_byte(clip: tuple[Source, Mask]) -> None:
    source, mask = clip
    plain, noisy = Outputs(mask, source), Outputs(mask, source)
    compared = 0
    for number, (frame, changed) in enumerate(islice(with_noise(source.frames(), mask, source.size), PICTURES)):
        assert not np.array_equal(frame.i420, changed.i420)
        one, other = plain.take(frame, number == 40), noisy.take(changed, number == 40)
        assert one[0].i420.tobytes() == other[0].i420.tobytes(), number
        assert one[1] == other[1], number
        assert one[2] == other[2], number
        compared += 1
    assert compared == PICTURES


def test_a_change_in_the_visible_area_does_change_the_outputs(clip: tuple[Source, Mask]) -> None:
    source, mask = clip
    plain, noisy = Outputs(mask, source), Outputs(mask, source)
    frame = next(source.frames())
    changed = Frame(frame.i420.copy(), frame.size, 0)
    visible = np.argwhere(Masker(mask, source.size).visible_luma)
    row, column = visible[len(visible) // 2].tolist()
    changed.i420[row - 8 : row + 8, column - 8 : column + 8] ^= 0x80
    one, other = plain.take(frame, False), noisy.take(changed, False)
    assert one[0].i420.tobytes() != other[0].i420.tobytes()
    assert one[1] != other[1]
    assert one[2] != other[2]
