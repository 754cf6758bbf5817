"""A camera process for the benchmarks alone: the real one, but its lens shows a scene with the time in it.

`python -m stoop.bench_camera`. No word of `stoop` starts it, and the camera's table of sources does not know the scene.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from camera.claim_code import ClaimCode
from camera.frame import Frame, PictureSize
from camera.process import CameraProcess
from camera.settings import read_settings
from camera.sources import SourceOptions
from camera.sources.pacing import Pacer
from stoop.bench_coded import CodedScene

SIZE, FPS = PictureSize(1280, 720), 30.0
TICK_NS = 100_000
"""A code counts tenths of a millisecond of the monotonic clock, modulo 2^32."""


class CodedSource:
    """The coded scene at 30/s; the code is the instant at which the picture was finished."""

    kind = "bench"
    size = SIZE
    fps = FPS
    is_live = True

    def __init__(self) -> None:
        self._pacer = Pacer(SourceOptions().clock, is_paced=True)
        self._scene = CodedScene(SIZE)

    def frames(self) -> Iterator[Frame]:
        """See `Source`; never ends by itself."""
        number = 0
        while True:
            picture = self._scene.picture(number)
            if self._pacer.due(round(number * 1e9 / FPS)) is None:
                return
            captured_at_ns = time.monotonic_ns()
            self._scene.burn(picture, captured_at_ns // TICK_NS & 0xFFFFFFFF)
            yield Frame(picture, SIZE, captured_at_ns)
            number += 1

    def close(self) -> None:
        """See `Source`."""
        self._pacer.close()


def main() -> None:
    """Until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m stoop.bench_camera")
    for name in ("--data", "--socket", "--config"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--status-fd", type=int, required=True)
    options = parser.parse_args()

    def tell(code: ClaimCode | None) -> None:
        os.write(options.status_fd, (json.dumps({"claim_code": code.text if code else None}) + "\n").encode())

    camera = CameraProcess(
        options.data,
        read_settings(options.config),
        CodedSource,
        options.socket,
        tell,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: camera.stop())
    camera.run()


if __name__ == "__main__":
    main()
