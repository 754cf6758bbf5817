"""Pictures of a set-up code as a lens sees it: held askew, out of focus, in bad light."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

Grey = npt.NDArray[np.uint8]
SIZE = (1280, 720)


@dataclass(frozen=True, slots=True)
class Held:
    """How it is held. Lengths are pixels of a 1280x720 picture; levels are of its luma."""

    side_px: int = 300
    tilt: float = 0.0
    turn_deg: float = 0.0
    blur_px: float = 0.0
    dark: int = 16
    light: int = 235
    noise: float = 4.0
    glare: bool = False


def rendered(text: str) -> Grey:
    """The code in version 4, level M, as web/src/ui/qr.ts draws it: one pixel a module, quiet zone of four."""
    wanted = cv2.QRCodeEncoder.Params()
    wanted.version, wanted.correction_level = 4, cv2.QRCODE_ENCODER_CORRECT_LEVEL_M
    code = np.asarray(cv2.QRCodeEncoder.create(wanted).encode(text), np.uint8)
    return np.pad(code, 2, constant_values=255)


def before_the_lens(code: Grey, held: Held) -> Grey:
    """uint8 (720, 1280): a grey porch with the code in its middle."""
    width, height = SIZE
    random = np.random.default_rng(1)
    side = held.side_px
    levels = np.asarray(held.dark + (held.light - held.dark) * (code / 255), np.float32)
    flat = cv2.resize(levels, (side, side), interpolation=cv2.INTER_NEAREST)
    half = side / 2
    corners = np.array(
        [
            [-half, -half * (1 - held.tilt)],
            [half, -half * (1 + held.tilt)],
            [half * (1 - held.tilt / 3), half],
            [-half, half * (1 - held.tilt)],
        ]
    )
    angle = np.deg2rad(held.turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = (corners @ turn.T + (width / 2, height / 2)).astype(np.float32)
    source = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    porch = np.full((height, width), 70, np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    seen = cv2.warpPerspective(flat, matrix, SIZE, porch, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)
    if held.glare:
        seen = cv2.circle(seen, (width // 2 + side // 8, height // 2), side // 12, (250.0,), -1)
    if held.blur_px:
        seen = cv2.GaussianBlur(seen, (0, 0), held.blur_px)
    return np.asarray(np.clip(seen + random.normal(0, held.noise, seen.shape), 0, 255), np.uint8)


def film(out: Path, picture: Grey, pictures: int = 6) -> Path:
    """The picture as an H.264 film, as a camera's driver or a file would give it."""
    with av.open(str(out), "w") as container:
        stream = container.add_stream("libx264", Fraction(10), options={"preset": "ultrafast", "crf": "23"})
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = picture.shape
        stream.pix_fmt = "yuv420p"
        for _ in range(pictures):
            grey = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")
            container.mux(stream.encode(grey))
        container.mux(stream.encode(None))
    return out
