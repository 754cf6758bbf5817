"""A drawn video for the tools that look at videos."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.video.stream import VideoStream

from tests.camera.motion.fakes import FPS, SIZE, scene, visitor


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20 s; a visitor in the left half from 6 s to 15 s."""
    path = tmp_path_factory.mktemp("analyze") / "visitor.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", Fraction(FPS), options={"crf": "18", "preset": "ultrafast"})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = SIZE.width_px, SIZE.height_px, "yuv420p"
        for frame in scene(20, visitor(6, 9, 12)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame.i420, format="yuv420p")))
        container.mux(stream.encode(None))
    return path
